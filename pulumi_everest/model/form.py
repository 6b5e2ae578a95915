"""ui.yaml, the form of a plugin, by topology: OpenEverest's vocabulary, and what it lacks, lists and conditions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType

from pulumi_everest.model.part import Part, Whole

Number = int | float
FieldPath = Annotated[str, Field(pattern=r"^[A-Za-z_$][\w$-]*(\.[A-Za-z_$][\w$-]*)*$")]
Mode = Literal["new", "edit", "restore", "import"]


class Rule(Part):
    """A condition that a value must fulfil."""

    cel_expr: str
    """CEL: true when all is well. It knows every path and id of the form, `self`, and in edit mode `original`."""
    message: str
    """What to tell the user when it is not."""


class Pattern(Part):
    """A regular expression that a text must match."""

    pattern: str
    """The expression."""
    message: str | None = None
    """What to tell the user when it does not."""


class Validation(Part):
    """What a value must be."""

    required: bool | None = None
    """Whether there must be one."""
    cel_expressions: list[Rule] | None = None
    """Conditions; those of a mode are added to them."""
    inherit_shared: bool | None = None
    """In a mode: false drops what holds for all modes."""


class NumberValidation(Validation):
    """What a number must be."""

    min: Number | None = None
    """The least value."""
    max: Number | None = None
    """The greatest value."""
    gt: Number | None = None
    """Greater than this."""
    lt: Number | None = None
    """Less than this."""
    int: bool | None = None
    """Whether it must be whole."""
    multiple_of: Number | None = None
    """A multiple of this."""
    safe: bool | None = None
    """Whether JavaScript must be able to hold it exactly."""
    modes: dict[Mode, NumberValidation] | None = None
    """What is different in a mode."""


class TextValidation(Validation):
    """What a text must be."""

    min: Whole | None = None
    """The least number of characters."""
    max: Whole | None = None
    """The greatest number of characters."""
    length: Whole | None = None
    """The number of characters."""
    email: bool | None = None
    """Whether it must be an e-mail address."""
    url: bool | None = None
    """Whether it must be a URL."""
    uuid: bool | None = None
    """Whether it must be a UUID."""
    trim: bool | None = None
    """Whether spaces around it are dropped."""
    to_lower_case: bool | None = None
    """Whether it is put in lower case."""
    to_upper_case: bool | None = None
    """Whether it is put in upper case."""
    starts_with: str | None = None
    """What it must start with."""
    includes: str | None = None
    """What it must hold."""
    regex: Pattern | None = None
    """What it must match."""
    modes: dict[Mode, TextValidation] | None = None
    """What is different in a mode."""


class ChoiceValidation(Validation):
    """What a choice must be."""

    modes: dict[Mode, ChoiceValidation] | None = None
    """What is different in a mode."""


class FieldParams(Part):
    """How a field looks."""

    label: str | None = None
    """What stands beside it."""
    default_value: Any = None
    """The value that it starts with."""
    disabled: bool | None = None
    """Whether it cannot be changed."""
    read_only: bool | None = None
    """Whether it only shows its value."""
    auto_focus: bool | None = None
    """Whether it is where typing begins."""
    helper_text: str | None = None
    """What stands below it."""
    tooltip: str | None = None
    """What is shown when the pointer rests on it."""
    modes: dict[Mode, FieldParams] | None = None
    """What is different in a mode."""


class BadgeParams(FieldParams):
    """How a field with a unit looks."""

    badge: str | None = None
    """The unit, such as `Gi`."""
    badge_to_api: bool | None = None
    """Whether the unit is part of the value."""
    placeholder: str | None = None
    """What stands in it while it is empty."""


class NumberParams(BadgeParams):
    """How a number looks."""

    step: Number | None = None
    """How much one step changes it."""


class TextParams(BadgeParams):
    """How a text looks."""

    type: Literal["text", "password", "email", "search", "tel"] | None = None
    """Kind of text."""
    multiline: bool | None = None
    """Whether it may have several lines."""
    rows: Whole | None = None
    """How many lines are shown."""
    min_rows: Whole | None = None
    """The least number of lines that are shown."""
    max_rows: Whole | None = None
    """The greatest number of lines that are shown."""
    variant: Literal["outlined", "filled", "standard"] | None = None
    """Style of the frame."""
    color: str | None = None
    """Colour of the frame."""
    full_width: bool | None = None
    """Whether it is as wide as the form."""
    hidden_label: bool | None = None
    """Whether the label is not shown."""
    margin: Literal["none", "dense", "normal"] | None = None
    """Space around it."""


class Option(Part):
    """A value to choose."""

    label: str
    """What is shown."""
    value: str | Number | bool
    """What is written."""


class OptionsPath(Part):
    """Where in the items of a list labels and values are."""

    label_path: str | None = None
    """Path of the label in an item."""
    value_path: str | None = None
    """Path of the value in an item."""


class SelectParams(FieldParams):
    """How a choice looks, and what there is to choose."""

    options: list[Option] | None = None
    """The values to choose from."""
    options_path: str | None = None
    """A path in the definition to the values to choose from, instead of `options`."""
    options_path_config: OptionsPath | None = None
    """Where in the items at `optionsPath` labels and values are."""
    multiple: bool | None = None
    """Whether more than one can be chosen."""
    display_empty: bool | None = None
    """Whether nothing is a choice, too."""
    default_open: bool | None = None
    """Whether it is open from the start."""


class DataSource(Part):
    """Where the values to choose from come from."""

    provider: str
    """Name of the source, such as `storageClasses` or `monitoringConfigs`."""
    config: dict[str, Any] | None = None
    """What the source needs to know."""


class _Shown(Part):
    """What all parts of a form have."""

    when: str | None = None
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
    """Which one, such as `podSchedulingPolicy`."""
    path: FieldPath | None = None
    """Field of the cluster's spec that it writes."""
    field_params: FieldParams | None = None
    """How it looks."""


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


class Group(_Shown):
    """Parts that belong together."""

    ui_type: Literal["group"]
    """Kind of part."""
    group_type: Literal["line", "accordion", "bordered", "toggleable"] | None = None
    """How it looks: a row, something to open, a frame, or a switch that removes the values when it is off."""
    group_params: dict[str, Any] | None = None
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
        NumberField | TextField | SelectField | ToggleField | HiddenField | Widget | ArrayField | Group,
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
