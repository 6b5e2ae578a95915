"""Small definitions for tests of `everest plugin new`, and what is made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest

QUANTITY = {"x-kubernetes-int-or-string": True}
AMOUNTS = {"type": "object", "additionalProperties": QUANTITY}
RESOURCES = {"type": "object", "properties": {"limits": AMOUNTS, "requests": AMOUNTS}}
TEXT, NUMBER, SWITCH = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
PLAIN: dict[str, Any] = {
    "image": TEXT,
    "replicas": {"type": "integer", "minimum": 1},
    "resources": RESOURCES,
    "storage": {"type": "object", "properties": {"size": TEXT, "storageClassName": TEXT}},
}
CLAIM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "accessModes": {"type": "array", "items": TEXT},
        "storageClassName": TEXT,
        "resources": RESOURCES,
    },
}


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(everest, ["plugin", *(str(part) for part in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def mapping(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """The schema of a mapping."""
    made: dict[str, Any] = {"type": "object", "properties": properties}
    return {**made, "required": list(required)} if required else made


def listed(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of a list."""
    return {"type": "array", "items": items, **more}


def definition(
    spec: dict[str, Any],
    status: dict[str, Any] | None = None,
    kind: str = "Database",
    group: str = "db.example.com",
    required: tuple[str, ...] = (),
) -> dict[str, Any]:
    """A definition of one kind with the fields of its spec."""
    schema: dict[str, Any] = {"type": "object", "properties": {"spec": mapping(required, **spec)}}
    if status:
        schema["properties"]["status"] = {"type": "object", "properties": status}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]
    names = {"kind": kind, "plural": f"{kind.lower()}s"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names['plural']}.{group}"},
        "spec": {"group": group, "names": names, "scope": "Namespaced", "versions": versions},
    }


class Made:
    """A plugin that was made, and what was said."""

    def __init__(self, folder: Path, crds: Path, result: Result) -> None:
        self.folder, self.crds, self.result = folder, crds, result

    def file(self, name: str) -> dict[str, Any]:
        data: dict[str, Any] = yaml.safe_load((self.folder / name).read_text())
        return data

    def object(self, kind: str) -> dict[str, Any]:
        """The template of the object of a kind."""
        objects = self.file("resources.yaml")["objects"]
        found: dict[str, Any] = next(one["object"] for one in objects if one.get("object", {}).get("kind") == kind)
        return found

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


def sample(tmp_path: Path, *objects: dict[str, Any]) -> tuple[str, str]:
    """The option that names a file with objects."""
    file = tmp_path / "sample.yaml"
    file.write_text("---\n".join(json.dumps(one) + "\n" for one in objects))
    return "--sample", str(file)


def green(made: Made) -> None:
    """It passes the checks and the conformance kit."""
    assert made.result.exit_code == 0, made.result.output + made.result.stderr
    tested = run("test", made.folder, "--crds", made.crds)
    assert tested.exit_code == 0, tested.output
    assert "0 failed" in tested.output
