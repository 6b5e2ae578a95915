"""Outputs among the arguments: what is known of them already, and what they are once they are known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import pulumi

from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.shapes import Shape

Settled = Callable[["Leaf"], Awaitable[None]]
"""Called when the value of a leaf is known; raises what is wrong with it."""


class Form(Protocol):
    """What knows the form that arguments have after the walk."""

    def normalised(self, value: Any, leaf: Leaf) -> Any:
        """The value of an output in that form: plain data, camelCase keys."""
        ...


class Leaf:
    """A value of the arguments that came as an output, or that must stay secret.

    `deferred` stands for it in the data. `known` says that `value` is there, `secret` that it must not be shown, and
    `confidential` that it is at the place of a password or the like. `examined` says that the value was part of a
    check, `trusted` that there is nothing to check about it.
    """

    def __init__(
        self, path: Path, shape: Shape, output: pulumi.Output[Any], form: Form, *, confidential: bool = False
    ) -> None:
        self.path, self.shape, self.output, self.confidential = path, shape, output, confidential
        self.deferred = Deferred(path, self)
        self.known = False
        self.value: Any = None
        self.secret = confidential
        self.examined = False
        self.trusted = False
        self.resources: set[pulumi.Resource] = set()
        self._form = form
        self._result: pulumi.Output[Any] | None = None

    def look(self) -> bool:
        """Take the value if it is there without waiting. True if it has become known by this."""
        if self.known:
            return False
        data = getattr(self.output, "_data", None)  # private: without it every output is one to wait for
        if not isinstance(data, asyncio.Future) or not data.done() or data.cancelled() or data.exception():
            return False
        result = data.result()
        if getattr(result, "is_known", False) is not True:
            return False
        self.secret = self.secret or getattr(result, "is_secret", True) is not False
        self.resources = set(getattr(result, "resources", ()))
        self.learn(result.value)
        return True

    def learn(self, value: Any) -> None:
        """Take a value that has become known."""
        self.value = self._form.normalised(value, self)
        self.known = True

    def settle(self, settled: Settled) -> None:
        """From now on `result` waits for `settled`, which may raise."""

        async def checked(value: Any) -> Any:
            if not self.known:
                self.secret = self.secret or await self.output.is_secret()
                self.learn(value)
            await settled(self)
            return self.value

        self._result = self.output.apply(checked)

    @property
    def result(self) -> pulumi.Output[Any]:
        """The value for the emitted object, after its check: unknown, secret and dependent like the output it was."""
        return self.output if self._result is None else self._result
