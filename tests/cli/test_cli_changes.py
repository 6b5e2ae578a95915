"""`everest preview --against`: what changes do to databases, as lines, data and findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]

CLUSTER = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {{name: {name}, namespace: shop}}
spec:
  provider: psmdb-operator
  instances:
    engine:
      replicas: {replicas}
      storage: {{size: {size}}}
---
"""


def document(name: str = "orders", replicas: int = 3, size: str = "20Gi") -> str:
    return CLUSTER.format(name=name, replicas=replicas, size=size)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(document() + document("carts"))
    return tmp_path


def against(run: Run, files: Path, new: str, *more: str) -> Result:
    (files / "new.yaml").write_text(new)
    return run("preview", "new.yaml", "--against", "old.yaml", *more)


def test_each_change_is_a_line_under_its_cluster(run: Run, files: Path) -> None:
    result = against(run, files, document(replicas=5, size="30Gi") + document("carts"))

    assert result.exit_code == 0
    assert "orders: engine.replicas 3 → 5, online\n" in result.stdout
    assert "orders: engine.storage.size 20Gi → 30Gi, online: needs a StorageClass" in result.stdout
    assert "carts:" not in result.stdout


def test_refused_changes_of_all_clusters_are_findings_with_their_places(run: Run, files: Path) -> None:
    result = against(run, files, document(size="10Gi") + document("carts", replicas=1))

    assert result.exit_code == 1
    assert "orders: engine.storage.size 20Gi → 10Gi, refused by guard storage-shrink: a volume" in result.stdout
    assert "carts: engine.replicas 3 → 1, refused by guard replicas" in result.stdout
    assert "new.yaml:9:23: error: engine.storage.size 20Gi → 10Gi is refused" in result.stderr
    assert "hint: keep at least 3" in result.stderr
    assert "~ spec.replsets[rs0].size: 3 → 1" in result.stdout, "the objects are compared all the same"


def test_machines_get_the_changes_as_data(run: Run, files: Path) -> None:
    data = json.loads(against(run, files, document(replicas=1), "--format", "json").stdout)
    [orders] = data["changes"]

    assert (orders["cluster"], orders["namespace"], orders["impact"]) == ("orders", "shop", "refused")
    [change] = orders["changes"]
    assert {key: change[key] for key in ("path", "old", "new", "impact", "guard", "lifted")} == {
        "path": "engine.replicas", "old": 3, "new": 1, "impact": "refused", "guard": "replicas", "lifted": False,
    }  # fmt: skip
    assert sorted(entry["code"] for entry in data["findings"]) == ["change.refused", "change.removed"]


def paused(text: str) -> str:
    return text.replace("  instances:", "  paused: true\n  instances:")


def test_reviews_see_what_is_more_than_online(run: Run, files: Path) -> None:
    new = paused(document(replicas=5))
    github = against(run, files, new, "--format", "github")
    sarif = json.loads(against(run, files, new, "--format", "sarif").stdout)

    assert "::notice file=new.yaml,line=6,col=11,title=change.impact::paused unset → true: downtime" in github.stderr
    rules = [entry["ruleId"] for entry in sarif["runs"][0]["results"]]
    assert sorted(rules) == ["change.impact", "change.removed"]
    assert "change.impact" not in against(run, files, new).stderr


