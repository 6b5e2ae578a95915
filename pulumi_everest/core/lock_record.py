"""What a lock means: which of its values count for a cluster, what it should say, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition
from pulumi_everest.core.versions.definition_digest import digest_of, short
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.lock import Lock
from pulumi_everest.model.lock_file import LockedCluster, LockedComponent

OPERATOR = "operator version"
DEFINITION = "definition"


@dataclass(frozen=True)
class Change:
    """One difference between two entries: of a component's version or image, or of the cluster itself.

    `what` is the component, or ``operator version``, ``provider``, ``bundle``, ``definition``; `field` is ``version``
    or ``image`` of a component, else the same as `what`.
    """

    what: str
    field: str
    old: str | None
    new: str | None

    def text(self, arrow: str = "→") -> str:
        """The change for people: ``engine 8.0.17-6 → 8.0.19-7``, ``engine 8.0.19-7 (new)``."""
        name = f"{self.what} image" if self.field == "image" else self.what
        old, new = (short(v) if v and self.what == DEFINITION else v for v in (self.old, self.new))
        if old is None:
            return f"{name} {new} (new)"
        if new is None:
            return f"{name} {old} (gone)"
        return f"{name} {old} {arrow} {new}"


@dataclass(frozen=True)
class Record:
    """A cluster as a lock would have it.

    `unknown` are the components whose versions are not known, `former` is the name that its entry has so far, where
    that is another.
    """

    name: str
    entry: LockedCluster
    unknown: tuple[str, ...] = ()
    former: str | None = None

    @classmethod
    def of(
        cls, name: str, resolved: Resolved, former: str | None = None, definition: Definition | None = None
    ) -> Record:
        """The record of a resolved cluster."""
        return cls(name, entry_of(resolved, definition), tuple(unknown_versions(resolved)), former)


def entry_of(resolved: Resolved, definition: Definition | None = None) -> LockedCluster:
    """What a lock records of a cluster. Values that are not known yet are left out."""
    spec = resolved.spec
    operator, bundle = spec.get("operatorVersion"), spec.get("bundle")
    components = {}
    for name, instance in spec["instances"].items():
        version = instance.get("version")
        if isinstance(version, str):
            components[name] = LockedComponent(version=version, image=resolved.catalog.get(name))
    return LockedCluster.model_construct(
        provider=spec["provider"],
        definition=digest_of(definition) if definition is not None else None,
        operator_version=operator if isinstance(operator, str) else None,
        bundle=bundle if isinstance(bundle, str) else None,
        components=components,
    )


def unknown_versions(resolved: Resolved) -> list[str]:
    """The components whose versions a lock cannot record, since they are not known."""
    instances = resolved.spec["instances"]
    return [name for name, instance in instances.items() if isinstance(instance.get("version"), Deferred)]


def entry_data(entry: LockedCluster) -> dict[str, Any]:
    """An entry as it stands in the file."""
    return entry.model_dump(by_alias=True, exclude_none=True)


def changes(old: LockedCluster | None, new: LockedCluster | None) -> Iterator[Change]:
    """Where two entries differ; None is a cluster that is not there. Where no image is recorded, any is fine."""
    for what, key in (("provider", "provider"), (OPERATOR, "operator_version"), ("bundle", "bundle")):
        before, after = getattr(old, key, None), getattr(new, key, None)
        if before != after and not (key == "provider" and None in (before, after)):
            yield Change(what, what, before, after)
    before_all: Mapping[str, LockedComponent] = old.components if old else {}
    after_all: Mapping[str, LockedComponent] = new.components if new else {}
    for name in sorted({*before_all, *after_all}):
        before, after = before_all.get(name), after_all.get(name)
        versions = (before.version if before else None, after.version if after else None)
        if versions[0] != versions[1]:
            yield Change(name, "version", *versions)
        elif before and after and before.image is not None and before.image != after.image:
            yield Change(name, "image", before.image, after.image)
    was, now = (side.definition if side is not None else None for side in (old, new))
    if was is not None and now is not None and was != now:
        yield Change(DEFINITION, DEFINITION, was, now)


def lock_findings(lock: Lock, resolved: Resolved) -> Iterator[Finding]:
    """Whether the lock lacks the cluster, or says something else than the cluster's own choices led to."""
    if lock.entry is None:
        text = f"the lock does not have cluster '{lock.cluster}', so its versions follow the defaults"
        yield finding("lock.missing", (), text, hint="run everest lock")
        return
    kept = set(unknown_versions(resolved))
    known = {name: component for name, component in lock.entry.components.items() if name not in kept}
    entry = lock.entry.model_copy(update={"components": known})
    differences = list(changes(entry, entry_of(resolved)))
    if differences:
        shown = "; ".join(change.text() for change in differences[:4])
        more = f" and {len(differences) - 4} more" if len(differences) > 4 else ""
        text = f"the lock is out of date for cluster '{lock.cluster}': {shown}{more}"
        yield finding("lock.out-of-date", _path(differences[0], resolved), text, hint="run everest lock")


def _path(change: Change, resolved: Resolved) -> Path:
    """The place in the cluster of what it says otherwise."""
    if change.what in ("provider", "bundle"):
        return (change.what,)
    if change.what == OPERATOR:
        return ("operatorVersion",)
    kind = resolved.types.get(change.what)
    if kind is None:
        return ("instances",)
    match resolved.origin(change.what, (change.field,)):
        case "versions":
            return ("components", "versions", kind, "version")
        case "user":
            return ("instances", change.what, change.field)
        case _:
            return ("instances", change.what)
