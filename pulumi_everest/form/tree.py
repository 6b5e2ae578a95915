"""The form of a plugin, resolved for one topology and mode: all that a page needs to show it, as plain data.

A `FormTree` is made by `form.resolved`; `FormTree.as_data` gives it as JSON has it, with camelCase keys and without
what is not set. schemas/FormTree.json describes that.

A form has sections, a section has parts. What kind of part it is says `kind`:

- a `Field` (number, text, select, toggle, map, hidden) has one value;
- a `ListPart` (list) has any number of items, each with the same parts;
- a `GroupPart` (group) has parts in it; where it is `toggleable` it has a value as well, true or false;
- a `WidgetPart` (widget) is one that this package knows nothing of: a page that does not know it either leaves it out.

**Values** of a form are one mapping from the `key` of a part to its value: a number, text, true or false, a list of
those (select with `multiple`), a mapping of texts (map), a list of mappings by the same rule (list). The keys in an
item of a list are those of the parts of the item. An item that is there already has the key ``$of`` too, with its
number before it was moved: it must be kept. A key that is not there, or None, or an empty text, says nothing.

An **address** names one part of one form with values in it: the key of a part, or in lists
``backup.storages[0].name``. Findings, messages and what is not shown go by addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import ConfigDict
from pydantic import Field as Described
from typing_extensions import TypeAliasType

from pulumi_everest.model.part import Part as _Model
from pulumi_everest.model.plugin_files.form_field import Mode

Number = int | float


class Model(_Model):
    """A model that is made here, by the names of its fields, and goes out as camelCase."""

    model_config = ConfigDict(populate_by_name=True)


class Choice(Model):
    """A value to choose."""

    value: str | Number | bool
    """What is written."""
    label: str
    """What is shown."""
    note: str | None = None
    """What there is to be known of it: `default`, `deprecated`."""


class Rule(Model):
    """A condition that a value must fulfil; a server asks it, with `form.state`."""

    cel: str
    """The expression, true when all is well."""
    message: str
    """What to say when it is not."""


class Limits(Model):
    """What a value must be. Only what is set counts."""

    required: bool | None = None
    """Whether there must be a value."""
    min: Number | None = None
    """The least number, characters of a text, or items of a list."""
    max: Number | None = None
    """The greatest number, most characters of a text, or items of a list."""
    gt: Number | None = None
    """The number is greater than this."""
    lt: Number | None = None
    """The number is less than this."""
    int: bool | None = None
    """Whether the number is whole."""
    odd: bool | None = None
    """Whether the number is odd."""
    multiple_of: Number | None = None
    """The number is a multiple of this."""
    safe: bool | None = None
    """Whether JavaScript must hold the number exactly."""
    length: Number | None = None
    """Characters of the text, exactly."""
    pattern: str | None = None
    """Regular expression that the text has a match of."""
    pattern_message: str | None = None
    """What to say when it has not."""
    format: Literal["email", "url", "uuid"] | None = None
    """What kind of text it is."""
    starts_with: str | None = None
    """What the text starts with."""
    includes: str | None = None
    """What the text holds."""


class TextLook(Model):
    """How a text is typed."""

    type: Literal["text", "password", "email", "search", "tel"] = "text"
    """Kind of text, as an input of HTML has it."""
    multiline: bool = False
    """Whether it may have several lines."""
    rows: int | None = None
    """How many lines are shown; more where the text has more, up to `max_rows`."""
    max_rows: int | None = None
    """The greatest number of lines that are shown."""
    language: Literal["yaml"] | None = None
    """The text is YAML, and what it stands for is written."""


class _Node(Model):
    """What all parts have."""

    key: str
    """Name of the part in values, unique in the form; in a list's item, unique there."""
    name: str
    """Name of the part among its neighbours, as ui.yaml has it."""
    label: str
    """What stands beside or above it."""
    help: str | None = None
    """What stands below it: a sentence or two."""
    tooltip: str | None = None
    """What more there is to say, for whoever asks."""
    show_if: str | None = None
    """CEL: the part is there while it is true; asked by `form.state`."""
    tech_preview: bool = False
    """Whether the part is marked as not finished."""


