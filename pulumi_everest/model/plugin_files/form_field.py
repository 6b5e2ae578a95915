"""The fields of a form: how they look, what there is to choose, and what their values must be."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from pulumi_everest.model.part import Part, Whole

Number = int | float
Mode = Literal["new", "edit", "restore", "import"]
"""What a form is opened for."""


class FormRule(Part):
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
    cel_expressions: list[FormRule] | None = None
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

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["options", "optionsPath"]}})

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
    allow_other: bool | None = None
    """Whether another value than those to choose from may be typed."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if self.options is not None and self.options_path is not None:
            raise PydanticCustomError("field.conflict", "'options' and 'optionsPath' exclude each other")
        return self


class DataSource(Part):
    """Where the values to choose from come from."""

    provider: str
    """Name of the source, such as `storageClasses` or `monitoringConfigs`."""
    config: dict[str, Any] | None = None
    """What the source needs to know."""
