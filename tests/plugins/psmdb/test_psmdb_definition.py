"""The definition: its catalog, its defaults, and the rules that say at once what the operator would say later."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.expressions.environment import Environment
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import Workspace, shape_for

OPERATORS = ("1.21.1", "1.21.2", "1.22.0")


def test_the_plugin_has_no_findings(plugin: Plugin) -> None:
    assert [one_line(entry) for entry in plugin.check()] == []


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("kind", ["mongod", "backup", "pmm"])
def test_versions_and_images_are_those_of_the_operator_release(
    plugin: Plugin, shared: Path, operator: str, kind: str
) -> None:
    matrix = json.loads((shared / "reference" / "version-matrix.json").read_text())["psmdb-operator"][operator][kind]

    entries = plugin.definition.versions(kind, operator)

    assert {entry.version: entry.image for entry in entries} == {v: e["image"] for v, e in matrix.items()}
    default = plugin.definition.default_version(kind, operator)
    assert default is not None
    assert matrix[default.version]["status"] == "recommended"


DEFAULTS = {
    "1.21.1": {"mongod": "8.0.12-4", "backup": "2.11.0", "pmm": "3.4.1", "prometheus": "0.53.0"},
    "1.21.2": {"mongod": "8.0.17-6", "backup": "2.11.0", "pmm": "3.5.0", "prometheus": "0.53.0"},
    "1.22.0": {"mongod": "8.0.19-7", "backup": "2.12.0", "pmm": "3.6.0", "prometheus": "0.53.0"},
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_each_operator_release_has_one_default_of_each_type(plugin: Plugin, operator: str) -> None:
    versions = {kind: plugin.definition.versions(kind, operator) for kind in DEFAULTS[operator]}

    assert {kind: [e.version for e in entries if e.default] for kind, entries in versions.items()} == {
        kind: [version] for kind, version in DEFAULTS[operator].items()
    }


SHARDED: dict[str, Any] = {"topology": {"type": "sharded"}}
S3: dict[str, Any] = {"name": "main", "type": "s3", "bucket": "b"}
NIGHTLY = [{"name": "nightly", "cron": "0 3 * * *"}]


def sharded(**instances: dict[str, Any]) -> dict[str, Any]:
    return {**SHARDED, "instances": instances}


def shards(number: int) -> dict[str, Any]:
    return {"topology": {"type": "sharded", "config": {"shards": number}}}


def stored(*storages: dict[str, Any]) -> dict[str, Any]:
    return {"backup": {"storages": list(storages)}}


def configured(text: str) -> dict[str, Any]:
    return {"instances": {"engine": {"engineConfig": text}}}


ERRORS = [
    # spec, name, path, part of the message
    ({}, "n" * 48, "", "at most 47 characters"),
    (shards(11), "n" * 47, "", "at most 50 characters"),
    (sharded(configServer={"replicas": 1}), "db", "instances.configServer.replicas", "at least 3 config servers"),
    (sharded(engine={"version": "8.0.8-3"}), "db", "instances.engine", "one image"),
    (sharded(engine={"image": "a/mongod:8"}), "db", "instances.engine", "one image"),
    (stored(S3, {**S3, "name": "b", "pitr": {"enabled": True}}), "db", "backup.storages", "main storage only"),
    (stored(S3, {**S3, "name": "b", "pitr": {}}), "db", "backup.storages", "main storage only"),
    (stored({"name": "n" * 57, "type": "filesystem", "claim": "c"}), "db", "backup.storages", "at most 56"),
    ({"tls": {"mode": "on"}}, "db", "tls.mode", "preferTLS"),
    ({"tls": {"mode": "disabled", "certificateSecret": "c"}}, "db", "tls.mode", "no issuer"),
    ({"tls": {"mode": "disabled", "internalCertificateSecret": "c"}}, "db", "tls.mode", "no issuer"),
    ({"tls": {"mode": "disabled", "issuer": {"name": "i"}}}, "db", "tls.mode", "no issuer"),
    (
        configured("net:\n  port: 27017\n\n  tls:\n    CAFile: x\n    mode: requireTLS\n"),
        "db",
        "instances.engine",
        "net.tls",
    ),
    (configured("storage: {}\nnet: {tls: {mode: requireTLS}}\n"), "db", "instances.engine", "net.tls"),
    (configured('net:\n  "tls": {"mode": "requireTLS"}\n'), "db", "instances.engine", "net.tls"),
    (sharded(configServer={"engineConfig": "net:\n  tls:\n    mode: x"}), "db", "instances.configServer", "net.tls"),
    ({"instances": {"engine": {"expose": {"sourceRanges": ["10.0.0.0/8"]}}}}, "db", "instances.engine", "LoadBalancer"),
    (
        {"instances": {"engine": {"expose": {"type": "NodePort", "loadBalancerClass": "x"}}}},
        "db",
        "instances.engine.expose.type",
        "LoadBalancer",
    ),
    (sharded(proxy={"expose": {"sourceRanges": ["10.0.0.0/8"]}}), "db", "instances.proxy.expose.type", "LoadBalancer"),
    (
        {
            "monitoring": {"serverUrl": "https://p", "resources": {"limits": {"cpu": "1"}}},
            "instances": {"pmm": {"resources": {"limits": {"memory": "1Gi"}}}},
        },
        "db",
        "monitoring.resources",
        "not in both",
    ),
]


@pytest.mark.parametrize(("spec", "name", "path", "message"), ERRORS)
def test_a_rule_refuses(plan: Callable[..., Any], spec: dict[str, Any], name: str, path: str, message: str) -> None:
    objects, found = plan(spec, name=name)

    errors = [entry for entry in found if entry.is_error]
    assert [entry.code for entry in errors] == ["cluster.rule"], [one_line(entry) for entry in found]
    assert message in errors[0].message
    assert ".".join(map(str, errors[0].path)).startswith(path)
    assert objects == []


FINE = [
    ({}, "n" * 47),
    (shards(10), "n" * 47),
    (shards(11), "n" * 46),
    (sharded(configServer={"replicas": 1}, engine={"replicas": 1}), "db"),
    ({**SHARDED, "components": {"versions": {"mongod": {"version": "8.0.8-3"}}}}, "db"),
    ({**SHARDED, "components": {"versions": {"mongod": {"image": "a/mongod:8"}}}}, "db"),
    (
        stored(
            {**S3, "pitr": {"enabled": True}, "schedules": NIGHTLY}, {**S3, "name": "b", "pitr": {"enabled": False}}
        ),
        "db",
    ),
    (stored({"name": "n" * 56, "type": "filesystem", "claim": "c"}), "db"),
    ({"tls": {"mode": "disabled"}}, "db"),
    (configured("net:\n  tls:\n    CAFile: x\noperationProfiling:\n  mode: slowOp\n"), "db"),
    (configured("operationProfiling:\n  mode: all\n"), "db"),
    ({"instances": {"engine": {"expose": {"type": "LoadBalancer", "sourceRanges": ["10.0.0.0/8"]}}}}, "db"),
]


@pytest.mark.parametrize(("spec", "name"), FINE)
def test_the_rules_leave_alone(plan: Callable[..., Any], spec: dict[str, Any], name: str) -> None:
    objects, found = plan(spec, name=name)

    assert [one_line(entry) for entry in found] == []
    assert [entry["kind"] for entry in objects] == ["PerconaServerMongoDB"]


WARNINGS = [
    (stored({**S3, "pitr": {"enabled": True}}), "backup.storages", "no schedule makes one"),
    (
        stored({**S3, "pitr": {"enabled": True}, "schedules": [{**NIGHTLY[0], "enabled": False}]}),
        "backup.storages",
        "no schedule makes one",
    ),
    (sharded(engine={"expose": {"type": "ClusterIP"}}), "instances.engine.expose", "connect to the proxy"),
    ({"usersSecret": "u", "monitoring": {"serverUrl": "http://p"}}, "monitoring.serverUrl", "always connects with TLS"),
    ({"monitoring": {"serverUrl": "https://p"}}, "monitoring", "PMM_SERVER_TOKEN"),
]


@pytest.mark.parametrize(("spec", "path", "message"), WARNINGS)
def test_a_rule_warns(plan: Callable[..., Any], spec: dict[str, Any], path: str, message: str) -> None:
    objects, found = plan(spec)

    assert [(entry.code, ".".join(map(str, entry.path))) for entry in found] == [("cluster.rule-warning", path)]
    assert message in found[0].message
    assert objects != []


REFUSED = [
    # The operator has nothing that these could become.
    (stored({**S3, "schedules": [{**NIGHTLY[0], "retention": {"duration": "14d"}}]}), "duration"),
    ({"monitoring": {"serverUrl": "https://p", "verifyTLS": False}}, "verifyTLS"),
    ({"monitoring": {"serverUrl": "https://p", "credentialsSecret": "s"}}, "credentialsSecret"),
    (sharded(configServer={"expose": {"type": "NodePort"}}), "expose"),
    (sharded(configServer={"version": "8.0.8-3"}), "version"),
    (sharded(proxy={"image": "a/mongod:8"}), "image"),
    (sharded(proxy={"storage": {"size": "1Gi"}}), "storage"),
    ({"instances": {"backupAgent": {"replicas": 2}}}, "replicas"),
    ({"instances": {"monitoring": {"scheduling": {"priorityClassName": "p"}}}}, "scheduling"),
]


@pytest.mark.parametrize(("spec", "field"), REFUSED)
def test_a_field_that_would_do_nothing_is_refused(plan: Callable[..., Any], spec: dict[str, Any], field: str) -> None:
    _, found = plan(spec)

    assert [(entry.code, entry.path[-1]) for entry in found if entry.is_error] == [
        ("cluster.field-not-honoured", field)
    ]


@pytest.mark.parametrize(
    ("topology", "component", "replicas", "fine"),
    [
        ("standard", "engine", 1, True),
        ("standard", "engine", 2, False),
        ("standard", "engine", 7, True),
        ("sharded", "configServer", 0, False),
        ("sharded", "configServer", 4, False),
        ("sharded", "proxy", 0, False),
        ("sharded", "proxy", 2, True),
    ],
)
def test_replicas_are_limited(
    plan: Callable[..., Any], topology: str, component: str, replicas: int, fine: bool
) -> None:
    _, found = plan({"topology": {"type": topology}, "instances": {component: {"replicas": replicas}}})

    assert [entry.code for entry in found] == ([] if fine else ["cluster.replicas"])


def live(state: str, *, generation: int = 2, observed: int = 2, pause: bool = False) -> dict[str, Any]:
    return {
        "metadata": {"generation": generation},
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
def test_the_state_of_a_live_object(plugin: Plugin, live: dict[str, Any], ready: bool, failed: bool) -> None:
    environment = Environment(["self"])
    texts = (plugin.manifest.ready, plugin.manifest.failed)

    assert [environment.compile(text or "").evaluate({"self": live}) for text in texts] == [ready, failed]


def test_the_main_object_has_the_version_that_the_operator_stores(
    plugin: Plugin, emitted: Callable[..., Any], shared: Path
) -> None:
    [main] = emitted({})
    for operator in ("1.21.1", "1.22.0"):
        text = (shared / "crds" / "psmdb" / operator / "crd.yaml").read_text()
        documents = yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        crd = next(d for d in documents if d["spec"]["names"]["kind"] == "PerconaServerMongoDB")
        [stored] = [version["name"] for version in crd["spec"]["versions"] if version["storage"]]

        assert main["apiVersion"] == f"{crd['spec']['group']}/{stored}"
        assert main["apiVersion"] not in plugin.manifest.former_types


def test_a_definition_may_make_monitoring_the_pmm_client(plugin: Plugin) -> None:
    data = plugin.definition_document.data
    components = {name: c for name, c in data["spec"]["components"].items() if name != "pmm"}
    topology = {"components": {"engine": {}, "monitoring": {"optional": True}}}
    own = {
        **data,
        "metadata": {"name": "own"},
        "spec": {
            "componentTypes": data["spec"]["componentTypes"],
            "components": {**components, "monitoring": {"type": "pmm"}},
            "topologies": {"standard": topology},
        },
    }
    provider = {
        "apiVersion": data["apiVersion"],
        "kind": "Provider",
        "metadata": {"name": "own"},
        "spec": {"databaseClusterDefinition": "own", "plugin": "psmdb"},
    }
    cluster = {
        "apiVersion": data["apiVersion"],
        "kind": "DatabaseCluster",
        "metadata": {"name": "db"},
        "spec": {
            "provider": "own",
            "instances": {
                "monitoring": {"resources": {"limits": {"cpu": "1"}}, "overrides": {"customClusterName": "x"}}
            },
            "monitoring": {"serverUrl": "https://pmm.example.com"},
        },
    }
    documents, _ = read_yaml(
        json.dumps(own) + "\n---\n" + json.dumps(provider) + "\n---\n" + json.dumps(cluster), "x", shape_for
    )

    planned = Workspace(Plugins(), documents).plan()

    assert [one_line(entry) for entry in planned.findings] == []
    spec = planned.clusters[0].objects[0].manifest["spec"]
    assert spec["pmm"] == {
        "enabled": True,
        "image": "percona/pmm-client:3.6.0",
        "serverHost": "pmm.example.com",
        "resources": {"limits": {"cpu": "1"}},
        "customClusterName": "x",
    }
    assert "sidecars" not in spec["replsets"][0]
