"""DatabaseCluster: one database of any technology as a Pulumi component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import pulumi

from pulumi_everest.resources.cluster_args import DatabaseClusterArgs
from pulumi_everest.resources.engine import tokens

if TYPE_CHECKING:
    from pulumi_everest.resources.candidates.cluster_candidate import ClusterCandidate


class DatabaseCluster(pulumi.ComponentResource):
    """One database of any technology, validated against its definition before anything is planned.

    All that is wrong with the clusters of a program is raised at once, as `ClusterError`, before any of their objects
    is made. Children: the operator's main object, and Secrets for values that were given. For example::

        everest.DatabaseCluster("orders", provider="psmdb-operator", instances={"engine": {"replicas": 5}})
    """

    def __init__(
        self,
        resource_name: str,
        args: DatabaseClusterArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **keywords: Unpack[DatabaseClusterArgs],
    ) -> None:
        """Make a database.

        `resource_name` is the name of the resource, and of the cluster too if `name` is left out. The arguments are
        given as keywords, as a dictionary in `args`, or both. What `opts` do for the objects is said in
        docs/options.md. Any value may be an output; those that decide which objects there are must be known in a
        preview.
        """
        from pulumi_everest.resources.arguments.arguments import merged
        from pulumi_everest.resources.arguments.options import check_name, for_component, taken
        from pulumi_everest.resources.candidates.cluster_hooks import ClusterHooks
        from pulumi_everest.resources.candidates.start import attach, start_cluster
        from pulumi_everest.resources.children.children import Children
        from pulumi_everest.resources.cluster_outputs import Outputs
        from pulumi_everest.resources.provider import take_name

        check_name(tokens.CLUSTER, resource_name)
        options, refused = taken(opts)
        arguments, found = merged(resource_name, args, keywords)
        take_name(arguments, found)
        candidate = start_cluster(resource_name, arguments, [*found, *refused], options.aliases or ())
        hooks = ClusterHooks(candidate, options)
        own = for_component(options, hooks=hooks.of_component(), gate=hooks.gate())
        super().__init__(tokens.CLUSTER, resource_name, candidate.inputs(), own)
        attach(candidate, hooks, self, options.ignore_changes or ())
        self._outputs = Outputs(self, candidate.batch, candidate.arguments.subject)
        self._candidate, self._hooks, candidate.component = candidate, hooks, self
        if candidate.refused:
            self.register_outputs({})
            return
        children = Children(self, resource_name, options, _waits(candidate), candidate.checked.allow)
        children.guarding, children.owning = hooks.of_any, hooks.own
        hooks.waits = bool(options.depends_on)
        made = children.make_cluster(
            candidate.objects,
            cluster=candidate.input.metadata.get("name"),
            policy=candidate.checked.policy,
            waits=candidate.conditions,
            former=candidate.former_types,
            existing=candidate.existing,
            hooks=hooks.of_object,
        )
        main = made.main
        outputs = self._outputs.fill(candidate, main)
        if candidate.connection is not None:
            from pulumi_everest.resources.connection_secret import make_connection

            outputs["connection"] = make_connection(candidate, children, made, outputs)
        hooks.start_preflight(main, [entry for entry in children.made if entry[0] is not main], children.replaced)
        self.register_outputs(self._outputs.registered())
        # An export of the resource itself gives what stands here; access goes through the properties.
        self.__dict__.update(self._outputs.scalars())

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the cluster and of its main object."""
        return self._outputs["name"]

    @property
    def namespace(self) -> pulumi.Output[str]:
        """Namespace of the objects."""
        return self._outputs["namespace"]

    @property
    def host(self) -> pulumi.Output[str]:
        """Host name inside the Kubernetes cluster."""
        return self._outputs["host"]

    @property
    def port(self) -> pulumi.Output[int]:
        """Port."""
        return self._outputs["port"]

    @property
    def connection_secret_name(self) -> pulumi.Output[str]:
        """Name of the Secret with user and password."""
        return self._outputs["connection_secret_name"]

    @property
    def connection(self) -> pulumi.Output[Mapping[str, str]]:
        """What clients need: `type`, `host`, `port`, `username`, `password` and `uri`; a secret.

        It is there with `connection_secret`; without that it is a finding of the cluster.
        """
        return self._outputs["connection"]

    @property
    def versions(self) -> pulumi.Output[Mapping[str, str]]:
        """The version of each component."""
        return self._outputs["versions"]

    @property
    def images(self) -> pulumi.Output[Mapping[str, str]]:
        """The container image of each component."""
        return self._outputs["images"]

    @property
    def objects(self) -> pulumi.Output[Sequence[Mapping[str, str]]]:
        """Kind and name of each emitted object."""
        return self._outputs["objects"]


def _waits(candidate: ClusterCandidate) -> list[Any]:
    """What the objects of a cluster wait for: the gate, and what known values came from."""
    waits: list[Any] = [candidate.batch.gate, *candidate.arguments.resources]
    if candidate.provider is not None and candidate.provider.emits:
        waits.append(candidate.provider)
    return [*waits, *candidate.run.reach.prepare(candidate.kubernetes)]
