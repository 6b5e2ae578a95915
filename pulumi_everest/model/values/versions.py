"""The order of versions, and ranges of them: ``8.0.8-3`` is older than ``8.0.12-4``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pulumi_everest.model.findings import shortened

_LONGEST: Final = 200
_PARTS: Final = re.compile(r"([0-9]+)|([A-Za-z]+)")
EARLY: Final = frozenset({"dev", "snapshot", "nightly", "a", "alpha", "b", "beta", "m", "pre", "preview", "rc"})
"""Words that make a version older than what stands before them."""

_WORD_BEFORE, _END, _WORD_AFTER, _NUMBER = range(4)
_Part = tuple[int, int, str]
_LAST: Final[_Part] = (_END, 0, "")

Key = tuple[tuple[_Part, ...], str]
"""What versions are sorted by: their parts, then the text, so that two texts are never equal."""


@lru_cache(maxsize=1024)
def version_key(text: str) -> Key:
    """A key to sort versions by, for any text.

    Numbers count as numbers; ``8.0.8-3`` (a build) is newer than ``8.0.8``, ``1.22.0-rc1`` older than
    ``1.22.0``. Zeros at the end, a ``v`` in front and what follows a ``+`` decide only between versions that
    are otherwise the same.
    """
    return _comparable(_parts(text)), text


def major(text: str) -> int:
    """The first number of a version. Raises ValueError for a text that does not begin with one."""
    match = re.match(r"[vV]?([0-9]{1,18})(?![0-9])", text)
    if match is None:
        raise ValueError(f"'{shortened(text)}' does not begin with a number")
    return int(match[1])


def numbers(text: str, count: int) -> tuple[int, ...]:
    """The first numbers of a version; fewer where it has fewer."""
    match = re.match(r"[vV]?([0-9]{1,18}(?:\.[0-9]{1,18})*)", text)
    return tuple(int(part) for part in match[1].split("."))[:count] if match else ()


def same_version(one: str, other: str) -> bool:
    """Whether two texts are one version: zeros at the end, a ``v`` in front and what follows a ``+`` count nothing."""
    return version_key(one)[0] == version_key(other)[0]


def _parts(text: str) -> list[_Part]:
    text = text[:_LONGEST].strip().partition("+")[0]
    if re.match(r"[vV][0-9]", text):
        text = text[1:]
    found: list[_Part] = []
    for number, word in _PARTS.findall(text):
        if number:
            found.append((_NUMBER, int(number), ""))
        else:
            small = word.lower()
            found.append((_WORD_BEFORE if small in EARLY else _WORD_AFTER, 0, small))
    return found


def _comparable(parts: list[_Part]) -> tuple[_Part, ...]:
    """Parts without zeros at the end of the leading numbers, and with an end that early words come before."""
    leading = next((i for i, part in enumerate(parts) if part[0] != _NUMBER), len(parts))
    kept = leading
    while kept > 1 and parts[kept - 1] == (_NUMBER, 0, ""):
        kept -= 1
    return (*parts[:kept], *parts[leading:], _LAST)


_CLAUSE: Final = re.compile(r"(>=|<=|>|<|!=|==|=)?\s*([0-9A-Za-z][0-9A-Za-z._+-]*)\s*(?:,\s*(?=\S)|(?=[\s<>=!])|\Z)")


@dataclass(frozen=True)
class Range:
    """Versions that fulfil all of its clauses: ``>=1.21 <1.23``, ``>=1.21, !=1.22.1``, a prefix ``1.22``."""

    text: str
    clauses: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Range:
        """Read a range. Raises ValueError with a message that says what is wrong and how to write it."""
        clauses: list[tuple[str, str]] = []
        rest = text.strip()
        if not rest:
            raise ValueError("a version range is empty; write one such as >=1.21 <1.23")
        if len(rest) > _LONGEST:
            raise ValueError(f"the version range '{shortened(text)}' is too long")
        while rest:
            match = _CLAUSE.match(rest)
            if match is None:
                raise ValueError(f"'{shortened(text)}' is not a version range{_range_hint(rest)}")
            clauses.append((_OPERATORS.get(match[1], match[1]), match[2]))
            rest = rest[match.end() :].lstrip()
        if not any(re.search("[0-9]", version) for _, version in clauses):
            raise ValueError(f"'{shortened(text)}' is not a version range{_range_hint(text)}")
        wild = next((version for _, version in clauses if re.search(r"\.[xX](\.|\Z)", version)), None)
        if wild is not None:
            raise ValueError(f"'{shortened(text)}' is not a version range; write {re.split('[.][xX]', wild)[0]}")
        return cls(text, tuple(clauses))

    def __contains__(self, version: object) -> bool:
        if not isinstance(version, str):
            return False
        parts = _parts(version)
        return all(_fulfils(parts, operator, _parts(bound)) for operator, bound in self.clauses)

    def __str__(self) -> str:
        return self.text


_OPERATORS: Final[dict[str | None, str]] = {None: "=", "==": "="}


def _fulfils(parts: list[_Part], operator: str, bound: list[_Part]) -> bool:
    """Whether a version fulfils one clause.

    A bound stands for all versions that begin with it: ``<=1.22`` has 1.22.1, and ``>1.22`` does not.
    """
    padded = parts + [(_NUMBER, 0, "")] * (len(bound) - len(parts))
    early = len(parts) > len(bound) and parts[len(bound)][0] == _WORD_BEFORE
    within = padded[: len(bound)] == bound and not early
    if operator in ("=", "!="):
        return within == (operator == "=")
    less = not within and _comparable(parts) < _comparable(bound)
    match operator:
        case "<":
            return less
        case "<=":
            return less or within
        case ">":
            return not less and not within
        case _:
            return not less


def _range_hint(rest: str) -> str:
    version = re.search(r"[0-9]+(?:\.[0-9]+)*", rest)
    numbers = version[0].split(".") if version else []
    if rest.startswith(("^", "~")) and numbers:
        kept = numbers[:1] if rest[0] == "^" and numbers[0] != "0" else numbers[:2]
        above = ".".join([*kept[:-1], str(int(kept[-1][:18]) + 1)])
        return f"; write >={'.'.join(numbers)} <{above}"
    if "*" in rest:
        return f"; write {'.'.join(numbers)}" if numbers else "; leave it out where any version is meant"
    if "|" in rest:
        return "; 'or' cannot be written in one range"
    return "; write one such as >=1.21 <1.23, !=1.22.1 or 1.22"
