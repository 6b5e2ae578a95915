"""Strict checks of objects against the schemas of their CustomResourceDefinitions.

The API server prunes what a schema does not have and says nothing, so an unknown field is an error here. Rules of the
schema itself (``x-kubernetes-validations``) are not evaluated.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError, Finding, finding, unknown
from pulumi_everest.model.schema_check import SchemaCheck

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "object", "additionalProperties": _TEXT}
# What ObjectMeta takes in a manifest; what only the server writes is left out.
METADATA: Schema = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "generateName": _TEXT,
        "namespace": _TEXT,
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "finalizers": {"type": "array", "items": _TEXT, "x-kubernetes-list-type": "set"},
        "ownerReferences": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["apiVersion", "kind", "name", "uid"],
                "properties": {
                    "apiVersion": _TEXT,
                    "kind": _TEXT,
                    "name": _TEXT,
                    "uid": _TEXT,
                    "controller": {"type": "boolean"},
                    "blockOwnerDeletion": {"type": "boolean"},
                },
            },
        },
    },
}
SECRET: Schema = {
    "type": "object",
    "properties": {
        "type": _TEXT,
        "immutable": {"type": "boolean"},
        "stringData": _TEXTS,
        "data": {"type": "object", "additionalProperties": {"type": "string", "format": "byte"}},
    },
}


@dataclass
class Crds:
    """The schemas of kinds, by apiVersion and kind. The core kind Secret is always there."""

    schemas: dict[tuple[str, str], Schema] = field(default_factory=dict)

    @classmethod
    def load(cls, paths: Iterable[str | os.PathLike[str]]) -> Crds:
        """The definitions in files, or in all YAML files below folders; of two for one kind the later counts.

        Raises EverestError for a file that cannot be read. A file is read once, as long as it does not change.
        """
        crds = cls()
        for path in paths:
            for file in _files(Path(path)):
                crds.schemas.update(_read(file))
        return crds

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The schema of a kind, or None where no definition has it."""
        return SECRET if (api_version, kind) == ("v1", "Secret") else self.schemas.get((api_version, kind))

    @classmethod
    def of(cls, documents: Iterable[Mapping[str, Any]]) -> Crds:
        """The definitions among documents that are read already."""
        return cls({key: schema for document in documents for key, schema in _versions(document)})

    def has_kind(self, api_version: str, kind: str) -> bool:
        """Whether a kind is known in any version of its API group."""
        group = api_version.rpartition("/")[0]
        known = ((version.rpartition("/")[0], name) for version, name in self.schemas)
        return (group, kind) in known or self.schema(api_version, kind) is not None

    def check(self, manifest: Mapping[str, Any]) -> list[Finding]:
        """What is wrong with an object, all with the code emit.object. A deferred value passes everywhere."""
        version, kind = manifest.get("apiVersion"), manifest.get("kind")
        if isinstance(version, Deferred) or isinstance(kind, Deferred):
            return []
        if not isinstance(version, str) or not isinstance(kind, str):
            return [finding("emit.object", (), "an object needs 'apiVersion' and 'kind'")]
        schema = self.schema(version, kind)
        if schema is None:
            return [self._no_schema(version, kind)]
        return SchemaCheck(METADATA, secret=kind == "Secret").root(manifest, schema)

    def _no_schema(self, version: str, kind: str) -> Finding:
        versions = sorted(known for known, name in self.schemas if name == kind)
        if versions:
            message = f"there is no definition of {kind} in {version}"
            return unknown("emit.object", ("apiVersion",), message, version, versions)
        kinds = sorted({name for _, name in self.schemas})
        return unknown("emit.object", ("kind",), f"there is no definition of the kind {kind}", kind, kinds)


def definitions_in(path: str | os.PathLike[str]) -> Iterator[dict[str, Any]]:
    """The CustomResourceDefinitions in a file, or in all files of YAML and JSON below a folder, Lists opened."""
    for file in _files(Path(path)):
        for document in _documents(file):
            yield from _definitions(document)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml", ".json"))
    return [path]


def _documents(file: Path) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.load_all(file.read_text(encoding="utf-8"), Loader=loader)


def _definitions(document: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    if document.get("kind") == "List":
        items = document.get("items")
        for item in items if isinstance(items, list) else ():
            yield from _definitions(item)
    elif document.get("kind") == "CustomResourceDefinition":
        usual = usual_definition(document)
        if usual is not None:
            yield usual


_ANY = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}


def usual_definition(document: dict[str, Any]) -> dict[str, Any] | None:
    """A CustomResourceDefinition in the form of v1, also one of v1beta1, which had one schema for all versions.

    None of a document that has no group, no kind, or no versions with names: no API server takes it.
    """
    spec = document.get("spec")
    if not isinstance(spec, dict):
        return None
    names, listed = spec.get("names"), spec.get("versions")
    if not isinstance(listed, list) or not listed:
        listed = [{"name": spec["version"]}] if isinstance(spec.get("version"), str) else []
    versions = [one for one in listed if isinstance(one, dict) and isinstance(one.get("name"), str)]
    named = isinstance(names, dict) and isinstance(names.get("kind"), str)
    if not isinstance(spec.get("group"), str) or not named or not versions:
        return None
    if any(not isinstance(one.get("schema", {}), (dict, type(None))) for one in versions):
        return None
    if isinstance(spec.get("validation"), dict) or str(document.get("apiVersion")).endswith("/v1beta1"):
        versions = [one if one.get("schema") else {**one, "schema": spec.get("validation") or _ANY} for one in versions]
    of_all = {key: spec[key] for key in ("subresources", "additionalPrinterColumns") if key in spec}
    if not of_all and versions == spec.get("versions"):
        return document
    usual = [{"served": True, "storage": len(versions) == 1, **of_all, **one} for one in versions]
    return {**document, "apiVersion": "apiextensions.k8s.io/v1", "spec": {**spec, "versions": usual}}


def _read(path: Path) -> Mapping[tuple[str, str], Schema]:
    try:
        status = path.stat()
        return _schemas(path.resolve(), status.st_mtime_ns, status.st_size)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise EverestError([finding("source.unreadable", (), f"{path} cannot be read: {reason}")]) from None
    except yaml.YAMLError as error:
        raise EverestError([finding("source.syntax", (), f"{path} is not valid YAML: {error}")]) from None


@lru_cache(maxsize=64)
def _schemas(path: Path, _modified: int, _size: int) -> Mapping[tuple[str, str], Schema]:
    return {key: schema for document in _documents(path) for key, schema in _versions(document)}


def _versions(document: Any) -> Iterator[tuple[tuple[str, str], Schema]]:
    """The schemas of a document's definitions by apiVersion and kind; nothing for any other document."""
    for definition in _definitions(document):
        spec = definition["spec"]
        for version in spec["versions"]:
            schema = (version.get("schema") or {}).get("openAPIV3Schema")
            if isinstance(schema, dict):
                yield (f"{spec['group']}/{version['name']}", spec["names"]["kind"]), schema
