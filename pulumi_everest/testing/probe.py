"""The probing of one topology of a plugin: each field is changed in clusters that it can be part of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pulumi_everest.core.definitions.samples import PATHS, FieldPath, instance_values, spec_values, storage_samples
from pulumi_everest.core.merging import copied, over
from pulumi_everest.core.resolve import resolve
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import emit
from pulumi_everest.model.findings import EverestError, path_text
from pulumi_everest.model.storage_types import STORAGE_TYPES
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.job_probe import BACKUP, filled_objects
from pulumi_everest.testing.outcomes import (
    FINE,
    MARK,
    Made,
    Manifests,
    Probe,
    Refused,
    Values,
    Variation,
    checked,
    emptied,
    errors,
)
from pulumi_everest.testing.schema_samples import fitting_patch
from pulumi_everest.workspace.setup import Setup

METADATA = {"name": "probe", "namespace": "probes"}


class TopologyProbe:
    """The probes of one topology with one operator version.

    With `crds` every object must pass its schema; `values` are tried instead of made-up ones, by field path.
    """

    def __init__(
        self,
        plugin: Plugin,
        technology: Technology,
        topology: str,
        operator: str,
        crds: Crds | None,
        values: Values,
    ) -> None:
        self.plugin, self.technology, self.topology, self.operator = plugin, technology, topology, operator
        self.crds, self.values = crds, values
        self.fields = dict(self.all_fields())
        self._seen: dict[str, Made | Refused] = {}
        self._filled: dict[str, Any] = {}

    def all_fields(self) -> Iterator[tuple[FieldPath, list[Any]]]:
        """Every field with the values to try."""
        for component in self.technology.definition.topology_components(self.topology):
            for path, values in instance_values(self.technology, component, self.operator):
                yield ("instances", component, *path), list(self.values.get(".".join(path), values))
        for path, values in spec_values(self.technology, self.topology):
            yield path, list(self.values.get(".".join(path), values))

    def run(self) -> Iterator[Probe]:
        """Probe every field."""
        for path, values in self.fields.items():
            yield self.try_field(path, values)

    def try_field(self, path: FieldPath, values: list[Any]) -> Probe:
        """What becomes of a field in every base that it can be part of."""
        outcomes: list[str] = []
        variations: list[Variation] = []
        for base in [*self.bases(path), *self.with_siblings(path)]:
            outcome = self.outcome(base, path, values)
            if isinstance(outcome, Variation):
                variations.append(outcome)
                outcomes.append("effect")
            elif outcome is not None:
                outcomes.append(outcome)
        failed = [outcome for outcome in outcomes if outcome not in FINE]
        if not outcomes:
            failed = ["could not be probed: no cluster of the topology is accepted with or without it"]
        result = (
            failed[0] if failed else next((fine for fine in ("effect", "only value") if fine in outcomes), "refused")
        )
        return Probe(self.operator, self.topology, ".".join(path), result, variations)

    def bases(self, path: FieldPath) -> Iterator[dict[str, Any]]:
        """Clusters that the field is tried in: a plain one with what the field needs beside it, and a full one."""
        plain: dict[str, Any] = {"provider": self.technology.provider, "topology": {"type": self.topology}}
        for block in self.needed_blocks(path):
            plain[block] = copied(_BLOCKS.get(block, {}))
        if path[:2] == ("backup", "storages"):
            for storage in storage_samples("probe-storage"):
                taken = STORAGE_TYPES[storage["type"]]
                if "region" in taken.fields:
                    storage["region"] = "probe-region"
                if taken.has_credentials:
                    storage["credentialsSecret"] = "probe-credentials"
                if path[2] in ("schedules", "pitr"):
                    storage.update(copied(_STORAGE_PARTS[path[2]]))
                yield {**plain, "backup": {"storages": [storage]}}
            return
        if path[0] == "instances":
            plain["instances"] = {**dict(self.counting_with(path[1])), path[1]: {}}
        if path[0] == "monitoring":
            plain["monitoring"] = copied(_BLOCKS["monitoring"])
        if path[0] == "dataSource":
            for backup in (_BLOCKS["backup"], BACKUP):
                yield {**plain, "dataSource": {"backup": "probe-backup"}, "backup": copied(backup)}
                for where in self.values.get("dataSource.path") or PATHS:
                    source = {"storage": "probe-storage", "path": where}
                    yield {**plain, "dataSource": source, "backup": copied(backup)}
            return
        if path[:2] == ("tls", "issuer"):
            plain["tls"] = {"issuer": {"name": "probe-issuer"}}
        yield plain
        if path[0] == "instances" and path[2:3] == ("expose",):
            for kind in ("ClusterIP", "NodePort", "LoadBalancer"):
                yield over(plain, {"instances": {path[1]: {"expose": {"type": kind}}}})

    def with_siblings(self, path: FieldPath) -> Iterator[dict[str, Any]]:
        """A cluster with all other fields beside this one set, as far as they are accepted together."""
        shallow = 3 if path[0] == "instances" else 1
        if len(path) <= shallow or path[:2] == ("backup", "storages"):
            return
        for base in self.bases(path):
            cluster = base
            for sibling, values in self.fields.items():
                if sibling[:-1] == path[:-1] and sibling != path:
                    tried = (_with(cluster, sibling, value) for value in values)
                    cluster = next((entry for entry in tried if isinstance(self.objects(entry), Made)), cluster)
            if cluster is not base:
                yield cluster
            return

    def counting_with(self, component: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Components whose number must be even beside one of this, with such a number."""
        for name, member in self.technology.definition.topology_components(self.topology).items():
            if member.replicas is not None and component in (member.replicas.odd_with or ()):
                yield name, {"replicas": 4}

    def needed_blocks(self, path: FieldPath) -> Iterator[str]:
        """Blocks without which the field's component cannot be."""
        manifest = self.plugin.manifest
        members = self.technology.definition.topology_components(self.topology)
        for name, block in manifest.blocks.items():
            takers = [c for c in members if self.technology.definition.type_of(c) in block.types]
            if block.needed and any(c == path[1] or not members[c].optional for c in takers if len(path) > 1):
                yield name

    def outcome(self, base: dict[str, Any], path: FieldPath, values: list[Any]) -> Variation | str | None:
        """What the field does in one cluster; None where the cluster itself is refused without the field."""
        before = self.objects(base)
        if isinstance(before, Refused) and not before.crashed:
            before = self.objects(_completed(base, path))
        if isinstance(before, Refused):
            return f"without it: {before.text}" if before.crashed else None
        if path[-1] == "overrides" and self.crds is not None:
            values = self.fitting_overrides(base, path)
        if not values:
            return "there is no value to try; give some with values="
        accepted = refused = False
        filled = self.filled(base, path)
        others = [value for value in values if value != filled and path not in _ONE_VALUE]
        for value in others:
            spec = _with(base, path, value)
            after = self.objects(spec)
            if isinstance(after, Refused):
                refused = True
                if after.crashed:
                    return f"with {value!r}: {after.text}"
                continue
            if after.text != before.text:
                empty = next(emptied(before.manifests, after.manifests), None)
                if empty is not None:
                    where = path_text(empty[1:])
                    return f"an empty mapping is left at {where} without it, which a server takes for null: write '?'"
                return Variation(".".join(path), value, spec, before.manifests, after.manifests)
            accepted = True
        if accepted:
            return f"accepted without an effect (tried {', '.join(map(repr, others[:4]))})"
        if not others:
            return "refused" if isinstance(self.objects(_with(base, path, values[0])), Refused) else "only value"
        return "refused" if refused else None

    def fitting_overrides(self, base: dict[str, Any], path: FieldPath) -> list[Any]:
        """Patches that the operator's schema takes where the overrides land; the made-up one where they are refused."""
        assert self.crds is not None
        made = self.emitted(_with(base, path, MARK))
        if isinstance(made, Refused):
            return [MARK]
        return fitting_patch(made, MARK, self.crds)

    def filled(self, spec: dict[str, Any], path: FieldPath) -> Any:
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

    def objects(self, spec: dict[str, Any]) -> Made | Refused:
        """The emitted objects, as their schemas want them, or what was refused. Many fields are tried in one base."""
        key = json.dumps(spec)
        if key not in self._seen:
            self._seen[key] = self._objects(spec)
        return self._seen[key]

    def _objects(self, spec: dict[str, Any]) -> Made | Refused:
        emitted = self.emitted(spec)
        return emitted if isinstance(emitted, Refused) else checked(emitted, self.crds)

    def emitted(self, spec: dict[str, Any]) -> Manifests | Refused:
        """The emitted objects, whatever their schemas say."""
        spec = over({"operatorVersion": self.operator}, spec)
        resolved, found = check_cluster(METADATA, spec, self.technology)
        wrong = errors(found)
        if resolved is None or wrong:
            return Refused(wrong)
        try:
            filling, wrong = filled_objects(resolved, Setup(self.technology, self.plugin))
            if wrong:
                return Refused(wrong)
            return [entry.manifest for entry in [*emit(resolved, self.plugin.template), *filling]]
        except EverestError as error:
            return Refused([f"{f.code}: {f.message}" for f in error.findings], crashed=True)


