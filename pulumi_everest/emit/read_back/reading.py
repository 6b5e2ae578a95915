"""What the comparison of clusters asks about objects, for a technology whose templates are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.exact import same
from pulumi_everest.core.overrides import has_overrides, without_overrides
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError

if TYPE_CHECKING:
    from pulumi_everest.core.changes.lost_objects import LostObject
    from pulumi_everest.core.changes.snapshot import Snapshot
    from pulumi_everest.core.resolve import Resolved
    from pulumi_everest.emit.read_back.known_places import KnownPlaces
    from pulumi_everest.emit.read_back.structural_fields import Adoption
    from pulumi_everest.model.plugin_files.object_settings import ObjectSettings


class ReadBack:
    """The reading of one technology. The template is compiled when something is asked."""

    def __init__(self, technology: Technology, template: Callable[[], Template], adoption: Adoption | None) -> None:
        self._technology, self._template, self._adoption = technology, template, adoption

    @cached_property
    def _known(self) -> KnownPlaces:
        from pulumi_everest.emit.read_back.known_places import KnownPlaces

        return KnownPlaces(self._technology)

    def reached(self, cluster: Snapshot) -> Snapshot:
        """The cluster with the fields that its overrides write as these write them."""
        from pulumi_everest.emit.read_back.reached import reached

        if not has_overrides(cluster.spec):
            return cluster
        return reached(cluster, self._technology, self._template(), self._adoption, self._known)

    def main(self, resolved: Resolved) -> dict[str, Any] | None:
        """The main object of a resolved cluster; None where it cannot be made."""
        from pulumi_everest.emit.objects import emit

        try:
            return next((entry.manifest for entry in emit(resolved, self._template()) if entry.main), None)
        except EverestError:
            return None

    def objects(self, cluster: Snapshot, spec: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """The objects of the cluster with this spec but for Secrets, the main one last; None where there are none."""
        from pulumi_everest.emit.read_back.emission import Emission

        try:
            made = Emission.of(cluster, self._technology.definition, self._template()).objects(spec)
        except EverestError:
            return None
        return [entry.manifest for entry in made if entry.manifest.get("kind") != "Secret"]

    def tellers(self, cluster: Snapshot) -> Mapping[tuple[str, str], ObjectSettings]:
        """What the plugin says of the other objects that tell whether they are ready, by kind and name."""
        template = self._template()
        if not template.settings:
            return {}
        from pulumi_everest.emit.read_back.emission import Emission

        try:
            made = Emission.of(cluster, self._technology.definition, template).objects(cluster.spec)
        except EverestError:
            return {}
        told = (entry for entry in made if not entry.main and (entry.settings.ready or entry.settings.failed))
        return {(entry.manifest["kind"], str(entry.manifest["metadata"].get("name"))): entry.settings for entry in told}

    def lost(self, old: Snapshot, new: Snapshot, config_maps_in_place: bool | None) -> Sequence[LostObject]:
        """The objects that a change would delete, beside the main one and Secrets."""
        template = self._template()
        if not template.has_others:
            return ()
        from pulumi_everest.emit.read_back.emission import Emission
        from pulumi_everest.emit.read_back.lost import lost

        definition = self._technology.definition
        try:
            before, after = (Emission.of(side, definition, template).objects(side.spec) for side in (old, new))
        except EverestError:
            return ()
        return list(lost(before, after, new.metadata.get("name"), config_maps_in_place))

    def emitted(self, cluster: Snapshot, path: Path) -> Any:
        """The value of a field that the object shows, whether or not the cluster says it; None where it does not."""
        from pulumi_everest.emit.read_back.emission import Emission
        from pulumi_everest.emit.read_back.written import emitted

        field = next((field for field in self._known.fields(cluster) if field[0] == path), None)
        emission = Emission.of(cluster, self._technology.definition, self._template())
        return emitted(emission, field) if field is not None else None

    def shows(self, cluster: Snapshot, path: Path, value: object, *, bare: bool = False) -> bool:
        """Whether the object would be another one with this value of a field; `bare`: if it had no overrides."""
        from pulumi_everest.core.paths import with_value
        from pulumi_everest.emit.read_back.emission import Emission

        emission = Emission.of(cluster, self._technology.definition, self._template())
        spec = without_overrides(cluster.spec) if bare else cluster.spec
        one, other = emission.made(spec), emission.made(with_value(spec, path, value))
        return one is None or other is None or not same(one, other)
