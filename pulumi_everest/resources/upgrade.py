"""DatabaseUpgrade: an upgrade of a cluster's engine to another major version, as a Pulumi component."""

from __future__ import annotations

from typing import Unpack

import pulumi

from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.job_component import JobComponent, make
from pulumi_everest.resources.upgrade_args import DatabaseUpgradeArgs


class DatabaseUpgrade(JobComponent):
    """An upgrade of a cluster's engine to another major version, where a change of the version is not the way.

    What is wrong with it is raised with all that is wrong with the program's clusters. Its child is the operator's
    upgrade object. When that has succeeded, the cluster takes the new version, with its guard lifted once::

        everest.DatabaseUpgrade("to-18", cluster=orders, version="18.4", wait_for=True)
    """

    def __init__(
        self,
        resource_name: str,
        args: DatabaseUpgradeArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **keywords: Unpack[DatabaseUpgradeArgs],
    ) -> None:
        """Upgrade a cluster.

        `resource_name` is the name of the resource, and of the object too if `name` is left out. The arguments are
        given as keywords, as a dictionary in `args`, or both. It is made once: an upgrade to another version is another
        resource.
        """
        make(self, "upgrade", tokens.UPGRADE, resource_name, args, keywords, opts)
