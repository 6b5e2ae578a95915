"""The forms of the built-in plugins: nothing is wrong with them, they have every field, and good clusters pass them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from pulumi_everest import form
from pulumi_everest.form.tree import Field, FormTree, GroupPart, ListPart, Part, all_parts
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import builtin
from tests.form.test_form_tree import CASES, technology
from tests.form.test_form_values import EXAMPLES, tree_for, tree_of

LEFT_OUT = {("pxc", "spec.backup.storages.claim"), ("cnpg", "spec.backup.storages.pitr.enabled")}
"""Fields that a rule of the plugin refuses, whatever stands there."""


def written(parts: Iterable[Part], before: str = "") -> Iterator[str]:
    """What parts write, from the root of the document on; what is in lists with the path of the list before it."""
    for part in parts:
        if isinstance(part, Field):
            yield from (f"{before}{path}" for path in part.paths)
        elif isinstance(part, ListPart):
            yield from written(part.parts, f"{before}{part.path}.")
        else:
            yield from written(getattr(part, "parts", []), before)


def fields(tree: FormTree) -> set[str]:
    return {path for section in tree.sections for path in written(section.parts)}


@pytest.mark.parametrize(("name", "topology"), CASES)
def test_a_form_has_every_field_that_its_topology_takes(name: str, topology: str) -> None:
    tree = tree_of(name, topology, "new")
    missing = fields(form.resolved(technology(name), topology)) - fields(tree)
    assert (tree.made_by, {(name, path) for path in missing} - LEFT_OUT) == ("ui.yaml", set())


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_nothing_is_wrong_with_the_forms_of_a_plugin(name: str) -> None:
    plugin = next(plugin for plugin in builtin() if plugin.name == name)
    assert [
        entry for entry in check_plugin(plugin) if "ui.yaml" in str(entry.place) or "forms.yaml" in str(entry.place)
    ] == []
    assert set(plugin.forms) == set(plugin.definition.spec.topologies)


@pytest.mark.parametrize(("name", "file", "document"), EXAMPLES, ids=[f"{name}-{file}" for name, file, _ in EXAMPLES])
@pytest.mark.parametrize("mode", ["new", "edit"])
def test_a_good_cluster_passes_the_rules_of_its_form(name: str, file: str, document: dict, mode: str) -> None:
    tree = tree_for(name, document, mode)
    found = form.state(tree, form.values(tree, document), document if mode == "edit" else None)
    assert found.messages == []


def keys(parts: Iterable[Part]) -> Iterator[str]:
    """The keys of parts that stand in no list, or in the same item of one."""
    for part in parts:
        yield part.key
        yield from keys(part.parts) if isinstance(part, GroupPart) else ()


@pytest.mark.parametrize(("name", "topology"), CASES)
def test_keys_are_unique_in_a_form_and_in_the_items_of_each_list(name: str, topology: str) -> None:
    tree = tree_of(name, topology, "new")
    lists = [part.parts for part in all_parts(tree) if isinstance(part, ListPart)]
    for parts in [[part for section in tree.sections for part in section.parts], *lists]:
        found = list(keys(parts))
        assert sorted(found) == sorted(set(found))
