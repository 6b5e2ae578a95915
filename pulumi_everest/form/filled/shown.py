"""How a value of a document is shown in a field, and how what is typed there is written: each other's inverse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import MISSING, found_at
from pulumi_everest.form.filled.amounts import as_number, number_text, shown_amount, written_amount
from pulumi_everest.form.paths import ITSELF
from pulumi_everest.form.tree import Field


def is_empty(value: Any) -> bool:
    """Whether a value of a form says nothing."""
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def at_path(data: Any, path: str) -> Any:
    """The value at a path of a form, in a document or an item; MISSING where there is none."""
    return data if path == ITSELF else found_at(data, tuple(path.split(".")))


def set_at(into: dict[str, Any], path: str, value: Any) -> None:
    """Set a value at a path of a form, or remove it where it is MISSING; mappings around it are made.

    At the path of an item itself nothing is set: whoever holds the item does that.
    """
    if path == ITSELF:
        return
    *around, last = path.split(".")
    for name in around:
        below = into.get(name)
        if not isinstance(below, dict):
            if value is MISSING:
                return
            below = into[name] = {}
        into = below
    if value is MISSING:
        into.pop(last, None)
    else:
        into[last] = value


def shown_value(field: Field, data: Any, *, as_it_is: bool = False) -> Any:
    """What a field shows of a document or an item, or of a value `as_it_is`; None where there is nothing."""
    values = [data] if as_it_is else [at_path(data, path) for path in field.paths]
    value = next((value for value in values if value is not MISSING and value is not None), None)
    if value is None:
        return None
    if field.written == "yaml":
        return yaml_text(value)
    if field.kind == "number":
        return shown_amount(value, field.unit if field.unit_is_written else None)
    if field.kind == "map" and isinstance(value, Mapping):
        return {str(key): plain_text(below) for key, below in value.items()}
    if field.kind == "text":
        text = plain_text(value)
        return text.removesuffix(field.unit) if field.unit and field.unit_is_written else text
    if field.kind == "toggle" and isinstance(value, str):
        return {"true": True, "false": False}.get(value, value)
    return value


def written_value(field: Field, value: Any) -> Any:
    """What is written for a value of a field. Raises ValueError for a text that is not the YAML that it should be."""
    if field.kind == "number":
        unit = field.unit if field.unit_is_written else None
        return written_amount(value, unit) if field.written == "quantity" else as_number(value)
    if field.written == "yaml" and isinstance(value, str):
        return yaml_value(value)
    if field.kind == "text":
        return _text(field, value)
    if field.kind == "select":
        return [_chosen(field, one) for one in value] if isinstance(value, list) else _chosen(field, value)
    if field.kind == "toggle" and field.written == "text":
        return plain_text(value)
    return value


def _text(field: Field, value: Any) -> Any:
    text = plain_text(value)
    for word in field.transforms:
        text = {"trim": text.strip, "lower": text.lower, "upper": text.upper}[word]()
    return f"{text}{field.unit}" if field.unit and field.unit_is_written else text


def _chosen(field: Field, value: Any) -> Any:
    """A choice as it is listed, since a page gives all of them as text."""
    if field.written == "text":
        return plain_text(value)
    return next((one.value for one in field.choices or () if plain_text(one.value) == plain_text(value)), value)


def plain_text(value: Any) -> str:
    """A scalar as YAML would have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else str(value)


def yaml_text(value: Any) -> str:
    """Plain data as the text of a field."""
    import yaml

    if isinstance(value, str):
        return value
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100))


def yaml_value(text: str) -> Any:
    """What the text of a field stands for. Raises ValueError where it is no YAML."""
    if len(text) > _LONGEST:
        raise ValueError(f"this is longer than {_LONGEST} characters")
    value, wrong = _loaded(text)
    if wrong is not None:
        raise ValueError(wrong)
    return copied(value)


@lru_cache(maxsize=256)
def _loaded(text: str) -> tuple[Any, str | None]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe ones
        json.dumps(value)
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        return None, f"this is no YAML that can be written{where}: {getattr(error, 'problem', None) or error}"
    return value, None


_LONGEST: Final = 100_000
