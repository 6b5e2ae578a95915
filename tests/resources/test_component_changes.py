"""What a component keeps of its cluster, and what the guard makes of the old and the new: functions, no engine."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from google.protobuf.json_format import MessageToDict
from mocked_run import CLUSTER, Registered, Source, run

import pulumi_everest as everest
from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.technology import Technology
from pulumi_everest.program.monitor import Log
from pulumi_everest.resources.candidates.run import technologies_here
from pulumi_everest.resources.hooks.change_messages import change_notices, refusal
from pulumi_everest.resources.hooks.guard import Guard, RefusedError, compared

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""How the engine's protocol marks a secret value."""
TECHNOLOGIES: dict[str, Technology] = {}


def made(preview: bool = True, **arguments: Any) -> list[Registered]:
    """What a program with a cluster registers."""

    def program() -> None:
        given = {key: value() if callable(value) else value for key, value in arguments.items()}
        everest.DatabaseCluster("orders", provider="toydb-operator", **given)
        TECHNOLOGIES.update(technologies_here())

    result = run(program, preview=preview)
    assert result.error is None, result.error
    return result.resources


def kept(preview: bool = True, **arguments: Any) -> dict[str, Any]:
    """The inputs that the component of a cluster has, as an engine would keep them."""
    [component] = [entry for entry in made(preview, **arguments) if entry.type == CLUSTER]
    return component.inputs


def compare(old: dict[str, Any], new: dict[str, Any], outputs: dict[str, Any] | None = None) -> ChangeSet | None:
    found = asyncio.run(compared(old, new, TECHNOLOGIES, outputs))
    return found.result if found is not None else None


def engine(**values: Any) -> dict[str, Any]:
    return {"engine": values}


def test_the_cluster_is_one_text_whatever_order_its_fields_have() -> None:
    one = kept(instances=engine(replicas=3, storage={"size": "5Gi"}), labels={"a": "1", "b": "2"})
    other = kept(labels={"b": "2", "a": "1"}, instances=engine(storage={"size": "5Gi"}, replicas=3))

    assert one == other
    assert list(one) == ["cluster"]
    assert json.loads(one["cluster"])["object"] == "toy.example.com/ToyDB"


def test_secret_values_stand_beside_the_text_as_secrets() -> None:
    [component] = [entry for entry in made(users=lambda: {"ROOT_PASSWORD": "pa55word"}) if entry.type == CLUSTER]
    sent = MessageToDict(component.request.object)

    assert "pa55word" not in sent["cluster"]
    value = sent["secrets"]["secrets"]["stringData"]["ROOT_PASSWORD"]
    assert (value[SIGNATURE], value["value"]) == (SECRET, "pa55word")
    assert json.dumps(sent).count("pa55word") == 1


def users(preview: bool = True, **passwords: Any) -> dict[str, Any]:
    return kept(preview, users=lambda: {key: v() if callable(v) else v for key, v in passwords.items()})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"ROOT_PASSWORD": "pa55-one"}, {"ROOT_PASSWORD": "pa55-one"}, []),
        (
            {"ROOT_PASSWORD": "pa55-one"},
            {"ROOT_PASSWORD": lambda: pulumi.Output.from_input("pa55-two")},
            ["users.ROOT_PASSWORD"],
        ),
        ({"ROOT_PASSWORD": "pa55-one"}, {"ROOT_PASSWORD": lambda: Source().gives("pa55-two")}, []),
        (
            {"ROOT_PASSWORD": "pa55-one", "APP_PASSWORD": "pa55-one"},
            {"ROOT_PASSWORD": lambda: Source().gives("pa55-two"), "APP_PASSWORD": "pa55-two"},
            ["users.APP_PASSWORD"],
        ),
    ],
    ids=["the same", "of an output", "unknown", "beside an unknown one"],
)
def test_a_password_is_compared_when_it_is_known(old: Any, new: Any, expected: list[str]) -> None:
    result = compare(users(**old), users(**new))

    assert result is not None
    assert [change.where for change in result.refused] == expected
    assert "pa55" not in refusal(result)


