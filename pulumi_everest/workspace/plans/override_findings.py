"""What is said of overrides: of fields of which they take away all that is emitted, and of images that they write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_everest.core.own_images.versions import Tags
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition
from pulumi_everest.emit.dead_fields import DeadField, Emit
from pulumi_everest.emit.known_dead_fields import OfOneKind
from pulumi_everest.emit.objects import emit
from pulumi_everest.emit.read_back.images import written_image_findings
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place, finding, path_text
from pulumi_everest.workspace.plans.plan import Plan


def override_findings(plan: Plan, remade: Emit) -> Iterator[Finding]:
    """What is to be known of the overrides of a cluster with a plugin; `remade` makes its objects of another spec."""
    cluster, resolved, technology = plan.cluster, plan.resolved, plan.setup.technology
    if plan.setup.plugin is None:
        return
    template = plan.setup.plugin.template
    known = plan.setup.dead_fields
    if technology.is_controlled:  # the objects are those that a controller is to make
        overridden = known.of(resolved, lambda other: emit(other, template), emit(resolved, template))
    else:
        overridden = known.of(resolved, remade, plan.objects)
    preset = technology.presets.get(str(cluster.spec.get("preset"))) or {}
    yield from _moved_fields(plan)
    yield from _dead_fields(plan, preset, overridden)
    yield from written_image_findings(resolved, technology, template, overridden.taken)


def _moved_fields(plan: Plan) -> Iterator[Finding]:
    """A warning for each field that overrides write and that the operator version has elsewhere."""
    operator = plan.resolved.spec.get("operatorVersion")
    for one in dict.fromkeys(one for entry in plan.objects for one in entry.moved):
        text = f"overrides write {one.from_}, which operator {operator} does not have"
        where = f"it is written as {one.to}" if one.to is not None else "it had no effect, and is left out"
        yield finding("cluster.moved-field", ("overrides",), f"{text}; {where}", hint="write it so in overrides")


def _dead_fields(plan: Plan, preset: Mapping[str, Any], overridden: OfOneKind) -> Iterator[Finding]:
    """A warning for each field of the cluster, and of its preset, that does nothing.

    It stands at what the user wrote: at the field, else at the override, and names the place of the other.
    """
    cluster, spec = plan.cluster, plan.cluster.spec
    for dead in overridden.dead(spec):
        if _is_needed(dead, plan.resolved, plan.setup.technology.definition):
            continue
        place = cluster.locate((*cluster.prefix, *dead.override))
        override = f"'{path_text(dead.override)}'{_origin(dead.override, spec, preset, place)}"
        text = f"{override} {_does(dead)} all that is emitted for it, so it does nothing"
        hint = "say it in overrides as well, or take that out of them" if not dead.removed else "take the null away"
        yield finding("cluster.dead-field", dead.path, text, hint=hint)
    for dead in overridden.dead(preset):
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


def _origin(path: Path, spec: Mapping[str, Any], preset: Mapping[str, Any], place: Place | None) -> str:
    """Where an override stands that is not beside the field."""
    if _says(spec, path):
        return f" ({place.file}:{place.line})" if place is not None else ""
    return " of the preset" if _says(preset, path) else " of the defaults"


def _says(data: Mapping[str, Any], path: Path) -> bool:
    """Whether a value is there, or a null that removes one."""
    parent = value_at(data, path[:-1]) if len(path) > 1 else data
    if isinstance(parent, dict):
        return path[-1] in parent
    return isinstance(parent, list) and isinstance(path[-1], int) and path[-1] < len(parent)
