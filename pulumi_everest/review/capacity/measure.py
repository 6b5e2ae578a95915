"""The capacity of an input, and of what there was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_everest.review.capacity.sums import Sums
from pulumi_everest.review.capacity.taken import Counter, Taken

if TYPE_CHECKING:
    from pulumi_everest.plugins.plugin import Plugin
    from pulumi_everest.review.inputs.groups import Group


@dataclass(frozen=True)
class Summed:
    """The sums of both sides; `before` is None where nothing is compared."""

    before: Sums | None
    after: Sums


def counter_for(folders: Sequence[Path]) -> Counter:
    """Says of databases what they take. Objects of no cluster are looked for in these plugins, too."""

    @cache
    def plugins() -> list[Plugin]:
        from pulumi_everest.plugins.find import Plugins

        return list(Plugins(list(folders)).all())

    return Counter(plugins)


class Measured:
    """What the databases of both sides take, each of them; `before` is None where nothing is compared."""

    def __init__(self, before: Sequence[Group] | None, after: Sequence[Group], plugins: Sequence[Path] = ()) -> None:
        counter = counter_for(plugins)
        self.taken_before: list[Taken] | None = list(counter.taken(before)) if before is not None else None
        self.taken: list[Taken] = list(counter.taken(after))

    @cached_property
    def before(self) -> Sums | None:
        """The sums of what there was."""
        return Sums.of(self.taken_before) if self.taken_before is not None else None

    @cached_property
    def after(self) -> Sums:
        """The sums of what is to be."""
        return Sums.of(self.taken)
