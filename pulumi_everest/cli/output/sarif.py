"""Findings as SARIF 2.1.0, the format that code scanning tools exchange."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from pulumi_everest.cli.output.findings import message_text
from pulumi_everest.cli.output.locations import repository_path, standing
from pulumi_everest.model.codes import CODES
from pulumi_everest.model.findings import Finding, Place, path_text
from pulumi_everest.reference.codes import Block, Explanation, explanations
from pulumi_everest.reference.documentation import page_of_code

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_INDEX = {code: index for index, code in enumerate(CODES)}


def sarif_text(findings: Sequence[Finding]) -> str:
    """One log with one run: every code as a rule, and the findings as its results."""
    driver = {"name": "everest", **_version(), "rules": [_rule(code) for code in CODES]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The top folder of the repository."}}},
        "results": [_result(entry) for entry in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _version() -> dict[str, str]:
    try:
        return {"version": metadata.version("pulumi-everest")}
    except metadata.PackageNotFoundError:
        return {}


def _rule(code: str) -> dict[str, Any]:
    severity, meaning = CODES[code]
    found, page = explanations()[code], page_of_code(code)
    return {
        "id": code,
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": " ".join(part for part in (meaning, found.more) if part)},
        "help": {
            "text": f"{meaning} Mend it: {found.mend} An example: everest explain {code}",
            "markdown": _markdown(found),
        },
        **({"helpUri": page} if page is not None else {}),
        "defaultConfiguration": {"level": severity.value},
    }


def _markdown(found: Explanation) -> str:
    """A code with its example, as code scanning shows it beside a finding."""

    def fenced(blocks: Iterable[Block]) -> list[str]:
        return [f"```{block.notation.split(' ')[0]}\n{block.text}```" for block in blocks]

    parts = [
        f"{found.meaning} {found.more}".strip(),
        f"**Mend it:** {found.mend}",
        "An example:",
        *fenced(found.example),
    ]
    return "\n\n".join([*parts, *(["Mended:", *fenced(found.mended)] if found.mended else [])])


def _result(entry: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": entry.code,
        "ruleIndex": _INDEX[entry.code],
        "level": entry.severity.value,
        "message": {"text": message_text(entry)},
    }
    location: dict[str, Any] = {}
    if entry.place is not None:
        physical = _physical(standing(entry.place))
        if physical is not None:
            location["physicalLocation"] = physical
    at = path_text(entry.path)
    if at or entry.subject:
        name = f"{entry.subject}: {at}" if at and entry.subject else at or entry.subject
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    if location:
        result["locations"] = [location]
    return result


def _physical(place: Place) -> dict[str, Any] | None:
    file = repository_path(place.file)
    if file is None:
        return None
    if file.startswith("/") or ":" in PurePath(file).drive:
        artifact = {"uri": f"file:///{quote(file.lstrip('/'))}"}
    else:
        artifact = {"uri": quote(file), "uriBaseId": "SRCROOT"}
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if place.line is not None:
        region = {"startLine": place.line}
        if place.column is not None:
            region["startColumn"] = place.column
        physical["region"] = region
    return physical
