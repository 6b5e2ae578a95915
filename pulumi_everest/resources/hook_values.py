"""What the engine hands to hooks, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from pulumi_everest.model.deferred import Deferred


async def plain(value: Any, secret: Callable[[Any], Any]) -> Any:
    """Plain data: whole floats as numbers, `Deferred` for what is unknown, and `secret(known)` for what is secret."""
    if isinstance(value, pulumi.Output):
        known = await plain(await value.future(with_unknowns=True), secret)
        return secret(known) if await value.is_secret() else known
    if isinstance(value, pulumi.output.Unknown):
        return Deferred()
    if isinstance(value, Mapping):
        return {key: await plain(below, secret) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [await plain(below, secret) for below in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
