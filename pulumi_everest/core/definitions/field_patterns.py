"""Field paths of a shape as one regular expression: what `paths.missing_part` takes, for schemas of servers."""

from __future__ import annotations

from pulumi_everest.model.shapes import Shape

_LIST = r"(\[\*?\])?"
_KEY = r"[^.]+"


def field_pattern(shape: Shape) -> str:
    """An expression of RE2 that a field path matches if it exists; a leading ``spec.`` is accepted."""
    return rf"^(spec\.)?({_fields(shape)})$"


def _fields(shape: Shape) -> str:
    """The fields of an object as alternatives, each with what may follow it; those that nothing may follow first."""
    alternatives: dict[str, list[str]] = {}
    for name, below in shape.fields.items():
        alternatives.setdefault(_below(below), []).append(name)
    return "|".join(
        (names[0] if len(names) == 1 else f"({'|'.join(names)})") + rest
        for rest, names in sorted(alternatives.items(), key=lambda entry: entry[0])
    )


def _below(shape: Shape) -> str:
    """What may follow the name of a field, if anything."""
    if shape.kind == "list" and shape.item is not None:
        return _LIST + _below(shape.item)
    if shape.kind == "object":
        return rf"(\.({_fields(shape)}))?"
    if shape.kind in ("map", "text-or-map"):
        return rf"(\.{_KEY}{_below(shape.item) if shape.item else ''})?"
    return r"(\..+)?" if shape.kind == "any" else ""
