"""`everest preview --against`: images and overrides are judged as what reaches the database, where they stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from running_cluster import RunningCluster

Run = Callable[..., Result]

HEAD = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders, namespace: shop}
spec:
  provider: psmdb-operator
"""
OLD = f"""\
{HEAD}\
  components: {{versions: {{mongod: {{version: 8.0.17-6}}}}}}
  instances: {{engine: {{storage: {{size: 10Gi}}}}}}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(OLD)
    return tmp_path


def against(run: Run, new: str, *more: str, old: str = "old.yaml") -> Result:
    Path("new.yaml").write_text(new)
    return run("preview", "new.yaml", "--against", old, *more)


def test_a_volume_that_overrides_make_smaller_is_refused_at_its_line(run: Run, files: Path) -> None:
    new = f"""\
{OLD}\
  overrides:
    replsets:
      - name: rs0
        size: 3
        volumeSpec: {{persistentVolumeClaim: {{resources: {{requests: {{storage: 5Gi}}}}}}}}
"""
    result = against(run, new)

    assert result.exit_code == 1
    assert "new.yaml:12:78: error: engine.storage.size 10Gi → 5Gi (by overrides.replsets[0].volumeSpec" in result.stderr
    assert "is refused by guard storage-shrink: a volume cannot get smaller" in result.stderr
    assert "^^^" in result.stderr
    assert against(run, new.replace("5Gi", "10240Mi")).exit_code == 0
    assert against(run, new, "--allow", "storage-shrink").exit_code == 0


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("  instances: {engine: {storage: {size: 10Gi}, image: 'mirror.example.org/m:7.0.18-11-amd64'}}", "7:54"),
        ("  components: {versions: {mongod: {version: 8.0.17-6, image: 'mirror.example.org/m:7.0.18-11'}}}", "6:62"),
        ("  overrides: {image: 'mirror.example.org/m:7.0.18-11'}", "8:22"),
    ],
)
def test_an_older_image_is_refused_by_whatever_road(run: Run, files: Path, line: str, place: str) -> None:
    key = line.strip().partition(":")[0]
    lines = [other for other in OLD.splitlines() if not other.startswith(f"  {key}:")]
    lines = [*lines, line] if key != "components" else [*lines[:5], line, *lines[5:]]
    result = against(run, "\n".join(lines) + "\n")

    assert result.exit_code == 1
    assert f"new.yaml:{place}: error: engine.image percona/percona-server-mongodb:8.0.17-6 → mirror" in result.stderr
    assert " refused by guard downgrade: the image takes 8.0.17-6 to 7.0.18-11" in result.stderr


def test_an_image_that_says_no_version_is_refused_and_the_way_on_works(run: Run, files: Path) -> None:
    new = OLD.replace("version: 8.0.17-6", "image: mine/mongod:tested")
    refused = against(run, new)

    assert refused.exit_code == 1
    assert "refused by guard image-version: the version of 'mine/mongod:tested' cannot be read" in refused.stderr
    assert "say instances.engine.version too, the version that is in 'mine/mongod:tested'" in refused.stderr
    assert "--allow image-version lifts the guard" in refused.stderr
    assert "warning: the version of the image 'mine/mongod:tested' cannot be read" in refused.stderr

    said = against(run, new.replace("image:", "version: 8.0.17-6, image:"))
    assert (said.exit_code, said.stderr.strip()) == (0, "")
    assert "orders: engine.image percona/percona-server-mongodb:8.0.17-6 → mine/mongod:tested, rolling" in said.stdout
    allowed = against(run, new, "--allow", "orders:image-version")
    assert allowed.exit_code == 0
    assert "data loss (guard image-version lifted)" in allowed.stdout


def test_a_version_is_known_first_and_the_image_changed_then(run: Run, files: Path) -> None:
    unknown = OLD.replace("version: 8.0.17-6", "image: mine/mongod:tested")
    Path("unknown.yaml").write_text(unknown)
    known = unknown.replace("image:", "version: 8.0.17-6, image:")
    Path("known.yaml").write_text(known)
    refused = against(run, unknown.replace("tested", "other"), old="unknown.yaml")
    assert "hint: first say instances.engine.version, the version that runs, with the image as it is" in refused.stderr

    first = against(run, known, old="unknown.yaml")
    assert first.exit_code == 0
    assert "orders:" not in first.stdout
    then = against(run, known.replace("tested", "other"), old="known.yaml")
    assert then.exit_code == 0
    assert "rolling restart" in then.stdout


def test_a_first_cluster_is_told_that_its_image_is_of_another_series(run: Run, files: Path) -> None:
    for name, version, image in (
        ("psmdb-operator", "8.0.17-6", "m:7.0.18-11"),
        ("pxc-operator", "8.0.44-35.1", "m:8.4.8-8.1"),
        ("pg-operator", "17.9", "m:18.4-1"),
    ):
        text = HEAD.replace("psmdb-operator", name)
        text += f"  instances: {{engine: {{version: '{version}', image: 'mine/{image}'}}}}\n"
        Path("first.yaml").write_text(text)
        result = run("validate", "first.yaml")
        assert result.exit_code == 0
        assert "[cluster.image-series]" in result.stderr + result.stdout, name


def test_machines_get_the_field_and_where_it_is_written(run: Run, files: Path) -> None:
    data = json.loads(against(run, OLD + "  overrides: {crVersion: 1.21.1}\n", "--format", "json").stdout)
    [change] = data["changes"][0]["changes"]

    assert {key: change[key] for key in ("path", "written", "old", "new", "guard")} == {
        "path": "operatorVersion", "written": "overrides.crVersion", "old": "1.22.0", "new": "1.21.1",
        "guard": "operator-downgrade",
    }  # fmt: skip


def test_programs_are_judged_by_the_same_roads(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    patch = {"volumeSpec": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "5Gi"}}}}}
    for folder, engine in (("old", {}), ("new", {"overrides": patch, "image": "mine/mongod:7.0.18-11"})):
        given = {"provider": "psmdb-operator", "namespace": "shop", "instances": {"engine": engine}}
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Pulumi.yaml").write_text("name: infra\nruntime: python\n")
        program = f"import pulumi_everest as everest\n\neverest.DatabaseCluster('db', {given!r})\n"
        (tmp_path / folder / "__main__.py").write_text(program)
    result = run("preview", "new", "--against", "old")

    assert result.exit_code == 1
    assert "engine.storage.size 10Gi → 5Gi (by engine.overrides.volumeSpec" in result.stderr
    assert "→ mine/mongod:7.0.18-11 is refused by guard downgrade" in result.stderr


# A running cluster


class Running(RunningCluster):
    """A running cluster with one object, and no operator."""

    found: Any = None

    def get(self, _version: str, kind: str, *_: str) -> Any:
        return self.found if kind == "PerconaServerMongoDB" else None


@pytest.mark.parametrize(
    ("line", "guard"),
    [
        ("  overrides: {image: 'mirror.example.org/m:7.0.18-11'}", "downgrade"),
        ("  overrides: {image: 'mirror.example.org/m:prod'}", None),
        ("  overrides: {crVersion: 1.21.1}", "operator-downgrade"),
        ("  overrides: {initImage: 'percona/percona-server-mongodb-operator:1.21.1'}", "operator-downgrade"),
        ("  overrides: {tls: {mode: disabled}, unsafeFlags: {tls: true}}", "tls"),
        ("  overrides: {replsets: null}", "storage-shrink"),
        ("  overrides: {initImage: 'percona/percona-server-mongodb-operator:1.22.0'}", None),
    ],
)
def test_what_runs_is_compared_with_what_overrides_write(
    run: Run, files: Path, monkeypatch: pytest.MonkeyPatch, line: str, guard: str | None
) -> None:
    monkeypatch.setattr("pulumi_everest.live.cluster.LiveCluster", Running)
    live = yaml.safe_load(run("render", "old.yaml").stdout)
    written = {"f:spec": {f"f:{key}": {} for key in live["spec"]}}
    live["metadata"]["managedFields"] = [{"manager": "pulumi-kubernetes-1", "operation": "Apply", "fieldsV1": written}]
    monkeypatch.setattr(Running, "found", live)
    data = json.loads(against(run, f"{OLD}{line}\n", "--format", "json", old="cluster").stdout)

    guards = {change["guard"] for change in data["changes"][0]["changes"]} - {None}
    assert guards == ({guard} if guard else set())
