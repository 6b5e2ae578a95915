"""What else the program of this process makes, as far as it may bring what a cluster lacks."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pulumi

from pulumi_everest.resources.engine.tokens import PACKAGE

_MAKERS: Final = (
    "kubernetes:core/v1:Namespace",
    "kubernetes:apiextensions.k8s.io/",
    "kubernetes:helm.sh/",
    "kubernetes:kustomize",
    "kubernetes:yaml",
)
"""Types, or what they begin with, of what makes namespaces or definitions."""
_KNOWN: Final = (f"{PACKAGE}:", "kubernetes:", "pulumi:pulumi:Stack", "pulumi:providers:kubernetes", "random:")
"""What types begin with of which it is known what they make."""


def may_bring_more() -> bool:
    """Whether something that the program still makes may be a namespace or a definition. In doubt it is.

    The SDK has no list of resources. But what is not made yet is held by who waits for it, so that Python's collector
    knows it; that takes a tenth of a second, where something is missing.
    """
    return any(map(_may_bring, _resources()))


def _may_bring(resource: pulumi.Resource) -> bool:
    token = str(getattr(resource, "_type", ""))
    return token.startswith(_MAKERS) or not token.startswith(_KNOWN)


def _resources() -> Iterator[pulumi.Resource]:
    """The resources of the program that runs in this event loop."""
    frozen = gc.get_freeze_count() > 0
    gc.unfreeze()  # the collector does not tell of what is frozen
    try:
        found = [entry for entry in gc.get_objects() if issubclass(type(entry), pulumi.Resource)]
    finally:
        if frozen:
            gc.freeze()
    loop = asyncio.get_event_loop()
    return (resource for resource in found if _loop_of(resource) in (None, loop))


def _loop_of(resource: pulumi.Resource) -> asyncio.AbstractEventLoop | None:
    """The event loop of a resource; None where it does not tell."""
    with suppress(Exception):
        future: asyncio.Future[object] = vars(resource)["urn"]._data
        return future.get_loop()
    return None
