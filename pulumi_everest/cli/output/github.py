"""Findings as workflow commands, from which GitHub makes annotations in the files of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_everest.cli.output.findings import message_text
from pulumi_everest.cli.output.locations import repository_path, standing
from pulumi_everest.model.findings import Finding

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def workflow_commands(findings: Sequence[Finding]) -> str:
    """One command for each finding: ``::error file=..,line=..,col=..,title=..::message``."""
    return "\n".join(_command(entry) for entry in findings)


def _command(entry: Finding) -> str:
    place = standing(entry.place) if entry.place is not None else None
    file = repository_path(place.file) if place is not None else None
    properties: dict[str, str] = {}
    if place is not None and file is not None:
        properties["file"] = file
        if place.line is not None:
            properties["line"] = str(place.line)
            if place.column is not None:
                properties["col"] = str(place.column)
    properties["title"] = entry.code
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = message_text(entry)
    if place is not None and file is None:
        message = f"{place.file}: {message}"
    return f"::{_COMMANDS[entry.severity.value]} {written}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
