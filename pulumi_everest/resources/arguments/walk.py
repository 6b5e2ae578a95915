"""The walk over the arguments of a program: plain data with camelCase keys, and a leaf for every output in it."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import math
import os
import re
from collections import UserString
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import pulumi
from pydantic import BaseModel

from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.shapes import Shape
from pulumi_everest.model.source.syntax import MAX_DEPTH
from pulumi_everest.resources.arguments.leaves import Leaf
from pulumi_everest.resources.arguments.models import program_names

MAX_VALUES: Final = 1_000_000
"""How many values the arguments of one resource may have: a few lists that share their items can have any number."""
MAX_EXACT: Final = 2**53
"""Pulumi keeps numbers as floating point, which is exact up to here."""
OUTPUT_TEXT: Final = re.compile(r"Calling (?:__\w+__|\[\w+\]) on an \[?Output[<\[]T")
"""What Pulumi's SDKs make of an output that is put into a text, in Python, TypeScript and .NET."""
OUTPUT_HINT: Final = 'write pulumi.Output.concat("prefix-", output), or output.apply(lambda value: f"prefix-{value}")'
SHORT: Final = 40
"""No text with less characters can hold that."""


class Walk:
    """One walk. `data` holds a `Deferred` for each of `leaves`; what is no value of any field is in `findings`.

    `camel` holds the paths of keys that were written in camelCase; all others were, or would be, in snake_case.
    """

    def __init__(self, arguments: Mapping[Any, Any], shape: Shape) -> None:
        self.shape = shape
        self.leaves: list[Leaf] = []
        self.findings: list[Finding] = []
        self.camel: set[Path] = set()
        self._inside: set[int] = set()
        self._count = 0
        self.data: dict[str, Any] = self._mapping(arguments, shape, (), self.leaves)

    def normalised(self, value: Any, leaf: Leaf) -> Any:
        """The value of an output in the form of the rest, without leaves."""
        return self._value(value, leaf.shape, leaf.path, None)

    def opened(self, leaf: Leaf) -> Any:
        """What is to be seen of a known leaf: its value, the outline of a secret with its parts, or just the leaf."""
        return self._divided(leaf.value, leaf) if leaf.secret else leaf.value

    def _value(self, value: Any, shape: Shape, path: Path, leaves: list[Leaf] | None) -> Any:
        kind = value.__class__
        if (
            kind is bool
            or value is None
            or (kind is str and value.isascii() and len(value) < SHORT)
            or (kind is int and -MAX_EXACT <= value <= MAX_EXACT)
        ):
            return self._confidential(value, shape, path, leaves) if is_confidential(path) else value
        if kind is dict or kind is list:
            return self._container(value, shape, path, leaves)
        if isinstance(value, Deferred):  # refused before the walk
            return value
        if isinstance(value, pulumi.Output) or inspect.isawaitable(value):
            if leaves is None:
                return self._refused("field.type", path, "an output gave another output inside its value")
            output: pulumi.Output[Any] = value if isinstance(value, pulumi.Output) else pulumi.Output.from_input(value)
            leaf = Leaf(path, shape, output, self, confidential=is_confidential(path))
            leaves.append(leaf)
            return leaf.deferred
        if isinstance(value, enum.Enum):
            return self._value(value.value, shape, path, leaves)
        if isinstance(value, (str, int, float)):
            return self._scalar(value, shape, path, leaves)
        if isinstance(value, Mapping) or _is_list(value):
            return self._container(value, shape, path, leaves)
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        return self._object(value, shape, path, leaves)

    def _scalar(self, value: str | int | float, shape: Shape, path: Path, leaves: list[Leaf] | None) -> Any:
        """A text or a number, as an instance of Python's own class."""
        if isinstance(value, str):
            text = str.__str__(value)
            if not _is_unicode(text):
                return self._refused("field.type", path, "the text holds half a character (a lone surrogate)")
            if len(text) >= SHORT and OUTPUT_TEXT.search(text):
                return self._refused("value.output-text", path, "an Output was put into a text", OUTPUT_HINT)
            plain: str | int | float = text
        elif isinstance(value, int):
            plain = int(value)
            if abs(plain) > MAX_EXACT:
                text = "the number is too large: Pulumi keeps numbers as floating point, exact up to 2**53"
                return self._refused("field.range", path, text)
        elif not math.isfinite(value):
            return self._refused("field.type", path, "expected a number, got one that is not finite")
        else:
            plain = float(value)
        return self._confidential(plain, shape, path, leaves) if is_confidential(path) else plain

    def _container(self, value: Any, shape: Shape, path: Path, leaves: list[Leaf] | None) -> Any:
        """A mapping or a list, unless it holds itself or there is no end to it."""
        if id(value) in self._inside:
            return self._refused("source.too-deep", path, "the value holds itself")
        if len(path) > MAX_DEPTH:
            return self._refused("source.too-deep", path, f"the arguments are nested more than {MAX_DEPTH} levels deep")
        if self._count > MAX_VALUES:  # said already
            return Deferred(path)
        self._count += len(value)
        if self._count > MAX_VALUES:
            return self._refused("source.too-large", path, f"the arguments have more than {MAX_VALUES} values")
        self._inside.add(id(value))
        try:
            if value.__class__ is dict or isinstance(value, Mapping):
                return self._mapping(value, shape, path, leaves)
            return [self._value(item, shape.at(i), (*path, i), leaves) for i, item in enumerate(value)]
        finally:
            self._inside.discard(id(value))

    def _object(self, value: Any, shape: Shape, path: Path, leaves: list[Leaf] | None) -> Any:
        """The typed arguments of another package, such as `TolerationArgs`, or nothing that is a value."""
        types = getattr(pulumi, "_types", None)
        if types is not None and types.is_input_type(type(value)):
            return self._value(types.input_type_to_dict(value), shape, path, leaves)
        text = f"a value of type {type(value).__name__} cannot be an argument"
        return self._refused("field.type", path, text, _instead(value, shape))

    def _mapping(self, value: Mapping[Any, Any], shape: Shape, path: Path, leaves: list[Leaf] | None) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, below in value.items():
            if not (key.__class__ is str and key.isascii() and len(key) < SHORT) and self._is_wrong_key(key, path):
                continue
            name = self._key(str.__str__(key), shape, path)
            if name in data:
                text = f"the field is there twice, as '{key}' and in its other spelling"
                self.findings.append(finding("field.duplicate", (*path, name), text))
            data[name] = self._value(below, shape.at(name), (*path, name), leaves)
        return data

    def _is_wrong_key(self, key: Any, path: Path) -> bool:
        """Whether a key is none that a field can have, which is a finding then."""
        if not isinstance(key, str):
            self._refused("source.key", path, f"a key is text, got a value of type {type(key).__name__}")
        elif not _is_unicode(key):
            self._refused("source.key", path, "a key holds half a character (a lone surrogate)")
        elif len(key) >= SHORT and OUTPUT_TEXT.search(key):
            self._refused("value.output-text", path, "an Output was put into a key", OUTPUT_HINT)
        else:
            return False
        return True

    def _key(self, key: str, shape: Shape, path: Path) -> str:
        """The name of a field in YAML; the keys of free mappings are left as they are."""
        if shape.kind != "object":
            return key
        if key in shape.fields:
            if program_names().get(key, key) != key:
                self.camel.add((*path, key))
            return key
        return _camel(shape).get(key, key)

    def _confidential(self, value: Any, shape: Shape, path: Path, leaves: list[Leaf] | None) -> Any:
        if value is None:
            return None
        if not isinstance(value, str) or shape.kind in ("map", "object"):
            wanted = "a mapping" if shape.kind in ("map", "object") else "text"
            return self._refused("field.type", path, f"expected {wanted}; the value is secret and not shown")
        if leaves is None:
            return value
        leaf = Leaf(path, shape, pulumi.Output.secret(value), self, confidential=True)
        leaf.value, leaf.known = value, True
        leaves.append(leaf)
        return leaf.deferred

    def _divided(self, data: Any, leaf: Leaf) -> Any:
        """A known secret with the outline that the model describes, and a leaf for each value in it."""
        if isinstance(data, dict) and data and _has_outline(leaf):
            return {key: self._divided(below, self._part(leaf, key, below)) for key, below in data.items()}
        if isinstance(data, list) and data and _has_outline(leaf):
            return [self._divided(below, self._part(leaf, i, below)) for i, below in enumerate(data)]
        return data if data is None else leaf.deferred

    def _part(self, leaf: Leaf, key: str | int, value: Any) -> Leaf:
        output = leaf.output.apply(lambda _: value)
        part = Leaf((*leaf.path, key), leaf.shape.at(key), output, self, confidential=leaf.confidential)
        part.value, part.known = value, True
        part.secret = part.examined = True
        self.leaves.append(part)
        return part

    def _refused(self, code: str, path: Path, message: str, hint: str | None = None) -> Deferred:
        self.findings.append(finding(code, path, message, hint=hint))
        return Deferred(path)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview, UserString))


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _instead(value: Any, shape: Shape) -> str | None:
    """What to pass instead of something that is no value."""
    if isinstance(value, pulumi.Resource):
        return "pass one of its outputs, such as its name"
    if isinstance(value, BaseModel):
        return "pass what its model_dump() gives"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return "pass what dataclasses.asdict() makes of it"
    if isinstance(value, (bytes, bytearray, memoryview, UserString)):
        return "pass it as text"
    if isinstance(value, Iterable) and not isinstance(value, type):
        return {"map": "pass a dictionary", "object": "pass a dictionary", "list": "pass a list"}.get(shape.kind)
    return None


def _has_outline(leaf: Leaf) -> bool:
    """Whether a place has parts of its own that the model describes, so that their names are no secret."""
    if leaf.shape.kind == "object":
        return True
    item = leaf.shape.item
    return item is not None and (item.kind == "object" or (leaf.confidential and leaf.shape.kind == "map"))


@cache
def _camel(shape: Shape) -> dict[str, str]:
    """The fields of an object by the names they have in a program."""
    names = program_names()
    return {names.get(field, field): field for field in shape.fields}


def is_confidential(path: Path) -> bool:
    """Whether a place takes a password or the like."""
    if not path:
        return False
    if path[0] == "users":
        return len(path) <= 2
    if path[0] == "monitoring":
        return 2 <= len(path) <= 3 and path[1] == "credentials"
    return path[:2] == ("backup", "storages") and 4 <= len(path) <= 5 and path[3] == "credentials"
