"""Objects of which the parts that workloads.yaml reads are equal become the same workloads, whatever else they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from changed_data import places, with_change
from test_operators_workloads import CASES, KINDS
from test_plugin_examples import examples, rendered

from pulumi_everest.emit.workload_template import WorkloadTemplate
from pulumi_everest.model.findings import EverestError
from pulumi_everest.plugins.find import Plugins

PLUGINS = {plugin.name: plugin for plugin in Plugins([]).all()}
MOST = 100
"""How many places of one cluster's objects are changed."""
READ_WHOLE = ("clickhouse",)
"""It goes through a list of whole objects, of which nobody can tell what is read."""


def another(value: Any) -> Any:
    """A value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}x"
        case list():
            return [*value, *value[:1]]
    return {**value, "other": 1} if isinstance(value, dict) else value


def made_of(template: WorkloadTemplate, objects: list[Any]) -> Any:
    try:
        return template.make(objects[0], objects[1:])
    except EverestError as error:
        return error.findings


def clusters_of(name: str) -> Iterator[list[Any]]:
    """The objects of clusters, the main one first: of the plugin's examples, and of the operator's own tests."""
    for path in examples(PLUGINS[name]):
        objects = [manifest for manifest in rendered(path)[1] if manifest["kind"] != "Secret"]
        yield sorted(objects, key=lambda manifest: manifest["kind"] != PLUGINS[name].template.main_kind)
    metadata = {"name": "some-name", "namespace": "test"}
    yield from ([{"kind": KINDS[name], "metadata": metadata, "spec": one.spec}] for one in CASES if one.plugin == name)


@pytest.mark.parametrize("name", PLUGINS)
def test_what_is_not_read_makes_no_difference(name: str) -> None:
    template = PLUGINS[name].workloads
    assert template is not None
    unread = read = 0
    for objects in clusters_of(name):
        parts, made = template.decisive(objects[0], objects[1:]), made_of(template, objects)
        every = list(places(objects))
        for path in every[:: max(1, len(every) // MOST)]:
            for make in (another, lambda _: ...):
                if len(path) == 1 and path[0] == 0 and make is not another:
                    continue  # there is always a main object
                changed = with_change(objects, path, make)
                if template.decisive(changed[0], changed[1:]) == parts:
                    unread += 1
                    assert made_of(template, changed) == made, path
                else:
                    read += made_of(template, changed) != made
    assert unread > (100 if name not in READ_WHOLE else -1)
    assert read > 20


@pytest.mark.parametrize("name", ["psmdb", "pxc", "pg"])
def test_another_image_of_the_database_is_not_read(name: str) -> None:
    template = PLUGINS[name].workloads
    assert template is not None
    for objects in clusters_of(name):
        main = objects[0]
        holder = main["spec"]["pxc"] if name == "pxc" else main["spec"]
        if "image" in holder:
            path = (0, "spec", *(["pxc"] if name == "pxc" else []), "image")
            changed = with_change(objects, path, another)
            assert template.decisive(changed[0], changed[1:]) == template.decisive(main, objects[1:])
