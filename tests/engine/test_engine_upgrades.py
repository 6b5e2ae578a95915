"""Upgrades by the real engine: each keeps the UIDs of what runs, and does what `everest upgrade` has said before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from pulumi_engine import Stack
from technologies import move_postgresql

from pulumi_everest.cli.main import everest
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer

NUMBER = 20
TOYS = """\
import pulumi_everest as everest

for number in range({number}):
    everest.DatabaseCluster(f"shop-{{number}}", provider="toydb-operator", namespace="{namespace}",
                            deletion_policy="delete")
"""


def said(*arguments: Any) -> tuple[int, Any]:
    """What `everest` says as JSON."""
    done = CliRunner().invoke(everest, [str(one) for one in (*arguments, "--format", "json")])
    return done.exit_code, json.loads(done.stdout)


def uids(live: LiveCluster, version: str, kind: str, namespace: str) -> dict[str, str]:
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in live.list(version, kind, namespace)}


@pytest.fixture
def releases(root: Path, tmp_path: Path) -> dict[str, Path]:
    """Two releases of a plugin: the newer one has other default versions, and another default number of replicas."""
    folders = {}
    for release, version, replicas in (("1.0.0", "1.0.1", 3), ("1.1.0", "1.0.2", 5)):
        folder = folders[release] = tmp_path / release
        shutil.copytree(root / "tests/resources/toydb", folder)
        plugin = yaml.safe_load((folder / "plugin.yaml").read_text()) | {"release": release}
        (folder / "plugin.yaml").write_text(yaml.safe_dump(plugin))
        definition = yaml.safe_load((folder / "definition.yaml").read_text())
        for entry in definition["spec"]["componentTypes"]["toyd"]["versions"]:
            entry["default"] = entry["version"] == version
        engine = definition["spec"]["topologies"]["single"]["components"]["engine"]
        engine["defaults"]["replicas"] = replicas
        (folder / "definition.yaml").write_text(yaml.safe_dump(definition))
    return folders


def test_a_plugin_upgrade_of_many_clusters_does_what_was_said(
    stack: Stack, live: LiveCluster, operators: ApiServer, namespace: str, releases: dict[str, Path], root: Path
) -> None:
    operators.install_crds([yaml.safe_load((root / "tests/resources/toydb_crd.yaml").read_text())])
    old, new = releases["1.0.0"], releases["1.1.0"]
    stack.write(TOYS.format(number=NUMBER, namespace=namespace))
    stack.run("config", "set", "everest:plugins", json.dumps([str(old)]))
    assert (
        CliRunner().invoke(everest, ["lock", str(stack.folder), "--stack", stack.name, "--plugin", str(old)]).exit_code
        == 0
    )
    assert stack.up().code == 0, stack.printed()
    before = uids(live, "toy.example.com/v1", "ToyDB", namespace)
    assert len(before) == NUMBER

    code, upgrade = said("upgrade", stack.folder, "--stack", stack.name, "--from", old, "--to", new)
    assert (code, {one["impact"] for one in upgrade["clusters"]}) == (0, {"online"})
    assert {change["path"] for one in upgrade["clusters"] for change in one["changes"]} == {"engine.replicas"}

    stack.run("config", "set", "everest:plugins", json.dumps([str(new)]))
    done = stack.up()
    assert (done.code, {op for op, _ in done.steps("ToyDB")}) == (0, {"update"}), done.text
    assert any("engine.replicas 3 → 5, online" in message for message in done.messages()), done.messages()
    assert uids(live, "toy.example.com/v1", "ToyDB", namespace) == before
    images = {one["spec"]["engine"]["image"] for one in live.list("toy.example.com/v1", "ToyDB", namespace)}
    assert images == {"toy/toyd:1.0.1"}  # as the lock has it


PXC = """\
import pulumi_everest as everest

everest.DatabaseCluster(
    "orders", provider="pxc-operator", namespace="{namespace}", operator_version="{operator}", deletion_policy="delete",
    instances={{"engine": {{"version": "8.4.7-7.1"}}, "proxy": {{"version": "{proxy}", "overrides": {overrides!r}}}}},
)
"""
OLD, NEW = {"serviceType": "LoadBalancer"}, {"exposePrimary": {"type": "LoadBalancer"}}


@pytest.fixture
def definitions(operators: ApiServer, shared: Path) -> Iterator[Any]:
    """Brings the definitions of a version of MySQL's operator; those of before are back afterwards."""

    def bring(version: str) -> None:
        file = shared / "crds" / "pxc" / version / "crd.yaml"
        operators.install_crds(list(yaml.load_all(file.read_text(), yaml.CSafeLoader)))

    yield bring
    bring("1.20.0")


