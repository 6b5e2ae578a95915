"""The package schema: what other languages know of the components, checked by the rules of Pulumi's metaschema."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
from fake_engine import CLUSTER, PROVIDER
from jsonschema.validators import validator_for
from pydantic import BaseModel, Field

import pulumi_everest
from pulumi_everest.model.shapes import Shape, shape_of
from pulumi_everest.resources.arguments.models import (
    DatabaseBackupArgs,
    DatabaseClusterArgs,
    DatabaseRestoreArgs,
    DatabaseUpgradeArgs,
    ProviderArgs,
)
from pulumi_everest.resources.arguments.walk import is_confidential
from pulumi_everest.resources.engine import tokens
from pulumi_everest.serving import package_schema
from pulumi_everest.testing.parts import skip_or_fail

SCHEMA = package_schema.package_schema()
TYPES, RESOURCES = SCHEMA["types"], SCHEMA["resources"]
MODELS = {
    tokens.CLUSTER: DatabaseClusterArgs,
    tokens.PROVIDER: ProviderArgs,
    tokens.BACKUP: DatabaseBackupArgs,
    tokens.RESTORE: DatabaseRestoreArgs,
    tokens.UPGRADE: DatabaseUpgradeArgs,
}

TOKEN = re.compile(r"everest:index:[A-Z][A-Za-z0-9]*\Z")
NAME = re.compile(r"[a-z][A-Za-z0-9]*\Z")
TYPE_KEYS = {"type", "items", "additionalProperties", "$ref", "oneOf", "plain"}
PROPERTY_KEYS = TYPE_KEYS | {"description", "default", "secret", "deprecationMessage"}
RESERVED = {"urn", "id", "pulumi"}


def properties():
    """Every property of the schema, with the name of what has it."""
    for token, described in TYPES.items():
        for name, entry in described.get("properties", {}).items():
            yield token, name, entry
    for token, described in RESOURCES.items():
        for key in ("inputProperties", "properties"):
            for name, entry in described[key].items():
                yield f"{token} {key}", name, entry


def types_in(entry: dict[str, Any]):
    """A type and all types inside it."""
    yield entry
    for key in ("items", "additionalProperties"):
        if key in entry:
            yield from types_in(entry[key])
    for member in entry.get("oneOf", []):
        yield from types_in(member)


def test_the_committed_schema_is_the_one_of_the_models(root):
    committed = (root / "schemas" / "pulumi.json").read_text("utf-8")
    assert committed == package_schema.schema_text(), (
        "run: python -m pulumi_everest.serving.package_schema > schemas/pulumi.json"
    )


def test_the_module_prints_the_schema(root):
    ran = subprocess.run(
        [sys.executable, "-m", "pulumi_everest.serving.package_schema"], cwd=root, capture_output=True, check=True
    )
    assert json.loads(ran.stdout) == SCHEMA


def test_it_passes_pulumis_own_metaschema():
    """`EVEREST_PULUMI_METASCHEMA` is the file pkg/codegen/schema/pulumi.json of Pulumi's sources."""
    file = os.environ.get("EVEREST_PULUMI_METASCHEMA")
    if not file:
        skip_or_fail("metaschema", "needs Pulumi's metaschema (EVEREST_PULUMI_METASCHEMA)")
    text = Path(file).read_text("utf-8")
    metaschema = json.loads(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", text))  # named groups as Python writes them
    kind = validator_for(metaschema)
    kind.check_schema(metaschema)
    assert [f"{entry.json_path}: {entry.message}" for entry in kind(metaschema).iter_errors(SCHEMA)] == []
    broken = {**SCHEMA, "types": {**TYPES, "everest:index:Broken": {"type": "no such type"}}}
    assert not kind(metaschema).is_valid(broken)


def test_it_has_what_pulumi_needs_of_a_package():
    assert SCHEMA["name"] == "everest"
    assert re.fullmatch(r"\d+\.\d+\.\d+", SCHEMA["version"])
    assert set(RESOURCES) == set(MODELS)
    # A resource called Provider would be the package's own provider.
    assert not any(token.endswith(":Provider") for token in [*TYPES, *RESOURCES])
    for token, described in RESOURCES.items():
        assert TOKEN.match(token)
        assert described["isComponent"] is True
        assert described["description"]
        assert set(described.get("requiredInputs", [])) <= set(described["inputProperties"])
        assert set(described["required"]) <= set(described["properties"])


def test_every_type_is_whole():
    for token, described in TYPES.items():
        assert TOKEN.match(token), token
        assert described["type"] in ("object", "string")
        if "enum" in described:
            assert set(described) == {"type", "enum"}, token
            assert all(isinstance(entry["value"], str) for entry in described["enum"])
        else:
            assert described["description"], token
            assert set(described.get("required", [])) <= set(described["properties"])


def test_every_property_says_what_it_is_and_has_a_type_that_there_is():
    used = set()
    for where, name, entry in properties():
        assert NAME.match(name), (where, name)
        assert name not in RESERVED, (where, name)
        assert entry["description"].endswith("."), (where, name)
        assert "\n" not in entry["description"]
        assert set(entry) <= PROPERTY_KEYS, (where, name)
        for kind in types_in(entry):
            given = [key for key in ("type", "$ref", "oneOf") if key in kind]
            assert len(given) == 1, (where, name, kind)
            if kind is not entry:
                assert set(kind) <= TYPE_KEYS, (where, name, kind)
            if "$ref" in kind and kind["$ref"] != "pulumi.json#/Any":
                token = kind["$ref"].removeprefix("#/types/")
                assert token in TYPES, (where, name)
                used.add(token)
            assert ("items" in kind) == (kind.get("type") == "array"), (where, name)
            assert ("additionalProperties" in kind) == (kind.get("type") == "object"), (where, name)
    assert used == set(TYPES)


def test_names_do_not_collide_in_any_language():
    for token, described in TYPES.items():
        own = token.rpartition(":")[2]
        # C# has no property of the name of its class.
        assert own not in {name[:1].upper() + name[1:] for name in described.get("properties", {})}
    names = {token.rpartition(":")[2] for token in [*TYPES, *RESOURCES]}
    # Go makes these of each type.
    made = {name + suffix for name in names for suffix in ("Args", "Input", "Output", "Array", "Map", "Ptr", "State")}
    assert not names & made


@pytest.mark.parametrize(("token", "model"), MODELS.items())
def test_every_field_of_the_models_is_there_with_its_kind(token, model):
    seen = []

    def compare(shape: Shape, entry: dict[str, Any], path: str) -> None:
        seen.append(path)
        kinds = {kind.get("type") for kind in entry.get("oneOf", [entry])}
        if shape.verbatim and "$ref" not in entry:  # a part of a Kubernetes object, as that has it
            assert kinds <= {"object", "array"}, path
        elif shape.kind == "object":
            described = TYPES[entry["$ref"].removeprefix("#/types/")]["properties"]
            assert set(described) == set(shape.fields), path
            for name, below in shape.fields.items():
                compare(below, described[name], f"{path}.{name}")
        elif shape.kind == "list":
            assert shape.item is not None
            compare(shape.item, entry["items"], f"{path}[]")
        elif shape.kind == "map":
            assert shape.item is not None
            compare(shape.item, entry["additionalProperties"], f"{path}{{}}")
        elif shape.kind == "number":
            assert kinds == {"integer"}, path
        elif shape.kind == "number-or-text":
            assert kinds == {"integer", "string"}, path
        elif shape.kind == "bool":
            assert kinds == {"boolean"}, path
        elif shape.kind == "text":
            assert kinds == {"string"} or "enum" in TYPES[entry["$ref"].removeprefix("#/types/")], path

    described = RESOURCES[token]["inputProperties"]
    shape = shape_of(model)
    assert set(described) == set(shape.fields)
    for name, below in shape.fields.items():
        compare(below, described[name], name)
    assert len(seen) > 10


def test_names_that_default_to_the_resource_are_not_required():
    assert RESOURCES[tokens.CLUSTER]["requiredInputs"] == ["provider"]
    assert "requiredInputs" not in RESOURCES[tokens.PROVIDER]


def test_what_is_a_password_is_secret_and_nothing_else():
    """The place is secret, or something around it, exactly where the components keep values out of everything."""
    found = []

    def look(entry: dict[str, Any], path: tuple[str | int, ...]) -> None:
        if entry.get("secret"):
            found.append(path)
        if entry.get("$ref", "").startswith("#/types/"):
            for name, below in TYPES[entry["$ref"].removeprefix("#/types/")].get("properties", {}).items():
                look(below, (*path, name))
        for key, step in (("items", 0), ("additionalProperties", "key")):
            if key in entry:
                look(entry[key], (*path, step))

    for name, entry in RESOURCES[tokens.CLUSTER]["inputProperties"].items():
        look(entry, (name,))
    assert sorted(found, key=str) == [
        ("backup", "storages", 0, "credentials"),
        ("monitoring", "credentials"),
        ("monitoring", "credentials", "apiKey"),
        ("users",),
    ]
    assert all(is_confidential(path) for path in found)
    assert not is_confidential(("backup", "storages", 0, "credentialsSecret"))


def test_only_what_decides_how_resources_are_made_is_plain():
    plain = {(token, name) for token in RESOURCES for name, e in inputs(token) if e.get("plain")}
    typed = {token: getattr(pulumi_everest, model.__name__) for token, model in MODELS.items()}
    expected = set()
    for token, declared in typed.items():
        for name, hint in declared.__annotations__.items():
            if "pulumi.Input" not in str(hint):
                expected.add((token, camel(name)))
    assert plain == expected
    assert not any(
        entry.get("plain") for described in TYPES.values() for entry in described.get("properties", {}).values()
    )


def inputs(token: str):
    return RESOURCES[token]["inputProperties"].items()


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def test_defaults_are_those_that_hold_anyway(served, preview, update, toydb):
    """A generated SDK sends defaults, so they must mean the same as nothing."""
    given = {
        token: {name: entry["default"] for name, entry in inputs(token) if "default" in entry} for token in RESOURCES
    }
    assert given == {
        tokens.CLUSTER: {"deletionPolicy": "protect", "volumePolicy": "keep"},
        tokens.PROVIDER: {"reconcileBy": "pulumi"},
        tokens.BACKUP: {"deletionPolicy": "delete"},
        tokens.RESTORE: {"deletionPolicy": "delete"},
        tokens.UPGRADE: {"deletionPolicy": "delete"},
    }
    for name, entry in (pair for token in RESOURCES for pair in inputs(token)):
        if "default" in entry:
            values = [value["value"] for value in TYPES[entry["$ref"].removeprefix("#/types/")]["enum"]]
            assert entry["default"] in values, name
    for to, defaults in ((preview, {tokens.CLUSTER: {}, tokens.PROVIDER: {}}), (update, given)):
        served.construct(to, PROVIDER, "toydb-operator", defaults[tokens.PROVIDER], config=toydb)
        arguments = {"provider": "toydb-operator", **defaults[tokens.CLUSTER]}
        served.construct(to, CLUSTER, "orders", arguments, config=toydb)
    requests = [(entry.urn, entry.inputs, entry.request.protect) for entry in preview.found]
    assert requests == [(entry.urn, entry.inputs, entry.request.protect) for entry in update.found]


def test_a_deprecated_field_says_so():
    class Old(BaseModel):
        size: Annotated[str | None, Field(deprecated="use storage")] = None
        """Size."""

    assert package_schema.Types().inputs(Old)["size"]["deprecationMessage"] == "use storage"


def test_a_type_that_other_languages_cannot_have_is_refused():
    class Odd(BaseModel):
        pairs: tuple[int, int] = (1, 2)

    with pytest.raises(TypeError, match="no type for"):
        package_schema.Types().inputs(Odd)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("BackupStorageType", ["s3", "minio", "azure", "gcs", "filesystem"]),
        ("ExposeType", ["ClusterIP", "NodePort", "LoadBalancer"]),
        ("DeletionPolicy", ["protect", "retain", "delete"]),
    ],
)
def test_words_that_are_allowed_are_enums(field, values):
    assert [entry["value"] for entry in TYPES[f"everest:index:{field}"]["enum"]] == values


def test_a_word_or_any_other_text_is_text():
    assert TYPES["everest:index:DataSource"]["properties"]["pointInTime"]["type"] == "string"
