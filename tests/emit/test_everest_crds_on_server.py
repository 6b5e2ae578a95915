"""The CustomResourceDefinitions of this package's own kinds on an API server, with strict field validation."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fuzzing import examples
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.everest_crds import everest_crds
from pulumi_everest.emit.patch import patched
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.source.documents import read_file, read_yaml
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.testing import strategies
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.workspace.workspace import Workspace, shape_for

ROOT = Path(__file__).parents[2]
API = "everest.percona.com/v2alpha1"


@pytest.fixture(scope="module")
def server(api_server: ApiServer) -> LiveCluster:
    api_server.install_crds(everest_crds())
    return api_server.live


def test_the_definitions_are_established_and_structural(server: LiveCluster) -> None:
    found = server.crds(definition["metadata"]["name"] for definition in everest_crds())
    assert len(found) == len(everest_crds())
    for definition in found:
        conditions = {entry["type"]: entry["status"] for entry in definition["status"]["conditions"]}
        assert conditions == {"NamesAccepted": "True", "Established": "True"}


def test_the_server_stores_the_definitions_as_they_are(server: LiveCluster) -> None:
    for definition in everest_crds():
        (found,) = server.crds([definition["metadata"]["name"]])
        stored = {**found["spec"], "conversion": {"strategy": "None"}}
        assert stored == {**definition["spec"], "conversion": {"strategy": "None"}}


# What is fine


def filled(sent: Any, stored: Any, path: str = "") -> Iterator[str]:
    """The places that the server filled in; fails where it changed or dropped something."""
    if isinstance(sent, dict):
        assert sent.keys() <= stored.keys(), f"{path}: dropped {sent.keys() - stored.keys()}"
        for key, value in stored.items():
            if key in sent:
                yield from filled(sent[key], value, f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(sent, list):
        assert len(sent) == len(stored), path
        for one, other in zip(sent, stored, strict=True):
            yield from filled(one, other, f"{path}[]")
    else:
        assert sent == stored, path


def defaults(node: Any) -> Iterator[str]:
    """The fields for which a schema has a default."""
    for name, below in node.get("properties", {}).items():
        if "default" in below:
            yield name
        yield from defaults(below)
    for key in ("additionalProperties", "items"):
        if isinstance(node.get(key), dict):
            yield from defaults(node[key])


DEFAULTS = {
    definition["spec"]["names"]["kind"]: set(defaults(definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))
    for definition in everest_crds()
}


def test_only_definitions_have_defaults() -> None:
    assert [kind for kind, names in DEFAULTS.items() if names] == ["DatabaseClusterDefinition"]


def assert_kept(live: LiveCluster, manifest: dict[str, Any]) -> dict[str, Any]:
    """The object as the server gives it back: as it is, but for defaults of the definition's fields."""
    api_version, kind, metadata = manifest["apiVersion"], manifest["kind"], manifest["metadata"]
    live.create(manifest)
    stored = live.get(api_version, kind, metadata["name"], metadata.get("namespace"))
    try:
        assert stored is not None
        added = {path.rpartition(".")[2] for path in filled(manifest["spec"], stored["spec"])}
        assert added <= DEFAULTS[kind]
        for key in ("labels", "annotations"):
            assert stored["metadata"].get(key) == metadata.get(key)
        return stored
    finally:
        live.delete(api_version, kind, metadata["name"], metadata.get("namespace"))


def test_the_seed_is_taken_and_given_back(server: LiveCluster, namespace: str) -> None:
    text = (ROOT / "tests/wrong/seed.yaml").read_text()
    stored = []
    for document in yaml.safe_load_all(text):  # as a client reads it, without the shapes of the models
        if document["kind"] == "DatabaseCluster":
            document["metadata"]["namespace"] = namespace
        stored.append(assert_kept(server, document))

    documents, found = read_yaml(yaml.safe_dump_all(stored), "stored.yaml", shape_for)
    assert [*found, *Workspace(Plugins(), documents).plan().findings] == []


