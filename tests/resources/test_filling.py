"""A cluster is filled once: what the hooks of its main object and of its restore say, as functions."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from mocked_run import run

import pulumi_everest as everest
from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.program.monitor import Log
from pulumi_everest.resources.hooks.filling import FillingGuard, component_of
from pulumi_everest.resources.hooks.guard import Guard, RefusedError

COMPONENT = "urn:pulumi:test::infra::shop:index:Shop$everest:index:DatabaseCluster::orders"
TYPES = "urn:pulumi:test::infra::shop:index:Shop$everest:index:DatabaseCluster$kubernetes:psmdb.percona.com/v1:"
MAIN, RESTORE = f"{TYPES}PerconaServerMongoDB::orders", f"{TYPES}PerconaServerMongoDBRestore::orders-restore"


def made(**arguments: Any) -> ProgramCluster:
    found: list[ProgramCluster | None] = []

    def program() -> None:
        given = {"provider": "psmdb-operator", "namespace": "shop", **arguments}
        found.append(everest.DatabaseCluster("orders", given)._candidate.program_cluster())  # type: ignore[arg-type]

    assert run(program).error is None
    assert found[0] is not None
    return found[0]


def filling(log: Log, **arguments: Any) -> FillingGuard:
    cluster = made(**arguments)
    own = Guard(_engine=log, _dry_run=False).objects.filling
    own._clusters["orders-restore"] = "orders", lambda: cluster
    return own


def args(urn: str) -> Any:
    return SimpleNamespace(urn=urn, name=urn.rpartition("::")[2], type="", id="", new_inputs={})


def test_the_component_of_an_object_is_found_by_its_urn() -> None:
    assert component_of(MAIN) == component_of(RESTORE, "orders") == COMPONENT


def test_a_new_database_is_filled() -> None:
    log = Log()
    own = filling(log)
    own.before_main(args(MAIN))
    asyncio.run(own.before_restore(args(RESTORE)))
    assert log.messages == []


def test_a_database_that_is_there_is_not_filled() -> None:
    own = filling(Log())
    own.before_main(args(MAIN.replace("shop:index:Shop$", "")))  # another one of the same name

    with pytest.raises(RefusedError) as raised:
        asyncio.run(own.before_restore(args(RESTORE)))

    [found] = raised.value.findings
    assert (found.code, found.path) == ("change.refused", ("data_source",))
    assert "the restore would go over what is in it" in str(raised.value)
    assert "take data_source out" in str(raised.value)


def test_allow_fills_it_all_the_same() -> None:
    log = Log()
    asyncio.run(filling(log, allow=["data-source"]).before_restore(args(RESTORE)))

    assert [entry.severity for entry in log.messages] == ["warning"] * 2
    assert "data loss (guard data-source lifted)" in log.messages[0].text
