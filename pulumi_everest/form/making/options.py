"""What there is to choose in a select: listed in ui.yaml, found in the definition, or known to a running cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.core.paths import value_at
from pulumi_everest.form.making.facts import Fact, Facts
from pulumi_everest.form.paths import item_path
from pulumi_everest.form.tree import Choice
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.plugin_files.form_field import SelectParams

SOURCES: Final = ("storageClasses", "monitoringConfigs", "secrets", "namespaces", "priorityClasses", "backupStorages")
"""What a running cluster can be asked for."""


@dataclass(frozen=True)
class Choices:
    """What there is to choose, where more comes from, and whether another value may be typed."""

    values: list[Choice]
    source: str | None = None
    is_open: bool = False


def choices_of(part: Any, params: SelectParams, fact: Fact | None, facts: Facts) -> Choices:
    """The choices of a select: its own, those of its path into the definition, else those that the field takes."""
    source = part.data_source.provider if part.data_source is not None else None
    known = facts.choices(fact) if fact is not None else None
    is_open = bool(params.allow_other) or source is not None
    if params.options is not None:
        own = [Choice(value=one.value, label=one.label) for one in params.options]
    elif params.options_path is not None:
        own = _noted(items_at(params, facts.document)[0], known)
    else:
        own = known or []
        is_version = fact is not None and fact.path[-1] == "version"
        is_open = is_open or is_version or known is None or (fact is not None and fact.is_open)
    return Choices(own, source, is_open)


def items_at(params: SelectParams, data: Any) -> tuple[list[Choice], list[Finding]]:
    """The choices at a path into a document, and what is wrong with the path; the latter relative to the params."""
    for part in item_path(params.options_path or ""):
        if not isinstance(data, dict) or part not in data:
            names = list(data) if isinstance(data, dict) else []
            text = f"'{params.options_path}' leads nowhere: there is no '{part}'"
            return [], [unknown("form.options", ("optionsPath",), text, part, names, of_key=False)]
        data = data[part]
    return _items(data, params)


def _items(data: Any, params: SelectParams) -> tuple[list[Choice], list[Finding]]:
    where = params.options_path_config
    label_path = (where.label_path if where else None) or (where.value_path if where else None)
    value_path = (where.value_path if where else None) or label_path
    if isinstance(data, dict):  # things by name
        return [Choice(value=name, label=str(name)) for name in data], []
    if not isinstance(data, list):
        text = f"what is at '{params.options_path}' is no list to choose from"
        return [], [finding("form.options", ("optionsPath",), text)]
    choices = []
    for item in data:
        value, label = (value_at(item, item_path(path or "")) for path in (value_path, label_path))
        if not isinstance(value, (str, int, float, bool)):
            text = f"an item at '{params.options_path}' has no value at '{value_path or ''}'"
            names = list(item) if isinstance(item, dict) else []
            at = ("optionsPathConfig", "valuePath") if where is not None else ("optionsPath",)
            return [], [unknown("form.options", at, text, value_path or "", names, of_key=False)]
        choices.append(Choice(value=value, label=str(label if label is not None else value)))
    return list({choice.value: choice for choice in choices}.values()), []


def _noted(choices: list[Choice], known: list[Choice] | None) -> list[Choice]:
    """Choices with what the definition notes of them."""
    notes = {choice.value: choice.note for choice in known or ()}
    return [choice.model_copy(update={"note": notes.get(choice.value)}) for choice in choices]
