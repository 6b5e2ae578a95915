"""Threads for what waits for a cluster or the engine beside the program."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any


async def in_thread(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call something that waits, in a thread of its own kind.

    Never in one of the loop's: registrations occupy all of them, and may wait there for the hook that asks.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads(), call, *arguments)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=4, thread_name_prefix="everest-cluster")
