// A program with every kind of mistake that types let through. The folder python has the same program in Python.
import * as everest from "@pulumi/everest";

new everest.DatabaseCluster("orders", {
    provider: "psmdb-operator",
    topology: { type: "sharded", config: { shards: 2.5, shardz: 2 } },
    components: { versions: { mongod: { version: "8.0.8-2" } } },
    instances: {
        engine: { replicas: 2, storage: { size: "100Gb" }, storge: {} } as any,
        prxy: {},
    },
    backup: {
        storages: [{ name: "s3-main", type: "s3", schedules: [{ name: "daily", cron: "0 25 * * *" }] }],
    },
    dataSource: { storage: "other" },
    deletionPolicy: "keep" as any,
    users: { MONGODB_DATABASE_ADMIN_PASWORD: "x" },
});
