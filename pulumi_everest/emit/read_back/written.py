"""Which guarded fields the overrides of a cluster write, and what these are then: each place in the object is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pulumi_everest.core.exact import same
from pulumi_everest.core.merging import copied
from pulumi_everest.core.overrides import without_overrides
from pulumi_everest.core.paths import value_at, with_value
from pulumi_everest.emit.read_back.effects import Shown as Tried
from pulumi_everest.emit.read_back.effects import candidates
from pulumi_everest.emit.read_back.emission import Emission, Field, Places, Shown, Spec
from pulumi_everest.model.deferred import Path, holds_deferred
from pulumi_everest.model.values.versions import version_key

_TRIES: Final = 60
UNTOLD: Final = object()
"""What a field is where no value of it explains the object."""


@dataclass(frozen=True)
class Written:
    """A field as overrides write it: its value at each place where it shows, by what tells the places apart.

    `places` are those in the object of which the values are read; what is removed there is None. What does not show as
    it is is `inferred`: it may be another value with which the same would be made.
    """

    field: Path
    values: dict[str, Any]
    places: tuple[Path, ...]
    inferred: bool = False


@dataclass(frozen=True)
class _Untold:
    """A field that no value of it explains, with the places that are made with it and what overrides write there."""

    field: Path
    written: list[tuple[Path, Any]]


@dataclass(frozen=True)
class Objects:
    """What is made of a cluster without its overrides, `plain`, and what `made` is with them; `base` is the former.

    `told` has what was found out with clusters of the same kind, by what was asked.
    """

    emission: Emission
    base: Spec
    plain: Spec
    made: Spec
    told: Callable[[], dict[Any, Any]] = dict

    def shown(self, fields: Sequence[Field]) -> Places:
        """Where fields show."""
        return self.emission.shown(self.base, fields)

    def written(self, fields: Sequence[Field], shown: Places) -> Iterator[Written]:
        """The fields of which overrides write where they show.

        A field that no value of it explains is what stands in its place, unless all of that is other fields: those that
        are there only with it.
        """
        untold: list[_Untold] = []
        explained = set[Path]()
        for field in fields:
            if field[0] in shown:
                found = self._as_it_is(field[0], *shown[field[0]]) or self._made_with(field, *shown[field[0]])
                if isinstance(found, _Untold):
                    untold.append(found)
                elif found is not None:
                    explained.update(found.places)
                    yield found
        for entry in untold:
            own = [now for place, now in entry.written if place not in explained]
            if own:
                value = "nothing" if own[0] is None else "settings" if isinstance(own[0], (dict, list)) else str(own[0])
                if not same(value, value_at(self.base, entry.field)):
                    yield Written(entry.field, {"": value}, tuple(place for place, _ in entry.written), True)

    def _as_it_is(self, path: Path, shown: Shown, marked: Spec) -> Written | None:
        """The field, if overrides write a place where it shows as it is."""
        values, places = {}, []
        for place in shown.as_it_is:
            there, now = counterpart(marked, self.made, place)
            values[label(marked, place)] = now
            if not same(counterpart(marked, self.plain, place)[1], now):
                places.append(there)
        return Written(path, values, tuple(places)) if places else None

    def _made_with(self, field: Field, shown: Shown, marked: Spec) -> Written | _Untold | None:
        """The field with which would be made what overrides write; None where they write nothing made with it.

        A field that shows somewhere as it is, untouched, is that. Of any other nothing may tell what it is.
        """
        written, there = [], []
        for place in shown.made_with:
            at, now = counterpart(marked, self.made, place)
            if not same(counterpart(marked, self.plain, place)[1], now):
                written.append((place, now))
                there.append(at)
        if not written or any(holds_deferred(now) for _, now in written):
            return None
        held = [(place, counterpart(marked, self.made, place)[1]) for place in shown.as_it_is]
        value = self.made_by(field, marked, written + held)
        if value is UNTOLD:
            return None if held else _Untold(field[0], [(at, now) for at, (_, now) in zip(there, written, strict=True)])
        return (
            None if same(value, value_at(self.base, field[0])) else Written(field[0], {"": value}, tuple(there), True)
        )

    def made_by(self, field: Field, marked: Spec, wanted: Sequence[tuple[Path, Any]]) -> Any:
        """The value of a field that gives what is wanted of the object, of several versions the newest, or `UNTOLD`."""
        told, question = self.told(), repr((field, wanted))
        if question not in told or not self._fits(told[question], field, marked, wanted):
            told[question] = self._found(field, marked, wanted)
        return told[question]

    def _fits(self, value: Any, field: Field, marked: Spec, wanted: Sequence[tuple[Path, Any]]) -> bool:
        """Whether what was found out with another cluster of the kind holds for this one."""
        return value is UNTOLD or any(_has(tried, marked, wanted) for _, tried in self._made_each(field[0], [value]))

    def _found(self, field: Field, marked: Spec, wanted: Sequence[tuple[Path, Any]]) -> Any:
        fitting = []
        for value, tried in islice(self._tries(field), _TRIES):
            if _has(tried, marked, wanted):
                fitting.append(value)
        texts = [value for value in fitting if isinstance(value, str)]
        if not fitting:
            return UNTOLD
        return max(texts, key=version_key) if len(texts) == len(fitting) else fitting[0]

    def _tries(self, field: Field) -> Iterator[tuple[Any, Spec]]:
        """What a field may be: the values that there are, and what two of them tell about the one in the object.

        Each with what is made with it.
        """
        path, values = field
        tried = list(self._made_each(path, values))
        yield from tried
        pairs = ((one, other) for one in tried for other in tried if not same(one[1], other[1]))
        for one, other in islice(pairs, 1):
            told = candidates(Tried(*one), Tried(*other), self.plain, copied(self.made))
            yield from self._made_each(path, told)

    def _made_each(self, path: Path, values: Iterable[Any]) -> Iterator[tuple[Any, Spec]]:
        """What is made with each of some values of a field, where it can be made."""
        made = ((value, self.emission.made(with_value(self.base, path, value))) for value in values)
        return ((value, spec) for value, spec in made if spec is not None)


def _has(made: Spec, marked: Spec, wanted: Sequence[tuple[Path, Any]]) -> bool:
    """Whether an object has the values that are wanted of it."""
    return all(same(counterpart(marked, made, place)[1], now) for place, now in wanted)


def emitted(emission: Emission, field: Field) -> Any:
    """The value with which a field would be emitted as it is, whether or not it is set; None where that is not told."""
    base = without_overrides(emission.cluster.spec)
    made, plain = emission.made(emission.cluster.spec), emission.made(base)
    if made is None or plain is None:
        return None
    objects = Objects(emission, base, plain, made)
    shown, marked = objects.shown([field]).get(field[0], (Shown(), made))
    if shown.as_it_is:
        return counterpart(marked, made, shown.as_it_is[0])[1]
    wanted = [(place, counterpart(marked, made, place)[1]) for place in shown.made_with]
    known = wanted and not any(holds_deferred(now) for _, now in wanted)
    value = objects.made_by(field, marked, wanted) if known else UNTOLD
    return None if value is UNTOLD else value


def counterpart(marked: Any, target: Any, place: Path) -> tuple[Path, Any]:
    """The same place in another object, where items of lists are told apart by their names, and what is there."""
    there: Path = ()
    for step in place:
        position: Any = step
        if isinstance(step, int) and isinstance(target, list):
            name = name_of(value_at(marked, (step,)))
            if name is not None and all(name_of(item) is not None for item in target):
                position = next((i for i, item in enumerate(target) if name_of(item) == name), len(target))
        marked, target = value_at(marked, (step,)), value_at(target, (position,))
        there = (*there, position)
    return there, target


def label(marked: Any, place: Path) -> str:
    """What tells a place from others where a field shows: the names of the items of lists that it is in."""
    found = []
    for step in place:
        if isinstance(step, int):
            found.append(name_of(value_at(marked, (step,))) or str(step))
        marked = value_at(marked, (step,))
    return ".".join(found)


def name_of(item: Any) -> str | None:
    """The name of an item of a list, if it has one."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None
