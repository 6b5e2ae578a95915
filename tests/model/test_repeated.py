"""What is said of many things in the same words is said once, and nothing else is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.cli.main import everest
from pulumi_everest.model.findings import Finding, Place, finding
from pulumi_everest.model.repeated import FOLDED_FROM, folded
from pulumi_everest.resources.engine.errors import ClusterError

ONE = finding("cluster.replicas", ("instances", "engine"), "no", subject="DatabaseCluster a", hint="odd")


def of(name: str, **changes: object) -> Finding:
    return replace(ONE, subject=f"DatabaseCluster {name}", **changes)  # type: ignore[arg-type]


def test_few_are_said_one_by_one() -> None:
    found = [of(name) for name in "abc"]
    assert [one.first for one in folded(found)] == found
    assert all(one.also is None for one in folded(found))


def test_many_are_said_once_with_the_names() -> None:
    (one,) = folded([of(f"c{number}") for number in range(100)])
    names = ", ".join(f"DatabaseCluster c{number}" for number in range(1, 9))
    assert one.also == f"also of 99 more: {names} and 91 more"


def test_of_one_thing_the_places_are_named() -> None:
    (one,) = folded([of("a", place=Place("x.yaml", line, 1)) for line in range(1, 5)])
    assert one.also == "also of 3 more: x.yaml:2, x.yaml:3, x.yaml:4"


@pytest.mark.parametrize(
    ("messages", "also"),
    [
        (["got 'x1'", "got 'x2'", "got 'x3'", "got 'x1'"],
         "also of 3 more: DatabaseCluster c1 ('x2'), DatabaseCluster c2 ('x3'), DatabaseCluster c3"),
        (["'C 0' is odd; write c-0", "'C 1' is odd; write c-1", "'C 2' is odd; write c-2", "'C 3' is odd; write c-3"],
         "also of 3 more: DatabaseCluster c1 ('C 1', c-1), DatabaseCluster c2 ('C 2', c-2), "
         "DatabaseCluster c3 ('C 3', c-3)"),
        (["'c0' is odd", "'c1' is odd", "'c2' is odd", "'c3' is odd"],
         "also of 3 more: DatabaseCluster c1, DatabaseCluster c2, DatabaseCluster c3"),
        (["'a' and 'b'", "'a' and 'c'", "'d' and 'b'", "'' and 'b'"],
         "also of 3 more: DatabaseCluster c1 ('c'), DatabaseCluster c2 ('d'), DatabaseCluster c3"),
    ],
)  # fmt: skip
def test_what_is_quoted_otherwise_of_other_things_stands_behind_their_names(messages: list[str], also: str) -> None:
    found = [of(f"c{number}", message=message) for number, message in enumerate(messages)]
    (one,) = folded(found)
    assert (one.first, one.also) == (found[0], also)


def test_one_that_has_it_twice_does_not_keep_the_others_apart() -> None:
    found = [of(f"c{number}", message=f"got 'x{number}'") for number in range(4)]
    twice = [replace(found[0], subject="DatabaseCluster d", message=f"got '{text}'") for text in "ab"]
    assert [one.first for one in folded([*twice, *found])] == [*twice, found[0]]


def test_clusters_of_one_name_in_several_namespaces_are_different_things() -> None:
    found = [of("orders", namespace=name, message=f"got '{name}'") for name in "abcd"]
    (one,) = folded(found)
    assert (
        one.also == "also of 3 more: DatabaseCluster orders ('b'), DatabaseCluster orders ('c'), "
        "DatabaseCluster orders ('d')"
    )


@pytest.mark.parametrize(
    "messages",
    [
        ["got x1", "got x2", "got x3", "got x4"],
        ["the pod's size isn't 1", "the pod's size isn't 2", "the pod's size isn't 3", "the pod's size isn't 4"],
        ["the pod's end isn't", "the pod's size isn't", "the pod's name isn't", "the pod's place isn't"],
    ],
)
def test_what_differs_outside_of_quotes_is_said_for_each(messages: list[str]) -> None:
    found = [of(f"c{number}", message=message) for number, message in enumerate(messages)]
    assert [one.first for one in folded(found)] == found


def test_different_names_in_findings_about_one_thing_are_all_said() -> None:
    found = [replace(ONE, message=f"the value '{name}' is missing") for name in "abcd"]
    found.insert(2, replace(ONE, message="another"))
    assert [one.first for one in folded(found)] == found
    of_nothing = [replace(entry, subject="") for entry in found]
    assert [one.first for one in folded(of_nothing)] == of_nothing


differing = st.fixed_dictionaries(
    {},
    optional={
        "message": st.sampled_from(["no", "yes"]),
        "hint": st.sampled_from([None, "even"]),
        "allowed": st.sampled_from([(), ("1",)]),
        "path": st.sampled_from([("instances", "engine"), ("instances", "proxy")]),
    },
)


@given(st.lists(differing, max_size=30))
def test_nothing_that_differs_is_left_out(changes: list[dict[str, object]]) -> None:
    found = [of(str(number), **change) for number, change in enumerate(changes)]
    groups = folded(found)
    assert sorted(entry.subject for one in groups for entry in (one.first, *one.others)) == sorted(
        entry.subject for entry in found
    )
    for one in groups:
        assert not one.others or len(one.others) >= FOLDED_FROM - 1
        for other in one.others:
            assert replace(other, subject=one.first.subject) == one.first


def test_the_error_of_a_program_says_it_once_and_counts_all() -> None:
    text = str(ClusterError([of(f"c{number}") for number in range(1000)]))
    assert text.startswith("1000 problems in databases")
    assert len(text.splitlines()) == 6
    assert "also of 999 more: DatabaseCluster c1, " in text


def test_the_command_says_it_once_and_counts_all(tmp_path: Path) -> None:
    document = (
        "apiVersion: everest.percona.com/v2alpha1\nkind: DatabaseCluster\nmetadata: {{name: c{0}}}\n"
        "spec: {{provider: psmdb-operator, instances: {{enigne: {{}}}}}}\n"
    )
    file = tmp_path / "all.yaml"
    file.write_text("---\n".join(document.format(number) for number in range(300)))
    result = CliRunner().invoke(everest, ["validate", str(file)])
    assert len(result.stdout.splitlines()) < 15
    assert "also of 299 more: DatabaseCluster c1, " in result.stdout
    assert result.stdout.endswith("300 errors in 300 clusters\n")