def for_controller(paths: list[Path], folders: list[Path]) -> list[dict[str, Any]]:
    """All objects that files become where a controller reconciles."""
    read = [read_file(path, shape_for) for path in paths]
    documents = [document for documents, _ in read for document in documents]
    workspace = Workspace(Plugins(folders), documents, reconcile_by="everest")
    planned = workspace.plan()
    assert not [entry for entry in planned.findings if entry.is_error]
    providers = {plan.setup.technology.provider for plan in planned.clusters}
    objects = [item for name in sorted(providers) for item in workspace.provider_objects(name)]
    objects += [item for plan in planned.clusters for item in plan.objects]
    return [item.manifest for item in objects]


def examples_of_plugins() -> Iterator[Any]:
    for plugin in builtin():
        for path in sorted((plugin.folder / "examples").glob("*.yaml")):
            if not path.name.endswith(".expected.yaml"):
                yield pytest.param([path], [], id=f"{plugin.name}-{path.stem}")
    plain, cache = ROOT / "examples/plain-yaml", ROOT / "examples/plugin-cache"
    yield pytest.param(sorted(plain.glob("*.yaml")), [], id="plain-yaml")
    yield pytest.param([cache / "cluster.yaml"], [cache / "cache"], id="plugin-cache")


@pytest.mark.parametrize(("paths", "folders"), list(examples_of_plugins()))
def test_what_is_emitted_for_a_controller_is_taken_and_given_back(
    paths: list[Path], folders: list[Path], server: LiveCluster, namespace: str
) -> None:
    objects = for_controller(paths, folders)
    kinds = {manifest["kind"] for manifest in objects}
    assert kinds >= {"DatabaseClusterDefinition", "Provider", "DatabaseCluster"}
    for manifest in objects:
        if manifest["kind"] == "DatabaseCluster":
            manifest["metadata"]["namespace"] = namespace
        assert_kept(server, manifest)


JOBS = """
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders}
spec:
  provider: psmdb-operator
  topology: {type: standard}
  backup: {storages: [{name: minio, type: s3, bucket: b, credentialsSecret: s, pitr: {enabled: true}}]}
---
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseBackup
metadata: {name: monday, labels: {a: b}}
spec: {cluster: orders, storage: minio, type: logical, compression: {type: gzip, level: 3}, dataPolicy: delete, overrides: {a: 1}}
---
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseRestore
metadata: {name: from-backup}
spec: {cluster: orders, backup: monday, pointInTime: 2026-03-01T12:00:00Z}
---
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseRestore
metadata: {name: from-storage}
spec: {cluster: orders, storage: minio, path: shop/2026-03-01T03:00:05Z, overrides: {a: 1}}
"""


def test_backups_and_restores_for_a_controller_are_taken_and_given_back(server: LiveCluster, namespace: str) -> None:
    documents, found = read_yaml(JOBS, "jobs.yaml", shape_for)
    planned = Workspace(Plugins(), documents, reconcile_by="everest").plan()
    assert not [entry for entry in (*found, *planned.findings) if entry.is_error]
    manifests = [item.manifest for plan in planned.jobs for item in plan.objects]
    assert [manifest["kind"] for manifest in manifests] == ["DatabaseBackup", "DatabaseRestore", "DatabaseRestore"]
    for manifest in manifests:
        manifest["metadata"]["namespace"] = namespace
        assert_kept(server, manifest)


def technologies() -> list[Technology]:
    found = []
    for plugin in builtin():
        setup, _ = Workspace(Plugins(), reconcile_by="everest").setup(plugin.definition.name)
        assert setup is not None
        found.append(setup.technology)
    return found


@pytest.mark.parametrize("technology", technologies(), ids=lambda technology: technology.provider)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_whatever_cluster_passes_the_checks_is_taken(
    server: LiveCluster, technology: Technology, data: st.DataObject
) -> None:
    manifest = {**CLUSTER, "spec": data.draw(strategies.clusters(technology))}
    assert refusal(server, manifest) is None


@settings(max_examples=examples(50))
@given(document=strategies.definitions())
def test_whatever_definition_passes_the_checks_is_taken(server: LiveCluster, document: dict[str, Any]) -> None:
    (read,), _ = read_yaml(yaml.safe_dump(document), "definition.yaml", shape_for)
    assume(Workspace(Plugins(), [read]).plan().findings == [])

    assert refusal(server, document) is None


