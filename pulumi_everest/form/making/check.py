"""What is wrong with a form, against the fields that it is for: found when a plugin is loaded, at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.form.making.check_expressions import Expressions
from pulumi_everest.form.making.check_values import value_findings
from pulumi_everest.form.making.expand import OF_PAGES, WIDGETS
from pulumi_everest.form.making.facts import Fact
from pulumi_everest.form.making.modes import kind_in, params_in, validation_in
from pulumi_everest.form.making.options import SOURCES, items_at
from pulumi_everest.form.paths import ITSELF, dotted, full_path
from pulumi_everest.form.tree import Choice
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.definition import ReplicaLimits
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.plugin_files import form as ui
from pulumi_everest.model.plugin_files.form_field import FieldParams, SelectParams
from pulumi_everest.model.shapes import Shape


class Fields(Protocol):
    """The fields that a form is for: those of a topology, or of documents that somebody else's schema describes."""

    def at(self, path: FieldPath) -> Fact | None:
        """The field at a path of the document, where it is taken."""
        ...

    def missing(self, path: FieldPath) -> tuple[int, list[str]] | None:
        """Where a path leaves the fields that there are, taken or not: number of the part, and what would be there."""
        ...

    def choices(self, fact: Fact) -> list[Choice] | None:
        """What there is to choose for a field."""
        ...

    def replica_limits(self, path: FieldPath) -> ReplicaLimits | None:
        """How many replicas there may be, where the path is theirs."""
        ...

    def needed(self) -> Iterable[FieldPath]:
        """The fields that every document must have, and has not otherwise."""
        ...

    def below(self, fact: Fact) -> list[Fact]:
        """The fields below one; those of the items where it is a list."""
        ...

    @property
    def document(self) -> Any:
        """What paths to options lead into."""
        ...

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """What `spec` and `metadata` look like."""
        ...

    @property
    def whose(self) -> str:
        """Who takes the fields, for people."""
        ...


def check_form(form: ui.TopologyForm, fields: Fields) -> list[Finding]:
    """What is wrong with a form; paths are relative to it."""
    checking = _Checking(form, fields)
    return [*checking.run(), *checking.unreachable()]


class _At:
    """Where a part stands: in which list, and under which conditions."""

    def __init__(self, item_of: FieldPath | None = None, conditions: tuple[str, ...] = ()) -> None:
        self.item_of, self.conditions = item_of, conditions

    def inside(self, part: Any) -> _At:
        """The place of the parts of a group, or of what a part writes: under its condition as well."""
        own = [text for text in (part.show_if, str(part.modes) if part.modes else None) if text is not None]
        return _At(self.item_of, (*self.conditions, *own))


