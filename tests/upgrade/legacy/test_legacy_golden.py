"""Pairs of a cluster of Everest's first API and the operator's object that Everest made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from legacy import lacking

from pulumi_everest.testing.parts import skip_or_fail


@pytest.fixture(scope="module")
def pairs(shared: Path) -> dict[str, dict[str, Any]]:
    folder = shared / "golden" / "everest-v1alpha1"
    if not folder.is_dir():
        skip_or_fail("shared", "needs the golden pairs of the first API (EVEREST_SHARED)")
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml"))}


def test_every_pair_renders_to_what_everest_made(pairs, move, render, record_property):
    wrong = {}
    for name, pair in pairs.items():
        expected = pair["expected"]
        finalizers = expected["metadata"].get("finalizers") or []
        expected["metadata"]["finalizers"] = [entry for entry in finalizers if not entry.startswith("internal.")]

        wrong[name] = lacking(expected, render(move(pair["input"])))

    record_property("shown", f"{len(pairs)} pairs of Everest's first API")
    assert len(pairs) >= 9
    assert {name: lines for name, lines in wrong.items() if lines} == {}
