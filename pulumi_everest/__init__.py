"""Databases of any technology as typed Pulumi resources.

`Provider` brings a technology into a stack, `DatabaseCluster` is one database, `DatabaseBackup` and `DatabaseRestore`
are what is done to it once, and `ClusterError` is everything that is wrong with them; `raise_findings` raises it in
a test that runs no event loop. The other names are the typed
dictionaries of their arguments. All are imported when they are used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_everest.resources.argument_parts import (
        Amounts,
        Backup,
        BackupStorage,
        Components,
        ComponentVersion,
        Compression,
        DataSource,
        DisruptionBudget,
        Expose,
        Images,
        Instance,
        Issuer,
        Monitoring,
        MonitoringCredentials,
        PointInTimeRecovery,
        Resources,
        Retention,
        Schedule,
        Scheduling,
        Storage,
        Tls,
        Topology,
    )
    from pulumi_everest.resources.backup import DatabaseBackup
    from pulumi_everest.resources.backup_args import DatabaseBackupArgs
    from pulumi_everest.resources.candidates.run import raise_findings
    from pulumi_everest.resources.cluster import DatabaseCluster
    from pulumi_everest.resources.cluster_args import DatabaseClusterArgs
    from pulumi_everest.resources.engine.errors import ClusterError
    from pulumi_everest.resources.provider import Provider
    from pulumi_everest.resources.provider_args import ProviderArgs
    from pulumi_everest.resources.restore import DatabaseRestore
    from pulumi_everest.resources.restore_args import DatabaseRestoreArgs
    from pulumi_everest.resources.upgrade import DatabaseUpgrade
    from pulumi_everest.resources.upgrade_args import DatabaseUpgradeArgs

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
    "DatabaseUpgrade",
    "DatabaseUpgradeArgs",
    "DisruptionBudget",
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
    "raise_findings",
]

_MODULES = {
    "ClusterError": "engine.errors",
    "DatabaseBackup": "backup",
    "DatabaseBackupArgs": "backup_args",
    "DatabaseCluster": "cluster",
    "DatabaseClusterArgs": "cluster_args",
    "DatabaseRestore": "restore",
    "DatabaseRestoreArgs": "restore_args",
    "DatabaseUpgrade": "upgrade",
    "DatabaseUpgradeArgs": "upgrade_args",
    "Provider": "provider",
    "ProviderArgs": "provider_args",
    "raise_findings": "candidates.run",
}
_ARGUMENTS = {
    "DatabaseBackup": "DatabaseBackupArgs",
    "DatabaseCluster": "DatabaseClusterArgs",
    "DatabaseRestore": "DatabaseRestoreArgs",
    "DatabaseUpgrade": "DatabaseUpgradeArgs",
    "Provider": "ProviderArgs",
}

if not TYPE_CHECKING:  # for type checkers, a name that is not imported above does not exist

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        module = importlib.import_module(f"{__name__}.resources.{_MODULES.get(name, 'argument_parts')}")
        value = getattr(module, name)
        if isinstance(value, type) and name != "ClusterError":
            described = importlib.import_module(f"{__name__}.resources.arguments.described")
            described.describe(value, __getattr__(_ARGUMENTS[name]) if name in _ARGUMENTS else None)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
