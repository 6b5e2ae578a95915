"""What goes wrong in an evaluation, as sentences for people."""

from __future__ import annotations

import re
from typing import Any, Final

from pulumi_everest.expressions.evaluation.values import kind_of

_OPERATOR: Final = re.compile(r"[_@!?\-+*/%<>=&|:\[\].]+")


class EvaluationError(Exception):
    """An error that is a value in CEL: ``false && failing`` is false all the same."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class MissingKeyError(EvaluationError):
    """A key that a map does not have."""

    def __init__(self, key: Any) -> None:
        super().__init__(f"there is no '{shown(key)}'")
        self.key = key


class SpentError(Exception):
    """An evaluation that took too much, and ends as a whole."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def no_overload(name: str, *operands: Any) -> EvaluationError:
    """That a function does not take values of these kinds."""
    return EvaluationError(does_not_take(name, map(kind_of, operands)))


def does_not_take(name: str, kinds: Any) -> str:
    """That a function does not take values of these kinds, as a sentence."""
    return f"{function_shown(name)} does not take {' and '.join(kinds) or 'no arguments'}"


def function_shown(name: str) -> str:
    """A function for people: operators as they are written."""
    if name == "@in":
        return "'in'"
    if not _OPERATOR.fullmatch(name):
        return f"{name}()"
    if name in ("_[_]", "_[?_]"):
        return "an index"
    if name in ("_?._", "_?_:_"):
        return "'.?'" if name == "_?._" else "'? :'"
    return f"'{name.replace('_', '')}'"


def shown(value: Any) -> str:
    """A key as CEL writes it, without quotes; long ones are cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


_LONGEST: Final = 100
