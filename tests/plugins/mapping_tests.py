"""Tests of mappings that are the same for every plugin: a plugin's module imports them, and has the tables.

The tables are `ROWS`, which stand as `EACH` for the operator versions that they hold for, `UNTRIED` (fields that no row
can have), `GROWTH` and `FINALIZERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import pytest
from places import MISSING, at, field_paths

from pulumi_everest.core.paths import FieldSet, parse
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import one_line
from pulumi_everest.plugins.plugin import Plugin

Spec = dict[str, Any]
Place = str | tuple[str | int, ...]
"""Where something is in the spec of the main object: with dots, or as a tuple where a key has dots itself."""

TOLERATIONS = [{"key": "db", "operator": "Exists"}]
SPREAD = [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}]
AFFINITY: Spec = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}
RESOURCES: Spec = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "128Mi"}}
RANGES: Spec = {"type": "LoadBalancer", "sourceRanges": ["10.0.0.0/8", "192.0.2.7", "2001:db8::1"]}
FULL_RANGES = ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::1/128"]

POD_SETTINGS: list[tuple[Spec, Spec]] = [
    # settings of a component, what its pods have of them
    ({"resources": {"requests": {"cpu": "1"}}}, {"resources": {"requests": {"cpu": "1"}}}),
    ({"resources": {"requests": {"memory": "1Gi"}}}, {"resources": {"requests": {"memory": "1Gi"}}}),
    ({"resources": {"limits": {"cpu": "2"}}}, {"resources": {"limits": {"cpu": "2"}}}),
    ({"resources": {"limits": {"memory": "2Gi"}}}, {"resources": {"limits": {"memory": "2Gi"}}}),
    ({"scheduling": {"topologySpreadConstraints": SPREAD}}, {"topologySpreadConstraints": SPREAD}),
    ({"scheduling": {"priorityClassName": "high"}}, {"priorityClassName": "high"}),
]
"""What every operator takes as it is."""

MORE_POD_SETTINGS: list[tuple[Spec, Spec]] = [
    ({"scheduling": {"runtimeClassName": "gvisor"}}, {"runtimeClassName": "gvisor"}),
    ({"podDisruptionBudget": {"minAvailable": 2}}, {"podDisruptionBudget": {"minAvailable": 2}}),
    ({"podDisruptionBudget": {"maxUnavailable": "25%"}}, {"podDisruptionBudget": {"maxUnavailable": "25%"}}),
    ({"scheduling": {"antiAffinityTopologyKey": "none"}}, {"affinity": {"antiAffinityTopologyKey": "none"}}),
    (
        {"scheduling": {"antiAffinityTopologyKey": "topology.kubernetes.io/zone"}},
        {"affinity": {"antiAffinityTopologyKey": "topology.kubernetes.io/zone"}},
    ),
]
"""What the operators of MongoDB and MySQL take beside that."""


class Row(NamedTuple):
    """A cluster and what must be at some places of its main object's spec; by all operator versions, if none is named."""

    spec: Spec
    places: dict[Any, Any]
    operators: tuple[str, ...] = ()


def each(rows: Iterable[Row], operators: Sequence[str]) -> list[Any]:
    """Every row with every operator version that it holds for."""
    return [
        pytest.param(operator, row, id=f"{operator}-{'.'.join(map(str, _path(next(iter(row.places)))))}")
        for row in rows
        for operator in row.operators or operators
    ]


def _path(place: Place) -> Sequence[str | int]:
    return place.split(".") if isinstance(place, str) else place


def merged(*specs: Spec) -> Spec:
    """Specs as one, deeply."""
    result: Spec = {}
    for spec in specs:
        for key, value in spec.items():
            mapping = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if mapping else value
    return result


def stored(*storages: Spec) -> Spec:
    """A cluster with backup storages, named by their place in the list."""
    return {"backup": {"storages": [{"name": f"s{index}", **storage} for index, storage in enumerate(storages)]}}


def filled(source: Spec, *storages: Spec) -> Spec:
    """A cluster that is filled from one of its storages."""
    return {"dataSource": source, **stored(*storages)}


@pytest.mark.table("EACH", "operator, row")
def test_a_field_reaches_the_operators_object(emitted: Callable[..., Any], operator: str, row: Row) -> None:
    manifest = emitted(row.spec, operator=operator)[-1]

    assert {place: at(manifest["spec"], _path(place)) for place in row.places} == row.places


@pytest.mark.table("EACH", "operator, row")
def test_the_object_passes_the_operators_schema(
    emitted: Callable[..., Any], crds: Callable[[str], Crds], operator: str, row: Row
) -> None:
    found = [entry for manifest in emitted(row.spec, operator=operator) for entry in crds(operator).check(manifest)]

    assert [one_line(entry) for entry in found] == []


def test_every_field_that_the_plugin_honours_is_in_the_table(plugin: Plugin, request: pytest.FixtureRequest) -> None:
    tried = {path for row in request.module.ROWS for path in field_paths(row.spec)}
    honoured = [parse(path) for path in plugin.manifest.spec_fields()]
    for name in plugin.manifest.components:
        honoured += [("instances", name, *parse(path)) for path in plugin.manifest.instance_fields(name)]
    left_out = [path for path in honoured if path not in tried]

    assert [path for path in left_out if not {path, path[:2]} & request.module.UNTRIED] == []


def test_every_field_of_the_table_is_honoured(plugin: Plugin, request: pytest.FixtureRequest) -> None:
    for row in request.module.ROWS:
        for name, value in row.spec.get("instances", {}).items():
            fields = FieldSet([*plugin.manifest.instance_fields(name), "config"])
            assert list(fields.outside(value)) == []


@pytest.mark.table("GROWTH", "operator, there, missing")
def test_volumes_may_grow_in_the_words_of_the_operator_version(
    emitted: Callable[..., Any], operator: str, there: Spec, missing: str
) -> None:
    spec = emitted({}, operator=operator)[0]["spec"]

    assert {key: spec[key] for key in there} == there
    assert missing not in spec


@pytest.mark.table("FINALIZERS", "spec, options, finalizers")
def test_volumes_go_with_the_cluster_only_when_asked(
    emitted: Callable[..., Any], spec: Spec, options: Spec, finalizers: Any
) -> None:
    assert emitted(spec, options=options)[0]["metadata"].get("finalizers", MISSING) == finalizers
