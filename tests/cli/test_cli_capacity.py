"""What clusters take: on the page of a change, alone, as data, at a price, and where it does not fit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import Result
from running_cluster import RunningCluster

import pulumi_everest.plugins

Run = Callable[..., Result]

HEAD = "apiVersion: everest.percona.com/v2alpha1\nkind: DatabaseCluster\n"
GIB = 2**30


def document(
    name: str, namespace: str = "shop", *, replicas: int = 3, provider: str = "psmdb-operator", more: str = ""
) -> str:
    return (
        f"{HEAD}metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  provider: {provider}\n  instances:\n"
        f"    engine: {{replicas: {replicas}, resources: {{requests: {{cpu: '1', memory: 2Gi}}}}, "
        f"storage: {{size: 20Gi, storageClass: fast}}{more}}}\n---\n"
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(result: Result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines()]


def schema(run: Run, name: str) -> Any:
    return json.loads(run("schema", name).stdout)


def test_the_sums_are_those_of_all_clusters(run: Run, folder: Path) -> None:
    expose = ", expose: {type: LoadBalancer}, scheduling: {nodeSelector: {disk: ssd}}"
    Path("all.yaml").write_text(document("orders") + document("carts", "web", replicas=5, more=expose))

    result = run("preview", "all.yaml", "--capacity")
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines(result) == [
        "2 clusters",
        "capacity",
        "CPU: requests 8, limits 0",
        "memory: requests 16Gi, limits 0",
        "storage: fast 160Gi",
        "pods 8, volumes 8, load balancers 5",
        "by namespace",
        "namespace shop: CPU 3, memory 6Gi, storage 60Gi, pods 3",
        "namespace web: CPU 5, memory 10Gi, storage 100Gi, pods 5, load balancers 5",
        "by node selector",
        "any node: CPU 3, memory 6Gi, storage 60Gi, pods 3",
        "nodes disk=ssd: CPU 5, memory 10Gi, storage 100Gi, pods 5",
    ]


def test_the_same_as_data_has_a_schema(run: Run, folder: Path) -> None:
    Path("all.yaml").write_text(document("orders") + document("carts", "web"))
    Path("prices.yaml").write_text("{currency: EUR, cpu: 20, memory: 1}")

    data = json.loads(run("preview", "all.yaml", "--capacity", "--format", "json", "--prices", "prices.yaml").stdout)
    jsonschema.validate(data, schema(run, "capacity"))
    block = data["capacity"]
    assert "before" not in block
    assert block["after"]["requests"] == {"cpu": 6.0, "memory": 12 * GIB}
    assert block["after"]["storage"] == {"fast": 120 * GIB}
    assert block["after"]["cost"] == 6 * 20 + 12
    assert [part["name"] for part in block["namespaces"]] == ["shop", "web"]
    assert block["prices"] == {"currency": "EUR", "per": "month", "withoutPrice": ["storage class fast"]}


def test_a_change_has_both_sides(run: Run, folder: Path) -> None:
    Path("old.yaml").write_text(document("orders") + document("carts", "web"))
    Path("new.yaml").write_text(document("orders", replicas=5) + document("carts", "web"))

    arguments = ("preview", "new.yaml", "--against", "old.yaml")
    page = lines(run(*arguments, "--summary"))
    assert "CPU: requests 6 → 8 (+2), limits 0" in page
    assert "storage: fast 120Gi → 160Gi (+40Gi)" in page
    assert (
        "namespace shop: CPU 3 → 5 (+2), memory 6Gi → 10Gi (+4Gi), storage 60Gi → 100Gi (+40Gi), pods 3 → 5 (+2)"
        in page
    )
    assert not any("namespace web" in line for line in page)

    data = json.loads(run(*arguments, "--summary", "--format", "json").stdout)
    jsonschema.validate(data, schema(run, "summary"))
    alone = json.loads(run(*arguments, "--capacity", "--format", "json").stdout)
    assert data["capacity"] == alone["capacity"]
    markdown = run(*arguments, "--summary", "--format", "markdown").stdout
    assert "- `CPU: requests 6 → 8 (+2), limits 0`" in markdown


def test_by_chooses_what_is_shown(run: Run, folder: Path) -> None:
    Path("all.yaml").write_text(document("orders"))

    assert lines(run("preview", "all.yaml", "--capacity"))[-1] == "pods 3, volumes 3, load balancers 0"
    shown = lines(run("preview", "all.yaml", "--capacity", "--by", "technology"))
    assert shown[-2:] == [
        "by technology",
        "technology Percona Server for MongoDB: CPU 3, memory 6Gi, storage 60Gi, pods 3",
    ]


def test_jobs_are_apart(run: Run, folder: Path) -> None:
    storages = "storages: [{name: s3, type: s3, bucket: b, region: r, schedules: [{name: a, cron: 0 3 * * *}, {name: b, cron: 0 4 * * 0}]}]"
    cluster = document("orders", provider="pxc-operator").replace("---\n", f"  backup: {{{storages}}}\n---\n")
    Path("all.yaml").write_text(cluster)

    shown = lines(run("preview", "all.yaml", "--capacity"))
    assert "jobs, if all run at once: pods 2, CPU 0.1, memory 95.37Mi" in shown
    assert "pods 6, volumes 3, load balancers 0" in shown


def test_what_a_paused_cluster_keeps_is_its_volumes(run: Run, folder: Path) -> None:
    Path("all.yaml").write_text(document("orders").replace("  instances:", "  paused: true\n  instances:"))

    assert "pods 0, volumes 3, load balancers 0" in lines(run("preview", "all.yaml", "--capacity"))


# What is not known


def without_workloads(folder: Path) -> None:
    shutil.copytree(Path(pulumi_everest.plugins.__file__).parent / "valkey", folder / "valkey")
    (folder / "valkey" / "workloads.yaml").unlink()


def test_clusters_of_a_plugin_without_the_file_are_in_no_sum(run: Run, folder: Path) -> None:
    without_workloads(folder)
    caches = "".join(document(f"cache-{i}", provider="valkey-operator") for i in range(1, 4))
    Path("all.yaml").write_text(caches + document("orders"))

    text = "not in the sums: 3 clusters of Valkey (shop/cache-{1..3}): the plugin has no workloads.yaml"
    shown = lines(run("preview", "all.yaml", "--capacity", "--plugin", "valkey"))
    assert shown[0] == "1 cluster"
    assert text in shown
    assert text in lines(run("preview", "all.yaml", "--against", "all.yaml", "--summary", "--plugin", "valkey"))

    Path("all.yaml").write_text(caches)
    shown = lines(run("preview", "all.yaml", "--capacity", "--plugin", "valkey"))
    assert shown == ["0 clusters", "capacity", text], "no number is better than a zero"
    data = json.loads(run("preview", "all.yaml", "--capacity", "--plugin", "valkey", "--format", "json").stdout)
    assert data["capacity"]["notKnown"] == [
        {
            "technology": "Valkey", "reason": "the plugin has no workloads.yaml", "count": 3,
            "clusters": ["shop/cache-{1..3}"],
        }
    ]  # fmt: skip


def test_technologies_of_one_title_are_told_apart(run: Run, folder: Path) -> None:
    for name in ("one", "two", "three"):
        shutil.copytree(Path(pulumi_everest.plugins.__file__).parent / "psmdb", name)
        for file, old, new in (("plugin.yaml", "psmdb", name), ("definition.yaml", "psmdb-op", f"{name}-op")):
            path = Path(name, file)
            path.write_text(path.read_text().replace(f"name: {old}", f"name: {new}", 1))
    Path("three/workloads.yaml").unlink()
    plugins = ("--plugin", "one", "--plugin", "two", "--plugin", "three")
    Path("was.yaml").write_text(document("a", provider="one-operator"))
    pair = document("b", provider="two-operator", replicas=5) + document("c", provider="three-operator")
    Path("all.yaml").write_text(document("a", provider="one-operator") + pair)
    title = yaml.safe_load(Path("one/plugin.yaml").read_text())["title"]

    shown = lines(run("preview", "all.yaml", "--capacity", *plugins))
    assert [line.partition(":")[0] for line in shown if line.startswith("technology")] == [
        f"technology {title} (one)",
        f"technology {title} (two)",
    ]
    assert any(f"1 cluster of {title} (three) (shop/c)" in line for line in shown)
    assert any(title in line and f"{title} (" not in line for line in lines(run("preview", "was.yaml", "--capacity", *plugins, "--by", "technology")))  # fmt: skip
    page = run("preview", "all.yaml", "--against", "was.yaml", "--summary", *plugins)
    assert f"technology {title} (two): CPU 0 → 5 (+5)" in page.stdout


@pytest.mark.parametrize("against", [(), ("--against", "sound.yaml"), ("--against", "all.yaml")])
def test_with_errors_there_is_no_result_but_data(run: Run, folder: Path, against: tuple[str, ...]) -> None:
    Path("all.yaml").write_text(document("orders", replicas=4))
    Path("sound.yaml").write_text(document("orders"))
    for form in ("text", "markdown"):
        result = run("preview", "all.yaml", "--capacity", "--format", form, *against)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "takes an odd number" in result.stderr
        written = run("preview", "all.yaml", "--capacity", "--format", form, "-o", "out", *against)
        assert (written.exit_code, written.stdout, Path("out").exists()) == (1, "", False)
    assert "capacity" not in json.loads(run("preview", "all.yaml", "--capacity", "--format", "json").stdout)


def test_a_file_that_is_wrong_is_said(run: Run, folder: Path) -> None:
    without_workloads(folder)
    (folder / "valkey" / "workloads.yaml").write_text("workloads: [{name: a, replicas: x, containers: []}]")
    Path("all.yaml").write_text(document("cache", provider="valkey-operator"))

    shown = lines(run("preview", "all.yaml", "--capacity", "--plugin", "valkey"))
    assert any(
        "workloads.yaml of the plugin: workloads[0].replicas is 'x', and must be a whole number" in line
        for line in shown
    )


def test_what_depends_on_outputs_is_in_no_sum(run: Run, folder: Path) -> None:
    Path("Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    Path("__main__.py").write_text(
        """\
