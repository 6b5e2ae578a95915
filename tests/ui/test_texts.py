"""YAML that is put together of remembered parts is the YAML that is written at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_everest.review.yaml_text import yaml_text
from pulumi_everest.ui.texts import remembered_yaml

ROOT = Path(__file__).parents[2]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(),
    st.sampled_from(["on", "1", "a\nb\n", "a\n\n  b", "\n", " a", "a ", "|", "- a", "é", "a: b", "#", "\x85", "\u2028", "", "x\n ", "::set-output"]),
)  # fmt: skip
DATA = st.recursive(
    SCALARS, lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(st.one_of(st.text(), st.sampled_from(["on", "a b", "1", "?"])), below, max_size=4)), max_leaves=25
)  # fmt: skip


@given(data=DATA)
@settings(max_examples=examples(100))
def test_parts_make_the_text_of_the_whole(data: Any) -> None:
    assert remembered_yaml(data) == yaml_text(data)


@pytest.mark.parametrize(
    "file",
    sorted(ROOT.glob("pulumi_everest/plugins/*/examples/*everything*.yaml")),
    ids=lambda path: f"{path.parts[-3]}-{path.stem}",
)
def test_parts_make_the_text_of_documents(file: Path) -> None:
    for document in yaml.safe_load_all(file.read_text()):
        assert remembered_yaml(document) == yaml_text(document)
