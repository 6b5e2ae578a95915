"""The other side of `everest preview --against`: files and folders, or the same paths at a revision of git."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pulumi_everest.model.findings import Finding, Place, finding
from pulumi_everest.model.lock import LOCK_FILE
from pulumi_everest.model.source.packed import Known
from pulumi_everest.program.project import FILES
from pulumi_everest.review.comparison.git import Blob, GitError, Repository
from pulumi_everest.review.inputs.gather import Gathered, gather
from pulumi_everest.review.inputs.paths import Inputs, read_inputs
from pulumi_everest.review.options import Options, nearest_file


@dataclass
class FormerInput:
    """What there was: the objects and findings, the paths that did not exist then, and what is to be said about it."""

    gathered: Gathered
    new_paths: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    operators: Collection[str] = ()
    """Names of those that write into the objects, where they are a running cluster's."""


Gather = Callable[[Inputs, Options], Gathered]


def gather_before(
    against: str, paths: Sequence[str], options: Options, loaded: Iterable[str] = (), gather: Gather = gather
) -> FormerInput:
    """Everything that `--against` names. What cannot be read is a finding, and so is a revision that does not exist.

    `loaded` are the modules that the programs of `paths` have imported: those of the repository are imported anew.
    What there was is not checked against CRDs: a change may be what mends it.
    """
    options = replace(options, crds=(), is_past=True)
    if against == "-" or os.path.lexists(against):
        return FormerInput(
            gather(
                read_inputs([against], recursive=options.recursive, known=_known(options), spread=options.spread),
                options,
            )
        )
    try:
        with tempfile.TemporaryDirectory(prefix="everest-") as folder:
            return _at_revision(against, paths, options, Path(folder), loaded, gather)
    except GitError as error:
        return FormerInput(Gathered(findings=[_not_there(against, error)]))
    except OSError as error:
        text = f"the files of revision '{against}' cannot be written: {error.strerror or error}"
        return FormerInput(Gathered(findings=[finding("source.unreadable", (), text)]))


def _known(options: Options) -> Known | None:
    """The documents of the other side, by their texts."""
    return options.memory.documents if options.memory is not None else None


def _not_there(against: str, error: GitError) -> Finding:
    near = nearest_file(Path(against))
    text = f"there is no file or folder '{against}', and {error.message}{near}"
    return finding("source.unreadable", (), text, hint=error.hint)


class _Trees:
    """The trees of one revision, each repository's in a folder of its own."""

    def __init__(self, revision: str, folder: Path, *, recursive: bool) -> None:
        self.revision, self.folder, self.recursive = revision, folder, recursive
        self.repositories: dict[Path, tuple[Repository, str, Path]] = {}

    def of(self, path: Path) -> tuple[Repository, str, Path]:
        """The repository of a path, the commit, and the folder for what is read of it."""
        repository = Repository.holding(path)
        if repository.top not in self.repositories:
            commit = repository.commit(self.revision)
            folder = self.folder / str(len(self.repositories)) / repository.top.name
            folder.mkdir(parents=True)
            self.repositories[repository.top] = (repository, commit, folder)
        return self.repositories[repository.top]

    def at(self, path: Path) -> Path | None:
        """The path as it was, read into the folder; None where there was nothing."""
        repository, commit, folder = self.of(path)
        inside = repository.inside(path)
        target = folder / inside
        blobs = repository.files(commit, inside)
        if not blobs:
            return None
        if inside and not _stand_alone(blobs, inside, recursive=self.recursive):
            blobs = repository.files(commit, "")
        elif [blob.path for blob in blobs] == [inside]:
            blobs += repository.files(commit, (Path(inside).parent / LOCK_FILE).as_posix())
        repository.write([blob for blob in blobs if not os.path.lexists(folder / blob.path)], folder)
        return target if target.exists() else None

    def shown(self, text: str) -> str:
        """A text in which files of the folder are called ``REV:path``, as git does."""
        for _, _, folder in self.repositories.values():
            for written in dict.fromkeys((os.fspath(folder), os.path.realpath(folder))):
                text = text.replace(written + os.sep, f"{self.revision}:").replace(written, f"{self.revision}:.")
        return text

    def today(self, file: str) -> str | None:
        """Where a file of the folder stands today, whether it is there or not."""
        for top, (_, _, folder) in self.repositories.items():
            for written in (folder, Path(os.path.realpath(folder))):
                if Path(file).is_relative_to(written):
                    return os.fspath(top / Path(file).relative_to(written))
        return None


