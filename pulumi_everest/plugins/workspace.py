"""One input as a whole: its definitions, Providers and clusters, with the plugins, checked and planned together.

YAML documents and the arguments of a program both end up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.core.check import check_definition
from pulumi_everest.core.merging import over
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.everest import API_VERSION, cluster_object, provider_objects
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.model.cluster import DatabaseCluster
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import (
    EverestError,
    Finding,
    Locate,
    finding,
    located,
    sort_findings,
    unknown,
)
from pulumi_everest.model.provider import Provider
from pulumi_everest.model.reading import plain, read_leniently, set_aside, without_server_fields
from pulumi_everest.model.shapes import ANY, Shape, shape_of
from pulumi_everest.model.source import Document
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin

KINDS = {
    "DatabaseClusterDefinition": DatabaseClusterDefinition,
    "Provider": Provider,
    "DatabaseCluster": DatabaseCluster,
}


def shape_for(api_version: str | None, kind: str | None) -> Shape:
    """The shape of a document, for the reader; anything for other API groups."""
    if api_version is not None and api_version.split("/")[0] == API_VERSION.split("/")[0] and kind in KINDS:
        return shape_of(KINDS[kind])
    return ANY


@dataclass
class ProviderInput:
    """A Provider of the input: its name and a spec that has passed its model."""

    name: str
    spec: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    locate: Locate = lambda _path: None


@dataclass
class ClusterInput:
    """A cluster of the input, whose metadata and spec have passed their models.

    `prefix` is where the spec stands in what the user wrote: ``("spec",)`` in YAML, nothing in a program.
    """

    metadata: dict[str, Any]
    spec: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Any] = field(default_factory=dict)
    prefix: Path = ()
    subject: str = ""
    locate: Locate = lambda _path: None

    @property
    def key(self) -> tuple[Any, Any]:
        """Namespace and name."""
        return (self.metadata.get("namespace"), self.metadata.get("name"))


@dataclass
class Setup:
    """What a Provider's name leads to: the technology, and the plugin that emits its objects, if there is one."""

    technology: Technology
    plugin: Plugin | None


@dataclass
class Plan:
    """One cluster, resolved, with the objects that it becomes."""

    cluster: ClusterInput
    resolved: Resolved
    setup: Setup
    objects: list[Emitted]


