"""Writing mixins of the package where a template says the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from pulumi_everest import plugins
from pulumi_everest.scaffold.template.tree import Guess, LeftOut, plain

_FEWEST: Final = {"pod": 3, "volumeClaim": 2, "service": 3, "imagePull": 2}
"""The mixins that are written, each with how many of its keys have to be there."""


@cache
def _mixins() -> dict[str, dict[str, Any]]:
    file = Path(plugins.__file__).parent / "mixins/templates.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {name: data[name] for name in _FEWEST}


def use_mixins(tree: Any, left_out: LeftOut) -> None:
    """Put mixins into all mappings of a tree that have their entries."""
    if isinstance(tree, Guess):
        use_mixins(tree.value, left_out)
    elif isinstance(tree, list):
        for value in tree:
            use_mixins(value, left_out)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if key != "let":
                use_mixins(value, left_out)
        _put_in(tree, left_out)


def _put_in(tree: dict[str, Any], left_out: LeftOut) -> None:
    used: dict[str, list[str]] = {}
    for name, entries in _mixins().items():
        same = [key for key, value in entries.items() if key in tree and _is(tree[key], value, left_out)]
        others = [key.removeprefix("?") for key in entries if key not in same]
        if len(same) < _FEWEST[name] or any(key.removeprefix("?") in tree for key in entries if key not in same):
            continue
        used[name] = others
        for key in same:
            del tree[key]
    if not used or "mixin" in tree:
        return
    mixin: Any = {name: {"but": but} if but else {} for name, but in used.items()}
    if not any(used.values()):
        mixin = list(used) if len(used) > 1 else next(iter(used))
    rest = dict(tree)
    tree.clear()
    for key in [key for key in rest if key in ("let", "when", "forEach")]:
        tree[key] = rest.pop(key)
    tree["mixin"] = mixin
    tree.update(rest)


def _is(value: Any, wanted: Any, left_out: LeftOut) -> bool:
    if isinstance(value, Guess) and (value in left_out or value.note or value.ask):
        return False
    return bool(plain(value, left_out) == wanted)