def _stand_alone(blobs: Iterable[Blob], path: str, *, recursive: bool) -> bool:
    """Whether files need nothing else of the repository: a program may import from anywhere, and links may lead there.

    A program in a folder of the path is none of the input, unless folders are searched.
    """
    split = [(blob.is_link, *blob.path.rpartition("/")[::2]) for blob in blobs]
    return not any(is_link or (name in FILES and (recursive or folder == path)) for is_link, folder, name in split)


def _at_revision(
    revision: str, paths: Sequence[str], options: Options, folder: Path, loaded: Iterable[str], gather: Gather
) -> FormerInput:
    trees = _Trees(revision, folder, recursive=options.recursive)
    found: list[str] = []
    new: list[str] = []
    for text in paths:
        then = trees.at(Path(text))
        if then is None:
            new.append(text)
        else:
            found.append(os.fspath(then))
    plugins, notes = [], list[str]()
    for path in options.plugins:
        former = _plugin(path, trees)
        plugins.append(former or path)
        if former is None:
            notes.append(f"plugin {path} did not exist in {revision}, so it is taken as it is now on both sides")
    inputs = read_inputs(found, recursive=options.recursive, known=_known(options), spread=options.spread)
    inputs.findings = [entry for entry in inputs.findings if entry.code != "source.empty"]
    _forget(loaded, list(trees.repositories))
    gathered = gather(inputs, replace(options, plugins=plugins))
    rename(gathered, trees.shown, trees.today)
    return FormerInput(gathered, new, notes)


def _forget(loaded: Iterable[str], tops: Sequence[Path]) -> None:
    """Let the modules that stand in a repository be imported anew, as they were; packages installed there stay."""
    own = __name__.partition(".")[0]
    for name in loaded:
        file = getattr(sys.modules.get(name), "__file__", None)
        if not isinstance(file, str) or name.partition(".")[0] == own:
            continue
        path = Path(os.path.realpath(file))
        installed = {"site-packages", "dist-packages"} & set(path.parts)
        if not installed and any(path.is_relative_to(os.path.realpath(top)) for top in tops):
            del sys.modules[name]


def _plugin(path: Path, trees: _Trees) -> Path | None:
    """The folder of a plugin as it was, None where its repository had none; as it is if no repository has it."""
    try:
        return trees.at(path)
    except GitError:
        return path


def rename(
    gathered: Gathered, shown: Callable[[str], str], today: Callable[[str], str | None] = lambda _: None
) -> None:
    """Give all files the names that people know, and keep their texts: the folder will be gone.

    `today` says where a file stands that is not of today.
    """
    sources = gathered.sources
    for file in {entry.place.file for entry in gathered.findings if entry.place is not None}:
        sources.texts[shown(file)] = "\n".join(sources.lines(file))
    gathered.findings = [_named(entry, shown, today) for entry in gathered.findings]
    for item in gathered.items:
        if item.place is not None:
            item.place = _placed(item.place, shown, today)
    for group in gathered.groups:
        if group.cluster is not None:
            group.cluster = replace(group.cluster, shown=partial(_shown_as, group.cluster.shown, shown, today))


def _shown_as(
    show: Callable[[Finding], Finding],
    named: Callable[[str], str],
    today: Callable[[str], str | None],
    entry: Finding,
) -> Finding:
    return _named(show(entry), named, today)


def _named(entry: Finding, named: Callable[[str], str], today: Callable[[str], str | None]) -> Finding:
    """A finding with the names of files that people know."""
    return replace(
        entry,
        message=named(entry.message),
        hint=named(entry.hint) if entry.hint else None,
        place=_placed(entry.place, named, today) if entry.place else None,
    )


def _placed(place: Place, named: Callable[[str], str], today: Callable[[str], str | None]) -> Place:
    return replace(place, file=named(place.file), today=today(place.file))
