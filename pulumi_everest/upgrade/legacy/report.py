"""REPORT.md: what becomes of each cluster of the first API, and what cannot be carried over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.upgrade.legacy.migrate import Migrated

LOST: Final = ("migrate.refused", "migrate.missing", "migrate.lost")
"""The codes of what cannot be carried over."""
_PARTS: Final = {
    "Cannot be carried over": LOST,
    "Assumed": ("migrate.assumed",),
    "Kept as it runs": ("migrate.differs", "migrate.kept"),
    "Had no effect": ("migrate.ineffective",),
}
_HEAD: Final = """# Report of the move from Everest's first API

What is written renders to exactly the operator's object that is named with each cluster: the running one where it was
in the input, else the one that Everest would have written.
"""


def lost(found: Iterable[Finding]) -> list[Finding]:
    """What cannot be carried over; errors whatever they are about."""
    return [entry for entry in found if entry.code in LOST or entry.is_error]


def report(results: Sequence[Migrated], others: Sequence[Finding] = ()) -> str:
    """The text of REPORT.md. `others` are findings about no cluster."""
    done = [entry for entry in results if entry.adopted is not None]
    missing = sum(len(lost(entry.findings)) for entry in results)
    head = f"{len(done)} of {len(results)} clusters are written; {missing} lines say what cannot be carried over."
    blocks = [_HEAD, head, ""]
    if others:
        blocks += ["## The input", "", *(_line(entry) for entry in others), ""]
    for result in results:
        blocks += _cluster(result)
    return "\n".join(blocks).rstrip("\n") + "\n"


def _cluster(result: Migrated) -> Iterator[str]:
    yield f"## {result.name}"
    yield ""
    if result.adopted is None:
        yield "**Not written.**"
    else:
        total, fields = result.adopted.total, result.adopted.by_fields
        which = "as it runs" if result.live is not None else "as Everest would have written it"
        yield f"{result.object['kind']}, {which}: {fields} of {total} values by fields, the rest by overrides."
    yield ""
    rest = list(result.findings)
    for title, codes in _PARTS.items():
        part = [entry for entry in rest if entry.code in codes or (codes is LOST and entry.is_error)]
        rest = [entry for entry in rest if entry not in part]
        yield from _part(title, part)
    yield from _part("In overrides", rest)


def _part(title: str, found: Sequence[Finding]) -> Iterator[str]:
    if found:
        yield f"### {title}"
        yield ""
        yield from map(_line, found)
        yield ""


def _line(entry: Finding) -> str:
    where = f"`{path_text(entry.path)}`: " if entry.path else ""
    hint = f" — {entry.hint}" if entry.hint else ""
    return f"- {where}{entry.message}{hint}"
