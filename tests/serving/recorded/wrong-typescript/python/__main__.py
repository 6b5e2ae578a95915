"""A program with every kind of mistake that types let through; the same as in TypeScript beside it."""

import pulumi_everest as everest

everest.DatabaseCluster(
    "orders",
    provider="psmdb-operator",
    topology={"type": "sharded", "config": {"shards": 2.5, "shardz": 2}},
    components={"versions": {"mongod": {"version": "8.0.8-2"}}},
    instances={"engine": {"replicas": 2, "storage": {"size": "100Gb"}, "storge": {}}, "prxy": {}},
    backup={"storages": [{"name": "s3-main", "type": "s3", "schedules": [{"name": "daily", "cron": "0 25 * * *"}]}]},
    data_source={"storage": "other"},
    deletion_policy="keep",
    users={"MONGODB_DATABASE_ADMIN_PASWORD": "x"},
)