# What is wrong: one object for each rule, which nothing but this rule refuses

DEFINITION: dict[str, Any] = {
    "apiVersion": API,
    "kind": "DatabaseClusterDefinition",
    "metadata": {"name": "shop"},
    "spec": {
        "componentTypes": {
            "db": {
                "versions": [
                    {"version": "8.0.1", "image": "a/b:8.0.1", "default": True},
                    {"version": "8.0.2", "image": "a/b:8.0.2"},
                ]
            },
            "agent": {"versions": [{"version": "2", "image": "a/agent:2"}]},
        },
        "components": {"engine": {"type": "db"}, "agent": {"type": "agent"}},
        "topologies": {"one": {"components": {"engine": {"defaults": {"replicas": 3}}, "agent": None}}},
        "bundles": [{"name": "new", "components": {"engine": "8.0.2"}}],
    },
}
CLUSTER: dict[str, Any] = {
    "apiVersion": API,
    "kind": "DatabaseCluster",
    "metadata": {"name": "orders", "namespace": "default"},
    "spec": {"provider": "shop"},
}


def restore(**spec: Any) -> dict[str, Any]:
    return merged(CLUSTER, {"kind": "DatabaseRestore", "spec": {"provider": None, "cluster": "orders", **spec}})


def cluster(**spec: Any) -> dict[str, Any]:
    return merged(CLUSTER, {"spec": spec})


def storage(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "type": "s3", "bucket": "b", **fields}


def storages(*given: dict[str, Any]) -> dict[str, Any]:
    return cluster(backup={"storages": list(given)})


def daily(**fields: Any) -> dict[str, Any]:
    return {"name": "day", "cron": "0 3 * * *", **fields}


def definition(**spec: Any) -> dict[str, Any]:
    return merged(DEFINITION, {"spec": spec})


