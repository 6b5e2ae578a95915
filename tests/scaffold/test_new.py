"""`everest plugin new`: what it writes is green as it stands, and maps what the definitions show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest

QUANTITY = {"x-kubernetes-int-or-string": True}
AMOUNTS = {"type": "object", "additionalProperties": QUANTITY}
RESOURCES = {"type": "object", "properties": {"limits": AMOUNTS, "requests": AMOUNTS}}
TEXT, NUMBER, SWITCH = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(everest, ["plugin", *(str(part) for part in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def definition(spec: dict[str, Any], status: dict[str, Any] | None = None, kind: str = "Database") -> dict[str, Any]:
    """A definition of one kind with the fields of its spec."""
    schema: dict[str, Any] = {"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}}
    if status:
        schema["properties"]["status"] = {"type": "object", "properties": status}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]
    names = {"kind": kind, "plural": f"{kind.lower()}s"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names['plural']}.db.example.com"},
        "spec": {"group": "db.example.com", "names": names, "scope": "Namespaced", "versions": versions},
    }


class Made:
    """A plugin that was made, and what was said."""

    def __init__(self, folder: Path, crds: Path, result: Result) -> None:
        self.folder, self.crds, self.result = folder, crds, result

    def file(self, name: str) -> dict[str, Any]:
        data: dict[str, Any] = yaml.safe_load((self.folder / name).read_text())
        return data

    @property
    def spec(self) -> dict[str, Any]:
        """The template of the main object's spec."""
        objects = self.file("resources.yaml")["objects"]
        spec: dict[str, Any] = next(one for one in objects if one.get("main"))["object"]["spec"]
        return spec


def make(tmp_path: Path, *definitions: dict[str, Any], more: tuple[str, ...] = ()) -> Made:
    crds = tmp_path / "crds"
    crds.mkdir(exist_ok=True)
    for number, one in enumerate(definitions):
        (crds / f"{number}.json").write_text(json.dumps(one))
    folder = tmp_path / "mydb"
    result = run("new", "mydb", "--from-crd", crds, "-o", folder, *more)
    return Made(folder, crds, result)


def green(made: Made) -> None:
    """It passes the checks and the conformance kit."""
    assert made.result.exit_code == 0, made.result.output + made.result.stderr
    tested = run("test", made.folder, "--crds", made.crds)
    assert tested.exit_code == 0, tested.output
    assert "0 failed" in tested.output


PLAIN = {
    "image": TEXT,
    "replicas": {"type": "integer", "minimum": 1},
    "resources": RESOURCES,
    "storage": {"type": "object", "properties": {"size": TEXT, "storageClassName": TEXT}},
}


def test_the_fields_of_a_plain_database_are_mapped(tmp_path: Path) -> None:
    made = make(tmp_path, definition(PLAIN, {"state": {"type": "string", "enum": ["starting", "ready", "failed"]}}))
    green(made)
    assert made.spec["image"] == "${instance.image}"
    assert made.spec["replicas"] == "${instance.replicas}"
    assert made.spec["?resources"] == "${instance.?resources}"
    assert made.spec["storage"]["size"] == "${instance.storage.size}"
    assert made.file("plugin.yaml")["ready"] == "self.?status.?state.orValue('') == 'ready'"
    assert made.file("plugin.yaml")["failed"] == "self.?status.?state.orValue('') == 'failed'"


def test_what_is_asked_is_marked_and_counted_and_listed(tmp_path: Path) -> None:
    made = make(tmp_path, definition(PLAIN))
    marks = made.result.output.partition(" places to ask:")
    asked = marks[2].strip().splitlines()
    assert int(marks[0].split()[-1]) == len(asked)
    assert any("--image mydb=IMAGE" in line for line in asked)
    told = run("check", made.folder)
    assert told.output.count("[plugin.ask]") == len(asked)


def test_flags_answer_what_would_be_asked(tmp_path: Path) -> None:
    more = (
        "--image",
        "mydb=example.com/mydb:8.0.1",
        "--title",
        "My database",
        "--port",
        "5432",
        "--connection-type",
        "my",
    )
    made = make(tmp_path, definition(PLAIN), more=more)
    green(made)
    assert made.file("plugin.yaml")["title"] == "My database"
    assert made.file("plugin.yaml")["connection"]["port"] == 5432
    versions = made.file("definition.yaml")["spec"]["componentTypes"]["mydb"]["versions"]
    assert versions == [{"version": "8.0.1", "image": "example.com/mydb:8.0.1", "default": True}]
    assert "image of mydb" not in made.result.output


def test_a_plugin_from_nothing_is_green(tmp_path: Path) -> None:
    result = run("new", "fresh", "-o", tmp_path / "fresh")
    assert result.exit_code == 0
    tested = run("test", tmp_path / "fresh")
    assert tested.exit_code == 0, tested.output


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mydb").mkdir()
    (tmp_path / "mydb/notes.txt").write_text("mine")
    result = run("new", "mydb", "-o", tmp_path / "mydb")
    assert result.exit_code == 2
    assert "not empty" in result.stderr
    assert [file.name for file in (tmp_path / "mydb").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["My", "a b", "-a", "a/b", ""])
def test_a_name_that_no_plugin_may_have_is_wrong_use(tmp_path: Path, name: str) -> None:
    assert run("new", "-o", tmp_path / "out", "--", name).exit_code == 2
