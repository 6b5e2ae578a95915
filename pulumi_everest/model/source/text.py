"""Bytes to text: encoding, size and characters that YAML does not allow, each said with its place."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO, Final

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place, finding, shortened

MAX_BYTES: Final = 64 * 1024 * 1024
_CHUNK: Final = 256 * 1024
MAX_FINDINGS: Final = 1_000
"""How many findings of one file are kept; a reader of more of them learns nothing new."""

LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_ALLOWED_IN_ASCII: Final = re.compile("[^\t\n\r\x20-\x7e]")
_CONTROL_FINDINGS: Final = 20
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


@dataclass
class Report:
    """The findings about one file. `line` and `column` count from 0, as a YAML parser does."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether further findings are left out."""
        return len(self.findings) >= MAX_FINDINGS

    def add(
        self,
        code: str,
        message: str,
        *,
        at: tuple[int, int] | None = None,
        path: Path = (),
        hint: str | None = None,
    ) -> None:
        """One more finding; `at` is line and column. After `MAX_FINDINGS` the rest is left out."""
        if not self.is_full:
            place = Place(self.file, at[0] + 1, at[1] + 1) if at else Place(self.file)
            short = tuple(shortened(part) if isinstance(part, str) else part for part in path)
            self.findings.append(finding(code, short, message, hint=hint, place=place))


def read_limited(stream: BinaryIO, limit: int = MAX_BYTES + 1) -> bytes:
    """What a stream holds, as far as it is read at all. Asked for all at once, room for as much would be set aside."""
    chunks: list[bytes] = []
    while limit > 0 and (chunk := stream.read(min(limit, _CHUNK))):
        chunks.append(chunk)
        limit -= len(chunk)
    return b"".join(chunks)


def to_text(source: str | bytes, report: Report) -> str | None:
    """The text of a file without its byte order mark, or None after a finding that says why there is none."""
    if len(source) > MAX_BYTES:
        report.add("source.too-large", f"the input is larger than {MAX_BYTES // 1024**2} MiB")
        return None
    text = _decoded(source, report) if isinstance(source, bytes) else str(source)
    if text is None:
        return None
    text = text.removeprefix("\ufeff")
    return None if _has_forbidden_characters(text, report) else text


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character, from 0."""
    line, start = 0, 0
    for match in LINE_BREAK.finditer(text, 0, offset):
        line, start = line + 1, match.end()
    return line, offset - start


def _decoded(source: bytes, report: Report) -> str | None:
    for mark, encoding in _MARKS:
        if source.startswith(mark):
            report.add("source.unreadable", f"the input is {encoding}, not UTF-8", hint="save it as UTF-8")
            return None
    if source.startswith(b"\x1f\x8b"):
        report.add("source.unreadable", "the input is compressed (gzip), not text", hint="unpack it first")
        return None
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = error.start
        line, column = position(source[:wrong].decode("utf-8"), len(source[:wrong].decode("utf-8")))
        report.add(
            "source.unreadable",
            f"the input is not text in UTF-8: byte 0x{source[wrong]:02x} at offset {wrong} is out of place",
            at=(line, column),
            hint="save it as UTF-8",
        )
        return None


@cache
def _not_allowed() -> re.Pattern[str]:
    """The characters that YAML does not allow. It takes milliseconds to compile, and few files need it."""
    return re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _has_forbidden_characters(text: str, report: Report) -> bool:
    found = 0
    not_allowed = _NOT_ALLOWED_IN_ASCII if text.isascii() else _not_allowed()
    for match in not_allowed.finditer(text):
        found += 1
        character, at = match.group(), position(text, match.start())
        if character == "\0":
            report.add(
                "source.unreadable",
                f"the input holds a NUL character at offset {match.start()}: it is not text, or not in UTF-8",
                at=at,
                hint="save it as UTF-8",
            )
            break
        if character == "\ufeff":
            message, hint = (
                "a byte order mark stands inside the text",
                "were files with one joined? Remove it",
            )
        else:
            message, hint = f"the character U+{ord(character):04X} is not allowed in YAML", "remove it"
            if ord(character) < 0x100:
                hint += f', or write "\\x{ord(character):02x}" in double quotes'
        report.add("source.syntax", message, at=at, hint=hint)
        if found == _CONTROL_FINDINGS:
            break
    return found > 0
