"""The Pulumi package schema, from the models: what generated SDKs and Pulumi YAML know of this package.

``python -m pulumi_everest.serving.package_schema`` prints it; the committed one is schemas/pulumi.json.
"""

from __future__ import annotations

import json
import sys
import types
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pulumi_everest.model.schemas.field_docs import field_docs
from pulumi_everest.resources.arguments.models import (
    PLAIN,
    DatabaseBackupArgs,
    DatabaseClusterArgs,
    DatabaseRestoreArgs,
    DatabaseUpgradeArgs,
    ProviderArgs,
)
from pulumi_everest.resources.engine.tokens import BACKUP, CLUSTER, PACKAGE, PROVIDER, RESTORE, UPGRADE

ANY: dict[str, Any] = {"$ref": "pulumi.json#/Any"}

DEFAULTS: dict[tuple[str, str], Any] = {
    ("DatabaseClusterArgs", "deletionPolicy"): "protect",
    ("DatabaseClusterArgs", "volumePolicy"): "keep",
    ("DatabaseBackupArgs", "deletionPolicy"): "delete",
    ("DatabaseRestoreArgs", "deletionPolicy"): "delete",
    ("DatabaseUpgradeArgs", "deletionPolicy"): "delete",
    ("ProviderArgs", "reconcileBy"): "pulumi",
}
"""What holds where a field is left out, whatever the definition says. Other defaults are the definition's."""

SECRET = frozenset(
    {
        ("DatabaseClusterArgs", "users"),
        ("BackupStorage", "credentials"),
        ("Monitoring", "credentials"),
        ("MonitoringCredentials", "apiKey"),
    }
)
"""Fields that hold passwords and the like."""

OBJECT = {
    "type": "object",
    "description": "Kind and name of an emitted object.",
    "properties": {
        "kind": {"type": "string", "description": "Kind of the object."},
        "name": {"type": "string", "description": "Name of the object."},
    },
    "required": ["kind", "name"],
}

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}

CLUSTER_OUTPUTS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "description": "Name of the cluster and of its main object."},
    "namespace": {"type": "string", "description": "Namespace of the objects."},
    "host": {"type": "string", "description": "Host name inside the Kubernetes cluster."},
    "port": {"type": "integer", "description": "Port."},
    "connectionSecretName": {"type": "string", "description": "Name of the Secret with user and password."},
    "connection": {
        **_TEXTS,
        "secret": True,
        "description": "What clients need: type, host, port, username, password and uri; with connectionSecret.",
    },
    "versions": {**_TEXTS, "description": "The version of each component."},
    "images": {**_TEXTS, "description": "The container image of each component."},
    "objects": {
        "type": "array",
        "items": {"$ref": f"#/types/{PACKAGE}:index:EmittedObject"},
        "description": "Kind and name of each emitted object.",
    },
}
"""The outputs of a cluster. Host, port and Secret are there where the plugin knows them."""

PROVIDER_OUTPUTS: dict[str, dict[str, Any]] = {"name": {"type": "string", "description": "Name of the Provider."}}


JOB_OUTPUTS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "description": "Name of the operator's object."},
    "namespace": {"type": "string", "description": "Namespace of the operator's object."},
}


def package_schema(version: str | None = None) -> dict[str, Any]:
    """The schema as data, in a stable order. `version` is that of the package, if not the installed one."""
    collected = Types()
    cluster = collected.inputs(DatabaseClusterArgs)
    provider = collected.inputs(ProviderArgs)
    backup, restore = collected.inputs(DatabaseBackupArgs), collected.inputs(DatabaseRestoreArgs)
    upgrade = collected.inputs(DatabaseUpgradeArgs)
    collected.types[f"{PACKAGE}:index:EmittedObject"] = OBJECT
    return {
        "name": PACKAGE,
        "displayName": "Everest",
        "version": version or package_version(),
        "description": "Databases of any technology on Kubernetes, from plugins, validated before anything is planned.",
        "keywords": ["pulumi", "kubernetes", "database", "openeverest", "category/database", "kind/component"],
        "license": "Apache-2.0",
        "meta": {"moduleFormat": "(.*)", "supportPack": True},
        "language": {
            "csharp": {"respectSchemaVersion": True},
            "go": {"respectSchemaVersion": True, "generateResourceContainerTypes": True},
            "nodejs": {"respectSchemaVersion": True},
            "python": {"respectSchemaVersion": True, "pyproject": {"enabled": True}},
        },
        "types": dict(sorted(collected.types.items())),
        "resources": {
            CLUSTER: {
                "isComponent": True,
                "description": (
                    "One database of any technology, validated against its definition before anything is planned. "
                    "Its children are the operator's main object, and Secrets for values that are given."
                ),
                "inputProperties": cluster,
                "requiredInputs": ["provider"],
                "properties": CLUSTER_OUTPUTS,
                "required": ["images", "name", "namespace", "objects", "versions"],
            },
            BACKUP: {
                "isComponent": True,
                "description": (
                    "A backup of a cluster on demand. It is made once, and deleting the resource keeps the data. "
                    "Its child is the operator's backup object."
                ),
                "inputProperties": backup,
                "requiredInputs": ["cluster"],
                "properties": JOB_OUTPUTS,
                "required": ["name", "namespace"],
            },
            RESTORE: {
                "isComponent": True,
                "description": (
                    "A restore of a cluster in place: its data are replaced, once, by those of a backup or moment. "
                    "Its child is the operator's restore object."
                ),
                "inputProperties": restore,
                "requiredInputs": ["cluster"],
                "properties": JOB_OUTPUTS,
                "required": ["name", "namespace"],
            },
            UPGRADE: {
                "isComponent": True,
                "description": (
                    "An upgrade of a cluster's engine to another major version, where a change of the version is not "
                    "the way. It is made once. Its child is the operator's upgrade object."
                ),
                "inputProperties": upgrade,
                "requiredInputs": ["cluster", "version"],
                "properties": JOB_OUTPUTS,
                "required": ["name", "namespace"],
            },
            PROVIDER: {
                "isComponent": True,
                "description": (
                    "A technology: a definition, the plugin that emits its objects, and settings for all its "
                    "clusters. Pass its `name` to clusters. It has no children unless a controller reconciles."
                ),
                "inputProperties": provider,
                "properties": PROVIDER_OUTPUTS,
                "required": ["name"],
            },
        },
    }