import pulumi
from pulumi_everest import DatabaseCluster
size = pulumi.StackReference("other").get_output("replicas")
DatabaseCluster("known", provider="psmdb-operator", instances={"engine": {"replicas": 3}})
DatabaseCluster("unknown", provider="psmdb-operator", instances={"engine": {"replicas": size}})
"""
    )
    shown = lines(run("preview", ".", "--capacity"))
    assert "pods 3, volumes 3, load balancers 0" in shown
    [line] = [line for line in shown if line.startswith("not in the sums")]
    assert line.startswith("not in the sums: 1 cluster of Percona Server for MongoDB (unknown): ")


def test_objects_of_operators_count_without_a_cluster(run: Run, folder: Path) -> None:
    Path("all.yaml").write_text(
        document("orders") + document("orders", provider="cnpg-operator").replace("orders", "sql")
    )
    made = run("render", "all.yaml").stdout
    Path("made.yaml").write_text(made)

    def totals(file: str) -> Any:
        return json.loads(run("preview", file, "--capacity", "--format", "json").stdout)["capacity"]["after"]

    assert totals("made.yaml") == totals("all.yaml")


# How it is asked for


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (["--capacity", "--summary", "--against", "x.yaml"], "--capacity goes with no --summary"),
        (["--capacity", "--full", "--against", "x.yaml"], "--capacity goes with no --full"),
        (["--capacity", "--format", "sarif"], "--capacity goes with no --format sarif"),
        (["--by", "namespace"], "--by needs --capacity"),
        (["--capacity", "--by", "namespaces"], "did you mean 'namespace'?"),
        (["--prices", "x.yaml"], "--prices needs --capacity or --against"),
    ],
)
def test_what_does_not_go_together_is_said(run: Run, folder: Path, more: list[str], text: str) -> None:
    for name in ("all.yaml", "x.yaml"):
        Path(name).write_text(document("a"))
    result = run("preview", "all.yaml", *more)
    assert result.exit_code == 2
    assert text in result.stderr


def test_prices_that_are_wrong_are_findings(run: Run, folder: Path) -> None:
    Path("all.yaml").write_text(document("a"))
    Path("prices.yaml").write_text("currency: EUR\ncpus: 3\n")
    result = run("preview", "all.yaml", "--capacity", "--prices", "prices.yaml")
    assert result.exit_code == 1
    assert "prices.yaml:2:1: error: the document has no field 'cpus' [field.unknown]" in result.stderr
    assert "did you mean 'cpu'?" in result.stderr
    assert result.stdout.strip() == ""


# Where it fits


class Stub(RunningCluster):
    """A running cluster with these objects by kind, and no operator."""

    lists: Any = None
    objects: Any = None

    def list(self, _version: str, kind: str, *_: Any) -> Any:
        return (self.lists or {}).get(kind, [])

    def get(self, *key: str) -> Any:
        return (self.objects or {}).get(key[1:3])


def test_a_running_cluster_is_asked_whether_it_has_room(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("old.yaml").write_text(document("orders"))
    Path("all.yaml").write_text(document("orders", replicas=5))
    [there] = [one for one in yaml.safe_load_all(run("render", "old.yaml").stdout) if one]
    quota = {
        "metadata": {"name": "databases", "namespace": "shop"},
        "spec": {"hard": {"requests.cpu": "10"}},
        "status": {"used": {"requests.cpu": "9"}},
    }
    monkeypatch.setattr("pulumi_everest.live.cluster.LiveCluster", Stub)
    monkeypatch.setattr(Stub, "lists", {"ResourceQuota": [quota]})
    monkeypatch.setattr(Stub, "objects", {("PerconaServerMongoDB", "orders"): there})

    result = run("preview", "all.yaml", "--against", "cluster", "--capacity")
    assert result.exit_code == 1
    text = (
        "quota 'databases' of namespace 'shop' has no room: requests.cpu would be 11 of 10; 9 are used, and the clusters "
        "take 2 more"
    )
    assert text in " ".join(result.stderr.split())
    assert "CPU: requests 3 → 5 (+2), limits 0" in lines(result)
    page = run("preview", "all.yaml", "--against", "cluster", "--summary", "--format", "json")
    assert "capacity.quota" in [entry["code"] for entry in json.loads(page.stdout)["findings"]]


@pytest.mark.parametrize("provider", ["psmdb-operator", "pxc-operator", "pg-operator"])
def test_an_adopted_cluster_takes_what_its_object_does(run: Run, folder: Path, provider: str) -> None:
    Path("all.yaml").write_text(document("orders", provider=provider, more=", expose: {type: LoadBalancer}"))
    made = [one for one in yaml.safe_load_all(run("render", "all.yaml").stdout) if one["kind"] != "Secret"]
    Path("object.yaml").write_text(yaml.safe_dump_all(made))
    adopted = run("adopt", "object.yaml")
    assert adopted.exit_code == 0, adopted.stderr
    Path("adopted.yaml").write_text(adopted.stdout)

    def totals(file: str) -> Any:
        return json.loads(run("preview", file, "--capacity", "--format", "json").stdout)["capacity"]["after"]

    assert totals("adopted.yaml") == totals("object.yaml")
    assert totals("adopted.yaml")["pods"] > 0
