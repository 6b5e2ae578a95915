"""One run of a program: its Providers, plugins and clusters, and the batch that new resources belong to."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Any, get_args

import pulumi
from pulumi.runtime import settings

from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding, finding, unknown
from pulumi_everest.model.provider import Reconciler
from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE
from pulumi_everest.resources.candidates.gate import ROUNDS, Batch, Waiting
from pulumi_everest.resources.candidates.program_lock import ProgramLocks
from pulumi_everest.resources.candidates.registered import Databases, RegisteredProvider
from pulumi_everest.resources.engine.callbacks import start_callbacks
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.engine.garbage_collector import freeze_loaded_objects
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.hooks.adoption import Adoption
from pulumi_everest.resources.hooks.existence import Existence
from pulumi_everest.resources.hooks.failed_databases import Reporter
from pulumi_everest.resources.hooks.guard import Guard
from pulumi_everest.resources.hooks.job_changes import JobChanges
from pulumi_everest.resources.hooks.ownership import Ownership
from pulumi_everest.resources.hooks.preflight import Preflight
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.plans.plan import Plan

if TYPE_CHECKING:
    from pulumi_everest.core.technology import Technology
    from pulumi_everest.emit.crds import Crds
    from pulumi_everest.workspace.workspace import Plan, ProviderInput, Workspace

RECONCILERS = get_args(Reconciler)


class Run:
    """A run of a program, as far as the resources of this package share something."""

    def __init__(self) -> None:
        self.monitor, self.stack = settings.SETTINGS.monitor, settings.get_root_resource()
        start_callbacks()
        freeze_loaded_objects(served=OTHER_LANGUAGE.get())
        self.providers: dict[str, RegisteredProvider] = {}
        self.inputs: dict[str, ProviderInput] = {}
        self.named: set[str] = set()
        self.crds: dict[str, list[pulumi.CustomResource]] = {}
        """The CustomResourceDefinitions that have been made, by the name of their Kubernetes provider."""
        self.folders = dict.fromkeys(Folder(folder) for folder in _configured_folders())
        """The folders of plugins, in order."""
        self.definitions: dict[str, list[str]] = {}
        """The names of the definitions in each file that a Provider names."""
        self.awaits_values = False
        self.reach = Reach()
        self.adoption = Adoption(self.reach)
        self.guard = Guard(served=OTHER_LANGUAGE.get(), reach=self.reach)
        self.reporter = Reporter()
        self.preflight = Preflight(self.reach, served=OTHER_LANGUAGE.get())
        self.existence = Existence(self.reach)
        self.ownership = Ownership(self.reach, self.guard.moves)
        self.job_changes = JobChanges()
        self.databases = Databases()
        self._batch: Batch | None = None
        self._batches: list[Batch] = []
        self._workspace: Workspace | None = None
        self._locks: ProgramLocks | None = None

    def is_current(self) -> bool:
        """Whether this is still the run that the SDK is set up for."""
        return self.monitor is settings.SETTINGS.monitor and self.stack is settings.get_root_resource()

    @property
    def batch(self) -> Batch:
        """The batch that a new resource belongs to."""
        if self._batch is None:
            self._batch = Batch(self)
            self._batches.append(self._batch)
        return self._batch

    def close(self, batch: Batch) -> None:
        """Let resources that come later have a batch of their own."""
        if self._batch is batch:
            self._batch = None

    @property
    def workspace(self) -> Workspace:
        """The Providers and plugins. What is wrong with plugins goes to the batch, once."""
        if self._workspace is None:
            from pulumi_everest.plugins.find import Plugins
            from pulumi_everest.workspace.workspace import Workspace

            self._workspace = Workspace(
                Plugins([*self.folders]),
                reconcile_by=_configured_reconciler(self.batch),
                crds=_configured_crds(self.batch),
            )
            self.batch.add(self._workspace.findings)
            for provider in self.inputs.values():
                self._workspace.add_provider(provider)
        return self._workspace

    @property
    def locks(self) -> ProgramLocks:
        """The lock beside the program. What is wrong with it goes to the batch, once."""
        if self._locks is None:
            self.use_locks(ProgramLocks())
        assert self._locks is not None  # it has just been set
        return self._locks

    def use_locks(self, locks: ProgramLocks) -> None:
        """Have clusters look into this lock."""
        self._locks = locks
        self.batch.add(locks.findings)

    def add_folders(self, folders: Iterable[Folder]) -> None:
        """Find plugins in these folders too."""
        new = [folder for folder in folders if folder not in self.folders]
        self.folders |= dict.fromkeys(new)
        if new and self._workspace is not None:
            self.batch.add(self._workspace.add_plugins(new))

    def add_definitions(self, file: str, plugin: str | None) -> list[str]:
        """The names of the definitions in a file, which clusters are checked with from now on; each file once.

        What is wrong with what is in it goes to the batch. Raises UnreadableError for a file that cannot be read.
        """
        if file not in self.definitions:
            from pulumi_everest.model.source.documents import content_of, read_yaml
            from pulumi_everest.workspace.documents import shape_for

            documents, found = read_yaml(content_of(file), file, shape_for)
            names = [value_at(document.data, ("metadata", "name")) for document in documents]
            self.definitions[file] = [name for name in names if isinstance(name, str)]
            self.batch.add([*found, *self.workspace.add_definitions(documents, plugin)])
        return self.definitions[file]

    def wait_for_values(self, given: Waiting, places: Iterable[Path]) -> bool:
        """Let the loop go round until values are known that can be without an engine; the gate stays shut.

        True if one was waited for. Only for values that must be known: what the program has queued is started by it.
        Private API of the SDK; without it the values are not known.
        """
        places = [place for place in places if given.waiting(place)]
        sync_await = getattr(_sync_await_module(), "_sync_await", None)
        if not places or sync_await is None:
            return False
        self.awaits_values = True
        try:
            for _ in range(ROUNDS):
                sync_await(asyncio.sleep(0))
                given.take_known()
                if not any(given.waiting(place) for place in places):
                    break
        finally:
            self.awaits_values = False
        return True


def _sync_await_module() -> Any:
    try:
        from pulumi.runtime import sync_await
    except ImportError:
        return None
    return sync_await


def _configured_folders() -> list[str]:
    """The folders of plugins in the stack's config: ``everest:plugins``."""
    folders = pulumi.Config("everest").get_object("plugins")
    return [folder for folder in folders if isinstance(folder, str)] if isinstance(folders, list) else []


