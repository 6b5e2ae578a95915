"""What the built-in plugins read in the status that their operators write (reference: operators, 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from operator_crds import definitions_in

from pulumi_everest.core.health import Health, health
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.emit.wait_conditions import wrong_condition
from pulumi_everest.expressions.environment import Environment, Scope
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

PLUGINS = {plugin.name: plugin for plugin in builtin()}
CONDITIONS = [
    {"type": "ReadyForBackup", "status": "False", "message": "no repository"},
    {"type": "ProxyAvailable", "status": "True", "message": "fine"},
    {"type": "Odd", "status": "False"},
]


def live(status: Any, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "db", "generation": 2}, "spec": spec, **({} if status is None else {"status": status})}


def state(name: str, **more: Any) -> dict[str, Any]:
    return {"state": name, "observedGeneration": 2, **more}


def valkey(state: str, observed: int) -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True" if state == "Ready" else "False", "observedGeneration": observed}
    return {"state": state, "message": "fine", "conditions": [{"type": "Progressing"}, ready]}


HEALTHY = "Cluster in healthy state"
LOST = "Cluster is unrecoverable and needs manual intervention"


def stopped(status: str) -> dict[str, Any]:
    """A CloudNativePG cluster that is to have no pods."""
    found = live({"phase": HEALTHY, "readyInstances": 3, "conditions": [{"type": HIBERNATION, "status": status}]})
    return {**found, "metadata": {**found["metadata"], "annotations": {HIBERNATION: "on"}}}


HIBERNATION = "cnpg.io/hibernation"
READY, WAITING, FAILED = (
    Health("ready", "", True, False),
    Health("", "", False, False),
    Health("error", "", False, True),
)

# fmt: off
LIVE = [
    ("psmdb", live(None), WAITING),
    ("psmdb", live({}), WAITING),
    ("psmdb", live(state("initializing")), Health("initializing", "", False, False)),
    ("psmdb", live(state("ready")), READY),
    ("psmdb", live({"state": "ready", "observedGeneration": 1}), Health("ready", "", False, False)),
    ("psmdb", live(state("ready"), pause=True), Health("ready", "", False, False)),
    ("psmdb", live(state("paused"), pause=True), Health("paused", "", True, False)),
    ("psmdb", live({"state": "error", "message": "no such class"}), Health("error", "no such class", False, True)),
    ("pxc", live(None), WAITING),
    ("pxc", live(state("ready")), READY),
    ("pxc", live(state("stopping"), pause=True), Health("stopping", "", False, False)),
    ("pxc", live({"state": "error", "message": ["one", "two"]}), Health("error", "one; two", False, True)),
    ("pxc", live({"state": "error"}), FAILED),
    ("pg", live(None), Health("", "", False, None)),
    ("pg", live(state("ready", conditions=CONDITIONS)), Health("ready", "", True, None)),
    ("pg", live(state("initializing", conditions=CONDITIONS)),
     Health("initializing", "no repository", False, None)),
    ("clickhouse", live({}), WAITING),
    ("clickhouse", live({"status": "InProgress"}), Health("InProgress", "", False, False)),
    ("clickhouse", live({"status": "Completed"}), Health("Completed", "", True, False)),
    ("clickhouse", live({"status": "Aborted", "error": "no"}), Health("Aborted", "no", False, True)),
    ("cnpg", live({}), WAITING),
    ("cnpg", live({"phase": "Setting up primary", "phaseReason": "Creating primary instance"}, instances=3),
     Health("Setting up primary", "Creating primary instance", False, False)),
    ("cnpg", live({"phase": HEALTHY, "readyInstances": 3}, instances=3), Health(HEALTHY, "", True, False)),
    ("cnpg", live({"phase": HEALTHY, "readyInstances": 2}, instances=3), Health(HEALTHY, "", False, False)),
    ("cnpg", stopped("False"), Health(HEALTHY, "", False, False)),
    ("cnpg", stopped("True"), Health(HEALTHY, "", True, False)),
    ("cnpg", live({"phase": LOST}, instances=3), Health(LOST, "", False, True)),
    ("valkey", live({}), WAITING),
    ("valkey", live({"state": "Initializing", "readyShards": 0}), Health("Initializing", "", False, False)),
    ("valkey", live(valkey("Ready", 2)), Health("Ready", "fine", True, False)),
    ("valkey", live(valkey("Ready", 1)), Health("Ready", "fine", False, False)),
    ("valkey", live(valkey("Degraded", 2)), Health("Degraded", "fine", False, False)),
    ("valkey", live(valkey("Failed", 2)), Health("Failed", "fine", False, True)),
]
# fmt: on


@pytest.mark.parametrize(("plugin", "found", "expected"), LIVE)
def test_what_the_operator_reports(plugin: str, found: dict[str, Any], expected: Health) -> None:
    assert health(PLUGINS[plugin].manifest, found) == expected


def test_a_status_of_another_form_says_nothing() -> None:
    odd = live({"state": 7, "message": {"a": 1}})
    assert health(PLUGINS["psmdb"].manifest, odd) == Health("", "", False, False)


@pytest.mark.parametrize("name", ["pg", "psmdb", "pxc"])
@pytest.mark.parametrize("paused", [None, False, True])
def test_a_paused_database_is_waited_for_until_it_is_paused(name: str, paused: bool | None) -> None:
    spec = {"provider": f"{name}-operator", **({} if paused is None else {"paused": paused})}
    resolved, _, _ = Workspace(Plugins()).check(ClusterInput({"name": "db", "namespace": "apps"}, spec))
    assert resolved is not None
    text = PLUGINS[name].manifest.wait_for
    assert text is not None
    scope = Scope({"spec": resolved.spec, "metadata": resolved.metadata, "types": resolved.types})
    condition = filled(text, scope)
    assert condition == f"jsonpath={{.status.state}}={'paused' if paused else 'ready'}"
    assert wrong_condition(condition) is None


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_what_is_waited_for_is_a_condition_in_each_topology(name: str) -> None:
    plugin = PLUGINS[name]
    text = plugin.manifest.wait_for
    for topology in plugin.definition.spec.topologies:
        spec = {"provider": plugin.definition.name, "topology": {"type": topology}}
        resolved, _, _ = Workspace(Plugins()).check(ClusterInput({"name": "db", "namespace": "apps"}, spec))
        assert resolved is not None
        scope = Scope({"spec": resolved.spec, "metadata": resolved.metadata, "types": resolved.types})
        condition = filled(text[topology] if isinstance(text, dict) else text or "", scope)
        assert wrong_condition(condition) is None
        assert condition


def test_every_path_that_is_read_exists_in_the_operators_definition(crd_of: Callable[[str, str], Path]) -> None:
    checked = 0
    for plugin in PLUGINS.values():
        for operator in plugin.manifest.operator.versions:
            schema = _schema(plugin, crd_of(plugin.name, operator))
            for text in (plugin.manifest.ready, plugin.manifest.failed, plugin.manifest.state, plugin.manifest.message):
                for path in Environment(("self",)).compile(text).reads if text else ():
                    assert _exists(schema, path[1:]), (plugin.name, operator, path)
                    checked += 1
            if plugin.manifest.operator.version_path is not None:
                assert _exists(schema, plugin.manifest.operator.version_path.split("."))
    assert checked > 30


def _schema(plugin: Plugin, file: Path) -> dict[str, Any]:
    [main] = [d for d in definitions_in(file) if d["metadata"]["name"] == plugin.manifest.operator.crds[0]]
    [version] = [v for v in main["spec"]["versions"] if v["storage"]]
    return dict(version["schema"]["openAPIV3Schema"])


def _exists(schema: dict[str, Any], path: Any) -> bool:
    metadata = {"generation": {}, "annotations": {"properties": {HIBERNATION: {}}}}
    node: Any = {**schema, "properties": {**schema["properties"], "metadata": {"properties": metadata}}}
    for step in path:
        node = node.get("items") if step is None or isinstance(step, int) else node.get("properties", {}).get(step)
        if node is None:
            return False
    return True
