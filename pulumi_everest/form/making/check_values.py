"""Whether the default and the limits of a field are such that what the form lets through is not refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_everest.expressions.patterns import is_pattern
from pulumi_everest.form.filled.amounts import as_number
from pulumi_everest.form.filled.demands import number_messages, text_messages
from pulumi_everest.form.filled.shown import plain_text
from pulumi_everest.form.making.facts import Fact
from pulumi_everest.form.making.limits import Counted, limits_of
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.plugin_files.form_field import Validation


def value_findings(part: Any, fact: Fact | None, fields: Counted, path: Path) -> Iterator[Finding]:
    """What is wrong with the default and the limits of a field, in any of its modes."""
    validation = getattr(part, "validation", None)
    if validation is not None:
        yield from _patterns(validation, (*path, "validation"))
        yield from _limits(validation, fact, fields, (*path, "validation"))
    places: list[tuple[Any, Path]] = [(part.field_params, (*path, "fieldParams"))]
    modes = getattr(part.field_params, "modes", None) or {}
    places += [(of_mode, (*path, "fieldParams", "modes", mode)) for mode, of_mode in modes.items()]
    for params, place in places:
        if params is not None and params.default_value is not None:
            yield from _default(part, params.default_value, fact, fields, (*place, "defaultValue"))


def _patterns(validation: Any, path: Path) -> Iterator[Finding]:
    regex = getattr(validation, "regex", None)
    if regex is not None and not is_pattern(regex.pattern):
        text = "the regular expression is none, or has look-around or references back, which there are not in RE2"
        yield finding("form.limits", (*path, "regex", "pattern"), text)
    for mode, of_mode in (getattr(validation, "modes", None) or {}).items():
        yield from _patterns(of_mode, (*path, "modes", mode))


def _limits(validation: Any, fact: Fact | None, fields: Counted, path: Path) -> Iterator[Finding]:
    """Whether there is a value that fulfils all limits."""
    merged = limits_of(validation, fact, fields)
    if merged.min is None or merged.max is None or merged.min <= merged.max:
        return
    own = limits_of(validation)
    where = "min" if own.min == merged.min else "max"
    said = "" if own.min is not None and own.max is not None else ", with what the field takes"
    text = f"nothing is at least {merged.min} and at most {merged.max}{said}"
    yield finding("form.limits", (*path, where), text)


def _default(part: Any, value: Any, fact: Fact | None, fields: Counted, path: Path) -> Iterator[Finding]:
    limits = limits_of(getattr(part, "validation", None) or Validation.model_construct(), fact, fields)
    wrong: list[str] = []
    if part.ui_type == "number":
        number = as_number(value)
        is_amount = isinstance(value, str) and not isinstance(number, (int, float))
        wrong = [] if is_amount else list(number_messages(limits, number))
        if limits.odd and isinstance(number, int) and number % 2 == 0:
            wrong.append("an odd number is needed")
    elif part.ui_type == "text" and isinstance(value, str):
        wrong = list(text_messages(limits, value))
    elif part.ui_type == "toggle" and not isinstance(value, bool):
        wrong = ["a switch is true or false"]
    elif part.ui_type == "select" and fact is not None and fact.allowed and not fact.is_open:
        allowed = [plain_text(one) for one in fact.allowed]
        for one in value if isinstance(value, list) else [value]:
            if plain_text(one) not in allowed:
                text = f"the default '{plain_text(one)}' is not one of the values that the field takes"
                yield unknown("form.refused", path, text, plain_text(one), allowed, of_key=False)
    if wrong:
        yield finding("form.refused", path, f"the default is refused: {'; '.join(wrong)}")
