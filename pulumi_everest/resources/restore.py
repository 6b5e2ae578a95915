"""DatabaseRestore: a restore of a cluster in place, as a Pulumi component."""

from __future__ import annotations

from typing import Unpack

import pulumi

from pulumi_everest.resources.backup import DatabaseBackup
from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.job_component import JobComponent, make
from pulumi_everest.resources.restore_args import DatabaseRestoreArgs


class DatabaseRestore(JobComponent):
    """A restore of a cluster in place: its data are replaced, once, by those of a backup or of a moment.

    What is wrong with it is raised with all that is wrong with the program's clusters. Its child is the operator's
    restore object. For example::

        everest.DatabaseRestore("undo", cluster=orders, backup="before-release")
    """

    def __init__(
        self,
        resource_name: str,
        args: DatabaseRestoreArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **keywords: Unpack[DatabaseRestoreArgs],
    ) -> None:
        """Restore a cluster.

        `resource_name` is the name of the resource, and of the object too if `name` is left out. The arguments are
        given as keywords, as a dictionary in `args`, or both. It is made once: a restore of something else is another
        resource.
        """
        make(self, "restore", tokens.RESTORE, resource_name, args, keywords, opts, made={"backup": DatabaseBackup})
