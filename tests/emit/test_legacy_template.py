"""legacy.yaml, the template of what Everest's first API made: what it must say, and what its expressions see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_everest.emit.templates.legacy import BackupKind, LegacyTemplate
from pulumi_everest.emit.templates.nodes import TemplateError
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml

BACKUPS = {
    "apiVersion": "db.example.com/v1",
    "kind": "Backup",
    "cluster": "spec.clusterName",
    "state": "status.state",
    "completed": "status.completed",
    "done": ["ready", "succeeded"],
}
WHOLE: dict[str, Any] = {"engineType": "shop", "backups": BACKUPS, "object": {"a": "${spec.size}"}}
SEEN = [
    "annotations", "affinity", "available", "catalog", "crVersion", "dataSource", "dns", "live", "metadata",
    "monitoring", "path", "pitr", "schedules", "size", "spec", "storages",
]  # fmt: skip


def parsed(data: Any) -> LegacyTemplate:
    documents, found = read_yaml(json.dumps(data), "legacy.yaml", lambda _version, _kind: ANY)
    assert found == []
    return LegacyTemplate.parse(documents[0])


def test_it_says_the_technology_its_backups_and_the_object() -> None:
    template = parsed(WHOLE)

    assert template.findings == []
    assert template.engine_type == "shop"
    assert template.backups == BackupKind(
        "db.example.com/v1", "Backup", "spec.clusterName", "status.state", "status.completed", ("ready", "succeeded")
    )
    assert template.make({"spec": {"size": 3}})["object"] == {"a": 3}


@pytest.mark.parametrize("key", ["engineType", "backups", "object"])
def test_what_it_lacks_is_found(key: str) -> None:
    template = parsed({name: value for name, value in WHOLE.items() if name != key})

    [found] = template.findings
    assert (found.code, found.path, found.message) == ("field.missing", (key,), f"legacy.yaml has no '{key}'")
    assert found.place is not None
    assert found.place.file == "legacy.yaml"
    assert (template.engine_type == "") == (key == "engineType")
    assert (template.backups is None) == (key == "backups")


@pytest.mark.parametrize(
    "backups", [None, "x", [], *({k: v for k, v in BACKUPS.items() if k != key} for key in BACKUPS), {**BACKUPS, "done": "ready"},
                {**BACKUPS, "kind": 1}],
)  # fmt: skip
def test_backups_are_texts_and_a_list_of_good_states(backups: Any) -> None:
    template = parsed({**WHOLE, "backups": backups})

    assert template.backups is None
    [found] = template.findings
    assert (found.code, found.path) == ("field.type", ("backups",))
    assert found.message == "write apiVersion, kind, cluster, state, completed as texts, and done as a list of them"


def test_its_expressions_see_what_is_known_of_the_cluster_and_nothing_else() -> None:
    assert parsed({**WHOLE, "object": {name: f"${{{name}}}" for name in SEEN}}).findings == []
    assert parsed({**WHOLE, "object": {name: f"${{{name}}}" for name in SEEN}}).make(
        dict.fromkeys(SEEN, "x")
    )["object"] == dict.fromkeys(SEEN, "x")  # fmt: skip

    [found] = parsed({**WHOLE, "object": {"a": "${sizes}"}}).findings
    assert "'sizes'" in found.message


def test_an_expression_that_fails_is_an_error() -> None:
    with pytest.raises(TemplateError):
        parsed(WHOLE).make({"spec": {}})
