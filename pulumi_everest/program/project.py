"""A Pulumi project as a folder: Pulumi.yaml, the program it names, and the config of its stacks."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_everest.model.findings import EverestError, Finding, did_you_mean, finding
from pulumi_everest.model.shapes import ANY, TEXT, Shape
from pulumi_everest.model.source.documents import Document, read_file

FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
MAIN_FILES = ("Main.yaml", "Main.yml", "Main.json", *FILES)
"""Where a program in YAML may stand."""
YAML = "yaml"
_SHAPE = Shape("object", {"name": TEXT, "main": TEXT})


@dataclass
class Project:
    """What Pulumi.yaml says. `program` is the file that runs, in Python or YAML, `directory` the folder it runs in."""

    name: str
    folder: Path
    directory: Path
    program: Path
    document: Document
    config: dict[str, str] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    runtime: str = "python"


def project_file(folder: Path) -> Path | None:
    """The Pulumi.yaml of a folder, if it is a Pulumi project."""
    return next((folder / name for name in FILES if (folder / name).is_file()), None)


def runtime_of(folder: Path) -> str | None:
    """The runtime that a Pulumi.yaml names; None where it cannot be read, or names none."""
    path = project_file(folder)
    documents, found = read_file(path, lambda _version, _kind: _SHAPE) if path is not None else ([], [])
    runtime = _runtime(documents[0].data) if documents and not found else None
    return runtime if isinstance(runtime, str) else None


def _runtime(data: Mapping[str, Any]) -> Any:
    runtime = data.get("runtime")
    return runtime.get("name") if isinstance(runtime, dict) else runtime


def read_project(folder: Path, shown: str | None = None) -> Project:
    """The project in a folder. Raises EverestError where it is none, or not one whose program is in Python."""
    path = project_file(folder)
    if path is None:
        raise EverestError(
            [finding("program.project", (), f"{shown or folder} is no Pulumi project: it has no Pulumi.yaml")]
        )
    documents, found = read_file(path, lambda _version, _kind: _SHAPE)
    if found:
        raise EverestError(found)
    document = documents[0]
    data = document.data
    name, runtime = data.get("name"), _runtime(data)
    if not isinstance(name, str) or not name:
        raise EverestError([_at(document, ("name",), "Pulumi.yaml needs the project's name")])
    if runtime not in ("python", YAML):
        text = f"the program's runtime is '{runtime}': only programs in Python and YAML run without Pulumi's engine"
        hint = "pulumi preview checks it as well, through the same components"
        raise EverestError([_at(document, ("runtime",), text, hint=hint, allowed=["python", YAML])])
    main = data.get("main")
    target = folder / main if isinstance(main, str) and main else folder
    if target.is_file():
        program = target
    elif runtime == YAML:
        program = next((target / file for file in MAIN_FILES if (target / file).is_file()), path)
    else:
        program = target / "__main__.py"
    if not program.is_file():
        text = f"there is no {_relative(program, folder)} to run"
        raise EverestError([_at(document, ("main",), text)])
    project = Project(name, folder, program.parent, program, document, runtime=str(runtime))
    _own_config(project)
    return project


def _at(document: Document, path: tuple[str | int, ...], text: str, **more: Any) -> Finding:
    return finding("program.project", path, text, place=document.place(path), **more)


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path, folder)


def _own_config(project: Project) -> None:
    """Config that the project itself gives, and the keys it asks stacks for."""
    config = project.document.data.get("config")
    for key, value in (config if isinstance(config, dict) else {}).items():
        full = full_key(str(key), project.name)
        if isinstance(value, dict):
            given = value.get("value", value.get("default"))
            if given is not None:
                project.config[full] = _text(given)
            elif value:
                project.needed.append(full)
        elif value is not None:
            project.config[full] = project.document.text_at(("config", key)) or _text(value)


def full_key(key: str, project: str) -> str:
    """A config key with its namespace: the project's name where it has none."""
    return key if ":" in key else f"{project}:{key}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@dataclass
class StackConfig:
    """Config of one stack: `values`, and the keys whose values are encrypted, so nobody knows them here."""

    stack: str
    values: dict[str, str] = field(default_factory=dict)
    encrypted: set[str] = field(default_factory=set)
    file: Path | None = None
    stacks: list[str] = field(default_factory=list)

    def hint(self) -> str | None:
        """The nearest of the stacks that have a file, where this one has none."""
        return None if self.file is not None else did_you_mean(self.stack, self.stacks)


def stacks_of(folder: Path) -> list[str]:
    """Names of the stacks of a project's folder that have a file with config."""
    names = []
    for suffix in (".yaml", ".yml"):
        for path in sorted(folder.glob(f"Pulumi.*{suffix}")):
            names.append(path.name.removeprefix("Pulumi.").removesuffix(suffix))
    return sorted(set(names))


def read_stack_config(project: Project, stack: str | None) -> StackConfig:
    """The config of a stack: of the one named, of the only one that has a file, or of `dev`.

    Raises EverestError where the file is wrong.
    """
    stacks = stacks_of(project.folder)
    name = stack or os.environ.get("PULUMI_STACK") or (stacks[0] if len(stacks) == 1 else "dev")
    name = name.rsplit("/", 1)[-1]
    files = [project.folder / f"Pulumi.{name}{suffix}" for suffix in (".yaml", ".yml")]
    path = next((file for file in files if file.is_file()), None)
    config = StackConfig(name, stacks=stacks, file=path)
    if path is None:
        return config
    documents, found = read_file(path, lambda _version, _kind: ANY)
    if any(entry.code != "source.empty" for entry in found):
        raise EverestError(found)
    for document in documents[:1]:
        values = document.data.get("config")
        for key, value in (values if isinstance(values, dict) else {}).items():
            full = full_key(str(key), project.name)
            if _has_secure(value):
                config.encrypted.add(full)
            elif value is not None:
                config.values[full] = document.text_at(("config", key)) or _text(value)
    return config


def _has_secure(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"secure"} or any(_has_secure(item) for item in value.values())
    return isinstance(value, list) and any(_has_secure(item) for item in value)
