"""Plugins by what people call them: a folder, a wheel, a path at a revision of git, or the name of one installed."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pulumi_everest.authoring.opened import unpack
from pulumi_everest.model.findings import EverestError, finding
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import MANIFEST
from pulumi_everest.review.comparison.git import GitError, Repository
from pulumi_everest.review.options import nearest_file

_DEPTH = 4
"""How deep below a folder plugins are searched: those of a package stand in it or one folder deeper."""
_WHEELS = (".whl", ".zip")


@dataclass(frozen=True)
class PluginSource:
    """The folders of the plugins that a text names. `root` is where those were written that are not on the disk."""

    text: str
    folders: list[Path]
    root: Path | None = None

    def shown(self, text: str) -> str:
        """A text in which what was written for a while is called as the user called it."""
        if self.root is None:
            return text
        for written in dict.fromkeys((os.fspath(self.root), os.path.realpath(self.root))):
            text = text.replace(written + os.sep, f"{self.text}/").replace(written, self.text)
        return text


def plugin_source(text: str, scratch: Path, other: str | None = None) -> PluginSource:
    """What a text names. `scratch` is an empty folder for what has to be written, `other` the other side's text.

    Raises EverestError where there is no plugin.
    """
    path = Path(text)
    try:
        if path.is_dir():
            return PluginSource(text, _found(path, text))
        if path.is_file():
            return PluginSource(text, _of_wheel(path, scratch, text), scratch)
        revision, colon, inside = text.partition(":")
        if colon:
            return PluginSource(text, _at(revision, inside, scratch, text), scratch)
        installed = Plugins([]).named(text)
        if installed is not None:
            return PluginSource(text, [installed.folder])
        if other is not None and Path(other).is_dir():
            return PluginSource(f"{text}:{other}", _at(text, other, scratch, text, here=True), scratch)
    except GitError as error:
        message = f"there is no file or folder '{text}', and {error.message}{nearest_file(path)}"
        raise EverestError([finding("plugin.not-found", (), message, hint=error.hint)]) from None
    except OSError as error:
        message = f"the plugin '{text}' cannot be read: {error.strerror or error}"
        raise EverestError([finding("plugin.not-found", (), message)]) from None
    message = f"there is no folder, wheel or installed plugin '{text}'{nearest_file(path)}"
    hint = "name one, or a revision with a path: v1.0:plugins/shop"
    raise EverestError([finding("plugin.not-found", (), message, hint=hint)])


def _found(folder: Path, text: str) -> list[Path]:
    """The folders of plugins in a folder, or below it."""
    if (folder / MANIFEST).is_file():
        return [folder]
    found = sorted(_below(folder, _DEPTH))
    if not found:
        message = f"'{text}' is no plugin, and has none below it: there is no {MANIFEST}"
        raise EverestError([finding("plugin.not-found", (), message)])
    return found


def _below(folder: Path, depth: int) -> Iterator[Path]:
    for entry in folder.iterdir():
        if not entry.is_dir() or entry.name.startswith((".", "_")) or entry.name == "node_modules":
            continue
        if (entry / MANIFEST).is_file():
            yield entry
        elif depth > 1:
            yield from _below(entry, depth - 1)


def _of_wheel(path: Path, scratch: Path, text: str) -> list[Path]:
    """The plugins of a package that is not installed. Nothing of it runs but what a plugin declares."""
    if path.suffix not in _WHEELS or not zipfile.is_zipfile(path):
        message = f"'{text}' is no folder and no wheel"
        raise EverestError([finding("plugin.not-found", (), message, hint="name the folder that has plugin.yaml")])
    unpack(path, scratch)
    return _found(scratch, text)


def _at(revision: str, inside: str, scratch: Path, text: str, *, here: bool = False) -> list[Path]:
    """The plugins at a path of a repository, as they were. The path is from its top, or from here alone."""
    path, here = Path(inside), here or inside.startswith(".")
    repository = Repository.holding(path if here else Path())
    commit = repository.commit(revision)
    places = [repository.inside(path)] if here else [inside.rstrip("/"), repository.inside(path)]
    for where in dict.fromkeys(places):
        blobs = repository.files(commit, where)
        if blobs:
            repository.write(blobs, scratch)
            return _found(scratch / where, text)
    raise GitError(f"revision '{revision}' has no path '{inside}'")
