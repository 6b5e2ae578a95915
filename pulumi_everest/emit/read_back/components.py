"""Components that overrides take away, switch off or add: those whose part of the object goes or comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.paths import value_at, with_value
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.read_back.emission import Emission, Places, Spec
from pulumi_everest.emit.read_back.written import Objects, counterpart
from pulumi_everest.model.deferred import Path

_OF_EVERY: Final = ("image", "replicas")
"""Fields by which the part of a component is found."""


def gone(shown: Places, made: Spec, plain: Spec) -> Iterator[str]:
    """The components whose part is in the object without overrides only, or is switched off; not those with volumes."""
    parts: dict[str, list[tuple[Path, Path]]] = {}
    for field, (places, marked) in shown.items():
        if field[0] == "instances":
            parts.setdefault(str(field[1]), []).extend(
                (field, counterpart(marked, plain, place)[0]) for place in places.as_it_is
            )
    for name, found in parts.items():
        root = _common([place[:-1] for _, place in found])
        if not root or any(field[2:] == ("storage", "size") for field, _ in found):
            continue
        part = value_at(made, root)
        off = isinstance(part, dict) and part.get("enabled") is False and value_at(plain, (*root, "enabled")) is True
        if isinstance(value_at(plain, root), dict) and (part is None or off):
            yield name


def _common(paths: list[Path]) -> Path:
    """What all paths begin with."""
    if not paths:
        return ()
    depth = 0
    while all(len(path) > depth and path[: depth + 1] == paths[0][: depth + 1] for path in paths):
        depth += 1
    return paths[0][:depth]


def come(cluster: Snapshot, technology: Technology, objects: Objects) -> Iterator[str]:
    """The components that the cluster does not have, whose part is in the object with overrides only.

    Only those are looked for of which the definition says that their coming stops the database.
    """
    policies = Policies.of(technology.definition)
    for name in technology.definition.topology_components(cluster.topology):
        if name in cluster.instances or not policies.guards(("instances", name)):
            continue
        with_it = replace(
            objects.emission.cluster,
            types={**objects.emission.cluster.types, name: technology.definition.type_of(name)},
        )
        fields: list[Path] = [("instances", name, key) for key in _OF_EVERY]
        spec = with_value(objects.base, ("instances", name), {})
        shown = Emission(with_it, objects.emission.template).marked(spec, fields)
        root = _common([place[:-1] for places, _ in shown.values() for place in places.as_it_is])
        if root and isinstance(value_at(objects.made, root), dict) and value_at(objects.plain, root) is None:
            yield name
