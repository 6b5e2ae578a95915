"""What a plugin makes of a cluster, as a function to try many clusters with: its main object, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_everest.core.exact import leaves
from pulumi_everest.core.overrides import without_overrides
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.objects import emit
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding
from pulumi_everest.model.reading import plain, read_model
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.plugins.plugin import Plugin

Spec = dict[str, Any]


class Rendering:
    """Clusters of one name and technology. A cluster that is refused gives None."""

    def __init__(self, plugin: Plugin, technology: Technology, metadata: Mapping[str, Any]) -> None:
        self.plugin, self.technology, self.metadata = plugin, technology, dict(metadata)
        self._specs: dict[str, Spec | None] = {}
        self._leaves: dict[str, dict[Path, Any] | None] = {}
        self._last: tuple[str, Resolved | None, list[Finding]] | None = None

    def checked(self, spec: Spec) -> tuple[Resolved | None, list[Finding]]:
        """The resolved cluster and the errors; the last result is kept, since it is asked for more than once."""
        key = json.dumps(spec, sort_keys=True)
        if self._last is None or self._last[0] != key:
            self._last = (key, *self._check(spec))
        return self._last[1], self._last[2]

    def _check(self, spec: Spec) -> tuple[Resolved | None, list[Finding]]:
        model, found = read_model(DatabaseClusterSpec, spec)
        if model is None:
            return None, found
        data = plain(spec, shape_of(DatabaseClusterSpec))
        resolved, found = check_cluster(self.metadata, data, self.technology)
        errors = [entry for entry in found if entry.is_error]
        return (None if errors else resolved), errors

    def manifest(self, spec: Spec, *, volumes: str = "keep") -> dict[str, Any] | None:
        """The main object of a cluster."""
        resolved, _ = self.checked(spec)
        if resolved is None:
            return None
        chosen = replace(resolved, options={**resolved.options, "volumePolicy": volumes})
        try:
            return next(entry.manifest for entry in emit(chosen, self.plugin.template) if entry.main)
        except EverestError:
            return None

    def spec(self, spec: Spec) -> Spec | None:
        """The spec of the main object; it is shared, and not to be changed."""
        key = json.dumps(spec, sort_keys=True)
        if key not in self._specs:
            manifest = self.manifest(spec)
            self._specs[key] = None if manifest is None else manifest.get("spec") or {}
        return self._specs[key]

    def bare(self, spec: Spec) -> Spec:
        """The spec of the main object of a cluster without its overrides: what its fields alone say."""
        resolved, _ = self.checked(spec)
        if resolved is None:
            return {}
        alone = replace(resolved, spec=without_overrides(resolved.spec))
        try:
            made = emit(alone, self.plugin.template)
        except EverestError:
            return {}
        return next((entry.manifest.get("spec") or {} for entry in made if entry.main), {})

    def leaves(self, spec: Spec) -> dict[Path, Any] | None:
        """The leaves of the main object's spec."""
        key = json.dumps(spec, sort_keys=True)
        if key not in self._leaves:
            made = self.spec(spec)
            self._leaves[key] = None if made is None else leaves(made)
        return self._leaves[key]
