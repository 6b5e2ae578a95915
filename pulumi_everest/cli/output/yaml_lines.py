"""An object as lines of YAML for people: which of them are the user's, and blocks that repeat said once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.review.yaml_text import yaml_text

_LEAST: Final = 5
"""Lines that a block has at least that is not said again."""
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Line:
    """A line, and whether what it says follows what the user says."""

    text: str
    is_own: bool = False


def yaml_lines(data: dict[str, Any], own: frozenset[Path] = frozenset()) -> list[Line]:
    """The lines of an object. `own` are the paths of the values that follow what the user says."""
    if not data:
        return []
    texts = yaml_text(data).splitlines()
    pieces = _Pieces(own)
    root = yaml.compose("\n".join(texts), Loader=_LOADER)
    assert root is not None
    pieces.look(root, data, (), len(texts))
    lines = []
    for number, text in enumerate(texts):
        if number in pieces.folded:
            lines.append(Line(f"{text[: pieces.cut.get(number, len(text))]}{pieces.folded[number]}"))
        elif number not in pieces.left_out:
            lines.append(Line(text, number in pieces.own_lines))
    return lines


class _Pieces:
    """What is found in a document: the lines of the user's values, and blocks that are there already."""

    def __init__(self, own: frozenset[Path]) -> None:
        self._own, self._seen = own, dict[str, Path]()
        self.own_lines: set[int] = set()
        self.folded: dict[int, str] = {}
        """What is said instead of a block, by the line that it is said in."""
        self.cut: dict[int, int] = {}
        """How much of such a line stays."""
        self.left_out: set[int] = set()

    def look(self, node: yaml.Node, value: Any, path: Path, end: int) -> None:
        """Look at a node, what it says, where it is, and the number of the line that is after it."""
        lines = range(node.start_mark.line, end)
        if not isinstance(node, yaml.CollectionNode) or not value:
            if path in self._own:
                self.own_lines.update(lines)
            return
        if path and len(lines) >= _LEAST:
            key = json.dumps([value, sorted(map(repr, self._own_below(path)))], sort_keys=True, default=str)
            if key in self._seen:
                self._fold(node, lines, path, self._seen[key])
                return
            self._seen[key] = path
        children = list(_children(node, value))
        ends = [*(start for start, *_ in children[1:]), end]
        for (_, child, below, step), child_end in zip(children, ends, strict=True):
            self.look(child, below, (*path, step), child_end)

    def _own_below(self, path: Path) -> Iterator[Path]:
        return (one[len(path) :] for one in self._own if one[: len(path)] == path)

    def _fold(self, node: yaml.Node, lines: range, path: Path, first: Path) -> None:
        """Say where a block is already, in the line of its key, or where it is an item in its first line."""
        text = on_one_line(f"# as {path_text(first)}, {len(lines)} lines")
        if isinstance(path[-1], int):
            self.folded[lines.start], self.cut[lines.start] = text, node.start_mark.column
            self.left_out.update(lines[1:])
        else:
            self.folded[lines.start - 1] = f"  {text}"
            self.left_out.update(lines)


def _children(node: yaml.CollectionNode, value: Any) -> Iterator[tuple[int, yaml.Node, Any, str | int]]:
    """What is in a block: the line where it begins, its node, what it says, and its key or place."""
    if isinstance(node, yaml.MappingNode):
        for (name, child), (key, below) in zip(node.value, value.items(), strict=True):
            yield name.start_mark.line, child, below, key
    else:
        for index, (child, below) in enumerate(zip(node.value, value, strict=True)):
            yield child.start_mark.line, child, below, index
