"""The clusters that are there and can be changed in the form: of files, programs, a running Kubernetes cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pulumi_everest.core.paths import without
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.findings import EverestError, Finding, finding, located, place_text
from pulumi_everest.model.reading import with_own_finalizers, without_server_fields
from pulumi_everest.model.source.documents import Document
from pulumi_everest.model.values.unchecked import as_mapping
from pulumi_everest.review.inputs.paths import Inputs, read_inputs
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.review.options import Options
from pulumi_everest.workspace.plans.plan import Plan
from pulumi_everest.workspace.secrets_in_yaml import secrets_in_yaml
from pulumi_everest.workspace.workspace import Workspace

KIND = "DatabaseCluster"
Data = dict[str, Any]


@dataclass
class Existing:
    """One cluster that is there.

    `id` tells it from others, `origin` says where it comes from, for people. `beside` are the documents of its input
    that it needs: Providers and definitions. `read` gives the cluster as a document; it may raise EverestError.
    """

    id: str
    name: str
    namespace: str
    provider: str
    topology: str | None
    origin: str
    file: str
    read: Callable[[], Data]
    beside: list[Document] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    @cached_property
    def document(self) -> Data:
        """The cluster as a document: apiVersion, kind, metadata, spec. Raises EverestError."""
        return self.read()


@dataclass
class AllExisting:
    """The clusters that are there, and what could not be read."""

    clusters: list[Existing] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources)

    def named(self, cluster: str) -> Existing | None:
        """The cluster with an id."""
        return next((one for one in self.clusters if one.id == cluster), None)


@dataclass(frozen=True)
class Running:
    """The Kubernetes cluster that databases are read from, and which of them: NAMESPACE/NAME, NAMESPACE/, or all."""

    kubeconfig: str | None = None
    context: str | None = None
    names: tuple[str, ...] = ()


def existing(paths: Sequence[str], options: Options, workspace: Workspace, running: Running | None) -> AllExisting:
    """All clusters that the paths name, or that run in a Kubernetes cluster."""
    result = AllExisting()
    if running is not None:
        found = _of_cluster(running, workspace, result)
    elif paths:
        inputs = read_inputs(paths, recursive=options.recursive)
        result.findings += [entry for entry in inputs.findings if entry.code != "source.empty"]
        result.sources.texts.update(inputs.texts)
        found = [*_of_documents(inputs, result), *_of_programs(inputs, options, result)]
    else:
        found = []
    taken: set[str] = set()
    for cluster in found:
        while cluster.id in taken:
            cluster.id += "'"
        taken.add(cluster.id)
        result.clusters.append(cluster)
    return result


def _existing(data: Mapping[str, Any], origin: str, file: str, **more: Any) -> Existing:
    metadata, spec = as_mapping(data.get("metadata")), as_mapping(data.get("spec"))
    name, namespace = str(metadata.get("name", "")), str(metadata.get("namespace") or "default")
    topology = as_mapping(spec.get("topology")).get("type")
    named = topology if isinstance(topology, str) else None
    provider = str(spec.get("provider", ""))
    return Existing(f"{namespace}/{name}", name, namespace, provider, named, origin, file, lambda: dict(data), **more)


def _of_documents(inputs: Inputs, result: AllExisting) -> Iterator[Existing]:
    ours = [document for document in inputs.documents if document.data.get("apiVersion") == API_VERSION]
    beside = [document for document in ours if document.data.get("kind") in ("Provider", "DatabaseClusterDefinition")]
    for document in ours:
        if document.data.get("kind") == KIND:
            secret = located(secrets_in_yaml(document.data), document.place)
            result.findings += secret
            data = without_server_fields(document.data)
            for entry in secret:
                data = without(data, entry.path)
            origin = place_text(document.place(("kind",)))
            yield _existing(with_own_finalizers(data, document.data), origin, document.file, beside=beside)


def _of_programs(inputs: Inputs, options: Options, result: AllExisting) -> Iterator[Existing]:
    if not inputs.programs:
        return
    from pulumi_everest.review.inputs.programs.program_groups import run

    for folder in inputs.programs:
        ran, _ = run(folder, options, result.sources)
        result.findings += [entry for entry in ran.findings if entry.is_error]
        for plan in ran.plans:
            if not isinstance(plan, Plan):
                continue
            lost: list[str] = []
            data = _known({"metadata": plan.cluster.metadata, "spec": plan.cluster.spec}, ran.secrets.are_in, lost)
            document = {"apiVersion": API_VERSION, "kind": KIND, **data}
            notes = (f"not shown, since the program computes it or keeps it secret: {', '.join(lost)}",) if lost else ()
            yield _existing(document, f"program {folder}", f"{folder}/cluster.yaml", notes=notes)


def _known(data: Any, is_secret: Callable[[str], bool], lost: list[str], at: str = "") -> Any:
    """What is known of a program's data and no secret; the paths of the rest go to `lost`."""
    if isinstance(data, Mapping):
        found = {}
        for key, value in data.items():
            path = f"{at}.{key}" if at else str(key)
            if _is_lost(value, is_secret):
                lost.append(path)
            else:
                found[key] = _known(value, is_secret, lost, path)
        return found
    if isinstance(data, list):
        kept = [value for value in data if not _is_lost(value, is_secret)]
        lost += [f"{at}[{index}]" for index, value in enumerate(data) if _is_lost(value, is_secret)]
        return [_known(value, is_secret, lost, f"{at}[{index}]") for index, value in enumerate(kept)]
    return data


def _is_lost(value: Any, is_secret: Callable[[str], bool]) -> bool:
    if isinstance(value, str):
        return is_secret(value)
    return not isinstance(value, (bool, int, float, Mapping, list, type(None)))


def _of_cluster(running: Running, workspace: Workspace, result: AllExisting) -> Iterable[Existing]:
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.review.existing_objects import of_cluster, twins

    try:
        there = of_cluster(workspace, running.names, running.kubeconfig, running.context)
    except LiveError as error:
        result.findings += error.findings
        return
    result.findings += there.findings
    alone, doubled = twins(there)
    result.findings += doubled
    for live in alone:
        yield _running(live, workspace)


def _running(live: Mapping[str, Any], workspace: Workspace) -> Existing:
    from pulumi_everest.adoption.adopt import adopted, plugin_for
    from pulumi_everest.adoption.write import documents

    metadata = as_mapping(live.get("metadata"))
    name, namespace = str(metadata.get("name")), str(metadata.get("namespace") or "default")
    origin = f"{live.get('kind')} of the Kubernetes cluster"
    try:
        provider = plugin_for(workspace, live).definition.name
    except EverestError:
        provider = ""
    return Existing(
        f"{namespace}/{name}", name, namespace, provider, None, origin, f"{name}.yaml",
        lambda: documents([adopted(workspace, live, remarked=False)])[0],
    )  # fmt: skip


def unknown_cluster(cluster: str, known: AllExisting) -> EverestError:
    """There is no cluster with that id."""
    ids = [one.id for one in known.clusters]
    return EverestError([finding("adopt.missing", (), f"there is no cluster '{cluster[:80]}'", allowed=ids)])
