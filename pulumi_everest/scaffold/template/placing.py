"""Putting guesses where they belong in a template's tree, and the marks that make what may be absent so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Path
from pulumi_everest.scaffold.template.tree import DIRECTIVES, Guess, Note

Tree = dict[str, Any]


def mapping_at(tree: Tree, path: Iterable[str]) -> Tree:
    """The mapping at a path, made where it is not there. Of a list it is the only item."""
    here: Any = tree
    waiting: list[str] = []
    for part in path:
        if part == ITEM:
            key = waiting.pop()
            here = _item(here, key)
            continue
        if waiting:
            here = _below(here, waiting.pop())
        waiting.append(entry_of(here) if part == ENTRY else part)
    return _below(here, waiting.pop()) if waiting else here


def entry_of(here: Tree) -> str:
    """The name of the entry that a template makes in a mapping whose entries have any name."""
    return next((key for key in here if key not in DIRECTIVES and "${" not in key), "default")


def _below(here: Tree, key: str) -> Tree:
    value = here.setdefault(key, {})
    if isinstance(value, Guess):
        value = value.value
    if not isinstance(value, dict):
        raise LookupError(key)
    return value


def _item(here: Tree, key: str) -> Tree:
    value = here.setdefault(key, [{}])
    if isinstance(value, Guess):
        value = value.value
    if not isinstance(value, list) or not isinstance(value[0], dict):
        raise LookupError(key)
    return value[0]


def put(tree: Tree, path: Path, value: Any) -> None:
    """Put a value at a path, unless something is there or in the way already."""
    *above, last = path
    try:
        here = mapping_at(tree, above)
    except LookupError:
        return
    if last in (ITEM, ENTRY) or last in here or f"?{last}" in here:
        return
    here[last] = value
    if isinstance(value, Guess):
        value.path = (*above, last.removeprefix("?"))


def has(tree: Any, path: Path) -> bool:
    """Whether a value, or a guess at it, stands at a path or above it."""
    here = tree
    for part in path:
        if isinstance(here, Guess):
            if not isinstance(here.value, (dict, list)):
                return True
            here = here.value
        if part == ITEM:
            if not isinstance(here, list) or not here:
                return False
            here = here[0]
            continue
        if not isinstance(here, dict):
            return not isinstance(here, list)
        if "do" in here or "forEach" in here or ("merge" in here and "mixin" in here):
            return True
        name = entry_of(here) if part == ENTRY else part
        here = here.get(name, here.get(f"?{name}"))
        if here is None:
            return False
    return True


def marked(value: Any) -> Any:
    """A tree with `?` before the keys of mappings and lists in which everything may be absent."""
    if isinstance(value, Guess):
        value.value = marked(value.value)
        return value
    if isinstance(value, list):
        return [marked(one) for one in value]
    if not isinstance(value, dict):
        return value
    made: Tree = {}
    for key, below in value.items():
        inner = {name: marked(one) for name, one in below.items()} if key == "let" else marked(below)
        may = key not in DIRECTIVES and key != "do" and not key.startswith("?") and _may_be_absent(inner)
        made[f"?{key}" if may else key] = inner
    return made


def _may_be_absent(value: Any) -> bool:
    if isinstance(value, Guess):
        return not value.kept and _may_be_absent(value.value)
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) and _may_go(one) for one in value)
    if not isinstance(value, dict) or not value or "when" in value:
        return False
    keys = [key for key, below in value.items() if not isinstance(below, Note) and key not in ("let", "mixin")]
    return (bool(keys) and all(key.startswith("?") or key in ("forEach", "merge") for key in keys)) or "forEach" in keys


def _may_go(item: Tree) -> bool:
    return "forEach" in item or "when" in item or _may_be_absent(item)
