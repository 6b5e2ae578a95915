"""The values of CEL in Python, and their kinds.

Null, bool, int, double, text, bytes, lists and maps are what Python has for them. What it has not is here: unsigned
integers, optional values, types as values, times and durations. A map is a dict; a key that is a bool is put in a
`BoolKey`, since to a dict True is the same key as 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class UInt:
    """An unsigned integer, ``1u``. As a key of a map it is another one than the int."""

    number: int

    def __str__(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True)
class BoolKey:
    """True or false as the key of a map."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@dataclass(slots=True, eq=False)
class Optional:
    """``optional.of(value)``. Nobody changes one; it is not frozen because that takes as long again to make."""

    value: Any


NONE: Final = Optional(None)
"""``optional.none()``: the optional without a value, which is this object and no other."""


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A moment, in nanoseconds since 1970."""

    nanos: int


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time, in nanoseconds."""

    nanos: int


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value: what ``type(1)`` and ``int`` give."""

    name: str


TYPES: Final[Mapping[str, TypeValue]] = {
    name: TypeValue(name)
    for name in (
        "bool", "bytes", "double", "google.protobuf.Duration", "google.protobuf.Timestamp", "int", "list", "map",
        "null_type", "optional_type", "string", "type", "uint",
    )
}  # fmt: skip
"""The types that have a name in expressions."""

_TYPE_OF: Final[Mapping[type, TypeValue]] = {
    type(None): TYPES["null_type"], bool: TYPES["bool"], int: TYPES["int"], UInt: TYPES["uint"],
    float: TYPES["double"], str: TYPES["string"], bytes: TYPES["bytes"], list: TYPES["list"], dict: TYPES["map"],
    Timestamp: TYPES["google.protobuf.Timestamp"], Duration: TYPES["google.protobuf.Duration"],
    TypeValue: TYPES["type"], Optional: TYPES["optional_type"],
}  # fmt: skip
_KINDS: Final[Mapping[type, str]] = {
    type(None): "null", bool: "bool", int: "int", UInt: "uint", float: "double", str: "string", bytes: "bytes",
    list: "list", dict: "map", Timestamp: "timestamp", Duration: "duration", TypeValue: "type", Optional: "optional",
}  # fmt: skip


def type_of(value: Any) -> TypeValue:
    """The type of a value, as a value."""
    return _TYPE_OF.get(value.__class__, TYPES["null_type"])


def kind_of(value: Any) -> str:
    """The kind of a value, for people. What is not known yet counts as null: nothing that matters depends on it."""
    return _KINDS.get(value.__class__, "null")


def key_of(value: Any) -> Any:
    """A value as the key of a dict."""
    return BoolKey(value) if value.__class__ is bool else value


def value_of(key: Any) -> Any:
    """The value that the key of a dict is."""
    return key.value if key.__class__ is BoolKey else key


_TEXT_ONLY: Final = frozenset({str})


def in_order(keys: Iterable[Any]) -> list[Any]:
    """Keys in the order in which maps are gone through, which is the same in every process."""
    found = list(keys)
    if {key.__class__ for key in found} - _TEXT_ONLY:
        return sorted(found, key=_place_of)
    found.sort()
    return found


def _place_of(key: Any) -> tuple[int, Any]:
    """Where a key stands among others: false and true first, then numbers, then texts."""
    if key.__class__ is BoolKey:
        return 0, key.value
    return (1, key.number if key.__class__ is UInt else key) if key.__class__ in (int, UInt) else (2, key)
