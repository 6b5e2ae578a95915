"""The clusters that a field is tried in: what it needs beside it, and nothing else; or all that stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pulumi_everest.core.definitions.samples import PATHS, FieldPath, storage_samples
from pulumi_everest.core.merging import copied, over
from pulumi_everest.model.storage_types import STORAGE_TYPES
from pulumi_everest.testing.probes.attempts import Attempts
from pulumi_everest.testing.probes.bases import Bases
from pulumi_everest.testing.probes.job_probe import BACKUP
from pulumi_everest.testing.probes.outcomes import Made, Refused, Values

_BLOCKS: dict[str, dict[str, Any]] = {
    "backup": {"storages": [{"name": "probe-storage", "type": "s3", "bucket": "probe", "region": "probe-1"}]},
    "monitoring": {"type": "pmm", "serverUrl": "https://pmm.example.org"},
}
_STORAGE_PARTS: dict[str, dict[str, Any]] = {
    "schedules": {"schedules": [{"name": "probe-daily", "cron": "0 0 * * *"}]},
    "pitr": {"pitr": {"enabled": True}},
}
_LISTS = {("storages", "name"), ("schedules", "name")}


class Grounds:
    """The clusters of one topology that fields are tried in. `bases` are asked where no made-up cluster is accepted."""

    def __init__(self, attempts: Attempts, topology: str, values: Values, bases: Bases) -> None:
        self.attempts, self.topology, self.values = attempts, topology, values
        self._examples = bases.of_topology(topology, attempts.technology.definition)

    @cached_property
    def examples(self) -> list[dict[str, Any]]:
        """The bases of this topology that are accepted by this version of the operator."""
        return [spec for spec in self._examples if isinstance(self.attempts.objects(spec), Made)]

    @cached_property
    def ground(self) -> dict[str, Any]:
        """What all clusters have that fields are tried in: of a topology that wants more than its name, an example."""
        plain: dict[str, Any] = {"provider": self.attempts.technology.provider, "topology": {"type": self.topology}}
        needed = {**plain, **{block: copied(_BLOCKS.get(block, {})) for block in self.needed_blocks(("", ""))}}
        made = self.attempts.objects(needed)
        return self.examples[0] if isinstance(made, Refused) and not made.crashed and self.examples else plain

    def bases(self, path: FieldPath) -> Iterator[dict[str, Any]]:
        """Clusters that the field is tried in: a plain one with what the field needs beside it, and a full one."""
        plain: dict[str, Any] = copied(self.ground)
        for block in self.needed_blocks(path):
            plain.setdefault(block, self.block(block))
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
            plain["instances"] = over(plain.get("instances"), {**dict(self.countingwith_field(path[1])), path[1]: {}})
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

    def block(self, name: str) -> dict[str, Any]:
        """A block that a component needs: a made-up one, or that of an example where no cluster is accepted so."""
        made_up: dict[str, Any] = copied(_BLOCKS.get(name, {}))
        if isinstance(self.attempts.objects({**self.ground, name: made_up}), Made):
            return made_up
        return next((copied(spec[name]) for spec in self.examples if spec.get(name)), made_up)

    def with_siblings(self, path: FieldPath, fields: Mapping[FieldPath, list[Any]]) -> Iterator[dict[str, Any]]:
        """A cluster with all other fields beside this one set, as far as they are accepted together."""
        shallow = 3 if path[0] == "instances" else 1
        if len(path) <= shallow or path[:2] == ("backup", "storages"):
            return
        for base in self.bases(path):
            cluster = base
            for sibling, values in fields.items():
                if sibling[:-1] == path[:-1] and sibling != path:
                    tried = (with_field(cluster, sibling, value) for value in values)
                    cluster = next(
                        (entry for entry in tried if isinstance(self.attempts.objects(entry), Made)), cluster
                    )
            if cluster is not base:
                yield cluster
            return

    def countingwith_field(self, component: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Components whose number must be even beside one of this, with such a number."""
        for name, member in self.attempts.technology.definition.topology_components(self.topology).items():
            if member.replicas is not None and component in (member.replicas.odd_with or ()):
                yield name, {"replicas": 4}

    def needed_blocks(self, path: FieldPath) -> Iterator[str]:
        """Blocks without which the field's component cannot be."""
        manifest = self.attempts.plugin.manifest
        members = self.attempts.technology.definition.topology_components(self.topology)
        for name, block in manifest.blocks.items():
            takers = [c for c in members if self.attempts.technology.definition.type_of(c) in block.types]
            if block.needed and any(c == path[1] or not members[c].optional for c in takers if len(path) > 1):
                yield name


def with_field(base: dict[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
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
