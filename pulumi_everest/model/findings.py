"""Findings: what validation says, as data. Printed in one place, the CLI; raised in one, the Pulumi components."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pulumi_everest.model.codes import CODES, Severity, is_about_a_name, is_about_the_key
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.model.similar_names import MORE, MOST, SHOWN, Names

_PLAIN_KEY = re.compile(r"[A-Za-z_$?][\w$?/-]*\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: `line` and `column` count from 1; both are None where only the file is known.

    `today` is the path of the file where `file` is its name in a revision of git.
    """

    file: str
    line: int | None = None
    column: int | None = None
    today: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of validation.

    `code` is stable and documented in docs/findings.md, `path` is where the value stands, as the user wrote it,
    `allowed` what would be accepted there (of very many the first, then ``…``), `hint` how to go on (the nearest match,
    when there is one) and `subject` the resource or document it is about, such as ``DatabaseCluster orders``.
    `of_key` says that the name at the end of the path is at fault, not the value that stands there. `first` is the path
    of what the value repeats, which the message ends with: its place, where that is known. `namespace` is that of a
    subject which is called by its own name alone; it is no part of what is said.
    """

    code: str
    severity: Severity
    path: Path
    message: str
    allowed: tuple[str, ...] = ()
    hint: str | None = None
    subject: str = ""
    place: Place | None = None
    of_key: bool = False
    first: Path | None = None
    namespace: str = field(default="", compare=False)

    @property
    def is_error(self) -> bool:
        """Whether the finding makes the input wrong (warnings and notes do not)."""
        return self.severity is Severity.ERROR

    def at(self, prefix: Path) -> Finding:
        """The same finding with `prefix` before its path."""
        moved = replace(self, path=(*prefix, *self.path))
        if self.first is None:
            return moved
        first = (*prefix, *self.first)
        return replace(moved, first=first, message=_said_first(self.message, f"in {path_text(first)}"))

    def placed(self, place: Place | None, locate: Locate) -> Finding:
        """The same finding at a place, with that of what it repeats where `locate` has one with a column."""
        first = locate(self.first, of_value=True) if self.first is not None else None
        if first is None or first.column is None:
            return replace(self, place=place)
        return replace(self, place=place, message=_said_first(self.message, f"at {place_text(first)}"))

    def as_data(self) -> dict[str, Any]:
        """The keys of ``--format json``: code, severity, path, message, allowed, hint, file, line, column."""
        place = self.place
        return {
            "code": self.code,
            "severity": self.severity.value,
            "path": path_text(self.path),
            "message": self.message,
            "allowed": list(self.allowed),
            "hint": self.hint,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
        }


def finding(
    code: str,
    path: Path,
    message: str,
    *,
    allowed: Iterable[str] = (),
    hint: str | None = None,
    subject: str = "",
    place: Place | None = None,
    of_key: bool | None = None,
    first: Path | None = None,
) -> Finding:
    """A finding with the severity that belongs to its code. An undocumented code is a KeyError: a defect of ours.

    The code says whether it is about the key, where `of_key` does not. Of very many values that are allowed the first
    are listed (`similar_names.MOST`).
    """
    listed = tuple(allowed)
    if len(listed) > MOST + 1:
        listed = (*listed[:MOST], MORE)
    about_key = is_about_the_key(code) if of_key is None else of_key
    if first is not None:
        message = _said_first(f"{message}{_FIRST}", f"in {path_text(first)}")
    return Finding(code, CODES[code].severity, path, message, listed, hint, subject, place, about_key, first)


_FIRST = ", first "


def _said_first(message: str, where: str) -> str:
    return message[: message.rindex(_FIRST)] + _FIRST + where


def without_first(entry: Finding) -> str:
    """The message of a finding without where what it repeats stands first."""
    return entry.message if entry.first is None else entry.message[: entry.message.rindex(_FIRST)]


def unknown(
    code: str, path: Path, message: str, got: str, allowed: Iterable[str], *, of_key: bool | None = None
) -> Finding:
    """A finding about a name that is not one of `allowed`, with the nearest one as hint."""
    if of_key is None and is_about_a_name(code):
        of_key = bool(path) and path[-1] == got
    names = allowed if isinstance(allowed, Names) else Names(allowed)
    return finding(code, path, message, allowed=names.offered(got), hint=did_you_mean(got, names), of_key=of_key)


def did_you_mean(got: str, names: Iterable[str]) -> str | None:
    """``did you mean 'proxy'?`` for the nearest of `names`, or None where none is near."""
    match = nearest(got, names)
    return f"did you mean '{match}'?" if match is not None else None


def nearest(got: str, names: Iterable[str]) -> str | None:
    """The one of `names` that is most like `got`, ignoring case, ``_`` and ``-``; None where none is near."""
    return (names if isinstance(names, Names) else Names(names)).nearest(got)


def path_text(path: Path) -> str:
    """A path as people write it: ``spec.backup.storages[0].name``; odd keys are quoted: ``labels["a.b/c"]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            text += f".{part}" if text else part
        else:
            quoted = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by place: file, line, column; those without a place keep their order, after the others of no file."""

    def key(item: tuple[int, Finding]) -> tuple[str, int, int, int]:
        index, entry = item
        place = entry.place
        if place is None:
            return ("", 0, 0, index)
        return (place.file, place.line or 0, place.column or 0, index)

    return [entry for _, entry in sorted(enumerate(dict.fromkeys(findings)), key=key)]


class Locate(Protocol):
    """Gives the place of a key in the input it came from, or with `of_value` of the value that stands there.

    Of what is not there it is that of the nearest key around it.
    """

    def __call__(self, path: Path, *, of_value: bool = False) -> Place | None:
        """The place of a path."""


def nowhere(path: Path, *, of_value: bool = False) -> Place | None:  # noqa: ARG001 - as a `Locate` has them
    """The place of everything in an input that has no places."""
    return None


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any of them is an error."""
    return any(entry.is_error for entry in findings)


