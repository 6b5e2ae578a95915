"""What a template makes of a cluster and of others that differ from it in a field: the spec of the main object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import set_value, with_value
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Deferred, Path, leaves_of
from pulumi_everest.model.findings import EverestError

Spec = Mapping[str, Any]
Field = tuple[Path, Sequence[Any]]
"""A field, and values to try."""


class Mark(Deferred):
    """A value that stands for a field, to see where that is emitted; `path` is the field's."""

    __slots__ = ()


@dataclass
class Shown:
    """Where a field shows in the object: as it is at some places, at others something that was made with it."""

    as_it_is: list[Path] = field(default_factory=list)
    made_with: list[Path] = field(default_factory=list)

    def __iter__(self) -> Iterator[Path]:
        yield from self.as_it_is
        yield from self.made_with


Places = dict[Path, tuple[Shown, Spec]]
"""Where fields show, each in an object that was made to see it."""


class Emission:
    """One cluster and its template. Nothing is checked; what cannot be made gives None."""

    def __init__(self, cluster: Resolved, template: Template) -> None:
        self.cluster, self.template = cluster, template

    @classmethod
    def of(cls, snapshot: Snapshot, definition: Definition, template: Template) -> Emission:
        """The emission of a snapshot, which has no secrets."""
        spec = dict(snapshot.spec)
        types = definition.types_of(snapshot.instances)
        policy = snapshot.options.get("volumePolicy", "keep")
        return cls(Resolved(dict(snapshot.metadata), spec, types, {"volumePolicy": policy}), template)

    def objects(self, spec: Spec) -> Sequence[Emitted]:
        """All objects of the cluster with this spec. Raises EverestError where they cannot be made."""
        made = self.cluster
        return emit(Resolved(made.metadata, dict(spec), made.types, made.options, made.secrets), self.template)

    def made(self, spec: Spec) -> Spec | None:
        """The spec of the main object of the cluster with this spec."""
        found = self._made(spec)
        return found if isinstance(found, dict) else None

    def _made(self, spec: Spec) -> Any:
        try:
            return next(entry.manifest.get("spec") for entry in self.objects(spec) if entry.main)
        except EverestError:
            return None

    def shown(self, spec: Spec, fields: Sequence[Field]) -> Places:
        """Where each field shows, whether or not it is set, and the object with marks that the places are of.

        One emission with marks does for most fields. Behind one with which something is made others may be hidden, so
        that these are marked without it, and it is asked by its values.
        """
        found, hiding = self._marked(spec, [path for path, _ in fields])
        if hiding:
            hidden = [path for path, _ in fields if path not in hiding and not _is_shown(found, path)]
            found |= self._marked(spec, hidden)[0] if hidden else {}
        for path, values in fields:
            if path in hiding and not _is_shown(found, path):
                found |= self._by_values(spec, path, values)
        return found

    def marked(self, spec: Spec, paths: Sequence[Path]) -> Places:
        """Where fields show that decide nothing."""
        return self._marked(spec, paths)[0]

    def _marked(self, spec: Spec, paths: Sequence[Path]) -> tuple[Places, set[Path]]:
        """Where marks show, and the fields behind whose marks something else may be."""
        marked = copied(dict(spec))
        for path in paths:
            set_value(marked, path, Mark(path))
        made = self._made(marked)
        if not isinstance(made, dict):
            hiding = (
                {leaf.path for leaf in leaves_of(made) if isinstance(leaf, Mark)}
                if isinstance(made, Deferred)
                else set()
            )
            rest = [path for path in paths if path not in hiding]
            found, more = self._marked(spec, rest) if hiding and rest else ({}, set())
            return found, {*(hiding or paths), *more}
        found, hiding = {}, set()
        for place, value in leaves(made).items():
            for mark in _marks(value):
                shown, _ = found.setdefault(mark.path, (Shown(), made))
                (shown.as_it_is if value is mark else shown.made_with).append(place)
                if value is not mark:
                    hiding.add(mark.path)
        return found, hiding

    def _by_values(self, spec: Spec, path: Path, values: Sequence[Any]) -> Places:
        """Where two values of a field show."""
        tried = ((value, made) for value in values if (made := self.made(with_value(spec, path, value))) is not None)
        one, first = next(tried, (None, None))
        other, second = next(((value, made) for value, made in tried if not same(made, first)), (None, None))
        if first is None or second is None:
            return {}
        before, after, shown = leaves(dict(first)), leaves(dict(second)), Shown()
        for place in dict.fromkeys([*before, *after]):
            was, now = before.get(place), after.get(place)
            if not same(was, now):
                (shown.as_it_is if same(was, one) and same(now, other) else shown.made_with).append(place)
        return {path: (shown, first)}


def _marks(value: Any) -> list[Mark]:
    """The marks that a value is, or waits for."""
    return [leaf for leaf in leaves_of(value) if isinstance(leaf, Mark)] if isinstance(value, Deferred) else []


def _is_shown(found: Places, path: Path) -> bool:
    return path in found and bool(found[path][0].as_it_is)
