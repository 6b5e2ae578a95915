"""Clusters that are tried: what becomes of a spec with one operator version, or why it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pulumi_everest.core.merging import over
from pulumi_everest.core.resolve import Resolved, resolve
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import emit
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Place
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.job_probe import METADATA, filled_objects
from pulumi_everest.testing.probes.outcomes import Made, Manifests, Refused, checked, errors, failed
from pulumi_everest.testing.probes.places import template_place
from pulumi_everest.workspace.setup import Setup


class Attempts:
    """What specs become, each made once. With `crds` every object must pass its schema."""

    def __init__(self, plugin: Plugin, technology: Technology, operator: str, crds: Crds | None) -> None:
        self.plugin, self.technology, self.operator, self.crds = plugin, technology, operator, crds
        self._seen: dict[str, Made | Refused] = {}
        self._filled: dict[str, Any] = {}
        self._places: dict[tuple[str, int], Place | None] = {}

    def objects(self, spec: dict[str, Any]) -> Made | Refused:
        """The emitted objects, as their schemas want them, or what was refused. Many fields are tried in one base."""
        key = json.dumps(spec)
        if key not in self._seen:
            self._seen[key] = self._objects(spec)
        return self._seen[key]

    def _objects(self, spec: dict[str, Any]) -> Made | Refused:
        emitted = self.emitted(spec)
        made = emitted if isinstance(emitted, Refused) else checked(emitted, self.crds)
        if isinstance(made, Refused) and made.crashed:
            resolved, _ = self.resolved(spec)
            return self._placed(made, resolved) if resolved is not None else made
        return made

    def emitted(self, spec: dict[str, Any]) -> Manifests | Refused:
        """The emitted objects, whatever their schemas say."""
        resolved, wrong = self.resolved(spec)
        if resolved is None or wrong:
            return Refused(wrong)
        try:
            filling, wrong = filled_objects(resolved, Setup(self.technology, self.plugin))
            if wrong:
                return Refused(wrong)
            return [entry.manifest for entry in [*emit(resolved, self.plugin.template), *filling]]
        except EverestError as error:
            return failed(error.findings)

    def resolved(
        self, spec: dict[str, Any], secrets: dict[str, Any] | None = None
    ) -> tuple[Resolved | None, list[str]]:
        """The resolved cluster, and what is wrong with it."""
        spec = over({"operatorVersion": self.operator}, spec)
        resolved, found = check_cluster(METADATA, spec, self.technology, secrets=secrets)
        return resolved, errors(found)

    def with_secrets(self, spec: dict[str, Any], secrets: dict[str, Any]) -> Made | Refused:
        """The objects of a cluster with values that are given."""
        resolved, wrong = self.resolved(spec, secrets)
        if resolved is None or wrong:
            return Refused(wrong)
        try:
            made = checked([entry.manifest for entry in emit(resolved, self.plugin.template)], self.crds)
        except EverestError as error:
            return failed(error.findings)
        return self._placed(made, resolved)

    def filled(self, spec: dict[str, Any], path: tuple[str, ...]) -> Any:
        """The value that the field has when nothing is said."""
        key = json.dumps(spec)
        if key not in self._filled:
            resolved, _ = resolve(METADATA, over({"operatorVersion": self.operator}, spec), self.technology)
            self._filled[key] = resolved.spec if resolved is not None else None
        node: Any = self._filled[key]
        for key in path:
            node = node[0] if isinstance(node, list) and node else node
            node = node.get(key) if isinstance(node, dict) else None
        return node

    def _placed(self, made: Made | Refused, resolved: Resolved) -> Made | Refused:
        """What was made; of what a schema refuses with the line of the template."""
        if isinstance(made, Made) or made.cause is None or made.cause.place is not None:
            return made
        key = (made.cause.text, made.index)
        if key not in self._places:
            self._places[key] = self.place(resolved, made.index, made.path)
        return replace(made, cause=replace(made.cause, place=self._places[key]))

    def place(self, resolved: Resolved, index: int, path: Path) -> Place | None:
        """Where the templates say a value of an object; None where they cannot be asked."""
        try:
            traced = self.plugin.traced
            return template_place(traced.document, traced.places(resolved), index, path)
        except EverestError:
            return None
