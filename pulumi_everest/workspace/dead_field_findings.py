"""What is said of fields that do nothing, since overrides take away all that is emitted for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_everest.core.own_images.versions import Tags
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition
from pulumi_everest.emit.dead_fields import DeadField, Emit, dead_fields
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Locate, finding, path_text


def dead_field_findings(
    spec: Mapping[str, Any],
    preset: Mapping[str, Any],
    resolved: Resolved,
    definition: Definition,
    emit: Emit,
    locate: Locate,
) -> Iterator[Finding]:
    """A warning for each field of the cluster, and of its preset, that does nothing; `locate` takes paths of the spec.

    It stands at what the user wrote: at the field, else at the override, and names the place of the other.
    """
    for dead in dead_fields(spec, resolved, emit):
        if _is_needed(dead, resolved, definition):
            continue
        override = f"'{path_text(dead.override)}'{_origin(dead.override, spec, preset, locate)}"
        text = f"{override} {_does(dead)} all that is emitted for it, so it does nothing"
        hint = "say it in overrides as well, or take that out of them" if not dead.removed else "take the null away"
        yield finding("cluster.dead-field", dead.path, text, hint=hint)
    for dead in dead_fields(preset, resolved, emit):
        if _says(spec, dead.path) or not _says(spec, dead.override):
            continue
        field = f"'{path_text(dead.path)}' of the preset"
        text = f"it {_does(dead)} all that is emitted for {field}, so that does nothing"
        yield finding("cluster.dead-field", dead.override, text)


def _is_needed(dead: DeadField, resolved: Resolved, definition: Definition) -> bool:
    """Whether a field is a version by which an image in overrides is judged, since its tag says none."""
    image, path = value_at(resolved.spec, dead.override), dead.path
    if path[-1] != "version" or not isinstance(image, str):
        return False
    kind = resolved.types.get(str(path[1])) if path[0] == "instances" else str(path[2])
    return kind is not None and Tags.of(definition, kind).version(image) is None


def _does(dead: DeadField) -> str:
    return "removes" if dead.removed else "replaces"


def _origin(path: Path, spec: Mapping[str, Any], preset: Mapping[str, Any], locate: Locate) -> str:
    """Where an override stands that is not beside the field."""
    if _says(spec, path):
        place = locate(path)
        return f" ({place.file}:{place.line})" if place is not None else ""
    return " of the preset" if _says(preset, path) else " of the defaults"


def _says(data: Mapping[str, Any], path: Path) -> bool:
    """Whether a value is there, or a null that removes one."""
    parent = value_at(data, path[:-1]) if len(path) > 1 else data
    if isinstance(parent, dict):
        return path[-1] in parent
    return isinstance(parent, list) and isinstance(path[-1], int) and path[-1] < len(parent)
