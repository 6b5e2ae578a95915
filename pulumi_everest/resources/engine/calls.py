"""Hooks: whether the engine of this run calls any, and what it hands to them, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.model.deferred import Deferred

CHANGES: Final = "RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS"
ERRORS: Final = "RESOURCE_MONITOR_FEATURE_ERROR_HOOKS"


def has_engine() -> bool:
    """Whether this is no test of a program on the SDK's mocks."""
    return not isinstance(settings.SETTINGS.monitor, MockMonitor)


def supports(hooks: str = CHANGES) -> bool:
    """Whether the monitor of this run knows hooks of a kind."""
    feature = getattr(resource_pb2, hooks, None)
    return feature is not None and settings.monitor_supports_feature(feature)


def calls(hooks: str = CHANGES) -> bool:
    """Whether an engine runs the program that calls hooks of a kind."""
    return has_engine() and supports(hooks)


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


async def concealed(value: Any) -> Any:
    """The same, with `Concealed` for secret values, which can be compared."""
    return await plain(value, lambda known: known if isinstance(known, Deferred) else Concealed(known))