class _Checking:
    def __init__(self, form: ui.TopologyForm, fields: Fields) -> None:
        self.form, self.fields = form, fields
        self.written: dict[FieldPath, list[tuple[Path, tuple[str, ...]]]] = {}
        """What is written, by path: where, and under which conditions."""
        self.lists: set[FieldPath] = set()
        """What arrays write, of which their parts write what is in it."""
        self.ids: dict[str, Path] = {}
        self.expressions = Expressions(fields.shapes, _ids(form))

    def run(self) -> Iterator[Finding]:
        """What is wrong with the parts of all sections."""
        yield from _order(self.form.sections_order, self.form.sections, ("sectionsOrder",), "section")
        for name, section in self.form.sections.items():
            path: Path = ("sections", name)
            at = _At(conditions=() if section.show_if is None else (section.show_if,))
            yield from self.expressions.condition(section.show_if, (*path, "showIf"), at.item_of)
            yield from self.parts(section, path, at)

    def parts(self, holder: ui.Section | ui.Group | ui.ItemGroup, path: Path, at: _At) -> Iterator[Finding]:
        yield from _order(holder.components_order, holder.components, (*path, "componentsOrder"), "part")
        for name, part in holder.components.items():
            yield from self.part(part, (*path, "components", name), at)

    def part(self, part: ui.FormPart, path: Path, at: _At) -> Iterator[Finding]:
        yield from self.expressions.condition(part.show_if, (*path, "showIf"), at.item_of)
        if isinstance(part, ui.Group):
            yield from self.group(part, path, at)
        elif isinstance(part, ui.ArrayField):
            yield from self.array(part, path, at)
        elif isinstance(part, ui.Widget):
            yield from self.widget(part, path, at)
        else:
            yield from self.field(part, path, at)

    def group(self, part: ui.Group, path: Path, at: _At) -> Iterator[Finding]:
        switched = None
        params = part.group_params
        if params is not None and params.path is not None:
            place: Path = (*path, "groupParams", "path")
            fact, found = self.fact(params.path, place, at)
            yield from found
            if part.group_type != "toggleable":
                text = "only a toggleable group stands for a field"
                yield finding("form.type", place, text)
            elif fact is not None and fact.kind not in ("object", "any"):
                text = f"'{params.path}' takes {_TAKES[fact.kind]}, and a group stands for a mapping"
                yield finding("form.type", place, text)
            elif fact is not None:
                switched = fact.path
        yield from self.parts(part, path, at.inside(part))
        if switched is not None:
            yield from self.unreached(switched, (*path, "components"))

    def array(self, part: ui.ArrayField, path: Path, at: _At) -> Iterator[Finding]:
        fact, found = self.fact(part.path, (*path, "path"), at)
        yield from found
        yield from self.expressions.rules(part, path, at.item_of)
        if fact is None:
            if not found:
                yield from self.parts(part.item, (*path, "item"), _At(full_path(part.path, at.item_of)))
            return
        yield from self.note(fact.path, (*path, "path"), at.inside(part))
        if fact.kind not in ("list", "texts", "any"):
            text = f"'{part.path}' takes {_TAKES[fact.kind]}, and an array is a list"
            yield finding("form.type", (*path, "uiType"), text)
            return
        self.lists.add(fact.path)
        yield from self.parts(part.item, (*path, "item"), _At(fact.path))
        if fact.kind == "list":
            yield from self.unreached(fact.path, (*path, "item", "components"))

    def widget(self, part: ui.Widget, path: Path, at: _At) -> Iterator[Finding]:
        known = (*WIDGETS, *OF_PAGES)
        if part.widget_type not in known:
            text = f"a page may not know the widget '{part.widget_type}'"
            yield unknown("form.widget", (*path, "widgetType"), text, part.widget_type, known, of_key=False)
        if part.path is None:
            if part.widget_type in WIDGETS:
                text = f"the widget '{part.widget_type}' needs the 'path' of what it is for"
                yield finding("form.path", path, text, of_key=True)
            return
        fact, found = self.fact(part.path, (*path, "path"), at)
        yield from found
        yield from self.expressions.rules(part, path, at.item_of)
        if fact is None:
            return
        yield from self.note(fact.path, (*path, "path"), at.inside(part))
        wanted = ("text", "any") if part.widget_type == "storageClass" else ("object", "any")
        if part.widget_type in WIDGETS and fact.kind not in wanted:
            text = f"'{part.path}' takes {_TAKES[fact.kind]}, and the widget is for {_TAKES[wanted[0]]}"
            yield finding("form.type", (*path, "path"), text)

    def field(self, part: Any, path: Path, at: _At) -> Iterator[Finding]:
        if part.id is not None:
            yield from self.id(part.id, (*path, "id"))
        facts = []
        several = isinstance(part.path, list)
        for index, text in enumerate(part.path if several else [part.path] if part.path is not None else []):
            place: Path = (*path, "path", index) if several else (*path, "path")
            fact, found = self.fact(text, place, at)
            yield from found
            if part.ui_type != "hidden" and text != ITSELF:
                yield from self.note(full_path(text, at.item_of), place, at.inside(part))
            if fact is not None:
                facts.append(fact)
                yield from _kind_findings(part, fact, text, path)
        yield from self.expressions.rules(part, path, at.item_of)
        if part.ui_type == "select" and (facts or part.id is not None):
            yield from self.options(part, facts[0] if facts else None, path)
        yield from value_findings(part, facts[0] if facts else None, self.fields, path)
        yield from _reachable(part, path)

    def id(self, name: str, path: Path) -> Iterator[Finding]:
        wrong = self.expressions.cannot_be_named(name)
        if wrong is not None:
            yield finding("form.id", path, wrong)
        elif self.ids.setdefault(name, path) != path:
            text = f"another field has the id '{name}'"
            yield finding("form.id", path, text, first=self.ids[name])

    def options(self, part: ui.SelectField, fact: Fact | None, path: Path) -> Iterator[Finding]:
        params = part.field_params if part.field_params is not None else SelectParams.model_construct()
        place: Path = (*path, "fieldParams")
        source = part.data_source.provider if part.data_source is not None else None
        if source is not None and source not in SOURCES:
            text = f"a page may not know where '{source}' come from"
            yield unknown("form.widget", (*path, "dataSource", "provider"), text, source, SOURCES, of_key=False)
        if params.options_path is not None:
            yield from (entry.at(place) for entry in items_at(params, self.fields.document)[1])
        nothing = params.options is None and params.options_path is None and source is None and not params.allow_other
        if nothing and (fact is None or self.fields.choices(fact) is None):
            text = "there is nothing to choose from: neither options, nor a path to some, nor values of the field"
            yield finding("form.options", path, text, hint="write 'options', or make it a text", of_key=True)
        if params.options is not None and fact is not None and not fact.is_open and fact.allowed:
            allowed = [str(value) for value in fact.allowed]
            for index, option in enumerate(params.options):
                if str(option.value) not in allowed:
                    text = f"{self.fields.whose} does not take '{option.value}' for '{_said(part)}'"
                    at: Path = (*place, "options", index, "value")
                    yield unknown("form.refused", at, text, str(option.value), allowed, of_key=False)

    # Paths

    def fact(self, text: str, place: Path, at: _At) -> tuple[Fact | None, list[Finding]]:
        """The field at a path as it is written, or why there is none."""
        path = full_path(text, at.item_of)
        if text == ITSELF:
            return self._itself(path, place, at)
        missing = self.fields.missing(path)
        if missing is not None:
            index, names = missing
            name = path[index] if index < len(path) else path[-1]
            message = f"the form writes to '{text}', which is no field: there is no '{name}'"
            return None, [unknown("form.path", place, message, name, names, of_key=False)]
        fact = self.fields.at(path)
        if fact is None:
            message = f"{self.fields.whose} does nothing with '{text}', so the form should not show it"
            return None, [finding("form.refused", place, message)]
        lists = [path[:end] for end in range(len(at.item_of or ()) + 1, len(path)) if self._is_list(path[:end])]
        if lists:
            message = f"'{dotted(lists[0])}' is a list, so its fields are parts of an array"
            return None, [finding("form.path", place, message)]
        return fact, []

    def _itself(self, path: FieldPath, place: Path, at: _At) -> tuple[Fact | None, list[Finding]]:
        around = self.fields.at(path) if at.item_of is not None else None
        if at.item_of is None or (around is not None and around.kind not in ("texts", "any")):
            text = "the path '.' is for the items of a list of texts"
            return None, [finding("form.path", place, text)]
        items = around.schema.get("items") if around is not None else None
        return (Fact(path, items), []) if isinstance(items, Mapping) else (None, [])

    def _is_list(self, path: FieldPath) -> bool:
        fact = self.fields.at(path)
        return fact is not None and fact.kind in ("list", "texts")

    def note(self, path: FieldPath, place: Path, at: _At) -> Iterator[Finding]:
        """Remember what is written; twice is once too often, where both can be shown."""
        known = self.written.setdefault(path, [])
        for place_of_first, conditions in known:
            both = min(len(conditions), len(at.conditions))
            if place_of_first != place and conditions[:both] == at.conditions[:both]:
                text = f"two fields write to '{dotted(path)}'"
                yield finding("form.duplicate", place, text, first=place_of_first)
                break
        known.append((place, at.conditions))

    # What must be filled in

    def unreached(self, around: FieldPath, place: Path) -> Iterator[Finding]:
        """Fields that are needed as soon as a list has an item, or a switch is on, and that no part writes."""
        fact = self.fields.at(around)
        for below in self.fields.below(fact) if fact is not None else ():
            if below.is_required and not self.writes(below.path):
                text = f"'{below.path[-1]}' is needed in '{dotted(around)}', and no part of the form writes it"
                yield finding("form.unreachable", place, text)

    def unreachable(self) -> Iterator[Finding]:
        """Fields that every document must have, and that no part writes."""
        for path in self.fields.needed():
            if not self.writes(path):
                text = f"{self.fields.whose} needs '{dotted(path[1:])}', and no part of the form writes it"
                yield finding("form.unreachable", ("sections",), text)

    def writes(self, path: FieldPath) -> bool:
        """Whether some part writes a field, with what is around it or below it."""
        around = self.written.keys() - self.lists
        return any(own == path[: len(own)] for own in around) or any(path == own[: len(path)] for own in self.written)


