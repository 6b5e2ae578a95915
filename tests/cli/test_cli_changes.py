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
    assert "new.yaml:9:17: error: engine.storage.size 20Gi → 10Gi is refused" in result.stderr
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
    assert [entry["code"] for entry in data["findings"]] == ["change.refused"]


def paused(text: str) -> str:
    return text.replace("  instances:", "  paused: true\n  instances:")


def test_reviews_see_what_is_more_than_online(run: Run, files: Path) -> None:
    new = paused(document(replicas=5))
    github = against(run, files, new, "--format", "github")
    sarif = json.loads(against(run, files, new, "--format", "sarif").stdout)

    assert "::notice file=new.yaml,line=6,col=3,title=change.impact::paused unset → true: downtime" in github.stderr
    assert [entry["ruleId"] for entry in sarif["runs"][0]["results"]] == ["change.impact"]
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


def test_a_folder_of_objects_says_nothing_about_databases(run: Run, files: Path) -> None:
    assert run("render", "old.yaml", "-o", "manifests").exit_code == 0
    result = run("preview", "old.yaml", "--against", "manifests")

    assert (result.exit_code, "so what changes do to databases is not known" in result.stderr) == (0, True)
