"""What lock files should say for the clusters of an input, and how that differs from what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_everest.core.lock_record import Change, Record, changes, entry_data
from pulumi_everest.model.lock import LOCK_FILE, Locks, read_locks
from pulumi_everest.model.lock_file import LockedCluster, LockFile, lock_data
from pulumi_everest.review.locks.files import Section
from pulumi_everest.review.options import WrongUseError
from pulumi_everest.review.yaml_text import yaml_text

HEADER = """\
# Versions that the clusters keep until `everest lock --upgrade` moves them. Written by `everest lock`; commit it.
"""


@dataclass
class Update:
    """One section of a lock file: its changes by cluster, clusters that are gone, and what else is to be said."""

    path: Path
    stack: str | None
    changes: list[tuple[str, Change]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> list[str]:
        """The clusters whose entries change."""
        return list(dict.fromkeys([*(name for name, _ in self.changes), *self.gone]))


@dataclass
class NewFile:
    """A lock file as it should be. `before` is its text now, None where it is not there."""

    path: Path
    content: str
    before: str | None
    updates: list[Update]


def new_files(sections: Iterable[Section]) -> list[NewFile]:
    """The lock files that the sections of an input belong to. They are read, not written.

    Raises WrongUseError where two clusters of a stack have one name, and EverestError where a lock file is wrong.
    """
    by_folder: dict[Path, list[Section]] = {}
    for section in sections:
        by_folder.setdefault(section.folder, []).append(section)
    return [_new_file(folder, own) for folder, own in by_folder.items()]


def _new_file(folder: Path, sections: list[Section]) -> NewFile:
    path = folder / LOCK_FILE
    locks = read_locks(path) or Locks(str(path), LockFile(version=1))
    clusters = dict(locks.model.clusters or {})
    stacks = {name: dict(entries) for name, entries in (locks.model.stacks or {}).items()}
    found = []
    for section in sections:
        entries = clusters if section.stack is None else stacks.setdefault(section.stack, {})
        found.append(_update(entries, section, Update(path, section.stack)))
    data = lock_data(_data(clusters), {stack: _data(entries) for stack, entries in stacks.items() if entries})
    content = HEADER + yaml_text(data)
    before = path.read_text(encoding="utf-8") if path.is_file() else None
    return NewFile(path, content, before, found)


def _data(entries: dict[str, LockedCluster]) -> dict[str, dict[str, object]]:
    return {name: entry_data(entry) for name, entry in entries.items()}


def _update(entries: dict[str, LockedCluster], section: Section, update: Update) -> Update:
    """Bring one section of a file up to date."""
    before = dict(entries)
    records = _by_name(section.records)
    for name, record in records.items():
        former = record.former if record.former not in records else None
        old = before.pop(former, None) if former is not None else before.get(name)
        if former is not None:
            entries.pop(former, None)
            update.notes.append((name, f"was {former} before"))
        entries[name] = _with_unknown(record, old)
        update.changes += [(name, change) for change in changes(old, entries[name])]
        for component in record.unknown:
            update.notes.append((name, f"the version of {component} is not known here, so it is not recorded"))
    if section.whole:
        update.gone = [name for name in before if name not in records]
        for name in update.gone:
            del entries[name]
    return update


def _by_name(records: Iterable[Record]) -> dict[str, Record]:
    """The clusters by name. Two of one name share an entry, if it can be the same."""
    named: dict[str, Record] = {}
    for record in records:
        other = named.setdefault(record.name, record)
        if other.entry != record.entry:
            text = f"two clusters of the stack have the resource name '{record.name}', and versions that differ"
            raise WrongUseError(f"{text}; give one of them another name, or name the same versions in both")
    return named


def _with_unknown(record: Record, old: LockedCluster | None) -> LockedCluster:
    """The entry of a record, with the components whose versions are not known as they were."""
    kept = {name: old.components[name] for name in record.unknown if old is not None and name in old.components}
    if not kept:
        return record.entry
    return record.entry.model_copy(update={"components": {**record.entry.components, **kept}})
