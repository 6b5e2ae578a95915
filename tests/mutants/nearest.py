"""The tests that are nearest to a place in the package: those that run it, before others those that run little else."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from mutations import FUNCTIONS, Site
from recordings import Recordings, Test


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


def nearest(site: Site, module: Module, recordings: Recordings, seconds: float) -> list[Test]:
    """The nearest tests of a place, as many as took so many seconds together when they were recorded.

    What runs at the import (constants, defaults of arguments, functions that make them) is run by no test of its own: its
    tests are those of the functions of the module that speak of what it defines, else of all its functions, else of the
    files that import it.
    """
    found: set[Test] = set()
    if site.in_function:
        found = recordings.running(module.path, site.lines) or recordings.running(module.path, site.statement)
    if not found:
        names = [*site.names, site.where.rpartition(".")[2]]
        found = (
            recordings.running(module.path, module.body_lines(name for name in names if name))
            or recordings.running(module.path, module.body_lines())
            or recordings.by_import.get(module.path, set())
        )
    return _within(sorted(found, key=lambda test: (test.lines, test.name)), seconds)


def _within(tests: list[Test], seconds: float) -> list[Test]:
    chosen, together = [], 0.0
    for test in tests:
        if chosen and together + test.seconds > seconds:
            continue  # a long one; nearer to the limit there may be shorter ones
        chosen.append(test)
        together += test.seconds
    return chosen