_TAKES: Final[Mapping[str, str]] = {
    "text": "a text", "number": "a number", "bool": "true or false", "texts": "a list of texts", "list": "a list",
    "map": "a mapping of texts", "object": "a mapping", "any": "anything",
}  # fmt: skip
_FITS: Final[Mapping[str, frozenset[str]]] = {
    "number": frozenset(("number", "text", "any")),
    "text": frozenset(("text", "any", "object", "list", "map", "texts")),
    "select": frozenset(("text", "number", "bool", "any", "texts")),
    "toggle": frozenset(("bool", "text", "any")),
    "map": frozenset(("map", "object", "any")),
    "hidden": frozenset(_TAKES),
}


def _kind_findings(part: Any, fact: Fact, written: str, path: Path) -> Iterator[Finding]:
    """Whether a field can hold what its path takes."""
    if fact.kind not in _FITS[part.ui_type]:
        text = f"'{written}' takes {_TAKES[fact.kind]}, which a {part.ui_type} cannot be"
        kinds = [kind for kind, fits in _FITS.items() if fact.kind in fits and kind != "hidden"]
        kinds += ["array"] if fact.kind in ("list", "texts") else []
        kinds += ["group"] if fact.kind == "object" else []
        yield finding("form.type", (*path, "uiType"), text, allowed=kinds)
    if part.ui_type == "select" and fact.kind != "any":
        several = bool(part.field_params is not None and part.field_params.multiple)
        if several != (fact.kind == "texts"):
            what = "several are chosen" if several else "one is chosen"
            yield finding("form.type", (*path, "uiType"), f"'{written}' takes {_TAKES[fact.kind]}, and {what}")


