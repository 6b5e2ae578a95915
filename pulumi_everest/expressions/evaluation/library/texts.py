"""The functions of texts. Positions count characters, not bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pulumi_everest.expressions.evaluation.budget import Budget
from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.library.matching import search

_SPACES: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LOWER: Final = {ord("A") + step: ord("a") + step for step in range(26)}
_UPPER: Final = {lower: upper for upper, lower in _LOWER.items()}
_ESCAPES: Final = {
    ord("\a"): "\\a", ord("\b"): "\\b", ord("\f"): "\\f", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t",
    ord("\v"): "\\v", ord("\\"): "\\\\", ord('"'): '\\"',
}  # fmt: skip
_TEXT: Final = (str,)
_FROM: Final = "<string>.substring(<start>)"
_FROM_TO: Final = "<string>.substring(<start>, <end>)"


def _char_at(_budget: Budget, text: str, position: int) -> str:
    if not 0 <= position <= len(text):
        wrong = "less than 0" if position < 0 else "greater than <string>.size()"
        raise EvaluationError(f"<string>.charAt(<pos>): <pos> is {wrong}")
    return text[position : position + 1]


def _index_of(budget: Budget, text: str, part: str, position: int = 0) -> int:
    budget.read(len(text))
    if not 0 <= position <= len(text):
        raise EvaluationError(f"index out of range: {position}")
    return text.find(part, position)


def _last_index_of(budget: Budget, text: str, part: str, *position: int) -> int:
    """Searched for from behind in what is turned round: Python's own `rfind` may take the product of both lengths."""
    budget.read(3 * len(text))
    for last in position:
        if not 0 <= last <= len(text):
            raise EvaluationError(f"index out of range: {last}")
        text = text[: last + len(part)]
    found = text[::-1].find(part[::-1])
    return -1 if found < 0 else len(text) - found - len(part)


def _substring(budget: Budget, text: str, start: int, *ends: int) -> str:
    function = _FROM_TO if ends else _FROM
    if start < 0:
        raise EvaluationError(f"{function}: <start> is less than 0")
    end = ends[0] if ends else len(text)
    if ends and end < start:
        raise EvaluationError(f"{function}: <end> is less than <start>")
    if start > len(text) or end > len(text):
        raise EvaluationError(f"{_FROM_TO}: <start> or <end> is greater than <string>.size()")
    budget.text(end - start)
    return text[start:end]


def _split(budget: Budget, text: str, separator: str, limit: int = -1) -> list[str]:
    budget.read(len(text))
    if limit == 0:
        return []
    if separator:
        budget.spend(text.count(separator) + 1)
        return text.split(separator, limit - 1 if limit > 0 else -1)
    budget.spend(len(text))
    if not text:
        return [""]
    alone = len(text) if limit < 0 else min(limit - 1, len(text))
    return [*text[:alone], text[alone:]] if alone < len(text) else list(text)


def _replace(budget: Budget, text: str, old: str, new: str, limit: int = -1) -> str:
    budget.read(len(text))
    count = text.count(old) if limit else 0
    count = min(count, limit) if limit >= 0 else count
    budget.text(len(text) + count * (len(new) - len(old)))
    return text.replace(old, new, count)


def _join(budget: Budget, items: list[Any], separator: str = "") -> str:
    budget.spend(len(items))
    for item in items:
        if item.__class__ is not str:
            raise EvaluationError(f"join() takes a list of texts, and there is {no_text(item)} in it")
    budget.text(sum(map(len, items)) + len(separator) * max(len(items) - 1, 0))
    return separator.join(items)


def no_text(value: Any) -> str:
    """What a value is that should be a text."""
    from pulumi_everest.expressions.evaluation.values import kind_of

    return kind_of(value)


def _same_length(change: Callable[[str], str]) -> Callable[..., str]:
    def call(budget: Budget, text: str) -> str:
        budget.text(len(text))
        return change(text)

    return call


def _quote(budget: Budget, text: str) -> str:
    budget.text(2 * len(text) + 2)
    return f'"{text.translate(_ESCAPES)}"'


def _matches(budget: Budget, text: str, pattern: str) -> bool:
    return search(text, pattern, budget)


def _found(test: Callable[[str, str], bool]) -> Callable[..., bool]:
    def call(budget: Budget, text: str, part: str) -> bool:
        budget.read(len(text))
        return test(text, part)

    return call


def _typed(name: str, function: Callable[..., Any], *kinds: type) -> Callable[..., Any]:
    """The function, which takes values of these kinds only."""

    def call(budget: Budget, *operands: Any) -> Any:
        for operand, kind in zip(operands, kinds, strict=True):
            if operand.__class__ is not kind:
                raise no_overload(name, *operands)
        return function(budget, *operands)

    return call


_METHODS: Final[tuple[tuple[str, Callable[..., Any], tuple[type, ...]], ...]] = (
    ("charAt", _char_at, (str, int)),
    ("contains", _found(lambda text, part: part in text), (str, str)),
    ("endsWith", _found(str.endswith), (str, str)),
    ("indexOf", _index_of, (str, str)),
    ("indexOf", _index_of, (str, str, int)),
    ("join", _join, (list,)),
    ("join", _join, (list, str)),
    ("lastIndexOf", _last_index_of, (str, str)),
    ("lastIndexOf", _last_index_of, (str, str, int)),
    ("lowerAscii", _same_length(lambda text: text.translate(_LOWER)), (str,)),
    ("matches", _matches, (str, str)),
    ("replace", _replace, (str, str, str)),
    ("replace", _replace, (str, str, str, int)),
    ("reverse", _same_length(lambda text: text[::-1]), (str,)),
    ("split", _split, (str, str)),
    ("split", _split, (str, str, int)),
    ("startsWith", _found(str.startswith), (str, str)),
    ("substring", _substring, (str, int)),
    ("substring", _substring, (str, int, int)),
    ("trim", _same_length(lambda text: text.strip(_SPACES)), (str,)),
    ("upperAscii", _same_length(lambda text: text.translate(_UPPER)), (str,)),
)
METHODS: Final = {(name, len(kinds)): _typed(name, function, *kinds) for name, function, kinds in _METHODS}
"""The functions that are called on a text or list, by name and number of operands; the first one included."""
FUNCTIONS: Final = {
    ("matches", 2): METHODS["matches", 2],
    ("strings.quote", 1): _typed("strings.quote", _quote, *_TEXT),
}
"""Those that are not called on anything."""