class Workspace:
    """Everything of one input. Errors of the documents themselves are in `findings` from the start."""

    def __init__(
        self, plugins: Plugins, documents: Sequence[Document] = (), *, reconcile_by: str | None = None
    ) -> None:
        self.plugins = plugins
        self.reconcile_by = reconcile_by
        self.findings: list[Finding] = []
        self.providers: dict[str, ProviderInput] = {}
        self.clusters: list[ClusterInput] = []
        self.foreign: list[Document] = []
        self._definitions: dict[str, tuple[Definition, Document, tuple[Path, ...]]] = {}
        self._unreadable: set[str] = set()
        self._cluster_documents: list[tuple[ClusterInput, Document]] = []
        self._setups: dict[str, tuple[Setup | None, list[Finding]]] = {}
        self._provider_objects: dict[str, list[Emitted]] = {}
        for document in documents:
            self._add_document(document)
        # All documents are read before the first is looked up, so their order does not matter.
        self._check_definitions()
        for cluster, document in self._cluster_documents:
            self._retype(cluster, document)
        self.findings += plugins.findings if plugins.levels else []

    # Documents

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
        elif kind == "DatabaseClusterDefinition":
            self._add_definition(document)
        elif kind == "Provider":
            self._add_provider(document)
        else:
            self._add_cluster(document)

    def _found(self, found: Iterable[Finding], document: Document, subject: str = "") -> None:
        self.findings += located(found, document.place, subject or _subject(document))

    def _add_definition(self, document: Document) -> None:
        model, found = read_leniently(DatabaseClusterDefinition, without_server_fields(document.data), defer=False)
        self._found(found, document)
        if model is None:
            name = value_at(document.data, ("metadata", "name"))
            self._unreadable |= {name} if isinstance(name, str) else set()
            return
        name = model.metadata.name
        if name in self._definitions:
            other = self._definitions[name][1].place(("metadata", "name"))
            self._found([self._twin("definition", name, other)], document)
            return
        broken = tuple(entry.path for entry in found if entry.code != "field.unknown")
        self._definitions[name] = (Definition(model), document, broken)

    def _check_definitions(self) -> None:
        """Check each definition, together with the plugins that emit its clusters."""
        for name, (definition, document, broken) in self._definitions.items():
            own = self.plugins.defining(name)
            named = [
                p.spec.get("plugin") for p in self.providers.values() if p.spec.get("databaseClusterDefinition") == name
            ]
            emitters = [self.plugins.named(text) if isinstance(text, str) else own for text in named] or [own]
            for plugin in {p.name if p else None: p for p in emitters}.values():
                self._found(check_definition(definition, plugin.manifest if plugin else None, broken), document)

    def _twin(self, what: str, name: str, other: Any) -> Finding:
        where = f", the first at {other.file}:{other.line}" if other is not None else ""
        return finding("provider.duplicate", ("metadata", "name"), f"there are two {what}s of the name '{name}'{where}")

    def _add_provider(self, document: Document) -> None:
        data = without_server_fields(document.data)
        _, found = read_leniently(Provider, data, defer=True)
        self._found(found, document)
        data = plain(data, shape_of(Provider))
        name = value_at(data, ("metadata", "name"))
        if not isinstance(name, str):
            return
        if name in self.providers:
            other = self.providers[name].locate(("metadata", "name"))
            self._found([self._twin("Provider", name, other)], document)
            return
        spec = data.get("spec")
        spec = _deferring(spec, found) if isinstance(spec, dict) else {"databaseClusterDefinition": Deferred()}
        self.providers[name] = ProviderInput(name, spec, data["metadata"], document.place)

    def _add_cluster(self, document: Document) -> None:
        data = without_server_fields(document.data)
        model, found = read_leniently(DatabaseCluster, data, defer=True)
        secrets = _secrets_in_yaml(data)
        found = [*secrets, *(entry for entry in found if entry.path not in {secret.path for secret in secrets})]
        self._found(found, document)
        if model is None:
            return
        data = plain(set_aside(data, found, defer=True) or {}, shape_of(DatabaseCluster))
        metadata, spec = data.get("metadata"), data.get("spec")
        if not isinstance(metadata, dict) or not isinstance(spec, dict):
            return
        metadata.setdefault("namespace", "default")
        self.clusters.append(
            ClusterInput(metadata, spec, prefix=("spec",), subject=_subject(document), locate=document.place)
        )
        self._cluster_documents.append((self.clusters[-1], document))

    def _retype(self, cluster: ClusterInput, document: Document) -> None:
        provider = cluster.spec.get("provider")
        setup = self.setup(provider)[0] if isinstance(provider, str) else None
        if setup is not None:
            cluster.spec = _retyped(cluster.spec, setup, document)

    # Providers and technologies

    def add_provider(self, provider: ProviderInput) -> None:
        """A Provider of a program."""
        self.providers[provider.name] = provider
        self._setups.pop(provider.name, None)

    def setup(self, provider: str) -> tuple[Setup | None, list[Finding]]:
        """What a Provider's name leads to; or findings, with paths in the spec of the cluster that names it."""
        if provider not in self._setups:
            self._setups[provider] = self._look_up(provider)
        return self._setups[provider]

    def _look_up(self, name: str) -> tuple[Setup | None, list[Finding]]:
        own = self.providers.get(name)
        spec = own.spec if own is not None else {}
        definition_name = spec.get("databaseClusterDefinition", name)
        if isinstance(definition_name, Deferred) or definition_name in self._unreadable:
            return None, []  # what is wrong with it has been said
        plugin = self.plugins.defining(definition_name)
        if isinstance(spec.get("plugin"), str):
            plugin = self.plugins.named(spec["plugin"])
            if plugin is None:
                names = [p.name for p in self.plugins.all()]
                text = f"there is no plugin '{spec['plugin']}'"
                found = unknown("plugin.not-found", ("spec", "plugin"), text, spec["plugin"], names)
                return None, self._provider_found(own, found)
        if definition_name in self._definitions:
            definition = self._definitions[definition_name][0]
        elif plugin is not None and plugin.definition.name == definition_name:
            definition = plugin.definition
        else:
            return None, self._no_definition(name, definition_name, own)
        images = spec.get("images")
        operator, problems = self._operator_version(spec.get("operatorVersion"), plugin, own)
        technology = Technology(
            provider=name,
            definition=definition,
            manifest=plugin.manifest if plugin else None,
            operator_version=operator,
            images=images if isinstance(images, dict) else {},
            presets=_presets(plugin),
            reconcile_by=self.reconcile_by or spec.get("reconcileBy") or "pulumi",
        )
        return Setup(technology, plugin), problems

    def _operator_version(
        self, version: Any, plugin: Plugin | None, own: ProviderInput | None
    ) -> tuple[str | None, list[Finding]]:
        if not isinstance(version, str) or plugin is None or version in plugin.manifest.operator.versions:
            return (version if isinstance(version, str) else None), []
        allowed = plugin.manifest.operator.versions
        text = f"operator version '{version}' is not one that plugin '{plugin.name}' supports"
        found = unknown("provider.operator-version", ("spec", "operatorVersion"), text, version, allowed)
        return None, self._provider_found(own, found)

    def _provider_found(self, own: ProviderInput | None, found: Finding) -> list[Finding]:
        return located([found], own.locate, f"Provider {own.name}") if own else [found]

    def _no_definition(self, name: str, definition: str, own: ProviderInput | None) -> list[Finding]:
        names = list(dict.fromkeys([*self._definitions, *(p.definition.name for p in self.plugins.all())]))
        if own is not None:
            text = f"there is no definition '{definition}'"
            path = ("spec", "databaseClusterDefinition")
            return self._provider_found(own, unknown("provider.unknown-definition", path, text, definition, names))
        known = list(dict.fromkeys([*self.providers, *names]))
        return [unknown("provider.unknown", ("provider",), f"there is no provider '{name}'", name, known)]

    # Clusters

    def check(self, cluster: ClusterInput) -> tuple[Resolved | None, Setup | None, list[Finding]]:
        """A cluster resolved, with all its findings, placed in its input."""
        provider = cluster.spec.get("provider")
        if isinstance(provider, Deferred):
            found = []
            if provider.source is not None:
                text = "the provider decides what the cluster is, so it must be known in a preview"
                found = [finding("value.not-known", ("provider",), text)]
            return None, None, self._placed(found, cluster)
        setup, found = self.setup(str(provider))
        if setup is None:
            return None, None, self._placed(found, cluster)
        resolved, more = check_cluster(
            cluster.metadata, cluster.spec, setup.technology, options=cluster.options, secrets=cluster.secrets
        )
        _, _, broken = self._definitions.get(setup.technology.definition.name, (None, None, ()))
        more = [entry for entry in more if not _follows(entry, cluster.spec, broken)]
        return resolved, setup, self._placed([*found, *more], cluster)

    def _placed(self, found: Iterable[Finding], cluster: ClusterInput) -> list[Finding]:
        placed = [entry if entry.place is not None or entry.subject else entry.at(cluster.prefix) for entry in found]
        return located(placed, cluster.locate, cluster.subject)

    def check_all(self) -> list[Finding]:
        """Everything that is wrong with the whole input, sorted by place."""
        return sort_findings([*self.findings, *self._twins(), *self._unused_providers(), *self._cluster_findings()])

    def _cluster_findings(self) -> Iterable[Finding]:
        for cluster in self.clusters:
            yield from self.check(cluster)[2]

    def _unused_providers(self) -> Iterable[Finding]:
        """What is wrong with Providers, whether or not a cluster uses them."""
        for name in self.providers:
            yield from self.setup(name)[1]

    def _twins(self) -> Iterable[Finding]:
        seen: dict[tuple[Any, Any], ClusterInput] = {}
        for cluster in self.clusters:
            namespace, name = cluster.key
            if not isinstance(name, str) or isinstance(namespace, Deferred):
                continue
            other = seen.setdefault(cluster.key, cluster)
            if other is not cluster:
                path: Path = ("metadata", "name") if cluster.prefix else ("name",)
                place = other.locate(path)
                where = f", the first at {place.file}:{place.line}" if place is not None else ""
                text = f"there are two clusters '{name}' in namespace '{namespace}'{where}"
                yield from located([finding("cluster.duplicate", path, text)], cluster.locate, cluster.subject)

    def plan(self) -> tuple[list[Plan], list[Finding]]:
        """Every cluster with its objects, or nothing but the findings if there is an error."""
        found = [*self.findings, *self._twins(), *self._unused_providers()]
        checked = []
        for cluster in self.clusters:
            resolved, setup, more = self.check(cluster)
            found += more
            if resolved is not None and setup is not None:
                checked.append((cluster, resolved, setup))
        plans: list[Plan] = []
        if not any(entry.is_error for entry in found):
            for cluster, resolved, setup in checked:
                try:
                    plans.append(Plan(cluster, resolved, setup, self.emit(cluster, resolved, setup)))
                except EverestError as error:
                    found += self._placed(error.findings, cluster)
        if any(entry.is_error for entry in found):
            plans = []
        return plans, sort_findings(found)

    def emit(self, cluster: ClusterInput, resolved: Resolved, setup: Setup) -> list[Emitted]:
        """The objects of a resolved cluster. Raises EverestError where there is no plugin or a template fails."""
        technology, plugin = setup.technology, setup.plugin
        if technology.reconcile_by == "everest":
            secrets: list[Emitted] = []
            if resolved.secrets and plugin is not None:
                secrets = [o for o in emit(resolved, plugin.template) if o.manifest.get("kind") == "Secret"]
            return [*secrets, cluster_object(cluster.metadata, cluster.spec, resolved)]
        if plugin is None:
            definition = technology.definition.name
            text = f"no plugin emits objects for definition '{definition}'"
            names = [p.name for p in self.plugins.all()]
            hint = "name the plugin in the Provider's 'plugin', or set reconcileBy: everest"
            raise EverestError([finding("provider.no-plugin", ("provider",), text, allowed=names, hint=hint)])
        return emit(resolved, plugin.template)

    def provider_objects(self, name: str) -> list[Emitted]:
        """What a Provider itself becomes: nothing, or the definition and the Provider for a controller."""
        setup, _ = self.setup(name)
        if setup is None or setup.technology.reconcile_by != "everest":
            return []
        own = self.providers.get(name)
        return provider_objects(setup.technology, own.spec if own else {}, own.metadata if own else {})


