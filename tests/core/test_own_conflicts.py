"""What the settings of a cluster say against each other: said where it stands, and only where both are there."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said

from pulumi_everest.core.own_conflicts import conflict_findings
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text

SAID = Said(__file__)
said_in_full = SAID.fixture()


def scheduling(**fields: Any) -> dict[str, Any]:
    return {"instances": {"engine": {"scheduling": fields}}}


def spread(*constraints: Any) -> dict[str, Any]:
    return scheduling(topologySpreadConstraints=list(constraints))


def on(key: Any, otherwise: Any = "DoNotSchedule") -> dict[str, Any]:
    return {"topologyKey": key, "whenUnsatisfiable": otherwise, "maxSkew": 1}


def budget(**fields: Any) -> dict[str, Any]:
    return {"instances": {"proxy": {"podDisruptionBudget": fields}}}


def storages(*entries: Any) -> dict[str, Any]:
    return {"backup": {"storages": list(entries)}}


ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
SPREAD = "instances.engine.scheduling.topologySpreadConstraints"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (scheduling(affinity={}, antiAffinityTopologyKey=ZONE), ["field.conflict instances.engine.scheduling"]),
        (spread(on(ZONE), on(HOST), on(ZONE)), [f"field.duplicate {SPREAD}[2]"]),
        (spread(on(ZONE), on(ZONE), on(ZONE)), [f"field.duplicate {SPREAD}[1]", f"field.duplicate {SPREAD}[2]"]),
        (spread("x", on(ZONE), on(ZONE)), [f"field.duplicate {SPREAD}[2]"]),
        (budget(minAvailable=1, maxUnavailable="0%"), ["field.conflict instances.proxy.podDisruptionBudget"]),
        (budget(minAvailable=0, maxUnavailable=0), ["field.conflict instances.proxy.podDisruptionBudget"]),
        (
            storages({"name": "a"}, {"name": "log", "pitr": {"storage": "b"}}),
            ["field.value backup.storages[1].pitr.storage"],
        ),
        (
            {"instances": {"engine": scheduling(affinity={}, antiAffinityTopologyKey=ZONE)["instances"]["engine"],
                           "proxy": budget(minAvailable=1, maxUnavailable=1)["instances"]["proxy"]},
             **storages({"name": "a", "pitr": {"storage": "A"}})},
            ["field.conflict instances.engine.scheduling", "field.conflict instances.proxy.podDisruptionBudget",
             "field.value backup.storages[0].pitr.storage"],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_together_is_said_in_its_place(spec: dict[str, Any], expected: list[str]) -> None:
    found = SAID(list(conflict_findings(spec)))

    assert [f"{entry.code} {path_text(entry.path)}" for entry in found] == expected


LATER = Deferred()


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"instances": LATER},
        {"instances": {"engine": LATER}},
        {"instances": {"engine": {"scheduling": LATER, "podDisruptionBudget": LATER}}},
        scheduling(affinity={}),
        scheduling(antiAffinityTopologyKey=ZONE),
        scheduling(affinity=None, antiAffinityTopologyKey=ZONE),
        scheduling(affinity={}, antiAffinityTopologyKey=None),
        scheduling(topologySpreadConstraints=LATER),
        spread(on(ZONE), on(HOST), on(ZONE, "ScheduleAnyway")),
        spread(on(LATER), on(LATER)),
        spread(on(ZONE, LATER), on(ZONE, LATER)),
        spread(on(ZONE, None), on(ZONE, None)),
        budget(minAvailable=1),
        budget(maxUnavailable=1),
        budget(minAvailable=1, maxUnavailable=None),
        {"backup": LATER},
        {"backup": {"storages": LATER}},
        storages({"name": "a", "pitr": {"storage": "a"}}),
        storages({"name": "a"}, {"name": "b", "pitr": {"storage": "a"}}, LATER),
        storages({"name": LATER}, {"name": "b", "pitr": {"storage": "c"}}),
        storages({"name": "a", "pitr": {"storage": LATER}}),
        storages({"name": "a", "pitr": {}}, {"name": "b", "pitr": True}),
    ],
)
def test_one_of_two_and_what_is_not_known_says_nothing_against_the_other(spec: dict[str, Any]) -> None:
    assert list(conflict_findings(spec)) == []