def _configured_crds(batch: Batch) -> Crds | None:
    """The schemas in the folders and files that the stack's config names: ``everest:crds``."""
    paths = pulumi.Config("everest").get_object("crds")
    if paths is None:
        return None
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        text = "the config value everest:crds takes a list of folders with CustomResourceDefinitions"
        batch.add([finding("field.type", ("everest:crds",), text)])
        return None
    from pulumi_everest.emit.crds import Crds

    try:
        return Crds.load(paths)
    except EverestError as error:
        batch.add(error.findings)
        return None


def _configured_reconciler(batch: Batch) -> str | None:
    """Who reconciles, where the stack's config overrules the Providers: ``everest:reconcileBy``."""
    chosen = pulumi.Config("everest").get("reconcileBy")
    if chosen is not None and chosen not in RECONCILERS:
        text = f"the config value everest:reconcileBy is '{chosen}'"
        batch.add([unknown("field.value", ("everest:reconcileBy",), text, chosen, RECONCILERS)])
        return None
    return chosen


_RUNS: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Run] = weakref.WeakKeyDictionary()
_OF_CALL: ContextVar[Run | None] = ContextVar("run of a call", default=None)


def run_of_call() -> Run:
    """A run for the one component that a call of an engine asks for; resources made in this context belong to it."""
    run = Run()
    _OF_CALL.set(run)
    return run


def current_run() -> Run:
    """The run that resources made now belong to. One for each event loop and setting of the SDK, or for a call."""
    of_call = _OF_CALL.get()
    if of_call is not None:
        return of_call
    loop = asyncio.get_event_loop()
    run = _RUNS.get(loop)
    if run is None or not run.is_current():
        for ended in [other for other in _RUNS if other.is_closed()]:
            del _RUNS[ended]
        run = _RUNS[loop] = Run()
    return run


def technologies_here() -> dict[str, Technology]:
    """The technologies of the clusters that were made in this event loop, by Provider."""
    run = _RUNS.get(asyncio.get_event_loop())
    return dict(run.guard.technologies) if run is not None else {}


def plans_here() -> list[Plan | JobPlan]:
    """What the clusters, backups and restores become that were made in this event loop."""
    run = _RUNS.get(asyncio.get_event_loop())
    plans = [cluster.plan for batch in run._batches for cluster in batch.clusters] if run is not None else []
    return [plan for plan in plans if plan is not None]


def findings_here() -> list[Finding]:
    """What is wrong with the resources that were made in this event loop, whether it was raised or not."""
    run = _RUNS.get(asyncio.get_event_loop())
    return [entry for batch in run._batches for entry in batch.findings] if run is not None else []


def raise_findings() -> None:
    """Raise `ClusterError` with what is wrong with the resources made so far; for tests that run no event loop."""
    batch = current_run()._batch
    if batch is not None and batch.findings:
        raise ClusterError(batch.findings)
