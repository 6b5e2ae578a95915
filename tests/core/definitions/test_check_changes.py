"""What is wrong with what a definition says of changes."""

from __future__ import annotations

from typing import Any

import pytest
from toy_technology import DEFINITION, technology

from pulumi_everest.core.definitions.check import check_definition


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"path": "usersSecret", "policy": "online", "when": "old.pausd"}, "definition.expression-field", "when"),
        ({"path": "usersSecret", "policy": "online", "when": "old."}, "definition.expression", "when"),
        ({"path": "usersSecret", "policy": "online", "when": "'text'"}, "definition.rule-result", "when"),
        ({"path": "usersSecret", "policy": "online", "guard": "stop"}, "definition.change", "guard"),
        ({"path": "config", "policy": "immutable", "guard": "name"}, "definition.change", "guard"),
        ({"path": "backup.storages.bucket", "policy": "online"}, "definition.change", "path"),
        ({"path": "nothing", "policy": "online"}, "definition.unknown-path", "path"),
    ],
)
def test_an_entry_that_cannot_work_is_a_finding(change: dict[str, Any], code: str, path: str) -> None:
    changes = [*DEFINITION["changes"], change]
    kind = technology({"changes": changes})

    assert [(entry.code, entry.path) for entry in check_definition(kind.definition)] == [
        (code, ("spec", "changes", len(changes) - 1, path))
    ]
