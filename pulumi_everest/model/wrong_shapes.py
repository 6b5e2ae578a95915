"""Hints for the commonest wrong shapes: a value in the place of a mapping that would hold it, a field too high up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import shortened
from pulumi_everest.model.shapes import Shape

_DEEPEST = 4
_MOST = 3
_COMPONENTS = "instances"


def mapping_for(model: type[BaseModel], path: Path, value: Any) -> str | None:
    """How to write a value in the mapping that is wanted at a path of a model: in its first field that takes it."""
    wanted = _model_at(model, path)
    if wanted is None or isinstance(value, (bool, dict, type(None))):
        return None
    for name, info in wanted.model_fields.items():
        if _takes(info, value):
            text = "[...]" if isinstance(value, list) else shortened(str(value))
            return f"{{{info.alias or name}: {text}}}"
    return None


def _takes(info: Any, value: Any) -> bool:
    if _model_in(info.annotation) is not None and not isinstance(value, list):
        return False
    if isinstance(value, list) and get_origin(_without_none(info.annotation)) is not list:
        return False
    try:
        TypeAdapter(info.annotation).validate_python(value, strict=True)
        for entry in info.metadata:
            check = getattr(entry, "check", None)
            if check is not None and check(value) is not None:
                return False
    except ValidationError:
        return isinstance(value, list)  # what is in it is said later
    return True


def _model_at(model: type[BaseModel] | None, path: Path) -> type[BaseModel] | None:
    """The model that describes the value at a path."""
    for key in path:
        if model is None:
            return None
        if isinstance(key, int):
            continue
        info = next((f for n, f in model.model_fields.items() if (f.alias or n) == key), None)
        if info is None:
            continue  # a key of a mapping, whose values are of that model
        model = _model_in(info.annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for entry in get_args(annotation) if (found := _model_in(entry)) is not None), None)


def _without_none(annotation: Any) -> Any:
    others = [entry for entry in get_args(annotation) if entry is not type(None)]
    if len(others) == 1 and type(None) in get_args(annotation):
        annotation = others[0]
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def further_down(shape: Shape, path: Path, value: Any) -> str | None:
    """Where a field stands that is not known at its path, but further down from there.

    Of several places those of components come first, then those that take such a value, then those that are near.
    """
    for key in path[:-1]:
        shape = shape.at(key)
    is_mapping = isinstance(value, dict)
    found = sorted(_below(shape, str(path[-1]), (), 0), key=lambda entry: _rank(*entry, is_mapping=is_mapping))
    places = list(dict.fromkeys(".".join(place) for place, _ in found))
    return f"it stands in {' or '.join(places[:_MOST])}" if places else None


def _rank(place: tuple[str, ...], below: Shape, *, is_mapping: bool) -> tuple[bool, bool, int]:
    takes_mappings = below.kind in ("object", "map", "text-or-map", "any")
    fits = takes_mappings if is_mapping else below.kind not in ("object", "map")
    return place[:1] != (_COMPONENTS,), not fits, len(place)


def _below(shape: Shape, name: str, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Shape]]:
    if depth > _DEEPEST or shape.verbatim:
        return
    if shape.kind == "object":
        for key, below in shape.fields.items():
            if key == name and path:
                yield (*path, key), below
            yield from _below(below, name, (*path, key), depth + 1)
    elif shape.kind == "list":
        yield from _below(shape.at(0), name, (*path[:-1], f"{path[-1]}[]") if path else path, depth)
    elif shape.kind == "map" and shape.item is not None:
        yield from _below(shape.item, name, (*path, "*"), depth + 1)
