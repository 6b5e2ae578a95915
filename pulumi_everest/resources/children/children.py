"""The Kubernetes objects of a component as Pulumi resources, with the options that keep a database safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Deferred, substitute
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.resources.children.join import joined

WAIT_FOR = "pulumi.com/waitFor"

Report = Callable[[str, str], pulumi.ResourceHookBinding | None]
"""The hooks of the main object, by its type and name."""


class Children:
    """Makes the children of one component. `wait` is what all of them wait for before they are registered."""

    def __init__(
        self, component: pulumi.ComponentResource, name: str, opts: pulumi.ResourceOptions, wait: Sequence[Any]
    ) -> None:
        self.component, self.name, self.opts = component, name, opts
        self.wait = list(wait)

    def options(
        self,
        *,
        policy: str = "delete",
        after: Sequence[Any] = (),
        ignore: Sequence[str] = (),
        aliases: Sequence[str] = (),
        hooks: pulumi.ResourceHookBinding | None = None,
    ) -> pulumi.ResourceOptions:
        """The options of a child. Never ``protect=False``: that would lift the protection of the component.

        What is protected is retained as well: `--ignore-protect` lifts the protection of all resources of a run, and
        the engine then forgets the object instead of deleting it. So an object is only ever deleted after an update
        has changed the policy itself.
        """
        own = pulumi.ResourceOptions(
            parent=self.component,
            depends_on=[*self.wait, *after],
            protect=True if policy == "protect" else None,
            retain_on_delete=True if policy in ("retain", "protect") else None,
            ignore_changes=list(ignore) or None,
            aliases=[pulumi.Alias(type_=token) for token in aliases] or None,
            custom_timeouts=self.opts.custom_timeouts,
            hooks=hooks,
        )
        if self.opts.depends_on is None:
            return own
        return pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=self.opts.depends_on))

    def make(self, name: str, manifest: dict[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
        """The resource of an object, under a name that depends on nothing but the program."""
        opts = self._with_former_names(name, manifest, opts)
        if manifest["kind"] == "Secret" and manifest["apiVersion"] == "v1":
            return _secret(name, manifest, opts)
        from pulumi_kubernetes.apiextensions import CustomResource

        data = joined(manifest)
        more = {key: value for key, value in data.items() if key not in ("apiVersion", "kind", "metadata", "spec")}
        resource: pulumi.CustomResource = CustomResource(
            name,
            api_version=data["apiVersion"],
            kind=data["kind"],
            metadata=data["metadata"],
            spec=data.get("spec"),
            opts=opts,
            **more,
        )
        return resource

    def _with_former_names(
        self, name: str, manifest: dict[str, Any], opts: pulumi.ResourceOptions
    ) -> pulumi.ResourceOptions:
        """The options with what the object was called below each former name or place of the component.

        The engine finds these itself, but not once it has the component under its new name: after an update without an
        alias, which failed since the object was there.
        """
        if not self.component._aliases:
            return opts
        from pulumi.runtime.resource import inherited_child_alias

        token = type_of(manifest)
        more = [inherited_child_alias(name, self.name, former, token) for former in self.component._aliases]
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=list[Any](more)))

    def make_cluster(
        self,
        objects: Sequence[Emitted],
        manifest: PluginManifest | None,
        *,
        cluster: Any,
        policy: str,
        wait_for: Any,
        existing: str | None = None,
        report: Report | None = None,
        filling: Callable[[str], pulumi.ResourceHookBinding | None] | None = None,
    ) -> pulumi.CustomResource:
        """All objects of a cluster: Secrets and the like first, the main object after them. Gives the main one.

        `cluster` is the cluster's name, which may be a `Deferred`; `existing` is a main object to take over, and
        `report` gives hooks for the main object, `filling` those of the restore that fills it, by its name.
        """
        first: list[pulumi.CustomResource] = []
        main: pulumi.CustomResource | None = None
        for entry in objects:
            if entry.when_ready:
                # It waits for the main object, which waits for the database, and is never made into another one.
                name = f"{self.name}-{suffix(entry, cluster)}"
                policy_here = "retain" if policy == "retain" else "delete"
                after = [main] if main is not None else []
                hooks = filling(name) if filling is not None else None
                options = self.options(policy=policy_here, after=after, ignore=["spec"], hooks=hooks)
                self.make(name, entry.manifest, options)
                continue
            if not entry.main:
                name = f"{self.name}-{suffix(entry, cluster)}"
                # A Secret goes where its cluster goes; it cannot go before, since the cluster depends on it.
                policy_here = "retain" if policy == "retain" else "delete"
                first.append(self.make(name, entry.manifest, self.options(policy=policy_here)))
                continue
            own = entry.manifest
            if wait_for is not None:
                annotations = {**(own["metadata"].get("annotations") or {}), WAIT_FOR: wait_for}
                own = {**own, "metadata": {**own["metadata"], "annotations": annotations}}
            written = manifest.ignore if manifest is not None else []
            former = manifest.former_types if manifest is not None else []
            options = self.options(
                policy=policy,
                after=first,
                ignore=[*map(_spec_path, written), *(self.opts.ignore_changes or [])],
                aliases=[f"kubernetes:{version}:{own['kind']}" for version in former if version != own["apiVersion"]],
                hooks=report(type_of(own), self.name) if report else None,
            )
            if existing is not None:
                # Not even unprotected is it deleted: it was there before, and may never have been taken over.
                options.import_, options.retain_on_delete = existing, True
            main = self.make(self.name, own, options)
        assert main is not None  # every template has one main object
        return main

    def make_job(self, objects: Sequence[Emitted], *, policy: str, wait_for: str | None) -> pulumi.CustomResource:
        """The objects of a backup or restore; what else there is before the main one, which is given.

        Its spec stays what it was: the component refuses to become another one, and that a cluster has changed since
        is nothing to the operator.
        """
        made: list[pulumi.CustomResource] = []
        for entry in objects:
            own, name = entry.manifest, self.name if entry.main else f"{self.name}-{entry.name}"
            if wait_for is not None and entry.main:
                annotations = {**(own["metadata"].get("annotations") or {}), WAIT_FOR: wait_for}
                own = {**own, "metadata": {**own["metadata"], "annotations": annotations}}
            ignore = ["spec", *(self.opts.ignore_changes or [])] if entry.main else []
            made.append(self.make(name, own, self.options(policy=policy, after=made[:], ignore=ignore)))
        return made[-1]


def type_of(manifest: Mapping[str, Any]) -> str:
    """The type of an object's resource."""
    version, kind = manifest["apiVersion"], manifest["kind"]
    return f"kubernetes:{'core/v1' if version == 'v1' else version}:{kind}"


def _secret(name: str, manifest: dict[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    from pulumi_kubernetes.core.v1 import Secret

    data = joined(manifest)
    resource: pulumi.CustomResource = Secret(
        name,
        metadata=data["metadata"],
        type=data.get("type"),
        data=data.get("data"),
        string_data=data.get("stringData"),
        immutable=data.get("immutable"),
        opts=opts,
    )
    return resource


def suffix(entry: Emitted, cluster: Any) -> str:
    """What an object's name adds to that of its cluster, whether that is known or not; else the template's name."""
    stand_in = {cluster: _STAND_IN} if isinstance(cluster, Deferred) else {}
    prefix = f"{_STAND_IN if stand_in else cluster}-"
    name = substitute(entry.manifest["metadata"].get("name"), stand_in)
    return name.removeprefix(prefix) if isinstance(name, str) and name.startswith(prefix) else entry.name


_STAND_IN = "cluster"


def _spec_path(path: str) -> str:
    """A path that the operator writes, as ``ignore_changes`` takes it."""
    return path if path.partition(".")[0] in ("spec", "metadata") else f"spec.{path}"
