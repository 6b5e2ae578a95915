"""The order of versions and ranges of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.model.values.versions import Range, major, version_key

VERSIONS = st.one_of(
    st.text(max_size=12),
    st.text(st.sampled_from("0123456789.-+vrcabx~_"), max_size=14),
    st.lists(st.integers(0, 30), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts))),
)


@pytest.mark.parametrize(
    "rising",
    [
        ["8.0.4-1", "8.0.8-3", "8.0.12-4", "8.0.12-10", "8.4.0-1"],
        ["1.9.0", "1.21.1", "1.22.0", "2.0.0", "10.0.0"],
        ["9.6", "16.9", "16.10", "17", "17.1", "17.10", "18.1"],
        ["1.22.0-alpha1", "1.22.0-beta2", "1.22.0-rc1", "1.22.0-rc2", "1.22.0-rc10", "1.22.0", "1.22.0-1", "1.22.1"],
        ["5.7.44-31.65.1", "8.0.36-28", "8.0.42-33.1", "8.4.7-7.1"],
        ["2.44.1", "2.44.1-1", "3.0.0", "v3.1.0", "3.2"],
        ["2.57.0-1", "2.58.0-1"],
        ["x.y", "0.1"],
        ["", "1"],
    ],
)
def test_order(rising: list[str]) -> None:
    keys = [version_key(text) for text in rising]
    assert all(left < right for left, right in pairwise(keys)), sorted(rising, key=version_key)


@given(VERSIONS, VERSIONS, VERSIONS)
def test_the_order_is_total(a: str, b: str, c: str) -> None:
    one, two, three = version_key(a), version_key(b), version_key(c)
    assert (one < two) + (two < one) + (a == b) == 1
    if one <= two <= three:
        assert one <= three


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_numbers_decide_as_numbers(left: list[int], right: list[int]) -> None:
    length = max(len(left), len(right))
    padded = [parts + [0] * (length - len(parts)) for parts in (left, right)]
    if padded[0] != padded[1]:
        texts = [".".join(map(str, parts)) for parts in (left, right)]
        assert (version_key(texts[0]) < version_key(texts[1])) == (padded[0] < padded[1])


@pytest.mark.parametrize(("text", "number"), [("8.0.12-4", 8), ("17.10", 17), ("v3", 3), ("10", 10), ("8-rc1", 8)])
def test_major(text: str, number: int) -> None:
    assert major(text) == number


@pytest.mark.parametrize("text", ["", "x.y.z", "-1", "latest", "9" * 5_000, "٣.1"])
def test_major_of_what_begins_with_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="does not begin with a number"):
        major(text)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (
            ">=1.21 <1.23",
            ["1.21", "1.21.0", "1.21.1", "1.22.0", "1.22.9-1"],
            ["1.20.9", "1.23", "1.23.0", "1.23.1", "2.0"],
        ),
        (">=1.21, <1.23", ["1.21.1", "1.22.0"], ["1.23.0"]),
        (">= 1.21 ,  < 1.23", ["1.21.1", "1.22.0"], ["1.23.0"]),
        (">=1.21<1.23", ["1.21.1", "1.22.0"], ["1.23.0", "1.20"]),
        (">=1.21.0", ["1.21", "1.21.0", "1.22"], ["1.21.0-rc1", "1.20.9"]),
        ("1.22", ["1.22", "1.22.0", "1.22.7-3"], ["1.2", "1.220", "1.21.9", "1.22-rc1"]),
        ("=1.22.0", ["1.22.0", "1.22", "1.22.0-2", "1.22.0.1"], ["1.22.1"]),
        ("==1.22", ["1.22.3"], ["1.23.0"]),
        ("!=1.22.1", ["1.22.0", "1.23"], ["1.22.1", "1.22.1-5"]),
        ("<=1.22", ["1.21", "1.22", "1.22.9"], ["1.23.0"]),
        (">1.22", ["1.23.0", "2"], ["1.22", "1.22.9", "1.21"]),
        ("<8.0.12-4", ["8.0.8-3", "8.0.12-3", "8.0.12"], ["8.0.12-4", "8.0.12-10"]),
        (">=1.21 !=1.22.0 <2", ["1.21.0", "1.22.1"], ["1.22.0", "2.0.0"]),
        ("8", ["8.0.12-4", "8.4.7"], ["80.1", "7.9"]),
        ("v1.22", ["1.22.0", "v1.22.1"], ["1.23.0"]),
    ],
)
def test_ranges(text: str, inside: list[str], outside: list[str]) -> None:
    versions = Range.parse(text)
    assert [version for version in inside if version not in versions] == []
    assert [version for version in outside if version in versions] == []


def test_a_range_is_written_as_it_was_read_and_holds_only_text() -> None:
    assert str(Range.parse(">=1.21, <1.23")) == ">=1.21, <1.23"
    assert 1.22 not in Range.parse("1.22")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("^1.21", "write >=1.21 <2"),
        ("^0.3.1", "write >=0.3.1 <0.4"),
        ("~1.21.3", "write >=1.21.3 <1.22"),
        ("1.22.*", "write 1.22"),
        ("1.22.x", "write 1.22"),
        ("*", "leave it out"),
        ("1.21 || 1.22", "'or' cannot be written"),
        ("<", "is not a version range"),
        (">=", "is not a version range"),
        ("=>1.2", "is not a version range"),
        (">=1.21,", "is not a version range"),
        ("latest", "is not a version range"),
        ("1" * 500, "too long"),
        ("a\nb", "is not a version range"),
    ],
)
def test_a_text_that_is_no_range(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="version range") as error:
        Range.parse(text)
    assert said in str(error.value)
    assert len(str(error.value)) < 200


@given(VERSIONS, VERSIONS)
def test_a_clause_and_its_opposite_share_nothing(bound: str, version: str) -> None:
    for operator, opposite in (("<", ">="), (">", "<="), ("=", "!=")):
        try:
            one, other = Range.parse(f"{operator}{bound}"), Range.parse(f"{opposite}{bound}")
        except ValueError:
            continue
        assert (version in one) != (version in other)