class Field(_Node):
    """A part with one value."""

    kind: Literal["number", "text", "select", "toggle", "map", "hidden"]
    """How it is shown; what is hidden is not, and never written."""
    paths: list[str] = []
    """Where in a document the value goes: `spec.instances.engine.replicas`; in a list's item from the item on, where
    `.` is the item itself. None for a value of the form alone."""
    id: str | None = None
    """Name of the value in expressions."""
    default: Any = None
    """The value that the field starts with, in a new form. It is written, unlike `otherwise`."""
    otherwise: Any = None
    """What the cluster has where the field says nothing, as the field would show it: for a placeholder. A preset that
    is chosen has other values, see `FormTree.presets`."""
    otherwise_from: Literal["topology", "plugin", "schema", "definition"] | None = None
    """Who says what the cluster has otherwise."""
    written: Literal["value", "text", "quantity", "yaml"] = "value"
    """How the value stands in the document: as it is, as text, as a number with a unit, or as what its YAML says."""
    unit: str | None = None
    """The unit shown behind the value."""
    unit_is_written: bool = False
    """Whether the unit is part of what is written."""
    placeholder: str | None = None
    """What stands in the field while it is empty, where that is not `otherwise`."""
    required: bool = False
    """Whether there must be a value."""
    limits: Limits = Limits()
    """What the value must be, by the form and by the definition: for the attributes of an input."""
    own_limits: Limits = Limits()
    """What the value must be by the form alone: what `form.state` looks at. The rest, findings say."""
    step: Number | None = None
    """How much one step changes the number."""
    choices: list[Choice] | None = None
    """What there is to choose."""
    multiple: bool = False
    """Whether several can be chosen; the value is a list."""
    allow_other: bool = False
    """Whether another value than the choices may be typed."""
    choices_from: str | None = None
    """Where more choices come from that only a running cluster knows: `storageClasses`, `secrets`, `namespaces`."""
    text: TextLook | None = None
    """How a text is typed."""
    transforms: list[Literal["trim", "lower", "upper"]] = []
    """What is done to a text before it is written."""
    rules: list[Rule] = []
    """Conditions; those that read what is not there are not asked."""
    disabled: bool = False
    """Whether it cannot be changed in this mode."""
    read_only: bool = False
    """Whether it only shows its value."""
    focus: bool = False
    """Whether typing begins here."""


class ListPart(_Node):
    """A list, whose items can be added, moved and removed."""

    kind: Literal["list"] = "list"
    """Kind of part."""
    path: str
    """Where the list stands: in a document, or in a list's item from the item on."""
    item_label: str
    """What an item is called."""
    item_name: str | None = None
    """Key of the part of an item whose value tells it from others, such as its name."""
    parts: list[Part]
    """What each item consists of."""
    limits: Limits = Limits()
    """How many items there may be."""
    required: bool = False
    """Whether there must be one."""
    default: list[dict[str, Any]] | None = None
    """The items that a new form starts with, as values."""
    rules: list[Rule] = []
    """Conditions on the list."""
    disabled: bool = False
    """Whether it cannot be changed in this mode."""


class GroupPart(_Node):
    """Parts that belong together."""

    kind: Literal["group"] = "group"
    """Kind of part."""
    look: Literal["plain", "line", "accordion", "bordered", "toggleable"] = "plain"
    """One below the other, in a row, something to open, in a frame, or behind a switch."""
    is_open: bool = True
    """Whether an accordion is open from the start."""
    default: bool | None = None
    """Of a switch: whether it is on in a new form. While it is off nothing in the group is written."""
    writes: str | None = None
    """Of a switch: where an empty mapping stands while it is on and nothing in the group is filled in."""
    parts: list[Part]
    """The parts, in the order in which they are shown."""


class WidgetPart(_Node):
    """A part that the page brings itself."""

    kind: Literal["widget"] = "widget"
    """Kind of part."""
    widget: str
    """Which one."""
    path: str | None = None
    """Where in a document its value goes."""


Part = TypeAliasType("Part", Annotated[Field | ListPart | GroupPart | WidgetPart, Described(discriminator="kind")])
"""A part of a form, by its `kind`."""


class Section(Model):
    """A step of the form."""

    name: str
    """Name of the section, unique in the form."""
    label: str
    """What it is called."""
    description: str | None = None
    """What it is for."""
    show_if: str | None = None
    """CEL: the section is there while it is true; asked by `form.state`."""
    parts: list[Part]
    """The parts, in the order in which they are shown."""


class Preset(Model):
    """A set of sizes that the plugin offers."""

    name: str
    """Name of the preset, as `spec.preset` takes it."""
    values: dict[str, Any]
    """What the cluster has with it where the fields say nothing, by key: instead of their `otherwise`."""


class FormTree(Model):
    """A whole form."""

    provider: str
    """Name of the Provider, for `spec.provider`."""
    topology: str
    """The topology that the form is for."""
    is_default_topology: bool
    """Whether a cluster that names no topology has this one."""
    mode: Mode
    """What the form is opened for."""
    made_by: Literal["ui.yaml", "definition", "fields"]
    """Who says how the form looks: the plugin's ui.yaml, the definition's uiSchema, or, where neither has a form for
    the topology, the fields that it takes."""
    sections: list[Section]
    """The steps in their order. The first one, `cluster`, has name and namespace."""
    presets: list[Preset] = []
    """The presets, smallest first."""

    def as_data(self) -> dict[str, Any]:
        """The form as JSON has it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def all_parts(tree: FormTree) -> Iterator[Part]:
    """All parts of a form, those in groups and lists too."""
    for section in tree.sections:
        yield from _below(section.parts)


def _below(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, (GroupPart, ListPart)):
            yield from _below(part.parts)
