"""Files that the page saves: in the folder that was given at the start, under plain names, and never through a link."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?")
_MODE: Final = 0o644


class RefusedError(Exception):
    """What is not written, with the reason for people. `there` are files that would be written over."""

    def __init__(self, message: str, there: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.there = there


@dataclass(frozen=True)
class Folder:
    """The folder that files are saved in."""

    path: Path

    def save(self, files: Mapping[str, str], *, below: str | None = None, over: bool = False) -> list[str]:
        """Write files by their names, in a folder `below` where one is named. Gives them as people name them.

        With `over` files that are there are written over. Raises RefusedError, and then nothing is written.
        """
        for name in [*files, *([below] if below is not None else [])]:
            if not _NAME.fullmatch(name):
                raise RefusedError(f"{name[:80]!r} is no name of a file")
        folder = self._folder(below)
        targets = {folder / name: text for name, text in files.items()}
        strange = [path.name for path in targets if os.path.lexists(path) and not _is_plain(path)]
        if strange:
            raise RefusedError(f"{', '.join(strange)} is a link or no file, and stays as it is")
        different = tuple(self._shown(path) for path, text in targets.items() if path.exists() and _text(path) != text)
        if different and not over:
            raise RefusedError(f"{', '.join(different)} is there, with another content", different)
        try:
            folder.mkdir(exist_ok=True)
            for path, text in targets.items():
                _write(path, text)
        except OSError as error:
            raise RefusedError(f"cannot write into {self.path}: {error.strerror or error}") from None
        return [self._shown(path) for path in targets]

    def _folder(self, below: str | None) -> Path:
        top = self.path.resolve()
        if below is None:
            return top
        folder = top / below
        if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
            raise RefusedError(f"{below} is a link or no folder, and stays as it is")
        return folder

    def _shown(self, path: Path) -> str:
        return str(self.path / path.relative_to(self.path.resolve()))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _write(path: Path, text: str) -> None:
    """Write a file as a whole: whoever reads it meanwhile has the old one or the new one."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(part, flags, _MODE), "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
