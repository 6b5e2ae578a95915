"""What a document of Everest's first API says, held against the table of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.similar_names import Names
from pulumi_everest.model.values.scalars import check_quantity
from pulumi_everest.upgrade.legacy.fields import FIELDS, Type

KNOWN: Final = {field.path: field.type for field in FIELDS}
_ABOVE: Final = {".".join(path.split(".")[:depth]) for path in KNOWN for depth in range(1, path.count(".") + 1)}
_WORDS: Final = {
    "text": "a text",
    "number": "a whole number",
    "switch": "true or false",
    "quantity": "a quantity",
    "mapping": "a mapping",
    "texts": "a list of texts",
    "quantities": "a mapping of quantities",
    "mappings": "a list of mappings",
}


def check_spec(spec: Mapping[str, Any], path: Path = ("spec",), under: str = "") -> Iterator[Finding]:
    """What of a DatabaseCluster's spec no release of the first API knows, or has another type there."""
    for key, value in spec.items():
        here, at = f"{under}.{key}" if under else str(key), (*path, str(key))
        if value is None:
            continue
        if here in KNOWN:
            if not _fits(value, KNOWN[here]):
                yield finding("migrate.refused", at, f"this is no {_WORDS[KNOWN[here]].removeprefix('a ')}")
        elif here in _ABOVE and isinstance(value, dict):
            yield from check_spec(value, at, here)
        elif f"{here}[]" in _ABOVE and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from check_spec(item, (*at, index), f"{here}[]")
                else:
                    yield finding("migrate.refused", (*at, index), "this is no mapping")
        elif here in _ABOVE or f"{here}[]" in _ABOVE:
            yield finding("migrate.refused", at, "this holds no fields")
        else:
            yield _unknown(at, here, under)


def _unknown(at: Path, here: str, under: str) -> Finding:
    """A field that is new, or a slip: nobody here knows what it does."""
    start = f"{under}." if under else ""
    names = {path[len(start) :].split(".")[0].removesuffix("[]") for path in KNOWN if path.startswith(start)}
    text = f"no release of the first API that is known here has '{here}'"
    return unknown("migrate.lost", at, text, str(at[-1]), Names(sorted(names)))


def _fits(value: Any, kind: Type) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "switch":
            return isinstance(value, bool)
        case "quantity":
            return is_quantity(value)
        case "mapping":
            return isinstance(value, dict)
        case "quantities":
            return isinstance(value, dict) and all(map(is_quantity, value.values()))
        case "texts":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case "mappings":
            return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def is_quantity(value: Any) -> bool:
    """Whether a value is one as Kubernetes takes it."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return False
    return check_quantity(str(value), positive=False) is None


def said(data: Any, path: str) -> Any:
    """What a document says at a path; None where it says nothing, an empty text included."""
    found = value_at(data, tuple(path.split(".")))
    return None if found == "" else found


def mapping(value: Any) -> dict[str, Any]:
    """A value that ought to be a mapping; an empty one for anything else."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def text_of(value: Any) -> str | None:
    """A value that ought to be a text, a number as one; None for anything else, and for an empty one."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value) or None


def texts_of(value: Any) -> dict[str, str]:
    """A mapping of texts: what of a value is one."""
    return {key: text for key, item in mapping(value).items() if (text := text_of(item)) is not None}
