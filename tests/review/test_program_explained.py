"""`everest render --explain` of programs: each value has the line of its argument."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pulumi_everest.cli.main import everest

PROGRAM = """\
import pulumi
import pulumi_everest as everest

config = pulumi.Config()
size = "20Gi"
orders = everest.DatabaseCluster(
    "orders",
    provider="psmdb-operator",
    topology={"type": "standard"},
    users={"MONGODB_BACKUP_USER": "backup", "MONGODB_BACKUP_PASSWORD": config.require_secret("password")},
    instances={
        "engine": {
            "storage": {"size": size},
            "image": pulumi.Output.from_input("a").apply(lambda _: config.require_secret("image")),
        },
    },
    backup={
        "storages": [
            {"name": "main", "type": "s3", "bucket": "b", "region": "r",
             "credentials": {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}},
        ],
    },
)
everest.DatabaseBackup(
    "before-release",
    cluster=orders,
    type="physical",
)
"""
Values = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Values:
    """What is said of each value of the program's objects."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    arguments = ["--config", "password=p", "--config", "image=example.org/mongod:8.0.19-7"]
    result = CliRunner().invoke(everest, ["render", ".", "--explain", "--format", "json", *arguments])
    assert result.exit_code == 0, result.output
    assert "example.org/mongod" not in result.stdout
    objects = json.loads(result.stdout)
    return {(one["object"], value["path"]): value for one in objects for value in one["values"]}


def line(text: str) -> int:
    return 1 + PROGRAM[: PROGRAM.index(text)].count("\n")


MAIN = "PerconaServerMongoDB orders"
VOLUME = "spec.replsets[0].volumeSpec.persistentVolumeClaim.resources.requests.storage"


@pytest.mark.parametrize(
    ("title", "path", "follows", "text"),
    [
        (MAIN, VOLUME, "instances.engine.storage.size", '"size": size'),
        (MAIN, "metadata.name", "metadata.name", "everest.DatabaseCluster"),
        (MAIN, "spec.image", "instances.engine.image", '"image"'),
        (MAIN, "spec.backup.storages.main.s3.bucket", "backup.storages[0].bucket", '"bucket": "b"'),
        ("Secret orders-secrets", "stringData.MONGODB_BACKUP_USER", "users.MONGODB_BACKUP_USER", "MONGODB_BACKUP_USER"),
        (
            "Secret orders-backup-main", "stringData.AWS_ACCESS_KEY_ID",
            "backup.storages[0].credentials.AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID",
        ),
        ("PerconaServerMongoDBBackup before-release", "spec.type", "type", 'type="physical"'),
        ("PerconaServerMongoDBBackup before-release", "spec.storageName", "backup.storages[0].name", '"name": "main"'),
    ],
)  # fmt: skip
def test_a_value_has_the_line_of_its_argument(values: Values, title: str, path: str, follows: str, text: str) -> None:
    value = values[title, path]
    places = {one["path"]: one["place"] for one in value["follows"]}
    assert (places[follows]["file"], places[follows]["line"]) == ("__main__.py", line(text))
    assert value["template"]["file"].endswith(
        ("psmdb/resources.yaml", "psmdb/backup.yaml", "mixins/templates.yaml", "psmdb/mixins.yaml")
    )


def test_every_value_of_the_program_s_objects_comes_from_somewhere(values: Values) -> None:
    assert len(values) > 30
    assert [path for path, value in values.items() if value["template"] is None and not value["follows"]] == []


def test_no_secret_value_is_shown(values: Values) -> None:
    secret = [value["value"] for (title, path), value in values.items() if path.startswith("stringData")]
    assert len(secret) == 4
    assert {*secret} == {"<secret>"}
