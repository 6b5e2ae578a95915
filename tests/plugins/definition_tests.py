"""Tests of definitions that are the same for every plugin: a plugin's module imports them, and has the tables.

The tables are `OPERATORS`, `KINDS` (component types with a catalog), `DEFAULTS` (by operator version and type),
`ERRORS`, `FINE`, `WARNINGS`, `BROKEN`, `REFUSED` and `REPLICAS`; `KIND` is the kind of the main object. Each rule is
broken by a row of `ERRORS`, `WARNINGS` or `BROKEN`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from operator_crds import crd_file, definitions_in

from pulumi_everest.expressions.environment import Environment
from pulumi_everest.model.findings import Finding, one_line
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.model.values.versions import version_key
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import Workspace, shape_for

Spec = dict[str, Any]
NIGHTLY = [{"name": "nightly", "cron": "0 3 * * *"}]


def matrix_of(shared: Path, plugin: Plugin, operator: str) -> dict[str, Any]:
    """What an operator release lists, by component type."""
    path = shared / "reference" / "version-matrix.json"
    found: dict[str, Any] = json.loads(path.read_text())[plugin.definition.name][operator]
    return found


def definitions_of(shared: Path, plugin: Plugin, operator: str) -> Iterator[dict[str, Any]]:
    """The CustomResourceDefinitions of an operator release."""
    yield from definitions_in(crd_file(shared, plugin.name, operator))


def test_the_plugin_has_no_findings(plugin: Plugin) -> None:
    assert [one_line(entry) for entry in check_plugin(plugin)] == []


# The catalog


@pytest.mark.table("OPERATORS", "operator")
@pytest.mark.table("KINDS", "kind")
def test_versions_and_images_are_those_of_the_operator_release(
    plugin: Plugin, shared: Path, operator: str, kind: str
) -> None:
    matrix = matrix_of(shared, plugin, operator)[kind]

    entries = plugin.definition.versions(kind, operator)

    assert {entry.version: entry.image for entry in entries} == {v: e["image"] for v, e in matrix.items()}
    default = plugin.definition.default_version(kind, operator)
    assert default is not None
    newest = max((v for v, e in matrix.items() if e["status"] == "recommended"), key=version_key)
    assert default.version == newest


@pytest.mark.table("OPERATORS", "operator")
def test_each_operator_release_has_one_default_of_each_type(
    plugin: Plugin, operator: str, request: pytest.FixtureRequest
) -> None:
    defaults: dict[str, str] = request.module.DEFAULTS[operator]
    versions = {kind: plugin.definition.versions(kind, operator) for kind in defaults}

    assert {kind: [e.version for e in entries if e.default] for kind, entries in versions.items()} == {
        kind: [version] for kind, version in defaults.items()
    }


@pytest.mark.table("OPERATORS", "operator")
def test_former_types_are_the_other_versions_of_the_definition_in_the_operator(
    plugin: Plugin, shared: Path, emitted: Callable[..., Any], operator: str, request: pytest.FixtureRequest
) -> None:
    documents = {
        document["metadata"]["name"]: document["spec"] for document in definitions_of(shared, plugin, operator)
    }
    main = next(spec for spec in documents.values() if spec["names"]["kind"] == request.module.KIND)
    versions = {f"{main['group']}/{version['name']}" for version in main["versions"]}

    assert versions - set(plugin.manifest.former_types) == {emitted({}, operator=operator)[-1]["apiVersion"]}
    assert set(plugin.manifest.former_types) < versions
    assert set(plugin.manifest.operator.crds) == {n for n, spec in documents.items() if spec["group"] == main["group"]}


# Rules and fields


@pytest.mark.table("ERRORS", "spec, name, path, message")
def test_a_rule_refuses(plan: Callable[..., Any], spec: Spec, name: str, path: str, message: str) -> None:
    objects, found = plan(spec, name=name)

    errors = [entry for entry in found if entry.is_error]
    assert [entry.code for entry in errors] == ["cluster.rule"], [one_line(entry) for entry in found]
    assert message in errors[0].message
    assert ".".join(part for part in errors[0].path if isinstance(part, str)).startswith(path)
    assert says_its_field(errors[0])
    assert objects == []


@pytest.mark.table("BROKEN", "spec, more, path, message")
def test_a_rule_points_at_what_breaks_it(
    plan: Callable[..., Any], spec: Spec, more: Spec, path: str, message: str
) -> None:
    _, found = plan(spec, **more)

    broken = [entry for entry in found if entry.code.startswith("cluster.rule") and message in entry.message]
    assert [".".join(map(str, entry.path)) for entry in broken] == path.split(), [one_line(entry) for entry in found]
    assert all(map(says_its_field, broken))


def says_its_field(entry: Finding) -> bool:
    """Whether the text of a finding names the field that it points at, by a pattern such as ``ssl_*`` at least."""
    field = str([part for part in entry.path if isinstance(part, str)][-1]).removesuffix("s").lower()
    patterns = [text.replace("*", ".*") for text in re.findall(r"[\w.-]+\*?", entry.message.lower())]
    return any(re.fullmatch(f"(.*\\.)?{pattern}", name) for pattern in patterns for name in (field, f"{field}s"))


def test_every_rule_is_broken_by_a_row(plugin: Plugin, request: pytest.FixtureRequest) -> None:
    module = request.module
    rows = [row[3] for row in (*module.ERRORS, *module.BROKEN)] + [row[2] for row in module.WARNINGS]
    topologies = plugin.definition.spec.topologies.values()

    untried = {rule.message for topology in topologies for rule in topology.rules}
    untried -= {message for message in untried if any(row in message for row in rows)}

    assert untried == set()


@pytest.mark.table("FINE", "spec, name")
def test_the_rules_leave_alone(plan: Callable[..., Any], spec: Spec, name: str, request: pytest.FixtureRequest) -> None:
    objects, found = plan(spec, name=name)

    assert [one_line(entry) for entry in found] == []
    assert [entry["kind"] for entry in objects] == [request.module.KIND]


@pytest.mark.table("WARNINGS", "spec, path, message")
def test_a_rule_warns(plan: Callable[..., Any], spec: Spec, path: str, message: str) -> None:
    objects, found = plan(spec)

    assert [entry.code for entry in found] == ["cluster.rule-warning"]
    assert ".".join(part for part in found[0].path if isinstance(part, str)).startswith(path)
    assert message in found[0].message
    assert says_its_field(found[0])
    assert objects != []


@pytest.mark.table("REFUSED", "spec, field")
def test_a_field_that_would_do_nothing_is_refused(plan: Callable[..., Any], spec: Spec, field: str) -> None:
    _, found = plan(spec)

    assert [(entry.code, entry.path[-1]) for entry in found if entry.is_error] == [
        ("cluster.field-not-honoured", field)
    ]


@pytest.mark.table("REPLICAS", "topology, component, replicas, fine")
def test_replicas_are_limited(
    plan: Callable[..., Any], topology: str, component: str, replicas: int, fine: bool
) -> None:
    _, found = plan({"topology": {"type": topology}, "instances": {component: {"replicas": replicas}}})

    assert [entry.code for entry in found if entry.is_error] == ([] if fine else ["cluster.replicas"])


# What the operator reports


def live(state: str, *, observed: int = 2, pause: bool = False) -> Spec:
    """A live object whose operator reports a state."""
    return {
        "metadata": {"generation": 2},
        "spec": {"pause": pause},
        "status": {"state": state, "observedGeneration": observed},
    }


STATES = [
    # live object, ready, failed
    (live("ready"), True, False),
    (live("ready", observed=1), False, False),
    (live("initializing"), False, False),
    (live("stopping", pause=True), False, False),
    (live("paused", pause=True), True, False),
    (live("ready", pause=True), False, False),
    (live("error", observed=1), False, True),
    ({"metadata": {"generation": 1}, "spec": {}}, False, False),
    ({"metadata": {}, "spec": {}, "status": {"state": "ready"}}, True, False),
]


@pytest.mark.parametrize(("live", "ready", "failed"), STATES)
def test_the_state_of_a_live_object(
    plugin: Plugin, live: Spec, ready: bool, failed: bool, request: pytest.FixtureRequest
) -> None:
    def says(text: str | None) -> bool | None:
        return Environment(["self"]).compile(text).evaluate({"self": live}) if text is not None else None

    assert says(plugin.manifest.ready) is ready
    assert says(plugin.manifest.failed) is (failed if request.module.REPORTS_FAILURE else None)


# Definitions of users


def planned_with(plugin: Plugin, components: Spec, topologies: Spec, **spec: Any) -> Spec:
    """The spec of the main object of a cluster whose definition has other components and topologies."""
    data = plugin.definition_document.data
    own = {"componentTypes": data["spec"]["componentTypes"], "components": components, "topologies": topologies}
    documents: list[Spec] = [
        {**data, "metadata": {"name": "own"}, "spec": own},
        {"kind": "Provider", "spec": {"databaseClusterDefinition": "own", "plugin": plugin.name}},
        {"kind": "DatabaseCluster", "spec": {"provider": "own", **spec}},
    ]
    whole = [{"apiVersion": data["apiVersion"], "metadata": {"name": "own"}, **document} for document in documents]
    read, _ = read_yaml("\n---\n".join(map(json.dumps, whole)), "x", shape_for)

    planned = Workspace(Plugins(), read).plan()

    assert [one_line(entry) for entry in planned.findings] == []
    found: Spec = planned.clusters[0].objects[0].manifest["spec"]
    return found
