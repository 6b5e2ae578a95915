"""Inputs of `benchmarks.growth`: what each consists of, written at any size, and what is done with it.

`prepare` writes an input of so many items into a folder and gives what is to be measured. That is what users do: a
command line, or a program on the SDK's mocks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import pulumi_everest.cli.adopt
import pulumi_everest.cli.lock
import pulumi_everest.cli.output.sarif
import pulumi_everest.cli.preview
import pulumi_everest.cli.render
import pulumi_everest.cli.status
import pulumi_everest.cli.validate
import pulumi_everest.resources.cluster
import pulumi_everest.review.inputs.programs.program_groups
import pulumi_everest.serving.property_errors  # noqa: F401 - imported before the processes are forked
from benchmarks import program
from benchmarks.clusters import API_VERSION, sharded_spec
from pulumi_everest.cli.main import everest

Work = Callable[[], object]
Prepare = Callable[[int, Path], Work]


@dataclass(frozen=True)
class Input:
    """One input: how it is prepared, the smallest number of items measured, and what a process does first."""

    name: str
    prepare: Prepare
    least: int
    warm: int = 4


def command(*arguments: str | Path) -> Work:
    """A command line, whose output goes nowhere."""
    words = [str(argument) for argument in arguments]

    def work() -> None:
        with (
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
            suppress(SystemExit),
        ):
            everest.main(words, standalone_mode=False)

    return work


def written(path: Path, documents: Sequence[Any]) -> Path:
    """A file of YAML documents."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.write_text(yaml.dump_all(documents, Dumper=dumper, sort_keys=False), encoding="utf-8")
    return path


