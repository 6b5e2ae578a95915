"""resources.yaml, the templates of a plugin, as models: what an editor completes and checks while one is written.

`pulumi_everest.emit.templates.template` compiles templates, and says more than a schema can.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType

from pulumi_everest.model.definition import Rule
from pulumi_everest.model.part import Part
from pulumi_everest.model.plugin_files.object_settings import ObjectSettings

Expression = Annotated[str, StringConstraints(pattern=r"^\$\{[\s\S]*\}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Names = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*( *, *[A-Za-z_][A-Za-z0-9_]*)?$")]

Null = Annotated[None, WithJsonSchema({"const": None})]
"""Null as a value of its own, not as the absence of one."""

Value = TypeAliasType("Value", "bool | int | float | str | list[Value] | Mapping | Null")
"""Any value of a template; a text may hold ``${...}``."""

_DO_STANDS_ALONE: dict[str, Any] = {
    "if": {"required": ["do"]},
    "then": {
        "propertyNames": {"enum": ["forEach", "let", "when", "do"]},
        "anyOf": [{"required": ["forEach"]}, {"required": ["let"]}, {"required": ["when"]}],
    },
}


class Mapping(BaseModel):
    """A mapping of a template: the fields of an object, and words that decide what is there.

    A key written `?key` is left out where its value is absent or empty, one written `\\\\key` is no word, and a key
    may hold `${...}`.
    """

    model_config = ConfigDict(
        extra="allow", alias_generator=to_camel, strict=True, defer_build=True,
        json_schema_extra=_DO_STANDS_ALONE,
    )  # fmt: skip
    __pydantic_extra__: dict[str, Value] = Field(init=False)

    for_each: dict[Names, Expression | list[Value] | Mapping] | None = None
    """Goes through a list or mapping: `{item: "${...}"}`, or `{"index, item": "${...}"}`. In a list it gives an item
    for each turn, elsewhere one mapping of all turns."""
    let: dict[Name, Value] | None = None
    """Names for values; later ones may use earlier ones."""
    when: Expression | bool | None = None
    """A condition. Where it does not hold, the key or item is left out."""
    merge: Expression | Mapping | None = None
    """A JSON merge patch over the mapping, applied last."""
    do: Value = None
    """The value itself, where it is no mapping; beside it only `forEach`, `let` and `when`."""


class KubernetesObject(Mapping):
    """A Kubernetes object. Namespace, labels and annotations of the cluster are added to it."""

    api_version: str
    """API group and version."""
    kind: str
    """Kind."""
    metadata: Mapping
    """At least the name."""


class MadeObject(Part):
    """An object, or one for each turn of a loop."""

    name: str
    """What errors call it."""
    main: bool = False
    """Whether it is the operator's main object. Exactly one is."""
    for_each: dict[Names, Expression | list[Value] | Mapping] | None = None
    """Makes an object for each turn."""
    let: dict[Name, Value] | None = None
    """Names for values in this object."""
    when: Expression | bool | None = None
    """A condition. Where it does not hold, there is no such object."""
    object: KubernetesObject
    """What the object is made of."""


class TemplateObject(MadeObject, ObjectSettings):
    """An object of the cluster, or one for each turn of a loop."""


class TemplateFile(Part):
    """The objects of a cluster. `${...}` is CEL over `spec`, `metadata`, `types`, `options`, `secrets`, `operator`."""

    let: dict[Name, Value] | None = None
    """Names for values, for all objects; later ones may use earlier ones."""
    objects: Annotated[list[TemplateObject], Field(min_length=1)]
    """The objects."""


class JobObject(MadeObject):
    """An object of a backup or restore, or one for each turn of a loop."""


class JobFile(Part):
    """backup.yaml or restore.yaml: what a backup or a restore on demand becomes.

    `${...}` is CEL over `spec` and `metadata` of the job, `cluster` (its `metadata`, and `spec` and `types` where the
    cluster is known), `storage` (the one that the job names), `secrets`, `operator` and, for a restore, `creating`.
    """

    fields: list[str] | None = None
    """Fields of the job's spec that the templates honour, as paths. If left out, those that they do something with."""
    more_fields: list[str] = []
    """Fields beside those, such as one that a rule refuses with a reason."""
    fields_but: list[str] = []
    """Fields of those that are not honoured, as paths, with what is below them."""
    rules: list[Rule] = []
    """What must hold of a job and its cluster."""
    wait_for: str | None = None
    """What tells that the object is done, in the words of the Kubernetes provider's `pulumi.com/waitFor`."""
    let: dict[Name, Value] | None = None
    """Names for values, for all objects; later ones may use earlier ones."""
    objects: Annotated[list[JobObject], Field(min_length=1)]
    """The objects."""