def test_what_was_in_the_secrets_of_an_older_release_nobody_knows() -> None:
    old = {key: value for key, value in users(ROOT_PASSWORD="pa55-one").items() if key != "secrets"}

    assert compare(old, users(ROOT_PASSWORD="pa55-two")).changes == []  # type: ignore[union-attr]


def test_an_unknown_value_stays_itself_beside_the_text() -> None:
    inputs = kept(instances=lambda: engine(storage={"size": Source().gives("5Gi")}, replicas=5))

    assert list(inputs["late"]) == ["instances.engine.storage.size"]
    assert pulumi.contains_unknowns(inputs["late"])
    assert json.loads(inputs["cluster"])["spec"]["instances"]["engine"]["replicas"] == 5


def test_what_is_known_is_refused_though_another_value_is_not() -> None:
    old = kept(instances=engine(storage={"size": "5Gi", "storageClass": "fast"}))
    new = kept(instances=lambda: engine(storage={"size": Source().gives("9Gi"), "storageClass": "slow"}))
    result = compare(old, new)

    assert result is not None
    assert [(change.where, change.guard) for change in result.changes] == [
        ("engine.storage.storageClass", "storage-class")
    ]


def test_a_value_that_became_known_is_compared_like_any_other() -> None:
    old = kept(instances=engine(storage={"size": "9Gi"}))
    new = kept(preview=False, instances=lambda: engine(storage={"size": Source().gives("5Gi")}))
    result = compare(old, new)

    assert result is not None
    assert [change.guard for change in result.refused] == ["storage-shrink"]


def test_a_secret_value_is_compared_and_never_shown() -> None:
    text = json.loads(kept(instances=engine(storage={"size": "9Gi"}))["cluster"])
    text["spec"]["instances"]["engine"]["storage"]["size"] = {"$late": "size"}
    inputs = {"cluster": json.dumps(text), "late": {"size": Concealed("9Gi")}}
    result = compare(inputs, {**inputs, "late": {"size": Concealed("5Gi")}})

    assert result is not None
    assert "engine.storage.size changed" in refusal(result)
    assert "5Gi" not in refusal(result)


@pytest.mark.parametrize("old", [None, {}, {"cluster": 1}, {"cluster": "{"}, {"cluster": "[]"}])
def test_there_is_nothing_to_compare_with_a_state_that_holds_no_cluster(old: Any) -> None:
    assert compare(old, kept()) is None
    assert compare(kept(), old) is None


def test_the_namespace_that_the_kubernetes_provider_chose_is_the_old_one() -> None:
    old, same, other = kept(), kept(namespace="shop"), kept(namespace="test")
    [change] = compare(old, other, {"namespace": "shop"}).changes  # type: ignore[union-attr]

    assert compare(old, same, {"namespace": "shop"}).changes == []  # type: ignore[union-attr]
    assert (change.what, change.guard) == ("namespace shop → test", "namespace")


def test_allow_is_reported_when_it_lifts_something() -> None:
    old = kept(instances=engine(storage={"size": "9Gi"}))
    new = kept(instances=engine(storage={"size": "5Gi"}), allow=["storage-shrink", "downgrade"])

    assert change_notices(compare(old, new)) == [  # type: ignore[arg-type]
        (True, "orders: engine.storage.size 9Gi → 5Gi, downtime (guard storage-shrink lifted)"),
        (True, "allow: storage-shrink lifted for engine.storage.size 9Gi → 5Gi; take it away after this change"),
    ]


@pytest.mark.parametrize(
    ("values", "notable", "text"),
    [
        ({"instances": {"engine": {"replicas": 5}}}, False, "orders: engine.replicas 3 → 5, online"),
        (
            {"instances": {"engine": {"replicas": 5, "engineConfig": "a=1"}}},
            True,
            "orders: engine.engine_config unset → a=1, rolling restart; engine.replicas 3 → 5, online",
        ),
        ({"paused": True}, True, "orders: paused unset → true, downtime"),
    ],
)
def test_changes_that_are_made_are_one_line_and_a_warning_if_they_are_more_than_online(
    values: dict[str, Any], notable: bool, text: str
) -> None:
    assert change_notices(compare(kept(), kept(**values))) == [(notable, text)]  # type: ignore[arg-type]


