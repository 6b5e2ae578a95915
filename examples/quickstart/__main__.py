"""A sharded MongoDB cluster with backups and metrics, with the versions that fit the operator."""

import pulumi

import pulumi_everest as everest

mongodb = everest.Provider("psmdb-operator")

cluster = everest.DatabaseCluster(
    "psmdb-cluster",
    provider=mongodb,
    topology={"type": "sharded"},
    components={
        "versions": {
            "mongod": {"version": "8.0.8-3"},
            "backup": {"version": "2.12.0"},
            "prometheus": {"version": "0.53.0"},
        }
    },
    instances={"engine": {}, "proxy": {}, "configServer": {}, "backupAgent": {}, "monitoring": {}},
)

pulumi.export("host", cluster.host)
pulumi.export("secret", cluster.connection_secret_name)
