"""What evaluations may spend: turns of loops, work, and the size of what they make.

Work is counted in steps of about a tenth of a microsecond. What costs nothing to speak of is not counted: an
expression without a loop has no more steps than it has parts. The limits are far above what a database needs; they are
there for the line of YAML that would take minutes or all memory.
"""

from __future__ import annotations

from typing import Final

from pulumi_everest.expressions.evaluation.failures import SpentError

MOST_TURNS: Final = 10_000
"""How often the loops of one evaluation turn, all together. It is CEL's own limit."""
MOST_WORK: Final = 1_000_000
"""How many steps one evaluation takes."""
MOST_OF_ALL: Final = 5 * MOST_WORK
"""How many steps all evaluations for one cluster take, and what templates copy and repeat for it."""
MOST_TEXT: Final = 1_000_000
"""How many characters a text has that an expression or template makes."""
MOST_VALUES: Final = 100_000
"""How many values there are in the list or map that an expression gives, all that is nested in it included."""
DEEPEST: Final = 100
"""How deeply lists and maps are nested in what an expression gives or hands to a function."""
VALUE: Final = 10
"""The steps that a value costs which is kept."""
_EVALUATION: Final = 20  # steps that an evaluation takes at least
_CHARACTERS: Final = 64  # are copied in one step


class Allowance:
    """What is left for one cluster: for all evaluations of a scope, and what a template makes with them."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_OF_ALL

    def spend(self, steps: int) -> None:
        """Take so many steps."""
        self.left -= steps
        if self.left < 0:
            raise SpentError("what is made for this cluster takes too much work, all together")

    def text(self, length: int) -> None:
        """Make a text of so many characters."""
        if length > MOST_TEXT:
            raise SpentError(TOO_LONG)
        self.spend(VALUE + length // _CHARACTERS)

    def budget(self) -> Budget:
        """What one evaluation may spend."""
        self.left -= _EVALUATION
        if self.left < 0:
            self.spend(0)
        return Budget(self.left if self.left < MOST_WORK else MOST_WORK)


class Budget:
    """What is left for one evaluation, which began with so much `work`."""

    __slots__ = ("turns", "work")

    def __init__(self, work: int = MOST_WORK) -> None:
        self.turns = MOST_TURNS
        self.work = work

    def turn(self, steps: int) -> None:
        """Take one turn of a loop, which has so many steps."""
        self.turns -= 1
        if self.turns < 0:
            raise SpentError(f"its loops turn more than {MOST_TURNS:,} times")
        self.spend(steps)

    def spend(self, steps: int) -> None:
        """Take so many steps."""
        self.work -= steps
        if self.work < 0:
            raise SpentError("it takes too much work")

    def text(self, length: int) -> None:
        """Make a text of so many characters."""
        if length > MOST_TEXT:
            raise SpentError(TOO_LONG)
        self.spend(length // _CHARACTERS)

    def read(self, length: int) -> None:
        """Go through a text of so many characters."""
        self.spend(length // _CHARACTERS)


TOO_LONG: Final = f"it makes a text of more than {MOST_TEXT:,} characters"
TOO_DEEP: Final = f"lists and maps are nested more than {DEEPEST} deep"
