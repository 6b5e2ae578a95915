"""Why a program failed, in the program's own terms: its file and line, and never a traceback."""

from __future__ import annotations

import builtins
import re
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pulumi
from pulumi.config import ConfigMissingError, ConfigTypeError

from pulumi_everest.model.findings import Finding, Place, did_you_mean, finding
from pulumi_everest.program.config import Encrypted
from pulumi_everest.program.monitor import Recorder, is_inside
from pulumi_everest.program.project import Project, StackConfig
from pulumi_everest.resources.engine.tokens import subject_of


class Failures:
    """Turns what a program raised into findings."""

    def __init__(self, project: Project, stack: StackConfig, roots: tuple[str, ...], shown: str) -> None:
        self.project, self.stack, self.roots, self.shown = project, stack, roots, shown

    def findings(
        self,
        error: BaseException,
        recorder: Recorder,
        found: Sequence[Finding] = (),
        beside: BaseException | None = None,
    ) -> list[Finding]:
        """All that is to be said about an error, about what was found before it, and what the program itself raised."""
        own = getattr(error, "findings", None)
        if not isinstance(own, (list, tuple)) or not own or not all(isinstance(entry, Finding) for entry in own):
            return [*self.placed(found, recorder), self._finding(error)]
        raised = [] if beside is None else [self._finding(beside)]
        said = set(own)
        others = [entry for entry in found if entry not in said]
        return [*self.placed([*own, *others], recorder), *raised]

    def placed(self, found: Iterable[Finding], recorder: Recorder) -> list[Finding]:
        """Findings about resources, with the place where the program makes the resource."""
        made = recorder.constructed().items()
        places = {subject_of(token, name): place for (token, name), place in made if place is not None}
        fallback = Place(self.shown)
        return [entry if entry.place else replace(entry, place=places.get(entry.subject, fallback)) for entry in found]

    def _finding(self, error: BaseException) -> Finding:
        place = self.place(error)
        if isinstance(error, ConfigMissingError):
            return self._missing_config(error.key, place)
        if isinstance(error, ConfigTypeError):
            return self._wrong_config(error, place)
        if isinstance(error, SyntaxError):
            return finding("program.failed", (), f"the program is not valid Python: {error.msg}", place=place)
        if isinstance(error, ModuleNotFoundError):
            hint = f"everest runs programs with {sys.executable}: install what the program needs there"
            return finding("program.failed", (), str(error).lower(), hint=hint, place=place)
        if isinstance(error, SystemExit):
            text = f"the program ended itself with exit code {error.code}"
            if isinstance(error.code, str):
                text = f"the program ended itself: {error.code}"
            return finding("program.failed", (), text, place=place)
        text = str(error).strip()
        if not isinstance(error, pulumi.RunError):
            text = f"{type(error).__name__}: {text}" if text else type(error).__name__
        return finding("program.failed", (), text, hint=_near(error), place=place)

    def _missing_config(self, key: str, place: Place | None) -> Finding:
        return missing_config(key, self.project, self.stack, place)

    def _wrong_config(self, error: ConfigTypeError, place: Place | None) -> Finding:
        name = error.key.removeprefix(f"{self.project.name}:")
        if isinstance(error.value, Encrypted):
            text = f"the config value '{name}' is encrypted, and the program needs to know it as {error.expect_type}"
            return finding("program.config", (), text, hint=f"give it with --config {name}=VALUE", place=place)
        text = f"the config value '{name}' is not a valid {error.expect_type}"
        return finding("program.config", (), text, place=place)

    def place(self, error: BaseException) -> Place:
        """Where in the program an error arose: the innermost of its own lines."""
        if isinstance(error, SyntaxError) and error.filename and is_inside(error.filename, self.roots):
            return Place(shown_path(error.filename, self.roots[0], self.shown), error.lineno, error.offset or None)
        seen: set[int] = set()
        here: BaseException | None = error
        while here is not None and id(here) not in seen:
            seen.add(id(here))
            for frame in reversed(traceback.extract_tb(here.__traceback__)):
                if is_inside(frame.filename, self.roots):
                    return Place(shown_path(frame.filename, self.roots[0], self.shown), frame.lineno)
            here = here.__cause__ or here.__context__
        return Place(self.shown)


def _near(error: BaseException) -> str | None:
    """What a name that Python does not know was meant to be, as Python itself says it beneath a traceback."""
    if isinstance(error, AttributeError) and error.name is not None:
        name, names = error.name, _names_of(error.obj)
        names = [other for other in names if name[:1] == "_" or other[:1] != "_"]
    elif isinstance(error, NameError) and error.name is not None and error.__traceback__ is not None:
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        name, names = error.name, [*{**vars(builtins), **frame.f_globals, **frame.f_locals}]
    elif isinstance(error, ImportError) and (wanted := _NOT_IN_MODULE.match(str(error))):
        name, names = wanted["name"], _names_of(sys.modules.get(wanted["module"]))
    else:
        return None
    # What is there and has no value, as a variable before it is set, is not misspelt.
    return did_you_mean(name, names) if name not in names else None


_NOT_IN_MODULE = re.compile(r"cannot import name '(?P<name>[^']+)' from '(?P<module>[^']+)'")
"""Before Python 3.12 such an error knows the name by its text alone."""


def _names_of(value: object) -> list[str]:
    """The names of a value's attributes; none where its own way to tell them fails."""
    try:
        return dir(value)
    except Exception:  # noqa: BLE001 - whatever a program's object does, its first failure is what is said
        return []


def missing_config(key: str, project: Project, stack: StackConfig, place: Place | None) -> Finding:
    """A config value that is needed and not there, and how to give it."""
    name = key.removeprefix(f"{project.name}:")
    text = f"the config value '{name}' is missing in stack '{stack.stack}'"
    other = did_you_mean(stack.stack, stack.stacks) if stack.file is None else None
    near = f"; there is no Pulumi.{stack.stack}.yaml: {other}" if other else ""
    hint = f"set it in Pulumi.{stack.stack}.yaml, or give it with --config {name}=VALUE{near}"
    return finding("program.config", (), text, hint=hint, place=place)


def shown_path(file: str, root: str, shown: str) -> str:
    """A file of the program as the user would write it: beside `shown`, which is its main file's path for people."""
    inside = file.removeprefix(root.rstrip("/\\") + "/")
    folder = shown.rpartition("/")[0]
    if inside == file:
        return file
    return f"{folder}/{inside}" if folder else inside
