"""What a reader of the program should see: nothing that does nothing, and no value that a default would decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_everest.adoption.rendering import Rendering, Spec
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.own_images.versions import Tags
from pulumi_everest.core.paths import FieldPath, value_at, with_value
from pulumi_everest.emit.read_back.places import concrete, without_value
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.shapes import Shape, shape_of

Values = Mapping[FieldPath, Sequence[Any]]
"""Values to try by field."""

_CHOSEN = ("provider", "topology", "operatorVersion")
_FIRST = ("provider", "operatorVersion", "topology", "components", "bundle", "preset", "instances")


def without_idle(rendering: Rendering, spec: Spec, values: Values) -> Spec:
    """The cluster without fields that do nothing, since overrides hide what would be emitted for them."""
    made = rendering.spec(spec)
    for path in [path for field in values for path in concrete(spec, field)]:
        if path[0] in _CHOSEN or value_at(spec, path) is None:
            continue
        less = without_value(spec, path)
        if same(rendering.spec(less), made) and not _acts(rendering, spec, path, values):
            spec = less
    return spec


def pinned(rendering: Rendering, spec: Spec, values: Values) -> Spec:
    """The cluster with what came from defaults said aloud, so that a default that moves changes nothing.

    The version of several components of one type is said once, for the type.
    """
    resolved, _ = rendering.checked(spec)
    if resolved is None:
        return spec
    made = rendering.spec(spec)
    kinds = list(resolved.types.values())
    places: list[tuple[Path, Any]] = []
    for component, instance in resolved.spec["instances"].items():
        for below, value in leaves(instance).items():
            path: Path = ("instances", component, *below)
            kind = resolved.types[component]
            if below == ("version",):
                if value_at(spec, ("instances", component, "image")) is not None:
                    continue
                path = ("components", "versions", kind, "version") if kinds.count(kind) > 1 else path
            if below[0] not in ("image", "overrides"):
                places.append((path, value))
    config = resolved.spec["topology"].get("config") or {}
    places += [(("topology", "config", *below), value) for below, value in leaves(config).items() if below]
    for path, value in places:
        if value_at(spec, path) is None:
            tried = with_value(spec, path, value)
            if (
                same(rendering.spec(tried), made)
                and _acts(rendering, tried, path, values)
                and not _is_contradicted(rendering, tried, path, values)
            ):
                spec = tried
    return spec


def _is_contradicted(rendering: Rendering, spec: Spec, path: Path, values: Values) -> bool:
    """Whether the object has something else wherever the value of a field shows as it is: overrides say that."""
    field = tuple(part for part in path if isinstance(part, str))
    value, made = value_at(spec, path), rendering.leaves(spec) or {}
    bare = leaves(rendering.bare(spec))
    for other in values.get(field, ()):
        if same(other, value):
            continue
        changed = leaves(rendering.bare(with_value(spec, path, other)))
        shown = [place for place, there in bare.items() if same(there, value) and same(changed.get(place), other)]
        if shown:
            return all(not same(made.get(place), value) for place in shown)
    return False


def _acts(rendering: Rendering, spec: Spec, path: Path, values: Values) -> bool:
    """Whether another value of the field would change the object; also where no other one is accepted."""
    made = rendering.spec(spec)
    field = tuple(part for part in path if isinstance(part, str))
    tried = False
    for depth in range(len(path), 0, -1):
        field = tuple(part for part in path[:depth] if isinstance(part, str))
        for value in values.get(field, ()):
            other = rendering.spec(with_value(spec, path[:depth], value))
            if other is not None and not same(value, value_at(spec, path[:depth])):
                tried = True
                if not same(other, made):
                    return True
        if field in values:
            break
    return not tried


def with_read_versions(rendering: Rendering, spec: Spec) -> Spec:
    """The cluster with the versions of images that say one, beside them: a lock would record the default's else."""
    resolved, _ = rendering.checked(spec)
    for component, kind in resolved.types.items() if resolved is not None else ():
        image, place = value_at(spec, ("instances", component, "image")), ("instances", component, "version")
        of_type = value_at(spec, ("components", "versions", kind, "version"))
        if not isinstance(image, str) or of_type is not None or value_at(spec, place) is not None:
            continue
        read = Tags.of(rendering.technology.definition, kind).version(image)
        tried = with_value(spec, place, read.text) if read is not None and read.whole else None
        if tried is not None and same(rendering.spec(tried), rendering.spec(spec)):
            spec = tried
    return spec


def in_model_order(spec: Spec) -> Spec:
    """The cluster with its keys in one order: that of the model, what is chosen first, overrides last."""
    ordered = _ordered(spec, shape_of(DatabaseClusterSpec))
    rest = [key for key in ordered if key not in (*_FIRST, "overrides")]
    return {key: ordered[key] for key in (*_FIRST, *rest, "overrides") if key in ordered}


def _ordered(data: Any, shape: Shape) -> Any:
    if isinstance(data, dict):
        keys = [key for key in shape.fields if key in data] if shape.kind == "object" else []
        keys += [key for key in data if key not in keys]
        return {key: _ordered(data[key], shape.at(key)) for key in keys}
    if isinstance(data, list):
        return [_ordered(value, shape.at(index)) for index, value in enumerate(data)]
    return data
