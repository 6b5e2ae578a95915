"""What a step of an evaluation gets: the variables, the budget, and a place for each value that a macro names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Frame = list[Any]
Step = Callable[[Frame], Any]
"""What a node becomes."""

VARIABLES: Final = 0
BUDGET: Final = 1
LOCALS: Final = 2
"""The place of the first named value."""
UNSET: Final = object()
"""What stands in the place of a value that was not evaluated yet."""
