"""Container image references: the registry they come from, and digests."""

from __future__ import annotations

from pulumi_everest.model.values.image_reference import reference


def with_registry(image: str, registry: str) -> str:
    """The image as `registry` has it: its own registry host, if there is one, is replaced.

    An image that is in that registry already stays as it is.
    """
    prefix = registry.rstrip("/") + "/"
    if image.startswith(prefix):
        return image
    own = reference(image).registry
    return prefix + (image.removeprefix(f"{own}/") if own is not None else image)


def with_digest(image: str, digest: str | None) -> str:
    """The image pinned to a digest, unless it has one."""
    return f"{image}@{digest}" if digest and "@" not in image else image


def same_image(one: str, other: str) -> bool:
    """Whether two references are of one image: of one digest, or of one name and tag in whatever registry.

    A registry may have what it mirrors in a folder of its own.
    """
    first, second = reference(one), reference(other)
    if first.digest is not None and first.digest == second.digest:
        return True
    if (first.tag, first.digest) != (second.tag, second.digest):
        return False
    short, long = sorted((first.path, second.path), key=len)
    return long == short or long.endswith(f"/{short}")
