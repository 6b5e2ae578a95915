"""What a template says of objects beside the main one: what is wrong with it is said when it is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.load import load_plugin

SHELFDB = Path(__file__).parents[1] / "plugins" / "shelfdb"


def findings(
    tmp_path: Path, name: str, change: dict[str, Any], *, of_object: dict[str, Any] | None = None
) -> list[str]:
    """What is said of the plugin with another entry in its template: codes and messages."""
    folder = tmp_path / "shelfdb"
    shutil.copytree(SHELFDB, folder)
    data = yaml.safe_load((folder / "resources.yaml").read_text())
    entry = next(one for one in data["objects"] if one["name"] == name)
    entry.update(change)
    entry["object"].update(of_object or {})
    (folder / "resources.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    plugin, found = load_plugin(folder)
    assert plugin is not None
    assert found == []
    return [f"{entry.code}: {entry.message} {entry.hint or ''}" for entry in check_plugin(plugin)]


def test_the_plugin_of_many_objects_is_fine() -> None:
    plugin, found = load_plugin(SHELFDB)
    assert plugin is not None
    assert [*found, *check_plugin(plugin)] == []


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("pool", {"keeps": "datas"}, "field.value"),
        ("pool", {"kepes": "data"}, "did you mean 'keeps'?"),
        ("pool", {"after": ["keeper"]}, "there is no object 'keeper' to come after did you mean 'keepers'?"),
        ("keepers", {"after": ["pool"]}, "the objects wait for each other: keepers after pool after keepers"),
        ("pool", {"after": ["pool"]}, "wait for each other"),
        ("settings", {"after": ["cluster"]}, ""),
        ("pool", {"ready": "self.status.phase =="}, "plugin.expression"),
        ("pool", {"ready": {"single": "self.?status.?ok"}}, "'ready' gives a value that may be absent"),
        ("pool", {"failed": "'yes'"}, "'failed' is true or false, and this is string"),
        ("pool", {"ready": {"sngle": "true"}}, "there is no topology 'sngle' did you mean 'single'?"),
        ("pool", {"waitFor": "state=ready"}, "is not something to wait for"),
        ("pool", {"waitFor": {"single": "jsonpath={.status.x"}}, "field.value"),
        ("pool", {"waitFor": "jsonpath={.status.x}=${spec.nothing}"}, "there is no 'spec.nothing'"),
        ("cluster", {"keeps": "data"}, "the main object of a template has no 'keeps', of which plugin.yaml says that"),
        ("cluster", {"after": ["pool"]}, ""),
    ],
)
def test_wrong_settings_are_found(tmp_path: Path, name: str, change: dict[str, Any], said: str) -> None:
    found = findings(tmp_path, name, change)
    assert any(said in text for text in found) if said else found == []


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("settings", {"spec": {}}, "a ConfigMap has no 'spec' at its top"),
        ("settings", {"kind": "Configmap"}, "did you mean 'ConfigMap'?"),
        ("policy", {"status": {}}, "'status' is written by who looks after a ShelfPolicy"),
        ("policy", {"metadata": {"labels": {}}}, "an object needs 'name' in its metadata"),
        ("policy", {"?more": "${spec.?paused}"}, ""),
    ],
)
def test_what_no_program_can_make_is_found(tmp_path: Path, name: str, change: dict[str, Any], said: str) -> None:
    found = findings(tmp_path, name, {}, of_object=change)
    assert any(said in text for text in found) if said else found == []
