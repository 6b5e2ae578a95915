"""Whether a resource is made or taken over, decided when its object has been looked for, which a constructor cannot.

The SDK (3.272) asks the options for an import when it registers the resource, after all that this depends on is known.
Transforms of the engine could set one, too, but they cost a call and another trip of all values for each resource.
Where the SDK is not as expected, nothing is taken over.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pulumi


@dataclass
class LateImport:
    """What a resource is to take over, as the engine calls it; None where it is made."""

    identity: str | None = None


class _LateOptions(pulumi.ResourceOptions):
    """Options whose import is what a `LateImport` says when they are asked."""

    late: LateImport

    @property
    def import_(self) -> str | None:
        """What to take over."""
        given: str | None = self.__dict__.get("import_")
        return given or self.late.identity

    @import_.setter
    def import_(self, value: str | None) -> None:
        self.__dict__["import_"] = value


def decided_late(opts: pulumi.ResourceOptions, late: LateImport) -> None:
    """Have a resource with these options taken over, or not, as it turns out."""

    def transformation(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        own = copy.copy(args.opts)
        own.__class__ = _LateOptions
        own.__dict__["late"] = late
        return pulumi.ResourceTransformationResult(args.props, own)

    opts.transformations = [*(opts.transformations or []), transformation]
