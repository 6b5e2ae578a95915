"""Changes of a plugin's YAML that leave all other lines as they are: comments, order and style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from pulumi_everest.scaffold.template.tree import scalar

Path = tuple[str, ...]


class NoPlaceError(Exception):
    """There is no such mapping or list in the text."""


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {inline(below)}" for key, below in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(one) for one in value) + "]"
    return scalar(value)


def append(text: str, path: Path, value: Any) -> str:
    """Put an item behind the last one of a list, which is made where there is none. Raises NoPlaceError."""
    node = _at(text, path)
    if node is None:
        return put(text, path[:-1], path[-1], [value])
    if not isinstance(node, yaml.SequenceNode):
        raise NoPlaceError(".".join(path))
    if node.flow_style or not node.value:
        return _into_flow(text, node, inline(value))
    last = node.value[-1]
    dash = text.splitlines()[node.value[0].start_mark.line].index("-")
    return _insert(text, _last_line(last) + 1, f"{' ' * dash}- {inline(value)}")


def put(text: str, path: Path, key: str, value: Any) -> str:
    """Put an entry behind the last one of a mapping. Raises NoPlaceError where there is no such mapping."""
    node = _at(text, path)
    if node is None and path:
        return put(text, path[:-1], path[-1], {key: value})
    if not isinstance(node, yaml.MappingNode):
        raise NoPlaceError(".".join(path))
    entry = f"{scalar(key)}: {inline(value)}"
    if node.flow_style or not node.value:
        return _into_flow(text, node, entry)
    first, last = node.value[0][0], node.value[-1][1]
    return _insert(text, _last_line(last) + 1, f"{' ' * first.start_mark.column}{entry}")


def drop(text: str, path: Path, key: str) -> str:
    """Take an entry of one line out of a mapping, which may be an item of a list: `versions.0`."""
    node = _at(text, path)
    for number, (name, value) in enumerate(node.value if isinstance(node, yaml.MappingNode) else ()):
        if name.value != key:
            continue
        if not node.flow_style:
            lines = text.splitlines(keepends=True)
            del lines[name.start_mark.line : _last_line(value) + 1]
            return "".join(lines)
        start = node.value[number - 1][1].end_mark.index if number else name.start_mark.index
        return text[:start] + text[value.end_mark.index :]
    return text


def _at(text: str, path: Path) -> Any:
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for part in path:
        if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            node = node.value[int(part)]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        else:
            return None
    return node


def _last_line(node: Any) -> int:
    """The last line of a value; a block's end is where the next one begins, so that of its last scalar counts."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        end: int = node.end_mark.line
        return end - 1 if node.end_mark.column == 0 and end > node.start_mark.line else end
    below = node.value[-1]
    return _last_line(below[1] if isinstance(below, tuple) else below)


def _insert(text: str, line: int, new: str) -> str:
    lines = text.splitlines()
    lines.insert(line, new)
    return "\n".join(lines) + "\n"


def _into_flow(text: str, node: Any, entry: str) -> str:
    end = node.end_mark.index - 1
    before = text[:end].rstrip()
    return f"{before}{', ' if node.value else ''}{entry}{text[end:]}"
