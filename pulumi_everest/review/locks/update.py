"""What lock files should say for the clusters of an input, and how that differs from what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_everest.core.lock_record import Change, Record, changes, entry_data
from pulumi_everest.model.lock import LOCK_FILE, Locks, former_of, read_locks
from pulumi_everest.model.lock_file import LockedCluster, LockedVersions, LockFile, lock_data
from pulumi_everest.review.locks.files import Section, is_named
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


def new_files(
    sections: Iterable[Section], upgraded: Collection[str] | None = None, *, back: bool = False
) -> list[NewFile]:
    """The lock files that the sections of an input belong to. They are read, not written.

    `upgraded` are the clusters that take the definition of today, all where it is empty; those of the others stay.
    `back` says that the sections are what lock files had before, with their definitions.
    Raises WrongUseError where two clusters of a stack have one name, and EverestError where a lock file is wrong.
    """
    by_folder: dict[Path, list[Section]] = {}
    for section in sections:
        by_folder.setdefault(section.folder, []).append(section)
    moves = _Moves(upgraded, back)
    return [_new_file(folder, own, moves) for folder, own in by_folder.items()]


def _new_file(folder: Path, sections: list[Section], moves: _Moves) -> NewFile:
    path = folder / LOCK_FILE
    locks = read_locks(path) or Locks(str(path), LockFile(version=1))
    clusters = dict(locks.model.clusters or {})
    stacks = {name: dict(entries) for name, entries in (locks.model.stacks or {}).items()}
    found = []
    for section in sections:
        entries = clusters if section.stack is None else stacks.setdefault(section.stack, {})
        found.append(_update(entries, section, Update(path, section.stack), moves))
    data = lock_data(_data(clusters), {stack: _data(entries) for stack, entries in stacks.items() if entries})
    content = HEADER + yaml_text(data)
    before = path.read_text(encoding="utf-8") if path.is_file() else None
    return NewFile(path, content, before, found)


def _data(entries: dict[str, LockedCluster]) -> dict[str, dict[str, object]]:
    return {name: entry_data(entry) for name, entry in entries.items()}


def _update(entries: dict[str, LockedCluster], section: Section, update: Update, moves: _Moves) -> Update:
    """Bring one section of a file up to date."""
    before = dict(entries)
    records = _by_name(section.records)
    for name, record in records.items():
        former = record.former if record.former not in records else None
        old = before.pop(former, None) if former is not None else before.get(name)
        if former is not None:
            entries.pop(former, None)
            update.notes.append((name, f"was {former} before"))
        entries[name] = moves.entry(name, _with_unknown(record, old), old)
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


@dataclass(frozen=True)
class _Moves:
    """Which clusters move to the definition of today (None: none), and whether entries are those of before."""

    upgraded: Collection[str] | None
    back: bool

    def entry(self, name: str, entry: LockedCluster, old: LockedCluster | None) -> LockedCluster:
        """The entry with its definition, which only an upgrade moves, and with what was recorded before that."""
        if old is None or old.provider != entry.provider:
            return entry
        if self.back and old.former is not None and entry == former_of(old):
            return entry
        moves = self.upgraded is not None and (not self.upgraded or is_named(name, self.upgraded))
        return _moved(entry, old) if moves else _kept(entry, old)


def _kept(entry: LockedCluster, old: LockedCluster) -> LockedCluster:
    """What does not move."""
    return entry.model_copy(update={"definition": old.definition or entry.definition, "former": old.former})


def _moved(entry: LockedCluster, old: LockedCluster) -> LockedCluster:
    """What an upgrade makes of an entry."""
    new = entry.model_copy(update={"definition": entry.definition or old.definition})
    if not any(changes(old, new)):
        return new.model_copy(update={"former": old.former})
    past = {name: getattr(old, name) for name in LockedVersions.model_fields}
    return new.model_copy(update={"former": LockedVersions.model_construct(**past)})