def resource(kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """A document of this API group; one of a namespace unless the kind has none."""
    own = {"name": name, **({"namespace": "bench"} if kind in _IN_NAMESPACES else {}), **metadata}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": own, "spec": spec}


_IN_NAMESPACES = ("DatabaseCluster", "DatabaseBackup", "DatabaseRestore")


def small(number: int, **spec: Any) -> dict[str, Any]:
    """A cluster that says little, with a place for its backups."""
    storage = {"name": "main", "type": "s3", "bucket": "b", "region": "r", "credentialsSecret": "s"}
    given = {"provider": "psmdb-operator", "backup": {"storages": [storage]}, **spec}
    return resource("DatabaseCluster", f"cluster-{number}", given)


# Findings


def long_file(*options: str) -> Prepare:
    """One file of clusters, each with a mistake of its own."""

    def prepare(count: int, folder: Path) -> Work:
        documents = [small(n, instances={"engine": {"replicas": 3, f"replica{n}": 1}}) for n in range(count)]
        return command("validate", written(folder / "clusters.yaml", documents), *options)

    return prepare


def one_document(count: int, folder: Path) -> Work:
    """One cluster with a mistake in each item of a list."""
    cluster = small(0)
    cluster["metadata"]["finalizers"] = [[n] for n in range(count)]
    return command("validate", written(folder / "cluster.yaml", [cluster]))


def wrong_labels(count: int, folder: Path) -> Work:
    """One cluster with a mistake in each entry of a mapping, and many lines."""
    path = written(folder / "cluster.yaml", [small(0, overrides={"x": {"y": 1}})])
    text = path.read_text(encoding="utf-8").replace(
        "      y: 1\n", "".join(f"      y{n}: 1\n" for n in range(20 * count))
    )
    labels = "".join(f"    key-{n}: [{n}]\n" for n in range(count))
    path.write_text(text.replace("metadata:\n", f"metadata:\n  labels:\n{labels}", 1), encoding="utf-8")
    return command("validate", path)


def twins(count: int, folder: Path) -> Work:
    """Clusters of one name."""
    documents = [resource("DatabaseCluster", "twin", {"provider": "psmdb-operator"}) for _ in range(count)]
    return command("validate", written(folder / "clusters.yaml", documents))


# Several kinds


def jobs(count: int, folder: Path) -> Work:
    """Clusters, each with a backup and a restore of it."""
    documents = []
    for n in range(count):
        documents += [
            small(n),
            resource("DatabaseBackup", f"backup-{n}", {"cluster": f"cluster-{n}"}),
            resource("DatabaseRestore", f"restore-{n}", {"cluster": f"cluster-{n}", "backup": f"backup-{n}"}),
        ]
    return command("validate", written(folder / "all.yaml", documents))


def lost_jobs(count: int, folder: Path) -> Work:
    """Restores of clusters whose names are mistyped."""
    documents = []
    for n in range(count):
        spec = {"cluster": f"clutser-{n}", "backup": "monday"}
        documents += [small(n), resource("DatabaseRestore", f"restore-{n}", spec)]
    return command("validate", written(folder / "all.yaml", documents), "--format", "json")


def definition(name: str, **spec: Any) -> dict[str, Any]:
    """A definition with one component."""
    versions = [{"version": "1.0", "image": "shop/shopd:1.0", "default": True}]
    own = {
        "componentTypes": {"shopd": {"versions": versions}},
        "components": {"engine": {"type": "shopd"}},
        "topologies": {"single": {"components": {"engine": {"defaults": {"replicas": 1}}}}},
    }
    return {**resource("DatabaseClusterDefinition", name, {**own, **spec})}


def definitions(count: int, folder: Path) -> Work:
    """Definitions, each with a Provider and a cluster."""
    documents = []
    for n in range(count):
        provider = {"databaseClusterDefinition": f"shop-{n}", "reconcileBy": "everest"}
        documents += [
            definition(f"shop-{n}"),
            resource("Provider", f"provider-{n}", provider),
            resource("DatabaseCluster", f"cluster-{n}", {"provider": f"provider-{n}"}),
        ]
    return command("render", written(folder / "all.yaml", documents))


def providers(count: int, folder: Path) -> Work:
    """Providers of one definition, each with a cluster, whose objects a controller makes."""
    documents = []
    for n in range(count):
        own = {"databaseClusterDefinition": "psmdb-operator", "images": {"registry": f"r{n}.example.com"}}
        documents += [resource("Provider", f"provider-{n}", own), small(n, provider=f"provider-{n}")]
    return command("render", written(folder / "all.yaml", documents), "--reconcile-by", "everest")


def unknown_providers(count: int, folder: Path) -> Work:
    """Clusters, each of a Provider whose name is mistyped."""
    documents = []
    for n in range(count):
        own = {"databaseClusterDefinition": "psmdb-operator"}
        documents += [resource("Provider", f"provider-{n}", own), small(n, provider=f"provdier-{n}")]
    return command("validate", written(folder / "all.yaml", documents), "--format", "json")


def write_plugin(folder: Path, number: int) -> Path:
    """The folder of a plugin."""
    own = folder / f"plugin-{number}"
    own.mkdir()
    manifest = {
        "name": f"plugin-{number}",
        "title": "Shop",
        "operator": {"name": "shop-operator", "versions": ["1.0"], "default": "1.0"},
        "components": {"engine": {"types": ["shopd"], "fields": ["version", "image", "replicas"]}},
    }
    template = {
        "apiVersion": "shop.example.com/v1",
        "kind": "Shop",
        "metadata": {"name": "${metadata.name}", "namespace": "${metadata.namespace}"},
        "spec": {"image": "${spec.instances.engine.image}", "size": "${spec.instances.engine.replicas}"},
    }
    written(own / "plugin.yaml", [manifest])
    written(own / "definition.yaml", [definition(f"shop-{number}")])
    written(own / "resources.yaml", [{"objects": [{"name": "shop", "main": True, "object": template}]}])
    return own


def plugins(count: int, folder: Path) -> Work:
    """Plugins, each with a cluster."""
    options: list[str | Path] = []
    for n in range(count):
        options += ["--plugin", write_plugin(folder, n)]
    documents = [resource("DatabaseCluster", f"cluster-{n}", {"provider": f"shop-{n}"}) for n in range(count)]
    return command("validate", written(folder / "all.yaml", documents), *options)


# Much in one cluster


def config_definition(count: int, *, needed: bool = False) -> dict[str, Any]:
    """A definition whose clusters take so many config keys."""
    properties = {f"key-{n}": {"type": "string", "default": "x"} for n in range(count)}
    schema = {"type": "object", "properties": properties, **({"required": [*properties]} if needed else {})}
    return definition("shop", configSchema=schema)


def config_keys(count: int, folder: Path) -> Work:
    """A definition with many config keys, and a cluster that has half of them."""
    config = {f"key-{n}": "y" for n in range(0, count, 2)}
    cluster = resource("DatabaseCluster", "orders", {"provider": "shop", "config": config})
    provider = resource("Provider", "shop", {"databaseClusterDefinition": "shop", "reconcileBy": "everest"})
    return command("render", written(folder / "all.yaml", [config_definition(count), provider, cluster]))


def wrong_config_keys(count: int, folder: Path) -> Work:
    """The same with each key mistyped, and all that is needed left out."""
    config = {f"kye-{n}": "y" for n in range(count)}
    cluster = resource("DatabaseCluster", "orders", {"provider": "shop", "config": config})
    documents = [config_definition(count, needed=True), cluster]
    return command("validate", written(folder / "all.yaml", documents))


def long_lists(count: int, folder: Path) -> Work:
    """A cluster with a long list, and long patches."""
    patch = {"metadata": {f"label-{n}": "x" for n in range(count)}, "list": [{"name": f"n{n}"} for n in range(count)]}
    scheduling = {"tolerations": [{"key": f"key-{n}", "operator": "Exists"} for n in range(count)]}
    cluster = small(0, instances={"engine": {"scheduling": scheduling, "overrides": patch}}, overrides={"x": patch})
    return command("render", written(folder / "cluster.yaml", [cluster]))


def schema_errors(count: int, folder: Path) -> Work:
    """A cluster whose objects do not pass the schema of their kind, in many places."""
    item = {"type": "object", "properties": {"key": {"type": "string"}, "operator": {"enum": ["Equal"]}}}
    engine = {"type": "object", "properties": {"tolerations": {"type": "array", "items": item}}}
    engine["x-kubernetes-preserve-unknown-fields"] = True
    spec = {
        "type": "object",
        "properties": {"replsets": {"type": "array", "items": engine}, "mine": {"type": "object", "properties": {}}},
        "x-kubernetes-preserve-unknown-fields": True,
    }
    version = {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {"group": "psmdb.percona.com", "names": {"kind": "PerconaServerMongoDB"}, "versions": [version]},
    }
    crds = written(folder / "crd.yaml", [crd])
    scheduling = {"tolerations": [{"key": f"key-{n}", "operator": "Exists"} for n in range(count)]}
    cluster = small(0, instances={"engine": {"scheduling": scheduling}}, overrides={"mine": {"x": 1}})
    return command("validate", written(folder / "cluster.yaml", [cluster]), "--crds", crds)


# What there was


def changed_clusters(count: int, folder: Path) -> Work:
    """A preview of clusters that all change."""
    before, after = folder / "before", folder / "after"
    for place, replicas in ((before, 3), (after, 5)):
        place.mkdir()
        written(place / "all.yaml", [small(n, instances={"engine": {"replicas": replicas}}) for n in range(count)])
    return command("preview", after, "--against", before)


def changed_overrides(count: int, folder: Path) -> Work:
    """A preview of clusters whose overrides all change, of which each takes something away, and each is another one."""
    before, after = folder / "before", folder / "after"
    for place, cpu in ((before, 1), (after, 2)):
        place.mkdir()
        documents = []
        for n in range(count):
            spec = sharded_spec(n)
            spec["instances"]["engine"]["overrides"] = {"resources": {"limits": {"cpu": f"{cpu}"}}}
            documents.append(resource("DatabaseCluster", f"cluster-{n}", spec))
        written(place / "all.yaml", documents)
    return command("preview", after, "--against", before)


def changed_lists(count: int, folder: Path) -> Work:
    """A preview of one object with a long list, of which each item changes, half of them are new, and half are gone."""
    before, after = folder / "before", folder / "after"
    for place, first in ((before, 0), (after, count // 2)):
        place.mkdir()
        items = [{"name": f"item-{n}", "value": f"{n}-{first}"} for n in range(first, first + count)]
        own = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "thing"}, "spec": {"items": items}}
        written(place / "thing.yaml", [own])
    return command("preview", after, "--against", before)


def lock_entries(count: int, folder: Path) -> Work:
    """A lock that gets many clusters, is read again, and from which some are named."""
    written(folder / "all.yaml", [small(n) for n in range(count)])
    names = [f"bench/cluster-{n}" for n in range(0, count, 2)]
    steps = [command("lock", folder), command("validate", folder), command("lock", "--upgrade", folder, *names)]
    return lambda: [step() for step in steps]


def adopted(count: int, folder: Path) -> Work:
    """Objects that an operator has, and that are taken over."""
    objects = []
    for n in range(count):
        replset = {
            "name": "rs0",
            "size": 3,
            "volumeSpec": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "3Gi"}}}},
        }
        spec = {"crVersion": "1.22.0", "image": "percona/percona-server-mongodb:8.0.12-4", "replsets": [replset]}
        metadata = {"name": f"c{n % (count // 2)}", "namespace": f"n{n // (count // 2)}"}
        objects.append(
            {"apiVersion": "psmdb.percona.com/v1", "kind": "PerconaServerMongoDB", "metadata": metadata, "spec": spec}
        )
    return command("adopt", written(folder / "objects.yaml", objects), "--language", "python")


