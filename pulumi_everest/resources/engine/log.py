"""The engine's log, as hooks write into it: texts at a resource."""

from __future__ import annotations

from typing import Any, Final

from pulumi.runtime.proto import engine_pb2

INFO: Final = engine_pb2.INFO
WARNING: Final = engine_pb2.WARNING
ERROR: Final = engine_pb2.ERROR


def say(engine: Any, severity: int, text: str, urn: str | None) -> None:
    """Say something at a resource, or at the stack. Nobody hears it where there is no engine."""
    if engine is not None:
        engine.Log(engine_pb2.LogRequest(severity=severity, message=text, urn=urn or ""))  # type: ignore[arg-type]
