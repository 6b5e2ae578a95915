"""Where in a program a value is written that a resource got: the argument, not only the line of the resource."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place
from pulumi_everest.review.inputs.sources import Sources


def placed(entry: Finding, sources: Sources) -> Finding:
    """The finding with the place of its argument, where the program writes that as it stands, in the call itself."""
    place = entry.place
    if not entry.path or place is None or place.line is None or place.column is not None:
        return entry
    if not place.file.endswith(".py"):
        return entry
    program = _program(sources.text(place.file))
    file, line = place.file, place.line

    def locate(path: Path, *, of_value: bool = False) -> Place | None:
        found = program.place(line, path, of_value=of_value)
        return Place(file, *found) if found is not None else None

    found = locate(entry.path, of_value=not entry.of_key)
    return entry if found is None else entry.placed(found, locate)


@lru_cache(maxsize=4)
def _program(text: str) -> _Program:
    """A program is parsed once, however much is to be said about it."""
    return _Program(text)


Part = tuple[ast.AST, ast.AST]
"""The nodes of a name, or of a position, and of its value."""


class _Program:
    """A file of a program: its calls by the lines on which they begin."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._calls: dict[int, list[ast.Call]] = {}
        self._parts: dict[ast.AST, dict[str | int, Part]] = {}
        for node in _nodes(text):
            if isinstance(node, ast.Call):
                self._calls.setdefault(node.lineno, []).append(node)

    def place(self, line: int, path: Path, *, of_value: bool) -> tuple[int, int] | None:
        """Line and column of the name (or the value) at a path in the arguments of a call that begins on a line.

        Of what is not there it is the nearest thing around it; None where not even the argument is there.
        """
        best: tuple[int, Part] | None = None
        for node in self._calls.get(line, ()):
            depth, found = self._followed(node, path)
            if found is not None and (best is None or depth > best[0]):
                best = (depth, found)
        if best is None:
            return None
        depth, (name, value) = best
        return self._position(value if of_value and depth == len(path) else name)

    def _followed(self, node: ast.AST, path: Path) -> tuple[int, Part | None]:
        """How many steps of a path can be followed in an expression, and the name and value of the last one."""
        if not path:
            return 0, None
        part = self._parts_of(node).get(_key(path[0]))
        if part is not None:
            depth, found = self._followed(part[1], path[1:])
            return depth + 1, found or part
        if isinstance(node, ast.Call):  # the arguments may be an object of their own: Cluster("a", ClusterArgs(...))
            for value in node.args:
                depth, found = self._followed(value, path)
                if found is not None:
                    return depth, found
        return 0, None

    def _parts_of(self, node: ast.AST) -> dict[str | int, Part]:
        if node not in self._parts:
            parts: dict[str | int, Part] = {}
            for key, name, value in _parts(node):
                parts.setdefault(_key(key), (name, value))
            self._parts[node] = parts
        return self._parts[node]

    def _position(self, node: ast.AST) -> tuple[int, int]:
        line: int = node.lineno  # type: ignore[attr-defined]
        offset: int = node.col_offset  # type: ignore[attr-defined]
        written = self._lines[line - 1].encode()[:offset]
        return line, len(written.decode(errors="replace")) + 1


def _nodes(text: str) -> Iterable[ast.AST]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return ast.walk(tree)


def _parts(node: ast.AST) -> Iterator[tuple[str | int, ast.AST, ast.AST]]:
    """What an expression consists of: the keys or positions, with the nodes of name and value."""
    if isinstance(node, ast.Call):
        yield from ((keyword.arg, keyword, keyword.value) for keyword in node.keywords if keyword.arg is not None)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, key, value
    elif isinstance(node, (ast.List, ast.Tuple)):
        yield from ((index, item, item) for index, item in enumerate(node.elts))


def _key(part: str | int) -> str | int:
    """A step of a path, the same whether a name is written as in Python or as in YAML: ``storage_class``."""
    return part if isinstance(part, int) else part.replace("_", "").lower()
