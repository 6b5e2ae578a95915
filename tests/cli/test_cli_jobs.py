"""Backups, restores and clusters to be filled on the command line: what is rendered, said and shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

CLUSTER = """
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders, namespace: shop}
spec:
  provider: psmdb-operator
  backup: {storages: [{name: minio, type: s3, bucket: b}]}
  dataSource: {backup: monday}
---
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseBackup
metadata: {name: now, namespace: shop}
spec: {cluster: orders}
"""


def written(folder: Path, text: str = CLUSTER) -> Path:
    (folder / "shop.yaml").write_text(text)
    return folder / "shop.yaml"


def test_render_writes_the_restore_last_and_says_when_it_is_applied(run: Callable[..., Any], tmp_path: Path) -> None:
    result = run("render", written(tmp_path))

    kinds = [document["kind"] for document in yaml.safe_load_all(result.stdout)]
    assert kinds == ["PerconaServerMongoDB", "PerconaServerMongoDBRestore", "PerconaServerMongoDBBackup"]
    assert (
        "PerconaServerMongoDBRestore orders-restore fills the new database: "
        "apply it when PerconaServerMongoDB orders is ready, and once only" in result.stderr
    )
    assert result.stderr.count("fills the new database") == 1


def test_preview_shows_each_job_with_its_cluster(run: Callable[..., Any], tmp_path: Path) -> None:
    result = run("preview", written(tmp_path))

    assert "backup now (namespace shop, cluster orders, provider psmdb-operator)" in result.stdout
    assert "PerconaServerMongoDBBackup now  psmdb.percona.com/v1  in shop" in result.stdout


def test_a_program_shows_its_jobs_too(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(
        "import pulumi_everest as everest\n"
        "everest.DatabaseBackup('now', cluster='orders', provider='psmdb-operator', namespace='shop', storage='minio')\n"
    )
    result = run("preview", tmp_path)

    assert "backup now (cluster orders, namespace shop)" in result.stdout
    assert "PerconaServerMongoDBBackup now" in result.stdout


def test_overrides_that_the_operator_does_not_know_are_found_with_its_definitions(
    run: Callable[..., Any], tmp_path: Path, shared: Path
) -> None:
    text = CLUSTER.replace("{cluster: orders}", "{cluster: orders, overrides: {compresionType: gzip}}")
    result = run("validate", written(tmp_path, text), "--crds", shared / "crds" / "psmdb" / "1.22.0")
    said = run("render", written(tmp_path, text), "--crds", shared / "crds" / "psmdb" / "1.22.0")

    for output in (result.stdout, said.stderr):
        assert "[cluster.overrides]" in output
        assert "did you mean 'compressionType'?" in output