def program(folder: Path, **arguments: Any) -> None:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: infra\nruntime: python\n")
    given = {"provider": "psmdb-operator", "namespace": "shop", **arguments}
    (folder / "__main__.py").write_text(
        f"import pulumi_everest as everest\n\neverest.DatabaseCluster('db', {given!r})\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"name": "orders"}, {"name": "carts"}, [("change.refused", "name")]),
        ({"namespace": "shop"}, {"namespace": "test"}, [("change.refused", "namespace")]),
        (
            {"instances": {"engine": {"storage": {"size": "20Gi"}}}},
            {"instances": {"engine": {"storage": {"size": "10Gi"}}}, "allow": ["storage-shrink", "topology"]},
            [("change.lifted", "instances.engine.storage.size"), ("change.unneeded", "allow")],
        ),
    ],
)
def test_programs_are_compared_by_their_resources_and_may_lift_guards(
    run: Run, tmp_path: Path, old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    program(tmp_path / "old", **old)
    program(tmp_path / "new", **new)
    result = run("preview", tmp_path / "new", "--against", tmp_path / "old", "--format", "json")
    found = json.loads(result.stdout)["findings"]

    assert sorted((entry["code"], entry["path"]) for entry in found) == sorted(expected)
    assert {entry["line"] for entry in found} == {3}


SHRUNK = document(size="10Gi") + document("carts", size="10Gi")


@pytest.mark.parametrize(
    ("allow", "expected"),
    [
        (["storage-shrink"], {"change.lifted": ["orders", "carts"]}),
        (["orders:storage-shrink"], {"change.lifted": ["orders"], "change.refused": ["carts"]}),
        (["shop/carts:storage-shrink"], {"change.lifted": ["carts"], "change.refused": ["orders"]}),
        (
            ["storage-shrink", "orders:topology"],
            {"change.lifted": ["orders", "carts"], "change.unneeded": ["--allow orders:topology"]},
        ),
        (
            ["storage_shrink"],
            {"cluster.unknown-guard": ["--allow storage_shrink"], "change.refused": ["orders", "carts"]},
        ),
        (
            ["orders:name", "storage-shrink"],
            {"cluster.guard-stays": ["--allow orders:name"], "change.lifted": ["orders", "carts"]},
        ),
    ],
)
@pytest.mark.parametrize("form", ["json", "sarif"])
def test_the_command_lifts_guards_for_all_clusters_or_one(
    run: Run, files: Path, allow: list[str], expected: dict[str, list[str]], form: str
) -> None:
    result = against(run, files, SHRUNK, *(word for name in allow for word in ("--allow", name)), "--format", form)
    data = json.loads(result.stdout)
    found: dict[str, list[str]] = {}
    for entry in data["findings"] if form == "json" else data["runs"][0]["results"]:
        code = entry["code"] if form == "json" else entry["ruleId"]
        about = (
            entry["subject"] if form == "json" else entry["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
        )
        if code != "change.impact":
            found.setdefault(code, []).append(about.partition(": ")[0].removeprefix("DatabaseCluster "))

    assert found == expected
    assert result.exit_code == int(any(code not in ("change.lifted", "change.unneeded") for code in found))


def test_what_the_command_lifts_is_said_in_the_words_of_a_program(run: Run, files: Path) -> None:
    lifted = against(run, files, SHRUNK, "--allow", "storage-shrink")
    refused = against(run, files, SHRUNK)
    unneeded = against(run, files, document() + document("carts"), "--allow", "topology")
    unknown = against(run, files, SHRUNK, "--allow", "storage_shrink")
    data = json.loads(against(run, files, SHRUNK, "--allow", "storage-shrink", "--format", "json").stdout)

    assert "orders: engine.storage.size 20Gi → 10Gi, downtime (guard storage-shrink lifted): a volume" in lifted.stdout
    assert "is made though guard storage-shrink would refuse it: a volume cannot get smaller" in lifted.stderr
    assert "hint: take the guard away from the command after this change" in lifted.stderr
    assert "--allow storage-shrink lifts the guard" in refused.stderr
    assert "--allow topology: warning: no change meets guard 'topology', so it need not be lifted" in unneeded.stderr
    assert "--allow storage_shrink: error: there is no guard 'storage_shrink'" in unknown.stderr
    assert "hint: did you mean 'storage-shrink'?" in unknown.stderr
    assert "orders: engine.storage.size 20Gi → 10Gi, refused" in unknown.stdout
    assert {(entry["cluster"], entry["changes"][0]["lifted"]) for entry in data["changes"]} == {
        ("orders", True), ("carts", True),
    }  # fmt: skip


def test_the_command_lifts_guards_of_programs_beside_their_own(run: Run, tmp_path: Path) -> None:
    program(tmp_path / "old", name="orders", instances={"engine": {"storage": {"size": "20Gi"}}})
    program(tmp_path / "new", name="orders", instances={"engine": {"storage": {"size": "10Gi"}}}, allow=["topology"])

    def codes(allow: str) -> list[str]:
        command = ("preview", tmp_path / "new", "--against", tmp_path / "old", "--allow", allow, "--format", "json")
        return sorted(entry["code"] for entry in json.loads(run(*command).stdout)["findings"])

    assert codes("db:storage-shrink") == codes("orders:storage-shrink") == ["change.lifted", "change.unneeded"]
    assert codes("topology") == ["change.refused", "change.unneeded", "change.unneeded"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--against", "old.yaml", "--allow", "oders:topology"],
         "there is no cluster 'oders'; did you mean 'orders'? (there is: shop/orders, shop/carts)"),
        (["--against", "old.yaml", "--allow", "orders:"], "write [CLUSTER:]GUARD, not 'orders:'"),
        (["--against", "old.yaml", "--allow", ":topology"], "write [CLUSTER:]GUARD, not ':topology'"),
        (["--allow", "topology"], "--allow needs --against"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_wrong_use(run: Run, files: Path, more: list[str], said: str) -> None:
    result = run("preview", "old.yaml", *more)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_a_guard_is_not_called_unneeded_where_changes_are_not_known(run: Run, files: Path) -> None:
    assert run("render", "old.yaml", "-o", "manifests").exit_code == 0
    (files / "bad.yaml").write_text(document(size="big"))

    for before in ("manifests", "bad.yaml"):
        result = run("preview", "old.yaml", "--against", before, "--allow", "topology")
        assert "change.unneeded" not in result.stderr


def test_a_folder_of_objects_says_nothing_about_databases(run: Run, files: Path) -> None:
    assert run("render", "old.yaml", "-o", "manifests").exit_code == 0
    result = run("preview", "old.yaml", "--against", "manifests")

    assert (result.exit_code, "so what changes do to databases is not known" in result.stderr) == (0, True)


@pytest.mark.parametrize(
    ("kubernetes", "config", "environment", "said"),
    [
        ("None", None, None, "refused by guard secret-replaced: Secret orders-secrets would be deleted"),
        ("None", "kubernetes:enableSecretMutable=true", None, "online"),
        ("None", None, "true", "online"),
        ("None", "kubernetes:enableSecretMutable=false", "true", "refused by guard secret-replaced"),
        ("k8s.Provider('own')", "kubernetes:enableSecretMutable=true", None, "refused by guard secret-replaced"),
        ("k8s.Provider('own', enable_secret_mutable=True)", None, None, "online"),
    ],
)
def test_a_new_password_is_refused_unless_the_kubernetes_provider_changes_secrets_in_place(
    run: Run,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    kubernetes: str,
    config: str | None,
    environment: str | None,
    said: str,
) -> None:
    monkeypatch.delenv("PULUMI_K8S_ENABLE_SECRET_MUTABLE", raising=False)
    if environment is not None:
        monkeypatch.setenv("PULUMI_K8S_ENABLE_SECRET_MUTABLE", environment)
    for folder, password in (("old", "pa55-one"), ("new", "pa55-two")):
        (files / folder).mkdir()
        (files / folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (files / folder / "__main__.py").write_text(
            "import pulumi\nimport pulumi_kubernetes as k8s\nimport pulumi_everest as everest\n"
            "everest.DatabaseCluster('orders', provider='pxc-operator', namespace='shop', "
            f"users={{'root': '{password}', 'monitor': 'pa55-kept'}}, "
            f"opts=pulumi.ResourceOptions(provider={kubernetes}))\n"
        )
    result = run("preview", "new", "--against", "old", *(["--config", config] if config else []))

    assert f"orders: users.root changed, {said}" in result.stdout
    assert result.exit_code == (1 if "refused" in said else 0)
    assert "pa55" not in result.output
