"""One input as a whole: its definitions, Providers and clusters, with the plugins, checked and planned together.

YAML documents and the arguments of a program both end up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.check_job import Job
from pulumi_everest.core.overrides import has_overrides
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.requests import request_findings
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.everest import cluster_object, provider_objects
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.emit.read_back.reading import ReadBack
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import (
    EverestError,
    Finding,
    finding,
    located,
    sort_findings,
    unknown,
)
from pulumi_everest.model.similar_names import Names
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace import job_plans as jobs
from pulumi_everest.workspace.by_name import ByName
from pulumi_everest.workspace.documents import KINDS, ClusterInput, Documents, JobInput, ProviderInput, shape_for
from pulumi_everest.workspace.job_plans import JobPlan
from pulumi_everest.workspace.plan_memory import PlanMemory
from pulumi_everest.workspace.plans import Plan, Planned
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.spread import Spread, in_order
from pulumi_everest.workspace.twins import twins
from pulumi_everest.workspace.typed_config import with_typed_config

if TYPE_CHECKING:
    from pulumi_everest.emit.crds import Crds

__all__ = [
    "KINDS",
    "ClusterInput",
    "JobInput",
    "JobPlan",
    "Plan",
    "Planned",
    "ProviderInput",
    "Setup",
    "Workspace",
    "shape_for",
]


Checked = tuple[Resolved | None, Setup | None, list[Finding]]
"""What came out of checking a cluster: it, resolved, what its Provider leads to, and all findings about it."""
_Sound = tuple[ClusterInput, Resolved, Setup]
"""A cluster of which objects can be made."""


class Workspace:
    """Everything of one input. Errors of the documents themselves are in `findings` from the start.

    With `crds` the objects that are made are checked against the schemas of their kinds. Without `remarks` nothing is
    said of overrides, which takes time and is never an error. What `memory` knows of clusters that are the same is not
    found out again.
    """

    def __init__(
        self,
        plugins: Plugins,
        documents: Sequence[Document] = (),
        *,
        reconcile_by: str | None = None,
        crds: Crds | None = None,
        remarks: bool = True,
        memory: PlanMemory | None = None,
    ) -> None:
        self.plugins = plugins
        self._memory = memory
        self._remarks = remarks
        self.reconcile_by = reconcile_by
        self.crds = crds
        self._without_schema: set[str] = set()
        # All documents are read before the first is looked up, so their order does not matter.
        read = Documents(documents)
        self.findings, self.foreign = read.findings, read.foreign
        self.providers, self.clusters, self.jobs = read.providers, read.clusters, read.jobs
        self._documents = read
        self._definitions, self._unreadable = read.definitions, read.unreadable
        self._setups: dict[str, tuple[Setup | None, list[Finding]]] = {}
        self._definition_names: Names | None = None
        self._provider_names: Names | None = None
        self._check_definitions()
        for cluster in self.clusters:
            self._type_config(cluster)
        self.findings += plugins.findings if plugins.levels else []

    # Documents

    def _check_definitions(self) -> None:
        """Check each definition, together with the plugins that emit its clusters."""
        plugins: dict[Any, list[Any]] = {}
        for provider in self.providers.values():
            plugins.setdefault(provider.spec.get("databaseClusterDefinition"), []).append(provider.spec.get("plugin"))
        for name in self._definitions:
            self.findings += self._definition_findings(name, plugins.get(name, []))

    def _definition_findings(self, name: str, named: Sequence[Any]) -> Iterator[Finding]:
        """What is wrong with a definition, for the plugins that its Providers name, or else for the one that has it."""
        from pulumi_everest.core.definitions.check import check_definition

        read, own = self._definitions[name], self.plugins.defining(name)
        emitters = [self.plugins.named(text) if isinstance(text, str) else own for text in named] or [own]
        for plugin in {p.name if p else None: p for p in emitters}.values():
            manifest = plugin.manifest if plugin is not None else None
            found = check_definition(read.definition, manifest, read.broken)
            if read.definition.spec.ui_schema:
                from pulumi_everest import form

                technology = Technology(name, read.definition, manifest, presets=_Presets(plugin))
                problems = form.check(read.definition.spec.ui_schema, technology)
                found += [entry.at(("spec", "uiSchema")) for entry in problems]
            yield from located(found, read.document.place, f"DatabaseClusterDefinition {name}")

    def _type_config(self, cluster: ClusterInput) -> None:
        provider = cluster.spec.get("provider")
        setup = self.setup(provider)[0] if isinstance(provider, str) else None
        if setup is not None and cluster.document is not None:
            cluster.spec = with_typed_config(cluster.spec, setup.technology.definition, cluster.document)

    # Providers and technologies

    def add_provider(self, provider: ProviderInput) -> None:
        """A Provider of a program."""
        self.providers[provider.name] = provider
        self._setups.pop(provider.name, None)
        self._provider_names = None

    def add_definitions(self, documents: Iterable[Document], plugin: str | None = None) -> list[Finding]:
        """Definitions of a program, for the plugin that its Provider names. Gives what is wrong with them."""
        before = set(self._definitions)
        found = self._documents.add_definitions(documents)
        self._setups.clear()
        self._definition_names = self._provider_names = None
        for name in self._definitions.keys() - before:
            found += self._definition_findings(name, [plugin])
        return found

    def defines(self, name: str) -> bool:
        """Whether there is a definition of that name, in the input or in a plugin."""
        return name in self._definitions or name in self._unreadable or self.plugins.defining(name) is not None

    def add_plugins(self, folders: Iterable[Folder]) -> list[Finding]:
        """Find plugins in these folders, too. Gives what is wrong with them."""
        found = self.plugins.add(folders)
        self._setups.clear()
        self._definition_names = self._provider_names = None
        self.findings += found
        return found

    def setup(self, provider: str) -> tuple[Setup | None, list[Finding]]:
        """What a Provider's name leads to; or findings, with paths in the spec of the cluster that names it."""
        if provider not in self._setups:
            self._setups[provider] = self._look_up(provider) if self._is_own(provider) else self._of_plugins(provider)
        return self._setups[provider]

    def _is_own(self, provider: str) -> bool:
        """Whether the input has a say in what a Provider's name leads to."""
        return provider in self.providers or provider in self._definitions or provider in self._unreadable

    def _of_plugins(self, provider: str) -> tuple[Setup | None, list[Finding]]:
        """What a name leads to for every input with the same plugins, looked up once: it remembers what is slow."""
        key = (Setup, provider, self.reconcile_by)
        if key not in self.plugins.made:
            found = self._look_up(provider)
            if found[0] is None:
                return found  # which names there are depends on the input
            self.plugins.made[key] = found
        return self.plugins.made[key]  # type: ignore[no-any-return]

    def _setup_for(self, provider: str) -> tuple[Setup | None, list[Finding]]:
        """The same for what names a Provider, without what that one says itself."""
        setup, found = self.setup(provider)
        own = self.providers.get(provider)
        return setup, [] if own is not None and own.is_resource else found

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
                text = f"there is no plugin '{spec['plugin']}'"
                found = unknown("plugin.not-found", ("spec", "plugin"), text, spec["plugin"], self.plugins.names)
                return None, self._provider_found(own, found)
        if definition_name in self._definitions:
            definition = self._definitions[definition_name].definition
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
            presets=_Presets(plugin),
            reconcile_by=self.reconcile_by or spec.get("reconcileBy") or "pulumi",
        )
        if plugin is not None:
            technology.settings = plugin.settings
            technology.workloads = partial(getattr, plugin, "workloads")
            technology.reading = ReadBack(technology, partial(getattr, plugin, "template"), plugin.adoption)
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
        if own is not None:
            text, path = f"there is no definition '{definition}'", ("spec", "databaseClusterDefinition")
            names = self._known_definitions()
            return self._provider_found(own, unknown("provider.unknown-definition", path, text, definition, names))
        text, known = f"there is no provider '{name}'", self._known_providers()
        entry = unknown("provider.unknown", ("provider",), text, name, known)
        meant = self.plugins.titled(name) if entry.hint is None else []
        if meant:
            titles = [f"'{plugin.definition.name}' ({plugin.manifest.title})" for plugin in meant]
            return [replace(entry, hint=f"did you mean {' or '.join(titles)}?")]
        return [entry]

    def _known_definitions(self) -> Names:
        if self._definition_names is None:
            self._definition_names = Names(dict.fromkeys([*self._definitions, *self.plugins.definition_names]))
        return self._definition_names

    def _known_providers(self) -> Names:
        if self._provider_names is None:
            self._provider_names = Names(dict.fromkeys([*self.providers, *self._known_definitions()]))
        return self._provider_names

    # Clusters

    def check(self, cluster: ClusterInput) -> Checked:
        """A cluster resolved, with all its findings, placed in its input."""
        provider = cluster.spec.get("provider")
        if isinstance(provider, Deferred):
            found = []
            if provider.source is not None:
                text = "the provider decides what the cluster is, so it must be known in a preview"
                found = [finding("value.not-known", ("provider",), text)]
            return None, None, self._placed(found, cluster)
        setup, found = self._setup_for(str(provider))
        if setup is None:
            return None, None, self._placed(found, cluster)
        resolved, more = check_cluster(
            cluster.metadata, cluster.spec, setup.technology,
            options=cluster.options, secrets=cluster.secrets, lock=cluster.lock,
        )  # fmt: skip
        more = [entry for entry in more if not _follows(entry, cluster.spec, self._broken(setup))]
        if resolved is not None:
            # Not one of the checks of fields: a search for a cluster tries one field after the other.
            more += request_findings(cluster.spec, resolved)
            if not any(entry.is_error for entry in more):
                more += _filling_findings(resolved, setup)
        return resolved, setup, self._placed([*found, *more, *_of_main_object(cluster, setup)], cluster)

    def _broken(self, setup: Setup) -> Sequence[Path]:
        """What was set aside of the definition."""
        read = self._definitions.get(setup.technology.definition.name)
        return read.broken if read is not None else ()

    def _checked_or_known(self, cluster: ClusterInput) -> tuple[Resolved | None, list[Finding], str | None]:
        """A cluster resolved, or the key under which memory has it already, and all findings about it."""
        provider = cluster.spec.get("provider")
        setup, found = self._setup_for(provider) if isinstance(provider, str) else (None, [])
        if self._memory is None or setup is None:
            return *self.check(cluster)[::2], None
        key = self._memory.key(cluster, setup)
        if self._memory.resolved(key) is not None:
            return None, self._placed([*found, *_of_main_object(cluster, setup)], cluster), key
        resolved, _, found = self.check(cluster)
        return resolved, found, None if found or self._broken(setup) else key

    def _checked(self, spread: Spread) -> Iterator[tuple[ClusterInput, Checked]]:
        """Every cluster with what came out of checking it. What may be the same on another side is kept."""
        results = spread(self._checked_or_known, self.clusters, done="clusters checked")
        for cluster, (made, found, key) in zip(self.clusters, results, strict=True):
            resolved = made
            if self._memory is not None and key is not None:
                resolved = self._memory.resolved(key) if made is None else self._memory.keep(key, made)
            provider = cluster.spec.get("provider")
            setup = self.setup(provider)[0] if isinstance(provider, str) else None
            yield cluster, (resolved, setup, found)

    def _placed(self, found: Iterable[Finding], cluster: ClusterInput | JobInput) -> list[Finding]:
        return located([_in_input(entry, cluster.prefix) for entry in found], cluster.locate, cluster.subject)

    def _unused_providers(self) -> Iterable[Finding]:
        """What is wrong with Providers, whether or not a cluster uses them."""
        for name in self.providers:
            yield from self.setup(name)[1]

    def _twins(self) -> Iterable[Finding]:
        return twins(self.clusters)

    # Jobs

    def check_job(
        self, job: JobInput, known: ByName | None = None, checked: Mapping[int, Checked] | None = None
    ) -> tuple[Job | None, Setup | None, list[Finding]]:
        """A backup or restore with its cluster, and all findings about it, placed in its input.

        Whoever checks several gives what they have in common: the input by name, and what came out of checking its
        clusters, by their identity.
        """
        known = known or ByName(self.clusters, self.jobs)
        cluster, found = jobs.find_cluster(job, known)
        resolved, sound = None, True
        if cluster is not None:
            resolved, setup, problems = (checked or {}).get(id(cluster)) or self.check(cluster)
            sound = not any(entry.is_error for entry in problems)
            if resolved is None or setup is None:
                return None, None, []  # what is wrong with its cluster has been said
        elif not isinstance(job.spec.get("provider"), str):
            return None, None, self._placed(found, job)
        else:
            setup, problems = self._setup_for(job.spec["provider"])
            found += [entry for entry in problems if setup is None]
            if setup is None:
                return None, None, self._placed(found, job)
        made, more = jobs.checked(job, setup, resolved, sound=sound)
        found += more
        if made is not None and job.kind == "restore":
            backups = known.backups(made.metadata.get("namespace"), made.spec.get("backup"))
            found += jobs.mismatches(made, [(other, self._setup_of(other, known)) for other in backups])
        return made, setup, self._placed(found, job)

    def _setup_of(self, job: JobInput, known: ByName) -> Setup | None:
        cluster, _ = jobs.find_cluster(job, known)
        provider = cluster.spec.get("provider") if cluster is not None else job.spec.get("provider")
        return self.setup(provider)[0] if isinstance(provider, str) else None

    def emit_job(self, job: Job, setup: Setup) -> list[Emitted]:
        """The objects of a job. Raises EverestError where there is no plugin or a template fails."""
        return jobs.emitted(job, setup, self.plugins.names)

    def _job_twins(self) -> Iterable[Finding]:
        return twins(self.jobs)

    # All

    def plan(self, *, partial: bool = False, objects: bool = True, spread: Spread = in_order) -> Planned:
        """Every cluster and job with its objects, or nothing but the findings if there is an error.

        A partial plan has those that have no error of their own, whatever else is wrong. Without `objects` only the
        findings are wanted, and no cluster is kept. `spread` says how clusters are gone through.
        """
        found = [*self.findings, *self._twins(), *self._job_twins(), *self._unused_providers()]
        if not objects and not self.jobs and self._memory is None:
            return self._judged(found, spread)
        checked, results = [], dict[int, Checked]()
        for cluster, result in self._checked(spread):
            resolved, setup, more = results[id(cluster)] = result
            found += more
            if resolved is not None and setup is not None and not (partial and _has_errors(more)):
                checked.append((cluster, resolved, setup))
        checked_jobs, known = [], ByName(self.clusters, self.jobs)
        for own in self.jobs:
            job, setup, more = self.check_job(own, known, results)
            found += more
            if job is not None and setup is not None and not (partial and _has_errors(more)):
                checked_jobs.append((own, job, setup))
        planned = Planned([], [], [])
        if partial or not _has_errors(found):
            for plan, more in self._planned(checked, spread, objects=objects):
                found += more
                if plan is not None and not (partial and _has_errors(more)):
                    planned.clusters.append(plan)
            for own, job, setup in checked_jobs:
                try:
                    job_plan = JobPlan(own, job, setup, self.emit_job(job, setup))
                except EverestError as error:
                    found += self._placed(error.findings, own)
                    continue
                planned.jobs.append(job_plan)
                found += self._placed(jobs.schema_findings(job_plan, self.crds), own)
        if _has_errors(found) and not partial:
            planned = Planned([], [], [])
        planned.findings = sort_findings(found)
        return planned

    def _judged(self, found: list[Finding], spread: Spread) -> Planned:
        """A plan without clusters and jobs: all findings, those of making objects only where there is no other error.

        Each cluster is checked and planned at once, so that none has to be kept.
        """
        of_objects: list[Finding] = []
        spread = spread if self.crds is None else in_order
        for more, later in spread(self._findings_of, self.clusters, done="clusters checked"):
            found += more
            of_objects += later
        return Planned([], [], sort_findings(found if _has_errors(found) else [*found, *of_objects]))

    def _findings_of(self, cluster: ClusterInput) -> tuple[list[Finding], list[Finding]]:
        """What checking a cluster finds, and what making its objects finds, if that makes sense."""
        resolved, setup, found = self.check(cluster)
        if resolved is None or setup is None or _has_errors(found):
            return found, []
        return found, self._made((cluster, resolved, setup), keep=False)[1]

    def _planned(
        self, checked: Sequence[_Sound], spread: Spread, *, objects: bool
    ) -> Iterator[tuple[Plan | None, list[Finding]]]:
        """The plan of each cluster with what is to be said of its objects; None where they cannot be made, or need not.

        What memory has is not made again.
        """
        known = {id(r): made for _, r, _ in checked if self._memory and (made := self._memory.objects(r)) is not None}
        missing = [entry for entry in checked if id(entry[1]) not in known]
        if self.crds is not None:
            spread = in_order  # what is said once of all of them has to be remembered here
        results = iter(spread(partial(self._made, keep=objects), missing, done="clusters planned"))
        for cluster, resolved, setup in checked:
            if id(resolved) in known:
                plan = Plan(cluster, resolved, setup, known[id(resolved)])
                yield plan, self.check_objects(plan)
                continue
            own, found = next(results)
            if own is not None and self._memory is not None:
                self._memory.keep_objects(resolved, own)
            yield None if own is None else Plan(cluster, resolved, setup, own), found

    def _made(self, sound: _Sound, *, keep: bool) -> tuple[list[Emitted] | None, list[Finding]]:
        """The objects of a cluster, if they can be made and are to be kept, and what is to be said of them."""
        cluster, resolved, setup = sound
        try:
            plan = Plan(cluster, resolved, setup, self.emit(cluster, resolved, setup))
        except EverestError as error:
            return None, self._placed(error.findings, cluster)
        return plan.objects if keep else None, self.check_objects(plan)

    def emit(self, cluster: ClusterInput, resolved: Resolved, setup: Setup) -> list[Emitted]:
        """The objects of a resolved cluster. Raises EverestError where there is no plugin or a template fails."""
        technology, plugin = setup.technology, setup.plugin
        if technology.is_controlled:
            secrets: list[Emitted] = []
            if resolved.secrets and plugin is not None:
                secrets = [o for o in emit(resolved, plugin.template) if o.manifest.get("kind") == "Secret"]
            return [*secrets, cluster_object(cluster.metadata, cluster.spec, resolved)]
        if plugin is None:
            raise EverestError([setup.no_plugin(self.plugins.names)])
        return [*emit(resolved, plugin.template), *jobs.filling_of(resolved, setup)]

    def check_objects(self, plan: Plan) -> list[Finding]:
        """What is to be said of the objects of a cluster, placed in its input: by CRDs, and of its overrides."""
        return [*self._of_overrides(plan), *self.check_schemas(plan)]

    def _of_overrides(self, plan: Plan) -> list[Finding]:
        """What overrides do to fields and images beside them."""
        if not self._remarks or plan.setup.plugin is None or not has_overrides(plan.resolved.spec):
            return []
        from pulumi_everest.workspace.override_findings import override_findings

        return self._placed(override_findings(plan, partial(self._made_of, plan)), plan.cluster)

    def check_schemas(self, plan: Plan) -> list[Finding]:
        """What the CRDs say against the objects of a cluster, placed in its input; nothing where none are given."""
        if self.crds is None:
            return []
        from pulumi_everest.workspace.schema_findings import schema_findings

        found = schema_findings(plan, self.crds, partial(self._made_of, plan), self._without_schema)
        return self._placed(found, plan.cluster)

    def _made_of(self, plan: Plan, resolved: Resolved) -> list[Emitted]:
        """The objects of a cluster with another spec."""
        return self.emit(replace(plan.cluster, spec=resolved.spec), resolved, plan.setup)

    def provider_objects(self, name: str) -> list[Emitted]:
        """What a Provider itself becomes: nothing, or the definition and the Provider for a controller."""
        setup, _ = self.setup(name)
        if setup is None or not setup.technology.is_controlled:
            return []
        own = self.providers.get(name)
        return provider_objects(setup.technology, own.spec if own else {}, own.metadata if own else {})


