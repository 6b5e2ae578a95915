"""The program whose state is beside it."""

import pulumi
import pulumi_kubernetes as k8s

import pulumi_everest as everest

here = "apps"
aws = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": pulumi.Output.secret("not-a-real-key")}
settings = k8s.core.v1.ConfigMap("settings", metadata={"namespace": here, "name": "settings"}, data={"tier": "gold"})

orders = everest.DatabaseCluster(
    "orders",
    provider="psmdb-operator",
    namespace=here,
    labels={"tier": settings.data["tier"]},
    topology={"type": "sharded", "config": {"shards": 2}},
    instances={"engine": {"replicas": 3, "storage": {"size": "10Gi"}}, "backupAgent": {}},
    users={
        "MONGODB_DATABASE_ADMIN_USER": "databaseAdmin",
        "MONGODB_DATABASE_ADMIN_PASSWORD": pulumi.Output.secret("not-a-real-password"),
    },
    backup={
        "storages": [{"name": "main", "type": "s3", "bucket": "backups", "region": "eu-west-1", "credentials": aws}]
    },
    connection_secret=True,
    wait_for=False,
)
shop = everest.DatabaseCluster(
    "shop",
    provider="pxc-operator",
    namespace=here,
    instances={"engine": {"replicas": 3, "version": "8.0.42-33.1", "storage": {"size": "20Gi"}}},
    deletion_policy="delete",
)
reports = everest.DatabaseCluster(
    "reports",
    provider="pg-operator",
    namespace=here,
    instances={"engine": {"replicas": 2, "storage": {"size": "30Gi", "storageClass": "fast"}}},
    deletion_policy="retain",
)
everest.DatabaseBackup("before-release", cluster=orders, storage="main")
pulumi.export("host", orders.host)
