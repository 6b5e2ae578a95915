"""The page of a change: everything that the full output says, said once, within its bounds, and nothing refused cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.cli.output.page.markdown import CHARACTERS, page_markdown
from pulumi_everest.cli.output.page.text import page_text
from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.review.clusters import Cluster, Compared
from pulumi_everest.review.comparison.impacts import stuck
from pulumi_everest.review.inputs.groups import Group
from pulumi_everest.review.page.build import page
from pulumi_everest.review.page.layout import some_names
from pulumi_everest.review.page.names import folded_names
from pulumi_everest.review.page.page import Page

_INNERMOST = re.compile(r"\{([^{}]*)\}")


def expanded(text: str) -> Iterator[str]:
    """What a shell makes of the braces in a text."""
    found = _INNERMOST.search(text)
    if found is None:
        yield text
        return
    first, dots, last = found[1].partition("..")
    if dots:
        items = [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
    else:
        items = found[1].split(",")
    outer = text[: found.start()]
    if dots and outer.count("{") > outer.count("}"):  # a range in a list: its items are items of the list
        yield from expanded(f"{outer}{','.join(items)}{text[found.end() :]}")
        return
    for item in items:
        yield from expanded(f"{outer}{item}{text[found.end() :]}")


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        (["a/x-1", "a/x-2", "a/x-3", "a/x-7"], ["a/x-{1..3}", "a/x-7"]),
        (["a/x-1", "a/x-2", "a/x-3", "a/x-7", "a/x-9"], ["a/x-{{1..3},7,9}"]),
        (["a/x-1", "a/x-2"], ["a/x-1", "a/x-2"]),
        (["n1/x", "n2/x", "n3/x", "other/x"], ["n{1..3}/x", "other/x"]),
        ([f"n{n}/db{i:02}" for n in range(1, 4) for i in range(8, 12)], ["n{1..3}/db{08..11}"]),
        (["x9", "x10", "x11"], ["x{9..11}"]),
        (["a{1}", "b"], ["a{1}", "b"]),
    ],
)
def test_names_that_differ_in_a_number_are_folded(names: list[str], folded: list[str]) -> None:
    assert sorted(folded_names(names)) == sorted(folded)


@given(st.lists(st.from_regex(r"([a-c]0?[0-9]{0,2}/)?[a-c]0?[0-9]{1,2}[xy]?", fullmatch=True)))
def test_no_name_is_lost_or_made_up(names: list[str]) -> None:
    found = [name for folded in folded_names(names) for name in expanded(folded)]
    assert sorted(found) == sorted(set(names))


def cluster(name: str, namespace: str = "shop") -> Cluster:
    snapshot = Snapshot({"name": name, "namespace": namespace}, "x/Y", "some-operator", {"instances": {}})
    return Cluster(snapshot, SimpleNamespace(), name, f"DatabaseCluster {name}", lambda entry: entry, in_document=True)  # type: ignore[arg-type]


def compared(name: str, changes: Sequence[Change], namespace: str = "shop") -> Compared:
    made = cluster(name, namespace)
    return Compared(made, ChangeSet(name, list(changes)), made)


def page_of(entries: Sequence[Compared], findings: Sequence[Finding] = ()) -> Page:
    groups = [Group("cluster", entry.changes.name, cluster=entry.cluster) for entry in entries]
    return page([entry.before for entry in entries], groups, entries, [], findings)


def change(where: str = "engine.replicas", old: Any = 3, new: Any = 5, **more: Any) -> Change:
    return Change(("instances", *where.split(".")), where, old, new, more.pop("impact", Impact.ONLINE), **more)


SHRINK = change("engine.storage.size", "20Gi", "10Gi", impact=Impact.REFUSED, guard="storage-shrink", why="smaller")


def test_one_refusal_among_ten_thousand_is_on_top_of_a_page() -> None:
    moved = change("engine.version", "8.0.19-7", "8.0.21-9", impact=Impact.RESTART)
    entries = [compared(f"orders-{i}", [moved], f"team-{i % 40}") for i in range(9_000)]
    entries += [compared(f"carts-{i}", [change()]) for i in range(999)]
    made = page_of([*entries[:5_000], compared("unlucky", [SHRINK]), *entries[5_000:]])

    for text in (page_text(made, "→"), page_markdown(made)):
        lines = click.unstyle(text).splitlines()
        assert len(lines) <= 60
        assert any("unlucky" in line for line in lines[:20])
    plain = click.unstyle(page_text(made, "→"))
    assert "some-operator: engine.version 8.0.19-7 → 8.0.21-9: 9,000 clusters\n" in plain
    assert "engine.replicas 3 → 5: 999 clusters\n" in plain
    assert plain.startswith("10,000 clusters compared: 10,000 change, 0 do not\n")


CHANGES = st.builds(
    change,
    where=st.sampled_from(["engine.replicas", "proxy.replicas", "engine.resources.limits.cpu"]),
    old=st.sampled_from([1, 3]),
    new=st.sampled_from([5, 7]),
    impact=st.sampled_from(list(Impact)),
    guard=st.sampled_from([None, "downgrade"]),
    why=st.sampled_from(["", "because"]),
)


@given(st.lists(st.lists(CHANGES, max_size=3), max_size=12))
def test_the_page_counts_what_the_full_output_has(sets: list[list[Change]]) -> None:
    entries = [compared(f"c{number}", changes) for number, changes in enumerate(sets)]
    made = page_of(entries)

    every = Counter((str(c.impact), c.what, c.guard) for changes in sets for c in changes)
    said: Counter[tuple[Any, ...]] = Counter()
    for one in made.changes:
        said[one.impact, one.change, one.guard] += one.count
    assert said == every
    assert made.clusters.changed == sum(1 for changes in sets if changes)
    assert made.clusters.changed + made.clusters.unchanged == made.clusters.compared == len(sets)
    assert sum(made.clusters.impacts.values()) == made.clusters.changed
    ranks = [list(Impact).index(Impact(one.impact)) for one in made.changes]
    assert ranks == sorted(ranks, reverse=True)
    for one in made.changes:
        named = {name for folded in one.clusters for name in expanded(folded)}
        assert named == {f"shop/{e.changes.name}" for e in entries if any(c.what == one.change and str(c.impact) == one.impact and c.guard == one.guard and (c.why or None) == one.why for c in e.changes.changes)}  # fmt: skip
    text = click.unstyle(page_text(made, "→"))
    for one in made.changes:
        if one.impact in ("refused", "data loss"):
            assert all(name in text for name in one.clusters)


def test_the_page_is_the_same_whatever_comes_first() -> None:
    entries = [compared(f"c{number}", [change(new=number % 4)]) for number in range(40)]
    assert page_of(entries) == page_of(list(reversed(entries)))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a/x", "a/y"], "a/x, a/y"),
        ([f"a/{letter}" for letter in "abcdefghi"], "such as a/a, a/b"),
        (
            folded_names(f"a/x-{i}" for i in range(0, 600, 2)),
            f"such as a/x-{{{','.join(map(str, range(0, 80, 2)))},…}}",
        ),
        (
            folded_names(f"n{n}/x-{i}" for n in range(3) for i in (*range(3), *range(5, 900, 2))),
            f"such as n{{0..2}}/x-{{{{0..2}},{','.join(map(str, range(5, 75, 2)))},…}}",
        ),
        (["y" * 300], f"such as {'y' * 300}"),
    ],
)
def test_of_many_names_a_line_has_samples(names: list[str], said: str) -> None:
    assert some_names(names) == said


def test_changes_that_read_the_same_are_not_one_where_their_values_differ() -> None:
    long = "a\n" * 200
    configs = [("a-1", "b\n"), ("a-2", "b\n"), ("b", "c\n")]
    found = page_of([compared(name, [change("config", long, text * 200)]) for name, text in configs])
    assert len({one.change for one in found.changes}) == 1
    assert [(one.count, one.clusters) for one in found.changes] == [(2, ["shop/a-1", "shop/a-2"]), (1, ["shop/b"])]


@pytest.mark.parametrize(
    ("clusters", "said"),
    [
        ([("shop", "db-1"), ("shop", "db-2")], ["DatabaseCluster db-1"]),
        ([("shop", "db-1"), ("web", "db-2")], ["DatabaseCluster db-1"]),
        ([("shop", "db-1"), ("web", "db-1")], ["DatabaseCluster shop/db-1"]),
    ],
)
def test_findings_say_the_namespace_where_names_alone_say_too_little(
    clusters: list[tuple[str, str]], said: list[str]
) -> None:
    entries = [compared(name, [], namespace) for namespace, name in clusters]
    found = entries[0].cluster.told(finding("cluster.image-series", (), "of another", subject="DatabaseCluster db-1"))
    (one,) = page_of(entries, [found]).findings
    assert one.subjects == said


def test_what_is_wrong_with_a_cluster_is_not_said_of_its_namesake() -> None:
    both = [cluster("orders", "a"), cluster("orders", "b")]
    found = [
        one.told(finding("cluster.replicas", (), text, subject=one.subject))
        for one, text in zip(both, "xy", strict=True)
    ]
    assert {name: [entry.message for entry in own] for name, own in stuck(both, [], found).items()} == {
        "a/orders": ["x"],
        "b/orders": ["y"],
    }


def test_a_reason_is_whole_whatever_its_clusters_are_called() -> None:
    why = "the version of 'mirror/mongod:8' cannot be read from its tag; 'data' of a ConfigMap is kept"
    refused = change(impact=Impact.REFUSED, why=why, hint="say mirror/mongod")
    (one,) = page_of([compared(name, [refused]) for name in ("mongod", "data", "orders")]).changes
    assert (one.why, one.hint, one.count) == (why, "say mirror/mongod", 3)


@pytest.mark.parametrize("names", [("engine", "orders"), ("orders", "engine"), ("engine", "engin", "engine-2")])
def test_what_findings_quote_is_not_taken_for_a_name(names: tuple[str, ...]) -> None:
    text, hint = "there is no component 'engin'", "did you mean 'engine'?"
    found = [
        finding("cluster.unknown-component", ("instances",), text, hint=hint, subject=f"DatabaseCluster {name}")
        for name in names
    ]
    (one,) = page_of([], found).findings
    assert (one.message, one.hint, one.count) == (text, hint, len(names))


def test_more_refusals_than_a_comment_holds_are_shorter_and_then_cut() -> None:
    def refused(count: int, reason: str) -> Page:
        names = ("alpha", "beta", "gamma")
        return page_of(
            [
                compared(f"{names[i % 3]}{'x' * (i // 3)}", [change(new=i, impact=Impact.REFUSED, why=reason)])
                for i in range(count)
            ]
        )

    for count, reason in ((20, "short"), (40, "x" * 5_000), (400, "y" * 900), (1_200, "z")):
        made = refused(count, reason)
        text = page_markdown(made)
        assert text.count("\n") < (60 if count < 60 else 420 if count < 420 else 1_200)
        assert len(text) <= CHARACTERS
        assert ("more than a comment holds" in text) == (count == 1_200)
        assert (text.splitlines()[-1].startswith("- **more")) == (count == 1_200)
        if count < 1_200:
            assert all(f"3 → {i}`" in text for i in range(count) if i != 3)
        full = click.unstyle(page_text(made, "→"))
        assert all(f"engine.replicas 3 → {i}" in full for i in range(count))


def test_equal_findings_are_said_once_with_what_they_are_about() -> None:
    found = [
        finding("change.removed", ("name",), f"db-{i} is no longer there: gone", subject=f"DatabaseCluster db-{i}")
        for i in range(500)
    ]
    (one,) = page_of([], found).findings
    assert (one.message, one.count, one.subjects) == (
        "… is no longer there: gone",
        500,
        ["DatabaseCluster db-{0..499}"],
    )


@pytest.mark.parametrize("name", ["`a`", "``", "a\n::error::x", "<img src=x>", "](http://x)", "@team #1", "a|b"])
def test_no_name_breaks_out_of_the_page(name: str) -> None:
    made = page_of([compared(name, [SHRINK, change(where=f"labels.{name}", old=name, new=name * 2)])])
    for text in (page_markdown(made), page_text(made, "→")):
        assert not any(line.startswith("::") for line in text.splitlines())
    outside = re.sub(r"(`+).+?\1(?!`)", "", page_markdown(made))
    assert not re.search(r"(?<!\\)[<\]@|#](?!br>|## )", outside.replace("### ", ""))


@pytest.mark.parametrize("text", ["@team", "a@team", "#12", "org/repo#12", "GH-12", "<!-- @team", "`@team", "\\@team"])
def test_nobody_is_mentioned_by_a_reason(text: str) -> None:
    made = page_of([compared("orders", [change(impact=Impact.REFUSED, why=text, hint=text)])])
    outside = re.sub(r"(`+).+?\1", "", page_markdown(made).replace("\\`", ""))
    assert not re.search(r"[@#]\w|GH-\d", outside.replace("&#8203;", "\u200b"))
    assert text in page_text(made, "→")
