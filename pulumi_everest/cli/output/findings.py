"""Findings for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.output.wrapping import wrapped
from pulumi_everest.model.lines import on_one_line, printable

if TYPE_CHECKING:
    from pulumi_everest.cli.output.excerpt import Screen
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.inputs.sources import Sources

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def finding_text(entry: Finding, sources: Sources | None = None, screen: Screen | None = None) -> str:
    """One finding as a block: where and what in the first line, an excerpt of the source if `sources` has the line,
    then the path, what is allowed, and how to go on.
    """
    from pulumi_everest.cli.output.excerpt import excerpt
    from pulumi_everest.model.findings import allowed_text, path_text

    place, severity = entry.place, entry.severity.value
    where = entry.subject
    if place is not None:
        numbers = [str(number) for number in (place.line, place.column) if number is not None]
        where = ":".join([place.file, *numbers])
    first, *more = printable(entry.message).split("\n")
    head = click.style(f"{severity}:", fg=_COLOURS[severity], bold=True)
    lines = [f"{click.style(on_one_line(where), bold=True)}: " if where else ""]
    lines[0] += f"{head} {first} {click.style(f'[{entry.code}]', dim=True)}"
    lines += [f"    {line}" for line in more]
    width = screen.line_width if screen is not None else None
    lines = [part for line in lines for part in wrapped(line, width)]
    line = sources.line(entry) if sources is not None else None
    if line is not None and place is not None and place.line is not None:
        lines += excerpt(line, place.line, place.column, screen, is_python=place.file.endswith(".py"))
    at = path_text(entry.path)
    about = entry.subject if place is not None else ""
    said = [f"at {at}, {about}" if at and about else f"at {at or about}"] if at or about else []
    said += [f"allowed: {allowed_text(entry.allowed)}"] if entry.allowed else []
    said += [f"hint: {entry.hint}"] if entry.hint else []
    lines += [part for text in said for part in wrapped(on_one_line(f"    {text}"), width)]
    return "\n".join(lines)


def message_text(entry: Finding) -> str:
    """What a finding says, for tools that show its place themselves: the message, the hint, what is allowed, where."""
    from pulumi_everest.model.findings import allowed_text, path_text

    lines = [printable(entry.message)]
    if entry.hint:
        lines.append(on_one_line(f"hint: {entry.hint}"))
    if entry.allowed:
        lines.append(on_one_line(f"allowed: {allowed_text(entry.allowed)}"))
    at = path_text(entry.path)
    if at or entry.subject:
        lines.append(on_one_line("at " + ", ".join(part for part in (at, entry.subject) if part)))
    return "\n".join(lines)


def finding_data(entry: Finding) -> dict[str, Any]:
    """A finding as plain data: the keys of `Finding.as_data`, and the subject."""
    return {**entry.as_data(), "subject": entry.subject or None}


def findings_json(findings: Sequence[Finding]) -> str:
    """Findings as an array of objects; the keys are those of `finding_data`."""
    return json.dumps([finding_data(entry) for entry in findings], indent=2, ensure_ascii=False)


def counted(number: int, what: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def summary(findings: Sequence[Finding], clusters: int, documents: int, foreign: int = 0) -> str:
    """The last line: how many findings there are, in how many clusters (or documents, where there is no cluster).

    Where all documents are of other API groups, `foreign`, nothing was checked, and that is what it says.
    """
    if not findings and not clusters and documents and documents == foreign:
        return f"{counted(documents, 'document')} of other groups, not checked"
    scope = counted(clusters, "cluster") if clusters else counted(documents, "document") if documents else ""
    severities = [entry.severity.value for entry in findings]
    parts = [counted(severities.count(kind), kind) for kind in ("error", "warning", "note") if kind in severities]
    if not parts:
        return f"{scope}, no findings" if scope else "no findings"
    return f"{', '.join(parts)} in {scope}" if scope else ", ".join(parts)


def failed(findings: Sequence[Finding], *, strict: bool) -> bool:
    """Whether the findings make the exit code 1."""
    return any(entry.is_error or (strict and entry.severity.value == "warning") for entry in findings)
