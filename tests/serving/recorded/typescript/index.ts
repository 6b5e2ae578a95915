// The program of examples/mongodb-sharded in TypeScript. requests.json has it as an engine passes it on.
import * as pulumi from "@pulumi/pulumi";
import * as everest from "@pulumi/everest";

const config = new pulumi.Config();

const mongodb = new everest.DatabaseProvider("psmdb-operator", { operatorVersion: "1.22.0" });

const orders = new everest.DatabaseCluster("orders", {
    provider: mongodb.name,
    namespace: config.require("namespace"),
    labels: { team: "orders" },
    topology: { type: "sharded", config: { shards: config.requireNumber("shards") } },
    instances: {
        engine: {
            version: "8.0.19-7",
            replicas: 3,
            resources: { requests: { cpu: "2", memory: "8Gi" }, limits: { cpu: "4", memory: "8Gi" } },
            storage: { size: "200Gi", storageClass: "fast-ssd" },
            engineConfig: "operationProfiling:\n  mode: slowOp\n  slowOpThresholdMs: 200\n",
        },
        configServer: {
            resources: { requests: { cpu: "500m", memory: "2Gi" } },
            storage: { size: "20Gi", storageClass: "fast-ssd" },
        },
        proxy: {
            replicas: 3,
            resources: { requests: { cpu: "1", memory: "2Gi" } },
            expose: { type: "LoadBalancer", sourceRanges: ["10.0.0.0/8"] },
        },
    },
    backup: {
        storages: [{
            name: "s3-main",
            type: "s3",
            bucket: config.require("bucket"),
            region: config.require("region"),
            prefix: "orders",
            credentials: {
                AWS_ACCESS_KEY_ID: config.require("awsAccessKeyId"),
                AWS_SECRET_ACCESS_KEY: config.requireSecret("awsSecretAccessKey"),
            },
            schedules: [
                { name: "daily", cron: "0 3 * * *", retention: { count: 7 } },
                { name: "weekly", cron: "0 4 * * 0", retention: { count: 8 } },
            ],
            pitr: { enabled: true, intervalSeconds: 300 },
        }],
    },
    monitoring: {
        type: "pmm",
        serverUrl: config.require("pmmUrl"),
        credentials: { apiKey: config.requireSecret("pmmToken") },
    },
});

export const host = orders.host;
export const port = orders.port;
export const secret = orders.connectionSecretName;
