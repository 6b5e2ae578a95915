"""What fields do not reach: patches of the components whose part it is, and of the cluster for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_everest.adoption.rendering import Rendering, Spec
from pulumi_everest.core.exact import patch_between, same
from pulumi_everest.core.merging import both_patches
from pulumi_everest.core.paths import value_at, with_value
from pulumi_everest.model.deferred import Path

_MARK = "everest-adoption"


def with_overrides(rendering: Rendering, spec: Spec, wanted: Spec) -> Spec:
    """The cluster with the patches that make exactly the wanted spec of it."""
    for component, parts in sorted(_parts(rendering, spec), key=lambda entry: -max(map(len, entry[1]))):
        made = rendering.spec(spec)
        patches = [_patch(made, wanted, part) for part in parts]
        if patches[0] and all(same(patches[0], patch) for patch in patches):
            place = ("instances", component, "overrides")
            tried = with_value(spec, place, both_patches(value_at(spec, place) or {}, patches[0]))
            if rendering.spec(tried) is not None:
                spec = tried
    patch = patch_between(rendering.spec(spec), wanted)
    return with_value(spec, ("overrides",), patch) if patch else spec


def _parts(rendering: Rendering, spec: Spec) -> Iterator[tuple[str, list[Path]]]:
    """Where each component's part of the object is, by where a patch of it shows."""
    resolved, _ = rendering.checked(spec)
    for component in resolved.types if resolved is not None else ():
        marked = rendering.leaves(with_value(spec, ("instances", component, "overrides", _MARK), "x"))
        parts = [path[:-1] for path in marked or {} if path and path[-1] == _MARK]
        if parts:
            yield component, parts


def _patch(made: Any, wanted: Any, part: Path) -> Any:
    """The patch of one part; None where a list on the way has another length, and is to be replaced as a whole."""
    for depth in range(len(part) + 1):
        here, there = value_at(made, part[:depth]), value_at(wanted, part[:depth])
        if type(here) is not type(there):
            return None
        if isinstance(here, list) and len(here) != len(there):
            return None
    patch = patch_between(value_at(made, part), value_at(wanted, part))
    return patch if isinstance(patch, dict) else None
