"""The tests that are nearest to a place in the package: those that run it, before others those that run little else."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mutations import FUNCTIONS, Site, targets
from recordings import Recordings, Test

TURN = 10
"""How many cases of one test are asked before others have their turn."""


@dataclass(frozen=True)
class Module:
    """A module of the package: its path below the package, and its text."""

    path: str
    source: str

    def body_lines(self, names: Iterable[str] = ()) -> set[int]:
        """The lines inside its functions; with names, of those functions that speak of one of them."""
        wanted, found = set(names), set()
        for node in ast.walk(ast.parse(self.source)):
            if isinstance(node, FUNCTIONS):
                spoken = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} | {node.name}
                if not wanted or wanted & spoken:
                    found.update(range(node.body[0].lineno, node.body[-1].end_lineno + 1))
        return found

    def made_of(self, names: Iterable[str]) -> list[str]:
        """Some names of the module, and those of what is made of them when it is imported, and so on."""
        found = list(names)
        for statement in ast.parse(self.source).body:  # what is made of a name comes after it
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                made_of = {part.id for part in ast.walk(statement.value) if isinstance(part, ast.Name)}
                found += targets(statement) if made_of & set(found) else ()
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Readers:
    """Which functions of a package speak of what other modules of it define."""

    package: str
    modules: Sequence[Module] = ()
    """All modules of the package."""

    @cached_property
    def _imported(self) -> dict[tuple[str, str], list[tuple[Module, str]]]:
        """Who imports what, by the module that defines it and its name, and how it is called there."""
        found: dict[tuple[str, str], list[tuple[Module, str]]] = {}
        for module in self.modules:
            for node in ast.walk(ast.parse(module.source)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{self.package}."):
                    path = f"{str(node.module).partition('.')[2].replace('.', '/')}.py"
                    for name in node.names:
                        found.setdefault((path, name.name), []).append((module, name.asname or name.name))
        return found

    def lines(self, module: Module, names: Iterable[str]) -> Iterator[tuple[str, set[int]]]:
        """The lines of functions elsewhere that speak of some names of a module, with the path of their own."""
        for name in names:
            for reader, called in self._imported.get((module.path, name), ()):
                yield reader.path, reader.body_lines([called])


def nearest(
    site: Site, module: Module, recordings: Recordings, seconds: float, readers: Readers | None = None
) -> list[Test]:
    """The nearest tests of a place, as many as took so many seconds together when they were recorded.

    What runs when modules are imported or tests are collected (constants, defaults of arguments, what is kept by a
    cache) is run by no test of its own. Its tests are those of the functions that speak of what is defined there, in
    the module and where it is imported, or else of all functions of the module; then those of the files in which it
    runs.
    """
    lines = next((lines for lines in (site.lines, site.statement) if _run(module, lines, recordings)), site.lines)
    found = [recordings.running(module.path, lines)]
    if not site.in_function:
        names = module.made_of(name for name in [*site.names, site.where.rpartition(".")[2]] if name)
        spoken = recordings.running(module.path, module.body_lines(names)) if names else set()
        found = [
            spoken | _elsewhere(readers, module, names, recordings)
            or recordings.running(module.path, module.body_lines())
        ]
    found.append(recordings.before(module.path, lines))
    ordered = [test for tests in found for test in _in_turns(tests)]
    return _within(list(dict.fromkeys(ordered)), seconds)


def _in_turns(tests: Iterable[Test]) -> list[Test]:
    """Those that run the fewest lines first, and of a test with many cases some at a time: else it takes all the time."""
    cases, turns = Counter[str](), dict[Test, int]()
    ordered = sorted(tests, key=lambda test: (test.lines, test.name))
    for test in ordered:
        name = test.name.partition("[")[0]
        turns[test] = cases[name] // TURN
        cases[name] += 1
    return sorted(ordered, key=lambda test: turns[test])


def _elsewhere(readers: Readers | None, module: Module, names: Sequence[str], recordings: Recordings) -> set[Test]:
    spoken = readers.lines(module, names) if readers is not None else ()
    return set[Test]().union(*(recordings.running(path, lines) for path, lines in spoken))


def _run(module: Module, lines: range, recordings: Recordings) -> bool:
    return bool(recordings.running(module.path, lines) or recordings.before(module.path, lines))


def _within(tests: list[Test], seconds: float) -> list[Test]:
    chosen, together = [], 0.0
    for test in tests:
        if chosen and together + test.seconds > seconds:
            continue  # a long one; nearer to the limit there may be shorter ones
        chosen.append(test)
        together += test.seconds
    return chosen
