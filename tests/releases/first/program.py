"""The program whose state is beside it."""

import pulumi

import pulumi_everest as everest

here = "apps"
mongodb = everest.Provider("mongodb", plugin="psmdb", operator_version="1.22.0")
orders = everest.DatabaseCluster(
    "orders",
    provider="mongodb",
    namespace=here,
    labels={"tier": "gold"},
    topology={"type": "sharded", "config": {"shards": 2}},
    instances={
        "engine": {"replicas": 3, "storage": {"size": "10Gi"}},
        "backupAgent": {"version": "2.12.0"},
    },
    components={"versions": {"mongod": {"version": "8.0.12-4"}}},
    users={
        "MONGODB_DATABASE_ADMIN_USER": "databaseAdmin",
        "MONGODB_DATABASE_ADMIN_PASSWORD": pulumi.Output.secret("not-a-real-password"),
    },
    wait_for=False,
)
shop = everest.DatabaseCluster(
    "shop",
    provider="pxc-operator",
    namespace=here,
    instances={"engine": {"replicas": 3, "version": "8.0.42-33.1", "storage": {"size": "20Gi"}}},
    deletion_policy="delete",
    wait_for=False,
)
reports = everest.DatabaseCluster(
    "reports",
    provider="pg-operator",
    namespace=here,
    instances={"engine": {"replicas": 2, "storage": {"size": "30Gi", "storageClass": "fast"}}},
    deletion_policy="retain",
    wait_for=False,
)
pulumi.export("host", orders.host)