def place_text(place: Place) -> str:
    """A place as people write it: ``orders.yaml:12:7``, as much of it as is known; ``line 12`` of a text in a field."""
    if not place.file and place.line is not None:
        return f"line {place.line}"
    return ":".join(str(part) for part in (place.file, place.line, place.column) if part is not None)


def located(
    findings: Iterable[Finding], locate: Locate, subject: str = "", namespace: str | None = None
) -> list[Finding]:
    """The findings with their places in the input filled in, and `subject` and its namespace where they have none."""
    return [
        replace(_placed(entry, locate), subject=entry.subject or subject, namespace=entry.namespace or namespace or "")
        for entry in findings
    ]


def _placed(entry: Finding, locate: Locate) -> Finding:
    if entry.place is not None:
        return entry
    return entry.placed(locate(entry.path, of_value=not entry.of_key), locate)


class EverestError(Exception):
    """The base of what this package raises. `findings` says everything that is wrong, not only the first thing."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sort_findings(findings)
        super().__init__("\n".join(one_line(entry) for entry in self.findings))


def one_line(entry: Finding) -> str:
    """A finding as one line of plain text: where, what, hint, allowed, code."""
    where = []
    if entry.place is not None:
        where.append(place_text(entry.place))
    elif entry.subject:
        where.append(entry.subject)
    if entry.path:
        where.append(path_text(entry.path))
    tail = ""
    if entry.hint:
        tail += f"; {entry.hint}"
    if entry.allowed:
        tail += f" (allowed: {allowed_text(entry.allowed)})"
    return on_one_line(f"{': '.join([*where, entry.message])}{tail} [{entry.code}]")


def shortened(text: str, limit: int = 60) -> str:
    """A text for a message: cut after `limit` characters, and on one line whatever it holds."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return cut if cut.isprintable() else cut.encode("unicode_escape").decode("ascii")


def described(value: Any) -> str:
    """A value for a message: what it is, short, and never the inside of a mapping or list."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, (int, float)):
        return f"the number {shortened(str(value))}"
    if isinstance(value, str):
        return f"the text '{shortened(value)}'"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"a value of type {type(value).__name__}"


def allowed_text(allowed: tuple[str, ...], limit: int = SHOWN) -> str:
    """The allowed values as a list for people, cut after `limit` with the number of the rest, as far as it is known."""
    shown = ", ".join(allowed[:limit])
    if len(allowed) <= limit:
        return shown
    return f"{shown} and more" if allowed[-1] == MORE else f"{shown} and {len(allowed) - limit} more"
