"""What is said of many things in the same words is said once, and nothing else is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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
