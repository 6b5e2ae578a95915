"""The clusters that fields are tried in beside made-up ones: the plugin's examples, and those that its author names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_everest.core.check_job import JobKind
from pulumi_everest.core.merging import copied, over
from pulumi_everest.core.technology import Definition
from pulumi_everest.model.findings import EverestError, has_errors
from pulumi_everest.model.source.documents import read_file
from pulumi_everest.model.storage_types import storage_fields
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.documents import JOBS
from pulumi_everest.workspace.workspace import shape_for

Base = Mapping[str, Any] | str | Path
"""The spec of a cluster, a whole document, or a file or folder of documents."""

EXPECTED = ".expected.yaml"
SCHEDULE = {"name": "probe-daily", "cron": "0 0 * * *"}


@dataclass
class Bases:
    """Specs of clusters; and those of jobs, each with the spec of its cluster if that is known.

    `chosen` are those of the clusters that are no examples: the author says that fields are to be tried in them.
    """

    clusters: list[dict[str, Any]] = field(default_factory=list)
    chosen: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[tuple[JobKind, dict[str, Any], dict[str, Any] | None]] = field(default_factory=list)

    def of_topology(self, topology: str, definition: Definition) -> list[dict[str, Any]]:
        """The clusters of a topology, the smallest first."""
        found = [spec for spec in self.clusters if _topology(spec, definition) == topology]
        return sorted(found, key=lambda spec: len(json.dumps(spec, default=str)))


def bases_of(plugin: Plugin, more: Iterable[Base] = ()) -> Bases:
    """The bases of a plugin: its folder `examples`, and more, which raise EverestError where they are not readable."""
    bases = Bases()
    folder, examples = plugin.folder / "examples", 0
    for base in [*([folder] if folder.is_dir() else []), *more]:
        if isinstance(base, Mapping):
            _add(bases, [base if "spec" in base else {"kind": "DatabaseCluster", "spec": base}], plugin)
        else:
            for file in _files(Path(base)):
                documents, found = read_file(file, shape_for)
                if has_errors(found) and base != folder:
                    raise EverestError(found)
                _add(bases, [document.data for document in documents if isinstance(document.data, dict)], plugin)
        if base == folder:
            examples = len(bases.clusters)
    bases.chosen = bases.clusters[examples:]
    return bases


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [file for file in sorted(path.glob("*.yaml")) if not file.name.endswith(EXPECTED)]


def _add(bases: Bases, documents: Sequence[Mapping[str, Any]], plugin: Plugin) -> None:
    """The clusters and jobs among the documents of one file; a Provider in it may have any name."""
    clusters: dict[Any, dict[str, Any]] = {}
    for document in documents:
        spec = document.get("spec")
        if document.get("kind") == "DatabaseCluster" and isinstance(spec, dict):
            own = {key: copied(value) for key, value in spec.items() if key not in ("operatorVersion", "provider")}
            clusters[_name(document)] = {"provider": plugin.definition.name, **own}
    bases.clusters += clusters.values()
    for document in documents:
        kind, spec = JOBS.get(str(document.get("kind"))), document.get("spec")
        if kind is not None and isinstance(spec, dict):
            own = {key: copied(value) for key, value in spec.items() if key not in ("cluster", "provider")}
            bases.jobs.append((kind, own, clusters.get(spec.get("cluster"))))


def _name(document: Mapping[str, Any]) -> Any:
    metadata = document.get("metadata")
    return metadata.get("name") if isinstance(metadata, Mapping) else None


def _topology(spec: Mapping[str, Any], definition: Definition) -> str | None:
    named = spec.get("topology")
    if isinstance(named, Mapping) and isinstance(named.get("type"), str):
        return str(named["type"])
    topologies = definition.spec.topologies
    defaults = [name for name, topology in topologies.items() if topology.default or len(topologies) == 1]
    return defaults[0] if defaults else None


def richer(base: Mapping[str, Any], examples: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The cluster with what it may lack for a field to do something: schedules, and what stands in examples."""
    storages = (base.get("backup") or {}).get("storages") or []
    if storages and "schedules" not in storages[0]:
        first = {**copied(storages[0]), "schedules": [dict(SCHEDULE)]}
        yield {**copied(dict(base)), "backup": {**copied(base["backup"]), "storages": [first, *copied(storages[1:])]}}
    for example in examples:
        result = over(copied(dict(example)), copied(dict(base)))
        there = (example.get("backup") or {}).get("storages") or []
        if storages and there:
            first = _storage(there[0], storages[0])
            result["backup"] = {**result["backup"], "storages": [first, *copied(there[1:])]}
        yield result


def _storage(example: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A storage with what that of an example has beside: nothing that only means something for another type."""
    taken = storage_fields(own.get("type"))
    fields = taken.fields if taken is not None else frozenset()
    where = taken.where if taken is not None else ()
    common = {"schedules", "pitr", *(fields - set(where))}
    if taken is not None and taken.has_credentials:
        common.add("credentialsSecret")
    return {**{key: copied(value) for key, value in example.items() if key in common}, **copied(dict(own))}
