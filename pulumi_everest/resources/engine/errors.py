"""The one error of a program: everything that is wrong with its clusters and Providers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import pulumi

from pulumi_everest.model.codes import CODES
from pulumi_everest.model.findings import EverestError, Finding, allowed_text, finding, path_text


class ClusterError(EverestError, pulumi.RunError):
    """What is wrong with the clusters and Providers of a program. Pulumi shows its text without a traceback."""

    def __init__(self, findings: Iterable[Finding], *, late: bool = False) -> None:
        super().__init__(findings)
        self.args = (message(self.findings, late=late),)


def message(findings: list[Finding], *, late: bool = False) -> str:
    """The findings as text for people: how many, then a block for each resource, with a few lines for each finding."""
    count = "1 problem" if len(findings) == 1 else f"{len(findings)} problems"
    end = "found when values became known" if late else "nothing of these resources was created"
    lines = [f"{count} in databases; {end}"]
    for subject, group in groupby(_by_subject(findings), key=lambda entry: entry.subject):
        lines += ["", subject or "Plugins"]
        for entry in group:
            lines += _block(entry)
    return "\n".join(lines)


def _by_subject(findings: list[Finding]) -> list[Finding]:
    order = {subject: i for i, subject in enumerate(dict.fromkeys(entry.subject for entry in findings))}
    return sorted(findings, key=lambda entry: order[entry.subject])


def _block(entry: Finding) -> list[str]:
    place = entry.place
    where = [":".join(str(part) for part in (place.file, place.line, place.column) if part)] if place else []
    if entry.path:
        where.append(path_text(entry.path))
    lines = [f"  {': '.join([*where, entry.message])}  [{entry.code}]"]
    if entry.hint:
        lines.append(f"    {entry.hint}")
    if entry.allowed:
        lines.append(f"    allowed: {allowed_text(entry.allowed)}")
    return lines


def redacted(found: Finding) -> Finding:
    """A finding that a secret value brought about, without anything that could show the value."""
    meaning = CODES[found.code].meaning.removesuffix(".")
    text = f"{meaning[:1].lower()}{meaning[1:]}; the value is secret and not shown"
    return finding(found.code, found.path, text, subject=found.subject)
