"""Programs as people write them: type checkers find nothing wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

import pulumi_everest as everest
from pulumi_everest import ClusterError, DatabaseCluster, DatabaseClusterArgs, Instance, Provider, ProviderArgs

config = pulumi.Config()
namespace = k8s.core.v1.Namespace("db")
count: pulumi.Output[int] = pulumi.Output.from_input(3)
size: pulumi.Output[str] = count.apply(lambda n: f"{n}Gi")
maybe: pulumi.Output[str | None] = count.apply(lambda n: "fast" if n > 1 else None)

# Providers: keywords, a dictionary, both, and a variable.
mongodb = Provider("psmdb-operator", operator_version="1.22.0", images={"registry": "mirror.example.com"})
Provider("by-dictionary", {"plugin": "psmdb", "reconcile_by": "everest", "labels": {"team": "shop"}})
Provider("both", {"plugin": "psmdb"}, annotations={"a": "b"}, plugins=["plugins/mine", Path("plugins/other")])
Provider("own", definitions=["acme-kv.yaml", Path("definitions/other.yaml")], reconcile_by="everest")
provider_args: ProviderArgs = {"database_cluster_definition": "psmdb-operator"}
Provider("by-variable", provider_args, pulumi.ResourceOptions(protect=True))

# Clusters: the Provider as a resource, as a name, or as an output of the name.
DatabaseCluster("keywords", provider=mongodb, instances={"engine": {"replicas": 3, "storage": {"size": "10Gi"}}})
DatabaseCluster("dictionary", {"provider": "psmdb-operator", "instances": {"engine": {"version": "8.0.12-4"}}})
DatabaseCluster("both", {"provider": mongodb.name}, pulumi.ResourceOptions(depends_on=[namespace]), paused=True)
DatabaseCluster("several", provider=mongodb, instances={"engine": {}, "proxy": {"replicas": 2}, "backupAgent": None})

# Parts with names of their own.
engine: Instance = {"replicas": 3, "resources": {"requests": {"cpu": "500m"}, "limits": {"memory": "4Gi"}}}
storage: everest.Storage = {"size": "10Gi", "storage_class": "fast"}
args: DatabaseClusterArgs = {"provider": mongodb, "instances": {"engine": {**engine, "storage": storage}}}
DatabaseCluster("by-variable", args)
DatabaseCluster("spread", **args)
DatabaseCluster(
    "made", provider=mongodb, instances={"engine": Instance(replicas=3, storage=everest.Storage(size="1Gi"))}
)


def instance(replicas: int) -> Instance:
    """A part made by a function."""
    return {"replicas": replicas, "storage": {"size": f"{replicas}Gi"}}


DatabaseCluster("by-function", provider=mongodb, instances={name: instance(3) for name in ("engine", "proxy")})

# Outputs at leaves, at parts, and at everything; awaitables too.
DatabaseCluster(
    "outputs",
    provider=mongodb,
    namespace=namespace.metadata.name,
    labels={"size": size},
    instances={"engine": {"replicas": count, "storage": {"size": size, "storage_class": maybe}}},
    operator_version=asyncio.sleep(0, "1.22.0"),
)
DatabaseCluster("output-part", provider=mongodb, instances={"engine": count.apply(instance)})
DatabaseCluster("output-all", provider=mongodb, instances=count.apply(lambda n: {"engine": instance(n)}))
DatabaseCluster("output-from-input", provider=mongodb, tls=pulumi.Output.from_input(everest.Tls(mode="requireTLS")))

# Nothing is like leaving out: what config gives can be passed on.
DatabaseCluster(
    "optional",
    provider=config.require("provider"),
    namespace=config.get("namespace"),
    paused=config.get_bool("paused"),
    instances={"engine": {"replicas": config.get_int("replicas"), "storage": {"storage_class": config.get("class")}}},
    topology=None,
    wait_for=None,
)

# Blocks, secrets, policies.
schedules: Sequence[everest.Schedule] = [{"name": "nightly", "cron": "0 3 * * *", "retention": {"count": 7}}]
DatabaseCluster(
    "everything",
    provider=mongodb,
    topology={"type": "sharded", "config": {"shards": 2}},
    components={"versions": {"mongod": {"version": "8.0.12-4"}}},
    config={"anything": [1, "two", {"three": size}]},
    backup={
        "storages": [
            {
                "name": "main",
                "type": "s3",
                "bucket": size,
                "credentials": {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": pulumi.Output.secret("key")},
                "schedules": schedules,
                "pitr": {"enabled": True},
            }
        ]
    },
    monitoring={"server_url": "https://pmm.example.com", "credentials": {"api_key": pulumi.Output.secret("key")}},
    data_source={"storage": "main", "path": "x", "point_in_time": "2026-03-01T12:00:00Z"},
    tls={"mode": "requireTLS", "issuer": {"name": "ca", "kind": "ClusterIssuer"}},
    images={"pull_policy": "IfNotPresent", "pull_secrets": ("a", size)},
    users={"MONGODB_DATABASE_ADMIN_PASSWORD": config.require_secret("password")},
    deletion_policy="retain",
    volume_policy="delete",
    wait_for="jsonpath={.status.state}=ready",
    connection_secret=True,
)
DatabaseCluster("named-connection", provider=mongodb, connection_secret="orders-login")

# Parts of Kubernetes' own, as dictionaries and as the typed arguments of its package.
toleration = k8s.core.v1.TolerationArgs(key="db", operator="Exists")
DatabaseCluster(
    "scheduling",
    provider=mongodb,
    instances={
        "engine": {
            "scheduling": {
                "node_selector": {"disk": "ssd"},
                "tolerations": [toleration, {"key": "db", "operator": "Exists"}],
                "affinity": k8s.core.v1.AffinityArgs(),
            }
        },
        "proxy": {"engine_config": "a = 1", "expose": {"type": "LoadBalancer", "source_ranges": ["10.0.0.0/8"]}},
        "backupAgent": {"engine_config": {"level": 3}, "overrides": {"a": {"b": None}}},
    },
)

# Outputs of a cluster have types.
cluster = DatabaseCluster("outputs-of", provider=mongodb)
host: pulumi.Output[str] = cluster.host
url: pulumi.Output[str] = pulumi.Output.all(cluster.host, cluster.port).apply(lambda both: f"{both[0]}:{both[1]}")
port: pulumi.Output[int] = cluster.port.apply(lambda number: number + 1)
version: pulumi.Output[str] = cluster.versions.apply(lambda versions: versions["engine"].upper())
kinds: pulumi.Output[list[str]] = cluster.objects.apply(lambda objects: [entry["kind"] for entry in objects])
name: pulumi.Output[str] = pulumi.Output.concat(cluster.name, cluster.namespace, cluster.connection_secret_name)
pulumi.export("host", host)


def findings_of(error: ClusterError) -> list[str]:
    """What a test of a program may look at."""
    return [f"{finding.code} {finding.message} {finding.hint or ''}" for finding in error.findings]