def merged(base: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = patched(copied(base), patch)
    return result


def engine(**fields: Any) -> dict[str, Any]:
    return definition(topologies={"one": {"components": {"engine": fields}}})


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("'dataSource.storage' is the name of", cluster(dataSource={"storage": "s3", "path": "x"})),
    ("'dataSource.storage' is the name of", merged(storages(storage()), {"spec": {"dataSource": {"storage": "b", "path": "x"}}})),
    ("the name of a schedule is there once", storages(storage(schedules=[daily()]), storage(name="b", schedules=[daily()]))),
    ("needs 'bucket'", storages({"name": "a", "type": "s3"})),
    ("needs 'bucket'", storages({"name": "a", "type": "gcs"})),
    ("needs 'container'", storages({"name": "a", "type": "azure"})),
    ("needs 'claim'", storages({"name": "a", "type": "filesystem"})),
    ("'bucket' is for", storages(storage(type="azure", container="c"))),
    ("'container' is for", storages(storage(container="c"))),
    ("'claim' is for", storages(storage(claim="c"))),
    ("'region' is for", storages(storage(type="gcs", region="x"))),
    ("'endpointUrl' is for", storages(storage(type="gcs", endpointUrl="https://x"))),
    ("'verifyTLS' is for", storages(storage(type="gcs", verifyTLS=False))),
    ("'forcePathStyle' is for", storages(storage(type="gcs", forcePathStyle=True))),
    ("'credentialsSecret' is for", storages({"name": "a", "type": "filesystem", "claim": "c", "credentialsSecret": "s"})),
    ("kept by 'count' or by 'duration'", storages(storage(schedules=[daily(retention={"count": 3, "duration": "7d"})]))),
    ("the data comes from either", cluster(dataSource={})),
    ("the data comes from either", merged(storages(storage()), {"spec": {"dataSource": {"backup": "b", "storage": "a", "path": "p"}}})),
    ("'path' belongs to 'storage'", cluster(dataSource={"backup": "b", "path": "x"})),
    ("'type' belongs to 'storage'", cluster(dataSource={"backup": "b", "type": "x"})),
    ("the field 'path' is needed", merged(storages(storage()), {"spec": {"dataSource": {"storage": "a"}}})),
    ("inside a bucket", merged(storages(storage()), {"spec": {"dataSource": {"storage": "a", "path": "s3://b/c"}}})),
    ("inside a bucket", merged(storages(storage()), {"spec": {"dataSource": {"storage": "a", "path": "//"}}})),
    ("the data comes from either", restore()),
    ("'path' belongs to 'storage'", restore(backup="b", path="x")),
    ("the field 'path' is needed", restore(storage="a")),
    ("certificates come from", cluster(tls={"issuer": {"name": "ca"}, "certificateSecret": "s"})),
    ("the size of a volume is at least 1Mi", cluster(instances={"engine": {"storage": {"size": "8Ei"}}})),
    ("the size of a volume is at least 1Mi", cluster(instances={"engine": {"storage": {"size": "10"}}})),
    ("an amount of memory is at least 1Mi", cluster(instances={"engine": {"resources": {"limits": {"memory": "512m"}}}})),
    ("an amount of CPU is at least 1m", cluster(instances={"engine": {"resources": {"limits": {"cpu": "2000"}}}})),
    ("the request for cpu is over", cluster(instances={"engine": {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1900m"}}}})),
    ("the request for memory is over", cluster(instances={"engine": {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "2G"}}}})),
    ("'count' or 'duration' says", storages(storage(schedules=[daily(retention={})]))),
    ("not the key of a label", cluster(instances={"engine": {"scheduling": {"nodeSelector": {"a b": "c"}}}})),
    ("not the key of an annotation", cluster(instances={"engine": {"expose": {"annotations": {"a b": "c"}}}})),
    ("it is not a CIDR block", cluster(instances={"engine": {"expose": {"sourceRanges": ["10.1.0.0/8"]}}})),
    ("it is not a CIDR block", cluster(instances={"engine": {"expose": {"sourceRanges": ["10.1.0.0"]}}})),
    ("it is not a CIDR block", cluster(instances={"engine": {"expose": {"sourceRanges": ["fd00::1/8"]}}})),
    ("'pitr.storage' is the name of", storages(storage(pitr={"enabled": True, "storage": "b"}))),
    ("'size' is for storages", storages(storage(size="10Gi"))),
    ("'storageClass' is for storages", storages(storage(storageClass="fast"))),
    ("of type 'minio' needs 'endpointUrl'", storages(storage(type="minio"))),
    ("how many may be away, not both", cluster(instances={"engine": {"podDisruptionBudget": {"minAvailable": 1, "maxUnavailable": 1}}})),
    ("or by 'antiAffinityTopologyKey'", cluster(instances={"engine": {"scheduling": {"affinity": {"podAffinity": {}}, "antiAffinityTopologyKey": "none"}}})),
    ("the types that a component may have", definition(components={"engine": {"type": "db", "types": ["db", "dbb"]}})),
    ("Duplicate value", definition(componentTypes={"agent": {"versions": [{"version": "2", "image": "a", "default": True}, {"version": "2", "image": "b"}]}})),
    ("Duplicate value", definition(componentTypes={"agent": {"versions": [{"version": "2", "image": i, "operator": "1.0", "default": i == "a"} for i in "ab"]}})),
    ("Duplicate value", definition(bundles=[{"name": "a"}, {"name": "a"}])),
    ("Duplicate value", storages(storage(), storage())),
    ("Duplicate value", storages(storage(schedules=[daily(), daily()]))),
    ("a version has no image", definition(componentTypes={"agent": {"versions": [{"version": "2"}]}})),
    ("should match", definition(componentTypes={"agent": {"image": "agent:${version}-${x}", "versions": [{"version": "2"}]}})),
    ("more than one default version", definition(componentTypes={"agent": {"versions": [{"version": v, "image": "a", "default": True} for v in "12"]}})),
    ("a version range has no '.x'", definition(componentTypes={"agent": {"versions": [{"version": "2", "image": "a", "operator": "1.x"}]}})),
    ("'min' is above 'max'", engine(replicas={"min": 3, "max": 2}, defaults=None)),
    ("no odd number is between", engine(replicas={"min": 2, "max": 2, "odd": True}, defaults=None)),
    ("the default number of replicas", engine(replicas={"max": 1})),
    ("the default number of replicas", engine(replicas={"min": 5})),
    ("the default number of replicas", engine(replicas={"odd": True}, defaults={"replicas": 2})),
    ("the definition has no topology", definition(topologies={"one": None})),
    ("the definition has no topology", definition(topologies=None)),
    ("a component has a type that", definition(components={"engine": {"type": "dbb"}})),
    ("a component has a type without", definition(componentTypes={"agent": {"versions": []}})),
    ("a component has a type without", definition(componentTypes={"agent": {"versions": None}})),
    ("more than one topology is", definition(topologies={"one": {"default": True}, "two": {"default": True}})),
    ("a topology has a component that", definition(topologies={"two": {"components": {"proxy": {}}}})),
    ("none is the default", definition(bundles=None, componentTypes={"agent": {"versions": [{"version": v, "image": "a"} for v in "12"]}})),
    ("the default version of a component", engine(defaults={"version": "8.1"})),
    ("more than one bundle is", definition(bundles=[{"name": n, "default": True} for n in "ab"])),
    ("a bundle names a component that", definition(bundles=[{"name": "a", "components": {"proxy": "1"}}])),
    ("a bundle names a version that", definition(bundles=[{"name": "a", "components": {"engine": "2"}}])),
    ("'upgrades' names a type that", definition(upgrades={"dbb": {}})),
    ("'upgrades' leads to a version", definition(upgrades={"db": {"paths": [{"from": "8.0", "to": "9.0"}]}})),
    ("'uiSchema' names a topology", definition(uiSchema={"two": {}})),
]  # fmt: skip

CHANGED = "the provider of a cluster cannot be changed"
ONCE = "is made once; make another one under another name"


def refusal(live: LiveCluster, manifest: dict[str, Any]) -> str | None:
    try:
        live.create(manifest, dry_run=True)
    except LiveError as error:
        return error.message
    return None


@pytest.mark.parametrize(
    "manifest",
    [
        DEFINITION,
        CLUSTER,
        storages(storage(schedules=[daily(retention={"count": 3})]), storage(name="b", schedules=[daily(name="night")])),
        merged(storages(storage()), {"spec": {"dataSource": {"storage": "a", "path": "p", "pointInTime": "latest"}}}),
        cluster(dataSource={"backup": "b", "pointInTime": "2026-01-31T09:30:00Z"}),
        cluster(instances={"engine": {"expose": {"sourceRanges": ["10.0.0.0/8", "fd00::/8", "10.1.2.3/32"]}}}),
        {**CLUSTER, "spec": {**CLUSTER["spec"], "instances": {"proxy": None}}},
        cluster(instances={"a": {"engineConfig": "x: 1"}, "b": {"engineConfig": {"x": 1}, "config": {"a": [{}]}}}),
        definition(upgrades={"db": {"paths": [{"from": "7.0", "to": "8.0"}, {"from": "8", "to": ">=8.0"}]}}),
        definition(componentTypes={"agent": {"versions": [{"version": "2", "image": "a", "default": True, "operator": o} for o in "12"]}}),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_the_table_changes_is_fine(manifest: dict[str, Any], server: LiveCluster) -> None:
    assert refusal(server, manifest) is None


@pytest.mark.parametrize(("said", "manifest"), WRONG, ids=[f"{n}-{said[:30]}" for n, (said, _) in enumerate(WRONG)])
def test_a_rule_refuses_what_it_is_for(said: str, manifest: dict[str, Any], server: LiveCluster) -> None:
    refused = refusal(server, manifest)

    assert refused is not None
    assert said in refused
    assert len(re.findall(r"Invalid value|Required value|Duplicate value|Unsupported value|Forbidden", refused)) == 1


def largest() -> Iterator[dict[str, Any]]:
    """Objects with as many items everywhere as the bounds allow."""
    versions = [f"{n}.0.{n}-{n}" for n in range(1, 65)]
    kinds, components = [f"kind-{n}" for n in range(16)], [f"component-{n}" for n in range(32)]
    topologies = [f"topology-{n}" for n in range(16)]
    entries = [{"version": v, "image": f"example.org/a:{v}", "operator": ">=1.21.1 <1.23.0"} for v in versions]
    member = {
        "defaults": {"version": versions[-1], "replicas": 3, "expose": {"sourceRanges": ["10.0.0.0/8"]}},
        "replicas": {"min": 1, "max": 7, "odd": True},
    }
    spec = {
        "componentTypes": {kind: {"versions": [*entries[:-1], {**entries[-1], "default": True}]} for kind in kinds},
        "components": {name: {"type": kinds[n % 16]} for n, name in enumerate(components)},
        "topologies": {name: {"components": dict.fromkeys(components, member)} for name in topologies},
        "bundles": [{"name": f"b{n}", "components": dict.fromkeys(components, versions[-1])} for n in range(64)],
        "upgrades": {kind: {"paths": [{"from": "1.0", "to": "64.0"}] * 32} for kind in kinds},
        "uiSchema": {name: {} for name in topologies},
    }
    yield {**DEFINITION, "spec": spec}
    stores = [storage(name=f"s{n}", schedules=[daily(name=f"day-{n}-{m}") for m in range(16)]) for n in range(16)]
    ranges = {"expose": {"sourceRanges": [f"10.{n}.0.0/16" for n in range(64)]}, "storage": {"size": "10Gi"}}
    yield cluster(
        backup={"storages": stores},
        dataSource={"storage": "s15", "path": "x"},
        instances=dict.fromkeys(components, ranges),
    )


@pytest.mark.parametrize("manifest", list(largest()), ids=lambda manifest: manifest["kind"])
def test_the_largest_objects_are_within_what_rules_may_cost(manifest: dict[str, Any], server: LiveCluster) -> None:
    assert refusal(server, manifest) is None


@pytest.mark.parametrize("manifest", list(largest()), ids=lambda manifest: manifest["kind"])
def test_the_largest_objects_are_the_largest(manifest: dict[str, Any], server: LiveCluster) -> None:
    """One item more anywhere is refused: the bounds that the test of the cost uses are those there are."""
    for path, bound in _full(manifest["spec"]):
        grown = copied(manifest)
        node = grown["spec"]
        for key in path:
            node = node[key]
        if isinstance(node, list):
            node.append(copied(node[0]))
        else:
            node["one-more"] = copied(next(iter(node.values())))
        refused = refusal(server, grown)
        assert refused is not None
        assert f"must have at most {bound} items" in refused


def _full(spec: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], int]]:
    bounds: list[tuple[Any, ...]] = [
        ("componentTypes",), ("componentTypes", "kind-0", "versions"), ("components",), ("topologies",),
        ("topologies", "topology-0", "components"), ("bundles",), ("bundles", 0, "components"), ("upgrades",),
        ("upgrades", "kind-0", "paths"), ("uiSchema",), ("backup", "storages"),
        ("backup", "storages", 0, "schedules"), ("instances",), ("instances", "component-0", "expose", "sourceRanges"),
    ]  # fmt: skip
    for path in bounds:
        if path[0] in spec:
            yield path, len(value_at(spec, path))


def test_the_provider_of_a_cluster_stays(server: LiveCluster, namespace: str) -> None:
    manifest = merged(CLUSTER, {"metadata": {"namespace": namespace}})
    server.create(manifest)
    server.apply(merged(manifest, {"spec": {"paused": True}}), "test", force=True)

    with pytest.raises(LiveError, match=CHANGED):
        server.apply(merged(manifest, {"spec": {"provider": "other"}}), "test", force=True)


def rules(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (rule["message"] for rule in node.get("x-kubernetes-validations", []))
        for value in node.values():
            yield from rules(value)
    elif isinstance(node, list):
        for value in node:
            yield from rules(value)


def test_every_rule_is_tried(record_property: Callable[[str, object], None]) -> None:
    messages = {message for definition in everest_crds() for message in rules(definition)}
    untried = {
        text for text in messages if text != CHANGED and ONCE not in text and not any(said in text for said, _ in WRONG)
    }

    assert untried == set()
    record_property("shown", f"{len(messages)} rules of the CustomResourceDefinitions, each tried on the API server")


@pytest.mark.parametrize(
    ("kind", "spec", "other"),
    [
        ("Backup", {"storage": "a"}, {"storage": "b"}),
        ("Backup", {"storage": "a"}, {"storage": "a", "type": "full"}),
        ("Backup", {"storage": "a"}, {}),
        ("Backup", {"overrides": {"a": 1}}, {"overrides": {"a": 2}}),
        ("Restore", {"backup": "a"}, {"backup": "b"}),
    ],
)
def test_a_job_cannot_become_another_one(
    kind: str, spec: dict[str, Any], other: dict[str, Any], server: LiveCluster, namespace: str
) -> None:
    metadata = {"name": "monday", "namespace": namespace}
    manifest = {"apiVersion": API, "kind": f"Database{kind}", "metadata": metadata}
    server.create({**manifest, "spec": {"cluster": "orders", **spec}})
    changed = {**manifest, "spec": {"cluster": "orders", **other}}
    stored = server.get(API, manifest["kind"], "monday", namespace)
    assert stored is not None
    version = {"resourceVersion": stored["metadata"]["resourceVersion"]}
    with pytest.raises(LiveError, match=ONCE):
        server.replace({**changed, "metadata": {**metadata, **version}})


def test_what_becomes_of_the_data_of_a_backup_can_be_said_later(server: LiveCluster, namespace: str) -> None:
    manifest = {"apiVersion": API, "kind": "DatabaseBackup", "metadata": {"name": "monday", "namespace": namespace}}
    server.create({**manifest, "spec": {"cluster": "orders"}})
    spec = {"cluster": "orders", "dataPolicy": "delete"}

    assert server.apply({**manifest, "spec": spec}, "test", force=True)["spec"] == spec


def test_status_is_a_subresource_that_a_controller_writes(server: LiveCluster, namespace: str) -> None:
    manifest = merged(CLUSTER, {"metadata": {"namespace": namespace}})
    server.create({**manifest, "status": {"phase": "Ready"}})
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "Up",
        "message": "",
        "lastTransitionTime": "2026-01-31T09:30:00Z",
    }
    written = server.merge({**manifest, "status": {"conditions": [ready], "pods": {"engine": 3}}}, status=True)

    assert "phase" not in written["status"]
    assert written["status"] == {"conditions": [ready], "pods": {"engine": 3}}
    assert written["spec"] == manifest["spec"]


def test_kubectl_shows_the_kinds_by_their_category_and_short_names(
    api_server: ApiServer, server: LiveCluster, namespace: str
) -> None:
    if api_server.kubectl is None:
        pytest.skip("needs kubectl among the binaries")
    provider = {"apiVersion": API, "kind": "Provider", "metadata": {"name": namespace}}
    server.create({**provider, "spec": {"databaseClusterDefinition": "shop", "operatorVersion": "1.0"}})
    server.create(merged(CLUSTER, {"metadata": {"namespace": namespace}, "spec": {"topology": {"type": "one"}}}))

    def kubectl(*arguments: str) -> list[list[str]]:
        command = [str(api_server.kubectl), "--kubeconfig", str(api_server.kubeconfig), "get", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [line.split() for line in done.stdout.splitlines()]

    shown = kubectl("everest", "-n", namespace)
    assert ["NAME", "PROVIDER", "TOPOLOGY", "READY", "PHASE", "AGE"] in shown
    assert any(row[:3] == ["databasecluster.everest.percona.com/orders", "shop", "one"] for row in shown)
    assert any(row[:3] == [f"provider.everest.percona.com/{namespace}", "shop", "1.0"] for row in shown)
    assert kubectl("dbc", "-n", namespace)[1][:3] == ["orders", "shop", "one"]
    assert kubectl("dbp", namespace)[1][:3] == [namespace, "shop", "1.0"]
    server.delete(API, "Provider", namespace)
