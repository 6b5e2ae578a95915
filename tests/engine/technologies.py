"""The three technologies as the engine tests use them: a program, a change, and what the operator writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_everest.live.cluster import LiveCluster


@dataclass(frozen=True)
class Technology:
    """One technology: its names, a cluster of it, and how its operator behaves.

    `sized` is where the number of engine replicas stands in the object; `filled` and `status` are what the operator
    writes into an object once it has seen it: defaults of fields that we do not set, and a state.
    """

    provider: str
    api_version: str
    kind: str
    users: dict[str, str]
    sized: tuple[str | int, ...]
    filled: dict[str, Any]
    status: dict[str, Any]
    block: str = "backupAgent"

    def replicas(self, manifest: dict[str, Any]) -> Any:
        """The number of engine replicas in an object."""
        value: Any = manifest["spec"]
        for part in self.sized:
            value = value[part]
        return value

    def program(self, namespace: str, *, replicas: int = 3, more: str = "", before: str = "", after: str = "") -> str:
        """A program with one cluster of it, `orders`, with passwords and a backup storage with credentials."""
        return f"""
import pulumi
import pulumi_kubernetes as k8s
import pulumi_everest as everest

config = pulumi.Config()
{before}
orders = everest.DatabaseCluster(
    "orders",
    provider="{self.provider}",
    namespace="{namespace}",
    instances={{"engine": {{"replicas": {replicas}, "storage": {{"size": "10Gi"}}}}}},
    users={{key: pulumi.Output.secret(value) for key, value in {self.users!r}.items()}},
    backup={{
        "storages": [
            {{
                "name": "main",
                "type": "s3",
                "bucket": "backups",
                "region": "eu-central-1",
                "credentials": {{
                    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
                    "AWS_SECRET_ACCESS_KEY": config.require_secret("awsKey"),
                }},
            }}
        ]
    }},
    deletion_policy="delete",
    {more}
)
pulumi.export("host", orders.host)
pulumi.export("port", orders.port)
pulumi.export("secret", orders.connection_secret_name)
pulumi.export("versions", orders.versions)
pulumi.export("objects", orders.objects)
{after}
"""


PSMDB = Technology(
    "psmdb-operator",
    "psmdb.percona.com/v1",
    "PerconaServerMongoDB",
    {"MONGODB_DATABASE_ADMIN_USER": "databaseAdmin", "MONGODB_DATABASE_ADMIN_PASSWORD": "pa55-of-the-admin"},
    ("replsets", 0, "size"),
    {"clusterServiceDNSSuffix": "svc.cluster.local", "unmanaged": False, "upgradeOptions": {"schedule": "0 4 * * *"}},
    {"state": "ready", "host": "orders-rs0.x.svc.cluster.local", "observedGeneration": 1, "ready": 3, "size": 3},
)
PXC = Technology(
    "pxc-operator",
    "pxc.percona.com/v1",
    "PerconaXtraDBCluster",
    {"root": "pa55-of-the-admin", "xtrabackup": "pa55-of-the-backup"},
    ("pxc", "size"),
    {"ignoreAnnotations": [], "upgradeOptions": {"schedule": "0 4 * * *"}},
    {"state": "ready", "host": "orders-haproxy.x"},
)
PG = Technology(
    "pg-operator",
    "pgv2.percona.com/v2",
    "PerconaPGCluster",
    {"password": "pa55-of-the-admin"},
    ("instances", 0, "replicas"),
    {"port": 5432, "openshift": False, "patroni": {"port": 8008}},
    {"state": "ready", "host": "orders-pgbouncer.x.svc"},
)
ALL = (PSMDB, PXC, PG)


def move_postgresql(live: LiveCluster, namespace: str, name: str) -> dict[str, Any]:
    """Do what PostgreSQL's operator does for the one upgrade object of a namespace; gives the cluster's object then."""
    [upgrade] = live.list(PG.api_version, "PerconaPGUpgrade", namespace)
    wanted = upgrade["spec"]
    spec = {
        "postgresVersion": wanted["toPostgresVersion"],
        "image": wanted["toPostgresImage"],
        "proxy": {"pgBouncer": {"image": wanted["toPgBouncerImage"]}},
        "backups": {"pgbackrest": {"image": wanted["toPgBackRestImage"]}},
    }
    head = {"apiVersion": PG.api_version, "kind": PG.kind, "metadata": {"name": name, "namespace": namespace}}
    return live.merge({**head, "spec": spec}, manager="operator")
