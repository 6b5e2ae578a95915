"""What the guard sees at a main object whose component says nothing of a change: functions, no engine."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from mocked_run import run

import pulumi_everest as everest
from pulumi_everest.adoption.changes import explained
from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.impact import Change as Refused
from pulumi_everest.core.changes.impact import Impact
from pulumi_everest.program.monitor import Log
from pulumi_everest.resources.hooks.filling import component_of
from pulumi_everest.resources.hooks.guard import Guard, RefusedError
from pulumi_everest.resources.hooks.judge import ComponentUpdate
from pulumi_everest.resources.hooks.object_changes import _names, _of_edit

TOKEN = "kubernetes:toy.example.com/v1:ToyDB"
MAIN = f"urn:pulumi:test::infra::everest:index:DatabaseCluster${TOKEN}::orders"
COMPONENT = "urn:pulumi:test::infra::everest:index:DatabaseCluster::orders"


def made(**arguments: Any) -> ProgramCluster:
    """A cluster of a program."""
    found: list[ProgramCluster | None] = []

    def program() -> None:
        given = {key: value() if callable(value) else value for key, value in arguments.items()}
        given = {"provider": "toydb-operator", "namespace": "shop", **given}
        cluster = everest.DatabaseCluster("orders", given)  # type: ignore[arg-type]
        found.append(cluster._candidate.program_cluster())

    result = run(program)
    assert result.error is None, result.error
    assert found[0] is not None
    return found[0]


def sized(size: str, **more: Any) -> ProgramCluster:
    return made(instances={"engine": {"storage": {"size": size}}}, **more)


def mongodb(size: str, **more: Any) -> ProgramCluster:
    """A MongoDB cluster with a backup storage, whose credentials are given as values."""
    secret = pulumi.Output.secret
    storage = {"name": "main", "type": "s3", "bucket": "b", "region": "r"}

    def given() -> dict[str, Any]:
        keys = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": secret("hidden")}
        return {"storages": [{**storage, "credentials": keys}]}

    instances = {"engine": {"storage": {"size": size}}}
    return made(provider="psmdb-operator", instances=instances, backup=given, **more)


class Change:
    """An update of a main object, as an engine asks about it."""

    def __init__(
        self,
        new: ProgramCluster,
        was: Any,
        now: Any = None,
        asked: ComponentUpdate | None = None,
        secret: str | None = None,
    ) -> None:
        self.log, self.secret = Log(), secret
        self.guard = Guard(_engine=self.log, _dry_run=False)
        if asked is not None:
            self.guard.updates[COMPONENT] = asked
        self.guard.objects._clusters[TOKEN, "orders"] = [lambda: new]
        self.args: Any = SimpleNamespace(
            urn=MAIN, name="orders", type=TOKEN, id="shop/orders", old_outputs=None,
            old_inputs=was, new_inputs=new.manifest if now is None else now,
        )  # fmt: skip

    def ask(self) -> list[tuple[str, str]]:
        """What is said at the object. Raises where the change is refused."""

        async def asked() -> None:
            if self.secret is not None:
                self.args.old_inputs["spec"][self.secret] = pulumi.Output.secret("hidden")
            await self.guard.objects.before_update(self.args)

        asyncio.run(asked())
        assert {entry.urn for entry in self.log.messages} <= {MAIN}
        return [(entry.severity, entry.text) for entry in self.log.messages]


def test_the_component_of_an_object_has_its_name() -> None:
    assert component_of(MAIN) == COMPONENT
    nested = MAIN.replace("::everest:", "::shop:index:Shop$everest:")
    assert component_of(nested) == COMPONENT.replace("::everest:", "::shop:index:Shop$everest:")


def test_a_change_without_the_component_is_refused_at_the_object() -> None:
    with pytest.raises(RefusedError) as raised:
        Change(sized("5Gi"), sized("9Gi").manifest).ask()

    [found] = raised.value.findings
    assert (found.code, found.path) == ("change.refused", ("instances", "engine", "storage", "size"))
    assert "engine.storage.size 9Gi → 5Gi, by guard storage-shrink" in str(raised.value)


def test_a_change_without_the_component_is_said_where_it_is_made() -> None:
    said = Change(sized("9Gi"), sized("5Gi").manifest).ask()

    assert said == [("info", "orders: engine.storage.size 5Gi → 9Gi, online")]


def test_allow_lifts_a_guard_at_the_object_too_and_is_needed_then() -> None:
    change = Change(sized("5Gi", allow=["storage-shrink"]), sized("9Gi").manifest)

    said = change.ask()
    change.guard.unneeded(["storage-shrink"], COMPONENT)

    assert [text for _, text in said] == [
        "orders: engine.storage.size 9Gi → 5Gi, downtime (guard storage-shrink lifted)",
        "allow: storage-shrink lifted for engine.storage.size 9Gi → 5Gi; take it away after this change",
    ]
    assert len(change.log.messages) == 2


def component(old: ProgramCluster, new: ProgramCluster) -> ComponentUpdate:
    """What the guard of the component was asked."""
    from pulumi_everest.core.changes.compare import compare

    return ComponentUpdate(old.snapshot, compare(old.snapshot, new.snapshot, new.setup.technology))


def test_what_the_component_has_said_is_not_said_again() -> None:
    old, new = sized("5Gi"), sized("9Gi")
    assert explained(new, old.snapshot, old.manifest, new.manifest)
    assert Change(new, old.manifest, asked=component(old, new)).ask() == []


def test_what_was_edited_in_the_cluster_is_judged_beside_what_the_component_says() -> None:
    old, new = sized("5Gi"), sized("5Gi", labels={"team": "shop"})
    edited = sized("9Gi").manifest

    with pytest.raises(RefusedError, match="9Gi → 5Gi, by guard storage-shrink"):
        Change(new, edited, asked=component(old, new)).ask()


def test_what_the_engine_leaves_as_it_is_is_no_change() -> None:
    new = sized("9Gi")
    was, now = deepcopy(dict(sized("5Gi").manifest)), deepcopy(dict(new.manifest))
    for each in (was, now):
        each["spec"]["writtenByTheOperator"] = {"deep": [1]}
        each["metadata"].setdefault("annotations", {})["pulumi.com/waitFor"] = "condition=Ready"

    assert [text for _, text in Change(new, was, now).ask()] == ["orders: engine.storage.size 5Gi → 9Gi, online"]


def test_what_does_not_show_in_the_object_is_no_change_of_it() -> None:
    new = mongodb("9Gi", data_source={"storage": "main", "path": "shop/2026-03-01T03:00:05Z"})
    change = Change(new, mongodb("5Gi").manifest)

    assert [text for _, text in change.ask()] == ["orders: engine.storage.size 5Gi → 9Gi, online"]


def test_another_wait_is_no_change_of_the_database() -> None:
    new = sized("9Gi")
    was = deepcopy(dict(new.manifest))
    was["metadata"].setdefault("annotations", {})["pulumi.com/waitFor"] = "condition=Ready"

    assert Change(new, was).ask() == []


def test_what_cannot_be_told_is_said_unless_the_component_was_asked() -> None:
    old, new = sized("5Gi"), sized("9Gi")
    was = deepcopy(dict(old.manifest))

    [(severity, text)] = Change(new, was, secret="size").ask()
    assert severity == "warning"
    assert text.startswith("orders: what this does to the running database is not known: ")
    assert "hidden" not in text
    assert Change(new, was, asked=component(old, new), secret="size").ask() == []


@pytest.mark.parametrize("was", [None, {}, {"kind": "ToyDB", "metadata": {"name": "orders"}}])
def test_the_first_update_after_an_import_is_for_the_adoption(was: Any) -> None:
    assert Change(sized("5Gi"), was).ask() == []


def test_an_older_image_in_the_place_of_a_newer_one_is_a_downgrade_at_the_object_too() -> None:
    new = made(provider="psmdb-operator", instances={"engine": {"version": "7.0.30-16"}})
    was = deepcopy(dict(new.manifest))
    was["spec"]["image"] = was["spec"]["image"].replace("7.0.30-16", "8.0.19-7")

    with pytest.raises(RefusedError, match=r"8\.0\.19-7 → 7\.0\.30-16, by guard downgrade"):
        Change(new, was).ask()


@pytest.mark.parametrize(
    ("metadata", "names"),
    [
        ({"name": "a", "namespace": "b", "labels": {}}, {"name": "a", "namespace": "b"}),
        ({"name": "a", "namespace": 3}, {"name": "a"}),
        ({"name": None}, {}),
        (["name"], {}),
        (None, {}),
    ],
)
def test_names_that_are_no_text_are_none(metadata: Any, names: dict[str, str]) -> None:
    assert _names({"metadata": metadata}) == names


@pytest.mark.parametrize(
    ("own", "hint"), [("", "it was edited"), ("lift guard x", "it was edited; lift guard x")], ids=["none", "its own"]
)
def test_what_takes_an_edit_back_says_so_before_its_own_hint(own: str, hint: str) -> None:
    change = Refused(("spec", "size"), "size", 3, 2, Impact.REFUSED, "replicas", hint=own)
    assert _of_edit(change, "it was edited") == replace(change, hint=hint)