# Programs


def in_a_program(text: str, name: str = "validate", *options: str, config: dict[str, Any] | None = None) -> Prepare:
    """A program, of which COUNT is the size."""

    def prepare(count: int, folder: Path) -> Work:
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (folder / "__main__.py").write_text(f"import pulumi\nimport pulumi_everest as everest\nCOUNT = {count}\n{text}")
        return command(name, folder, "--timeout", "600", *options)

    return prepare


LOOP = """\
for n in range(COUNT):
    everest.DatabaseCluster(f"cluster-{n}", provider="psmdb-operator", instances={"engine": {"replicsa": 3}})
"""
WARNED = """\
for n in range(COUNT):
    c = everest.DatabaseCluster(
        f"cluster-{n}", provider="psmdb-operator", namespace="bench",
        backup={"storages": [{"name": "main", "type": "s3", "bucket": "b", "credentials_secret": "s"}]},
    )
    pulumi.log.warn("look out", c)
"""
PROGRAM_JOBS = """\
STORAGE = {"name": "main", "type": "s3", "bucket": "b", "region": "r", "credentials_secret": "s"}
for n in range(COUNT):
    everest.DatabaseCluster(f"c{n}", provider="psmdb-operator", namespace="bench", backup={"storages": [STORAGE]})
for n in range(COUNT):
    everest.DatabaseBackup(f"b{n}", cluster=f"c{n}", namespace="bench")
"""
USERS = """\
everest.DatabaseCluster(
    "orders", provider="psmdb-operator", namespace="bench",
    users={f"user-{n}": pulumi.Output.secret("x").apply(lambda text: text) for n in range(COUNT)},
)
"""
OUTPUTS = """\
everest.DatabaseCluster(
    "orders", provider="psmdb-operator", namespace="bench",
    annotations={f"note-{n}": pulumi.Output.from_input("x").apply(lambda text: text) for n in range(COUNT)},
)
"""


