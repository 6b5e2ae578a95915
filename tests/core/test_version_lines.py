"""Lines of versions: what is of one, what one means, and what is offered in place of a version that is not there."""

from __future__ import annotations

import pytest

from pulumi_everest.core.versions.lines import in_order, lines_of, nearest_version, newest_of, of_line
from pulumi_everest.model.definition import VersionEntry


def entries(*versions: str, deprecated: tuple[str, ...] = ()) -> list[VersionEntry]:
    return [
        VersionEntry.model_validate({"version": version, "image": f"x:{version}", "deprecated": version in deprecated})
        for version in versions
    ]


CATALOG = entries("7.0.15-9", "7.0.30-16", "7.0.4-1", "8.0.8-3", "8.0.19-7", "17.9", "17.10", deprecated=("8.0.19-7",))


@pytest.mark.parametrize(
    ("version", "line", "expected"),
    [
        ("17.10", "17", True),
        ("17.10", "17.10", True),
        ("17.10", "1", False),
        ("17.10", "17.1", False),
        ("8.0.19-7", "8.0", True),
        ("8.0.19-7", "8.0.19", True),
        ("8.0.19-7", "8.0.1", False),
        ("8.0.19-7", "8.0.19-7", False),
        ("8.0.19-7", "8.", False),
        ("8.0.19-7", "v8", False),
    ],
)
def test_a_line_is_the_beginning_of_its_versions_in_whole_numbers(version: str, line: str, expected: bool) -> None:
    assert of_line(version, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("17", "17.10"),
        ("7.0", "7.0.30-16"),
        ("7", "7.0.30-16"),
        # One that is on its way out is meant only where there is no other.
        ("8.0", "8.0.8-3"),
        ("8.0.19", "8.0.19-7"),
        ("17.10", None),
        ("9", None),
        ("17.x", None),
        ("latest", None),
    ],
)
def test_a_line_means_its_newest_version(line: str, expected: str | None) -> None:
    assert newest_of(line, CATALOG) == expected


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("7.0.99", "7.0.30-16"),
        ("7.1", "7.0.30-16"),
        ("8.0.20-8", "8.0.8-3"),
        ("v17.9", "17.9"),
        ("17.9.1", "17.9"),
        ("8.0.8-4", "8.0.8-3"),
    ],
)
def test_a_version_that_is_not_there_leads_to_the_newest_of_the_same_beginning(got: str, expected: str) -> None:
    assert nearest_version(got, CATALOG) == f"did you mean '{expected}'?"


def test_a_version_that_is_like_none_leads_nowhere() -> None:
    assert nearest_version("99", CATALOG) is None


def test_versions_are_offered_newest_first_and_those_on_their_way_out_last() -> None:
    assert [entry.version for entry in in_order(CATALOG)] == [
        "17.10", "17.9", "8.0.8-3", "7.0.30-16", "7.0.15-9", "7.0.4-1", "8.0.19-7",
    ]  # fmt: skip


def test_every_beginning_of_a_version_is_a_line_unless_it_is_a_version() -> None:
    assert lines_of(["17.10", "17.9"]) == ["17"]
    assert lines_of(["8.0.8-3", "8.0.19-7"]) == ["8.0.19", "8.0.8", "8.0", "8"]
