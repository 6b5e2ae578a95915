"""Writing: results to standard output or to files, messages to standard error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from pulumi_everest.cli.output.findings import finding_text, findings_json, summary
from pulumi_everest.cli.output.wrapping import wrapped
from pulumi_everest.model.lines import on_one_line, without_commands
from pulumi_everest.model.repeated import folded

if TYPE_CHECKING:
    from pulumi_everest.cli.output.excerpt import Screen
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.options import Options


def write_result(text: str, output: Path | None) -> None:
    """The result of a command to standard output, or to a file, without colours. Raises UsageError."""
    if output is None:
        click.echo(text)
        return
    if output.is_dir():
        raise click.BadParameter(f"'{output}' is a folder, not a file", param_hint="'-o' / '--output'")
    try:
        write_file(output, click.unstyle(text) + "\n")
    except OSError as error:
        raise cannot_write(output, error) from None


def write_parts(parts: Iterable[str]) -> None:
    """A long result to standard output, in pieces, so that it need not be there as a whole."""
    piece, length = list[str](), 0
    for part in parts:
        piece.append(part)
        length += len(part)
        if length >= _PIECE:
            click.echo("".join(piece), nl=False)
            piece, length = [], 0
    click.echo("".join(piece), nl=False)


_PIECE: Final = 1 << 20
"""How many characters are written at once."""


def cannot_write(path: Path, error: OSError) -> click.ClickException:
    """What to say when a file cannot be written."""
    return click.BadParameter(f"cannot write {path}: {error.strerror or error}", param_hint="'-o' / '--output'")


def write_file(path: Path, text: str, *, mode: int | None = None) -> None:
    """Write a file as a whole or not at all; with `mode` it has those permissions from the start. Raises OSError."""
    if path.exists() and not path.is_file():
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)  # /dev/stdout, a named pipe
        return
    import tempfile

    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
        os.chmod(temporary, mode if mode is not None else 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


class RivalsError(Exception):
    """Another process of this command writes in the same folder."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other process that asks for this write in a folder meanwhile. Raises `RivalsError` where one does.

    It ends with the process, however that ends, and leaves no file. Where a system or a file system has no such locks,
    nothing is asked.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RivalsError from None
        except OSError:
            pass
        yield
    finally:
        os.close(handle)


def remove_leftovers(path: Path) -> None:
    """Remove what a process that was killed while it wrote this file has left beside it."""
    own = re.compile(rf"\.{re.escape(path.name[:40])}\.[a-z0-9_]{{8}}")
    for other in path.parent.iterdir():
        if own.fullmatch(other.name) and other.is_file():
            other.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def findings_text(gathered: Gathered, options: Options, stream: TextIO | None) -> str:
    """All findings in the format that the options name; for people with the last line that counts them.

    `stream` is where the text goes, None for a file.
    """
    found = gathered.findings
    if options.format == "json":
        return findings_json(found)
    if options.format == "sarif":
        from pulumi_everest.cli.output.sarif import sarif_text

        return sarif_text(found)
    last = summary(found, gathered.clusters, gathered.documents, gathered.foreign)
    if options.format == "github":
        from pulumi_everest.cli.output.github import workflow_commands

        return "\n".join([workflow_commands(found), last] if found else [last])
    screen = screen_of(stream)
    blocks = []
    for one in folded(found):
        lines = [finding_text(one.first, gathered.sources, screen)]
        if one.also is not None:
            lines += wrapped(on_one_line(f"    {one.also}"), screen.line_width)
        blocks.append(without_commands("\n".join(lines)) + "\n")
    return "\n".join([*blocks, last])


def screen_of(stream: TextIO | None) -> Screen:
    """What can be shown where a text goes: as wide as a terminal is, else 120 columns."""
    from pulumi_everest.cli.output.excerpt import Screen

    encoding = getattr(stream, "encoding", None) or "utf-8"
    if stream is None or not stream.isatty():
        return Screen(encoding=encoding)
    columns = os.environ.get("COLUMNS", "")
    try:
        width = int(columns) if columns.isdecimal() else os.get_terminal_size(stream.fileno()).columns
    except OSError:
        width = 0
    return Screen(width or 80, encoding, is_terminal=True)


def write_findings(gathered: Gathered, options: Options) -> None:
    """Findings beside a result, if there are any: to standard error."""
    if gathered.findings:
        click.echo(findings_text(gathered, options, sys.stderr), err=True)


def note(text: str) -> None:
    """A remark for people, to standard error."""
    line = f"{click.style('note:', fg='cyan')} {on_one_line(text)}"
    click.echo("\n".join(wrapped(line, screen_of(sys.stderr).line_width)), err=True)


def listed(names: Sequence[str], limit: int = 8) -> str:
    """Names in a sentence, the first ones of many."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
