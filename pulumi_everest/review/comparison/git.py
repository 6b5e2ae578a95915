"""Reading what a git repository held at a revision. Nothing is checked out, and no filter or hook runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pulumi_everest.model.findings import did_you_mean

_LINK, _FILES = "120000", ("100644", "100755", "100664")
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git tells its hooks: the repository that they belong to, which need not be that of the paths."""


class GitError(Exception):
    """Why a revision cannot be read, in a sentence, with a hint how to go on."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Blob:
    """A file of a tree: its path from the top of the repository, and what it is called inside git."""

    path: str
    mode: str
    name: str

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == _LINK


@dataclass(frozen=True)
class Repository:
    """A repository with a work tree, whose top folder is `top`."""

    top: Path

    @classmethod
    def holding(cls, path: Path) -> Repository:
        """The repository that holds a file or folder, which may be gone. Raises GitError."""
        folder = path if path.is_dir() else path.parent
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        try:
            top = _git(folder, "rev-parse", "--show-toplevel").decode(errors="surrogateescape").rstrip("\n")
        except GitError as error:
            if "not a git repository" in error.message:
                raise GitError(f"{path} is in no git repository") from None
            raise
        return cls(Path(top))

    def commit(self, revision: str) -> str:
        """The commit that a revision names. Raises GitError, with the nearest branch or tag where it names none."""
        if not revision.startswith("-"):
            wanted = f"{revision}^{{commit}}"
            found = _run(self.top, ["rev-parse", "--verify", "--quiet", wanted])
            if found.returncode == 0:
                return found.stdout.decode().strip()
        hint = did_you_mean(revision, self.names())
        if hint is None and self._is_shallow():
            hint = "the clone is shallow: fetch the revision first (git fetch; in a workflow, fetch-depth: 0)"
        raise GitError(f"the repository {self.top} has no revision '{revision}'", hint)

    def names(self) -> list[str]:
        """The names of all branches and tags."""
        text = _git(self.top, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
        return text.decode(errors="replace").split()

    def _is_shallow(self) -> bool:
        return _run(self.top, ["rev-parse", "--is-shallow-repository"]).stdout.strip() == b"true"

    def inside(self, path: Path) -> str:
        """The path of a file or folder from the top of the repository; the top itself is an empty text."""
        parent = os.path.realpath(path if path.is_dir() else path.parent)
        full = parent if path.is_dir() else os.path.join(parent, path.name)
        below = os.path.relpath(full, os.path.realpath(self.top))
        return "" if below == "." else Path(below).as_posix()

    def files(self, commit: str, path: str) -> list[Blob]:
        """The files and symbolic links of a commit at a path or below it; none where there was nothing."""
        where = ["--", path] if path else []  # ls-tree takes paths as they are, not as patterns
        entries = _git(self.top, "ls-tree", "-r", "-z", "--full-tree", commit, *where)
        blobs = []
        for entry in entries.split(b"\0"):
            head, _, name = entry.partition(b"\t")
            if head:
                mode, _, blob = head.decode().split(" ")
                if mode in (_LINK, *_FILES):
                    blobs.append(Blob(name.decode(errors="surrogateescape"), mode, blob))
        return blobs

    def write(self, blobs: Iterable[Blob], folder: Path) -> None:
        """Write files into a folder, at their paths. Links that lead out of it are left out. Raises GitError."""
        blobs = sorted((blob for blob in blobs if _is_below(blob.path)), key=lambda blob: blob.is_link)
        root = os.path.realpath(folder)
        made: set[str] = set()
        for blob, content in zip(blobs, self._contents(blobs), strict=True):
            target = os.path.join(folder, blob.path)
            parent = os.path.dirname(target)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            if not blob.is_link:
                with open(target, "wb", buffering=0) as file:
                    file.write(content)
                continue
            link = os.fsdecode(content)
            end = os.path.realpath(os.path.join(root, os.path.dirname(blob.path), link))
            if end == root or end.startswith(root + os.sep):
                os.symlink(link, target)

    def _contents(self, blobs: list[Blob]) -> Iterator[bytes]:
        """What the blobs hold, in order, with one process for all of them."""
        names = "".join(f"{blob.name}\n" for blob in blobs).encode()
        data = _git(self.top, "cat-file", "--batch", stdin=names)
        at = 0
        for blob in blobs:
            end = data.index(b"\n", at)
            head = data[at:end].split(b" ")
            if len(head) != 3:
                raise GitError(f"git has no content of {blob.path}", "fetch it first: git fetch")
            size = int(head[2])
            yield data[end + 1 : end + 1 + size]
            at = end + size + 2


def _is_below(path: str) -> bool:
    """Whether a path of a tree stays in the folder that it is written to; git itself makes no others."""
    return not path.startswith("/") and ".." not in path.split("/")


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = _run(folder, list(arguments), stdin)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(lines[0].removeprefix("fatal: ") if lines else f"git {arguments[0]} failed")
    return done.stdout


def _run(folder: Path, arguments: list[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1"}
    try:
        return subprocess.run(  # noqa: S603 - no shell, and what a user gives is never an option of git
            ["git", "-C", os.fspath(folder), *arguments],  # noqa: S607 - the git on PATH is the user's
            input=stdin, capture_output=True, check=False, env=environment,
        )  # fmt: skip
    except FileNotFoundError:
        raise GitError("git is not installed, so no revision can be read") from None
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror or error}") from None