def _follows(entry: Finding, spec: Mapping[str, Any], broken: Sequence[Path]) -> bool:
    """Whether a cluster misses only what was set aside of its definition, where it is a finding already."""
    aside = {
        place[2] for place in broken if len(place) > 2 and place[1] in ("componentTypes", "components", "topologies")
    }
    if entry.code == "cluster.unused-version":
        return bool(aside)
    return entry.code in _MISSES and (not aside.isdisjoint(entry.path) or str(value_at(spec, entry.path)) in aside)


_MISSES = frozenset(
    {
        "cluster.unknown-topology", "cluster.unknown-component", "cluster.component-not-in-topology",
        "cluster.unknown-type", "cluster.unknown-version",
    }
)  # fmt: skip


def _presets(plugin: Plugin | None) -> Mapping[str, Mapping[str, Any]]:
    """The presets of a plugin; none where they are broken, which is a finding of the plugin."""
    try:
        return plugin.presets if plugin is not None else {}
    except EverestError:
        return {}


def _subject(document: Document) -> str:
    name = value_at(document.data, ("metadata", "name"))
    kind = document.data.get("kind")
    return f"{kind} {name}" if isinstance(kind, str) and isinstance(name, str) else f"document {document.index + 1}"


def _deferring(spec: dict[str, Any], found: Iterable[Finding]) -> dict[str, Any]:
    below = [entry for entry in found if entry.path[:1] == ("spec",)]
    aside = (set_aside({"spec": spec}, below, defer=True) or {}).get("spec")
    return aside if isinstance(aside, dict) else {}


