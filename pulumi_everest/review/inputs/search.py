"""A search through folders: the programs and the documents of Kubernetes in them, and what is passed over."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_everest.plugins.plugin import MANIFEST

SUFFIXES = (".yaml", ".yml", ".json")
_PASSED_OVER = ("node_modules", "__pycache__")
_VERSION = re.compile(rb"""\bapiVersion["']?\s*:""")
_KIND = re.compile(rb"""\bkind["']?\s*:""")
_OURS = re.compile(rb"""everest\.percona\.com|\bkind["']?\s*:\s*["']?Database""")


@dataclass
class Found:
    """What a search found: files and folders of programs, the folders of the files, and what it left out and why."""

    paths: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def found_below(folder: Path) -> Found:
    """The programs and documents in a folder and below it, in the order of their names.

    A program's folder is not searched. Passed over are hidden folders, installed packages, plugins and Helm charts,
    and of the files those that hold nothing like a document of Kubernetes: a repository has YAML of other tools too.
    Raises OSError for a folder that cannot be read.
    """
    found = Found()
    _search(folder, found, set())
    return found


def _search(folder: Path, found: Found, seen: set[str]) -> None:
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    if is_program(folder):
        language = _other_language(folder)
        if language is None:
            found.paths.append(folder)
        else:
            found.left_out.append(f"{folder}, a program for the runtime '{language}'")
        return
    entries = sorted(folder.iterdir())
    files = [entry for entry in entries if is_yaml(entry) and _is_document(entry)]
    if files:
        found.folders.append(folder)
        found.paths += files
    for entry in entries:
        if entry.is_dir() and not _is_passed_over(entry, found):
            _search(entry, found, seen)


def _is_passed_over(folder: Path, found: Found) -> bool:
    if folder.name.startswith(".") or folder.name in _PASSED_OVER or (folder / "pyvenv.cfg").is_file():
        return True
    for file, what in ((MANIFEST, "a plugin: everest plugin check"), ("Chart.yaml", "a Helm chart")):
        if (folder / file).is_file():
            found.left_out.append(f"{folder}, {what}")
            return True
    return False


def _is_document(path: Path) -> bool:
    """Whether a file may hold documents of Kubernetes; one that cannot be read may, since that is to be said."""
    try:
        content = path.read_bytes()
    except OSError:
        return True
    return bool((_VERSION.search(content) and _KIND.search(content)) or _OURS.search(content))


def _other_language(folder: Path) -> str | None:
    """The runtime of a program that only Pulumi's engine runs."""
    from pulumi_everest.program.project import runtime_of

    runtime = runtime_of(folder)
    return None if runtime is None or runtime in ("python", "yaml") else runtime


def is_program(folder: Path) -> bool:
    """Whether a folder is a Pulumi project."""
    from pulumi_everest.program.project import project_file

    return project_file(folder) is not None


def is_yaml(path: Path) -> bool:
    """Whether a path is a file of YAML or JSON that is not hidden."""
    return path.suffix in SUFFIXES and not path.name.startswith(".") and not path.is_dir()
