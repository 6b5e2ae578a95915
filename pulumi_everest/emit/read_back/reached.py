"""A cluster as its object has it: what overrides write where a guarded field shows is that field.

So one comparison judges a change by whatever road it reaches the database. Only a cluster with overrides is asked
about, and only when it changes: it takes some ten emissions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.overrides import has_overrides, without_overrides
from pulumi_everest.core.paths import FieldPath, parse, set_value, value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.read_back.components import come, gone
from pulumi_everest.emit.read_back.emission import Emission, Spec
from pulumi_everest.emit.read_back.known_places import KnownPlaces
from pulumi_everest.emit.read_back.overrides import Overrides
from pulumi_everest.emit.read_back.places import without_value
from pulumi_everest.emit.read_back.structural_fields import Adoption, structural_changes
from pulumi_everest.emit.read_back.written import Objects, Written, name_of
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Deferred, Path, substitute
from pulumi_everest.model.findings import EverestError


def reached(
    cluster: Snapshot, technology: Technology, template: Template, adoption: Adoption | None, known: KnownPlaces
) -> Snapshot:
    """The cluster with what its overrides write said in fields; as it is where nothing can be told."""
    if not has_overrides(cluster.spec) or cluster.topology not in technology.definition.spec.topologies:
        return cluster
    spec, hidden = _opened(cluster.spec)
    opened = replace(cluster, spec=spec)
    emission = Emission.of(opened, technology.definition, template)
    try:
        objects = emission.objects(spec)
    except EverestError:
        return cluster
    base = without_overrides(spec)
    manifest, bare = next(entry.manifest for entry in objects if entry.main), _objects(emission, base)
    made, plain = manifest.get("spec"), next((entry.manifest.get("spec") for entry in bare if entry.main), None)
    if not isinstance(made, dict) or not isinstance(plain, dict) or same(made, plain):
        return cluster
    asked = Objects(emission, base, plain, made, cache(lambda: known.told(emission, base, bare)))
    fields = known.fields(opened)
    shown = known.shown(opened, asked, fields)
    result = _Result(opened, Overrides(emission, spec, objects))
    for written in asked.written(fields, shown):
        result.write(written)
    for name in gone(shown, made, plain):
        result.remove(name)
    for name in come(opened, technology, asked):
        result.add(name)
    if adoption is not None:
        policies = Policies.of(technology.definition)
        for path, value in structural_changes(
            adoption, {**manifest, "spec": made}, {**manifest, "spec": plain}, spec, policies
        ):
            result.decide(path, value)
    for text in technology.manifest.operator.images if technology.manifest is not None else []:
        for name, place, image in _images(made, parse(text)):
            result.operator_image(name, place, image)
    return result.snapshot(hidden)


def _objects(emission: Emission, spec: Spec) -> Sequence[Emitted]:
    """The objects of a cluster; none where they cannot be made."""
    try:
        return emission.objects(spec)
    except EverestError:
        return []


class _Result:
    """The cluster as it becomes one that says in fields what its overrides write."""

    def __init__(self, cluster: Snapshot, overrides: Overrides) -> None:
        self.cluster, self.overrides, self.spec = cluster, overrides, copied(dict(cluster.spec))
        self.written: dict[Path, Path] = {}
        self.several: dict[Path, dict[str, Any]] = {}
        self.images: dict[str, str] = {}
        self.chosen = set(cluster.chosen)
        self.inferred = set[Path]()

    def write(self, entry: Written) -> None:
        """Take a field over from the overrides."""
        values = list(entry.values.values())
        if any(not same(value, values[0]) for value in values):
            self.several[entry.field] = entry.values
        set_value(self.spec, entry.field, values[0])
        origins = [self.overrides.origin(place) for place in entry.places]
        self.written[entry.field] = max(origins, key=len)
        if entry.inferred:
            self.inferred.add(entry.field)
        for origin in origins:
            self._take_out(origin)
        self._choose(entry.field)

    def decide(self, path: Path, value: Any) -> None:
        """Take over what the object as a whole decides; of what it says nothing of, what has been read stands."""
        if value is None and path in self.written:
            return
        set_value(self.spec, path, value)
        self.written.setdefault(path, self.overrides.any())

    def remove(self, component: str) -> None:
        """Leave out a component whose part of the object overrides take away."""
        del self.spec["instances"][component]
        self.written.setdefault(("instances", component), self.overrides.any())

    def add(self, component: str) -> None:
        """Take over a component whose part of the object stands in overrides."""
        self.spec["instances"][component] = {}
        self.written.setdefault(("instances", component), self.overrides.any())

    def operator_image(self, name: str, place: Path, image: str) -> None:
        """Take over an image of the operator itself, which no field says."""
        origin = self.overrides.origin(place)
        self.images[name] = image
        self.written["operatorVersion", name] = origin
        self._take_out(origin)

    def _choose(self, field: Path) -> None:
        if field == ("operatorVersion",):
            self.chosen.add("operatorVersion")
        elif field[-1] in ("version", "image") and len(field) == 3:
            self.chosen.add(f"{field[1]}.{field[2]}")

    def _take_out(self, origin: Path) -> None:
        """Take a value out of the overrides, which a field says now."""
        holder = value_at(self.spec, origin[:-1])
        there = isinstance(holder, dict) and origin[-1] in holder and not isinstance(holder[origin[-1]], dict)
        if "overrides" in origin[:-1] and there:
            self.spec = without_value(self.spec, origin)

    def snapshot(self, hidden: Mapping[Deferred, Any]) -> Snapshot:
        """The cluster, with what was hidden as it was."""
        return replace(
            self.cluster,
            spec=substitute(self.spec, hidden),
            chosen=frozenset(self.chosen),
            written=self.written,
            inferred=frozenset(self.inferred),
            several=substitute(self.several, hidden),
            operator_images=self.images,
        )


def _images(made: Any, field: FieldPath, name: str = "spec", place: Path = ()) -> Iterator[tuple[str, Path, str]]:
    """The images at a path of the object, which goes through lists: what they are called, their places, and they."""
    if isinstance(made, list):
        for index, item in enumerate(made):
            yield from _images(item, field, f"{name}[{name_of(item) or index}]", (*place, index))
    elif not field:
        if isinstance(made, str):
            yield name, place, made
    elif isinstance(made, dict):
        yield from _images(made.get(field[0]), field[1:], f"{name}.{field[0]}", (*place, field[0]))


def _opened(data: Any) -> tuple[Any, dict[Deferred, Any]]:
    """Plain data with values that are not known in place of secret ones, and what these were."""
    hidden: dict[Deferred, Any] = {}

    def opened(value: Any) -> Any:
        if isinstance(value, Concealed):
            stand_in = Deferred()
            hidden[stand_in] = value
            return stand_in
        if isinstance(value, dict):
            return {key: opened(below) for key, below in value.items()}
        return [opened(below) for below in value] if isinstance(value, list) else value

    return opened(data), hidden