def test_an_operator_upgrade_by_its_steps_keeps_the_database_and_its_service(
    stack: Stack, live: LiveCluster, namespace: str, definitions: Any
) -> None:
    def write(**given: Any) -> None:
        stack.write(PXC.format(namespace=namespace, **given))

    def orders() -> dict[str, Any]:
        [found] = live.list("pxc.percona.com/v1", "PerconaXtraDBCluster", namespace)
        return found

    definitions("1.19.0")
    write(operator="1.19.0", proxy="2.8.17", overrides=OLD)
    assert stack.up().code == 0, stack.printed()
    before = orders()

    code, plan = said("upgrade", stack.folder, "--stack", stack.name, "--operator", "1.20.0")
    steps = plan["upgrades"][0]["steps"]
    assert (code, [step["kind"] for step in steps]) == (
        0, ["fields", "definitions", "operator", "crVersion", "images"],
    ), plan  # fmt: skip

    write(operator="1.19.0", proxy="2.8.17", overrides=NEW)
    assert stack.up().code == 0, stack.printed()
    definitions("1.20.0")
    assert orders()["spec"]["haproxy"]["exposePrimary"] == NEW["exposePrimary"]
    write(operator="1.20.0", proxy="2.8.18-1", overrides=NEW)
    done = stack.up()
    assert (done.code, {op for op, _ in done.steps("PerconaXtraDBCluster")}) == (0, {"update"}), done.text
    told = [message for message in done.messages() if "→" in message]
    for line in steps[3]["clusters"]["orders"]:
        text = line.replace("operatorVersion", "operator_version")  # as a program calls it
        assert any(text in message for message in told), (text, told)
    after = orders()
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert (after["spec"]["crVersion"], after["spec"]["pxc"]["image"]) == ("1.20.0", before["spec"]["pxc"]["image"])
    assert after["spec"]["haproxy"]["exposePrimary"] == NEW["exposePrimary"]


PG = """\
import pulumi_everest as everest

orders = everest.DatabaseCluster(
    "orders", provider="pg-operator", namespace="{namespace}", deletion_policy="delete", allow={allow!r},
    instances={{"engine": {{"version": "{version}"}}, "proxy": {{}}}},
)
{upgrade}
"""
UPGRADE = 'everest.DatabaseUpgrade("to-18", cluster=orders, version="18.4", deletion_policy="retain")'


def test_a_major_version_of_postgresql_by_its_upgrade(stack: Stack, live: LiveCluster, namespace: str) -> None:
    def write(version: str, upgrade: str = "", allow: list[str] | None = None) -> None:
        stack.write(PG.format(namespace=namespace, version=version, upgrade=upgrade, allow=allow or []))

    def orders() -> dict[str, Any]:
        [found] = live.list("pgv2.percona.com/v2", "PerconaPGCluster", namespace)
        return found

    write("17.10")
    assert stack.up().code == 0, stack.printed()
    before = orders()

    # A change of the version alone is refused, and its way on is the upgrade.
    write("18.4")
    refused = stack.preview()
    assert refused.code != 0
    told = " ".join(" ".join(refused.messages()).split())
    assert "engine.version 17.10 → 18.4" in told, told
    assert "make a DatabaseUpgrade of the cluster with that version" in told, told

    write("17.10", UPGRADE)
    preview = stack.preview()
    assert (preview.code, preview.steps("PerconaPGUpgrade")) == (0, [("create", "to-18")]), preview.text
    told = " ".join(" ".join(preview.messages()).split())
    assert "the database is stopped while its data go from 17.10 to 18.4" in told, told
    assert stack.up().code == 0, stack.printed()
    upgraded = move_postgresql(live, namespace, "orders")

    # Another update with the version of before would take it back, which is refused.
    write("17.10", UPGRADE)
    stack.write((stack.folder / "__main__.py").read_text().replace('"proxy": {}', '"proxy": {"replicas": 2}'))
    assert stack.preview().code != 0

    write("18.4", allow=["engine-major"])
    done = stack.up()
    assert done.code == 0, done.text
    after = orders()
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["spec"] == upgraded["spec"]
    assert stack.up().code == 0, stack.printed()
