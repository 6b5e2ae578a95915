"""Nothing is lost by accident: renames, moves, API versions, policies, interruptions, each by the real engine."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_engine import Done, Stack

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer

MONGO = ("psmdb.percona.com/v1", "PerconaServerMongoDB")


def program(namespace: str, *lines: str, name: str = "orders", **arguments: Any) -> str:
    """A program with one MongoDB cluster; `lines` come before it."""
    given = {"name": "orders", "provider": "psmdb-operator", "namespace": namespace, **arguments}
    options = given.pop("opts", "None")
    return "\n".join(
        [
            "import pulumi",
            "import pulumi_everest as everest",
            *lines,
            f"orders = everest.DatabaseCluster({name!r}, {given!r}, {options})",
        ]
    )


def uid(live: LiveCluster, namespace: str, name: str = "orders") -> str:
    found = live.get(*MONGO, name, namespace)
    assert found is not None
    return str(found["metadata"]["uid"])


def fine(done: Done) -> Done:
    assert done.code == 0, done.text
    return done


def release(live: LiveCluster, namespace: str, name: str = "orders") -> None:
    """Play the operator that has done what its finalizers ask for."""
    live.merge(
        {
            "apiVersion": MONGO[0],
            "kind": MONGO[1],
            "metadata": {"name": name, "namespace": namespace, "finalizers": None},
        }
    )


# Names, places and API versions


def test_a_renamed_resource_keeps_its_object_with_an_alias(stack: Stack, live: LiveCluster, namespace: str) -> None:
    stack.write(program(namespace))
    fine(stack.up())
    before = uid(live, namespace)

    alias = "pulumi.ResourceOptions(aliases=[pulumi.Alias(name='orders')])"
    stack.write(program(namespace, name="shop-orders", opts=alias))
    # Only the mark follows, which says the resource.
    for done in (fine(stack.preview()), fine(stack.up())):
        assert done.steps("PerconaServerMongoDB") == [("update", "shop-orders")]
        assert {kind for kind, _ in done.steps()} == {"update"}
    assert fine(stack.up()).only_same

    assert uid(live, namespace) == before


def test_a_moved_resource_keeps_its_object_with_an_alias(stack: Stack, live: LiveCluster, namespace: str) -> None:
    stack.write(program(namespace))
    fine(stack.up())
    before = uid(live, namespace)

    group = "group = pulumi.ComponentResource('example:index:Group', 'databases')"
    alias = "pulumi.ResourceOptions(parent=group, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)])"
    stack.write(program(namespace, group, opts=alias))
    fine(stack.up())

    assert uid(live, namespace) == before
    assert not {entry["urn"] for entry in stack.resources().values() if entry.get("delete")}


@pytest.mark.parametrize("policy", ["protect", "delete", "retain"])
def test_a_renamed_resource_without_an_alias_is_refused_with_the_alias_to_add(
    stack: Stack, live: LiveCluster, namespace: str, policy: str
) -> None:
    stack.write(program(namespace, deletion_policy=policy))
    fine(stack.up())
    before = uid(live, namespace)

    stack.write(program(namespace, name="shop-orders", deletion_policy=policy))
    for done in (stack.preview(), stack.up()):
        assert done.code != 0
        errors = "\n".join(done.messages("error"))
        assert f"PerconaServerMongoDB {namespace}/orders is there already" in errors
        assert "aliases=[pulumi.Alias(" in errors
    assert uid(live, namespace) == before
    found = live.get(*MONGO, "orders", namespace)
    assert found is not None
    assert "deletionTimestamp" not in found["metadata"]

    # The alias helps, though the update that failed has left a component of the new name.
    alias = "pulumi.ResourceOptions(aliases=[pulumi.Alias(name='orders')])"
    stack.write(program(namespace, name="shop-orders", deletion_policy=policy, opts=alias))
    fine(stack.preview())
    fine(stack.up())
    assert fine(stack.up()).only_same
    assert uid(live, namespace) == before
    assert [urn for urn in stack.resources() if urn.endswith("::orders")] == []


@pytest.mark.parametrize("default", [True, False], ids=["default provider", "own provider"])
def test_a_provider_that_takes_over_what_exists_does_not_take_over_a_database(
    stack: Stack, live: LiveCluster, namespace: str, default: bool
) -> None:
    stack.write(program(namespace, deletion_policy="delete"))
    fine(stack.up())
    before = uid(live, namespace)

    # It would be updated in the name of the new resource, and then deleted in that of the old one.
    lines, opts = [], "None"
    if default:
        stack.run("config", "set", "kubernetes:upsertExistingObjects", "true")
    else:
        lines = ["import pulumi_kubernetes as k8s", "there = k8s.Provider('there', upsert_existing_objects=True)"]
        opts = "pulumi.ResourceOptions(provider=there)"
    stack.write(program(namespace, *lines, name="shop-orders", deletion_policy="delete", opts=opts))
    for done in (stack.preview(), stack.up()):
        assert done.code != 0
        assert f"PerconaServerMongoDB {namespace}/orders is there already" in done.text

    found = live.get(*MONGO, "orders", namespace)
    assert found is not None
    assert (found["metadata"]["uid"], "deletionTimestamp" in found["metadata"]) == (before, False)


@pytest.fixture
def past_and_present(root: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The MongoDB plugin as it would have been when it emitted v1-12-0, and one that emits v1 since."""
    source = root / "pulumi_everest" / "plugins" / "psmdb"
    past, present = tmp_path / "past" / "psmdb", tmp_path / "present" / "psmdb"
    for folder in (past, present):
        shutil.copytree(source, folder)
    template = past / "resources.yaml"
    template.write_text(template.read_text().replace("psmdb.percona.com/v1\n", "psmdb.percona.com/v1-12-0\n"))
    manifest = present / "plugin.yaml"
    manifest.write_text(f"{manifest.read_text()}\nformerTypes: [psmdb.percona.com/v1-12-0]\n")
    return past, present


