"""Field paths of a shape as one regular expression: what `paths.missing_part` takes, for schemas of servers."""

from __future__ import annotations

from pulumi_everest.model.shapes import Shape

_LIST = r"(\[\*?\])?"
_KEY = r"[^.]+"


def field_pattern(shape: Shape) -> str:
    """An expression of RE2 that a field path matches if it exists; a leading ``spec.`` is accepted."""
    return rf"^(spec\.)?({_fields(shape)})$"


def rule_pattern(spec: Shape, metadata: Shape) -> str:
    """The same of what a rule may be about: any member of a mapping (``*``), metadata, and what programs give."""
    given = r"users(\..+)?|backup\.storages" + _LIST + r"\.credentials|monitoring\.credentials"
    return rf"^(spec\.)?({_fields(spec, any_member=True)}|{given}|metadata(\.({_fields(metadata)}))?)$"


def _fields(shape: Shape, *, any_member: bool = False) -> str:
    """The fields of an object as alternatives, each with what may follow it; those that nothing may follow first."""
    alternatives: dict[str, list[str]] = {}
    for name, below in shape.fields.items():
        alternatives.setdefault(_below(below, any_member=any_member), []).append(name)
    if any_member:
        alternatives[r"(\..+)?"] = [*alternatives.get(r"(\..+)?", []), r"\*"]
    return "|".join(
        (names[0] if len(names) == 1 else f"({'|'.join(names)})") + rest
        for rest, names in sorted(alternatives.items(), key=lambda entry: entry[0])
    )


def _below(shape: Shape, *, any_member: bool = False) -> str:
    """What may follow the name of a field, if anything."""
    if shape.kind == "list" and shape.item is not None:
        return _LIST + _below(shape.item, any_member=any_member)
    if shape.kind == "object":
        return rf"(\.({_fields(shape, any_member=any_member)}))?"
    if shape.kind in ("map", "text-or-map"):
        return rf"(\.{_KEY}{_below(shape.item, any_member=any_member) if shape.item else ''})?"
    return r"(\..+)?" if shape.kind == "any" else ""
