"""Whatever cluster passes validation is emitted without an exception, the same each time, as its schema wants it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fuzzing import examples
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from pulumi_everest.core.resolve import resolve
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import emit
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing import strategies

PLUGINS = {plugin.name: plugin for plugin in builtin()}
METADATA = {"name": "any", "namespace": "apps"}


def technology(plugin: Plugin) -> Technology:
    return Technology(plugin.definition.name, plugin.definition, plugin.manifest, presets=plugin.presets)


@pytest.mark.parametrize("name", PLUGINS)
@settings(max_examples=examples(120))
@given(data=st.data())
def test_a_cluster_that_passes_is_emitted_and_always_the_same(name: str, data: st.DataObject) -> None:
    plugin = PLUGINS[name]
    spec = data.draw(strategies.clusters(technology(plugin)))
    resolved, found = check_cluster(METADATA, spec, technology(plugin))
    if resolved is None or any(entry.is_error for entry in found):
        event("refused")
        return
    event("emitted")
    emitted = list(emit(resolved, plugin.template))
    first = [entry.manifest for entry in emitted]
    again, _ = resolve(METADATA, resolved.spec, technology(plugin))
    assert again is not None
    assert json.dumps(first) == json.dumps([entry.manifest for entry in emit(resolved, plugin.template)])
    assert first == [entry.manifest for entry in emit(again, plugin.template)]
    assert sum(entry.main for entry in emitted) == 1


@pytest.mark.parametrize("name", PLUGINS)
@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_emitted_passes_the_operator_s_schema(
    name: str, data: st.DataObject, crd_of: Callable[[str, str], Path]
) -> None:
    plugin = PLUGINS[name]
    version = plugin.manifest.operator.default
    crds = Crds.load([crd_of(name, version)])
    spec: dict[str, Any] = data.draw(strategies.clusters(technology(plugin)))
    resolved, found = check_cluster(METADATA, {**spec, "operatorVersion": version}, technology(plugin))
    if resolved is None or any(entry.is_error for entry in found) or "overrides" in json.dumps(spec):
        return
    for entry in emit(resolved, plugin.template):
        assert crds.check(entry.manifest) == []
