"""How a field shows in an object, learned from two values and read backwards."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.emit.read_back.effects import Shown, candidates


def found(first: Any, second: Any, emitted: Any, wanted: Any, without: Any = None) -> list[Any]:
    shown = (Shown(first, {"a": emitted(first)}), Shown(second, {"a": emitted(second)}))
    return list(candidates(*shown, {"a": without} if without is not None else {}, {"a": wanted}))


@pytest.mark.parametrize(
    ("values", "emitted", "wanted", "expected"),
    [
        (("x", "y"), lambda v: v, "z", "z"),
        ((3, 5), lambda v: {"size": v}, {"size": 7}, 7),
        ((3, 5), str, "7", 7),
        ((120, 240), lambda v: v / 60, 5, 300),
        ((120, 240), lambda v: f"{v}s", "90s", 90),
        (("p1", "p2"), lambda v: f"/{v}", "/folder", "folder"),
        (("https://a.org", "https://b.org"), lambda v: v.removeprefix("https://"), "pmm", "https://pmm"),
        (("9d", "11d"), lambda v: v.removesuffix("d"), "14", "14d"),
        ((["a"], ["b"]), lambda v: [{"name": n} for n in v], [{"name": "c"}, {"name": "d"}], ["c", "d"]),
        (({"p": "1"}, {"p": "2"}), lambda v: v, {"q": "3"}, {"q": "3"}),
    ],
)
def test_a_value_is_found_again(values: tuple[Any, Any], emitted: Any, wanted: Any, expected: Any) -> None:
    assert expected in found(*values, emitted, wanted)


def test_what_others_add_to_a_mapping_is_not_the_fields() -> None:
    emitted = lambda v: {"timeout": "60s", **v}  # noqa: E731

    assert {"q": "3"} in found({"p": "1"}, {"p": "2"}, emitted, {"timeout": "60s", "q": "3"}, {"timeout": "60s"})


def test_where_the_object_has_nothing_there_is_nothing_to_propose() -> None:
    assert list(candidates(Shown("x", {"a": "x"}), Shown("y", {"a": "y"}), {}, {"b": "z"})) == []


def test_true_is_not_one() -> None:
    assert 1 not in found(3, 5, lambda v: v, True) or True in found(3, 5, lambda v: v, True)
    assert found(3, 5, str, True) == []
