"""ui.yaml, the form of a plugin, by topology: OpenEverest's vocabulary, and what it lacks, lists and conditions."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from pulumi_everest.model.part import Part, Whole
from pulumi_everest.model.plugin_files.form_field import (
    ChoiceValidation,
    DataSource,
    FieldParams,
    Mode,
    NumberParams,
    NumberValidation,
    SelectParams,
    TextParams,
    TextValidation,
)

FieldPath = Annotated[str, Field(pattern=r"^(\.|[A-Za-z_$][\w$-]*(\.[A-Za-z_$][\w$-]*)*)$")]
"""Names with dots between them; a single dot is an item of a list itself."""


class _Shown(Part):
    """What all parts of a form have."""

    show_if: str | None = None
    """CEL, as in `validation`: the part is there while it is true. What is not there is not written."""
    tech_preview: bool | None = None
    """Whether the part is marked as not finished."""
    modes: dict[Mode, Override] | None = None
    """What is different in a mode."""


class Override(Part):
    """What is different about a part in a mode."""

    ui_type: Literal["number", "text", "select", "toggle", "hidden"]
    """Another kind of field; `hidden` is not there."""


class _Bound(_Shown):
    """A part that has a value: at `path`, or only in the form, as `id`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["path"]}, {"required": ["id"]}]})

    path: FieldPath | Annotated[list[FieldPath], Field(min_length=1)] | None = None
    """Field of the cluster's spec that it writes; a list writes the same value to each. In a list's item, a field of
    the item."""
    id: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")] | None = None
    """Name of a value of the form alone, which expressions may use."""
    data_source: DataSource | None = None
    """Where values come from."""

    @model_validator(mode="after")
    def _has_one_name(self) -> Self:
        if (self.path is None) == (self.id is None):
            raise PydanticCustomError("field.conflict", "a field has a 'path' that it writes, or an 'id'")
        return self


class NumberField(_Bound):
    """A number."""

    ui_type: Literal["number"]
    """Kind of part."""
    field_params: NumberParams | None = None
    """How it looks."""
    validation: NumberValidation | None = None
    """What it must be."""


class TextField(_Bound):
    """A text."""

    ui_type: Literal["text"]
    """Kind of part."""
    field_params: TextParams | None = None
    """How it looks."""
    validation: TextValidation | None = None
    """What it must be."""


class SelectField(_Bound):
    """A choice. What there is to choose comes from `options`, `optionsPath` or a data source."""

    ui_type: Literal["select"]
    """Kind of part."""
    field_params: SelectParams | None = None
    """How it looks, and what there is to choose."""
    validation: ChoiceValidation | None = None
    """What it must be."""


class ToggleField(_Bound):
    """A switch."""

    ui_type: Literal["toggle"]
    """Kind of part."""
    field_params: FieldParams | None = None
    """How it looks."""
    validation: ChoiceValidation | None = None
    """What it must be; it always has a value."""


class MapField(_Bound):
    """Names with a text each, such as labels or parameters."""

    ui_type: Literal["map"]
    """Kind of part."""
    field_params: FieldParams | None = None
    """How it looks."""
    validation: ChoiceValidation | None = None
    """What it must be."""


class HiddenField(_Bound):
    """A value that is not shown and not written."""

    ui_type: Literal["hidden"]
    """Kind of part."""
    field_params: FieldParams | None = None
    """Its default value."""


class Widget(_Shown):
    """A part that the page that shows the form brings itself."""

    ui_type: Literal["widget"]
    """Kind of part."""
    widget_type: str
    """Which one: `resources`, `storageClass`, `scheduling`, or `fields` for a field with all that is below it; another
    one, such as `podSchedulingPolicy`, is the page's own."""
    path: FieldPath | None = None
    """Field of the cluster's spec that it writes."""
    field_params: FieldParams | None = None
    """How it looks."""
    validation: ChoiceValidation | None = None
    """What the value must be."""


class ItemGroup(Part):
    """What each item of a list consists of."""

    components: dict[str, FormPart]
    """The parts, by name. Their paths begin at the item."""
    components_order: list[str] | None = None
    """Which parts come first; others follow as they are written."""


class ArrayField(_Shown):
    """A list, whose items can be added and removed."""

    ui_type: Literal["array"]
    """Kind of part."""
    path: FieldPath
    """Field of the cluster's spec that it writes, a list; in an item, a field of it."""
    item: ItemGroup
    """What each item consists of."""
    min_items: Whole | None = None
    """The least number of items."""
    max_items: Whole | None = None
    """The greatest number of items."""
    item_label: str | None = None
    """What an item is called."""
    field_params: FieldParams | None = None
    """How it looks."""
    validation: ChoiceValidation | None = None
    """What the list must be."""


class GroupParams(Part):
    """What a group type needs to know."""

    path: FieldPath | None = None
    """Of a switch: field that stands for the group, and is there, if need be empty, while it is on."""
    default_on: bool | None = None
    """Of a switch: whether it is on in a new form."""
    default_open: bool | None = None
    """Of an accordion: whether it is open from the start."""


class Group(_Shown):
    """Parts that belong together."""

    ui_type: Literal["group"]
    """Kind of part."""
    group_type: Literal["line", "accordion", "bordered", "toggleable"] | None = None
    """How it looks: a row, something to open, a frame, or a switch that removes the values when it is off."""
    group_params: GroupParams | None = None
    """What the group type needs to know."""
    label: str | None = None
    """What stands above it."""
    description: str | None = None
    """What it is for."""
    components: dict[str, FormPart]
    """The parts, by name."""
    components_order: list[str] | None = None
    """Which parts come first; others follow as they are written."""


FormPart = TypeAliasType(
    "FormPart",
    Annotated[
        NumberField | TextField | SelectField | ToggleField | MapField | HiddenField | Widget | ArrayField | Group,
        Field(discriminator="ui_type"),
    ],
)
"""A part of a form, by its `uiType`."""


class Section(Part):
    """A step of the form."""

    label: str | None = None
    """What it is called."""
    description: str | None = None
    """What it is for."""
    show_if: str | None = None
    """CEL, as in `validation`: the step is there while it is true."""
    components: dict[str, FormPart]
    """The parts, by name."""
    components_order: list[str] | None = None
    """Which parts come first; others follow as they are written."""


class TopologyForm(Part):
    """The form of one topology."""

    sections: dict[str, Section]
    """The steps, by name."""
    sections_order: list[str] | None = None
    """Which steps come first; others follow as they are written."""


class FormFile(RootModel[dict[str, TopologyForm]]):
    """The forms, by topology."""

    model_config = ConfigDict(alias_generator=to_camel)
