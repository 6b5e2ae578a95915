"""Where in the overrides of a cluster the parts of its main object come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.origins import Origins
from pulumi_everest.emit.read_back.emission import Emission, Spec
from pulumi_everest.model.deferred import Path


class Overrides:
    """The overrides of a cluster, whose emitted objects these are."""

    def __init__(self, emission: Emission, spec: Spec, objects: Sequence[Emitted]) -> None:
        self._spec, self._main = spec, next(i for i, entry in enumerate(objects) if entry.main)
        resolved = replace(emission.cluster, spec=dict(spec))
        self._origins = Origins(spec, resolved, objects, lambda other: emission.objects(other.spec))

    def origin(self, place: Path) -> Path:
        """Where in the overrides something in the spec of the main object comes from; else the overrides themselves."""
        for depth in range(len(place), 0, -1):
            origin = self._origins.of_override(self._main, ("spec", *place[:depth]))
            if origin is not None:
                return origin
        return self.any()

    def any(self) -> Path:
        """The overrides of the cluster, or those of the first component that has some."""
        if self._spec.get("overrides"):
            return ("overrides",)
        parts = self._spec.get("instances") or {}
        return next((("instances", name, "overrides") for name, part in parts.items() if part.get("overrides")), ())
