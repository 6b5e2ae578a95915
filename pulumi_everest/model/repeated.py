"""Findings that say the same of several things: one mistake made in a loop is said once, with the names it concerns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pulumi_everest.model.findings import Finding

FOLDED_FROM = 4
"""How many findings must say the same to be said once; fewer are read faster than a list of names."""
NAMES = 8
"""How many of the others are named."""


@dataclass
class Repeated:
    """A finding, and the others that say the same of something else."""

    first: Finding
    others: list[Finding] = field(default_factory=list)

    @property
    def also(self) -> str | None:
        """What else it concerns: ``also of 2999 more: DatabaseCluster b, DatabaseCluster c and 2997 more``.

        What is quoted otherwise than in the first stands behind the name: ``DatabaseCluster b ('x2')``.
        """
        if not self.others:
            return None
        names = list(dict.fromkeys(_name(entry, self.first) + _differing(entry, self.first) for entry in self.others))
        shown = ", ".join(names[:NAMES])
        rest = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
        return f"also of {len(self.others)} more: {shown}{rest}"


def folded(findings: Sequence[Finding]) -> list[Repeated]:
    """The findings in their order, those that say the same as one that came before beside that one.

    The same is what reads the same but for what is quoted, as names and values are, where each is about another thing;
    of one thing it is what reads the same altogether.
    """
    position = {id(entry): number for number, entry in enumerate(findings)}
    groups, few = _parted(_grouped(findings, _words))
    times = Counter(map(_form_and_subject, few))

    def form(entry: Finding) -> tuple[object, ...]:
        is_alone = bool(entry.subject) and times[_form_and_subject(entry)] == 1
        return _form(entry) if is_alone else (id(entry),)

    more, rest = _parted(_grouped(sorted(few, key=lambda entry: position[id(entry)]), form))
    found = [Repeated(group[0], group[1:]) for group in [*groups, *more, *([entry] for entry in rest)]]
    return sorted(found, key=lambda one: position[id(one.first)])


def _parted(groups: Iterable[list[Finding]]) -> tuple[list[list[Finding]], list[Finding]]:
    """The groups that are said once, and the findings of the others."""
    many, few = [], []
    for group in groups:
        if len(group) >= FOLDED_FROM:
            many.append(group)
        else:
            few += group
    return many, few


def _grouped(findings: Iterable[Finding], by: Callable[[Finding], tuple[object, ...]]) -> list[list[Finding]]:
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for entry in findings:
        groups.setdefault(by(entry), []).append(entry)
    return [*groups.values()]


def _words(entry: Finding) -> tuple[object, ...]:
    return entry.code, entry.severity, entry.path, entry.message, entry.allowed, entry.hint


def _form(entry: Finding) -> tuple[object, ...]:
    message, hint = (_QUOTED.sub("''", text) for text in (entry.message, entry.hint or ""))
    return entry.code, entry.severity, entry.path, message, entry.allowed, hint


def _form_and_subject(entry: Finding) -> tuple[object, ...]:
    return *_form(entry), entry.subject, entry.namespace


_QUOTED = re.compile(r"(?<!\w)'[^'\n]*'(?!\w)|(?<=; write )\S+")
"""A name or a value in a message: in quotes, or as what is to be written instead."""


def _differing(entry: Finding, first: Finding) -> str:
    """What a finding quotes and the first one does not, without the name of what it is about."""
    other, own = (_QUOTED.findall(f"{one.message} {one.hint or ''}") for one in (first, entry))
    name = entry.subject.partition(" ")[2]
    words = [word for word, was in zip(own, other, strict=False) if word != was and word.strip("'") not in (name, "")]
    return f" ({', '.join(dict.fromkeys(words))})" if words else ""


def _name(entry: Finding, first: Finding) -> str:
    """What tells a finding from the first one: what it is about, or where it is."""
    place = entry.place
    if entry.subject and entry.subject != first.subject:
        return entry.subject
    if place is not None:
        return ":".join(str(part) for part in (place.file, place.line) if part is not None)
    return entry.subject or "the same"
