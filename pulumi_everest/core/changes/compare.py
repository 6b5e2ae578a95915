"""What a change of a cluster does: a list of changes, each with its impact, from two resolved clusters.

Nothing here knows an engine: what is refused and what restarts is said by the definition, in `changes` and `upgrades`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi_everest.core.changes.defaults import with_defaults
from pulumi_everest.core.changes.effects import with_effect
from pulumi_everest.core.changes.impact import GUARDS, LIFTED, Change, Impact, shown
from pulumi_everest.core.changes.lost_objects import lost_objects
from pulumi_everest.core.changes.policies import Policies, Specs, change_of, guards_of, short
from pulumi_everest.core.changes.secret_changes import SecretHandling, secret_changes
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.changes.spec_differences import Difference, differences, plain
from pulumi_everest.core.changes.version_changes import version_changes
from pulumi_everest.core.changes.written_fields import Reached, placed, reached, reached_differences
from pulumi_everest.core.engine_config.check import settings_of
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.replica_limits import must_be_odd
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, finding, path_text, unknown

_ELSEWHERE: Final = frozenset({"provider", "bundle", "preset", "components", "operatorVersion"})
"""Fields whose effect is seen in others."""

IN_A_PROGRAM: Final = "a program can lift the guard with allow: [{guard}]"
_EVEREST: Final = "everest.percona.com/DatabaseCluster"


@dataclass
class ChangeSet:
    """All changes of one cluster, and the guards that were to be lifted though no change met them."""

    name: str
    changes: list[Change]
    unneeded: tuple[str, ...] = ()

    @property
    def refused(self) -> list[Change]:
        """The changes that are not made."""
        return [change for change in self.changes if change.is_refused]

    @property
    def impact(self) -> Impact:
        """The strongest impact."""
        return max((change.impact for change in self.changes), key=lambda impact: impact.rank, default=Impact.NONE)


def compare(
    old: Snapshot,
    new: Snapshot,
    technology: Technology,
    allow: Iterable[str] = (),
    handling: SecretHandling | None = None,
) -> ChangeSet:
    """What becomes of a cluster. `technology` and `handling` are those of `new`; `allow` are guards that are lifted.

    Clusters are compared as their objects have them, so what overrides write is judged as the field that it is.
    """
    old = with_defaults(old, technology.definition)
    clusters = reached(old, new, technology)
    wanted = list(dict.fromkeys(allow))
    found, needed = [], set()
    handling = handling or SecretHandling()
    changes = [*_changes(clusters, technology), *_secrets(old, new, technology, handling)]
    for change in [*changes, *lost_objects(old, new, technology, handling.config_maps)]:
        guard = change.guard
        if guard in wanted and (guard not in GUARDS or GUARDS[guard].lifted is not None):
            needed.add(guard)
            found.append(replace(change, impact=_lifted(guard), lifted=True))
        else:
            found.append(change)
    found = with_effect(found, old, new, technology)
    return ChangeSet(new.name, found, tuple(name for name in wanted if name not in needed))


def filled_again(cluster: Snapshot, allow: Collection[str] = ()) -> ChangeSet:
    """What becomes of a cluster that is there already, if a backup is restored into it. `allow` are guards to lift."""
    guard, lifted = "data-source", "data-source" in allow
    change = Change(
        ("dataSource",), "dataSource", "what is in the database", "the data of a backup",
        _lifted(guard) if lifted else Impact.REFUSED, guard=guard, lifted=lifted,
        why="the database is there already, and the restore would go over what is in it",
        hint="if it was filled once, take dataSource out; if its first update failed before that, lift the guard",
    )  # fmt: skip
    return ChangeSet(cluster.name, [change])


def _lifted(guard: str) -> Impact:
    return (GUARDS[guard].lifted if guard in GUARDS else None) or LIFTED


def check_allow(allow: Collection[Any], *definitions: Definition) -> list[Finding]:
    """What is wrong with the names of guards that are to be lifted; paths are relative to the arguments."""
    if not allow:
        return []
    names = guard_names(*definitions)
    found = []
    for index, name in enumerate(allow):
        path = ("allow", index)
        if name in GUARDS and GUARDS[name].lifted is None:
            meaning = GUARDS[name].meaning.removesuffix(".")
            text = f"guard '{name}' cannot be lifted: {meaning[:1].lower()}{meaning[1:]}"
            found.append(finding("cluster.guard-stays", path, text, hint="docs/changes.md says how to go on"))
        elif isinstance(name, str) and name not in names:
            found.append(unknown("cluster.unknown-guard", path, f"there is no guard '{name}'", name, names))
    return found


def guard_names(*definitions: Definition) -> list[str]:
    """The names of the guards that can be lifted: those of every cluster, then those of some definitions."""
    known = [name for definition in definitions for name in guards_of(definition)]
    return list(dict.fromkeys([*(name for name, guard in GUARDS.items() if guard.lifted is not None), *known]))


def _changes(clusters: Reached, technology: Technology) -> Iterator[Change]:
    old, new, _ = clusters
    identity = list(_identity(old, new))
    yield from identity
    if old.definition != new.definition:
        return
    policies, specs = Policies.of(technology.definition), Specs(old.spec, new.spec)
    yield from _metadata(old, new)
    for change in version_changes(old, new, technology):
        yield placed(change, new)
    moved = _known(old.topology) and _known(new.topology) and old.topology != new.topology
    for difference in reached_differences(clusters, technology):
        if _is_elsewhere(difference, moved=moved):
            continue
        judged = (
            _replicas(difference, new, technology)
            or _setting(difference, new, technology)
            or policies.judged(difference, specs)
        )
        if judged is not None:
            yield placed(judged, new)


def _identity(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """Changes that would make another cluster of it."""
    was, now = old.metadata.get("name"), new.metadata.get("name")
    if _known(was) and _known(now) and was != now:
        hint = f"keep name: {was}; a cluster of another name is a new one, which dataSource fills with a backup"
        yield _refused(("name",), was, now, "name", "an object cannot be renamed, only replaced by an empty one", hint)
    was, now = old.metadata.get("namespace"), new.metadata.get("namespace")
    if _known(was) and was is not None and was != now and not isinstance(now, Deferred):
        hint = (
            f"keep namespace: {was}; a cluster in another namespace is a new one, which dataSource fills with a backup"
        )
        why = "an object cannot be moved to another namespace, only replaced by an empty one"
        yield _refused(("namespace",), was, now, "namespace", why, hint)
    if old.object == new.object and old.definition == new.definition:
        return
    if old.definition == new.definition and _EVEREST in (old.object, new.object):
        if old.options.get("deletionPolicy") != "retain":
            before, after = (("everest" if o == _EVEREST else "pulumi") for o in (old.object, new.object))
            why = "the object of the one would be deleted, and the database with it, before the other makes its own"
            hint = (
                "first set the deletion policy to retain and run `pulumi up`, so that the object is left alone; then "
                "change reconcileBy and run it again"
            )
            yield _refused(("reconcileBy",), before, after, "reconciler", why, hint)
        return
    was, now = value_at(old.spec, ("provider",)), value_at(new.spec, ("provider",))
    hint = "make a new cluster with the other provider, and move the data with the tools of the database"
    yield _refused(("provider",), was, now, "provider", "a database cannot become one of another technology", hint)


def _refused(path: tuple[str, ...], was: Any, now: Any, guard: str, why: str, hint: str) -> Change:
    return Change(path, path[-1], was, now, Impact.REFUSED, guard=guard, why=why, hint=hint)


def _metadata(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    keys = ("labels", "annotations")
    before, after = ({key: side.metadata.get(key) for key in keys} for side in (old, new))
    for difference in differences(before, after):
        yield change_of(difference, Impact.ONLINE)
    was, now = (side.options.get("volumePolicy", "keep") for side in (old, new))
    if _known(was) and _known(now) and was != now:
        why = "when the cluster is deleted, the operator deletes its volumes" if now == "delete" else ""
        yield Change(("volumePolicy",), "volumePolicy", was, now, Impact.ONLINE, why=why)


def _secrets(old: Snapshot, new: Snapshot, technology: Technology, handling: SecretHandling) -> Iterator[Change]:
    """Changes of values in Secrets, and what becomes of those that the program gives up."""
    held = old.held
    if held is None and old.options.get("deletionPolicy") == "retain":
        held = {was.name: True for was in (old.secrets or {}).values() if isinstance(was.name, str)}
    online = technology.manifest.secrets.online if technology.manifest is not None else ()
    yield from secret_changes(old.secrets or {}, new.secrets or {}, new.spec, handling, online, held)


def _is_elsewhere(difference: Difference, *, moved: bool) -> bool:
    """Whether a difference is said in other words."""
    field = difference.field
    if field[0] in _ELSEWHERE or (moved and field[:2] == ("topology", "config")):
        return True
    if field[0] != "instances":
        return False
    if len(field) == 2 and moved:
        return True  # with another topology come other components
    return len(field) == 3 and field[2] in ("version", "image")


def _setting(difference: Difference, new: Snapshot, technology: Technology) -> Change | None:
    """A setting of the engine, or all that come or go at once, where it is known when a change of each counts."""
    field = difference.field
    components = technology.definition.spec.components
    if len(field) < 3 or (field[0], field[2]) != ("instances", "engineConfig") or field[1] not in components:
        return None
    names = [part[3] for part in difference.parts or (field,) if len(part) > 3]
    version = value_at(new.spec, ("instances", field[1], "version"))
    settings = settings_of(technology, components[field[1]].type, version)
    restarts = [settings.needs_restart(name) for name in names] if settings is not None else []
    if settings is None or not restarts or None in restarts:
        return None
    if any(restarts):
        return change_of(difference, Impact.RESTART, f"{settings.version} takes it at its start")
    return change_of(difference, Impact.ONLINE)


def _replicas(difference: Difference, new: Snapshot, technology: Technology) -> Change | None:
    """A number of replicas with which the cluster does not survive the loss of one."""
    field = difference.field
    if len(field) != 3 or field[0] != "instances" or field[2] != "replicas":
        return None
    was, now = plain(difference.old), plain(difference.new)
    topology, name = new.topology, field[1]
    keeps_data = value_at(new.spec, ("instances", name, "storage", "size")) is not None
    if not isinstance(was, int) or not isinstance(now, int):
        return _without_number(difference) if keeps_data and was is not None else None
    limits = None
    if topology in technology.definition.spec.topologies:
        member = technology.definition.topology_components(topology).get(name)
        limits = member.replicas if member is not None else None
    why = hint = ""
    if now <= 1 < was and keeps_data:
        why = "with one replica the loss of a pod is downtime, and the loss of its volume is the loss of the data"
        hint = "keep at least 3"
    elif limits is not None and must_be_odd(limits, new.instances[name]) and now % 2 == 0 and was % 2 == 1:
        why = "an even number has no majority when it is cut in two"
        hint = f"choose {now - 1 if now > 1 else 1} or {now + 1}"
    if not why:
        return None
    where = short(difference.where)
    return Change(difference.path, where, was, now, Impact.REFUSED, guard="replicas", why=why, hint=hint)


def _without_number(difference: Difference) -> Change:
    """Replicas of which overrides leave no number that anybody knows."""
    why, where = "how many there are without it is the operator's to say", short(difference.where)
    return Change(
        difference.path, where, difference.old, difference.new, Impact.REFUSED, guard="replicas", why=why,
        hint="keep at least 3",
    )  # fmt: skip


def _known(value: Any) -> bool:
    return not isinstance(value, Deferred)


# For people


def line(change: Change) -> str:
    """A change in one line: ``engine.replicas 3 → 5, online``."""
    text = f"{change.what}, {change.impact}"
    if change.impact is Impact.NONE:
        return f"{change.what}, does nothing: {change.why}"
    if change.lifted:
        text += f" (guard {change.guard} lifted)"
    elif change.is_refused:
        text += f" by guard {change.guard}"
    return text


def finding_of(change: Change, subject: str, lift: str = IN_A_PROGRAM) -> Finding:
    """A refused change as a finding. `lift` says how its guard is lifted, if it can be."""
    text = f"{change.what} is refused by guard {change.guard}: {change.why}"
    hints = [change.hint] if change.hint else []
    if can_be_lifted(change.guard):
        hints.append(lift.format(guard=change.guard))
    return finding("change.refused", change.place, text, hint="; ".join(hints) or None, subject=subject)


def can_be_lifted(guard: str | None) -> bool:
    """Whether `allow` lifts a guard."""
    return guard is not None and (guard not in GUARDS or GUARDS[guard].lifted is not None)


def values(change: Change) -> Mapping[str, Any]:
    """A change as plain data: the keys of ``--format json``."""
    return {
        "path": change.where,
        "written": path_text(change.written) or None,
        "old": _data(change.old),
        "new": _data(change.new),
        "impact": str(change.impact),
        "guard": change.guard,
        "lifted": change.lifted,
        "why": change.why or None,
        "hint": change.hint or None,
    }


def _data(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else shown(value)
