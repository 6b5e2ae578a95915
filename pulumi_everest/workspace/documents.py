"""The documents of an input, read: definitions, Providers, clusters and jobs, with what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.check_job import JobKind
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Definition
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.cluster import DatabaseCluster
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, Locate, Place, finding, located, nowhere, place_text, unknown
from pulumi_everest.model.reading import (
    meant,
    plain,
    read_leniently,
    set_aside,
    with_own_finalizers,
    without_server_fields,
)
from pulumi_everest.model.shapes import ANY, Shape, shape_of
from pulumi_everest.model.source.documents import Document
from pulumi_everest.model.source.packed import PackedDocuments
from pulumi_everest.plugins.mixed_files import mixed_definition
from pulumi_everest.workspace.secrets_in_yaml import secrets_in_yaml

if TYPE_CHECKING:
    from pydantic import BaseModel

    from pulumi_everest.model.lock import Lock

DEFINITION = "DatabaseClusterDefinition"
KINDS = (DEFINITION, "Provider", "DatabaseCluster", "DatabaseBackup", "DatabaseRestore", "DatabaseUpgrade")
JOBS: Mapping[str, JobKind] = {
    "DatabaseBackup": "backup",
    "DatabaseRestore": "restore",
    "DatabaseUpgrade": "upgrade",
}
"""The kinds of documents that are jobs, with what jobs are called elsewhere."""


def _model_of(kind: str) -> type[BaseModel]:
    """The model of one of the kinds. Those that most inputs have none of are imported when there is one."""
    if kind == "DatabaseCluster":
        return DatabaseCluster
    if kind == DEFINITION:
        return DatabaseClusterDefinition
    if kind == "Provider":
        from pulumi_everest.model.provider import Provider

        return Provider
    from pulumi_everest.model.job import DatabaseBackup, DatabaseRestore, DatabaseUpgrade

    jobs: dict[str, type[BaseModel]] = {"DatabaseBackup": DatabaseBackup, "DatabaseUpgrade": DatabaseUpgrade}
    return jobs.get(kind, DatabaseRestore)


def shape_for(api_version: str | None, kind: str | None) -> Shape:
    """The shape of a document, for the reader; anything for other API groups."""
    if api_version is not None and api_version.split("/")[0] == API_VERSION.split("/")[0] and kind in KINDS:
        return shape_of(_model_of(kind))
    return ANY


@dataclass
class ProviderInput:
    """A Provider of the input: its name and a spec that has passed its model.

    One that `is_resource` of a program says itself what is wrong with it, so its clusters do not.
    """

    name: str
    spec: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    locate: Locate = nowhere
    is_resource: bool = False


@dataclass
class ClusterInput:
    """A cluster of the input, whose metadata and spec have passed their models.

    `prefix` is where the spec stands in what the user wrote: ``("spec",)`` in YAML, nothing in a program. `lock` is
    what a lock file says of it, where there is one.
    """

    metadata: dict[str, Any]
    spec: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Any] = field(default_factory=dict)
    prefix: Path = ()
    subject: str = ""
    locate: Locate = nowhere
    document: Document | None = None
    lock: Lock | None = None

    @property
    def key(self) -> tuple[Any, Any]:
        """Namespace and name."""
        return (self.metadata.get("namespace"), self.metadata.get("name"))

    @property
    def namespace(self) -> str | None:
        """Its namespace, where it is told apart by that."""
        return _own_namespace(self.metadata, self.prefix)

    def of_twin(self, document: Document) -> ClusterInput:
        """The same cluster, as another document with the same data has it."""
        return replace(self, subject=_subject(document), locate=document.place, document=document)


@dataclass
class JobInput:
    """A backup or restore of the input, whose metadata and spec have passed their models.

    `cluster` is the cluster itself where a program passed it; else it is looked up by its name.
    """

    kind: JobKind
    metadata: dict[str, Any]
    spec: dict[str, Any]
    prefix: Path = ()
    subject: str = ""
    locate: Locate = nowhere
    cluster: ClusterInput | None = None

    @property
    def key(self) -> tuple[Any, Any]:
        """Namespace and name."""
        return (self.metadata.get("namespace"), self.metadata.get("name"))

    @property
    def namespace(self) -> str | None:
        """Its namespace, where it is told apart by that."""
        return _own_namespace(self.metadata, self.prefix)


@dataclass
class ReadDefinition:
    """A definition of the input. `broken` are the places that did not pass its model and were set aside."""

    definition: Definition
    document: Document
    broken: tuple[Path, ...]


class Documents:
    """What the documents of an input hold. Twins and documents that nothing can be read from are findings.

    With `clusters_later` packed documents of clusters are not looked into: `later` has their numbers, for `cluster_of`.
    """

    def __init__(self, documents: Sequence[Document], *, clusters_later: bool = False) -> None:
        self.findings: list[Finding] = []
        self.definitions: dict[str, ReadDefinition] = {}
        self.unreadable: set[str] = set()
        """Names of definitions that are there, but of which nothing could be read."""
        self.providers: dict[str, ProviderInput] = {}
        self.clusters: list[ClusterInput] = []
        self.jobs: list[JobInput] = []
        self.foreign: list[Document] = []
        """Documents of other API groups."""
        self.later: list[int] = []
        packed = documents if clusters_later and isinstance(documents, PackedDocuments) else None
        for number in range(len(documents)):
            if packed is not None and packed.packed(number).head[:2] == (API_VERSION, "DatabaseCluster"):
                self.later.append(number)
            else:
                self._add_document(documents[number])

    def add_definitions(self, documents: Iterable[Document]) -> list[Finding]:
        """Take these documents, too, which are definitions and nothing else. Gives what is wrong with them."""
        before = len(self.findings)
        for document in documents:
            kind = document.data.get("kind")
            if document.data.get("apiVersion") == API_VERSION and kind in KINDS and kind != DEFINITION:
                text = f"a file of definitions has no {kind}; make a resource of it in the program"
                self._found([finding("source.kind", ("kind",), text, allowed=[DEFINITION])], document)
            else:
                self._add_document(document)
        found = self.findings[before:]
        del self.findings[before:]
        return found

    def _add_document(self, document: Document) -> None:
        version, kind = document.data.get("apiVersion"), document.data.get("kind")
        group = str(API_VERSION.split("/")[0])
        if not isinstance(version, str) or not isinstance(kind, str):
            missing = [key for key in ("apiVersion", "kind") if not isinstance(document.data.get(key), str)]
            text = f"a document needs {' and '.join(missing)}"
            allowed = [API_VERSION] if "apiVersion" in missing else list(KINDS)
            self._found([finding("source.document", (missing[0],), text, allowed=allowed)], document)
        elif version.split("/")[0] != group:
            self.foreign.append(document)
        elif version != API_VERSION:
            text = f"apiVersion '{version}' is not known"
            self._found([unknown("source.kind", ("apiVersion",), text, version, [API_VERSION])], document)
        elif kind not in KINDS:
            text = f"there is no kind '{kind}' in {API_VERSION}"
            self._found([unknown("source.kind", ("kind",), text, kind, KINDS)], document)
        elif kind == DEFINITION:
            self._add_definition(document)
        elif kind == "Provider":
            self._add_provider(document)
        elif kind == "DatabaseCluster":
            self._add_cluster(document)
        else:
            self._add_job(document, kind)

    def _found(self, found: Iterable[Finding], document: Document, subject: str = "") -> None:
        self.findings += located(found, document.place, subject or _subject(document), _namespace(document))

    def _add_definition(self, document: Document) -> None:
        document = mixed_definition(document, self.findings)
        model, found = read_leniently(DatabaseClusterDefinition, without_server_fields(document.data), defer=False)
        self._found(found, document)
        if model is None:
            name = value_at(document.data, ("metadata", "name"))
            self.unreadable |= {name} if isinstance(name, str) else set()
            return
        name = model.metadata.name
        if name in self.definitions:
            other = self.definitions[name].document.place(("metadata", "name"), of_value=True)
            self._found([self._twin("definition", name, other)], document)
            return
        misspelt = [place for entry in found if (place := meant(entry)) is not None]
        broken = (*(entry.path for entry in found if entry.code != "field.unknown"), *misspelt)
        self.definitions[name] = ReadDefinition(Definition(model), document, broken)

    def _twin(self, what: str, name: str, other: Place | None) -> Finding:
        where = f", the first at {place_text(other)}" if other is not None else ""
        return finding("provider.duplicate", ("metadata", "name"), f"there are two {what}s of the name '{name}'{where}")

    def _add_provider(self, document: Document) -> None:
        data = without_server_fields(document.data)
        _, found = read_leniently(_model_of("Provider"), data, defer=True)
        self._found(found, document)
        data = plain(data, shape_of(_model_of("Provider")))
        name = value_at(data, ("metadata", "name"))
        if not isinstance(name, str):
            return
        if name in self.providers:
            other = self.providers[name].locate(("metadata", "name"), of_value=True)
            self._found([self._twin("Provider", name, other)], document)
            return
        spec = data.get("spec")
        spec = _deferring(spec, found) if isinstance(spec, dict) else {"databaseClusterDefinition": Deferred()}
        self.providers[name] = ProviderInput(name, spec, data["metadata"], document.place)

    def _add_cluster(self, document: Document) -> None:
        cluster, found = cluster_of(document)
        self.findings += found
        if cluster is not None:
            self.clusters.append(cluster)

    def _add_job(self, document: Document, kind: str) -> None:
        data = without_server_fields(document.data)
        model, found = read_leniently(_model_of(kind), data, defer=True)
        self._found(found, document)
        if model is None:
            return
        data = plain(set_aside(data, found, defer=True) or {}, shape_of(_model_of(kind)))
        metadata, spec = data.get("metadata"), data.get("spec")
        if not isinstance(metadata, dict) or not isinstance(spec, dict):
            return
        metadata.setdefault("namespace", "default")
        self.jobs.append(JobInput(JOBS[kind], metadata, spec, ("spec",), _subject(document), document.place))


def cluster_of(document: Document) -> tuple[ClusterInput | None, list[Finding]]:
    """The cluster of a document, as far as it has passed its model, and what is wrong with the document."""
    data = with_own_finalizers(without_server_fields(document.data), document.data)
    model, found = read_leniently(DatabaseCluster, data, defer=True)
    secrets, subject = secrets_in_yaml(data), _subject(document)
    found = [*secrets, *(entry for entry in found if entry.path not in {secret.path for secret in secrets})]
    wrong = located(found, document.place, subject, _namespace(document))
    if model is None:
        return None, wrong
    data = plain(set_aside(data, found, defer=True) or {}, shape_of(DatabaseCluster))
    metadata, spec = data.get("metadata"), data.get("spec")
    if not isinstance(metadata, dict) or not isinstance(spec, dict):
        return None, wrong
    metadata.setdefault("namespace", "default")
    made = ClusterInput(metadata, spec, prefix=("spec",), subject=subject, locate=document.place, document=document)
    return made, wrong


def _subject(document: Document) -> str:
    name = value_at(document.data, ("metadata", "name"))
    kind = document.data.get("kind")
    return f"{kind} {name}" if isinstance(kind, str) and isinstance(name, str) else f"document {document.index + 1}"


def _namespace(document: Document) -> str | None:
    """The namespace of a cluster or job with a name; None where there is no such, or nobody can say it."""
    namespace, name = (value_at(document.data, ("metadata", key)) for key in ("namespace", "name"))
    if document.data.get("kind") not in ("DatabaseCluster", *JOBS) or not isinstance(name, str):
        return None
    return namespace if isinstance(namespace, str) else "default" if namespace is None else None


def _own_namespace(metadata: Mapping[str, Any], prefix: Path) -> str | None:
    """The namespace where something is of a document: what is of a program is called after its resource."""
    namespace = metadata.get("namespace")
    return namespace if prefix and isinstance(namespace, str) else None


def _deferring(spec: dict[str, Any], found: Iterable[Finding]) -> dict[str, Any]:
    below = [entry for entry in found if entry.path[:1] == ("spec",)]
    aside = (set_aside({"spec": spec}, below, defer=True) or {}).get("spec")
    return aside if isinstance(aside, dict) else {}
