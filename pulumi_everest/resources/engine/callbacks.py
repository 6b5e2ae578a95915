"""One server for the hooks of a program or of a served deployment, started before the first of them.

The SDK (3.272) starts it with the first hook, and until it runs, each further hook starts another, of which all but one
are left over. So it is made here, once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from pulumi.runtime import settings
from pulumi.runtime.mocks import MockMonitor


def start_callbacks() -> None:
    """Have the SDK's server for callbacks made and started, if an engine would call it and there is none yet.

    Private API of the SDK; where it is not as expected, the SDK starts the server as it likes.
    """
    monitor = settings.SETTINGS.monitor
    if monitor is None or isinstance(monitor, MockMonitor) or settings.SETTINGS.callbacks is not None:
        return
    try:
        asyncio.get_running_loop()
        servicer = _servicer(monitor)
        settings.SETTINGS.callbacks = servicer
        asyncio.ensure_future(servicer.serve())  # noqa: RUF006 - the SDK keeps the servicer
    except (ImportError, AttributeError, RuntimeError):
        return


async def started_callbacks(monitor: object) -> Any:
    """A server for callbacks that runs; None where the SDK is not as expected."""
    try:
        servicer = _servicer(monitor)
        await servicer.serve()
    except (ImportError, AttributeError):
        return None
    return servicer


async def stop_callbacks(servicer: Any) -> None:
    """End such a server, which the SDK would keep for as long as the process lasts."""
    if servicer is None:
        return
    with suppress(AttributeError, ValueError):
        type(servicer)._servicers.remove(servicer)
    with suppress(AttributeError):
        await servicer._server.stop(0)


def _servicer(monitor: object) -> Any:
    from pulumi.runtime import _callbacks

    return _callbacks._CallbackServicer(monitor)  # type: ignore[arg-type]
