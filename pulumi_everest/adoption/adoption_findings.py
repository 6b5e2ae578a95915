"""What a reader of an adopted cluster should know: where overrides stand in the way of fields, what plugins say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_everest.adoption.rendering import Rendering, Spec
from pulumi_everest.adoption.settle import Values
from pulumi_everest.core.definitions.samples import storage_samples
from pulumi_everest.core.exact import leaves
from pulumi_everest.core.merging import over
from pulumi_everest.core.paths import value_at, with_value
from pulumi_everest.emit.dead_fields import Overridden
from pulumi_everest.emit.objects import emit
from pulumi_everest.emit.read_back.places import concrete
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, path_text
from pulumi_everest.model.storage_types import STORAGE_TYPES

_NAMED = 3


def adoption_findings(rendering: Rendering, spec: Spec, own: Mapping[str, Any], values: Values) -> Iterator[Finding]:
    """The remarks about an adopted cluster; `values` are values to try by field."""
    about = f"{own.get('kind')} {(own.get('metadata') or {}).get('name')}"
    yield from _in_the_way(rendering, spec, values, about)
    operator = spec["operatorVersion"]
    made = leaves(rendering.bare(spec))
    for path, value in leaves(own.get("spec") or {}).items():
        if made.get(path) == operator and isinstance(value, str) and value != operator:
            known = rendering.plugin.manifest.operator.versions
            text = f"operator version '{value}' is not supported; the cluster is one of {operator}, with overrides"
            yield finding("adopt.operator-version", ("spec", *path), text, allowed=known, subject=about)
    for path, text in rendering.plugin.adoption_remarks(own):
        yield finding("adopt.remark", path, text, subject=about)


def _in_the_way(rendering: Rendering, spec: Spec, values: Values, about: str) -> Iterator[Finding]:
    """The values in overrides under which fields do nothing, those that are not said yet as well."""
    fuller = _with_more(rendering, spec, values)
    resolved, _ = rendering.checked(fuller)
    if resolved is None:
        return
    dead: dict[Path, list[str]] = {}
    overridden = Overridden(resolved, lambda other: emit(other, rendering.plugin.template))
    for field in overridden.dead(fuller):
        name = path_text(tuple(part for part in field.path if isinstance(part, str)))
        dead.setdefault(field.override, []).append(name)
    for override, found in dead.items():
        names = list(dict.fromkeys(found))
        shown = ", ".join(f"'{name}'" for name in names[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        value = value_at(spec, override)
        code = "adopt.list" if isinstance(value, list) else "adopt.override"
        does = "removes what is emitted for" if value is None else "stands in the place of"
        text = f"it {does} {shown}{more}: as long as it is there, that does nothing"
        yield finding(code, ("spec", *override), text, subject=about)


def _with_more(rendering: Rendering, spec: Spec, values: Values) -> Spec:
    """The cluster with every field said that it can take besides, and with one more storage that has a schedule."""
    spec = next(_with_storage(rendering, spec), spec)
    for field, options in values.items():
        for path in concrete(spec, field):
            if value_at(spec, path) is None and path[0] != "dataSource":
                more = (with_value(spec, path, value) for value in options)
                spec = next((tried for tried in more if rendering.checked(tried)[0] is not None), spec)
    return spec


def _with_storage(rendering: Rendering, spec: Spec) -> Iterator[Spec]:
    """The cluster with one more storage, of each type; first with all that one of that type may need."""
    there = value_at(spec, ("backup", "storages")) or []
    plan: dict[str, Any] = {"schedules": [{"name": "probe", "cron": "17 3 * * *", "retention": {"count": 3}}]}
    for least in storage_samples("probe"):
        takes = STORAGE_TYPES[least["type"]]
        known: dict[str, Any] = {key: "probe" for key in ("region", "prefix") if key in takes.fields}
        secret: dict[str, Any] = {"credentialsSecret": "probe"} if takes.has_credentials else {}
        for more in ({**known, **secret, **plan}, {**secret, **plan}, secret):
            storage = {**least, **more}
            tried = over(spec, {"backup": {"storages": [*there, storage]}})
            if rendering.checked(tried)[0] is not None:
                yield tried
