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
    """Where a field stands that is not known at its path, but further down from there, and may have such a value."""
    for key in path[:-1]:
        shape = shape.at(key)
    is_mapping = isinstance(value, dict)
    found = list(_below(shape, str(path[-1]), is_mapping, (), 0))
    if not found:
        return None
    nearest = min(map(len, found))
    places = [".".join(place) for place in found if len(place) == nearest]
    return f"it stands in {' or '.join(places)}" if len(places) <= _MOST else None


def _below(shape: Shape, name: str, is_mapping: bool, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, ...]]:
    if depth > _DEEPEST or shape.verbatim:
        return
    if shape.kind == "object":
        for key, below in shape.fields.items():
            if key == name and path and (below.kind in ("object", "map")) == is_mapping:
                yield (*path, key)
            yield from _below(below, name, is_mapping, (*path, key), depth + 1)
    elif shape.kind == "list":
        yield from _below(shape.at(0), name, is_mapping, (*path[:-1], f"{path[-1]}[]") if path else path, depth)
    elif shape.kind == "map" and shape.item is not None:
        yield from _below(shape.item, name, is_mapping, (*path, "*"), depth + 1)