def test_a_new_api_version_of_the_operator_keeps_the_object(
    stack: Stack, live: LiveCluster, namespace: str, past_and_present: tuple[Path, Path]
) -> None:
    past, present = past_and_present
    brings = "everest.Provider('psmdb-operator', plugins=[{!r}])"
    stack.write(program(namespace, brings.format(str(past))))
    fine(stack.up())
    assert any("v1-12-0" in entry["type"] for entry in stack.resources().values())
    before = uid(live, namespace)

    stack.write(program(namespace, brings.format(str(present))))
    fine(stack.preview())
    done = fine(stack.up())

    assert uid(live, namespace) == before
    assert "create" not in done.changes
    assert not any("v1-12-0" in entry["type"] for entry in stack.resources().values())


def test_another_name_or_namespace_is_refused_and_not_planned(stack: Stack, live: LiveCluster, namespace: str) -> None:
    stack.write(program(namespace))
    fine(stack.up())
    before = uid(live, namespace)

    for arguments in ({"name": "other"}, {"namespace": "default"}):
        stack.write(program(**{"namespace": namespace, **arguments}))
        for done in (stack.preview(), stack.up()):
            assert done.code != 0, arguments
        assert uid(live, namespace) == before
    assert live.get(*MONGO, "other", namespace) is None
    assert live.get(*MONGO, "orders", "default") is None


# Policies


def test_a_protected_cluster_survives_destroy_and_being_taken_out_of_the_program(
    stack: Stack, live: LiveCluster, namespace: str
) -> None:
    stack.write(program(namespace))
    fine(stack.up())
    before = uid(live, namespace)

    refused = stack.destroy()
    assert refused.code != 0
    assert "protected" in refused.text
    stack.write("import pulumi")
    assert stack.preview().code != 0
    assert stack.up().code != 0

    assert uid(live, namespace) == before


def test_a_retained_cluster_is_forgotten_with_its_secrets_and_keeps_running(
    stack: Stack, live: LiveCluster, namespace: str
) -> None:
    users = {"MONGODB_DATABASE_ADMIN_PASSWORD": "pw"}
    stack.write(program(namespace, deletion_policy="retain", users=users))
    fine(stack.up())
    before = uid(live, namespace)

    fine(stack.destroy())

    assert uid(live, namespace) == before
    assert live.get("v1", "Secret", "orders-secrets", namespace) is not None
    assert stack.resources() == {}


@pytest.mark.parametrize("volumes", ["keep", "delete"])
def test_a_cluster_that_may_be_deleted_is_deleted_and_the_volume_policy_decides_on_its_volumes(
    stack: Stack, live: LiveCluster, namespace: str, volumes: str
) -> None:
    stack.write(program(namespace, deletion_policy="delete", volume_policy=volumes))
    fine(stack.up())
    found = live.get(*MONGO, "orders", namespace)
    assert found is not None
    assert ("percona.com/delete-psmdb-pvc" in found["metadata"]["finalizers"]) == (volumes == "delete")

    release(live, namespace)
    fine(stack.destroy())

    assert live.get(*MONGO, "orders", namespace) is None


def test_a_protected_cluster_is_let_go_in_two_steps(stack: Stack, live: LiveCluster, namespace: str) -> None:
    stack.write(program(namespace))
    fine(stack.up())
    stack.write(program(namespace, deletion_policy="delete"))
    fine(stack.up())
    release(live, namespace)

    fine(stack.destroy())

    assert live.get(*MONGO, "orders", namespace) is None


