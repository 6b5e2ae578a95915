"""The Kubernetes objects of a component as Pulumi resources, with the options that keep a database safe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from pulumi_everest.core.changes.impact import REPLACED_GUARD
from pulumi_everest.core.changes.secret_changes import GUARD as SECRET_GUARD
from pulumi_everest.emit.core_kinds import is_awaited, kept_from_server
from pulumi_everest.emit.names import suffix
from pulumi_everest.emit.objects import Emitted, both_texts
from pulumi_everest.emit.order import earlier, in_order
from pulumi_everest.resources.children.join import joined
from pulumi_everest.resources.children.kinds import resource, token, type_of

WAIT_FOR = "pulumi.com/waitFor"
SKIP_AWAIT = "pulumi.com/skipAwait"

ObjectHooks = Callable[[Emitted, str, str], pulumi.ResourceHookBinding | None]
"""The hooks of an object, by it and the type and name of its resource."""
Guarding = Callable[
    [str, Mapping[str, Any], pulumi.ResourceHookBinding | None],
    pulumi.ResourceHookBinding | None,
]
"""The hooks that any object has, by its name and manifest, with those of its own."""

Owning = Callable[[str, dict[str, Any], pulumi.ResourceOptions], dict[str, Any]]
"""An object as its resource has it, by its name, manifest and options."""


@dataclass(frozen=True)
class Made:
    """The resources of a cluster's objects: that of the main one, and all."""

    main: pulumi.CustomResource
    all: list[pulumi.CustomResource]


class Children:
    """Makes the children of one component.

    `wait` is what all of them wait for before they are registered, and `allow` are the guards to lift.
    """

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        opts: pulumi.ResourceOptions,
        wait: Sequence[Any],
        allow: Collection[str] = (),
    ) -> None:
        self.component, self.name, self.opts = component, name, opts
        self.wait, self.allow = list(wait), allow
        self.guarding: Guarding | None = None
        """Gives the hooks of each object, with those that it has already."""
        self.owning: Owning | None = None
        """Gives each object with the mark of this stack, and sees to it that what the stack has made is taken over."""
        self.made: list[tuple[pulumi.CustomResource, Mapping[str, Any]]] = []
        self.replaced: list[pulumi.CustomResource] = []
        """Those that are deleted and made again where the Kubernetes provider does not change them in place."""

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
        """The resource of an object, under a name that depends on nothing but the program.

        It is never deleted before it is made anew, unless its options say so: so a replacement, whatever asks for it,
        ends at what is there.
        """
        opts = self._with_former_names(name, manifest, opts)
        if self.guarding is not None:
            opts.hooks = self.guarding(name, manifest, opts.hooks)
        if opts.delete_before_replace is None and not may_replace(manifest, self.allow):
            opts.delete_before_replace = False
        own = self.owning(name, manifest, opts) if self.owning is not None else manifest
        made = resource(name, joined(own), opts)
        self.made.append((made, manifest))
        if opts.delete_before_replace:
            self.replaced.append(made)
        return made

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
        *,
        cluster: Any,
        policy: str,
        waits: Mapping[int, Any],
        former: Mapping[int, Sequence[str]],
        existing: Callable[[Emitted], str | None] | None = None,
        hooks: ObjectHooks | None = None,
    ) -> Made:
        """All objects of a cluster, each after those that it is to come after.

        `cluster` is the cluster's name, which may be a `Deferred`; `waits` is what is waited for of objects, `former`
        the API versions that they had, both by their place. `existing` tells of an object that is to be taken over how
        the engine calls it, and `hooks` gives the hooks of an object.
        """
        made: dict[int, pulumi.CustomResource] = {}
        for index in in_order(objects):
            entry = objects[index]
            name = self.name if entry.main else f"{self.name}-{suffix(entry, cluster)}"
            own = _waited_for(entry.manifest, waits.get(index))
            kind = own["kind"]
            own_policy = policy if entry.keeps_data else kept_with(policy)
            # A restore waits for the main object, which waits for the database, and is never made into another one.
            ignore = ["spec"] if entry.when_ready else [_path_in(own, path) for path in entry.settings.ignore]
            options = self.options(
                policy=own_policy,
                after=[made[before] for before in earlier(objects, index)],
                ignore=[*ignore, *kept_from_server(own), *((self.opts.ignore_changes or []) if entry.main else [])],
                aliases=[token(version, kind) for version in former.get(index, ())],
                hooks=hooks(entry, type_of(own), name) if hooks is not None else None,
            )
            there = existing(entry) if existing is not None else None
            if there is not None:
                # Not even unprotected is it deleted: it was there before, and may never have been taken over.
                options.import_, options.retain_on_delete = there, True
            made[index] = self.make(name, own, options)
        main = next(index for index, entry in enumerate(objects) if entry.main)
        return Made(made[main], list(made.values()))

    def make_job(self, objects: Sequence[Emitted], *, policy: str, wait_for: str | None) -> pulumi.CustomResource:
        """The objects of a backup or restore; what else there is before the main one, which is given.

        Its spec stays what it was: the component refuses to become another one, and that a cluster has changed since
        is nothing to the operator.
        """
        made: list[pulumi.CustomResource] = []
        for entry in objects:
            name = self.name if entry.main else f"{self.name}-{entry.name}"
            own = _waited_for(entry.manifest, wait_for if entry.main else None)
            ignore = ["spec", *(self.opts.ignore_changes or [])] if entry.main else []
            made.append(self.make(name, own, self.options(policy=policy, after=made[:], ignore=ignore)))
        return made[-1]


def _waited_for(manifest: dict[str, Any], condition: Any) -> dict[str, Any]:
    """An object with what is waited for of it: what its plugin says, else nothing.

    A Service would wait for pods that come with the database, which is made after it.
    """
    if condition is not None:
        own = {WAIT_FOR: condition}
    elif is_awaited(manifest["apiVersion"], manifest["kind"]):
        own = {SKIP_AWAIT: "true"}
    else:
        return manifest
    annotations = both_texts(manifest["metadata"].get("annotations") or {}, own)
    return {**manifest, "metadata": {**manifest["metadata"], "annotations": annotations}}


def may_replace(manifest: Mapping[str, Any], allow: Collection[str]) -> bool:
    """Whether guards are lifted that keep an object from being deleted and made again."""
    return REPLACED_GUARD in allow or (manifest["kind"] == "Secret" and SECRET_GUARD in allow)


def kept_with(policy: str) -> str:
    """The policy of the objects that hold no data: of a cluster that is kept they are only forgotten, never deleted.

    They are not protected, so that one which the cluster no longer needs can be let go.
    """
    return "delete" if policy == "delete" else "retain"


def _path_in(manifest: Mapping[str, Any], path: str) -> str:
    """A path that the operator writes, as ``ignore_changes`` takes it."""
    first = path.partition(".")[0].partition("[")[0]
    return path if first in ("spec", "metadata") or first in manifest else f"spec.{path}"
