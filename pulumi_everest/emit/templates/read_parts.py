"""What a template reads of data, cut out: objects with equal parts become the same, whatever else they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.expressions.reads import Read, Step, Use


@dataclass(slots=True)
class ReadPart:
    """What is read below a place. `whole` is all of it, `named` what is read of its keys, `each` of any item or key.

    Without any of these only its presence counts, or with `node` what it is: a scalar, a list of so many, a mapping of
    these keys.
    """

    whole: bool = False
    node: bool = False
    named: dict[str, ReadPart] = field(default_factory=dict)
    each: ReadPart | None = None

    @classmethod
    def of(cls, reads: Iterable[Read]) -> ReadPart:
        """What these read of variables; the names of variables are the first keys."""
        root = cls()
        for read in reads:
            root._add(read.path, read.use)
        return root

    def _add(self, path: Sequence[str | Step], use: Use) -> None:
        part = self
        for step in path:
            part = part._below(step)
        part.whole = part.whole or use is Use.WHOLE
        part.node = part.node or use is not Use.PRESENCE

    def _below(self, step: str | Step) -> ReadPart:
        if isinstance(step, str):
            return self.named.setdefault(step, ReadPart())
        if self.each is None:
            self.each = ReadPart()
        return self.each

    def cut(self, data: Any) -> Any:
        """The part of plain data, as plain data. Of what is no mapping or list more may be given than is read."""
        if self.whole:
            return data
        if not (self.node or self.named or self.each):
            return True
        if isinstance(data, Mapping):
            return self._of_mapping(data)
        if isinstance(data, list):
            each = self.each
            return len(data) if each is None else [each.cut(item) for item in data]
        return data

    def _of_mapping(self, data: Mapping[str, Any]) -> Any:
        named = {name: part.cut(data[name]) for name, part in self.named.items() if name in data}
        if self.each is None:
            return [named, list(data)] if self.node else named
        return [named, {key: self.each.cut(value) for key, value in data.items()}]
