"""What is wrong with one value of a form, by what its ui.yaml says that it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from pulumi_everest.expressions.patterns import is_pattern, matches
from pulumi_everest.form.filled.amounts import as_number
from pulumi_everest.form.filled.shown import is_empty, yaml_value
from pulumi_everest.form.tree import Field, Limits, ListPart


def list_messages(part: ListPart, items: Any) -> Iterator[str]:
    """What is wrong with how many items a list has."""
    number = len(items) if isinstance(items, list) else 0
    if part.required and not number:
        yield f"{part.label} is needed"
    elif number:
        yield from _too_many(part.limits, number)


def _too_many(limits: Limits, number: int) -> Iterator[str]:
    if limits.min is not None and number < limits.min:
        yield f"at least {limits.min} are needed"
    if limits.max is not None and number > limits.max:
        yield f"there may be {limits.max} at most"


def field_messages(field: Field, value: Any) -> Iterator[str]:
    """What is wrong with the value of a field."""
    if is_empty(value):
        if field.own_limits.required:
            yield f"{field.label} is needed"
        return
    if field.written == "yaml" and isinstance(value, str):
        try:
            yaml_value(value)
        except ValueError as error:
            yield str(error)
    elif field.kind == "number":
        yield from number_messages(field.own_limits, as_number(value))
    elif field.kind == "text" and isinstance(value, str):
        yield from text_messages(field.own_limits, value.strip() if "trim" in field.transforms else value)


def number_messages(limits: Limits, value: Any) -> Iterator[str]:
    """What is wrong with a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield "this is no number"
        return
    if limits.min is not None and value < limits.min:
        yield f"at least {limits.min}"
    if limits.max is not None and value > limits.max:
        yield f"at most {limits.max}"
    if limits.gt is not None and value <= limits.gt:
        yield f"more than {limits.gt}"
    if limits.lt is not None and value >= limits.lt:
        yield f"less than {limits.lt}"
    if limits.int and value != int(value):
        yield "a whole number is needed"
    if limits.multiple_of and abs(value / limits.multiple_of - round(value / limits.multiple_of)) > _NEARLY:
        yield f"a multiple of {limits.multiple_of} is needed"
    if limits.safe and abs(value) > _SAFE:
        yield f"at most {_SAFE}"


def text_messages(limits: Limits, value: str) -> Iterator[str]:
    """What is wrong with a text."""
    if limits.min is not None and len(value) < limits.min:
        yield f"at least {limits.min} characters are needed"
    if limits.max is not None and len(value) > limits.max:
        yield f"at most {limits.max} characters"
    if limits.length is not None and len(value) != limits.length:
        yield f"exactly {limits.length} characters are needed"
    if limits.starts_with is not None and not value.startswith(limits.starts_with):
        yield f"it must start with '{limits.starts_with}'"
    if limits.includes is not None and limits.includes not in value:
        yield f"it must hold '{limits.includes}'"
    if limits.format is not None and not _FORMATS[limits.format].match(value):
        yield f"this is no {_CALLED[limits.format]}"
    if limits.pattern is not None and is_pattern(limits.pattern) and not matches(value, limits.pattern):
        yield limits.pattern_message or f"it must match {limits.pattern}"


_NEARLY: Final = 1e-9
_SAFE: Final = 2**53 - 1
_FORMATS: Final = {
    "email": re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\Z"),
    "url": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/]+\S*\Z"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),
}
_CALLED: Final = {"email": "e-mail address", "url": "URL", "uuid": "UUID"}
