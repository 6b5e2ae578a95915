"""Reading ui.yaml: its forms by topology, and what is wrong with how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, did_you_mean, finding
from pulumi_everest.model.plugin_files import form as ui
from pulumi_everest.model.reading import read_leniently


def read_forms(data: Mapping[str, Any]) -> tuple[dict[str, ui.TopologyForm], list[Finding]]:
    """The forms by topology, without what is wrong in them, and the findings about that; paths are those of the data.

    A form that nothing is left of is not there.
    """
    forms, found = {}, list[Finding]()
    for topology, own in data.items():
        if not isinstance(own, dict):
            found.append(finding("field.type", (topology,), "a form is a mapping with 'sections'"))
            continue
        form, problems = read_leniently(ui.TopologyForm, own, defer=False)
        found += [_with_names(entry, own).at((topology,)) for entry in problems]
        if form is not None:
            forms[topology] = form
    return forms, found


_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "number": ui.NumberField, "text": ui.TextField, "select": ui.SelectField, "toggle": ui.ToggleField,
    "map": ui.MapField, "hidden": ui.HiddenField, "widget": ui.Widget, "array": ui.ArrayField, "group": ui.Group,
}  # fmt: skip


def _with_names(entry: Finding, data: Any) -> Finding:
    """A finding of an unknown key with the keys that there are: those of the kind of part that it stands in."""
    if entry.code != "field.unknown" or entry.allowed:
        return entry
    model = _model_at(data, entry.path[:-1])
    if model is None:
        return entry
    names = [info.alias or name for name, info in model.model_fields.items()]
    return replace(entry, allowed=tuple(names), hint=entry.hint or did_you_mean(str(entry.path[-1]), names))


def _model_at(data: Any, path: Path) -> type[BaseModel] | None:
    """The model of what stands at a path of a form; what kind of part it is the data says."""
    kind: Any = ui.TopologyForm
    for key in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {info.alias or name: info.annotation for name, info in kind.model_fields.items()}
            kind = _without_none(fields.get(str(key)))
        else:
            kind = _without_none(get_args(kind)[-1]) if get_args(kind) else None
        data = data[key] if isinstance(data, Mapping) else None
        if kind is ui.FormPart:
            own = data.get("uiType") if isinstance(data, Mapping) else None
            kind = _PARTS.get(own) if isinstance(own, str) else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _without_none(annotation: Any) -> Any:
    """What an annotation says that there is, where there is something."""
    if get_origin(annotation) in (Union, UnionType):
        return next((one for one in get_args(annotation) if one is not type(None)), None)
    return annotation
