"""Fields that a newer operator has elsewhere: what an object has in them goes there, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.emit.moved_fields import lacking, move_fields
from pulumi_everest.model.plugin_files.object_settings import MovedField

MOVED = [
    MovedField.model_validate({"since": "1.15", "from": "spec.exposeType", "to": "spec.expose.type"}),
    MovedField.model_validate({"since": "1.16", "from": "spec.dead"}),
]


@pytest.mark.parametrize(
    ("spec", "operator", "expected", "froms"),
    [
        ({"exposeType": "x", "a": 1}, "1.15", {"expose": {"type": "x"}, "a": 1}, ["spec.exposeType"]),
        ({"exposeType": "x"}, "1.15.1", {"expose": {"type": "x"}}, ["spec.exposeType"]),
        ({"exposeType": "x"}, "1.14.9", {"exposeType": "x"}, []),
        ({"exposeType": "x"}, None, {"exposeType": "x"}, []),
        ({"exposeType": None}, "1.15", {"exposeType": None}, []),
        ({"exposeType": "x", "expose": {"type": "y"}}, "1.15", {"expose": {"type": "y"}}, ["spec.exposeType"]),
        ({"exposeType": "x", "expose": {"a": 1}}, "1.15", {"expose": {"a": 1, "type": "x"}}, ["spec.exposeType"]),
        ({"exposeType": "x", "expose": "unknown"}, "1.15", {"expose": "unknown"}, ["spec.exposeType"]),
        ({"dead": {"a": 1}}, "1.15", {"dead": {"a": 1}}, []),
        ({"dead": {"a": 1}, "exposeType": "x"}, "1.16", {"expose": {"type": "x"}}, ["spec.exposeType", "spec.dead"]),
        ({}, "1.16", {}, []),
    ],
)
def test_what_stands_in_a_former_place_goes_to_the_new_one(
    spec: dict[str, Any], operator: str | None, expected: dict[str, Any], froms: list[str]
) -> None:
    manifest = {"spec": spec}

    assert [one.from_ for one in lacking(manifest, MOVED, operator)] == froms
    assert [one.from_ for one in move_fields(manifest, MOVED, operator)] == froms
    assert manifest == {"spec": expected}