# Interruptions


def many(namespace: str, count: int, more: str = "") -> str:
    arguments = f"provider='psmdb-operator', namespace={namespace!r}{more}"
    lines = [f"everest.DatabaseCluster('db-{n}', {arguments})" for n in range(count)]
    return "\n".join(["import pulumi_everest as everest", *lines])


def chain(namespace: str, count: int, more: str = "") -> str:
    """A program with clusters that are made one after the other."""
    arguments = f"provider='psmdb-operator', namespace={namespace!r}{more}"
    after = "opts=pulumi.ResourceOptions(depends_on=made[-1:])"
    lines = [f"made.append(everest.DatabaseCluster('db-{n}', {arguments}, {after}))" for n in range(count)]
    return "\n".join(["import pulumi", "import pulumi_everest as everest", "made = []", *lines])


def make_ready(live: LiveCluster, namespace: str, name: str) -> None:
    """Play the operator of a database that has come up."""
    head = {"apiVersion": MONGO[0], "kind": MONGO[1], "metadata": {"name": name, "namespace": namespace}}
    live.merge({**head, "status": {"state": "ready", "ready": 3, "size": 3, "observedGeneration": 1}}, status=True)


def objects(live: LiveCluster, namespace: str) -> dict[str, str]:
    return {entry["metadata"]["name"]: entry["metadata"]["uid"] for entry in live.list(*MONGO, namespace)}


def test_an_up_while_the_api_server_goes_away_is_finished_by_the_next_one(
    stack: Stack, live: LiveCluster, namespace: str, operators: ApiServer
) -> None:
    stack.write(many(namespace, 3))
    fine(stack.up())
    first = objects(live, namespace)
    stack.write(many(namespace, 6))
    operators.pause()
    try:
        broken = stack.up()
        assert broken.code != 0
    finally:
        operators.resume()

    fine(stack.up())

    after = objects(live, namespace)
    assert set(after) == {f"db-{n}" for n in range(6)}
    assert {name: after[name] for name in first} == first
    assert fine(stack.up()).only_same


def test_an_up_that_was_killed_is_finished_by_the_next_one_with_nothing_doubled(
    stack: Stack, live: LiveCluster, namespace: str
) -> None:
    """The engine is killed while it waits for the second of three databases: its state does not know that one yet."""
    stack.write(chain(namespace, 3, ", wait_for=True"))
    waits_since = 0.0

    def second_is_waited_for() -> bool:
        nonlocal waits_since
        made = objects(live, namespace)
        if "db-0" in made and not waits_since:
            make_ready(live, namespace, "db-0")
        waits_since = waits_since or (time.monotonic() if "db-1" in made else 0.0)
        return bool(waits_since) and time.monotonic() - waits_since > 2

    killed = stack.kill_during("up", "--yes", "--skip-preview", when=second_is_waited_for)
    assert killed.code != 0
    before = objects(live, namespace)
    assert set(before) == {"db-0", "db-1"}
    stack.run("cancel", "--yes", ok=False)  # the lock of the killed engine

    make_ready(live, namespace, "db-1")
    program = re.sub(r"('db-2'.*?), wait_for=True", r"\1", chain(namespace, 3, ", wait_for=True"))
    stack.write(program)
    next_one = fine(stack.up())
    assert "db-1: made by this stack before, taken over" in next_one.text
    after = objects(live, namespace)

    assert set(after) == {f"db-{n}" for n in range(3)}
    assert {name: after[name] for name in before} == before
    assert fine(stack.up()).only_same


def test_the_reconciler_is_switched_by_the_steps_that_the_refusal_names(
    stack: Stack, live: LiveCluster, namespace: str, root: Path, operators: ApiServer
) -> None:
    crds = root / "schemas" / "crds"
    if crds.is_dir():
        definitions = [entry for file in sorted(crds.glob("*.yaml")) for entry in yaml.safe_load_all(file.read_text())]
        operators.install_crds([entry for entry in definitions if entry])
    by = "everest.Provider('psmdb-operator', reconcile_by='{}')".format
    stack.write(program(namespace, by("pulumi")))
    fine(stack.up())
    before = uid(live, namespace)

    stack.write(program(namespace, by("everest")))
    refused = stack.preview()
    assert refused.code != 0
    assert "retain" in refused.text

    stack.write(program(namespace, by("pulumi"), deletion_policy="retain"))
    fine(stack.up())
    stack.write(program(namespace, by("everest"), deletion_policy="retain"))
    fine(stack.preview())
    fine(stack.up())

    assert uid(live, namespace) == before
    assert live.get("everest.percona.com/v2alpha1", "DatabaseCluster", "orders", namespace) is not None
