"""The page of a change, made of what was compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pulumi_everest.core.changes.compare import IN_A_PROGRAM, can_be_lifted
from pulumi_everest.core.changes.impact import Change, Impact, told
from pulumi_everest.model.codes import Severity
from pulumi_everest.model.findings import Finding
from pulumi_everest.review.clusters import Cluster, Compared
from pulumi_everest.review.comparison.causes import cause
from pulumi_everest.review.comparison.impacts import pairs
from pulumi_everest.review.comparison.lifted_guards import ON_THE_COMMAND_LINE
from pulumi_everest.review.comparison.object_diff import Change as FieldChange
from pulumi_everest.review.comparison.object_diff import Difference
from pulumi_everest.review.hidden_values import plain
from pulumi_everest.review.inputs.groups import Group
from pulumi_everest.review.page.capacity import Capacity
from pulumi_everest.review.page.names import folded_names
from pulumi_everest.review.page.page import (
    CapacityPage,
    Clusters,
    EqualChanges,
    EqualFindings,
    ObjectChange,
    Objects,
    Page,
)
from pulumi_everest.review.plain_bytes import plain_bytes

SAID_BY_CHANGES = frozenset({"change.refused", "change.impact", "change.without-effect"})
"""Findings that say what the changes on a page say already."""
_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_WORDS = {"created": "created", "changed": "changed", "removed": "removed", "same": "unchanged"}


def page(
    before: Sequence[Cluster],
    groups: Sequence[Group],
    compared: Sequence[Compared],
    differences: Sequence[Difference],
    findings: Iterable[Finding] = (),
    capacity: Capacity | None = None,
    former: Sequence[Group] = (),
    *,
    namesakes: bool = False,
    left_out: Sequence[str] | None = (),
    clusters: int = 0,
) -> Page:
    """The page of a change. `before` are the clusters that there were, `groups` what is to be, `former` what was.

    With `namesakes` names alone do not tell things of the input apart. `left_out` are clusters that are not compared,
    since they have errors; None stands for all `clusters` of the input.
    """
    after = [group.cluster for group in groups if group.cluster is not None]
    both = pairs(before, after)
    there = _clusters_of_objects(groups, differences)
    new = [now for was, now in both if was is None and now is not None and id(now) not in there]
    gone = [was for was, now in both if now is None and was is not None]
    alone = {id(cluster) for cluster in (*new, *gone)}
    said = {id(item) for group in (*former, *groups) if id(group.cluster) in alone for item in group.items}
    return Page(
        clusters=_clusters(compared, len(new), len(gone), clusters if left_out is None else len(left_out)),
        objects=_objects(differences),
        not_compared=folded_names(left_out or ()),
        changes=_changes(compared),
        new=folded_names(map(_name, new)),
        gone=folded_names(map(_name, gone)),
        other_objects=_other_objects(groups, compared, [one for one in differences if id(one.item) not in said]),
        findings=_findings(findings, namesakes=namesakes or _has_namesakes([*before, *after])),
        capacity=capacity,
    )


def capacity_page(capacity: Capacity | None, findings: Iterable[Finding], *, namesakes: bool = False) -> CapacityPage:
    """The page of a capacity alone."""
    return CapacityPage(capacity=capacity, findings=_findings(findings, namesakes=namesakes))


def _has_namesakes(clusters: Iterable[Cluster]) -> bool:
    """Whether clusters of documents in several namespaces have one name, be it on both sides of a change."""
    known = {cluster.names[:2] for cluster in clusters if cluster.in_document}
    return len(known) > len({name for _, name in known})


def _clusters_of_objects(groups: Sequence[Group], differences: Sequence[Difference]) -> set[int]:
    """The identities of the clusters whose main object was there, whether anything knew of a cluster or not."""
    there = {id(one.item) for one in differences if one.kind in ("changed", "same")}
    return {id(group.cluster) for group in groups if any(item.main and id(item) in there for item in group.items)}


def _clusters(compared: Sequence[Compared], new: int, gone: int, not_compared: int) -> Clusters:
    changed = [entry.changes.impact for entry in compared if entry.changes.changes]
    counts = Counter(changed)
    return Clusters(
        compared=len(compared),
        changed=len(changed),
        unchanged=len(compared) - len(changed),
        new=new,
        gone=gone,
        not_compared=not_compared,
        impacts={str(impact): counts[impact] for impact in reversed(Impact) if counts[impact]},
    )


def _objects(differences: Sequence[Difference]) -> Objects:
    return Objects(**Counter(_WORDS[difference.kind] for difference in differences))


def _changes(compared: Sequence[Compared]) -> list[EqualChanges]:
    """Equal changes together: first by impact, then by how many clusters they are of."""
    equal: dict[tuple[Any, ...], tuple[Change, str, list[str]]] = {}
    for entry in compared:
        for number, change in enumerate(entry.changes.changes):
            by = entry.causes[number] if entry.causes else cause(change, entry.before, entry.cluster)
            hint = _hint(change, entry.cluster)
            rest = None if change.is_all_said else plain_bytes((change.old, change.new))
            key = (change.what, change.impact, change.guard, change.lifted, change.why, hint, by, rest)
            equal.setdefault(key, (change, by, []))[2].append(_name(entry.cluster))
    found = [
        EqualChanges(
            field=change.where,
            change=change.what,
            impact=str(change.impact),
            guard=change.guard,
            lifted=change.lifted,
            cause=by or None,
            why=key[4] or None,
            hint=key[5] or None,
            count=len(names),
            clusters=folded_names(names),
        )
        for key, (change, by, names) in equal.items()
    ]
    ranks = {str(impact): impact.rank for impact in Impact}
    return sorted(found, key=lambda one: (-ranks[one.impact], -one.count, one.cause or "", one.change, one.clusters))


def _hint(change: Change, cluster: Cluster) -> str:
    if not change.is_refused or not can_be_lifted(change.guard):
        return change.hint
    lift = ON_THE_COMMAND_LINE if cluster.in_document else IN_A_PROGRAM
    return "; ".join([*([change.hint] if change.hint else []), lift.format(guard=change.guard)])


def _name(cluster: Cluster) -> str:
    return cluster.names[0]


def _other_objects(
    groups: Sequence[Group], compared: Sequence[Compared], differences: Sequence[Difference]
) -> list[ObjectChange]:
    """What becomes of objects that no change of a cluster stands for: those that come or go, and fields that change."""
    changing = {id(entry.cluster) for entry in compared if entry.changes.changes}
    judged = {id(item) for group in groups if id(group.cluster) in changing for item in group.items}
    equal: dict[tuple[str, str, str, bytes | None], list[str]] = {}
    for difference in differences:
        _, kind, namespace, name = difference.item.key
        full = f"{namespace}/{name}" if namespace else name
        if difference.kind in ("created", "removed"):
            equal.setdefault((kind, "", difference.kind, None), []).append(full)
        elif difference.kind == "changed":
            for field in difference.by_plugin if id(difference.item) in judged else difference.changes:
                equal.setdefault((kind, field.where, *_field_change(field)), []).append(full)
    found = [
        ObjectChange(kind=kind, field=field, change=change, count=len(names), objects=folded_names(names))
        for (kind, field, change, _), names in equal.items()
    ]
    removed = ("", "removed")
    return sorted(
        found,
        key=lambda one: ((one.field, one.change) != removed, -one.count, one.kind, one.field, one.change, one.objects),
    )


def _field_change(change: FieldChange) -> tuple[str, bytes | None]:
    """What became of a field, and, where that does not say all of it, what tells it from others."""
    was, now = (_as_text(plain(value, show=False)) for value in (change.old, change.new))
    if change.kind == "changed":
        text, is_all = told(was, now)
    else:
        value = told(None, was if change.kind == "removed" else now)
        text, is_all = f"{'-' if change.kind == 'removed' else '+'} {value.text.removeprefix('unset → ')}", value.is_all
    return text, None if is_all else plain_bytes((was, now))


def _as_text(value: Any) -> Any:
    return value if isinstance(value, (str, bool, int, float, list, dict)) or value is None else str(value)


def _findings(findings: Iterable[Finding], *, namesakes: bool) -> list[EqualFindings]:
    """Equal findings together, the gravest first. With `namesakes` their subjects are named with their namespaces."""
    shown = [entry for entry in findings if entry.code not in SAID_BY_CHANGES]
    names: dict[tuple[Any, ...], set[str]] = {}
    for entry in shown:
        names.setdefault(_said(entry), set()).add(_bare_name(entry))
    equal: dict[tuple[Any, ...], list[Finding]] = {}
    for entry in shown:
        # What is said of things of several names has the name of none of them in it.
        texts = _said(entry)[1:] if len(names[_said(entry)]) > 1 else _general(entry)
        equal.setdefault((entry.severity, entry.code, *texts), []).append(entry)
    found = [_equal_findings(key, entries, namesakes=namesakes) for key, entries in equal.items()]
    order = {severity.value: index for index, severity in enumerate(_SEVERITIES)}
    return sorted(found, key=lambda one: (order[one.severity], -one.count, one.code, one.message))


def _equal_findings(key: tuple[Any, ...], entries: Sequence[Finding], *, namesakes: bool) -> EqualFindings:
    first = entries[0]
    exact = all(entry.message == first.message for entry in entries)
    subjects = [_subject(entry, namesakes=namesakes) for entry in entries if entry.subject]
    return EqualFindings(
        severity=first.severity.value,
        code=first.code,
        message=first.message if exact else key[2],
        hint=first.hint if all(entry.hint == first.hint for entry in entries) else key[3] or None,
        count=len(entries),
        subjects=list(_subjects(subjects)),
        place=_place(first),
    )


def _subject(entry: Finding, *, namesakes: bool) -> str:
    """What a finding is about, as changes name it where names alone tell too little."""
    kind, space, name = entry.subject.partition(" ")
    return f"{kind} {entry.namespace}/{name}" if namesakes and space and entry.namespace else entry.subject


def _subjects(subjects: Sequence[str]) -> Iterator[str]:
    """What findings are about: a kind, and the names of it."""
    by_kind: dict[str, list[str]] = {}
    for subject in subjects:
        kind, _, name = subject.partition(" ")
        by_kind.setdefault(kind, []).append(name)
    for kind, names in by_kind.items():
        yield from (f"{kind} {name}".rstrip() for name in folded_names(names))


def _said(entry: Finding) -> tuple[str, str, str]:
    return entry.code, entry.message, entry.hint or ""


def _bare_name(entry: Finding) -> str:
    """The name of what a finding is about, without its namespace."""
    return entry.subject.partition(" ")[2].rpartition("/")[2]


def _general(entry: Finding) -> tuple[str, str]:
    """Message and hint of a finding without the name of what it is about."""
    name = _bare_name(entry)
    texts = (entry.message, entry.hint or "")
    if len(name) < 2:
        return texts
    general = tuple(
        f"…{text.removeprefix(name)}" if text.startswith(f"{name} ") else text.replace(f"'{name}'", "'…'")
        for text in texts
    )
    return general[0], general[1]


def _place(entry: Finding) -> str | None:
    place = entry.place
    return None if place is None else ":".join(str(p) for p in (place.file, place.line, place.column) if p is not None)
