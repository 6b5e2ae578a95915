"""JSON Schemas (2020-12) of the documents, from the models, for editors and other tools.

They accept what the YAML reader accepts: an optional field may be left out or empty, and a quantity or version may be
written without quotes.
"""

from __future__ import annotations

from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from pulumi_everest.model.cluster import DatabaseCluster
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.job import DatabaseBackup, DatabaseRestore, DatabaseUpgrade
from pulumi_everest.model.part import DEFERRED
from pulumi_everest.model.plugin_files.form import FormFile
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.plugin_files.templates import JobFile, TemplateFile
from pulumi_everest.model.plugin_files.workloads import WorkloadFile
from pulumi_everest.model.provider import Provider
from pulumi_everest.model.schemas.field_docs import field_docs

DIALECT = "https://json-schema.org/draft/2020-12/schema"

DOCUMENTS: dict[str, type[BaseModel]] = {
    "DatabaseCluster": DatabaseCluster,
    "DatabaseBackup": DatabaseBackup,
    "DatabaseRestore": DatabaseRestore,
    "DatabaseUpgrade": DatabaseUpgrade,
    "DatabaseClusterDefinition": DatabaseClusterDefinition,
    "Provider": Provider,
    "plugin.yaml": PluginManifest,
    "resources.yaml": TemplateFile,
    "backup.yaml": JobFile,
    "restore.yaml": JobFile,
    "upgrade.yaml": JobFile,
    "ui.yaml": FormFile,
    "workloads.yaml": WorkloadFile,
}
"""The documents that have a model, by the name that `everest schema` knows them by."""


class _FromModels(GenerateJsonSchema):
    """Pydantic's generator, taught that a deferred value is nothing that a document can hold."""

    def union_schema(self, schema: core_schema.UnionSchema) -> JsonSchemaValue:
        """The known member of a union with `Deferred`, every other union as it is."""
        first = schema["choices"][0]
        if isinstance(first, tuple) and first[1] == DEFERRED:
            known = cast("tuple[Any, str]", schema["choices"][1])
            return self.generate_inner(known[0])
        return super().union_schema(schema)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a model, with what is said of its fields."""
        model, result = schema["cls"], super().model_schema(schema)
        properties = result.get("properties", {})
        for name, text in field_docs(model).items():
            key = model.model_fields[name].alias or name
            if key in properties:
                properties[key] = {"description": text, **properties[key]}
        return result

    def encode_default(self, dft: Any) -> Any:
        """A default as JSON has it. Before pydantic 2.14 one that is a model must have been built for that."""
        if isinstance(dft, BaseModel):
            type(dft).model_rebuild()
        return super().encode_default(dft)

    def generate(self, schema: core_schema.CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        """The schema with its dialect, and with descriptions in one line."""
        return {"$schema": DIALECT, **_tidied(super().generate(schema, mode))}


def document_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a document, by its name in `DOCUMENTS`. Raises KeyError for another name."""
    schema = model_schema(DOCUMENTS[name])
    if name in ("DatabaseCluster", "DatabaseBackup", "DatabaseRestore", "DatabaseUpgrade"):
        _allow_absent_metadata(schema)
    if name == "ui.yaml":
        _allow_parts(schema)
    if name in _WITH_MIXINS:
        _allow_mixins(schema, at_top=name != "DatabaseClusterDefinition")
    return schema


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model, with what its docstrings say of its fields."""
    return model.model_json_schema(schema_generator=_FromModels)


_WITH_MIXINS: Final = (
    "DatabaseClusterDefinition",
    "plugin.yaml",
    "resources.yaml",
    "backup.yaml",
    "restore.yaml",
    "upgrade.yaml",
    "workloads.yaml",
)
_MIXIN: Final[dict[str, Any]] = {
    "description": "Names of mixins, of the plugin (mixins.yaml) or of the package, whose parts are put in here.",
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}},
        {
            "type": "object",
            "additionalProperties": {
                "type": ["object", "null"],
                "properties": {"but": {"type": "array", "items": {"type": "string"}}},
                "additionalProperties": False,
            },
        },
    ],
}


def _allow_mixins(schema: dict[str, Any], *, at_top: bool) -> None:
    """What a mixin may stand for: parts of the whole, objects, rules and changes."""
    if at_top:
        schema["properties"]["mixin"] = _MIXIN
    for part in (schema, *schema.get("$defs", {}).values()):
        for name in ("objects", "rules", "changes"):
            listed = part.get("properties", {}).get(name, {})
            if listed.get("type") == "array" and "items" in listed:
                used = {"type": "object", "properties": {"mixin": _MIXIN}, "required": ["mixin"]}
                listed["items"] = {"anyOf": [listed["items"], used]}


def _allow_parts(schema: dict[str, Any]) -> None:
    """Mixins among the parts of a form."""
    for part in schema["$defs"].values():
        components = part.get("properties", {}).get("components")
        if components is not None:
            components["properties"] = {"mixin": _MIXIN}


def _allow_absent_metadata(schema: dict[str, Any]) -> None:
    """Metadata that a server writes is read and left alone, so editors must not object to it."""
    for name in ("Metadata", "JobMetadata", "NameOnly"):
        if name in schema.get("$defs", {}):
            schema["$defs"][name].pop("additionalProperties", None)


def _tidied(schema: Any) -> Any:
    """A schema without pydantic's titles and ``null`` members: a field that may be left out need not be mentioned."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            result[key] = {name: _tidied(below) for name, below in value.items()}
        elif (key == "title" and isinstance(value, str)) or (key == "default" and value is None):
            continue
        elif key in _KEYWORDS:
            result[_KEYWORDS[key]] = value
        elif key == "additionalProperties" and isinstance(value, dict) and "anyOf" in value:
            result[key] = {**value, "anyOf": [_tidied(member) for member in value["anyOf"]]}
        elif key == "description" and isinstance(value, str):
            result[key] = " ".join(value.split())
        else:
            result[key] = _tidied(value)
    if "patternProperties" in result:
        result.setdefault("additionalProperties", False)
    return _without_null(result)


_KEYWORDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
"""Bounds that pydantic leaves in its own words where a validator stands before them."""


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    members = schema.get("anyOf")
    if not isinstance(members, list) or {"type": "null"} not in members:
        return schema
    rest = [member for member in members if member != {"type": "null"}]
    others = {key: value for key, value in schema.items() if key != "anyOf"}
    if len(rest) == 1:
        return {**rest[0], **others} if "$ref" not in rest[0] else {**others, **rest[0]}
    return {**others, "anyOf": rest}
