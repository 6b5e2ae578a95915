"""Why a cluster changes: by what it says itself, or by what it takes from somebody else, such as a definition."""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.core.changes.impact import Change
from pulumi_everest.core.exact import same
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Path
from pulumi_everest.review.clusters import Cluster

OWN: Final = ""
"""The cause of a change that the cluster's own document or program makes."""
_CHOICES: Final[tuple[Path, ...]] = (
    ("provider",), ("operatorVersion",), ("topology", "type"), ("preset",), ("bundle",), ("images",),
)  # fmt: skip
"""Fields of a cluster that stand for many others."""


def cause(change: Change, was: Cluster, now: Cluster) -> str:
    """Who a change comes from, for people: a definition, a preset, a Provider, a lock file; `OWN` for the cluster."""
    path = change.path
    if was.written is None or now.written is None:
        return _of_program(path, was, now)
    if not path or path[0] not in ("instances", "topology", "config", "operatorVersion", "images", "backup"):
        return OWN
    looked_at = [path, change.place, *_CHOICES, *_of_type(path)]
    if any(not same(value_at(was.written, one), value_at(now.written, one)) for one in looked_at if one):
        return OWN
    if path[-1:] == ("image",) and not same(*(value_at(one.snapshot.spec, ("images",)) for one in (was, now))):
        path = ("images",)
    return _source(now, path) or _source(was, path)


def _source(cluster: Cluster, path: Path) -> str:
    return cluster.source(path) if cluster.source is not None else OWN


def _of_type(path: Path) -> list[Path]:
    """Where versions and images of a component's type are said for all components of it."""
    return [("components", "versions")] if path[:1] == ("instances",) and path[2:] in (("version",), ("image",)) else []


def _of_program(path: Path, was: Cluster, now: Cluster) -> str:
    """The same of a program, which keeps what it chose of versions and images only."""
    key = ".".join(map(str, path[1:] if path[:1] == ("instances",) else path))
    if path[-1:] not in (("version",), ("image",), ("operatorVersion",)):
        return OWN
    if was.snapshot.holds(key) or now.snapshot.holds(key) or not _same_choices(was, now):
        return OWN
    return now.snapshot.definition


def _same_choices(was: Cluster, now: Cluster) -> bool:
    def chosen(cluster: Cluster) -> list[Any]:
        spec = cluster.snapshot.spec
        return [value_at(spec, one) for one in _CHOICES if one != ("operatorVersion",)]

    return same(chosen(was), chosen(now))