def asked(name: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
    return SimpleNamespace(
        urn=f"urn:{name}", name=name, old_inputs=old, new_inputs=new, old_outputs=None, id="", type=CLUSTER
    )


def guard(log: Log, *, preview: bool, served: bool = False) -> Guard:
    return Guard(served=served, technologies=TECHNOLOGIES, _engine=log, _dry_run=preview)


@pytest.mark.parametrize(("preview", "served"), [(False, False), (True, True), (False, True)])
def test_an_update_and_another_languages_preview_end_at_the_hook(preview: bool, served: bool) -> None:
    old, new = kept(instances=engine(replicas=5, storage={"size": "9Gi"})), kept(instances=engine(replicas=5))

    with pytest.raises(RefusedError) as raised:
        asyncio.run(guard(Log(), preview=preview, served=served).before_update(asked("orders", old, new)))

    assert [(entry.code, entry.path) for entry in raised.value.findings] == [
        ("change.refused", ("instances", "engine", "storage", "size"))
    ]
    assert "why: a volume cannot get smaller" in str(raised.value)
    assert 'allow=["storage-shrink"]' in str(raised.value)


def test_a_preview_reports_the_refusals_of_all_clusters_at_once() -> None:
    old, new = kept(instances=engine(storage={"size": "9Gi"})), kept(instances=engine(storage={"size": "5Gi"}))
    log = Log()

    def program() -> None:
        own = guard(log, preview=True)
        for name in ("orders", "carts"):
            pulumi.Output.from_input(own.before_update(asked(name, old, new))).apply(lambda _: None)

    result = run(program)

    assert isinstance(result.error, RefusedError)
    assert str(result.error).startswith(
        "2 changes are refused, and nothing was changed: DatabaseCluster orders, DatabaseCluster carts"
    )
    assert [(entry.severity, entry.urn) for entry in log.messages] == [
        ("error", "urn:orders"),
        ("error", "urn:carts"),
    ]


def test_guards_that_are_lifted_for_nothing_are_named_when_all_is_said() -> None:
    old = kept(instances=engine(storage={"size": "9Gi"}))
    allow = ["storage-shrink", "downgrade"]
    new = kept(instances=engine(storage={"size": "5Gi"}), allow=allow)
    log = Log()
    own = guard(log, preview=True)

    asyncio.run(own.before_update(asked("orders", old, new)))
    log.messages.clear()
    own.unneeded(allow, "urn:orders")
    own.unneeded(allow, "urn:carts")
    own.unneeded(["storage-shrink"], "urn:orders")

    assert log.messages == [
        ("warning", "allow: no change meets downgrade, so it can be taken away", "urn:orders"),
        ("warning", "allow: no change meets storage-shrink, downgrade, so it can be taken away", "urn:carts"),
    ]


def test_nothing_of_a_program_with_findings_reaches_the_state() -> None:
    def program() -> None:
        everest.DatabaseCluster("good", provider="toydb-operator")
        everest.DatabaseCluster("bad", provider="toydb-operator", allow=["nmae"])

    result = run(program)

    assert result.codes == ["cluster.unknown-guard"]
    assert result.resources == []


def test_hooks_of_the_user_stay() -> None:
    from pulumi_everest.resources.arguments.options import for_component

    def own(_args: Any) -> None:
        pass

    def guard_hook(_args: Any) -> None:
        pass

    given = pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_update=[own], after_update=[own]))
    made = for_component(given, hooks=pulumi.ResourceHookBinding(before_update=[guard_hook]))  # type: ignore[list-item]

    assert made.hooks is not None
    assert made.hooks.before_update == [guard_hook, own]
    assert made.hooks.after_update == [own]
