"""A sharded MongoDB cluster: backups to S3 with point-in-time recovery, monitoring by PMM, sizes and storage."""

import pulumi

import pulumi_everest as everest

config = pulumi.Config()

mongodb = everest.Provider("psmdb-operator", operator_version="1.22.0")

orders = everest.DatabaseCluster(
    "orders",
    provider=mongodb,
    namespace=config.require("namespace"),
    labels={"team": "orders"},
    topology={"type": "sharded", "config": {"shards": config.require_int("shards")}},
    instances={
        "engine": {
            "version": "8.0.19-7",
            "replicas": 3,
            "resources": {
                "requests": {"cpu": "2", "memory": "8Gi"},
                "limits": {"cpu": "4", "memory": "8Gi"},
            },
            "storage": {"size": "200Gi", "storage_class": "fast-ssd"},
            "engine_config": "operationProfiling:\n  mode: slowOp\n  slowOpThresholdMs: 200\n",
        },
        "configServer": {
            "resources": {"requests": {"cpu": "500m", "memory": "2Gi"}},
            "storage": {"size": "20Gi", "storage_class": "fast-ssd"},
        },
        "proxy": {
            "replicas": 3,
            "resources": {"requests": {"cpu": "1", "memory": "2Gi"}},
            "expose": {"type": "LoadBalancer", "source_ranges": ["10.0.0.0/8"]},
        },
    },
    backup={
        "storages": [
            {
                "name": "s3-main",
                "type": "s3",
                "bucket": config.require("bucket"),
                "region": config.require("region"),
                "prefix": "orders",
                "credentials": {
                    "AWS_ACCESS_KEY_ID": config.require("awsAccessKeyId"),
                    "AWS_SECRET_ACCESS_KEY": config.require_secret("awsSecretAccessKey"),
                },
                "schedules": [
                    {"name": "daily", "cron": "0 3 * * *", "retention": {"count": 7}},
                    {"name": "weekly", "cron": "0 4 * * 0", "retention": {"count": 8}},
                ],
                "pitr": {"enabled": True, "interval_seconds": 300},
            }
        ]
    },
    monitoring={
        "type": "pmm",
        "server_url": config.require("pmmUrl"),
        "credentials": {"api_key": config.require_secret("pmmToken")},
    },
)

pulumi.export("host", orders.host)
pulumi.export("port", orders.port)
pulumi.export("secret", orders.connection_secret_name)