class Types:
    """The types that properties refer to, collected while these are described."""

    def __init__(self) -> None:
        self.types: dict[str, dict[str, Any]] = {}

    def inputs(self, model: type[BaseModel]) -> dict[str, Any]:
        """The properties of a model by the names that they have in every language."""
        docs = field_docs(model)
        return {
            info.alias or name: self.property(model, name, info, docs.get(name))
            for name, info in model.model_fields.items()
        }

    def property(self, model: type[BaseModel], name: str, info: FieldInfo, said: str | None) -> dict[str, Any]:
        """One property: its type, and what is said about it."""
        place = (model.__name__, info.alias or name)
        described = dict(self.type_of(info.annotation, _enum_name(*place)))
        if said:
            described["description"] = " ".join(said.split())
        if place in DEFAULTS:
            described["default"] = DEFAULTS[place]
        if (model.__name__, name) in PLAIN:
            described["plain"] = True
            if "items" in described:
                described["items"] = {**described["items"], "plain": True}
        if place in SECRET:
            described["secret"] = True
        if info.deprecation_message:
            described["deprecationMessage"] = info.deprecation_message
        return described

    def type_of(self, annotation: Any, enum_name: str) -> dict[str, Any]:
        """The type of a value. Raises TypeError for one that other languages cannot have."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.type_of(arguments[0], enum_name)
        if origin in (Union, types.UnionType):
            return self._union([entry for entry in arguments if entry is not type(None)], enum_name)
        if origin is Literal:
            return self._enum(arguments, enum_name)
        if origin is list:
            return {"type": "array", "items": self.type_of(arguments[0], enum_name)}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.type_of(arguments[1], enum_name)}
        if annotation is Any:
            return ANY
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self._object(annotation)
        for kind, text in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
            if annotation is kind:
                return {"type": text}
        raise TypeError(f"a package schema has no type for {annotation}")

    def _union(self, members: list[Any], enum_name: str) -> dict[str, Any]:
        if len(members) > 1 and all(_is_text(member) for member in members):
            return {"type": "string"}  # a word or any other text
        described = [self.type_of(member, enum_name) for member in members]
        return described[0] if len(described) == 1 else {"oneOf": described}

    def _enum(self, values: tuple[Any, ...], name: str) -> dict[str, Any]:
        token = f"{PACKAGE}:index:{name}"
        self.types[token] = {"type": "string", "enum": [{"value": value} for value in values]}
        return {"$ref": f"#/types/{token}"}

    def _object(self, model: type[BaseModel]) -> dict[str, Any]:
        token = f"{PACKAGE}:index:{model.__name__}"
        if token not in self.types:
            described: dict[str, Any] = {"type": "object", "description": " ".join((model.__doc__ or "").split())}
            self.types[token] = described
            described["properties"] = self.inputs(model)
            required = [info.alias or name for name, info in model.model_fields.items() if info.is_required()]
            if required:
                described["required"] = sorted(required)
        return {"$ref": f"#/types/{token}"}


def _enum_name(model: str, field: str) -> str:
    """``BackupStorageType`` for the field `type` of BackupStorage, ``DeletionPolicy`` for one of the arguments."""
    owner = "" if model.endswith("Args") else model
    return owner + field[:1].upper() + field[1:]


def _is_text(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _is_text(get_args(annotation)[0])
    return annotation is str or get_origin(annotation) is Literal


def package_version() -> str:
    """The version of this package: the installed one, or that of pyproject.toml where it runs from its sources."""
    try:
        return metadata.version("pulumi-everest")
    except metadata.PackageNotFoundError:
        import tomllib

        project = Path(__file__).parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"]) if project.is_file() else "0.0.0"


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(package_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
