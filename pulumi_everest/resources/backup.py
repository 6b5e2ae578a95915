"""DatabaseBackup: a backup of a cluster on demand, as a Pulumi component."""

from __future__ import annotations

from typing import Unpack

import pulumi

from pulumi_everest.resources.backup_args import DatabaseBackupArgs
from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.job_component import JobComponent, make


class DatabaseBackup(JobComponent):
    """A backup of a cluster on demand. The operator makes it once; deleting the resource keeps the data.

    What is wrong with it is raised with all that is wrong with the program's clusters. Its child is the operator's
    backup object. For example::

        everest.DatabaseBackup("before-release", cluster=orders, storage="minio")
    """

    def __init__(
        self,
        resource_name: str,
        args: DatabaseBackupArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **keywords: Unpack[DatabaseBackupArgs],
    ) -> None:
        """Make a backup.

        `resource_name` is the name of the resource, and of the object too if `name` is left out. The arguments are
        given as keywords, as a dictionary in `args`, or both. It is made once: a backup of another kind, storage or
        cluster is another resource.
        """
        make(self, "backup", tokens.BACKUP, resource_name, args, keywords, opts)
