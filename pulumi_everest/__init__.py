"""Databases of any technology as typed Pulumi resources.

`Provider` brings a technology into a stack, `DatabaseCluster` is one database, `DatabaseBackup` and `DatabaseRestore`
are what is done to it once, and `ClusterError` is everything that is wrong with them. The other names are the typed
dictionaries of their arguments. All are imported when they are used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_everest.resources.argument_types import (
        Amounts,
        Backup,
        BackupStorage,
        Components,
        ComponentVersion,
        Compression,
        DatabaseBackupArgs,
        DatabaseClusterArgs,
        DatabaseRestoreArgs,
        DataSource,
        Expose,
        Images,
        Instance,
        Issuer,
        Monitoring,
        MonitoringCredentials,
        PointInTimeRecovery,
        ProviderArgs,
        Resources,
        Retention,
        Schedule,
        Scheduling,
        Storage,
        Tls,
        Topology,
    )
    from pulumi_everest.resources.cluster import DatabaseCluster
    from pulumi_everest.resources.engine.errors import ClusterError
    from pulumi_everest.resources.job import DatabaseBackup, DatabaseRestore
    from pulumi_everest.resources.provider import Provider

__all__ = [
    "Amounts",
    "Backup",
    "BackupStorage",
    "ClusterError",
    "ComponentVersion",
    "Components",
    "Compression",
    "DataSource",
    "DatabaseBackup",
    "DatabaseBackupArgs",
    "DatabaseCluster",
    "DatabaseClusterArgs",
    "DatabaseRestore",
    "DatabaseRestoreArgs",
    "Expose",
    "Images",
    "Instance",
    "Issuer",
    "Monitoring",
    "MonitoringCredentials",
    "PointInTimeRecovery",
    "Provider",
    "ProviderArgs",
    "Resources",
    "Retention",
    "Schedule",
    "Scheduling",
    "Storage",
    "Tls",
    "Topology",
]

_MODULES = {
    "ClusterError": "engine.errors",
    "DatabaseBackup": "job",
    "DatabaseCluster": "cluster",
    "DatabaseRestore": "job",
    "Provider": "provider",
}
_ARGUMENTS = {
    "DatabaseBackup": "DatabaseBackupArgs",
    "DatabaseCluster": "DatabaseClusterArgs",
    "DatabaseRestore": "DatabaseRestoreArgs",
    "Provider": "ProviderArgs",
}

if not TYPE_CHECKING:  # for type checkers, a name that is not imported above does not exist

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        value = getattr(importlib.import_module(f"{__name__}.resources.{_MODULES.get(name, 'argument_types')}"), name)
        if name != "ClusterError":
            importlib.import_module(f"{__name__}.resources.arguments.described").describe(value, _ARGUMENTS.get(name))
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
