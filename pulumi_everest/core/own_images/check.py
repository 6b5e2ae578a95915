"""What images of a cluster's own say about its versions: another series than the version beside them, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_everest.core.images import with_registry
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.values.versions import numbers, version_key

_SAID = ("user", "versions", "lock")


def image_findings(resolved: Resolved, technology: Technology) -> Iterator[Finding]:
    """What is to be known of every image that is not the catalog's for the version."""
    registry = value_at(resolved.spec, ("images", "registry"))
    for name, instance in resolved.spec["instances"].items():
        image, catalog = instance.get("image"), resolved.catalog.get(name)
        if catalog is not None and isinstance(registry, str):
            catalog = with_registry(catalog, registry)
        if isinstance(image, str) and image != catalog and has_image(name, resolved, technology):
            yield from own_image_findings(resolved, technology, name, image, _path(resolved, name))


def own_image_findings(
    resolved: Resolved, technology: Technology, name: str, image: str, path: Path
) -> Iterator[Finding]:
    """What is to be known of an image of a component's own, which stands at `path`."""
    from pulumi_everest.core.own_images.versions import Tags  # most clusters have no image of their own

    definition, version = technology.definition, resolved.spec["instances"][name].get("version")
    if version is not None and not isinstance(version, str):
        return
    kind = resolved.types[name]
    upgrades, read = definition.upgrades(kind), Tags.of(definition, kind).version(image, version)
    field = f"instances.{name}.version"
    if read is None:
        said = resolved.origin(name, ("version",)) in _SAID
        if not said and not upgrades.allow_any:
            text = f"the version of the image '{image}' cannot be read from its tag, so changes of it cannot be judged"
            yield finding(
                "cluster.image-version", path, text, hint=f"say {field} too, the version that is in the image"
            )
    elif version is not None:
        series, said_series = numbers(read.text, upgrades.major), numbers(version, upgrades.major)
        if series != said_series[: len(series)]:
            text = f"the image is {kind} {read.text} by its tag, and {field} is {version}, of another series"
            own = _of_series(technology, kind, resolved.spec.get("operatorVersion"), series)
            hint = f"write {field}: {own}, or " if own is not None else ""
            yield finding("cluster.image-series", path, text, hint=f"{hint}take an image of {version}")


def _of_series(technology: Technology, kind: str, operator: Any, series: tuple[int, ...]) -> str | None:
    """The newest version of a series that the catalog has."""
    known = [entry.version for entry in technology.definition.versions(kind, operator)]
    return max((text for text in known if numbers(text, len(series)) == series), key=version_key, default=None)


def has_image(name: str, resolved: Resolved, technology: Technology) -> bool:
    """Whether a component has an image of its own, and not that of another one."""
    topology = resolved.spec["topology"]["type"]
    return all(fields.covers(("image",)) for fields in technology.instance_fields(topology, name))


def _path(resolved: Resolved, name: str) -> Path:
    """Where the image of a component is said."""
    of_type: Path = ("components", "versions", resolved.types[name], "image")
    by_type = resolved.origin(name, ("image",)) is None and value_at(resolved.spec, of_type) is not None
    return of_type if by_type else ("instances", name, "image")
