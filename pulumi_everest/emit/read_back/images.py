"""Images that overrides write: what they say about the version beside them, as of any image of a cluster's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pulumi_everest.core.overrides import has_overrides, without_overrides
from pulumi_everest.core.own_images.check import has_image, own_image_findings
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.read_back.emission import Emission
from pulumi_everest.emit.read_back.overrides import Overrides
from pulumi_everest.emit.read_back.written import counterpart
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding


def written_image_findings(
    resolved: Resolved, technology: Technology, template: Template, taken: Callable[[Sequence[Path]], Sequence[Path]]
) -> Iterator[Finding]:
    """What is to be known of every image that stands in overrides where that of a component would be emitted.

    `taken` says of some fields which would be emitted where overrides take something away.
    """
    if not has_overrides(resolved.spec):
        return
    emission, spec = Emission(resolved, template), resolved.spec
    own = [name for name in resolved.types if has_image(name, resolved, technology)]
    said: list[Path] = [("instances", name, "image") for name in own if spec["instances"][name].get("image")]
    images: list[Path] = [("instances", name, "image") for name in own if ("instances", name, "image") not in said]
    images += taken(said)
    if not images:
        return
    made, shown = emission.made(spec), emission.marked(without_overrides(spec), images)
    for path, (places, marked) in shown.items():
        for place in places.as_it_is:
            there, image = counterpart(marked, made, place)
            name = str(path[1])
            if isinstance(image, str) and image != spec["instances"][name].get("image"):
                origin = Overrides(emission, spec, emission.objects(spec)).origin(there)
                yield from own_image_findings(resolved, technology, name, image, origin)
