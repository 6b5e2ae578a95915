"""Where the search starts: at what the plugin's adopt.yaml makes of the object, as far as that is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_everest.adoption.rendering import Rendering, Spec
from pulumi_everest.core.merging import over
from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.read_back.places import without_value
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding
from pulumi_everest.model.values.versions import version_key

_ROUNDS = 50


def operator_version(rendering: Rendering, wanted: Spec) -> str:
    """The supported operator version that the object is for; else the next one, else the newest.

    The place where the version shows is where every supported version is emitted as itself.
    """
    manifest = rendering.plugin.manifest
    known = sorted(manifest.operator.versions, key=version_key)
    topology = next(iter(rendering.technology.definition.spec.topologies))
    base = {"provider": rendering.technology.provider, "topology": {"type": topology}}
    places: set[Path] | None = None
    for version in known:
        made = rendering.leaves({**base, "operatorVersion": version}) or {}
        here = {path for path, value in made.items() if value == version}
        places = here if places is None else places & here
    written = [value_at(wanted, path) for path in sorted(places or (), key=len)]
    version = next((value for value in written if isinstance(value, str)), manifest.operator.default)
    later = [entry for entry in known if version_key(entry) >= version_key(version)]
    return version if version in known else (later or known[-1:])[0]


def starts(rendering: Rendering, live: dict[str, Any], operator: str) -> Iterator[tuple[str, Spec]]:
    """A topology and the cluster to start from, for each topology that comes into question."""
    definition = rendering.technology.definition
    proposed = rendering.plugin.adoption(live)
    chosen = value_at(proposed, ("topology", "type"))
    for topology in definition.spec.topologies:
        if chosen in (None, topology):
            own = {
                "provider": rendering.technology.provider,
                "operatorVersion": operator,
                "topology": {"type": topology},
            }
            yield topology, accepted(rendering, over(proposed, own), own)


def accepted(rendering: Rendering, spec: Spec, least: Spec) -> Spec:
    """The cluster without what is refused of it; `least` where too little is left."""
    for _ in range(_ROUNDS):
        resolved, errors = rendering.checked(spec)
        if resolved is not None:
            return spec if rendering.spec(spec) is not None else least
        less = next((tried for entry in errors if (tried := _without(spec, entry)) is not None), None)
        if less is None:
            break
        spec = less
    return least


def _without(spec: Spec, entry: Finding) -> Spec | None:
    """The cluster without the item of a list that a finding is about, else without the field, or what holds it."""
    path = entry.path
    item = max((depth + 1 for depth, part in enumerate(path) if isinstance(part, int)), default=0)
    places = [path[:item]] if item else []
    places += [path[:depth] for depth in range(len(path), 0, -1)]
    for place in places:
        if place and place[0] not in ("provider", "topology", "operatorVersion") and _has(spec, place):
            return without_value(spec, place)
    return None


def _has(spec: Spec, path: Path) -> bool:
    return value_at(spec, path) is not None
