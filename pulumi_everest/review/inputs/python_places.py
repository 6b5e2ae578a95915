"""Where in a program a value is written that a resource got: the argument, not only the line of the resource."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import replace

from pulumi_everest.model.codes import is_about_the_value
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
    lines = sources.lines(place.file)
    found = argument_place("\n".join(lines), place.line, entry.path, of_value=is_about_the_value(entry.code))
    return entry if found is None else replace(entry, place=Place(place.file, *found))


def argument_place(text: str, line: int, path: Path, *, of_value: bool) -> tuple[int, int] | None:
    """Line and column of the name (or the value) at a path in the arguments of a call that begins on a line.

    Of what is not there it is the nearest thing around it; None where not even the argument is there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    best: tuple[int, tuple[ast.AST, ast.AST]] | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno == line:
            depth, found = _followed(node, path)
            if found is not None and (best is None or depth > best[0]):
                best = (depth, found)
    if best is None:
        return None
    depth, (name, value) = best
    return _position(value if of_value and depth == len(path) else name, text)


def _followed(node: ast.AST, path: Path) -> tuple[int, tuple[ast.AST, ast.AST] | None]:
    """How many steps of a path can be followed in an expression, and the name and value of the last one."""
    if not path:
        return 0, None
    for key, name, value in _parts(node):
        same = key == path[0] if isinstance(key, int) or isinstance(path[0], int) else _fold(key) == _fold(path[0])
        if same:
            depth, found = _followed(value, path[1:])
            return depth + 1, found or (name, value)
    if isinstance(node, ast.Call):  # the arguments may be an object of their own: Cluster("a", ClusterArgs(...))
        for value in node.args:
            depth, found = _followed(value, path)
            if found is not None:
                return depth, found
    return 0, None


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


def _fold(name: str) -> str:
    """A name whether it is written as in Python or as in YAML: ``storage_class``, ``storageClass``."""
    return name.replace("_", "").lower()


def _position(node: ast.AST, text: str) -> tuple[int, int]:
    line: int = node.lineno  # type: ignore[attr-defined]
    offset: int = node.col_offset  # type: ignore[attr-defined]
    written = text.split("\n")[line - 1].encode()[:offset]
    return line, len(written.decode(errors="replace")) + 1
