"""What changes do to databases: clusters that there were against those that are to be, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pulumi_everest.core.changes.compare import IN_A_PROGRAM, ChangeSet, compare, finding_of, values
from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.review.clusters import Cluster, ClustersByName, Compared, Lifting
from pulumi_everest.review.comparison.lifted_guards import ON_THE_COMMAND_LINE, unneeded, unneeded_liftings
from pulumi_everest.review.comparison.pairing import paired


def compare_clusters(
    before: Sequence[Cluster], after: Sequence[Cluster], liftings: Sequence[Lifting] = ()
) -> list[Compared]:
    """Every cluster that there was and is to be: by namespace and name, else by the name of its resource."""
    compared, known, lifted = [], ClustersByName(after), dict[int, list[str]]()
    for lifting in liftings:
        for cluster in known.lifted_by(lifting):
            lifted.setdefault(id(cluster), []).append(lifting.guard)
    for was, now in pairs(before, after):
        if was is not None and now is not None:
            allow = [*now.allow, *lifted.get(id(now), ())]
            if was.snapshot.spec is now.snapshot.spec:  # planned once, for both sides
                changes = ChangeSet(now.snapshot.name, [], tuple(dict.fromkeys(allow)))
            else:
                changes = compare(was.snapshot, now.snapshot, now.technology, allow, now.handling)
            compared.append(Compared(now, changes, was))
    return compared


def stuck(
    before: Sequence[Cluster], compared: Sequence[Compared], found: Iterable[Finding]
) -> dict[str, list[Finding]]:
    """The clusters that there were and that cannot be made any more, by name, each with what is wrong with it.

    These are the errors among `found` that are about the cluster, or all of them where none is.
    """
    known = {id(entry.before) for entry in compared}
    gone = [cluster for cluster in before if id(cluster) not in known]
    errors = [entry for entry in found if entry.is_error]
    said: dict[Any, dict[int, Finding]] = {}
    for position, entry in enumerate(errors):
        for key in {entry.subject, *(("in", part) for part in entry.path)}:
            said.setdefault(key, {})[position] = entry
    result = {}
    for cluster in gone:
        namespace = cluster.snapshot.metadata.get("namespace") or "default"
        about = {at: e for at, e in said.get(cluster.subject, {}).items() if e.namespace in ("", namespace)}
        own = {**about, **said.get(("in", cluster.names[0]), {})}
        result[cluster.names[0]] = [own[at] for at in sorted(own)] or errors
    return result


def pairs(before: Sequence[Cluster], after: Sequence[Cluster]) -> list[tuple[Cluster | None, Cluster | None]]:
    """What each cluster was and is: those of `after` in order, then those that are gone."""
    sides = ([(_key(cluster), cluster.resource, cluster) for cluster in side] for side in (before, after))
    return paired(*sides)


def _key(cluster: Cluster) -> tuple[Any, ...]:
    metadata = cluster.snapshot.metadata
    return cluster.kubernetes, metadata.get("namespace") or "default", metadata.get("name")


def findings(compared: Sequence[Compared], liftings: Sequence[Lifting] = (), *, impacts: bool) -> Iterator[Finding]:
    """Refused changes and lifted guards; with `impacts` also what the other changes do, where that is not online."""
    for entry in compared:
        cluster = entry.cluster
        for change in entry.changes.changes:
            found = _finding(change, cluster, impacts=impacts)
            if found is not None:
                yield cluster.told(found)
        for guard in entry.changes.unneeded:
            if guard in cluster.allow:
                yield cluster.told(unneeded(guard, ("allow",), cluster.subject, hint="take it away from allow"))
    yield from unneeded_liftings(liftings, compared)


def _finding(change: Change, cluster: Cluster, *, impacts: bool) -> Finding | None:
    subject = cluster.subject
    if change.is_refused:
        return finding_of(change, subject, ON_THE_COMMAND_LINE if cluster.in_document else IN_A_PROGRAM)
    if change.lifted:
        text = f"{change.what} is made though guard {change.guard} would refuse it: {change.why}"
        where = "allow" if change.guard in cluster.allow else "the command"
        hint = f"take the guard away from {where} after this change"
        return finding("change.lifted", change.place, text, hint=hint, subject=subject)
    if change.impact is Impact.NONE:
        text = f"{change.what} does nothing: {change.why}"
        return finding("change.without-effect", change.place, text, subject=subject)
    if impacts and change.impact.rank > Impact.ONLINE.rank:
        text = f"{change.what}: {change.impact}{f', {change.why}' if change.why else ''}"
        return finding("change.impact", change.place, text, subject=subject)
    return None


def data(compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """The changes as plain data."""
    return [
        {
            "cluster": entry.changes.name,
            "namespace": _text(entry.cluster.snapshot.metadata.get("namespace")),
            "impact": str(entry.changes.impact),
            "changes": [values(change) for change in entry.changes.changes],
        }
        for entry in compared
    ]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
