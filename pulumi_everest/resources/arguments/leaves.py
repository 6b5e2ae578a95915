"""Outputs among the arguments: what is known of them already, and what they are once they are known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
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
    check, `trusted` that there is nothing to check about it. `failure` is what the output raised instead of a value.
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
        self.failure: BaseException | None = None
        self.resources: set[pulumi.Resource] = set()
        self._form = form
        self._flattened = False
        self._result: pulumi.Output[Any] | None = None

    def take_known(self) -> bool:
        """Take the value if it is there without waiting. True if it has become known by this."""
        if self.known:
            return False
        data = getattr(self.output, "_data", None)  # private: without it every output is one to wait for
        if not isinstance(data, asyncio.Future) or not data.done() or data.cancelled():
            return False
        self.failure = data.exception()
        if self.failure is not None:
            return False
        result = data.result()
        if getattr(result, "is_known", False) is not True:
            return False
        if not self._flattened and _holds_outputs(result.value):
            self._flattened = True
            self.output = self.output.apply(pulumi.Output.from_input)
            return self.take_known()
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

        async def taken(value: Any, source: pulumi.Output[Any]) -> Any:
            if not self.known:
                self.secret = self.secret or await self.output.is_secret() or await source.is_secret()
                self.learn(value)
            await settled(self)
            return self.value

        def checked(value: Any) -> Any:
            if self.known or not _holds_outputs(value):
                return taken(value, self.output)
            flat: pulumi.Output[Any] = pulumi.Output.from_input(value)
            return flat.apply(lambda known: taken(known, flat))

        self._result = self.output.apply(checked)

    @property
    def result(self) -> pulumi.Output[Any]:
        """The value for the emitted object, after its check: unknown, secret and dependent like the output it was."""
        return self.output if self._result is None else self._result


def _holds_outputs(value: Any) -> bool:
    """Whether there are outputs inside a value, as what `apply` gives may have them. Each container is seen once.

    False where a key is no text: the SDK cannot open that, and it is refused anyway.
    """
    seen: set[int] = set()
    found = False
    stack = [value]
    while stack:
        value = stack.pop()
        if isinstance(value, pulumi.Output):
            found = True
        elif isinstance(value, (Mapping, list, tuple)) and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, Mapping) and not all(isinstance(key, str) for key in value):
                return False
            stack += value.values() if isinstance(value, Mapping) else value
    return found
