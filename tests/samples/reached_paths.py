"""What fields of a cluster reach which paths of the operator's object, found by changing them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sample_paths import Schema, normalised

from pulumi_everest.core.merging import copied, over
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import emit
from pulumi_everest.model.deferred import Computed, Deferred
from pulumi_everest.model.findings import EverestError
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.conformance import probe
from pulumi_everest.testing.probes.job_probe import METADATA
from pulumi_everest.testing.probes.outcomes import Variation

Place = tuple[str | int, ...]
JOBS = {"backup: ": "DatabaseBackup: ", "restore: ": "DatabaseRestore: "}
"""How the conformance kit calls the fields of jobs, and how the page does."""


@dataclass
class Reached:
    """The paths of one kind of object that fields reach.

    `changed`: by path the fields that change it, each with how many paths it changes in all; `whole`: places that take
    a field's value as it is, so that the field reaches everything below; `patched`: where `overrides` land;
    `emitted`: everything that is ever there.
    """

    changed: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    whole: dict[str, str] = field(default_factory=dict)
    patched: dict[str, str] = field(default_factory=dict)
    emitted: set[str] = field(default_factory=set)

    def fields(self, path: str) -> list[str]:
        """The fields that reach a path: those that change least beside it, so not those that bring a whole block."""
        found = dict(self.changed.get(path, {}))
        if not found:
            below = [names for other, names in self.changed.items() if other.startswith((f"{path}.", f"{path}["))]
            found = {name: count for names in below for name, count in names.items()}
        if found:
            least = min(found.values())
            return sorted(name for name, count in found.items() if count == least)
        return sorted({name for prefix, name in self.whole.items() if _is_below(path, prefix)})

    def section(self, path: str) -> str:
        """The part of the object that a path belongs to: that of a component, or the spec as a whole."""
        parts = [prefix for prefix in self.patched if prefix != "spec" and _is_below(path, prefix)]
        return min(parts, key=len) if parts else "spec"

    def overrides(self, path: str, default: str) -> str:
        """The ``overrides`` whose patch is nearest to a path, or the default where no patch landed."""
        near = [prefix for prefix in self.patched if _is_below(path, prefix)]
        return self.patched[max(near, key=len)] if near else default


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith((f"{prefix}.", f"{prefix}["))


def reached(plugin: Plugin, operators: Iterable[str], crds: dict[str, Crds], api: str, kind: str) -> Reached:
    """What the fields of a plugin reach in its objects of a kind."""
    result = Reached()
    for operator in operators:
        schema = crds[operator].schemas[(api, kind)]
        technology = Technology(plugin.definition.name, plugin.definition, plugin.manifest, operator)
        for variation in _variations(plugin.name, operator):
            name = variation.path
            for prefix, component in JOBS.items():
                name = name.replace(prefix, component)
            if variation.path.endswith("overrides"):
                for path in _landing(variation, schema, kind):
                    result.patched.setdefault(path, name)
                continue
            if _has_overrides(variation.spec):
                continue  # what they write is reached by no field
            before, after = (_paths(objects, schema, kind) for objects in (variation.before, variation.after))
            result.emitted |= {*before, *after}
            differing = {path for path in {*before, *after} if before.get(path) != after.get(path)}
            for path in differing:
                known = result.changed[path]
                known[name] = min(known.get(name, len(differing)), len(differing))
                if path.endswith(".probe"):  # a key of the user's own, where the schema takes any
                    result.whole.setdefault(path.removesuffix(".probe"), name)
            for path in _whole(variation, technology, plugin, operator, schema, kind):
                result.whole.setdefault(path, name)
    return result


@cache
def _variations(plugin: str, operator: str) -> list[Variation]:
    """The variations of a built-in plugin, which all its kinds of objects are looked for in."""
    [found] = [entry for entry in builtin() if entry.name == plugin]
    return list(probe(found, operators=[operator]).variations)


def _has_overrides(data: Any) -> bool:
    """Whether a cluster, as examples of plugins do, writes something itself into its objects."""
    if isinstance(data, dict):
        return any(key == "overrides" or _has_overrides(value) for key, value in data.items())
    return isinstance(data, list) and any(map(_has_overrides, data))


def _of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next((entry for entry in objects if entry["kind"] == kind), {})


def _paths(objects: list[dict[str, Any]], schema: Schema, kind: str) -> dict[str, list[str]]:
    """The leaf values below spec by path in the words of the schema."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, value in _leaves(_of_kind(objects, kind).get("spec", {}), ("spec",)):
        path = normalised(place, schema)
        if path is not None:
            found[path].append(json.dumps(value, default=repr))
    return found


def _leaves(data: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from _leaves(value, (*place, key))
    if not isinstance(data, (dict, list)) or not data:
        yield place, data


def _landing(variation: Variation, schema: Schema, kind: str) -> Iterator[str]:
    """The places that the made-up patch was merged into."""
    [(key, value)] = variation.value.items()
    for place, found in _leaves(_of_kind(variation.after, kind), ()):
        if place[-1:] == (key,) and found == value:
            path = normalised(place[:-1], schema)
            if path:
                yield path


def _whole(
    variation: Variation, technology: Technology, plugin: Plugin, operator: str, schema: Schema, kind: str
) -> Iterator[str]:
    """The places where a field's value, if it has something in it, comes out as it is."""
    if not isinstance(variation.value, (dict, list)) or ": " in variation.path:
        return
    spec = over({"operatorVersion": operator}, variation.spec)
    resolved, found = check_cluster(METADATA, spec, technology)
    if resolved is None or any(entry.is_error for entry in found):
        return
    resolved = replace(resolved, spec=copied(resolved.spec))
    node: Any = resolved.spec
    *parents, last = variation.path.split(".")
    for part in parents:
        node = node[0] if isinstance(node, list) else node
        node = node[part]
    node = node[0] if isinstance(node, list) else node
    node[last] = Deferred(("mark",))
    try:
        objects = [entry.manifest for entry in emit(resolved, plugin.template)]
    except EverestError:
        return
    for place, value in _leaves(_of_kind(objects, kind), ()):
        if isinstance(value, Deferred) and not isinstance(value, Computed):
            path = normalised(place, schema)
            if path:
                yield path
