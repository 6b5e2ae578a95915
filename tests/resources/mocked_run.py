"""A Pulumi program in this process: what it registers, on the SDK's own mocks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from logging import Handler, LogRecord, getLogger
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc, settings, stack

CLUSTER = "everest:index:DatabaseCluster"
TOYDB = Path(__file__).parent / "toydb"
SECRET_KEY = "4dabf18193072939515e22adb298388d"


@dataclass
class Registered:
    type: str
    name: str
    inputs: dict[str, Any]
    request: Any
    secret: bool = False


class Mocks(mocks.Mocks):
    def __init__(self, preview: bool) -> None:
        self.preview = preview

    def new_resource(self, args):
        return ("" if self.preview else f"{args.name}-id", args.inputs)

    def call(self, args):
        return {}


class Recorder(mocks.MockMonitor):
    def __init__(self, preview: bool) -> None:
        super().__init__(Mocks(preview))
        self.found: list[Registered] = []

    def RegisterResource(self, request):
        response = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            raw = rpc.deserialize_properties(request.object, keep_unknowns=True)
            inputs, secret = shown(raw)
            self.found.append(Registered(request.type, request.name, inputs, request, secret))
        return response


def shown(value: Any) -> tuple[Any, bool]:
    """A deserialized value without the wrapping of secrets, and whether it had one."""
    if isinstance(value, dict) and SECRET_KEY in value:
        return shown(value["value"])[0], True
    if isinstance(value, dict):
        pairs = {key: shown(below) for key, below in value.items()}
        return {key: below for key, (below, _) in pairs.items()}, any(secret for _, secret in pairs.values())
    if isinstance(value, list):
        items = [shown(below) for below in value]
        return [item for item, _ in items], any(secret for _, secret in items)
    if isinstance(value, pulumi.Output):
        raise AssertionError("an output in a mock's inputs")
    return value, False


@dataclass
class Result:
    resources: list[Registered]
    error: BaseException | None
    noise: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def one(self, kind: str) -> Registered:
        found = [entry for entry in self.resources if entry.inputs.get("kind") == kind]
        assert len(found) == 1, (kind, [(entry.type, entry.name) for entry in self.resources], self.error)
        return found[0]

    @property
    def main(self) -> Registered:
        return self.one("ToyDB")

    @property
    def objects(self) -> list[Registered]:
        return [entry for entry in self.resources if "kind" in entry.inputs]

    @property
    def codes(self) -> list[str]:
        return [entry.code for entry in getattr(self.error, "findings", [])]


def run(
    body: Callable[[], Any],
    *,
    preview: bool = True,
    config: dict[str, str] | None = None,
    monitor: type[Recorder] = Recorder,
) -> Result:
    """Run a program as Pulumi's own runner does, without an engine."""
    with loops_of_threads():
        return _run(body, preview, config or {}, monitor(preview))


@contextmanager
def loops_of_threads() -> Iterator[None]:
    """Close the event loops that the SDK's mocks open in the threads that they answer in, and leave open."""
    opened: list[asyncio.AbstractEventLoop] = []
    new_event_loop = asyncio.new_event_loop

    def recorded() -> asyncio.AbstractEventLoop:
        opened.append(new_event_loop())
        return opened[-1]

    asyncio.new_event_loop = recorded
    try:
        yield
    finally:
        asyncio.new_event_loop = new_event_loop
        for loop in opened:
            loop.close()


def _run(body: Callable[[], Any], preview: bool, config: dict[str, str], recorder: Recorder) -> Result:
    noise: list[str] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, context: noise.append(str(context.get("message"))))
    asyncio.set_event_loop(loop)
    error: BaseException | None = None
    messages: list[str] = []
    logger = getLogger(f"everest-{id(messages)}")
    logger.addHandler(_Into(messages))
    try:
        settings.SETTINGS.outputs.clear()
        settings.SETTINGS.rpc_manager.clear()
        settings.set_root_resource(None)
        mocks.set_mocks(recorder.mocks, preview=preview, monitor=recorder, logger=logger)
        settings.set_root_resource(None)
        pulumi.runtime.set_all_config({"everest:plugins": json.dumps([str(TOYDB)]), **config})
        result: dict[str, Any] = {}

        def program() -> None:
            outputs = body()
            for key, output in (outputs or {}).items():
                collected = pulumi.Output.from_input(output).apply(
                    lambda value, key=key: result.__setitem__(key, value), run_with_unknowns=True
                )
                assert collected is not None

        loop.run_until_complete(stack.run_in_stack(program))
    except Exception as raised:  # noqa: BLE001
        error = raised
    finally:
        pulumi.runtime.set_all_config({})
        finish(loop)
        asyncio.set_event_loop(None)
    return Result(recorder.found, error, noise, result, messages)


def finish(loop: asyncio.AbstractEventLoop) -> None:
    """End what a program that failed has left, and close the loop."""
    while pending := asyncio.all_tasks(loop):
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


class _Into(Handler):
    """Keeps the warnings and errors that a program logs."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(level="WARNING")
        self.messages = messages

    def emit(self, record: LogRecord) -> None:
        self.messages.append(record.getMessage())


class Source(pulumi.CustomResource):
    """A resource whose id is unknown in a preview."""

    def __init__(self, name: str = "source") -> None:
        super().__init__("test:index:Source", name, {})

    def gives(self, value: Any) -> pulumi.Output[Any]:
        """An output of the value, unknown in a preview."""
        return self.id.apply(lambda _: value)


def is_unknown(value: Any) -> bool:
    return pulumi.contains_unknowns(value)


def at(data: Any, *path: str | int) -> Any:
    for part in path:
        data = data[part]
    return data