def _secrets_in_yaml(data: Mapping[str, Any]) -> list[Finding]:
    """Secret values where only programs may give them."""
    found = []
    places: list[tuple[Path, str]] = [
        (("spec", "users"), "usersSecret"),
        (("spec", "monitoring", "credentials"), "credentialsSecret"),
    ]
    storages = value_at(data, ("spec", "backup", "storages"))
    for index in range(len(storages) if isinstance(storages, list) else 0):
        places.append((("spec", "backup", "storages", index, "credentials"), "credentialsSecret"))
    for path, instead in places:
        if value_at(data, path) is not None:
            text = f"'{path[-1]}' takes secret values, which have no place in YAML"
            found.append(finding("cluster.secret-in-yaml", path, text, hint=f"name a Secret in '{instead}'"))
    return found


def _retyped(spec: dict[str, Any], setup: Setup, document: Document) -> dict[str, Any]:
    """The spec with the scalars of its `config` as the definition's schemas want them: text as it was written."""
    definition = setup.technology.definition
    chosen = value_at(spec, ("topology", "type")) or definition.default_topology
    schemas: list[tuple[Path, Any]] = [(("config",), definition.config_schema())]
    if isinstance(chosen, str) and chosen in definition.spec.topologies:
        schemas.append((("topology", "config"), definition.topology_schema(chosen)))
    instances = spec.get("instances")
    for name in instances if isinstance(instances, dict) else {}:
        if name in definition.spec.components:
            schemas.append((("instances", name, "config"), definition.component_schema(name)))
    copied = over({}, spec)
    for path, schema in schemas:
        owner = value_at(copied, path[:-1])
        if schema is not None and isinstance(owner, dict) and isinstance(owner.get(path[-1]), dict):
            owner[path[-1]] = _texts(owner[path[-1]], schema.shape, document, ("spec", *path))
    return copied  # type: ignore[no-any-return]


def _texts(value: Any, shape: Shape, document: Document, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _texts(below, shape.at(key), document, (*path, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [_texts(below, shape.at(i), document, (*path, i)) for i, below in enumerate(value)]
    if shape.kind == "text" and not isinstance(value, str):
        written = document.text_at(path)
        return value if written is None else written
    return value
