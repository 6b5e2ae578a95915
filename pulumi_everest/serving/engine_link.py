"""What connects deployments to their engine: made once for each, where the SDK makes it for each component.

The SDK's settings of a call have two channels of their own and, with the first hook, a server for callbacks, none of
which it ever closes. Here a deployment has one of each, which go when the engine is through with it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import grpc
from pulumi.runtime import settings
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, resource_pb2_grpc

from pulumi_everest.resources.engine.callbacks import started_callbacks, stop_callbacks

MESSAGE_SIZE: Final = 400 * 1024 * 1024
"""Bytes that a message may have; Pulumi's engine has the same limit."""
LIMITS: Final = [("grpc.max_receive_message_length", MESSAGE_SIZE), ("grpc.max_send_message_length", MESSAGE_SIZE)]

PAUSE: Final = 1.0
"""Seconds between two looks whether a server is there, and that one of them may take."""
ENDED: Final = 2
"""Failed tries to reach a deployment's endpoint, one after the other, after which it counts as over."""


class EngineLink:
    """The engine's log: one channel for the process, to the engine that started it or is attached to it."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address, options=LIMITS)
        self.stub = engine_pb2_grpc.EngineStub(self._channel)

    def close(self) -> None:
        """Let go of the engine."""
        self._channel.close()


class MonitorLink:
    """The resource monitor of one deployment: a channel to it, what it can do, and the server for hooks."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._channel = grpc.insecure_channel(endpoint, options=LIMITS)
        self._stub = resource_pb2_grpc.ResourceMonitorStub(self._channel)
        self._features: set[int] = set()
        self._callbacks: Any = None
        self._opened: asyncio.Future[None] | None = None

    async def enter(self, request: provider_pb2.ConstructRequest, engine: EngineLink) -> None:
        """Have the SDK's settings of this call be those of the deployment."""
        settings.reset_options(
            organization=request.organization or "organization",
            project=request.project or None,
            stack=request.stack or None,
            parallel=request.parallel or None,
            engine_address=engine.stub,  # type: ignore[arg-type]
            monitor_address=self._stub,  # type: ignore[arg-type]
            preview=request.dryRun,
        )
        if self._opened is None or (self._opened.done() and self._opened.exception() is not None):
            self._opened = asyncio.ensure_future(self._open())
        await asyncio.shield(self._opened)
        settings.SETTINGS.monitor_features = self._features
        settings.SETTINGS.callbacks = self._callbacks

    async def _open(self) -> None:
        """Ask what the monitor can do, and start the server for hooks, whose calls have the settings of this one."""
        await settings._load_monitor_feature_support()  # type: ignore[no-untyped-call]
        self._features = settings.SETTINGS.monitor_features
        self._callbacks = await started_callbacks(self._stub)

    async def ended(self) -> None:
        """Return when the engine is through with the deployment: its endpoint was there, and is no longer."""
        await gone(self._endpoint, ENDED)

    async def close(self) -> None:
        """Let go of the monitor, and of the server for its calls."""
        if self._opened is not None:
            with suppress(Exception):
                await self._opened
        await stop_callbacks(self._callbacks)
        self._channel.close()


async def gone(address: str, tries: int) -> None:
    """Return when a server that was reached once is gone: so many tries to connect to it fail, one after the other.

    One that never was there is not gone. Nothing is sent; a channel of gRPC would say it sooner, but not always.
    """
    reached, missed = False, 0
    while missed < tries:
        if await _answers(address):
            reached, missed = True, 0
        elif reached:
            missed += 1
        await asyncio.sleep(PAUSE)


async def _answers(address: str) -> bool:
    """Whether somebody takes connections there."""
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host.strip("[]"), int(port)), PAUSE)
    except (OSError, TimeoutError, ValueError):
        return False
    writer.close()
    return True
