"""`--allow`: guards that a command lifts, for all clusters of its input or for one, as `allow` does in a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_everest.review.options import WrongUseError

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.clusters import Cluster, Compared, Lifting

ON_THE_COMMAND_LINE = "--allow {guard} lifts the guard"


def checked(liftings: Sequence[Lifting], clusters: Sequence[Cluster]) -> tuple[tuple[Lifting, ...], list[Finding]]:
    """Those that name a guard which can be lifted, and findings about the others, in the words of a program's `allow`.

    Raises WrongUseError where a cluster is named that the input does not have.
    """
    from pulumi_everest.core.changes.compare import check_allow
    from pulumi_everest.review.clusters import ClustersByName

    good, found, known = [], [], ClustersByName(clusters)
    for lifting in liftings:
        own = known.lifted_by(lifting)
        if lifting.cluster is not None and not own:
            refuse_unknown_cluster(lifting.cluster, [cluster.names[0] for cluster in clusters])
        wrong = check_allow([lifting.guard], *(cluster.technology.definition for cluster in own))
        found += [replace(entry, path=(), subject=lifting.subject) for entry in wrong]
        good += [] if wrong else [lifting]
    return tuple(good), found


def refuse_unknown_cluster(cluster: str, names: Sequence[str]) -> None:
    """Raises WrongUseError: there is no such cluster, but those of `names`, by ``namespace/name`` or resource name."""
    from pulumi_everest.model.findings import did_you_mean

    near = did_you_mean(cluster, [*(name.rpartition("/")[2] for name in names), *names])
    text = f"there is no cluster '{cluster}'" + (f"; {near}" if near else "")
    raise WrongUseError(f"{text} (there is: {', '.join(names) or 'none'})")


def unneeded_liftings(liftings: Sequence[Lifting], compared: Sequence[Compared]) -> Iterator[Finding]:
    """Guards that no change meets of any cluster that they are for."""
    from pulumi_everest.review.clusters import ClustersByName

    changes_of = {id(entry.cluster): entry.changes for entry in compared}
    known = ClustersByName([entry.cluster for entry in compared])
    for lifting in liftings:
        own = [changes_of[id(cluster)] for cluster in known.lifted_by(lifting)]
        if all(lifting.guard in changes.unneeded for changes in own):
            yield unneeded(lifting.guard, (), lifting.subject, hint="take it away from the command")


def unneeded(guard: str, path: tuple[str, ...], subject: str, *, hint: str) -> Finding:
    """A guard that is lifted for nothing."""
    from pulumi_everest.model.findings import finding

    text = f"no change meets guard '{guard}', so it need not be lifted"
    return finding("change.unneeded", path, text, hint=hint, subject=subject)
