"""The lock of a program: found beside it and applied to its clusters, and what `everest lock` would record of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import settings

from pulumi_everest.core.lock_record import Record
from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.model.lock import LOCK_FILE, Lock, Locks, read_locks

if TYPE_CHECKING:
    from pulumi_everest.core.resolve import Resolved
    from pulumi_everest.core.technology import Definition


RECORD: ContextVar[dict[str, list[Record]] | None] = ContextVar("record", default=None)
"""Where clusters are recorded by resource name, if somebody asks for it: the last record of each cluster made."""


class ProgramLocks:
    """The lock file of a run. What is wrong with it is in `findings`."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.unlocked = self._unlocked()
        self.locks = self._read() if self.unlocked is not True else None

    def _unlocked(self) -> bool | list[str]:
        """Clusters that ignore the lock, or all (True), by the stack's config: ``everest:noLock``."""
        text = pulumi.Config("everest").get("noLock")
        if text is None:
            return False
        try:
            value: Any = pulumi.Config("everest").get_object("noLock")
        except pulumi.ConfigTypeError:
            value = text
        if isinstance(value, bool):
            return value
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
        problem = f"the config value everest:noLock is '{text}'"
        allowed = ["true", "false", '["<cluster>", ...]']
        self.findings.append(finding("field.value", ("everest:noLock",), problem, allowed=allowed))
        return False

    def _read(self) -> Locks | None:
        for folder in _folders():
            path = os.path.join(folder, LOCK_FILE)
            try:
                locks = read_locks(path, os.path.relpath(path))
            except EverestError as error:
                self.findings += error.findings
                return None
            if locks is not None:
                locks.back = pulumi.Config("everest").get_object("lockBack")
                return locks
        return None

    def of(self, names: Iterable[str]) -> Lock | None:
        """What the lock says of a cluster of this stack, by its resource name or a former one."""
        names = list(names)
        if self.locks is None or (isinstance(self.unlocked, list) and names[0] in self.unlocked):
            return None
        return self.locks.of(pulumi.get_stack(), names)


def _folders() -> list[str]:
    """Where a lock may be: beside Pulumi.yaml, or where the process runs, which is all that a served one knows."""
    root = settings.SETTINGS.root_directory
    return list(dict.fromkeys([*([root] if root else []), os.getcwd()]))


def names_of(name: str, aliases: Iterable[Any]) -> list[str]:
    """The name of a resource, and the former ones that its aliases give."""
    former = [alias.name if isinstance(alias, pulumi.Alias) else alias for alias in aliases]
    return [name, *(text.rpartition("::")[2] for text in former if isinstance(text, str))]


class Recorder:
    """Records one cluster, if somebody asks for it: each time that more is known of it."""

    def __init__(self, name: str) -> None:
        recorded = RECORD.get()
        self._name = name
        self._records = recorded.setdefault(name, []) if recorded is not None else None
        self._index: int | None = None

    def note(self, resolved: Resolved | None, lock: Lock | None, definition: Definition | None = None) -> None:
        """Keep what a lock would say of the cluster now."""
        if self._records is None or resolved is None:
            return
        entry = _name_in(lock) if lock is not None and lock.entry is not None else None
        former = entry if lock is not None and entry != lock.cluster else None
        record = Record.of(self._name, resolved, former, definition)
        if self._index is None:
            self._index = len(self._records)
            self._records.append(record)
        else:
            self._records[self._index] = record


def _name_in(lock: Lock) -> str:
    """The name that an entry has in the file: behind ``stacks`` and the stack, or ``clusters``."""
    return str(lock.path[2] if lock.path[0] == "stacks" else lock.path[1])
