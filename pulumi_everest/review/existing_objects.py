"""The operator objects that `everest adopt` reads: from files, from standard input, from a running cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.adoption.adopt import main_kinds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.model.findings import Finding, did_you_mean, finding
from pulumi_everest.model.similar_names import Names
from pulumi_everest.review.inputs.paths import Inputs, read_inputs
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.workspace.workspace import Workspace


@dataclass
class Existing:
    """Main objects of operators; `others` says what else was read, for people."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources)
    others: str = ""


def of_files(workspace: Workspace, paths: Sequence[str], *, recursive: bool = False) -> Existing:
    """The objects of files and of Lists in them. None at all is a finding."""
    inputs = read_inputs(paths, recursive=recursive)
    existing = Existing(findings=[*inputs.findings], sources=Sources(inputs.texts))
    kinds = {kind for plugin in workspace.plugins.all() for kind in main_kinds(workspace, plugin)}
    others: Counter[str] = Counter()
    for data in _objects(inputs):
        kind = (str(data.get("apiVersion")), str(data.get("kind")))
        if kind in kinds:
            metadata = {"namespace": "default", **(data.get("metadata") or {})}
            existing.objects.append({**data, "metadata": metadata})
        else:
            others[kind[1]] += 1
    existing.others = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
    if not existing.objects and not existing.findings:
        existing.findings.append(_nothing(workspace, f"found {existing.others}" if others else None))
    return existing


def _objects(inputs: Inputs) -> Iterator[dict[str, Any]]:
    for document in inputs.documents:
        items = document.data.get("items")
        if str(document.data.get("kind")).endswith("List") and isinstance(items, list):
            yield from (item for item in items if isinstance(item, dict))
        else:
            yield document.data


def of_cluster(workspace: Workspace, names: Sequence[str], kubeconfig: str | None, context: str | None) -> Existing:
    """The objects of a cluster, all or those named. Raises LiveError."""
    live = LiveCluster(kubeconfig, context)
    there: list[dict[str, Any]] = []
    for plugin in workspace.plugins.all():
        for version, kind in main_kinds(workspace, plugin)[:1]:
            there += live.list(version, kind)
    existing = Existing()
    if not names:
        existing.objects = there
        if not there:
            existing.findings.append(_nothing(workspace, None))
        return existing
    by_name: dict[str, list[dict[str, Any]]] = {}
    for entry in there:
        by_name.setdefault(_name(entry), []).append(entry)
    known = Names(by_name)
    wanted: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        matching = meant_by(name, by_name)
        wanted |= {key: by_name[key] for key in matching}
        if not matching:
            text = f"the cluster has no database '{name}'"
            hint = did_you_mean(name, known)
            existing.findings.append(finding("adopt.missing", (), text, allowed=sorted(by_name), hint=hint))
    existing.objects = [entry for found in wanted.values() for entry in found]
    return existing


def _name(entry: Mapping[str, Any]) -> str:
    metadata = entry["metadata"]
    return f"{metadata.get('namespace', 'default')}/{metadata.get('name')}"


def meant_by(wanted: str, known: Collection[str]) -> list[str]:
    """The known names, each ``namespace/name``, that are meant: one, or with ``namespace/`` all of a namespace."""
    if wanted in known:
        return [wanted]
    return [name for name in known if name.startswith(wanted)] if wanted.endswith("/") else []


def _nothing(workspace: Workspace, hint: str | None) -> Finding:
    kinds = [" ".join(kinds[0]) for plugin in workspace.plugins.all() if (kinds := main_kinds(workspace, plugin))]
    return finding("adopt.missing", (), "there is no object of an operator", allowed=kinds, hint=hint)


def twins(existing: Existing) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The objects that are alone under their name and namespace; and findings about the others.

    Two clusters of a program may not have one, and which of two objects is meant nobody but the user knows.
    """
    by_name: dict[str, list[dict[str, Any]]] = {}
    for entry in existing.objects:
        by_name.setdefault(_name(entry), []).append(entry)
    found = []
    for name, entries in by_name.items():
        for entry in entries[1:]:
            first, kind = entries[0].get("kind"), entry.get("kind")
            text = f"there are two databases '{name}', a {first} and a {kind}"
            hint = "adopt them one by one, into programs of their own"
            path = ("metadata", "name")
            found.append(finding("cluster.duplicate", path, text, hint=hint, subject=f"{kind} {name}"))
    return [entries[0] for entries in by_name.values() if len(entries) == 1], found
