"""Defaults of config schemas, filled into a cluster that was kept before they were there."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.changes.defaults import with_defaults
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.technology import Definition
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import DatabaseClusterDefinition

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "default": 1}, "m": {"type": "integer"}}}
UNKNOWN = Deferred()
DEFINITION = Definition(
    DatabaseClusterDefinition.model_validate(
        {
            "apiVersion": "everest.percona.com/v2alpha1",
            "kind": "DatabaseClusterDefinition",
            "metadata": {"name": "toy"},
            "spec": {
                "componentTypes": {"db": {"versions": [{"version": "1", "image": "x:1"}]}},
                "components": {"engine": {"type": "db", "configSchema": SCHEMA}, "proxy": {"type": "db"}},
                "topologies": {
                    "one": {"components": {"engine": None, "proxy": None}, "configSchema": SCHEMA},
                    "two": {"components": {"engine": None}},
                },
                "configSchema": SCHEMA,
            },
        }
    )
)


def filled(spec: dict[str, Any]) -> Any:
    before = repr(spec)
    found = with_defaults(Snapshot({"name": "a"}, "x/X", "toy", spec), DEFINITION).spec
    assert repr(spec) == before
    return found


N = {"config": {"n": 1}}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, {"instances": {}, **N}),
        ({"instances": None}, {"instances": {}, **N}),
        ({"config": {"m": 2}}, {"instances": {}, "config": {"m": 2, "n": 1}}),
        ({"config": {"n": 5}}, {"instances": {}, "config": {"n": 5}}),
        ({"config": UNKNOWN}, {"instances": {}, "config": UNKNOWN}),
        ({"config": None}, {"instances": {}, **N}),
        ({"instances": {"engine": {}, "proxy": {}, "gone": {}}}, {"instances": {"engine": N, "proxy": {}, "gone": {}}, **N}),
        ({"instances": {"engine": {"config": {"n": 2}}}}, {"instances": {"engine": {"config": {"n": 2}}}, **N}),
        ({"instances": {"engine": UNKNOWN}}, {"instances": {"engine": UNKNOWN}, **N}),
        ({"topology": {"type": "one"}}, {"instances": {}, "topology": {"type": "one", **N}, **N}),
        ({"topology": {"type": "two"}}, {"instances": {}, "topology": {"type": "two"}, **N}),
        ({"topology": {"type": "gone"}}, {"instances": {}, "topology": {"type": "gone"}, **N}),
        ({"topology": UNKNOWN}, {"instances": {}, "topology": UNKNOWN, **N}),
    ],
)  # fmt: skip
def test_defaults_are_filled_in_wherever_a_config_says_nothing(spec: dict[str, Any], expected: Any) -> None:
    assert filled(spec) == expected
