"""What the paths on the command line stand for: texts of YAML, and Pulumi programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pulumi_everest.model.findings import Finding, Place, finding
from pulumi_everest.model.source.collector import collector_paused
from pulumi_everest.model.source.documents import Document, UnreadableError, content_of, read_limited, read_yaml
from pulumi_everest.model.source.packed import Known, Packed, PackedDocuments
from pulumi_everest.review.inputs.search import SUFFIXES, found_below, is_program, is_yaml
from pulumi_everest.review.options import STDIN, Options, WrongUseError, nearest_file
from pulumi_everest.workspace.spread import Spread, in_order
from pulumi_everest.workspace.workspace import shape_for

_REPLACED = "\ufffd"
"""What stands in a text for bytes that are none: it may be that of several files."""
PROJECT_FILES = frozenset({"Pulumi.yaml", "Pulumi.yml", "Pulumi.json"})


@dataclass
class Inputs:
    """The documents of all files, the text of each file, the folders of all programs, and what could not be read.

    `folders` are those whose files were all read, `left_out` what a search found and does not read, with the reason.
    """

    documents: Sequence[Document] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    programs: list[Path] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass
class _File:
    """A file to be read. `content` is there where it cannot be read again."""

    shown: str
    path: Path
    content: bytes | None = None


@dataclass
class _Read:
    """What a file holds; the text is None where it cannot be read at all. With `known` nothing else is handed on."""

    documents: tuple[Packed, ...] = ()
    findings: Sequence[Finding] = ()
    text: str | None = None
    known: bool = False


def read_inputs(
    paths: Sequence[str],
    *,
    recursive: bool = False,
    known: Known | None = None,
    spread: Spread = in_order,
) -> Inputs:
    """Everything that the paths name, each file and folder once. What cannot be read is a finding.

    With `recursive` folders are searched for folders (`found_below`). `known` are the documents of texts that were read
    already, which are not read again; those of this input are added to it. `spread` says how files are read.
    """
    documents = PackedDocuments()
    inputs, known = Inputs(documents), {} if known is None else known
    files = list(_files_of(paths, inputs, recursive=recursive))
    with collector_paused():
        for file, read in zip(files, spread(partial(_read, known=known), files, done="files read"), strict=True):
            inputs.findings += read.findings
            if read.text is None:
                continue
            text, packed = known[read.text] if read.known else (read.text, read.documents)
            documents.add(file.shown, packed)
            inputs.texts[file.shown] = text
            if not read.findings and _REPLACED not in text:
                known[text] = text, packed
    return inputs


def _files_of(paths: Sequence[str], inputs: Inputs, *, recursive: bool) -> Iterator[_File]:
    """The files that are to be read, in order, each once. Programs are noted in the inputs."""
    seen: set[str] = set()
    folders: dict[Path, str] = {}
    for text in paths:
        if text == "-":
            if STDIN not in seen:
                seen.add(STDIN)
                yield _File(STDIN, Path(text), read_limited(sys.stdin.buffer))
            continue
        for path in _files(Path(text), inputs, recursive=recursive):
            key = _identity(path, folders)
            if key in seen:
                continue
            seen.add(key)
            if path.is_dir():
                inputs.programs.append(path)
            else:
                yield _File(str(path), path)


def _identity(path: Path, folders: dict[Path, str]) -> str:
    """The real path of a file or folder. `folders` remembers those of the folders around them."""
    try:
        if os.path.islink(path) or path.name in ("", ".", ".."):
            return os.path.realpath(path)
        if path.parent not in folders:
            folders[path.parent] = os.path.realpath(path.parent)
        return os.path.join(folders[path.parent], path.name)
    except (OSError, ValueError):
        return str(path)


def _files(path: Path, inputs: Inputs, *, recursive: bool) -> list[Path]:
    """The files that a path names; a folder only if it is a program."""
    try:
        if not path.is_dir():
            # The file of a project stands for its program, which may be all that is in it.
            return [path.parent if path.name in PROJECT_FILES and path.is_file() else path]
        if is_program(path):
            return [path]
        if recursive:
            return _searched(path, inputs)
        entries = sorted(path.iterdir())
        files = [entry for entry in entries if is_yaml(entry)]
        if files:
            inputs.folders.append(path)
            return files
        below = [e.name for e in entries if e.is_dir() and (is_program(e) or any(map(is_yaml, e.iterdir())))]
    except OSError as error:
        problem = f"the folder cannot be read: {error.strerror or error}"
        inputs.findings.append(finding("source.unreadable", (), problem, place=Place(str(path))))
        return []
    named = ", ".join(below[:8])
    hint = f"folders in it are not searched without --recursive; name one of them: {named}" if below else None
    problem = "the folder has no Pulumi.yaml and no *.yaml, *.yml or *.json files"
    inputs.findings.append(finding("source.empty", (), problem, hint=hint, place=Place(str(path))))
    return []


def _searched(path: Path, inputs: Inputs) -> list[Path]:
    """The files and programs in a folder and all folders below it. None at all is a finding."""
    found = found_below(path)
    inputs.folders += found.folders
    inputs.left_out += found.left_out
    if not found.paths:
        problem = "neither the folder nor one below it has a Pulumi.yaml or a document of Kubernetes"
        inputs.findings.append(finding("source.empty", (), problem, place=Place(str(path))))
    return found.paths


def is_input(text: str) -> bool:
    """Whether a word names something to read: standard input, a file of YAML, a program, or a folder of such files."""
    path = Path(text)
    try:
        if not path.is_dir():
            return text == "-" or (path.suffix in SUFFIXES and path.is_file())
        return is_program(path) or any(map(is_yaml, path.iterdir()))
    except (OSError, ValueError):
        return False


def _read(file: _File, known: Known) -> _Read:
    """What a file holds. Raises nothing: what cannot be read is a finding."""
    content = file.content
    if content is None:
        try:
            content = content_of(file.path)
        except UnreadableError as error:
            problem = _missing(file.path) if error.is_missing else str(error)
            return _Read(findings=[finding("source.unreadable", (), problem, place=Place(file.shown))])
    text = content.decode("utf-8", errors="replace").removeprefix("\ufeff")
    if text in known:
        return _Read(text=text, known=True)
    documents, found = read_yaml(content, file.shown, shape_for)
    return _Read(tuple(map(Packed.of, documents)), found, text)


def _missing(path: Path) -> str:
    """What is said of a file that is not there."""
    if path.is_symlink():
        return f"it is a link to '{os.readlink(path)}', which is not there"
    return f"there is no such file or folder{nearest_file(path)}"


def refuse_unused(inputs: Inputs, options: Options) -> None:
    """Options that would do nothing with these inputs are wrong use. Raises WrongUseError."""
    given = options.for_programs()
    if given and not inputs.programs:
        names = " and ".join(given)
        raise WrongUseError(f"{names}: only for Pulumi programs, and no PATH is a folder with a Pulumi.yaml")
