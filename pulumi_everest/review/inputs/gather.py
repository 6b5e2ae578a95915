"""From inputs to what the commands show: groups of Kubernetes objects, and findings."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.findings import Finding, finding, located, sort_findings
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.inputs.crd_files import crd_files, schemas
from pulumi_everest.review.inputs.foreign import misspelt, written_text
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.review.inputs.paths import Inputs
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.review.locks.files import LockFiles, Section, section_of_program, sections_of
from pulumi_everest.review.options import Options
from pulumi_everest.workspace.workspace import JobPlan, Plan, Workspace

GROUP = API_VERSION.split("/", maxsplit=1)[0]


@dataclass
class Gathered:
    """All groups and findings of an input. Without errors the groups are complete, with errors they are empty.

    `sources` are the texts that the findings point into, `sections` the clusters as locks would have them.
    """

    groups: list[Group] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    clusters: int = 0
    documents: int = 0
    sources: Sources = field(default_factory=Sources)
    sections: list[Section] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        """All objects, in order."""
        return [item for group in self.groups for item in group.items]

    @property
    def known_clusters(self) -> list[Cluster]:
        """The clusters as they can be compared."""
        return [group.cluster for group in self.groups if group.cluster is not None]

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(entry.is_error for entry in self.findings)


def gather(inputs: Inputs, options: Options, *, objects: bool = True) -> Gathered:
    """Check everything and make the objects. Without `objects` nothing is asked that only making them needs."""
    gathered = Gathered(
        findings=list(inputs.findings), documents=len(inputs.documents), sources=Sources(dict(inputs.texts))
    )
    with crd_files(options.crds, gathered.findings) as files:
        options = replace(options, crds=files)
        if inputs.documents or not inputs.programs:
            _gather_documents(inputs, options, gathered, objects=objects)
        for folder in inputs.programs:
            _gather_program(folder, options, gathered, objects=objects)
    if objects:
        gathered.findings += _twins(gathered.items)
    if gathered.has_errors:
        gathered.groups = []
    gathered.findings = sort_findings(gathered.findings)
    return gathered


# Documents


def _gather_documents(inputs: Inputs, options: Options, gathered: Gathered, *, objects: bool) -> None:
    crds = schemas(options.crds, gathered.findings)
    workspace = Workspace(Plugins(options.plugins), inputs.documents, reconcile_by=options.reconcile_by, crds=crds)
    gathered.findings += [entry for document in workspace.foreign for entry in misspelt(document)]
    gathered.clusters += sum(1 for d in inputs.documents if _is_ours(d) and d.data.get("kind") == "DatabaseCluster")
    locks = LockFiles(options)
    locks.apply(workspace.clusters)
    planned = workspace.plan()
    plans, found = planned.clusters, [*planned.findings, *locks.findings]
    gathered.sections += sections_of(plans, inputs.folders)
    if not objects:
        found = [entry for entry in found if entry.code != "provider.no-plugin"]
    gathered.findings += found
    foreign = [Item(d.data, d.place(()), written_text(d, inputs.texts.get(d.file, ""))) for d in workspace.foreign]
    if foreign:
        gathered.groups.append(Group("other", "passed on", items=foreign))
    gathered.groups += _provider_groups(workspace, plans)
    gathered.groups += [_cluster_group(plan) for plan in plans]
    gathered.groups += [_job_group(plan) for plan in planned.jobs]


def _is_ours(document: Document) -> bool:
    return str(document.data.get("apiVersion", "")).partition("/")[0] == GROUP


def _provider_groups(workspace: Workspace, plans: Sequence[Plan]) -> Iterable[Group]:
    """What Providers become for a controller: those of the input, and those that its clusters name."""
    names = dict.fromkeys([*workspace.providers, *(plan.setup.technology.provider for plan in plans)])
    seen: list[dict[str, Any]] = []
    for name in names:
        group = Group("provider", name)
        for emitted in workspace.provider_objects(name):
            # Providers of one definition share it.
            if emitted.manifest not in seen:
                seen.append(emitted.manifest)
                group.items.append(Item(emitted.manifest))
        if group.items:
            yield group


def _cluster_group(plan: Plan) -> Group:
    metadata, spec = plan.cluster.metadata, plan.resolved.spec
    about = {
        "namespace": str(metadata.get("namespace")),
        "provider": plan.setup.technology.provider,
        "topology": str(spec["topology"]["type"]),
    }
    place = plan.cluster.locate(("metadata", "name"))
    main = next((o.manifest for o in plan.objects if o.main), {})
    title = Item(main).title
    items = [Item(o.manifest, place, main=o.main, after=title if o.when_ready else None) for o in plan.objects]
    return Group("cluster", str(metadata.get("name")), about, items, _known_cluster(plan, main))


def _known_cluster(plan: Plan, main: dict[str, Any]) -> Cluster:
    """The cluster of a document, to be compared."""
    cluster, technology = plan.cluster, plan.setup.technology

    def shown(entry: Finding) -> Finding:
        in_metadata = entry.path[:1] in (("name",), ("namespace",), ("labels",), ("annotations",))
        return located([entry.at(("metadata",) if in_metadata else ("spec",))], cluster.locate)[0]

    snapshot = Snapshot.of(plan.resolved, technology, main, {})
    return Cluster(snapshot, technology, snapshot.name, cluster.subject, shown, in_document=True)


def _job_group(plan: JobPlan) -> Group:
    metadata, spec = plan.input.metadata, plan.job.spec
    about = {
        "namespace": str(metadata.get("namespace")),
        "cluster": str(spec.get("cluster")),
        "provider": plan.setup.technology.provider,
    }
    place = plan.input.locate(("metadata", "name"))
    items = [Item(emitted.manifest, place) for emitted in plan.objects]
    return Group(plan.input.kind, str(metadata.get("name")), about, items)


# Programs


def _gather_program(folder: Path, options: Options, gathered: Gathered, *, objects: bool) -> None:
    from pulumi_everest.review.inputs.programs import run
    from pulumi_everest.review.inputs.python_places import placed

    result, groups = run(folder, options, gathered.sources)
    gathered.sections.append(section_of_program(result, folder))
    found = [*result.findings, *(result.unknown() if objects else [])]
    gathered.findings += [placed(entry, gathered.sources) for entry in found]
    gathered.clusters += result.clusters
    gathered.groups += groups
    if options.debug and result.error is not None:
        traceback.print_exception(result.error, file=sys.stderr)


# All


def _twins(items: Sequence[Item]) -> Iterable[Finding]:
    """Objects that are there twice, from two inputs or from one."""
    seen: dict[tuple[str, str, str, str], Item] = {}
    for item in items:
        if not item.key[3] or item.key[3] == "<unknown>":
            continue
        other = seen.setdefault(item.key, item)
        if other is item:
            continue
        namespace = f" in namespace '{item.key[2]}'" if item.key[2] else ""
        text = f"there are two objects {item.key[1]} '{item.key[3]}'{namespace}"
        if other.place is not None:
            where = other.place.file if other.place.line is None else f"{other.place.file}:{other.place.line}"
            text += f", the first from {where}"
        yield finding("emit.duplicate", ("metadata", "name"), text, subject=item.title, place=item.place)
