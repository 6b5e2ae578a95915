"""Objects of Everest's first API, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.upgrade.legacy.objects import API_VERSION, FEATURES

Object = dict[str, Any]
UID = "5f3b9e1c-0000-4000-8000-1234567890ab"
S3 = {
    "type": "s3",
    "bucket": "dumps",
    "region": "eu",
    "endpointURL": "https://s3.example.com",
    "credentialsSecretName": "s3-keys",
}

# By engine: kind, API version and field for the cluster of backups, and the state of a backup that is done.
STATES = {"pxc": ("PerconaXtraDBCluster", "pxc.percona.com/v1", "pxcCluster", "Succeeded"),
          "psmdb": ("PerconaServerMongoDB", "psmdb.percona.com/v1", "clusterName", "ready"),
          "postgresql": ("PerconaPGCluster", "pgv2.percona.com/v2", "pgCluster", "Succeeded")}  # fmt: skip
BACKUPS = {"pxc": "PerconaXtraDBClusterBackup", "psmdb": "PerconaServerMongoDBBackup", "postgresql": "PerconaPGBackup"}


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> Object:
    """Both, deeply."""
    result = dict(first)
    for key, value in second.items():
        known = result.get(key)
        result[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def named(kind: str, name: str, spec: Mapping[str, Any], **more: Any) -> Object:
    """An object of the first API beside clusters."""
    version = f"{FEATURES}/v1alpha1" if kind == "SplitHorizonDNSConfig" else API_VERSION
    return {
        "apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": dict(spec), **more,
    }  # fmt: skip


def lacking(expected: Any, got: Any, path: str = "") -> list[str]:
    """What of a subset is not there, by its paths; empty mappings and lists are no demand."""
    if expected in ({}, []):
        return []
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [path]
        return [line for key, value in expected.items() for line in lacking(value, got.get(key), f"{path}.{key}")]
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return [path]
        return [line for index, value in enumerate(expected) for line in lacking(value, got[index], f"{path}[{index}]")]
    return [] if expected == got else [f"{path}: {got!r}, not {expected!r}"]
