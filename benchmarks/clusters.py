"""Many different clusters: the input of the benchmarks."""

from __future__ import annotations

from typing import Any

API_VERSION = "everest.percona.com/v2alpha1"


def sharded_spec(number: int) -> dict[str, Any]:
    """The spec of a sharded MongoDB cluster with sizes, exposure, scheduling and backups; each number another one."""
    return {
        "provider": "psmdb-operator",
        "topology": {"type": "sharded", "config": {"shards": 2 + number % 3}},
        "instances": {
            "engine": {
                "replicas": 3 + 2 * (number % 3),
                "resources": {
                    "requests": {"cpu": f"{1 + number % 4}", "memory": "4Gi"},
                    "limits": {"cpu": "8", "memory": "16Gi"},
                },
                "storage": {"size": f"{100 + number}Gi", "storageClass": "fast"},
                "engineConfig": f"systemLog:\n  verbosity: {number % 3}\n",
                "scheduling": {"nodeSelector": {"disk": "ssd", "rack": f"r{number}"}},
            },
            "proxy": {"replicas": 2, "expose": {"type": "LoadBalancer", "sourceRanges": ["10.0.0.0/8"]}},
            "configServer": {"replicas": 3, "storage": {"size": "5Gi"}},
            "backupAgent": {},
        },
        "usersSecret": f"users-{number}",
        "backup": {
            "storages": [
                {
                    "name": "main",
                    "type": "s3",
                    "bucket": f"bucket-{number}",
                    "region": "eu-central-1",
                    "credentialsSecret": "backup-credentials",
                    "schedules": [{"name": "daily", "cron": f"{number % 60} 3 * * *", "retention": {"count": 7}}],
                    "pitr": {"enabled": True},
                }
            ]
        },
    }


def document(number: int) -> dict[str, Any]:
    """The whole document of a cluster."""
    return {
        "apiVersion": API_VERSION,
        "kind": "DatabaseCluster",
        "metadata": {"name": f"cluster-{number}", "namespace": "bench"},
        "spec": sharded_spec(number),
    }
