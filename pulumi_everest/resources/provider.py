"""Provider: a technology as a stack knows it, and what holds for all its clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pulumi

from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.provider_args import ProviderArgs

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.resources.candidates.gate import Batch


class Provider(pulumi.ComponentResource):
    """A technology: a definition, the plugin that emits its objects, and settings for all its clusters.

    Clusters name it by the resource, or by its name if it was made before them. It has no children unless a
    controller reconciles (``reconcile_by="everest"``): then they are the definition and the Provider objects, and with
    ``install_crds=True`` the CustomResourceDefinitions of these kinds.
    For example::

        everest.Provider("psmdb-operator", images={"registry": "mirror.example.com"})
    """

    def __init__(
        self,
        resource_name: str,
        args: ProviderArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **keywords: Unpack[ProviderArgs],
    ) -> None:
        """Bring a technology into the stack.

        `resource_name` is the name of the resource, and of the Provider too if `name` is left out. The arguments are
        given as keywords, as a dictionary in `args`, or both. Any value may be an output; those that decide what
        clusters consist of must be known in a preview.
        """
        from pulumi_everest.resources.arguments.options import check_name, for_component, taken
        from pulumi_everest.resources.candidates.provider_candidate import ProviderCandidate
        from pulumi_everest.resources.children.children import Children

        check_name(tokens.PROVIDER, resource_name)
        options, refused = taken(opts)
        super().__init__(tokens.PROVIDER, resource_name, {}, for_component(options))
        candidate = ProviderCandidate(self, resource_name, args, keywords, refused)
        # Private, since the SDK makes a stack output of all that is public where a program exports the resource.
        self._batch, self._text_name, self._emits = candidate.batch, candidate.name, False
        self.__dict__["name"] = self._text_name
        if candidate.refused:
            self.register_outputs({})
            return
        children = Children(self, resource_name, options, [self.batch.gate])
        objects = candidate.objects()
        made: list[pulumi.CustomResource] = []
        if candidate.installs:
            from pulumi_everest.resources.children.crds import crds_of

            made += crds_of(candidate.run.crds, children)
        for entry in objects:
            name = resource_name if entry.main else f"{resource_name}-{entry.name}"
            ignore = options.ignore_changes if entry.main else None
            made.append(children.make(name, entry.manifest, children.options(after=made, ignore=ignore or [])))
        self._emits = bool(objects)
        self.register_outputs({"name": self.text_name})

    @property
    def batch(self) -> Batch:
        """The resources that it is checked with; no output."""
        return self._batch

    @property
    def text_name(self) -> Any:
        """Its name: a text where that is known."""
        return self._text_name

    @property
    def emits(self) -> bool:
        """Whether it has children."""
        return self._emits

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the Provider."""
        return pulumi.Output.all(self.batch.gate, self.text_name).apply(lambda both: both[1])


def take_name(arguments: dict[Any, Any], found: list[Finding]) -> None:
    """Have arguments name the Provider that was passed as a resource. What is wrong goes to `found`."""
    from pulumi_everest.model.deferred import Deferred
    from pulumi_everest.model.findings import finding

    provider = arguments.get("provider")
    if isinstance(provider, Provider):
        arguments["provider"] = provider.text_name
    elif isinstance(provider, pulumi.ProviderResource):
        hint = "pass a Kubernetes provider as opts=pulumi.ResourceOptions(provider=...)"
        text = "provider is a pulumi_everest.Provider or the name of one, got a Pulumi provider"
        found.append(finding("field.type", ("provider",), text, hint=hint))
        arguments["provider"] = Deferred(("provider",))
