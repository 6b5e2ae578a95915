"""Run a Pulumi program in this process, as a preview without an engine, and keep what it asks for."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import os
import runpy
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pulumi.runtime import config as runtime_config
from pulumi.runtime import settings
from pulumi.runtime.stack import register_stack_transformation, run_in_stack

from pulumi_everest.core.lock_record import Record
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.findings import EverestError, Finding, Place, finding, place_text
from pulumi_everest.model.lock import LOCK_FILE
from pulumi_everest.program import ending
from pulumi_everest.program.config import Encrypted, stack_outputs
from pulumi_everest.program.failures import Failures, missing_config, shown_path
from pulumi_everest.program.monitor import Log, Message, Recorder, Registered, frame_in, is_inside
from pulumi_everest.program.project import YAML, Project, StackConfig, full_key, read_project, read_stack_config
from pulumi_everest.program.secret_texts import SecretTexts
from pulumi_everest.program.values import UNKNOWN, unknown_paths
from pulumi_everest.resources.arguments.walk import OUTPUT_TEXT
from pulumi_everest.resources.candidates.program_lock import RECORD
from pulumi_everest.resources.candidates.run import findings_here, plans_here, technologies_here
from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.engine.errors import raised_by_program
from pulumi_everest.resources.engine.warnings import WITHOUT_ENGINE
from pulumi_everest.workspace.plans.job_plans import JobPlan
from pulumi_everest.workspace.plans.plan import Plan

TIMEOUT = 60.0
"""Seconds that a program may take."""

_ONE_AT_A_TIME = threading.Lock()


@dataclass
class ProgramRun:
    """What a program asked for. Where `findings` hold an error, it is what it asked for until then.

    `clusters` counts the DatabaseCluster resources, registered or not; `error` is what the program raised, for those
    who want its traceback; `locked` is what a lock would record of each cluster, by resource name.
    """

    project: str
    stack: str
    resources: list[Registered] = field(default_factory=list)
    clusters: int = 0
    exports: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    error: BaseException | None = None
    locked: dict[str, list[Record]] = field(default_factory=dict)
    technologies: dict[str, Technology] = field(default_factory=dict)
    """What its clusters are of, by the names of their Providers."""
    plans: list[Plan | JobPlan] = field(default_factory=list)
    """What its clusters, backups and restores become."""
    config: Mapping[str, str] = field(default_factory=dict)
    """The config that it had, by full keys; what is encrypted is not among it."""
    secrets: SecretTexts = field(default_factory=SecretTexts)
    """What no text about it may show."""

    def manifests(self) -> list[dict[str, Any]]:
        """The Kubernetes objects that the program makes, in its order."""
        return [resource.inputs for resource in self.resources if is_object(resource)]

    def unknown(self) -> list[Finding]:
        """A warning for each value of an object that only an engine could tell; what is secret is hidden anyway."""
        found = []
        for resource in filter(is_object, self.resources):
            kind = resource.inputs.get("kind")
            for path in unknown_paths(resource.inputs):
                text = "the value is not known without Pulumi's engine"
                subject = f"{kind} {resource.name}"
                found.append(finding("program.unknown", path, text, subject=subject, place=resource.place))
        return found


def is_object(resource: Registered) -> bool:
    """Whether a resource is a Kubernetes object of its own, not a chart, a patch of one, or one that is only read."""
    kind = resource.inputs.get("kind")
    if resource.existing or not resource.type.startswith("kubernetes:") or not isinstance(kind, str):
        return False
    return "apiVersion" in resource.inputs and not resource.type.endswith(f":{kind}Patch")


def run_program(
    folder: str | os.PathLike[str],
    *,
    config: Mapping[str, str] | None = None,
    stack: str | None = None,
    project: str | None = None,
    stack_outputs: Mapping[str, Any] | None = None,
    timeout: float = TIMEOUT,
) -> ProgramRun:
    """Run the Pulumi program of a folder as a preview, without an engine.

    `config` goes over that of Pulumi.<stack>.yaml; keys without a namespace belong to the project. `stack_outputs`
    are what other stacks give; all other outputs, like ids, are unknown. What is wrong is in the findings of the
    result, never raised. The working directory, sys.path and the modules of the program are put back afterwards.
    Programs run one at a time in a process.
    """
    folder = Path(folder)
    try:
        read = read_project(folder)
        stack_config = read_stack_config(read, stack)
    except EverestError as error:
        return ProgramRun(project or "", stack or "", findings=error.findings, error=error)
    if project is not None:
        read.name = project
    with _ONE_AT_A_TIME:
        ending.give(timeout)
        return _Run(read, stack_config, dict(config or {}), dict(stack_outputs or {}), timeout).run()


class _Run:
    """One run at work."""

    def __init__(
        self, project: Project, stack: StackConfig, config: dict[str, str], outputs: dict[str, Any], timeout: float
    ) -> None:
        self.project, self.stack, self.outputs, self.timeout = project, stack, outputs, timeout
        self.directory = os.path.abspath(project.directory)
        self.program = os.path.abspath(project.program)
        self.shown = os.fspath(project.program)
        self.given = {full_key(key, project.name): value for key, value in config.items()}
        self.values = {**project.config, **stack.values, **self.given}
        self.encrypted = stack.encrypted - set(self.given)
        roots = (self.directory,)
        self.failures = Failures(project, stack, roots, self.shown)
        self.recorder = Recorder(self._place_here)
        self.log = Log()
        self.secrets = SecretTexts()
        for key in stack.encrypted & set(self.given):
            self.secrets.add(self.given[key])
        self.error: BaseException | None = None
        self.warnings: list[Finding] = []
        self.locked: dict[str, list[Record]] = {}
        self.technologies: dict[str, Technology] = {}
        self.plans: list[Plan | JobPlan] = []
        self.found: list[Finding] = []
        self.beside: BaseException | None = None
        self.ended = threading.Event()

    def _place_here(self) -> Place | None:
        at = frame_in((self.directory,))
        return Place(shown_path(at[0], self.directory, self.shown), at[1]) if at else None

    def run(self) -> ProgramRun:
        known = {*self.values, *self.encrypted}
        missing = [key for key in self.project.needed if key not in known]
        if missing:
            place = self.project.document.place(("config",))
            found = [missing_config(key, self.project, self.stack, place) for key in missing]
            return ProgramRun(self.project.name, self.stack.stack, findings=found)
        thread = threading.Thread(target=contextvars.Context().run, args=(self._body,), daemon=True, name="program")
        with _surroundings(self.directory, self.program), stack_outputs(self.outputs), self.secrets.noted():
            thread.start()
            ended = self.ended.wait(self.timeout)
            found = [] if ended else [self._timeout(thread)]
        return self._result(found)

    def _timeout(self, thread: threading.Thread) -> Finding:
        place = Place(self.shown)
        frame = sys._current_frames().get(thread.ident or 0)
        while frame is not None:
            if is_inside(frame.f_code.co_filename, (self.directory,)):
                file = shown_path(frame.f_code.co_filename, self.directory, self.shown)
                place = Place(file, frame.f_lineno)
                break
            frame = frame.f_back
        text = f"the program has not ended after {self.timeout:g} seconds"
        hint = "it waits for something, or one of its outputs never gets a value"
        return finding("program.timeout", (), text, hint=hint, place=place)

    def _result(self, found: list[Finding]) -> ProgramRun:
        recorder, resources = self.recorder, self.recorder.resources_in_order()
        for resource in resources:
            self.secrets.find(resource.inputs)
        self.secrets.find(recorder.exports)
        if self.error is not None:
            found += self.failures.findings(self.error, recorder, self.found, self.beside)
        found += self.failures.placed(self.warnings, recorder)
        for twin in recorder.twins:
            text = f"there are two resources '{twin.name}' of type {twin.type}"
            first = recorder.found[twin.urn].place
            if first is not None:
                text += f", the first at {place_text(first)}"
            found.append(finding("program.duplicate", (), text, subject=twin.name, place=twin.place))
        told = any(entry.code == "value.output-text" for entry in found)
        for message in self.log.messages:
            if told and OUTPUT_TEXT.search(message.text):
                continue  # the SDK's own words about what is an error above
            code = {"error": "program.failed", "warning": "program.warning"}.get(message.severity)
            own = recorder.found.get(message.urn)
            if code == "program.warning" or (code is not None and self.error is None):
                place = own.place if own else None
                subject = tokens.subject_of(own.type, own.name) if own else ""
                found.append(finding(code, (), message.text, subject=subject, place=place or Place(self.shown)))
        for token in recorder.calls:
            text = f"the program calls '{token}', which gives nothing without Pulumi's engine"
            found.append(finding("program.call", (), text, place=Place(self.shown)))
        for entry in resources:
            if entry.remote:
                text = f"what '{entry.name}' ({entry.type}) consists of is known to Pulumi's engine only"
                found.append(finding("program.call", (), text, place=entry.place))
        clusters = sum(1 for kind, _ in recorder.constructed() if kind == tokens.CLUSTER)
        return ProgramRun(
            self.project.name,
            self.stack.stack,
            resources,
            clusters,
            recorder.exports,
            self.log.messages,
            [self.secrets.hidden(self._beside(entry)) for entry in found],
            self.error,
            self.locked,
            self.technologies,
            self.plans,
            self.values,
            self.secrets,
        )

    def _beside(self, entry: Finding) -> Finding:
        """A finding about the lock file with that file's name as the caller would write it."""
        file = os.path.join(self.project.folder, LOCK_FILE)
        if entry.place is None or entry.place.file != os.path.relpath(file, self.directory):
            return entry
        return replace(entry, place=replace(entry.place, file=file))

    def _body(self) -> None:
        RECORD.set(self.locked)
        WITHOUT_ENGINE.set(self.warnings)
        try:
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(lambda _loop, _context: None)
            asyncio.set_event_loop(loop)
            try:
                loop.run_until_complete(self._in_stack())
            except BaseException as error:
                self.beside = raised_by_program(error)  # tasks that end later raise the same error elsewhere
                raise
            finally:
                _close(loop)
                asyncio.set_event_loop(None)
        except SystemExit as error:
            self.error = error if error.code not in (None, 0) else None
        except BaseException as error:  # noqa: BLE001 - whatever a program raises is reported
            self.error = error
        finally:
            self.ended.set()

    async def _in_stack(self) -> None:
        settings.set_root_resource(None)  # type: ignore[arg-type]
        settings.configure(
            settings.Settings(
                project=self.project.name,
                stack=self.stack.stack,
                monitor=self.recorder,
                engine=self.log,
                dry_run=True,
                organization="organization",
                root_directory=os.path.abspath(self.project.folder),
            )
        )
        encrypted = {key: Encrypted() for key in sorted(self.encrypted)}
        values: dict[str, Any] = {**self.values, **encrypted}
        runtime_config.set_all_config(values, sorted(self.stack.encrypted))
        try:
            await run_in_stack(self._program)
        finally:
            self.technologies, self.found, self.plans = technologies_here(), findings_here(), plans_here()

    def _program(self) -> None:
        register_stack_transformation(self.recorder.note)
        if self.project.runtime == YAML:
            from pulumi_everest.program.yaml_program import run_yaml

            self.warnings += run_yaml(self.project)
            return
        runpy.run_path(self.program, run_name="__main__")


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End what a failed program left running."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        with suppress(Exception):
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    with suppress(Exception):
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@contextmanager
def _surroundings(directory: str, program: str) -> Iterator[None]:
    """The process as a program expects it; afterwards as it was, without the modules of the program."""
    before = set(sys.modules)
    cwd, path, arguments, bytecode = os.getcwd(), list(sys.path), sys.argv, sys.dont_write_bytecode
    os.chdir(directory)
    sys.path.insert(0, directory)
    sys.argv = [program]
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.chdir(cwd)
        sys.path[:] = path
        sys.argv, sys.dont_write_bytecode = arguments, bytecode
        own = __name__.partition(".")[0]
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if isinstance(file, str) and name.partition(".")[0] != own and is_inside(file, (directory,)):
                del sys.modules[name]


__all__ = ["TIMEOUT", "UNKNOWN", "ProgramRun", "is_object", "run_program"]
