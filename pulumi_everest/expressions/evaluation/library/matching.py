"""Regular expressions, run by RE2, in linear time whatever the expression and the text.

CEL's binding brings RE2 along. It gets nothing but two texts, and gives back nothing but true or false. The plainest
patterns are left to Python, since the way to the binding is long for a short text.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Final

from pulumi_everest.expressions.evaluation.budget import Budget
from pulumi_everest.expressions.evaluation.failures import EvaluationError, SpentError

_CALL: Final = 100  # steps that a call takes, whatever it is about
_CHARACTERS: Final = 16  # of the text are searched in one step
_KEPT: Final = 200  # characters of a text of which the result is kept
_LONGEST_PATTERN: Final = 10_000
_BEGINNING: Final = re.compile(r"\^(?:[A-Za-z0-9_/:-]|\[\^?(?:[A-Za-z0-9_/:]-[A-Za-z0-9_/:]|[A-Za-z0-9_/:])+\])+")
"""A pattern of what a text begins with, one character after the other, which means the same in Python."""
_REPEAT: Final = re.compile(r"\{(?:[0-9]+,)?([0-9]{1,4})")


@cache
def _binding() -> tuple[Any, Any]:
    from cel_expr_python import cel

    environment = cel.NewEnv(variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING})
    return environment, environment.compile("text.matches(pattern)")


def search(text: str, pattern: str, budget: Budget) -> bool:
    """Whether the pattern is found in the text. Raises EvaluationError for a pattern that RE2 does not take."""
    budget.spend(_CALL + len(text) // _CHARACTERS + _steps_to_compile(pattern))
    if not _can_cross(text) or not _can_cross(pattern):
        raise EvaluationError("matches() does not take a text with characters that cannot be encoded")
    result = _found(text, pattern) if len(text) <= _KEPT else _search(text, pattern)
    if result.__class__ is bool:
        return bool(result)
    raise EvaluationError(_reason(str(result)))


def _search(text: str, pattern: str) -> Any:
    """True or false, or else what is wrong with the pattern."""
    beginning = _of_beginning(pattern)
    if beginning is not None:
        return beginning.match(text) is not None
    environment, program = _binding()
    return program.eval(environment.Activation({"text": text, "pattern": pattern})).value()


_found = lru_cache(maxsize=2048)(_search)
"""The clusters of a fleet have texts in common."""


@cache
def _of_beginning(pattern: str) -> re.Pattern[str] | None:
    """A pattern that Python can match as RE2 does, and in the same time: it has no repetitions and no alternatives."""
    try:
        return re.compile(pattern) if _BEGINNING.fullmatch(pattern) else None
    except re.error:
        return None


def _steps_to_compile(pattern: str) -> int:
    """What it takes at most to compile a pattern, in which repetitions multiply what is repeated."""
    if len(pattern) > _LONGEST_PATTERN:
        raise SpentError(f"a regular expression has more than {_LONGEST_PATTERN:,} characters")
    times = 1
    for count in _REPEAT.findall(pattern):
        times = min(times * max(int(count), 1), 1000)
    return len(pattern) * times


def _can_cross(text: str) -> bool:
    """Whether the binding can take the text: it ends at a NUL, and a surrogate that is alone ends the process."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text))


def _reason(error: str) -> str:
    return " ".join(re.sub(r"^[A-Z_]+: ", "", error.strip()).split())
