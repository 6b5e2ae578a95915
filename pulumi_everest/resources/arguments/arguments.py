"""What a resource was given: keywords or a dictionary, walked, with what is known of its outputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import pulumi
from pydantic import BaseModel

from pulumi_everest.model.deferred import Deferred, Path, substitute
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.reading import read_leniently, set_aside
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.resources.arguments.leaves import Leaf
from pulumi_everest.resources.arguments.naming import as_written
from pulumi_everest.resources.arguments.walk import Walk
from pulumi_everest.resources.engine.errors import ClusterError, redacted

Check = Callable[[dict[str, Any]], list[Finding]]
"""What is wrong with the arguments, given as data."""


class Arguments:
    """The arguments of one resource, its outputs, and what was found about them so far."""

    def __init__(
        self, model: type[BaseModel], subject: str, arguments: Mapping[Any, Any], findings: Collection[Finding]
    ) -> None:
        self.model, self.subject = model, subject
        self.shape = shape_of(model)
        self._walk = Walk(arguments, self.shape)
        self._own = list(findings)
        self._reported: set[tuple[str, Path, str]] = set()
        self._opened: dict[Deferred, Any] = {}
        self._watched = False
        self._check: Check = lambda _data: []
        for leaf in self._leaves:
            leaf.take_known()

    @property
    def _leaves(self) -> list[Leaf]:
        return self._walk.leaves

    @property
    def resources(self) -> set[pulumi.Resource]:
        """The resources behind the values that were known at once and stand in the data as plain ones."""
        return {resource for leaf in self._leaves if leaf.known and not leaf.secret for resource in leaf.resources}

    def take_known(self) -> bool:
        """Take values that have become known. True if none is left to wait for."""
        for leaf in list(self._leaves):
            leaf.take_known()
        return all(leaf.known for leaf in self._leaves)

    def waiting(self, path: Path) -> bool:
        """Whether there is a value at or below the path that is not known yet."""
        return any(not leaf.known and leaf.path[: len(path)] == path for leaf in self._leaves)

    def obstacle(self, path: Path) -> str | None:
        """Why the value at the path cannot be had, if there is more to say than that it is not known yet."""
        for leaf in self._leaves:
            if leaf.path == path and leaf.failure is not None:
                return f"and the output failed: {type(leaf.failure).__name__}: {leaf.failure}"
            if leaf.path == path and leaf.known and leaf.secret:
                return "so it cannot be secret"
        return None

    def data(self, *, secrets: bool = False) -> dict[str, Any]:
        """The arguments with what is known in its place; secret values only if they are asked for."""
        known: dict[Deferred, Any] = {}
        for leaf in list(self._leaves):
            if leaf.known:
                known[leaf.deferred] = leaf.value if secrets or not leaf.secret else self._open(leaf)
        if not known:
            return self._walk.data
        data = substitute(self._walk.data, known)
        return substitute(data, known) if self._opened else data  # type: ignore[no-any-return]

    def _open(self, leaf: Leaf) -> Any:
        if leaf.deferred not in self._opened:
            if self._watched:  # the objects are made: what was not opened for them stays shut
                return leaf.deferred
            self._opened[leaf.deferred] = self._walk.opened(leaf)
        return self._opened[leaf.deferred]

    def read(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
        """The data without what its model refuses, and what that is."""
        _, found = read_leniently(self.model, data, defer=True)
        data = set_aside(data, found, defer=True) or {}
        return data, [*self._own, *self._walk.findings, *found]

    def shown(self, found: list[Finding]) -> list[Finding]:
        """The findings in the user's words, with the resource as their subject; those about a file as they are."""
        own = [
            as_written(_argument(entry), self.shape, self._walk.camel) if entry.place is None else entry
            for entry in found
        ]
        return [replace(entry, subject=self.subject) for entry in own]

    # What becomes known later

    def watch(self, check: Check, found: Collection[Finding], gate: pulumi.Output[None]) -> None:
        """Have every value checked once it is known, and `gate` is open.

        Its `result` raises what `check` finds then and not before.
        """
        self._check, self._watched = check, True
        self._reported = {_key(entry) for entry in found}

        async def settled(leaf: Leaf) -> None:
            await gate.future()
            if not leaf.examined:
                news = [entry for entry in self.news() if entry.is_error]
                if news:
                    raise ClusterError(news, late=True)

        for leaf in list(self._leaves):
            leaf.settle(settled)

    def news(self) -> list[Finding]:
        """What is wrong with values that became known since the last time; secret ones are not shown."""
        new = [leaf for leaf in self._leaves if leaf.known and not leaf.examined]
        if not new:
            return []
        for leaf in new:
            leaf.examined = True
        fresh = self._fresh(self._check(self.data()), hide=False)
        if any(leaf.known and leaf.secret and not leaf.trusted for leaf in self._leaves):
            fresh += self._fresh(self._check(self.data(secrets=True)), hide=True)
        return fresh

    def _fresh(self, found: list[Finding], *, hide: bool) -> list[Finding]:
        fresh = []
        for entry in found:
            if _key(entry) not in self._reported:
                self._reported.add(_key(entry))
                fresh.append(redacted(entry) if hide else entry)
        return fresh


def _argument(entry: Finding) -> Finding:
    """A finding about an argument of the resource itself, which is no document."""
    if entry.code == "field.unknown" and len(entry.path) == 1:
        return replace(entry, message=f"there is no argument '{entry.path[0]}'")
    return entry


def _key(entry: Finding) -> tuple[str, Path, str]:
    return entry.code, entry.path, entry.message


def merged(name: object, args: object, keywords: Mapping[str, Any]) -> tuple[dict[Any, Any], list[Finding]]:
    """The arguments of a dictionary and of keywords as one, and what is wrong with them as containers."""
    found: list[Finding] = []
    arguments: dict[Any, Any] = {}
    if isinstance(args, Mapping):
        arguments.update(args)
    elif args is not None:
        hint = "pass it as opts=..." if isinstance(args, pulumi.ResourceOptions) else "pass a dictionary, or keywords"
        text = f"args is a dictionary of arguments, got a value of type {type(args).__name__}"
        found.append(finding("field.type", (), text, hint=hint))
    for key, value in keywords.items():
        if key in arguments:
            found.append(finding("field.duplicate", (key,), f"'{key}' is given twice, in args and as a keyword"))
        arguments[key] = value
    arguments = {key: value for key, value in arguments.items() if value is not None}
    arguments.setdefault("name", name)
    return arguments, found