def _has_errors(found: Iterable[Finding]) -> bool:
    return any(entry.is_error for entry in found)


def _in_input(entry: Finding, prefix: Path) -> Finding:
    """A finding about a spec, or the metadata beside it, with its path in what the user wrote."""
    if entry.place is not None or entry.subject:
        return entry
    if entry.path[:1] == ("metadata",):
        return entry if prefix else replace(entry, path=entry.path[1:])
    return entry.at(prefix)


def _filling_findings(resolved: Resolved, setup: Setup) -> list[Finding]:
    """What is wrong with how a new cluster is to be filled."""
    try:
        made = jobs.filling(resolved, setup)
    except EverestError as error:
        return list(error.findings)
    return made[2] if made is not None else []


def _of_main_object(cluster: ClusterInput, setup: Setup) -> Iterable[Finding]:
    """What is about the operator's object, where a controller makes that one: nothing would hand it on."""
    if not setup.technology.is_controlled:
        return
    who = "with reconcileBy: everest a controller makes the operator's object"
    if cluster.metadata.get("finalizers") is not None:
        path: Path = ("metadata", "finalizers") if cluster.prefix else ("finalizers",)
        text = (
            f"{who}, and finalizers here would keep the DatabaseCluster from being deleted, since nothing removes them"
        )
        found = finding("field.conflict", path, text, hint="leave 'finalizers' out, or set reconcileBy: pulumi")
        yield from located([found], cluster.locate, cluster.subject)
    if "volumePolicy" in cluster.options:
        text = f"{who}, and a DatabaseCluster does not say what becomes of the volumes"
        yield finding(
            "field.conflict", ("volumePolicy",), text, hint="leave 'volumePolicy' out, or set reconcileBy: pulumi"
        )


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


class _Presets(Mapping[str, Mapping[str, Any]]):
    """The presets of a plugin, read when a cluster asks for one; none where they are broken, which is a finding."""

    def __init__(self, plugin: Plugin | None) -> None:
        self._plugin = plugin

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    @cached_property
    def _read(self) -> Mapping[str, Mapping[str, Any]]:
        try:
            return self._plugin.presets if self._plugin is not None else {}
        except EverestError:
            return {}