def written_out(count: int, folder: Path) -> Work:
    """A program of calls that are written out, each with a mistake."""
    calls = [
        f'everest.DatabaseCluster("c{n}", provider="psmdb-operator", instances={{"engine": {{"replica{n}": 3}}}})'
        for n in range(count)
    ]
    return in_a_program("\n".join(calls) + "\n")(count, folder)


def own_plugins(count: int, folder: Path) -> Work:
    """A program of Providers, each with a plugin of its own."""
    for n in range(count):
        write_plugin(folder, n)
    text = 'for n in range(COUNT):\n    everest.Provider(f"shop-{n}", plugins=[f"plugin-{n}"])\n'
    return in_a_program(text)(count, folder)


def on_mocks(count: int, _folder: Path) -> Work:
    """A program of clusters on the SDK's mocks."""
    return lambda: program.run(lambda: program.clusters(count))


def property_errors(count: int, _folder: Path) -> Work:
    """What a program in another language is told of an argument with many mistakes."""
    from google.protobuf.struct_pb2 import Struct

    from pulumi_everest.model.findings import finding
    from pulumi_everest.resources.engine.errors import ClusterError
    from pulumi_everest.serving.property_errors import properties_error

    def work() -> None:
        inputs = Struct()
        inputs.update({"users": {f"user-{n}": "x" for n in range(count)}})
        about = "DatabaseCluster orders"
        found = [
            finding("field.unknown", ("users", f"user-{n}"), f"no key 'user-{n}'", subject=about) for n in range(count)
        ]
        properties_error(ClusterError(found), None, inputs)

    return work


