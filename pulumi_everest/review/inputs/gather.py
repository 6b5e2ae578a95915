"""From inputs to what the commands show: groups of Kubernetes objects, and findings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.findings import Finding, Place, finding, has_errors, place_text, sort_findings
from pulumi_everest.model.source.collector import collector_paused
from pulumi_everest.model.source.packed import Head, PackedDocuments
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.review.inputs.crd_files import crd_files, schemas
from pulumi_everest.review.inputs.foreign import misspelt
from pulumi_everest.review.inputs.one_by_one import Documents
from pulumi_everest.review.inputs.paths import Inputs
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.review.locks.files import LockFiles, Section, section_of_program, sections_of
from pulumi_everest.review.options import Options
from pulumi_everest.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pulumi_everest.review.clusters import Cluster
    from pulumi_everest.review.inputs.compact_items import Compact
    from pulumi_everest.review.inputs.groups import Group, Item

GROUP = API_VERSION.split("/", maxsplit=1)[0]


@dataclass
class Gathered:
    """All groups and findings of an input. Without errors the groups are complete, with errors they are empty.

    Where no objects were asked for, there are no groups and sections of documents.

    `sources` are the texts that the findings point into, `sections` the clusters as locks would have them.
    """

    groups: list[Group] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    clusters: int = 0
    documents: int = 0
    foreign: int = 0
    """How many of the documents are of other API groups."""
    sources: Sources = field(default_factory=Sources)
    sections: list[Section] = field(default_factory=list)
    has_namesakes: bool = False
    """Whether documents in several namespaces have one kind and name."""
    errors_apart: bool = False
    """Whether errors are those of clusters alone that the groups are without."""
    left_out: list[str] = field(default_factory=list)
    """The clusters that the groups are without since they have errors here, or on the other side of a comparison."""

    @classmethod
    def of(cls, inputs: Inputs) -> Gathered:
        """What is known of an input when it has been read."""
        return cls(findings=list(inputs.findings), documents=len(inputs.documents), sources=Sources(dict(inputs.texts)))

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
        return has_errors(self.findings)

    @property
    def is_comparable(self) -> bool:
        """Whether the groups are what can be compared, be it without clusters that have errors."""
        return self.errors_apart or not self.has_errors


def gather(
    inputs: Inputs,
    options: Options,
    *,
    objects: bool = True,
    keep: Compact | None = None,
    plugins: Plugins | None = None,
    going_on: Callable[[], None] | None = None,
) -> Gathered:
    """Check everything and make the objects. Without `objects` nothing is asked that only making them needs.

    With `keep` the clusters of documents are gone through one by one, and of the group of each stays what it gives.
    Whoever has the `plugins` of the options at hand gives them, so that they are not read again for documents.
    `going_on` is called while objects of documents are explained, and may raise what ends that.
    """
    gathered = Gathered.of(inputs)
    with crd_files(options.crds, gathered.findings) as files:
        options = replace(options, crds=files)
        if inputs.documents or not inputs.programs:
            known = plugins if plugins is not None else Plugins(options.plugins)
            with collector_paused():
                if isinstance(inputs.documents, PackedDocuments) and (keep is not None or not objects):
                    _gather_one_by_one(inputs.documents, inputs.texts, options, gathered, known, keep)
                else:
                    _gather_documents(inputs, options, gathered, known, objects=objects, going_on=going_on or _always)
        for folder in inputs.programs:
            if options.all_stacks:
                _gather_stacks(folder, options, gathered, objects=objects, alone=len(inputs.programs) == 1)
            else:
                _gather_program(folder, options, gathered, objects=objects)
    return all_checked(gathered, options)


def all_checked(gathered: Gathered, options: Options) -> Gathered:
    """An input of which all is there: with what is to be said of all objects, without groups if it has errors."""
    doubled = list(_twins(gathered.items))
    gathered.findings += doubled
    gathered.errors_apart = gathered.errors_apart and not doubled
    if not (gathered.is_comparable or options.keep_sound):
        gathered.groups = []
    gathered.findings = sort_findings(gathered.findings)
    return gathered


# Documents


def _always() -> None:
    """Nobody wants it to end."""


def _gather_documents(
    inputs: Inputs,
    options: Options,
    gathered: Gathered,
    plugins: Plugins,
    *,
    objects: bool,
    going_on: Callable[[], None],
) -> None:
    crds = schemas(options.crds, gathered.findings)
    workspace = Workspace(
        plugins,
        inputs.documents,
        reconcile_by=options.reconcile_by,
        crds=crds,
        remarks=not options.is_past,
        memory=options.memory,
    )
    gathered.foreign += len(workspace.foreign)
    gathered.findings += [entry for document in workspace.foreign for entry in misspelt(document)]
    _count([Head.of(document.data) for document in inputs.documents], gathered)
    locks = LockFiles(options)
    locks.apply(workspace.clusters)
    planned = workspace.plan(partial=options.keep_sound, objects=objects, spread=options.spread)
    found = [*planned.findings, *locks.findings]
    if not objects:
        gathered.findings += [entry for entry in found if entry.code != "provider.no-plugin"]
        return
    from pulumi_everest.review.inputs.document_groups import groups_of

    gathered.findings += found
    gathered.sections += sections_of(planned.clusters, inputs.folders)
    gathered.groups += groups_of(workspace, planned, inputs.texts, going_on)


def _gather_one_by_one(
    packed: PackedDocuments,
    texts: Mapping[str, str],
    options: Options,
    gathered: Gathered,
    plugins: Plugins,
    keep: Compact | None,
) -> None:
    documents = Documents(packed, options, plugins, schemas(options.crds, gathered.findings))
    about_all(documents, packed, gathered)
    groups = documents.gone_through(keep)
    if keep is None:
        found = [*documents.workspace.finished().findings, *documents.of_locks]
        gathered.findings += [entry for entry in found if entry.code != "provider.no-plugin"]
    else:
        add_groups(documents, gathered, groups, texts)


def add_groups(
    documents: Documents,
    gathered: Gathered,
    groups: Sequence[Group],
    texts: Mapping[str, str],
    *,
    apart: bool = False,
) -> None:
    """Add all that documents become when their clusters have been gone through.

    `groups` are those of clusters, which count where nothing is wrong with any of them; with `apart` they are without
    those that have errors, and count where these are the only ones.
    """
    planned = documents.workspace.finished(apart=apart)
    others = [*gathered.findings, *documents.of_locks]
    gathered.findings += [*planned.findings, *documents.of_locks]
    wrong = has_errors(planned.findings)
    if apart and wrong and planned.of_clusters_alone and not has_errors(others):
        gathered.errors_apart, wrong = True, False
    gathered.groups += documents.groups_around([] if wrong else groups, planned, texts)


def about_all(documents: Documents, packed: PackedDocuments, gathered: Gathered) -> None:
    """What is known of documents before the first of them is planned."""
    gathered.foreign += len(documents.workspace.foreign)
    gathered.findings += documents.of_foreign()
    _count([packed.packed(number).head for number in range(len(packed))], gathered)


def _count(heads: Sequence[Head], gathered: Gathered) -> None:
    """How many documents are clusters, of whatever version, and whether their names alone tell them apart."""
    ours = [head for head in heads if (head.api_version or "").partition("/")[0] == GROUP]
    gathered.clusters += sum(1 for head in ours if head.kind == "DatabaseCluster")
    known = {(head.kind, head.name, head.namespace or "default") for head in ours if head.name is not None}
    gathered.has_namesakes |= len(known) > len({(kind, name) for kind, name, _ in known})


# Programs


def _gather_program(folder: Path, options: Options, gathered: Gathered, *, objects: bool) -> None:
    try:
        from pulumi_everest.review.inputs.programs.program_explained import explain
        from pulumi_everest.review.inputs.programs.program_groups import run
        from pulumi_everest.review.inputs.programs.python_places import placed
        from pulumi_everest.review.inputs.programs.yaml_places import placed_in_yaml
    except ModuleNotFoundError as error:
        gathered.findings.append(_without_pulumi(folder, error))
        return
    result, groups = run(folder, options, gathered.sources)
    explain(groups, result, gathered.sources)
    gathered.sections.append(section_of_program(result, folder))
    found = [*result.findings, *(result.unknown() if objects else [])]
    gathered.findings += [placed_in_yaml(placed(entry, gathered.sources), gathered.sources) for entry in found]
    gathered.clusters += result.clusters
    gathered.groups += groups
    if options.debug and result.error is not None:
        import traceback

        traceback.print_exception(result.error, file=sys.stderr)


def _gather_stacks(folder: Path, options: Options, gathered: Gathered, *, objects: bool, alone: bool) -> None:
    """The program of a folder once for each stack that has a file with config; once where none has.

    What is of a stack is called after it, and after the folder too unless that is `alone`.
    """
    from pulumi_everest.program.project import stacks_of
    from pulumi_everest.review.inputs.programs.stacks import of_stack

    stacks: list[str | None] = [*stacks_of(folder)]
    for stack in stacks or [options.stack]:
        own = Gathered(sources=gathered.sources)
        _gather_program(folder, replace(options, stack=stack), own, objects=objects)
        label = ":".join(part for part in ("" if alone else folder.resolve().name, stack or "") if part)
        gathered.findings += of_stack(own.groups, own.findings, label) if label else own.findings
        gathered.groups += own.groups
        gathered.sections += own.sections
        gathered.clusters += own.clusters


def _without_pulumi(folder: Path, error: ModuleNotFoundError) -> Finding:
    """What to say where this package was installed for YAML alone. Raises the error where that is not why."""
    package = _FOR_PROGRAMS.get(str(error.name).partition(".")[0])
    if package is None:
        raise error
    text = f"{folder} is a program, and to run it needs the package {package}, which is not installed"
    hint = f"pip install {package}; without it YAML alone can be read (docs/install.md)"
    return finding("program.project", (), text, hint=hint, place=Place(str(folder)))


_FOR_PROGRAMS = {"pulumi": "pulumi", "pulumi_kubernetes": "pulumi-kubernetes", "grpc": "grpcio", "google": "protobuf"}
"""Packages that only programs need, by the module that they bring."""


# All


def _twins(items: Sequence[Item]) -> Iterable[Finding]:
    """Objects that are there twice, from two inputs or from one."""
    seen: dict[tuple[str, ...], Item] = {}
    for item in items:
        if not item.is_named:
            continue
        other = seen.setdefault((item.kubernetes, *item.key), item)
        if other is item:
            continue
        namespace = f" in namespace '{item.key[2]}'" if item.key[2] else ""
        text = f"there are two objects {item.key[1]} '{item.key[3]}'{namespace}"
        if other.place is not None:
            text += f", the first from {place_text(other.place)}"
        yield finding("emit.duplicate", ("metadata", "name"), text, subject=item.title, place=item.place)
