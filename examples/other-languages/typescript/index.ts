import * as pulumi from "@pulumi/pulumi";
import * as everest from "@pulumi/everest";

const config = new pulumi.Config();

const mongodb = new everest.DatabaseProvider("psmdb-operator", { operatorVersion: "1.22.0" });

const orders = new everest.DatabaseCluster("orders", {
    namespace: "databases",
    provider: mongodb.name,
    topology: { type: "sharded", config: { shards: 2 } },
    instances: {
        engine: { replicas: 3, storage: { size: "100Gi" } },
        proxy: { replicas: 2 },
    },
    backup: {
        storages: [
            {
                name: "main",
                type: "s3",
                bucket: "orders-backups",
                credentials: {
                    AWS_ACCESS_KEY_ID: config.require("awsAccessKeyId"),
                    AWS_SECRET_ACCESS_KEY: config.requireSecret("awsSecretAccessKey"),
                },
                schedules: [{ name: "nightly", cron: "0 3 * * *", retention: { count: 7 } }],
            },
        ],
    },
});

export const host = orders.host;
export const versions = orders.versions;