_BLOCKS: dict[str, dict[str, Any]] = {
    "backup": {"storages": [{"name": "probe-storage", "type": "s3", "bucket": "probe", "region": "probe-1"}]},
    "monitoring": {"type": "pmm", "serverUrl": "https://pmm.example.org"},
}
_STORAGE_PARTS: dict[str, dict[str, Any]] = {
    "schedules": {"schedules": [{"name": "probe-daily", "cron": "0 0 * * *"}]},
    "pitr": {"pitr": {"enabled": True}},
}


def _with(base: dict[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
    """A copy of the cluster with the field set; in lists, of their first item."""
    result: dict[str, Any] = copied(base)
    node: Any = result
    for index, key in enumerate(path[:-1]):
        following = path[index + 1]
        below = node.get(key)
        if below is None:
            below = [{}] if (key, following) in _LISTS else {}
            node[key] = below
        node = below[0] if isinstance(below, list) else below
    node[path[-1]] = copied(value)
    return result


_ONE_VALUE = {("monitoring", "type")}
"""Fields that exist so that there can be other values one day."""
_BARE = ("provider", "topology", "instances")
_LISTS = {("storages", "name"), ("schedules", "name")}


def _completed(base: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """The cluster without the part that only holds the field, for a comparison."""
    return {key: value for key, value in base.items() if path[0] == "instances" or key in _BARE}
