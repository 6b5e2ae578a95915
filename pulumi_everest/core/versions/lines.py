"""Lines of versions, such as ``17`` and ``8.0``: which versions are of one, and the one that it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pulumi_everest.model.definition import VersionEntry
from pulumi_everest.model.findings import did_you_mean
from pulumi_everest.model.values.versions import Range, version_key

_LINE: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})*\Z")


def is_line(text: str) -> bool:
    """Whether a text may be a line: numbers with dots between them."""
    return _LINE.match(text) is not None


def of_line(version: str, line: str) -> bool:
    """Whether a version is of a line, which is its beginning: 17.10 is of 17 and not of 1."""
    return is_line(line) and version in Range.parse(line)


def in_order(entries: Iterable[VersionEntry]) -> list[VersionEntry]:
    """The versions of a catalog as people are offered them: the newest first, those on their way out last."""
    newest_first = sorted(entries, key=lambda entry: version_key(entry.version), reverse=True)
    return sorted(newest_first, key=lambda entry: entry.deprecated or entry.removed_in is not None)


def newest_of(line: str, entries: Iterable[VersionEntry]) -> str | None:
    """The version that a line means; None where it has none, or is itself a version."""
    if not is_line(line):
        return None
    known = list(entries)
    if any(entry.version == line for entry in known):
        return None
    return next((entry.version for entry in in_order(known) if of_line(entry.version, line)), None)


def nearest_version(got: str, entries: Sequence[VersionEntry]) -> str | None:
    """What was meant by a version that is not there: the newest of the same beginning, else what looks like it."""
    numbers = re.match(r"[vV]?([0-9]{1,9}(?:\.[0-9]{1,9})*)", got)
    parts = numbers[1].split(".") if numbers else []
    for count in range(len(parts), 0, -1):
        line = ".".join(parts[:count])
        found = next((entry.version for entry in in_order(entries) if of_line(entry.version, line)), None)
        if found is not None:
            return f"did you mean '{found}'?"
    return did_you_mean(got, [entry.version for entry in in_order(entries)])


def lines_of(versions: Iterable[str]) -> list[str]:
    """The lines of versions, the newest first: 18 and 17 of 18.4, 17.10 and 17.9."""
    found: dict[str, None] = {}
    known = list(versions)
    for version in known:
        match = re.match(r"[0-9]{1,9}(?:\.[0-9]{1,9})*", version)
        parts = match[0].split(".") if match else []
        found.update({".".join(parts[:count]): None for count in range(1, len(parts) + 1)})
    return sorted((line for line in found if line not in known), key=version_key, reverse=True)