def _reachable(part: Any, path: Path) -> Iterator[Finding]:
    """A field that must be filled in can be filled in, when a cluster is made."""
    rules = validation_in(getattr(part, "validation", None), "new")
    params = params_in(part.field_params, "new", FieldParams)
    if rules.required and params.default_value is None:
        if kind_in(part, "new") == "hidden":
            yield finding("form.unreachable", path, "a value is required, and the field is hidden")
        elif params.disabled or params.read_only:
            text = "a value is required, and the field can neither be filled in nor has a default"
            yield finding("form.unreachable", path, text)


def _order(names: list[str] | None, parts: Mapping[str, Any], path: Path, what: str) -> Iterator[Finding]:
    """Whether an order names what there is, once."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names or ()):
        if name not in parts:
            yield unknown("form.name", (*path, index), f"there is no {what} '{name}'", name, parts, of_key=False)
        elif seen.setdefault(name, index) != index:
            text = f"the {what} '{name}' is there twice"
            yield finding("form.name", (*path, index), text, first=(*path, seen[name]))


def _ids(form: ui.TopologyForm) -> list[str]:
    def below(parts: Mapping[str, Any]) -> Iterator[str]:
        for part in parts.values():
            if getattr(part, "id", None) is not None:
                yield part.id
            yield from below(getattr(part, "components", {}))
            yield from below(part.item.components if isinstance(part, ui.ArrayField) else {})

    return [name for section in form.sections.values() for name in below(section.components)]


def _said(part: Any) -> str:
    return part.path if isinstance(part.path, str) else part.path[0]
