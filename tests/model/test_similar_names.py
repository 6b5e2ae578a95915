"""Which of many names was meant: the same answers whether there are ten or ten thousand, and no more work for them."""

from __future__ import annotations

import pytest

from pulumi_everest.model.findings import allowed_text, finding, unknown
from pulumi_everest.model.similar_names import MORE, MOST, SHOWN, Names

FEW = ["replicas", "resources", "storage", "storageClass", "engine_config"]
MANY = [f"orders-{n}-db" for n in range(3000)]


@pytest.mark.parametrize(
    ("got", "meant"),
    [
        ("replica", "replicas"),
        ("storage-class", "storageClass"),
        ("engineConfig", "engine_config"),
        ("st", None),  # the beginning of two
        ("rep", "replicas"),  # the beginning of one
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_of_few_names_is_found(got: str, meant: str | None) -> None:
    assert Names(FEW).nearest(got) == meant


@pytest.mark.parametrize(
    ("got", "meant"),
    [
        ("orders-1234-db", "orders-1234-db"),
        ("Orders_1234_DB", "orders-1234-db"),
        ("odrers-1234-db", "orders-1234-db"),  # swapped
        ("orders-1234-d", "orders-1234-db"),  # one less
        ("orders-1234-dbx", "orders-1234-db"),  # one more
        ("orders-1234-bb", "orders-1234-db"),  # another one
        ("orders-1x34-db", "orders-134-db"),  # of several that fit the one with the least to change
        ("ordres1234db", "orders-1234-db"),
        ("completely-different", None),
    ],
)
def test_the_nearest_of_many_names_is_found_wherever_the_slip_is(got: str, meant: str | None) -> None:
    assert Names(MANY).nearest(got) == meant


def test_a_name_that_begins_like_just_one_of_many_is_found() -> None:
    names = Names([*MANY, "warehouse-of-the-whole-company"])
    assert names.nearest("warehouse") == "warehouse-of-the-whole-company"
    assert Names([*names, "warehouse-of-some-other-company"]).nearest("warehouse") is None


def test_all_names_are_offered_up_to_a_number_and_of_more_the_similar_first() -> None:
    assert Names(FEW).offered("x") == tuple(FEW)
    assert Names(MANY[:MOST]).offered("x") == tuple(MANY[:MOST])
    offered = Names(MANY).offered("odrers-1234-db")
    assert len(offered) == MOST + 1
    assert offered[-1] == MORE
    assert "orders-1234-db" in offered[:SHOWN]
    assert len(set(offered)) == len(offered)


def test_a_finding_lists_no_more_than_people_and_machines_can_use_and_says_so() -> None:
    entry = unknown("field.unknown", (), "no", "orders-1-bd", MANY)
    assert len(entry.allowed) == MOST + 1
    assert entry.hint == "did you mean 'orders-1-db'?"
    assert allowed_text(entry.allowed).endswith(" and more")  # how many more would not be true
    plain = finding("field.value", (), "no", allowed=MANY)
    assert plain.allowed == (*MANY[:MOST], MORE)
    few = finding("field.value", (), "no", allowed=MANY[:20])
    assert allowed_text(few.allowed).endswith(f" and {20 - SHOWN} more")
