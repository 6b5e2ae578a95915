"""Which values of a cluster's objects follow what the user says, and not a default.

Templates are not asked: what the user says is made unknown, all of it at once, and the objects are made again; what is
not known then follows it. Where a value must be known, because it decides which objects there are, it is changed
instead, and what shows it follows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_everest.core.exact import each_leaf
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.explain.followed import Emit, Leaf, changed, followed_by, leaves
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import EverestError
from pulumi_everest.workspace.explain.clusters import sources_of
from pulumi_everest.workspace.plans.plan import Plan

_OF_THE_USER: Final = frozenset({"cluster", "versions", "provider"})
_IN_METADATA: Final = ("labels", "annotations")


def own_values(plan: Plan) -> list[frozenset[Path]]:
    """The paths of the values of each object of a cluster that follow what the user says, in the order of its objects.

    What only has the cluster's name in it does not count: all of its objects have.
    """
    plugin = plan.setup.plugin
    if plugin is None or plan.setup.technology.is_controlled:
        return [frozenset() for _ in plan.objects]
    objects = [entry for entry in plan.objects if not entry.when_ready]

    def made(resolved: Resolved) -> Sequence[Emitted]:
        return emit(resolved, plugin.template)

    said = dict(_said(plan))
    found: list[set[Path]] = [set() for _ in plan.objects]
    for index, path in _following(plan.resolved, said, list(said), objects, made):
        found[index].add(path)
    return [frozenset(paths) for paths in found]


def _said(plan: Plan) -> Iterator[tuple[Path, Any]]:
    """What the user says of the resolved cluster: each value with its path, in the spec or below ``metadata``."""
    assert plan.setup.plugin is not None
    for path, value in each_leaf(plan.resolved.spec, ()):
        if any(source.origin in _OF_THE_USER for source in sources_of(plan, plan.setup.plugin, path)):
            yield path, value
    for key in _IN_METADATA:
        if given := plan.resolved.metadata.get(key):
            yield from each_leaf(given, ("metadata", key))


def _following(
    resolved: Resolved, said: Mapping[Path, Any], paths: list[Path], objects: Sequence[Emitted], made: Emit
) -> Iterator[Leaf]:
    """The values that follow some paths: all are tried together, and in halves where that does not tell."""
    if not paths:
        return
    before = dict(leaves(objects))
    marks = _marks(resolved, paths, objects, made)
    if marks is not None and not any(_is_above(mark, leaf) for mark in marks for leaf in before):
        yield from (leaf for leaf in marks if leaf in before)
    elif len(paths) > 1:
        half = len(paths) // 2
        yield from _following(resolved, said, paths[:half], objects, made)
        yield from _following(resolved, said, paths[half:], objects, made)
    else:
        value = said[paths[0]]
        found = followed_by(objects, [(paths[0], value)], lambda path, other: made(changed(resolved, path, other)))
        yield from (leaf for leaf, by in found.items() if paths[0] in by and _shows(before[leaf], value))


def _marks(resolved: Resolved, paths: Sequence[Path], objects: Sequence[Emitted], made: Emit) -> list[Leaf] | None:
    """What is not known where some paths are not; None where other objects come of that, or none."""
    for path in paths:
        resolved = changed(resolved, path, Deferred(path))
    try:
        again = [entry for entry in made(resolved) if not entry.when_ready]
    except EverestError:
        return None
    if [entry.name for entry in again] != [entry.name for entry in objects]:
        return None
    return [leaf for leaf, value in leaves(again) if isinstance(value, Deferred)]


def _is_above(mark: Leaf, leaf: Leaf) -> bool:
    """Whether a mark stands for a part as a whole that a value is in."""
    (index, above), (other, path) = mark, leaf
    return index == other and len(above) < len(path) and path[: len(above)] == above


def _shows(shown: Any, value: Any) -> bool:
    """Whether a value of an object has one of the cluster in it."""
    if isinstance(shown, str) and isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value) != "" and str(value) in shown
    return bool(shown == value and type(shown) is type(value))
