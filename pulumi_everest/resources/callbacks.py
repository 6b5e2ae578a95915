"""One server for the hooks of a program, started before the first of them.

The SDK starts it with the first hook, and until it runs, each further hook starts another. Several that start at the
same time can crash the process in gRPC, as seen with pulumi 3.272 and grpcio 1.76 to 1.85. So it is made here, once.
"""

from __future__ import annotations

import asyncio
from typing import Any

from pulumi.runtime import settings
from pulumi.runtime.mocks import MockMonitor


def start_callbacks() -> None:
    """Have the SDK's server for callbacks made and started, if an engine would call it and there is none yet.

    Private API of the SDK; where it is not as expected, the SDK starts the server as it likes.
    """
    monitor = settings.SETTINGS.monitor
    if monitor is None or isinstance(monitor, MockMonitor):
        return
    try:
        from pulumi.runtime import _callbacks

        asyncio.get_running_loop()
        if settings.SETTINGS.callbacks is None:
            servicer: Any = _callbacks._CallbackServicer(monitor)
            settings.SETTINGS.callbacks = servicer
            asyncio.ensure_future(servicer.serve())  # noqa: RUF006 - the SDK keeps the servicer
    except (ImportError, AttributeError, RuntimeError):
        return