def files(count: int, folder: Path) -> Work:
    """A folder of files with one cluster each, all with the same mistake."""
    for n in range(count):
        (folder / f"cluster-{n}.yaml").write_text(json.dumps(small(n, instances={"engine": {"replicsa": 1}})))
    return command("validate", folder)


def legacy_objects(count: int, _folder: Path) -> Work:
    """What is around clusters of Everest's first API: backups, Secrets that they own, storages with mistyped names."""
    from pulumi_everest.upgrade.legacy.lookup import Lookup
    from pulumi_everest.upgrade.legacy.objects import API_VERSION, LegacyObjects
    from pulumi_everest.upgrade.legacy.ownership import BETWEEN, Owner
    from pulumi_everest.upgrade.legacy.records import records

    def made(api_version: str, kind: str, name: str, spec: dict[str, Any], owner: str) -> dict[str, Any]:
        refs = [{"apiVersion": API_VERSION, "kind": "DatabaseCluster", "name": owner, "uid": f"uid-{owner}"}]
        metadata = {"name": name, "namespace": "bench", "uid": f"uid-{name}", "ownerReferences": refs if owner else []}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}

    names = [f"db-{n}" for n in range(count)]
    clusters = [made(API_VERSION, "DatabaseCluster", name, {}, "") for name in names]
    storages = [made(API_VERSION, "BackupStorage", f"storage-{name}", {}, "") for name in names]
    backups = [made(API_VERSION, BETWEEN[0], f"of-{name}", {"dbClusterName": name}, name) for name in names]
    secrets = [made("v1", "Secret", f"secret-{name}", {}, name) for name in names]

    def work() -> None:
        objects = LegacyObjects([*clusters, *storages, *backups, *secrets])
        for cluster, name in zip(clusters, names, strict=True):
            list(records(objects, cluster))
            owner = Owner.of(cluster, objects.between(BETWEEN[0], "bench", name))
            list(owner.owned(objects.with_owner("v1", "Secret", "bench", owner.uids, name)))
            Lookup(objects, cluster, "small", None).storage(f"storge-{name}", ("spec", "backup"))

    return work


INPUTS = (
    Input("findings in a long file", long_file(), 250),
    Input("findings in a long file, sarif", long_file("--format", "sarif"), 250),
    Input("findings in a long file, github", long_file("--format", "github"), 250),
    Input("findings in one document, a list", one_document, 500),
    Input("findings in one document, a mapping", wrong_labels, 500),
    Input("clusters of one name", twins, 250),
    Input("jobs of clusters", jobs, 100),
    Input("jobs of mistyped clusters", lost_jobs, 100),
    Input("definitions", definitions, 100),
    Input("Providers", providers, 100),
    Input("mistyped Providers", unknown_providers, 100),
    Input("plugins", plugins, 25),
    Input("config keys", config_keys, 1000),
    Input("mistyped config keys", wrong_config_keys, 250),
    Input("long lists in a cluster", long_lists, 500),
    Input("errors of a schema", schema_errors, 50),
    Input("preview of changed clusters", changed_clusters, 100),
    Input("preview of changed overrides", changed_overrides, 50, 20),
    Input("preview of a changed list", changed_lists, 1000),
    Input("lock entries", lock_entries, 100),
    Input("adopted objects", adopted, 2, 2),
    Input("objects of Everest's first API", legacy_objects, 500),
    Input("files", files, 100),
    Input("program, a mistake in a loop", in_a_program(LOOP), 250),
    Input("program, mistakes in calls", written_out, 100),
    Input("program, warnings", in_a_program(WARNED), 100),
    Input("program, backups", in_a_program(PROGRAM_JOBS), 100),
    Input("program, user keys", in_a_program(USERS), 250),
    Input("program, outputs", in_a_program(OUTPUTS, "render"), 250),
    Input("program, plugins", own_plugins, 10),
    Input("program on mocks", on_mocks, 100),
    Input("errors of properties", property_errors, 1000),
)
