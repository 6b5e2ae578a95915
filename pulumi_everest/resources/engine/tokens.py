"""The resources of this package as Pulumi's engine knows them, by type token, and what findings call a resource."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "everest"
CLUSTER: Final = f"{PACKAGE}:index:DatabaseCluster"
PROVIDER: Final = f"{PACKAGE}:index:DatabaseProvider"
"""Not `Provider`: the engine has that name for what makes a package's resources."""
BACKUP: Final = f"{PACKAGE}:index:DatabaseBackup"
RESTORE: Final = f"{PACKAGE}:index:DatabaseRestore"
UPGRADE: Final = f"{PACKAGE}:index:DatabaseUpgrade"
JOBS: Final = {"backup": BACKUP, "restore": RESTORE, "upgrade": UPGRADE}
"""The types of jobs, by their kinds."""


def kind_of(token: str) -> str:
    """What programs call the resources of a type: ``DatabaseCluster``, ``Provider``, ``ConfigMap``."""
    return "Provider" if token == PROVIDER else token.rpartition(":")[2]


def subject_of(token: str, name: str) -> str:
    """A resource for people: ``DatabaseCluster orders``."""
    return f"{kind_of(token)} {name}"
