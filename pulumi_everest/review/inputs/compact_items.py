"""Groups of objects as they are kept of many clusters: small, and without what they were made of."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pulumi_everest.review.inputs.groups import Group, Item

Compact = Callable[[Group], Group]
"""Makes of the group of a cluster what is kept of it, which can be handed to another process."""


class CompactItem(Item):
    """An object of documents of which its names stay, and what is asked for: itself, packed, or its text as `written`.

    `secrets` is how many of its values are hidden in the text.
    """

    def __init__(self, item: Item, *, packed: bool = True, written: str | None = None, secrets: int = 0) -> None:
        self.__dict__.update(
            _key=item.key, _named=item.is_named, place=item.place, main=item.main, after=item.after,
            _packed=marshal.dumps(item.manifest) if packed else None, written=written, secrets=secrets,
        )  # fmt: skip

    written: str | None
    secrets: int
    _packed: bytes | None
    _key: tuple[str, str, str, str]
    _named: bool

    @property
    def manifest(self) -> dict[str, Any]:  # type: ignore[override]
        """The object; made again whenever somebody asks."""
        if self._packed is None:
            raise ValueError(f"of {self.title} only the text is kept")
        manifest: dict[str, Any] = marshal.loads(self._packed)  # noqa: S302 - packed here
        return manifest

    @property
    def is_packed(self) -> bool:
        """Whether the object is there."""
        return self._packed is not None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells objects apart."""
        return self._key

    @property
    def is_named(self) -> bool:
        """Whether it has a name."""
        return self._named


def with_text(group: Group, text: Callable[[Item], tuple[str, int]]) -> Group:
    """A group of which the texts of its objects are kept. `text` gives one, and how many values are hidden in it."""
    items: list[Item] = []
    for item in group.items:
        written, secrets = text(item)
        items.append(CompactItem(item, packed=False, written=written, secrets=secrets))
    return replace(group, items=items, cluster=None, plan=None)
