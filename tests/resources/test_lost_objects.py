"""Objects that a change would delete, or delete and make again: refused before anything is changed."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from mocked_run import CLUSTER, run

from pulumi_everest import DatabaseCluster
from pulumi_everest.core.changes.secret_changes import SecretHandling
from pulumi_everest.core.technology import Technology
from pulumi_everest.resources.candidates.run import technologies_here
from pulumi_everest.resources.hooks.change_messages import refusal
from pulumi_everest.resources.hooks.guard import compared

SHELFDB = Path(__file__).parents[1] / "plugins" / "shelfdb"
IN_PLACE, REPLACED = SecretHandling(config_maps=True), SecretHandling(config_maps=False)
SPLIT = {"topology": {"type": "split"}}


def plugin(tmp_path: Path) -> Path:
    """The plugin with an optional component of its own pool, and without the rule about topologies."""
    folder = tmp_path / "shelfdb"
    shutil.copytree(SHELFDB, folder)
    path = folder / "resources.yaml"
    data = yaml.safe_load(path.read_text())
    pool = next(one for one in data["objects"] if one["name"] == "keepers")
    reader = json.loads(json.dumps(pool).replace("keeper", "reader"))
    reader["object"]["spec"] |= {"storage": {"size": "1Gi"}}
    reader["object"]["spec"].pop("?resources")
    data["objects"].insert(0, {**reader, "name": "readers", "waitFor": "jsonpath={.status.phase}=Ready"})
    account = next(one for one in data["objects"] if one["name"] == "binding")["object"]
    account["roleRef"]["name"] = "${metadata.name}-${spec.?paused.orValue(false) ? 'idle' : 'shelf'}"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    return folder


TECHNOLOGIES: dict[str, Technology] = {}


def kept(folder: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    def program() -> None:
        DatabaseCluster("orders", provider="shelf-operator", namespace="db", **{**SPLIT, **arguments})
        TECHNOLOGIES.update(technologies_here())

    result = run(program, config={"everest:plugins": json.dumps([str(folder)])})
    assert result.error is None, result.error
    [component] = [entry for entry in result.resources if entry.type == CLUSTER]
    return component.inputs


def changes(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], handling: SecretHandling) -> Any:
    folder = plugin(tmp_path)
    before, after = kept(folder, old), kept(folder, new)
    found = asyncio.run(compared(before, after, TECHNOLOGIES, None, handling))
    assert found is not None
    return found.result


READER: dict[str, Any] = {"instances": {"reader": {}}}
SETTINGS: dict[str, Any] = {"instances": {"engine": {"engineConfig": {"cache": "1"}}}}


@pytest.mark.parametrize(
    ("old", "new", "handling", "guard", "what"),
    [
        (READER, {}, REPLACED, "object-removed", "ShelfPool orders-reader kept → removed"),
        ({}, SETTINGS, REPLACED, "replaced", 'ConfigMap orders-settings.data {shelf.json: {} → {"cache":"1"}}'),
        (
            {},
            {"paused": True},
            IN_PLACE,
            "replaced",
            "RoleBinding orders-shelf.roleRef {name: orders-shelf → orders-idle}",
        ),
    ],
)
def test_what_would_be_deleted_is_refused(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], handling: SecretHandling, guard: str, what: str
) -> None:
    result = changes(tmp_path, old, new, handling)
    assert [(change.guard, change.what) for change in result.refused] == [(guard, what)]
    assert f"by guard {guard}" in refusal(result)


@pytest.mark.parametrize(
    ("old", "new", "handling"),
    [
        ({}, READER, REPLACED),
        ({}, SETTINGS, IN_PLACE),
        ({}, SETTINGS, SecretHandling()),
        ({"instances": {"engine": {"replicas": 3}}}, {"instances": {"engine": {"replicas": 5}}}, REPLACED),
        ({"operator_version": "1.0.0"}, {"operator_version": "2.0.0"}, REPLACED),
    ],
)
def test_what_stays_is_not(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], handling: SecretHandling) -> None:
    assert changes(tmp_path, old, new, handling).refused == []


def test_each_guard_can_be_lifted(tmp_path: Path) -> None:
    for guard, old, new in (("object-removed", READER, {}), ("replaced", {}, SETTINGS)):
        result = changes(tmp_path / guard, old, {**new, "allow": [guard]}, REPLACED)
        assert [change.guard for change in result.changes if change.lifted] == [guard]
        assert result.refused == []
