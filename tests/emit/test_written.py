"""What an object says of the fields that are behind it: as they are, made with others, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from toy_definition import toy_definition

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.emit.objects import emit
from pulumi_everest.emit.read_back.emission import Emission, Field, Shown
from pulumi_everest.emit.read_back.known_places import KnownPlaces
from pulumi_everest.emit.read_back.written import Objects, emitted
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml

REPLICAS, SIZE = ("instances", "engine", "replicas"), ("instances", "engine", "storage", "size")
TRIED: Field = (REPLICAS, [1, 2, 3, 4])


def template(**spec: str) -> Template:
    """A template with one object, whose spec has these fields."""
    lines = "".join(f"        {name}: {value}\n" for name, value in spec.items())
    head = "objects:\n  - name: cluster\n    main: true\n    object:\n      apiVersion: db.example.com/v1\n"
    text = head + "      kind: Database\n      metadata: {name: orders}\n      spec:\n" + lines
    documents, found = read_yaml(text, "resources.yaml", lambda _version, _kind: ANY)
    parsed = Template.parse(documents[0])
    assert [*found, *parsed.findings] == []
    return parsed


def emission(of: Template, **spec: Any) -> Emission:
    engine = {"replicas": 2, "storage": {"size": "2Gi"}}
    return Emission(Resolved({"name": "orders"}, {"instances": {"engine": engine}, **spec}, {"engine": "db"}), of)


AS_IT_IS = template(size="${spec.instances.engine.replicas}")
DOUBLED = template(size="${spec.instances.engine.replicas * 2}", other="${spec.instances.engine.replicas + 7}")


@pytest.mark.parametrize(
    ("of", "overrides", "expected"),
    [
        (AS_IT_IS, {}, 2),
        (AS_IT_IS, {"size": 9}, 9),
        (DOUBLED, {}, 2),
        (DOUBLED, {"size": 8, "other": 11}, 4),
        (DOUBLED, {"size": 8}, None),  # no number of replicas makes both
        (DOUBLED, {"size": 7}, None),
        (template(size="3"), {}, None),
    ],
)
def test_a_field_has_the_value_with_which_the_object_would_be_made(of: Template, overrides: Any, expected: Any) -> None:
    made = emission(of, overrides=overrides) if overrides else emission(of)

    assert emitted(made, TRIED) == expected


@pytest.mark.parametrize(
    ("of", "overrides", "expected"),
    [
        (AS_IT_IS, {"size": 2}, []),
        (AS_IT_IS, {"size": 5}, [(REPLICAS, {"": 5}, (("size",),), False)]),
        (DOUBLED, {"size": 4}, []),
        (DOUBLED, {"size": 6, "other": 10}, [(REPLICAS, {"": 3}, (("size",), ("other",)), True)]),
        (DOUBLED, {"size": 6}, [(REPLICAS, {"": 3}, (("size",),), True)]),
        (DOUBLED, {"size": 7}, [(REPLICAS, {"": "7"}, (("size",),), True)]),
        (DOUBLED, {"size": None}, [(REPLICAS, {"": "nothing"}, (("size",),), True)]),
        (DOUBLED, {"size": {"a": 1}}, [(REPLICAS, {"": "settings"}, (("size",),), True)]),
    ],
)
def test_overrides_write_the_field_that_is_behind_what_they_change(of: Template, overrides: Any, expected: Any) -> None:
    with_overrides = emission(of, overrides=overrides)
    base = {"instances": with_overrides.cluster.spec["instances"]}
    plain, made = with_overrides.made(base), with_overrides.made(with_overrides.cluster.spec)
    assert plain is not None
    assert made is not None
    objects = Objects(with_overrides, base, plain, made)

    found = list(objects.written([TRIED], objects.shown([TRIED])))
    assert [(one.field, one.values, one.places, one.inferred) for one in found] == expected


def test_where_a_field_shows_is_looked_for_anew_where_it_stands_elsewhere() -> None:
    """Two clusters whose fields and objects are alike but for the values, and what is decided by one of them."""
    of = template(
        first="'${spec.paused ? spec.instances.engine.storage.size : string(spec.instances.engine.replicas)}'",
        second="'${spec.paused ? string(spec.instances.engine.replicas) : spec.instances.engine.storage.size}'",
    )
    known = KnownPlaces(Technology("toy-operator", Definition(toy_definition())))
    fields: list[Field] = [(SIZE, ["1Gi", "2Gi"])]
    for paused, place in ((False, "second"), (True, "first"), (False, "second")):
        cluster = emission(of, paused=paused)
        spec = cluster.cluster.spec
        plain = cluster.made(spec)
        assert plain is not None
        snapshot = Snapshot({"name": "orders"}, "db.example.com/Database", "toy", spec)
        shown, _ = known.shown(snapshot, Objects(cluster, spec, plain, plain), fields)[SIZE]
        assert shown == Shown(as_it_is=[(place,)])
        [main] = emit(cluster.cluster, of)
        assert main.manifest["spec"][place] == value_at(spec, SIZE)


def test_a_value_that_is_not_known_yet_is_no_field_that_shows() -> None:
    of = template(text="a-${spec.instances.engine.replicas}-${spec.bundle}", bundle="${spec.bundle}")
    cluster = emission(of, bundle=Deferred(("bundle",), "an output"))

    assert set(cluster.marked(cluster.cluster.spec, [REPLICAS])) == {REPLICAS}
