"""The secret values of a run, so that no message and no line of a source shows one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi

from pulumi_everest.model.findings import Finding
from pulumi_everest.program.values import Secret

SHORTEST = 3
"""Characters of a value that is looked for; shorter ones stand in many words that have nothing to do with them."""
MASK = "<secret>"
_BEGINNING = 8
_SIZES = range(SHORTEST, _BEGINNING + 1)


@dataclass
class SecretTexts:
    """The secret texts that are known of a run."""

    _texts: set[str] = field(default_factory=set)
    _looked_up: tuple[int, dict[str, set[int]]] = (0, {})

    def add(self, value: Any) -> None:
        """Note the texts of a value that is secret as a whole."""
        if isinstance(value, str):
            # A key over several lines is shown line by line.
            self._texts.update(part for part in (value, *value.splitlines()) if len(part.strip()) >= SHORTEST)
        elif isinstance(value, dict):
            for below in value.values():
                self.add(below)
        elif isinstance(value, (list, tuple)):
            for below in value:
                self.add(below)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self.add(str(value))

    def find(self, data: Any) -> None:
        """Note what is marked as secret inside plain data."""
        if isinstance(data, Secret):
            self.add(data.value)
        elif isinstance(data, dict):
            for below in data.values():
                self.find(below)
        elif isinstance(data, list):
            for below in data:
                self.find(below)

    def are_in(self, text: str) -> bool:
        """Whether a text shows one of them."""
        return any(True for _ in self._shown_in(text))

    def masked(self, text: str) -> str:
        """The text without them; where some overlap, without all that they cover."""
        parts, end = list[str](), 0
        for first, last in self._shown_in(text):
            if first >= end:
                parts += [text[end:first], MASK]
            end = max(end, last)
        return "".join([*parts, text[end:]])

    def _shown_in(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand in a text: of those that begin at one place the longest."""
        beginnings = self._by_beginning()
        for start in range(len(text) if beginnings else 0):
            lengths = (length for size in _SIZES for length in beginnings.get(text[start : start + size], ()))
            found = max((length for length in lengths if text[start : start + length] in self._texts), default=None)
            if found is not None:
                yield start, start + found

    def _by_beginning(self) -> dict[str, set[int]]:
        """Their lengths by how they begin: so looking for thousands takes no longer than looking for one."""
        count, beginnings = self._looked_up
        if count != len(self._texts):
            beginnings = {}
            for text in self._texts:
                beginnings.setdefault(text[:_BEGINNING], set()).add(len(text))
            self._looked_up = (len(self._texts), beginnings)
        return beginnings

    def hidden(self, entry: Finding) -> Finding:
        """A finding of which nothing shows one of them."""
        if not self._texts:
            return entry
        hint = self.masked(entry.hint) if entry.hint else entry.hint
        allowed = tuple(map(self.masked, entry.allowed))
        return replace(entry, message=self.masked(entry.message), hint=hint, allowed=allowed)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """While this lasts, values that a program makes secret are noted.

        It is done in the class of the SDK, since a value may be in an error before any resource is given it.
        """
        original = pulumi.Output.__dict__["secret"]

        def secret(cls: type[pulumi.Output[Any]], val: Any) -> pulumi.Output[Any]:
            self.add(val)
            made: pulumi.Output[Any] = original.__get__(None, cls)(val)
            return made

        setattr(pulumi.Output, "secret", classmethod(secret))  # noqa: B010 - a method of the SDK
        try:
            yield
        finally:
            setattr(pulumi.Output, "secret", original)  # noqa: B010
