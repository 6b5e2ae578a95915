"""Anything may come from a page, and stand in a ui.yaml: it becomes a document or findings, and never an error of ours."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_everest import form
from pulumi_everest.form.reading import read_forms
from pulumi_everest.form.tree import all_parts
from pulumi_everest.plugins.find import builtin
from tests.form.test_form_tree import technology
from tests.form.test_form_values import EVERYTHING, tree_of

FORMS = next(plugin for plugin in builtin() if plugin.name == "valkey").document("ui.yaml", []).data  # type: ignore[union-attr]
TREE = tree_of("psmdb", "standard", "edit")
JUNK = st.sampled_from(
    [
        None, True, -1, 1e300, float("nan"), 10**30, "", "x", "a.b", "[", "&a *a", "1" * 5000, ".", "spec", "instances.engine.replicas",
        "backup.storages", "metadata.name", "self ==", "group", [], {}, [None], [{}], {"$of": 0}, [{"$of": -1}], [{"$of": 5, "name": [1]}],
        [{"$of": True}], {"a": {"b": 1}}, [[1]], {"a": None}, [1, "x", {}],
    ]
)  # fmt: skip


def paths(data: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [before, *(path for key, value in below for path in paths(value, (*before, key)))]


def with_junk(data: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    made = copy.deepcopy(data)
    for path, junk in changes:
        node = made
        try:
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = copy.deepcopy(junk)
        except (KeyError, IndexError, TypeError):  # an earlier change took it away
            continue
    return made


def changes_of(data: Any, most: int) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(st.sampled_from(paths(data)[1:]), JUNK), min_size=1, max_size=most)


@given(
    st.dictionaries(st.sampled_from([part.key for part in all_parts(TREE)]), JUNK, max_size=20),
    changes_of(EVERYTHING, 3),
)
@settings(max_examples=30, deadline=None)
def test_any_values_make_a_document(values: dict[str, Any], changes: Any) -> None:
    original = with_junk(EVERYTHING, changes)
    document = form.cluster(TREE, values, original)
    assert isinstance(document["spec"], dict)
    yaml.safe_dump(document)
    assert form.state(TREE, values, original).as_data().keys() == {"hidden", "messages"}
    assert isinstance(form.otherwise(TREE, technology("psmdb"), document), dict)


@given(changes_of(FORMS, 5))
@settings(max_examples=30, deadline=None)
def test_any_form_is_checked_and_what_is_left_of_it_shown(changes: Any) -> None:
    data = with_junk(FORMS, changes)
    form.check(data, technology("valkey"))
    for topology, own in read_forms(data)[0].items():
        if topology in ("cluster", "cache"):
            tree = form.resolved(technology("valkey"), topology, "new", {topology: own})
            assert form.cluster(tree, form.starting_values(tree))["kind"] == "DatabaseCluster"


@pytest.mark.parametrize("original", [{}, {"spec": None}, {"spec": {"instances": 3}}, {"metadata": [], "spec": {}}])
def test_a_document_of_another_shape_is_no_error(original: dict[str, Any]) -> None:
    values = form.values(TREE, original)
    assert form.cluster(TREE, values, original) == original
    assert isinstance(form.cluster(TREE, {**values, "cluster.name": "x", "members.replicas": 3}, original), dict)
