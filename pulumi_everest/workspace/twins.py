"""Two clusters, backups or restores of one name and namespace in one input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, finding, located, place_text
from pulumi_everest.workspace.documents import ClusterInput, JobInput


def twins(inputs: Iterable[ClusterInput | JobInput]) -> Iterator[Finding]:
    """A finding for each one that has a name that was there before, with the place of the first."""
    seen: dict[tuple[Any, ...], ClusterInput | JobInput] = {}
    for own in inputs:
        namespace, name = own.key
        if not isinstance(name, str) or isinstance(namespace, Deferred):
            continue
        what, code = (
            ("cluster", "cluster.duplicate") if isinstance(own, ClusterInput) else (own.kind, "backup.duplicate")
        )
        first = seen.setdefault((what, *own.key), own)
        if first is not own:
            path: Path = ("metadata", "name") if own.prefix else ("name",)
            place = first.locate(path, of_value=True)
            where = f", the first at {place_text(place)}" if place is not None else ""
            text = f"there are two {what}s '{name}' in namespace '{namespace}'{where}"
            yield from located([finding(code, path, text)], own.locate, own.subject, own.namespace)
