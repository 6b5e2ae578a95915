"""Field paths as definitions and plugins write them: ``resources.limits``, ``instances.*.storage.size``.

Lists are transparent: ``backup.storages.name`` is the name of every storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pulumi_everest.core.merging import copied
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.field_lists import unparted
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.shapes import Shape

FieldPath = tuple[str, ...]
MISSING: Final[Any] = object()
"""What is at a path where nothing is, not even null."""


def parse(text: str) -> FieldPath:
    """The parts of a field path; a leading ``spec.`` and list brackets say nothing that is not known."""
    parts = tuple(part for part in text.replace("[*]", "").replace("[]", "").split(".") if part)
    return parts[1:] if len(parts) > 1 and parts[0] == "spec" else parts


def missing_part(path: FieldPath, shape: Shape) -> tuple[int, list[str]] | None:
    """Where a field path leaves the shape: the index of the part that does not exist, and what would; else None."""
    for index, part in enumerate(path):
        shape = shape.within_lists()
        if shape.kind == "object":
            if part not in shape.fields:
                return index, list(shape.fields)
            shape = shape.fields[part]
        elif shape.kind in ("map", "text-or-map"):
            shape = shape.at(part)
        elif shape.kind != "any":
            return index, []
    return None


def inseparable(but: Iterable[str], shape: Shape, path: Path) -> Iterator[Finding]:
    """Fields to leave out that are no fields of their own: keys of a mapping that may have any."""
    for index, text in enumerate(but):
        parts = parse(text)
        if missing_part(parts, shape) is None and unparted(".".join(parts), shape):
            whole = ".".join(parts[:-1])
            said = f"'{text}' cannot be left out alone, since '{whole}' may have any key: leave out '{whole}'"
            yield finding("definition.unknown-path", (*path, index), said)


class FieldSet:
    """A set of fields, where each path covers what is below it."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._tree: dict[str, Any] = {}
        for text in paths:
            node = self._tree
            for part in parse(text):
                if node.get("") is True:
                    break
                node = node.setdefault(part, {})
            else:
                node.clear()
                node[""] = True

    def __bool__(self) -> bool:
        return bool(self._tree)

    def paths(self) -> list[str]:
        """The fields as paths, sorted."""
        return sorted(".".join(path) for path in _paths(self._tree, ()))

    def covers(self, path: FieldPath) -> bool:
        """Whether the field is in the set, whole."""
        return "" in (self._below(path) or {})

    def reaches(self, path: FieldPath) -> bool:
        """Whether the field, or something below it, is in the set."""
        return self._below(path) is not None

    def _below(self, path: FieldPath) -> dict[str, Any] | None:
        """What the set has at a path: the node of a field that covers it, or of the fields below; None for nothing."""
        node = self._tree
        for part in path:
            if "" in node:
                break
            if part not in node:
                return None
            node = node[part]
        return node

    def outside(self, data: Any) -> Iterator[tuple[Path, list[str]]]:
        """The topmost values in `data` that no path of the set covers, each with the fields that would be allowed."""
        yield from _outside(data, self._tree, ())


def _paths(node: dict[str, Any], at: FieldPath) -> Iterator[FieldPath]:
    for name, below in node.items():
        if name == "":
            yield at
        else:
            yield from _paths(below, (*at, name))


def _outside(data: Any, node: dict[str, Any], path: Path) -> Iterator[tuple[Path, list[str]]]:
    if "" in node or data is None:
        return
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _outside(item, node, (*path, index))
    elif isinstance(data, dict):
        for key, value in data.items():
            if value is None:
                continue
            below = node.get(key) or node.get("*")
            if below is None:
                yield (*path, key), sorted(node)
            else:
                yield from _outside(value, below, (*path, key))


def value_at(data: Any, path: Path) -> Any:
    """The value at a path of plain data, or None."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
            data = data[part]
        else:
            return None
    return data


def found_at(data: Any, path: Path) -> Any:
    """The value at a path of plain data, which may be None, or MISSING."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return data


def with_value(spec: Any, path: Path, value: Any) -> dict[str, Any]:
    """A copy with the value set; mappings on the way are made, items of lists are there."""
    result: dict[str, Any] = copied(spec)
    set_value(result, path, copied(value))
    return result


def set_value(spec: Any, path: Path, value: Any) -> None:
    """Set a value in place; mappings on the way are made, items of lists are there."""
    node = spec
    for key in path[:-1]:
        if isinstance(key, str) and node.get(key) is None:
            node[key] = {}
        node = node[key]
    node[path[-1]] = value


def without(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """A copy of plain data without what is at a path; mappings that this empties stay."""
    result: dict[str, Any] = copied(data)
    if found_at(result, path) is not MISSING:
        del found_at(result, path[:-1])[path[-1]]
    return result


def missing_path(path: FieldPath, shape: Shape, at: Path, text: str) -> Iterator[Finding]:
    """A finding at `at` where a field path, written as `text`, leaves the shape."""
    missing = missing_part(path, shape)
    if missing is not None:
        index, allowed = missing
        message = f"'{text}' is no field: there is no '{path[index]}'"
        yield unknown("definition.unknown-path", at, message, path[index], allowed)
