"""Python's collector, which need not go through what stays until the program ends anyway."""

from __future__ import annotations

import gc
import threading

from pulumi_everest.resources.engine.calls import has_engine


def freeze_loaded_objects(*, served: bool = False) -> None:
    """Have no further search for cycles go through what there is now, in a process that ends with its program.

    That is no process that serves programs. Modules, the databases of a program, and all that is registered for them
    stay to the end: searches among them find nothing, and take a tenth of the time of a preview. What is no longer
    referred to goes as ever.
    """
    if has_engine() and not served and threading.current_thread() is threading.main_thread():
        gc.freeze()
