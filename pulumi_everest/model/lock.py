"""What the lock file `everest.lock` says of clusters: versions, images and operator versions that they keep until they
are upgraded.

Most inputs have no lock, so the file's own models are imported for the first one.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Locate, nowhere

if TYPE_CHECKING:
    from pulumi_everest.model.lock_file import LockedCluster, LockFile

LOCK_FILE = "everest.lock"
"""Its name, in the folder of a program's Pulumi.yaml or of YAML documents."""


@dataclass(frozen=True)
class Lock:
    """What a lock says of one cluster: `entry` is None where it lacks the cluster.

    `cluster` is what `everest lock --upgrade` calls it; `path` and `locate` say where in the file the entry stands.
    """

    cluster: str
    entry: LockedCluster | None = None
    path: Path = ()
    locate: Locate = nowhere


@dataclass
class Locks:
    """A lock file that has been read. `file` is what people call it.

    Of the clusters in `back` what counts is what they had before their last upgrade; of all where it is empty.
    """

    file: str
    model: LockFile
    locate: Locate = nowhere
    back: Collection[str] | None = None

    def section(self, stack: str | None) -> dict[str, LockedCluster] | None:
        """The clusters of a stack, or (None) of YAML documents; None where the file has nothing of them."""
        return self.model.clusters if stack is None else (self.model.stacks or {}).get(stack)

    def of(self, stack: str | None, names: Iterable[str]) -> Lock | None:
        """What it says of a cluster, by its name or a former one. None where nothing of its stack is locked at all."""
        clusters = self.section(stack)
        if clusters is None:
            return None
        names = list(names)
        start: Path = ("clusters",) if stack is None else ("stacks", stack)
        for name in names:
            if name in clusters:
                return self._counting(Lock(names[0], clusters[name], (*start, name), self.locate))
        return Lock(names[0], path=start, locate=self.locate)

    def _counting(self, lock: Lock) -> Lock:
        """What counts of a cluster: the entry, or what it was before."""
        entry, names = lock.entry, (lock.cluster, lock.cluster.rpartition("/")[2])
        if self.back is None or entry is None or entry.former is None:
            return lock
        if self.back and not any(name in self.back for name in names):
            return lock
        return replace(lock, entry=former_of(entry), path=(*lock.path, "former"))


def former_of(entry: LockedCluster) -> LockedCluster:
    """An entry as it was before its last upgrade, which has one."""
    assert entry.former is not None
    kept = {name: getattr(entry.former, name) for name in type(entry.former).model_fields}
    return entry.model_copy(update={**kept, "former": None})


def read_locks(path: str | os.PathLike[str], shown: str | None = None) -> Locks | None:
    """The lock file at a path, None where there is none. Raises EverestError where it is wrong."""
    file = os.fspath(path)
    if not os.path.lexists(file):
        return None
    from pulumi_everest.model.lock_file import read_lock_file

    name = shown or file
    return Locks(name, *read_lock_file(file, name))
