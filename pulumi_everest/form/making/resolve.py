"""From what ui.yaml says of a topology to the form that a page shows, with all that the definition knows filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.core.technology import Technology
from pulumi_everest.form.filled.amounts import shown_amount
from pulumi_everest.form.filled.shown import shown_value
from pulumi_everest.form.making.expand import expanded
from pulumi_everest.form.making.facts import Fact, Facts
from pulumi_everest.form.making.limits import limits_of
from pulumi_everest.form.making.modes import kind_in, params_in, validation_in
from pulumi_everest.form.making.options import choices_of
from pulumi_everest.form.making.words import singular, spoken
from pulumi_everest.form.paths import ITSELF, dotted, full_path
from pulumi_everest.form.tree import (
    Field,
    FormTree,
    GroupPart,
    Limits,
    ListPart,
    Part,
    Preset,
    Rule,
    Section,
    TextLook,
    WidgetPart,
)
from pulumi_everest.model.plugin_files import form as ui
from pulumi_everest.model.plugin_files.form_field import (
    FieldParams,
    Mode,
    NumberParams,
    SelectParams,
    TextParams,
    Validation,
)

T = TypeVar("T")


@dataclass(frozen=True)
class _At:
    """Where a part stands: the key of what is around it, the list whose item it is in, and a switch around it."""

    prefix: str = ""
    item_of: FieldPath | None = None
    switched: FieldPath | None = None

    def key(self, name: str) -> str:
        """The key of a part of that name."""
        return f"{self.prefix}.{name}" if self.prefix else name


def form_tree(
    manifest: ui.TopologyForm, technology: Technology, topology: str, mode: Mode, made_by: Any, facts: Facts
) -> FormTree:
    """The form that a manifest makes for a topology and a mode."""
    making = _Making(facts, mode)
    sections = [_identity(mode)]
    for name in ordered(manifest.sections, manifest.sections_order):
        section = manifest.sections[name]
        sections.append(
            Section(
                name=name,
                label=section.label or spoken(name),
                description=section.description,
                show_if=section.show_if,
                parts=making.parts(section, _At(name)),
            )
        )
    tree = FormTree(
        provider=technology.provider,
        topology=topology,
        is_default_topology=technology.definition.default_topology == topology,
        mode=mode,
        made_by=made_by,
        sections=sections,
    )
    return tree.model_copy(update={"presets": _presets(tree, facts)})


def _identity(mode: Mode) -> Section:
    """The section of what every cluster has: its name and namespace, which never change."""
    name = Field(
        kind="text", key="cluster.name", name="name", label="Name", paths=["metadata.name"], written="text",
        required=True, limits=Limits(max=63), own_limits=Limits(required=True),
        disabled=mode == "edit", focus=mode != "edit", transforms=["trim"],
        help="Name of the cluster and of its main object.",
    )  # fmt: skip
    namespace = Field(
        kind="text", key="cluster.namespace", name="namespace", label="Namespace", paths=["metadata.namespace"],
        written="text", otherwise="default", limits=Limits(max=63), disabled=mode == "edit", transforms=["trim"],
    )  # fmt: skip
    return Section(name="cluster", label="Cluster", parts=[name, namespace])


def _presets(tree: FormTree, facts: Facts) -> list[Preset]:
    fields = [field for field in fields_of(tree) if field.paths and field.kind != "hidden"]
    presets = []
    for name in facts.technology.presets:
        resolved = facts.with_settings({"preset": name})
        if resolved is None:
            continue
        values = {}
        for field in fields:
            value = shown_value(field, {"spec": resolved.spec})
            if value is not None and value != field.otherwise:
                values[field.key] = value
        presets.append(Preset(name=name, values=values))
    return presets


def fields_of(tree: FormTree) -> Iterable[Field]:
    """The fields of a form that stand in no list."""

    def below(parts: Iterable[Part]) -> Iterable[Field]:
        for part in parts:
            if isinstance(part, Field):
                yield part
            elif isinstance(part, GroupPart):
                yield from below(part.parts)

    for section in tree.sections:
        yield from below(section.parts)


def ordered(parts: Mapping[str, T], first: list[str] | None) -> list[str]:
    """The names of parts in their order: those that are listed first, then the others as they are written."""
    return list(dict.fromkeys([*(name for name in first or () if name in parts), *parts]))


class _Making:
    """Makes the parts of one form."""

    def __init__(self, facts: Facts, mode: Mode) -> None:
        self.facts, self.mode = facts, mode

    def parts(self, holder: ui.Section | ui.Group | ui.ItemGroup, at: _At) -> list[Part]:
        """The parts of what holds some, in their order."""
        made = (self.part(n, holder.components[n], at) for n in ordered(holder.components, holder.components_order))
        return [part for part in made if part is not None]

    def part(self, name: str, part: ui.FormPart, at: _At) -> Part | None:
        if isinstance(part, ui.Group):
            return self.group(name, part, at)
        if isinstance(part, ui.ArrayField):
            return self.list(name, part, at)
        if isinstance(part, ui.Widget):
            return self.widget(name, part, at)
        return self.field(name, part, at)

    def group(self, name: str, part: ui.Group, at: _At) -> Part | None:
        if kind_in(part, self.mode) == "hidden":
            return None
        params = part.group_params or ui.GroupParams.model_construct()
        is_switch = part.group_type == "toggleable"
        path = full_path(params.path, at.item_of) if params.path is not None else None
        inside = _At(at.key(name), at.item_of, path if is_switch else at.switched)
        fact = self.facts.at(path) if path is not None else None
        return GroupPart(
            **self.common(name, part, at, part.label, part.description or (fact.description if fact else None)),
            look=part.group_type or "plain",
            is_open=params.default_open is not False and (part.group_type != "accordion" or bool(params.default_open)),
            default=bool(params.default_on) if is_switch else None,
            writes=self.written_at(path, at) if is_switch and path is not None else None,
            parts=self.parts(part, inside),
        )

    def list(self, name: str, part: ui.ArrayField, at: _At) -> Part | None:
        if kind_in(part, self.mode) == "hidden":
            return None
        path = full_path(part.path, at.item_of)
        fact = self.facts.at(path)
        params = params_in(part.field_params, self.mode, FieldParams)
        validation = validation_in(part.validation, self.mode)
        parts = self.parts(part.item, _At(item_of=path))
        schema = fact.schema if fact is not None else {}
        least = [n for n in (part.min_items, schema.get("minItems")) if n is not None]
        most = [n for n in (part.max_items, schema.get("maxItems")) if n is not None]
        label, help_text = self.words(name, params, fact)
        named = next((p.key for p in parts if isinstance(p, Field) and p.paths in (["name"], [ITSELF])), None)
        return ListPart(
            **self.common(name, part, at, label, help_text, params),
            path=self.written_at(path, at),
            item_label=part.item_label or singular(label),
            item_name=named,
            parts=parts,
            limits=Limits(min=max(least) if least else None, max=min(most) if most else None),
            required=bool(validation.required),
            default=params.default_value if self.is_new and isinstance(params.default_value, list) else None,
            rules=_rules(validation),
            disabled=bool(params.disabled or params.read_only),
        )

    def widget(self, name: str, part: ui.Widget, at: _At) -> Part | None:
        """A widget that this package knows is the parts that it stands for."""
        if kind_in(part, self.mode) == "hidden":
            return None
        path = full_path(part.path, at.item_of) if part.path is not None else None
        group = expanded(part, path, self.facts, in_item=at.item_of)
        if group is not None:
            return self.part(name, group, at)
        params = params_in(part.field_params, self.mode, FieldParams)
        common = self.common(name, part, at, params.label, params.helper_text, params)
        return WidgetPart(**common, widget=part.widget_type, path=self.written_at(path, at) if path else None)

    def field(self, name: str, part: Any, at: _At) -> Part:
        kind: Any = kind_in(part, self.mode)
        paths = [part.path] if isinstance(part.path, str) else list(part.path or ())
        full = [full_path(path, at.item_of) for path in paths]
        fact = self.facts.at(full[0]) if full else None
        params: Any = params_in(part.field_params, self.mode, _PARAMS.get(part.ui_type, FieldParams))
        rules = validation_in(getattr(part, "validation", None), self.mode)
        written = _written(part.ui_type, params, fact)
        unit = getattr(params, "badge", None)
        counted = unit if getattr(params, "badge_to_api", None) else None
        otherwise, origin = self.facts.otherwise(full[0]) if full and at.item_of is None else (None, None)
        choices = choices_of(part, params, fact, self.facts) if kind == "select" else None
        is_typed = kind in ("number", "text")
        is_needed = fact is not None and fact.is_required and self.is_inside(full[0], at)
        field = Field(
            **self.common(name, part, at, *self.words(name, params, fact), params),
            kind=kind,
            paths=[self.written_at(path, at) for path in full],
            id=part.id,
            written=written,
            unit=unit,
            unit_is_written=counted is not None,
            placeholder=getattr(params, "placeholder", None),
            default=self.default(params, kind),
            required=bool(rules.required) or (is_needed and otherwise is None),
            limits=limits_of(rules, fact, self.facts) if is_typed else Limits(),
            own_limits=limits_of(rules) if is_typed else Limits(required=True if rules.required else None),
            step=getattr(params, "step", None),
            choices=choices.values if choices is not None else None,
            choices_from=choices.source if choices is not None else None,
            allow_other=choices.is_open if choices is not None else False,
            multiple=bool(getattr(params, "multiple", None)),
            text=_text_look(params, written) if kind == "text" else None,
            transforms=_transforms(rules),
            rules=_rules(rules),
            disabled=bool(params.disabled),
            read_only=bool(params.read_only),
            focus=bool(params.auto_focus),
        )
        if otherwise is None:
            return field
        shown = shown_value(field, otherwise, as_it_is=True)
        return field.model_copy(update={"otherwise": shown, "otherwise_from": origin})

    # What is said of parts of all kinds

    @property
    def is_new(self) -> bool:
        """Whether the form begins with its defaults."""
        return self.mode != "edit"

    def default(self, params: FieldParams, kind: str) -> Any:
        """The value that a field starts with."""
        value = params.default_value
        if not self.is_new or value is None:
            return None
        if kind == "number" and isinstance(value, str):
            return shown_amount(value, getattr(params, "badge", None))
        return value

    def words(self, name: str, params: FieldParams, fact: Fact | None) -> tuple[str, str | None]:
        """The label and the help of a field; what neither says, the schema does."""
        label = params.label or (fact.title if fact is not None else None) or spoken(name)
        return label, params.helper_text or (fact.description if fact is not None else None)

    def common(
        self, name: str, part: Any, at: _At, label: str | None, help_text: str | None, params: Any = None
    ) -> dict[str, Any]:
        return {
            "key": at.key(name),
            "name": name,
            "label": label or spoken(name),
            "help": help_text,
            "tooltip": params.tooltip if params is not None else None,
            "show_if": part.show_if,
            "tech_preview": bool(part.tech_preview),
        }

    @staticmethod
    def written_at(path: FieldPath, at: _At) -> str:
        """A path as the form has it: from the root of the document, or from the item on."""
        return dotted(path if at.item_of is None else path[len(at.item_of) :])

    @staticmethod
    def is_inside(path: FieldPath, at: _At) -> bool:
        """Whether what is around a field is there as soon as the field is shown, so that it must be filled in."""
        around = at.switched if at.switched is not None else at.item_of
        return (around is not None and path[:-1] == around) or path[:-1] == ("metadata",)


_PARAMS: Mapping[str, type[FieldParams]] = {"number": NumberParams, "text": TextParams, "select": SelectParams}


def _written(kind: str, params: FieldParams, fact: Fact | None) -> Any:
    """How the value of a field stands in the document."""
    takes = fact.kind if fact is not None else None
    if kind == "number":
        is_text = takes == "text" or (takes is None and bool(getattr(params, "badge_to_api", None)))
        return "quantity" if is_text else "value"
    if kind == "text" and takes in ("any", "object", "list", "map", "texts"):
        return "yaml" if fact is not None and _takes_mappings(fact) else "text"
    return "text" if takes == "text" else "value"


def _takes_mappings(fact: Fact) -> bool:
    """Whether the field takes a mapping or list for certain; of what may be anything, text is text."""
    return fact.kind != "any" or fact.schema.get("type") in ("object", "array")


def _text_look(params: TextParams, written: str) -> TextLook:
    is_yaml = written == "yaml"
    return TextLook(
        type=params.type or "text",
        multiline=bool(params.multiline) or is_yaml or params.min_rows is not None or params.rows is not None,
        rows=params.rows or params.min_rows,
        max_rows=params.max_rows,
        language="yaml" if is_yaml else None,
    )


def _transforms(validation: Any) -> list[Any]:
    names = {"trim": "trim", "to_lower_case": "lower", "to_upper_case": "upper"}
    return [word for name, word in names.items() if getattr(validation, name, None)]


def _rules(validation: Validation) -> list[Rule]:
    return [Rule(cel=rule.cel_expr, message=rule.message) for rule in validation.cel_expressions or ()]
