"""Config and stack outputs of a program that runs without an engine, where some values are not known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pulumi
from pulumi.runtime import rpc


class Encrypted(pulumi.Output[str]):
    """A config value that is encrypted for its stack: secret and unknown. It belongs to the running event loop."""

    def __init__(self) -> None:
        super().__init__(set(), _done(None), _done(False), _done(True))

    def __str__(self) -> str:
        # What is put together with it is found to be unknown when it is registered.
        return rpc.UNKNOWN


def _done(value: Any) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_event_loop().create_future()
    future.set_result(value)
    return future


@contextmanager
def stack_outputs(given: Mapping[str, Any]) -> Iterator[None]:
    """While this lasts, references to other stacks have these outputs; all others are unknown.

    It is done in the class of the SDK, since the SDK takes the outputs of a stack as known only when all of them are.
    """
    reference = pulumi.StackReference
    get, require, details = reference.get_output, reference.require_output, reference.get_output_details

    def get_output(self: pulumi.StackReference, name: Any) -> pulumi.Output[Any]:
        return pulumi.Output.from_input(given[name]) if _is_given(name) else get(self, name)

    def require_output(self: pulumi.StackReference, name: Any) -> pulumi.Output[Any]:
        return pulumi.Output.from_input(given[name]) if _is_given(name) else require(self, name)

    async def get_output_details(self: pulumi.StackReference, name: str) -> pulumi.StackReferenceOutputDetails:
        if _is_given(name):
            return pulumi.StackReferenceOutputDetails(value=given[name])
        return await details(self, name)

    def _is_given(name: Any) -> bool:
        return isinstance(name, str) and name in given

    patched = {"get_output": get_output, "require_output": require_output, "get_output_details": get_output_details}
    for name, function in patched.items():
        setattr(reference, name, function)
    try:
        yield
    finally:
        for name, function in (("get_output", get), ("require_output", require), ("get_output_details", details)):
            setattr(reference, name, function)
