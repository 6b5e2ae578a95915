"""The CustomResourceDefinitions of the kinds that a controller reads, made from the models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from pulumi_everest.core.definitions.server_rules import SERVER_CHECKS
from pulumi_everest.core.merging import copied
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.cluster import DatabaseCluster
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.job import DatabaseBackup, DatabaseRestore, DatabaseUpgrade
from pulumi_everest.model.provider import Provider
from pulumi_everest.model.schemas.structural import PRESERVE, structural

Manifest = dict[str, Any]
Column = tuple[str, str] | tuple[str, str, int]
"""Heading and JSON path of a column of ``kubectl get``; with a number above 0 only of ``-o wide``."""

GROUP, VERSION = API_VERSION.split("/")
READY: Final = '.status.conditions[?(@.type=="Ready")].status'


@dataclass(frozen=True)
class Kind:
    """A kind: its model, how ``kubectl`` calls it, and what it shows of it."""

    model: type[BaseModel]
    namespaced: bool
    short_names: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The kind, as documents name it."""
        return self.model.__name__

    @property
    def plural(self) -> str:
        """The name of the resource in the API."""
        return f"{self.name.lower()}s"


KINDS: Final = (
    Kind(DatabaseClusterDefinition, False, ("dbcd",), (("Ready", READY),)),
    Kind(
        Provider,
        False,
        ("dbp",),
        (
            ("Definition", ".spec.databaseClusterDefinition"),
            ("Operator", ".spec.operatorVersion"),
            ("Ready", READY),
            ("Reconciled-By", ".spec.reconcileBy", 1),
        ),
    ),
    Kind(
        DatabaseCluster,
        True,
        ("dbc", "dbcluster"),
        (
            ("Provider", ".spec.provider"),
            ("Topology", ".spec.topology.type"),
            ("Ready", READY),
            ("Phase", ".status.phase"),
            ("Operator", ".spec.operatorVersion", 1),
            ("Message", ".status.message", 1),
        ),
    ),
    Kind(
        DatabaseBackup,
        True,
        ("dbbk",),
        (("Cluster", ".spec.cluster"), ("Storage", ".spec.storage"), ("Ready", READY), ("Phase", ".status.phase")),
    ),
    Kind(
        DatabaseRestore,
        True,
        ("dbrs",),
        (
            ("Cluster", ".spec.cluster"),
            ("Backup", ".spec.backup"),
            ("Ready", READY),
            ("Phase", ".status.phase"),
            ("Moment", ".spec.pointInTime", 1),
        ),
    ),
    Kind(
        DatabaseUpgrade,
        True,
        ("dbup",),
        (("Cluster", ".spec.cluster"), ("Version", ".spec.version"), ("Ready", READY), ("Phase", ".status.phase")),
    ),
)
"""The kinds, in the order in which their definitions are brought."""

_TEXT: Final = {"type": "string"}

STATUS: Final[Manifest] = {
    "type": "object",
    "description": "What a controller says of the object. It may say more than is listed here.",
    PRESERVE: True,
    "properties": {
        "observedGeneration": {
            "type": "integer",
            "format": "int64",
            "description": "The generation of the object that the status is about.",
        },
        "phase": {**_TEXT, "description": "What state it is in, in one word."},
        "message": {**_TEXT, "description": "What there is to say about that state."},
        "conditions": {
            "type": "array",
            "description": "What is true of the object; `Ready` is whether it can be used.",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
            "items": {
                "type": "object",
                "description": "A condition, as in all of Kubernetes.",
                "required": ["type", "status", "lastTransitionTime", "reason", "message"],
                "properties": {
                    "type": {**_TEXT, "description": "What it is about.", "minLength": 1, "maxLength": 316},
                    "status": {
                        **_TEXT,
                        "description": "Whether it is so.",
                        "enum": ["True", "False", "Unknown"],
                    },
                    "observedGeneration": {
                        "type": "integer",
                        "format": "int64",
                        "minimum": 0,
                        "description": "The generation that it is about.",
                    },
                    "lastTransitionTime": {
                        **_TEXT,
                        "format": "date-time",
                        "description": "Since when it is so.",
                    },
                    "reason": {**_TEXT, "description": "Why, as one word.", "minLength": 1, "maxLength": 1024},
                    "message": {**_TEXT, "description": "Why, for people.", "maxLength": 32768},
                },
            },
        },
    },
}


def everest_crds() -> list[Manifest]:
    """The CustomResourceDefinitions of all kinds; the caller may change them."""
    definitions: list[Manifest] = copied(list(_all()))
    return definitions


def file_name(definition: Manifest) -> str:
    """The file that a CustomResourceDefinition is kept in: ``everest.percona.com_databaseclusters.yaml``."""
    spec = definition["spec"]
    return f"{spec['group']}_{spec['names']['plural']}.yaml"


@cache
def _all() -> tuple[Manifest, ...]:
    return tuple(map(definition_of, KINDS))


def definition_of(kind: Kind) -> Manifest:
    """The CustomResourceDefinition of a kind."""
    names = {
        "kind": kind.name,
        "listKind": f"{kind.name}List",
        "plural": kind.plural,
        "singular": kind.name.lower(),
        "shortNames": list(kind.short_names),
        "categories": ["everest"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": names,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "additionalPrinterColumns": list(_columns(kind.columns)),
                    "schema": {"openAPIV3Schema": _schema(kind.model)},
                    "subresources": {"status": {}},
                }
            ],
        },
    }


def _columns(columns: Iterable[Column]) -> Iterable[Manifest]:
    for name, path, *wide in columns:
        yield {"name": name, "type": "string", "jsonPath": path, **({"priority": wide[0]} if wide else {})}
    yield {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


def _schema(model: type[BaseModel]) -> Manifest:
    """The schema of a kind: the server knows metadata itself, and takes limits of the name only."""
    schema = structural(model, SERVER_CHECKS)
    properties = schema["properties"]
    name = properties["metadata"]["properties"]["name"]
    limits = {key: value for key, value in name.items() if key != "description"}
    schema["required"] = [key for key in schema["required"] if key == "spec"]
    schema["properties"] = {
        "apiVersion": {**_TEXT, "description": properties["apiVersion"]["description"]},
        "kind": {**_TEXT, "description": properties["kind"]["description"]},
        "metadata": {"type": "object", "properties": {"name": limits}},
        "spec": properties["spec"],
        "status": STATUS,
    }
    return schema
