"""The base of all models: what pydantic is told once, so that each model only lists its fields.

A model is built when something is first read with it: most programs need few of them. The modules of those that
every run needs (cluster, definition, manifest) have no ``from __future__ import annotations``: pydantic would have to
parse each of their annotations.

Reading is strict (text is not taken for a number), unknown fields are refused, and the models of what a cluster says
take a `Deferred` at every place, since any input of a program may be an output.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.kubernetes.examined import ANNOTATIONS, LABELS, Defined
from pulumi_everest.model.kubernetes.labels import check_qualified_name
from pulumi_everest.model.values import amounts, scalars, texts
from pulumi_everest.model.values.image_pattern import check_pattern
from pulumi_everest.model.values.image_reference import check_registry

KNOWN, DEFERRED = "known", "deferred"
"""Labels of the two members of each union with `Deferred`; they stand in pydantic's error locations."""


class Part(BaseModel):
    """A model whose fields are camelCase in documents."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, strict=True, frozen=True, defer_build=True)


def _open_fields(schema: CoreSchema) -> CoreSchema:
    loose = cast("dict[str, Any]", schema)
    if loose["type"] in ("model", "definitions"):
        return cast("CoreSchema", {**loose, "schema": _open_fields(loose["schema"])})
    if loose["type"] in ("function-before", "function-after", "function-wrap"):
        return cast("CoreSchema", {**loose, "schema": _open_fields(loose["schema"])})
    if loose["type"] == "model-fields":
        fields = {name: {**entry, "schema": _open(entry["schema"])} for name, entry in loose["fields"].items()}
        return cast("CoreSchema", {**loose, "fields": fields})
    return schema


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that takes a `Deferred` as well, and so do the items and values inside it."""
    kind = schema["type"]
    if kind in ("default", "nullable"):
        return {**schema, "schema": _open(schema["schema"])}
    if kind == "list" and "items_schema" in schema:
        schema = {**schema, "items_schema": _open(schema["items_schema"])}
    elif kind == "dict" and "values_schema" in schema:
        schema = {**schema, "values_schema": _open(schema["values_schema"])}
    elif kind == "union":
        schema = {**schema, "choices": [_open_choice(choice) for choice in schema["choices"]]}
    elif kind == "function-after":
        schema = {**schema, "schema": _open_inside(schema["schema"])}
    deferred = core_schema.is_instance_schema(Deferred)
    return cast(
        "dict[str, Any]",
        core_schema.union_schema([(deferred, DEFERRED), (cast("CoreSchema", schema), KNOWN)], mode="left_to_right"),
    )


def _open_choice(choice: Any) -> Any:
    if isinstance(choice, tuple):
        return (_open_inside(choice[0]), choice[1])
    return _open_inside(choice)


def _open_inside(schema: dict[str, Any]) -> dict[str, Any]:
    """The same for a member of a union that is there already: only what is inside it is opened."""
    if schema["type"] == "dict" and "values_schema" in schema:
        return {**schema, "values_schema": _open(schema["values_schema"])}
    if schema["type"] == "list" and "items_schema" in schema:
        return {**schema, "items_schema": _open(schema["items_schema"])}
    if schema["type"] == "function-after":
        return {**schema, "schema": _open_inside(schema["schema"])}
    return schema


class ClusterPart(Part):
    """A model of something that may come from a program: any value in it may be a `Deferred`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema that pydantic makes, with every field, item and value open for a `Deferred`."""
        return _open_fields(handler(source))


@dataclass(frozen=True)
class Checked(AfterValidator):
    """A validator of a text that knows its check, by which a schema for a server finds what stands for it there."""

    check: Callable[[Any], str | None]


def _checked(code: str, check: Callable[[Any], str | None]) -> Checked:
    """A validator that gives what `check` says about a text as an error with our code."""
    said = lru_cache(maxsize=1024)(check)  # many clusters have the same sizes, schedules and addresses

    def validate(text: str) -> str:
        message = said(text)
        if message is not None:
            raise PydanticCustomError(cast("Any", code), "{message}", {"message": message})
        return text

    return Checked(validate, check)


def _whole(value: Any) -> Any:
    """A whole float is the integer it stands for: other languages have no other numbers."""
    return int(value) if type(value) is float and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
Quantity = Annotated[str, _checked("value.quantity", scalars.check_quantity)]
Cron = Annotated[str, _checked("value.cron", scalars.check_cron)]
Duration = Annotated[str, _checked("value.duration", scalars.check_duration)]
Cidr = Annotated[str, _checked("value.cidr", scalars.check_cidr)]
Label = Annotated[str, _checked("value.name", scalars.check_dns_label)]
Subdomain = Annotated[str, _checked("value.name", scalars.check_dns_subdomain)]
Image = Annotated[str, _checked("value.image", scalars.check_image)]
ImagePattern = Annotated[str, _checked("value.image", check_pattern)]
Url = Annotated[str, _checked("value.url", scalars.check_url)]
Portion = Annotated[int | str, BeforeValidator(_whole), _checked("field.value", scalars.check_portion)]
Time = Annotated[str, _checked("value.time", scalars.check_time)]
Qualified = Annotated[str, _checked("value.label", check_qualified_name)]
Registry = Annotated[str, _checked("value.image", check_registry)]
Bucket = Annotated[str, _checked("value.text", texts.check_bucket)]
Folder = Annotated[str, _checked("value.text", texts.check_folder)]
Region = Annotated[str, _checked("value.text", texts.check_region)]
Cpu = Annotated[str, _checked("value.quantity", amounts.check_cpu)]
Memory = Annotated[str, _checked("value.quantity", amounts.check_memory)]
VolumeSize = Annotated[str, _checked("value.quantity", amounts.check_size)]
Labels = Annotated[dict[str, str], LABELS]
Annotations = Annotated[dict[str, str], ANNOTATIONS]
Affinity = Annotated[dict[str, Any], Defined("Affinity")]
Toleration = Annotated[dict[str, Any], Defined("Toleration")]
TopologySpreadConstraint = Annotated[dict[str, Any], Defined("TopologySpreadConstraint")]
Version = Annotated[str, _checked("value.version", scalars.check_version)]
