"""Container image references: the registry they come from, and digests."""

from __future__ import annotations


def with_registry(image: str, registry: str) -> str:
    """The image as `registry` has it: its own registry host, if there is one, is replaced.

    An image that is in that registry already stays as it is.
    """
    prefix = registry.rstrip("/") + "/"
    if image.startswith(prefix):
        return image
    first, slash, rest = image.partition("/")
    own_host = slash and ("." in first or ":" in first or first == "localhost")
    return prefix + (rest if own_host else image)


def with_digest(image: str, digest: str | None) -> str:
    """The image pinned to a digest, unless it has one."""
    return f"{image}@{digest}" if digest and "@" not in image else image
