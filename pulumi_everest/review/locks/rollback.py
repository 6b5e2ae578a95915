"""`everest lock --back`: which clusters can have what their lock said before the last upgrade, and why others stay.

What a guard would refuse is not written: a lock that asks for an older version than the data is of brings nothing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.impact import Change
from pulumi_everest.core.lock_record import Record
from pulumi_everest.core.versions.definition_digest import short
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.lock import LOCK_FILE, former_of
from pulumi_everest.model.lock_file import LockedCluster
from pulumi_everest.review.locks.files import Section, is_named

NOT_APPLIED = "if no `pulumi up` has made the upgrade yet, take the file's former revision from git instead"
RESTORE = "the way back is a restore: make a new cluster with the former versions, filled by a backup from before"


@dataclass
class Rollback:
    """The sections as they are with the former entries, and what is to be said of clusters that stay."""

    sections: list[Section] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


def roll_back(
    sections: Iterable[Section],
    changes: Mapping[str, ChangeSet],
    wrong: Mapping[str, Sequence[Finding]],
    wanted: Sequence[str],
) -> Rollback:
    """What the lock files say after going back, for the clusters `wanted` (all where there are none).

    `sections` are the clusters with the versions that they have now. `changes` says what going back does to each by
    its name in the lock, `wrong` what is wrong with those that cannot be made with their former versions.
    """
    found = Rollback()
    for section in sections:
        entries = section.entries()
        records = []
        for record in section.records:
            entry = entries.get(record.name)
            if entry is None or (wanted and not is_named(record.name, wanted)):
                records.append(record)
            elif entry.former is None:
                records.append(record)
                if wanted:
                    found.findings.append(_no_past(record.name, section.folder))
                    found.stays.append(record.name)
            else:
                stays = why_it_stays(record.name, entry, changes.get(record.name), wrong.get(record.name, ()))
                found.findings += stays
                found.stays += [record.name] if stays else []
                records.append(record if stays else Record(record.name, former_of(entry), record.unknown))
        found.sections.append(Section(section.folder, section.stack, section.whole, records))
    return found


def why_it_stays(name: str, entry: LockedCluster, changes: ChangeSet | None, wrong: Sequence[Finding]) -> list[Finding]:
    """What is in the way of going back with one cluster; nothing where it can.

    `changes` is what going back does to it, `wrong` why it cannot be made with its former versions.
    """
    subject = f"DatabaseCluster {name}"
    if wrong:
        reasons = "; ".join(one.message for one in wrong)
        hint = "take it back with the plugin that had it: --plugin DIR"
        if entry.former is not None and entry.former.definition is not None:
            hint += f", whose definition is {short(entry.former.definition)}"
        text = f"'{name}' stays, since its former versions are not to be had: {reasons}"
        return [finding("lock.stays", (), text, hint=hint, subject=subject)]
    return [_stays(name, change, subject) for change in (changes.refused if changes is not None else ())]


def _stays(name: str, change: Change, subject: str) -> Finding:
    text = f"'{name}' stays: {change.what} is refused by guard {change.guard}: {change.why}"
    way = change.hint if "restore a backup" in change.hint else "; ".join(filter(None, (RESTORE, change.hint)))
    return finding("lock.stays", (), text, hint=f"{way}; {NOT_APPLIED}", subject=subject)


def _no_past(name: str, folder: Path) -> Finding:
    text = f"'{name}' stays, since {folder / LOCK_FILE} records no upgrade of it"
    hint = "take the file's former revision from git, where there is one"
    return finding("lock.stays", (), text, hint=hint, subject=f"DatabaseCluster {name}")
