"""The lock files beside YAML documents, and what all locks would say of the clusters of an input."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_everest.model.findings import EverestError, Finding
from pulumi_everest.model.lock import LOCK_FILE, Locks, read_locks
from pulumi_everest.review.options import STDIN

if TYPE_CHECKING:
    from pulumi_everest.core.lock_record import Record
    from pulumi_everest.model.lock import Lock
    from pulumi_everest.model.lock_file import LockedCluster
    from pulumi_everest.program.run import ProgramRun
    from pulumi_everest.review.options import Options
    from pulumi_everest.workspace.workspace import ClusterInput, Plan


@dataclass
class Section:
    """The clusters of one folder, of its documents or (with a stack) its program.

    `whole` says that there are no others, so that an entry of another is of a cluster that is gone.
    """

    folder: Path
    stack: str | None
    whole: bool
    records: list[Record]

    def entries(self) -> Mapping[str, LockedCluster]:
        """What the lock file has of these clusters and others of its stack. Raises EverestError where it is wrong."""
        locks = read_locks(self.folder / LOCK_FILE)
        return (locks.section(self.stack) if locks is not None else None) or {}


class LockFiles:
    """The lock files of an input's folders, each read once. What is wrong with them is in `findings`."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._unlocked = frozenset(options.unlocked) if options.unlocked is not None else None
        self.findings: list[Finding] = []
        self._read: dict[Path, Locks | None] = {}

    def apply(self, clusters: Iterable[ClusterInput]) -> None:
        """Let the clusters of documents know what their lock says."""
        for cluster in clusters:
            name = name_of(cluster)
            if name is not None and not self._ignores(name):
                cluster.lock = self.of(folder_of(cluster), name)

    def of(self, folder: Path, name: str) -> Lock | None:
        """What the lock of a folder says of the cluster of a document, named as by `name_of`."""
        if self._ignores(name):
            return None
        locks = self._of(folder)
        return locks.of(None, [name]) if locks is not None else None

    def read_for(self, names: Iterable[tuple[Path, str]]) -> None:
        """Read the lock files of clusters, each by its folder and ``namespace/name``, before `apply` asks for one."""
        for folder, name in names:
            if not self._ignores(name):
                self._of(folder)

    def _ignores(self, name: str) -> bool:
        unlocked = self._unlocked
        return self.options.no_lock or (unlocked is not None and (not unlocked or is_named(name, unlocked)))

    def _of(self, folder: Path) -> Locks | None:
        if folder not in self._read:
            self._read[folder] = None
            try:
                locks = self._read[folder] = read_locks(folder / LOCK_FILE)
                if locks is not None:
                    locks.back = self.options.back
            except EverestError as error:
                self.findings += error.findings
        return self._read[folder]


def folder_of(cluster: ClusterInput) -> Path:
    """The folder of a document: the working one where it came from standard input."""
    return folder_of_file(cluster.document.file if cluster.document is not None else STDIN)


def folder_of_file(file: str) -> Path:
    """The folder that has the lock of what stands in a file."""
    return Path() if file == STDIN else Path(file).parent


def name_of(cluster: ClusterInput) -> str | None:
    """What a lock calls the cluster of a document: ``namespace/name``."""
    namespace, name = cluster.key
    return f"{namespace}/{name}" if isinstance(name, str) and isinstance(namespace, str) else None


def is_named(name: str, names: Container[str]) -> bool:
    """Whether a cluster is among those that are named: by ``namespace/name``, or by its name alone."""
    return name in names or name.rpartition("/")[2] in names


def sections_of(plans: Iterable[Plan], folders: Iterable[Path]) -> list[Section]:
    """The clusters of documents as locks would have them; `folders` have been read as a whole."""
    from pulumi_everest.core.lock_record import Record

    sections = {os.path.realpath(folder): Section(folder, None, True, []) for folder in folders}
    for plan in plans:
        name, folder = name_of(plan.cluster), folder_of(plan.cluster)
        if name is not None:
            section = sections.setdefault(os.path.realpath(folder), Section(folder, None, False, []))
            definition = plan.setup.technology.definition
            section.records.append(Record.of(name, plan.resolved, definition=definition))
    return list(sections.values())


def section_of_program(run: ProgramRun, folder: Path) -> Section:
    """The clusters of a program as its lock would have them."""
    records = [record for records in run.locked.values() for record in records]
    return Section(folder, run.stack, True, records)
