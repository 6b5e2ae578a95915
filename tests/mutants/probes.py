"""Which statements of a package run: its modules are compiled with a mark before each statement.

That costs a fraction of what tracing does. A mark is an assignment to an item of the module's `__marks__`, by the line
in which the statement begins; a guard of a `case` is marked as well.
"""

from __future__ import annotations

import ast
import hashlib
import marshal
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import compress
from pathlib import Path
from types import CodeType, ModuleType

MARKS = "__marks__"
Lines = dict[str, list[int]]


class Probes(MetaPathFinder):
    """Imports the modules of a package with marks, once it is among the finders; what is compiled is kept in a folder."""

    def __init__(self, package: Path, kept: Path) -> None:
        self.package, self.kept = package, kept
        self.marks: dict[str, bytearray] = {}
        kept.mkdir(parents=True, exist_ok=True)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of the package is, as Python finds it."""
        if fullname.partition(".")[0] != self.package.name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path, self)
        return spec

    def ran(self) -> Lines:
        """The lines of the statements that ran since this was last asked, by module as a path below the package."""
        found = {}
        for path, marks in self.marks.items():
            if 1 in marks:
                found[path] = list(compress(range(len(marks)), marks))
                marks[:] = bytes(len(marks))
        return found

    def heads(self, path: str) -> dict[int, range]:
        """The lines of each statement of a module (of its head, if it has a body), by the one in which it begins."""
        tree = ast.parse((self.package / path).read_bytes())
        return dict(_heads(tree))


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, probes: Probes) -> None:
        super().__init__(fullname, path)
        self.probes = probes

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_bytes()
        kept = self.probes.kept / hashlib.sha256(self.path.encode() + source).hexdigest()
        if not kept.is_file():
            beside = kept.with_suffix(f".{os.getpid()}")
            beside.write_bytes(marshal.dumps(compile(marked(source), self.path, "exec", dont_inherit=True)))
            beside.replace(kept)
        code: CodeType = marshal.loads(kept.read_bytes())
        return code

    def exec_module(self, module: ModuleType) -> None:
        path = Path(self.path).relative_to(self.probes.package).as_posix()
        lines = Path(self.path).read_bytes().count(b"\n")
        module.__dict__[MARKS] = self.probes.marks.setdefault(path, bytearray(lines + 2))
        super().exec_module(module)


def marked(source: bytes) -> ast.Module:
    """A module with a mark before each statement but docstrings and what is asked of the future."""
    tree = ast.parse(source)
    for node in list(ast.walk(tree)):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                setattr(node, name, list(_with_marks(body)))
        if isinstance(node, ast.match_case) and node.guard is not None:
            mark = ast.parse(f"{MARKS}.__setitem__({node.guard.lineno}, 1)", mode="eval").body
            node.guard = ast.BoolOp(ast.Or(), [mark, node.guard])
    return ast.fix_missing_locations(tree)


def _with_marks(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_text and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            mark = ast.parse(f"{MARKS}[{statement.lineno}] = 1").body[0]
            for part in ast.walk(mark):
                ast.copy_location(part, statement)
            yield mark
        yield statement


def _heads(tree: ast.Module) -> Iterator[tuple[int, range]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            bodies = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
            bodies += [part.body for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]]
            end = min((body[0].lineno - 1 for body in bodies if body), default=node.end_lineno or node.lineno)
            yield node.lineno, range(node.lineno, max(end, node.lineno) + 1)


def installed(package: Path, kept: Path) -> Probes:
    """Have the modules of a package imported with marks from now on."""
    probes = Probes(package, kept)
    sys.meta_path.insert(0, probes)
    return probes
