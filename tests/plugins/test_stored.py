"""What of an object as sent is not in the object as stored."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.testing.stored import lost


@pytest.mark.parametrize(
    ("sent", "stored", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 2, "d": 3}]}, "status": {}}, []),
        ({"a": {"b": 1}}, {"a": {}}, ["a.b: sent 1, not there"]),
        ({"a": 1}, {"a": 2}, ["a: sent 1, there is 2"]),
        ({"a": 1}, {"a": True}, ["a: sent 1, there is true"]),
        ({"a": [1, 2]}, {"a": [2, 1]}, ["a[0]: sent 1, there is 2", "a[1]: sent 2, there is 1"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a: sent [1], there is [1, 2]"]),
        ({"a": None}, {}, ["a: sent null, not there"]),
    ],
)
def test_everything_that_was_sent_is_looked_for(sent: Any, stored: Any, expected: list[str]) -> None:
    assert lost(sent, stored) == expected
