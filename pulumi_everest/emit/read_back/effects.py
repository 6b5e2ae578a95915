"""How a field shows in the emitted object, learned from two values of it; and read backwards, what value it had.

Nothing here knows a technology: a value is found again in the object as it is, as an item of a list, inside a text,
as a part of a text, or as a number by a factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.exact import same
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Path


@dataclass(frozen=True)
class Shown:
    """A value of a field, None where it is left out, and the spec that was emitted with it."""

    value: Any
    emitted: Any


def candidates(first: Shown, second: Shown, without: Any, wanted: Any) -> Iterator[Any]:
    """What the field may have been in the spec `wanted`, the likeliest first; without a word about whether it fits."""
    for path in differing(first.emitted, second.emitted):
        there = value_at(wanted, path)
        if there is None:
            continue
        yield from _inverted(
            (first.value, value_at(first.emitted, path)),
            (second.value, value_at(second.emitted, path)),
            value_at(without, path),
            there,
        )
        yield from _listed(first, second, path, wanted)


def differing(first: Any, second: Any) -> list[Path]:
    """Every place at which two specs differ, each before what holds it; what is alone differs in all its parts."""
    found: dict[Path, None] = {}

    def walk(a: Any, b: Any, path: Path) -> None:
        if same(a, b):
            return
        if isinstance(a, dict) and isinstance(b or {}, dict):
            for key in {**a, **(b or {})}:
                walk(a.get(key), value_at(b, (key,)), (*path, key))
        elif isinstance(a, list) and isinstance(b or [], list):
            for index in range(max(len(a), len(b or []))):
                walk(value_at(a, (index,)), value_at(b, (index,)), (*path, index))
        found[path] = None

    walk(first, second, ())
    return list(found)


def concerns(emitted: Any, without: Any, wanted: Any) -> bool:
    """Whether the wanted spec has something where a field shows."""
    for path in differing(emitted, without):
        if not isinstance(value_at(without, path), (dict, list)) and value_at(wanted, path) is not None:
            return True
    return False


def _inverted(first: tuple[Any, Any], second: tuple[Any, Any], without: Any, there: Any) -> Iterator[Any]:
    (value, shown), (other, other_shown) = first, second
    if same(value, shown) and same(other, other_shown):
        yield there
    if isinstance(value, dict) and isinstance(shown, dict) and isinstance(there, dict) and _within(value, shown):
        mine = {key: item for key, item in there.items() if key not in (without or {})}
        if mine:
            yield mine
    if other is None:
        return
    yield from _by_text(value, str(value), str(shown), str(other), str(other_shown), there)
    yield from _by_factor(value, shown, other, other_shown, there)


def _within(part: dict[str, Any], whole: dict[str, Any]) -> bool:
    return all(key in whole and str(whole[key]) == str(item) for key, item in part.items())


def _by_text(kind: Any, value: str, shown: str, other: str, other_shown: str, there: Any) -> Iterator[Any]:
    """The emitted text is the value with something around it, or the value is the emitted text with something."""
    if isinstance(kind, (dict, list, bool)) or isinstance(there, (dict, list, bool)):
        return
    text = str(there)
    around = _around(shown, value)
    if around is not None and around == _around(other_shown, other) and around != ("", ""):
        before, after = around
        if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
            yield from _typed(text[len(before) : len(text) - len(after)], kind)
    around = _around(value, shown)
    if around is not None and around == _around(other, other_shown):
        yield from _typed(around[0] + text + around[1], kind)


def _around(outer: str, inner: str) -> tuple[str, str] | None:
    if not inner or inner not in outer:
        return None
    before, _, after = outer.partition(inner)
    return before, after


def _typed(text: str, kind: Any) -> Iterator[Any]:
    if isinstance(kind, int):
        if text.lstrip("-").isdigit():
            yield int(text)
    else:
        yield text


def _by_factor(value: Any, shown: Any, other: Any, other_shown: Any, there: Any) -> Iterator[Any]:
    numbers = (value, shown, other, other_shown, there)
    if any(isinstance(number, bool) or not isinstance(number, (int, float)) for number in numbers):
        return
    if shown and other_shown and value / shown == other / other_shown:
        result = there * value / shown
        yield int(result) if float(result).is_integer() else result


def _listed(first: Shown, second: Shown, path: Path, wanted: Any) -> Iterator[Any]:
    """A list of texts that is emitted as a list of mappings, or of other texts."""
    if not isinstance(first.value, list) or not isinstance(second.value, list):
        return
    if len(first.value) != 1 or len(second.value) != 1:
        return
    for place, part in enumerate(path):
        if part != 0 or not isinstance(part, int):
            continue
        items, rest = value_at(wanted, path[:place]), path[place + 1 :]
        shown = value_at(first.emitted, path), value_at(second.emitted, path)
        if shown == (first.value[0], second.value[0]) and isinstance(items, list):
            found = [value_at(item, rest) for item in items]
            if all(item is not None for item in found):
                yield found
