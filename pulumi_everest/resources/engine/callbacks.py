"""One server for the hooks of a program, started before the first of them.

The SDK (3.272) starts it with the first hook, and until it runs, each further hook starts another, of which all but one
are left over. So it is made here, once.
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
