"""The search for a cluster that becomes a given object: fields are tried, and kept where they bring it nearer.

What is kept never says anything against the object: a field that would also emit something that the object has
otherwise is left out, so that no program says `expose` for a Service that is switched off.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_everest.adoption.rendering import Rendering, Spec
from pulumi_everest.core.definitions.samples import SAMPLES, instance_values, spec_values
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import FieldPath, value_at, with_value
from pulumi_everest.emit.read_back.effects import Shown, candidates, concerns
from pulumi_everest.emit.read_back.places import concrete, items, without_value
from pulumi_everest.model.deferred import Path

Field = tuple[FieldPath, Sequence[Any]]
_NOT_SEARCHED = frozenset({("overrides",), ("dataSource",)})
_STAND_IN = "everest-adoption"
_ROUNDS = 6
_ORDERS = 120


@dataclass(frozen=True)
class Distance:
    """How far a rendered spec is from the wanted one: the number of leaves that differ, and those that contradict."""

    leaves: int
    wrong: frozenset[Path]

    def nearer(self, other: Distance) -> bool:
        """Whether this is nearer than the other, and contradicts nothing that the other does not."""
        return self.leaves < other.leaves and self.wrong <= other.wrong


class Search:
    """Finds the fields of one topology that make the wanted spec."""

    def __init__(self, rendering: Rendering, wanted: Spec, topology: str, operator: str) -> None:
        self.rendering, self.wanted, self.topology, self.operator = rendering, wanted, topology, operator
        self._wanted = leaves(wanted)
        self._idle: set[Path] = set()

    def run(self, start: Spec) -> tuple[Spec, Distance] | None:
        """The nearest cluster, from a start that is accepted; None where it is not."""
        if self.distance(start) is None:
            return None
        start = self.in_order(self.with_registry(start))
        spec = self.with_components(self.improved(start, self.fields(start)))
        spec = self.in_order(self.with_pairs(spec))
        spec = self.improved(spec, self.fields(spec))
        spec = self.without_needless(spec)
        distance = self.distance(spec)
        assert distance is not None  # every step keeps a cluster that is accepted
        return spec, distance

    def distance(self, spec: Spec) -> Distance | None:
        """How far a cluster is from what is wanted; None where it is refused."""
        made = self.rendering.leaves(spec)
        if made is None:
            return None
        wrong = {path for path, value in made.items() if path in self._wanted and not same(value, self._wanted[path])}
        alone = len(made.keys() ^ self._wanted.keys())
        return Distance(len(wrong) + alone, frozenset(wrong))

    def fields(self, spec: Spec) -> list[Field]:
        """Every honoured field of the components that are there, and of the spec beside them, with values to try."""
        resolved, _ = self.rendering.checked(spec)
        found: list[Field] = []
        for component in resolved.types if resolved is not None else ():
            found += self.component_fields(component)
        honoured = self.rendering.technology.spec_fields
        for path, values in spec_values(self.rendering.technology, self.topology):
            if path[:1] not in _NOT_SEARCHED and (honoured is None or honoured.covers(path)):
                found.append((path, values))
        for kind in dict.fromkeys(resolved.types.values() if resolved is not None else ()):
            versions = self.rendering.technology.definition.versions(kind, self.operator)
            found.append((("components", "versions", kind, "version"), [entry.version for entry in versions]))
            found.append((("components", "versions", kind, "image"), SAMPLES["image"]))
        return found

    def component_fields(self, component: str) -> Iterator[Field]:
        """Every field of a component that is honoured, with values to try."""
        technology = self.rendering.technology
        honoured = technology.instance_fields(self.topology, component)
        for path, values in instance_values(technology, component, self.operator):
            if path != ("overrides",) and all(fields.covers(path) for fields in honoured):
                yield ("instances", component, *path), values

    def improved(self, spec: Spec, fields: Sequence[Field]) -> Spec:
        """The cluster with every field set that brings it nearer."""
        for _ in range(_ROUNDS):
            before = spec
            for field, values in fields:
                for path in concrete(spec, field):
                    if path not in self._idle:
                        spec = self.with_field(spec, path, values)
            if spec is before:
                break
        return spec

    def with_field(self, spec: Spec, path: Path, values: Sequence[Any]) -> Spec:
        """The cluster with the value of the field that brings it nearest; as it is, where none does."""
        best, nearest = spec, self.distance(spec)
        shown: list[Shown] = []
        for value in values:
            tried = self.accepted(spec, path, value)
            emitted = self.rendering.spec(tried) if tried is not None else None
            if tried is None or emitted is None:
                continue
            shown.append(Shown(value, emitted))
            if not _made_up(value):
                best, nearest = self.better(best, nearest, tried)
        without = self.rendering.spec(spec)
        changed = [entry.emitted for entry in shown if not same(entry.emitted, without)]
        if changed and not any(concerns(emitted, without, self.wanted) for emitted in changed):
            self._idle.add(path)
            return best
        pair = _two([*shown, Shown(None, without)])
        if pair is not None:
            for value in candidates(*pair, without, self.wanted):
                tried = self.accepted(spec, path, value)
                if tried is not None:
                    best, nearest = self.better(best, nearest, tried)
        return best

    def accepted(self, spec: Spec, path: Path, value: Any) -> Spec | None:
        """The cluster with the value, in place of a field beside it where the two exclude each other."""
        tried = with_value(spec, path, value)
        if self.rendering.spec(tried) is not None:
            return tried
        beside = value_at(tried, path[:-1])
        _, errors = self.rendering.checked(tried)
        if not isinstance(beside, dict) or all(entry.code != "field.conflict" for entry in errors):
            return None
        others = (without_value(tried, (*path[:-1], key)) for key in beside if key != path[-1])
        return next((less for less in others if self.rendering.spec(less) is not None), None)

    def with_pairs(self, spec: Spec) -> Spec:
        """The cluster with fields that are refused alone, and accepted together with one beside them."""
        alone = [field for field in self.fields(spec) if self.refused_alone(spec, field)]
        for field, other in itertools.combinations(alone, 2):
            if field[0][:-1] != other[0][:-1]:
                continue
            tried = with_value(with_value(spec, field[0], field[1][0]), other[0], other[1][0])
            if self.distance(tried) is None:
                continue
            tried = self.improved(tried, [field, other])
            if all(self.matters(tried, *one) for one in (field, other)):
                spec, _ = self.better(spec, self.distance(spec), tried)
        return spec

    def matters(self, spec: Spec, path: Path, values: Sequence[Any]) -> bool:
        """Whether any other value of a field is worse: then it is the object's, not one that was made up to try."""
        now = self.distance(spec)
        others = (value for value in values if not same(value, value_at(spec, path)))
        found = [self.distance(with_value(spec, path, value)) for value in others]
        return now is not None and all(other is None or other.leaves > now.leaves for other in found)

    def refused_alone(self, spec: Spec, field: Field) -> bool:
        """Whether a field that the plugin honours is refused with any value, though nothing is said of it yet."""
        path, values = field
        if not values or value_at(spec, path) is not None or path not in list(concrete(spec, path)):
            return False
        if self.rendering.spec(with_value(spec, path, values[0])) is not None:
            return False
        _, errors = self.rendering.checked(with_value(spec, path, values[0]))
        return all(entry.code in ("cluster.rule", "field.conflict", "field.missing") for entry in errors)

    def better(self, best: Spec, nearest: Distance | None, tried: Spec) -> tuple[Spec, Distance | None]:
        """The nearer one of two clusters."""
        distance = self.distance(tried)
        if distance is None or (nearest is not None and not distance.nearer(nearest)):
            return best, nearest
        return tried, distance

    def with_components(self, spec: Spec) -> Spec:
        """The cluster with the optional components that bring it nearer, each with its own fields."""
        resolved, _ = self.rendering.checked(spec)
        technology = self.rendering.technology
        there = resolved.types if resolved is not None else {}
        for component in technology.definition.topology_components(self.topology):
            if component in there:
                continue
            tried = with_value(spec, ("instances", component), {})
            blocks = list(self.blocks(component))
            for block in blocks:
                if tried.get(block) is None:
                    tried[block] = copied(_BLOCKS.get(block, {}))
            if self.distance(tried) is None:
                continue
            fields = list(self.component_fields(component))
            fields += [field for field in self.fields(spec) if field[0][0] in blocks]
            tried = self.improved(tried, fields)
            if _STAND_IN not in json.dumps(tried):
                spec, _ = self.better(spec, self.distance(spec), tried)
        return spec

    def with_registry(self, spec: Spec) -> Spec:
        """The cluster with the registry that most images are from, which only shows together with their versions."""
        definition = self.rendering.technology.definition
        catalog = {
            entry.image
            for kind in definition.spec.component_types
            for entry in definition.versions(kind, self.operator)
            if entry.image is not None
        }
        found: Counter[str] = Counter()
        for text in (value for value in self._wanted.values() if isinstance(value, str)):
            found.update({text[: -len(image) - 1] for image in catalog if text == image or text.endswith(f"/{image}")})
        registry = found.most_common(1)[0][0] if found else ""
        tried = with_value(spec, ("images", "registry"), registry)
        return tried if registry and self.distance(tried) is not None else spec

    def in_order(self, spec: Spec) -> Spec:
        """The cluster with the items of its lists in the order that brings it nearest."""
        seen: set[Path] = set()
        # The outer lists last: with their items the inner ones move, so that these are looked up anew.
        while (path := next(_lists(spec, seen), None)) is not None:
            seen.add(path)
            for order in itertools.islice(itertools.permutations(value_at(spec, path)), _ORDERS):
                spec, _ = self.better(spec, self.distance(spec), with_value(spec, path, list(order)))
        return spec

    def blocks(self, component: str) -> Iterator[str]:
        """The parts of the spec without which the component cannot be."""
        manifest = self.rendering.plugin.manifest
        kind = self.rendering.technology.definition.type_of(component)
        return (name for name, block in manifest.blocks.items() if block.needed and kind in block.types)

    def without_needless(self, spec: Spec) -> Spec:
        """The cluster without what brings it no nearer: items, components and blocks first, then single fields."""
        fields = [path for field, _ in self.fields(spec) for path in concrete(spec, field)]
        for path in [*items(spec), *_parts(spec), *fields]:
            if path[0] in ("provider", "topology", "operatorVersion") or value_at(spec, path) is None:
                continue
            less = without_value(spec, path)
            now, then = self.distance(spec), self.distance(less)
            if now is not None and then is not None and then.leaves <= now.leaves and then.wrong <= now.wrong:
                spec = less
        return spec


_BLOCKS: dict[str, dict[str, Any]] = {"monitoring": {"type": "pmm", "serverUrl": f"https://{_STAND_IN}.invalid"}}
"""What a block needs at least, where a component needs the block."""


def _made_up(value: Any) -> bool:
    """Whether a value only shows where a field is emitted: a name, a URL, a mapping. Others are all that there are."""
    return "probe" in str(value)


def _lists(spec: Spec, seen: Collection[Path]) -> Iterator[Path]:
    """The lists of mappings that were not looked at yet, the innermost first."""
    found = dict.fromkeys(item[:-1] for item in items(spec))
    yield from sorted((path for path in found if path not in seen), key=len, reverse=True)


def _two(shown: Sequence[Shown]) -> tuple[Shown, Shown] | None:
    """Two values of which something else was emitted."""
    for index, first in enumerate(shown):
        for second in shown[index + 1 :]:
            if not same(first.emitted, second.emitted):
                return first, second
    return None


def _parts(spec: Spec) -> Iterable[Path]:
    """Components without which the cluster may do, and whole blocks."""
    yield from (("instances", name) for name in spec.get("instances") or {})
    yield from ((key,) for key, value in spec.items() if isinstance(value, dict) and key != "instances")
