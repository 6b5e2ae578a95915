"""Which tests run which lines, recorded once for each file with tests and kept until that file or the package changes."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from copies import Copy, each_of

RECORDING_SECONDS = 1800


@dataclass(frozen=True, eq=False)
class Test:
    """A test, as it was when it was recorded; there is one of each, so that sets of them need not look at all of it."""

    name: str
    seconds: float
    lines: int
    """How many lines of the package it runs: the fewer, the nearer it is to each of them."""

    __test__ = False

    @property
    def file(self) -> str:
        """The file that it is in."""
        return self.name.split("::")[0]


@dataclass
class Recordings:
    """What was recorded of all files."""

    by_line: dict[str, dict[int, set[Test]]] = field(default_factory=dict)
    """The tests by module (as a path below the package) and line."""
    outside: dict[str, dict[int, set[Test]]] = field(default_factory=dict)
    """The same for lines that run when a file is imported and its tests are collected: all tests of that file."""
    left_out: list[str] = field(default_factory=list)
    """Tests that failed before anything was changed."""
    tests: dict[str, str] = field(default_factory=dict)
    """All tests, with a digest of the file that each is in, and of all that it depends on."""

    def add(self, record: dict[str, Any], digest: str) -> None:
        """Add what was recorded of one file."""
        tests = [Test(**entry) for entry in record["tests"]]
        self.tests.update(dict.fromkeys((test.name for test in tests), digest))
        self.left_out += record["left_out"]
        for module, ran in record["outside"].items():
            there = self.outside.setdefault(module, {})
            for line in ran:
                there.setdefault(line, set()).update(tests)
        for module, lines in record["lines"].items():
            here = self.by_line.setdefault(module, {})
            for line, mask in lines.items():
                here.setdefault(int(line), set()).update(_chosen(tests, int(mask, 16)))

    def running(self, module: str, lines: Iterable[int]) -> set[Test]:
        """The tests that run any of the lines of a module."""
        return _at(self.by_line, module, lines)

    def before(self, module: str, lines: Iterable[int]) -> set[Test]:
        """The tests before which any of the lines of a module run, outside of tests."""
        return _at(self.outside, module, lines)


def _at(found: dict[str, dict[int, set[Test]]], module: str, lines: Iterable[int]) -> set[Test]:
    here = found.get(module, {})
    return set().union(*(here.get(line, ()) for line in lines))


def _chosen(tests: list[Test], mask: int) -> Iterator[Test]:
    while mask:
        lowest = mask & -mask
        yield tests[lowest.bit_length() - 1]
        mask ^= lowest


class Recorder:
    """Records the tests of a project in copies of it; what it has recorded is kept in a folder."""

    def __init__(self, project: Path, package: str, kept: Path) -> None:
        self.project, self.package, self.kept = project, package, kept
        own = set(project.glob("tests/mutants/*.py"))
        support = sorted({*project.glob("tests/**/*.py")} - set(self.files()) - own)
        sources = sorted(path for path in (project / package).rglob("*") if path.is_file() and path.suffix != ".pyc")
        self.state = _digest(platform.python_version().encode(), *map(Path.read_bytes, [*sources, *support]))

    def files(self) -> list[Path]:
        """All files with tests."""
        return sorted(self.project.glob("tests/**/test_*.py"))

    def record(
        self, made: Sequence[Copy], asked: Sequence[str], left_out: Sequence[str], report: Callable[[str], None]
    ) -> Recordings:
        """The recordings of the files that are asked and not left out (patterns), made where there are none yet."""
        names = {file: file.relative_to(self.project / "tests").as_posix() for file in self.files()}
        files = [file for file, name in names.items() if _any(name, asked) and not _any(name, left_out)]
        places = {file: self.kept / f"{_digest(self.state.encode(), file.read_bytes())}.json" for file in files}
        missing = [file for file, place in places.items() if not place.is_file()]
        if missing:
            report(f"recording which lines the tests of {len(missing)} files run")
            for copy in made:
                copy.files = [self._name(file) for file in files]
        self.kept.mkdir(parents=True, exist_ok=True)

        def one(file: Path, copy: Copy) -> str:
            return f"  {self._name(file)}: {self._one(copy, file, places[file])}"

        for line in each_of(missing, one, made):
            report(line)
        for old in {*self.kept.glob("*.json")} - set(places.values()):
            old.unlink()
        found = Recordings()
        for place in places.values():
            found.add(json.loads(place.read_text(encoding="utf-8")), place.stem)
        return found

    def _name(self, file: Path) -> str:
        return file.relative_to(self.project).as_posix()

    def _one(self, copy: Copy, file: Path, place: Path) -> str:
        name = self._name(file)
        beside = place.with_suffix(".part")
        variables = {
            "MUTANTS_PACKAGE": str(copy.folder / self.package),
            "MUTANTS_PROBED": str(copy.folder.parent / "probed"),
            "MUTANTS_RECORDING": str(beside),
        }
        done = copy.pytest([name, "-p", "recording_plugin", "--hypothesis-seed=0"], variables, RECORDING_SECONDS)
        if not beside.is_file():
            raise RuntimeError(f"{name} cannot be recorded:\n{done.text[-2000:]}")
        beside.replace(place)
        return done.text.strip().rpartition("\n")[2]


def _any(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:24]
