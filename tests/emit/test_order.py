"""In which order objects are made: each after those that it names, the main one after all that do not come after it."""

from __future__ import annotations

import pytest

from pulumi_everest.emit.order import earlier, in_order
from pulumi_everest.emit.templates.template import Emitted
from pulumi_everest.model.plugin_files.object_settings import ObjectSettings


def made(*entries: str) -> list[Emitted]:
    """``name<other,another``: an object that comes after others; ``*`` for the main one, ``!`` for one when ready."""
    found = []
    for entry in entries:
        name, _, after = entry.strip("*!").partition("<")
        settings = ObjectSettings(after=after.split(",") if after else [])
        found.append(Emitted(name, "*" in entry, {}, when_ready="!" in entry, settings=settings))
    return found


def names(objects: list[Emitted], places: list[int]) -> list[str]:
    return [objects[place].name for place in places]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["a", "db*", "b"], ["a", "b", "db"]),
        (["db*"], ["db"]),
        (["b<a", "a", "db*"], ["a", "b", "db"]),
        # What comes after the main object, in as many steps as it may be, does not come before it.
        (["a<db", "b<a", "c", "db*"], ["c", "db", "a", "b"]),
        (["c<b", "b<a", "a<db", "db*"], ["db", "a", "b", "c"]),
        # A restore comes last, whatever stands after it.
        (["restore!", "a", "db*", "b<db"], ["a", "db", "b", "restore"]),
        (["restore!", "other!", "db*"], ["db", "restore", "other"]),
        # All objects of a name, such as those of a loop, and names of what was not made this time.
        (["b<a,gone", "a", "a", "db*"], ["a", "a", "b", "db"]),
        (["b<a,a", "a", "db*"], ["a", "b", "db"]),
    ],
)
def test_objects_are_made_after_those_that_they_need(entries: list[str], expected: list[str]) -> None:
    objects = made(*entries)

    assert names(objects, in_order(objects)) == expected


def test_what_is_made_before_one_object_is_told_once_and_alone() -> None:
    objects = made("a", "b<a,a", "db*", "late<db", "restore!", "other!")

    assert [names(objects, earlier(objects, place)) for place in range(6)] == [
        [],
        ["a"],
        ["a", "b"],
        ["db"],
        ["a", "b", "db", "late"],
        ["a", "b", "db", "late"],
    ]
