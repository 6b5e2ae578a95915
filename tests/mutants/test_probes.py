"""What runs is marked statement by statement, and the marked code does what the code does."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from probes import Probes, installed

CODE = '''\
"""A module."""

from __future__ import annotations


class Choice:
    """A class."""

    limit = (
        1 +
        2
    )

    def of(self, value):
        """A method."""
        global LAST
        LAST = value
        match value:
            case 1:
                return "one"
            case other if other > self.limit:
                return "large"
            case _:
                pass
        try:
            if value == 2:
                return [
                    value,
                    value,
                ]
            elif value == 3:
                raise ValueError
            else:
                while value < 0:
                    value += 1
        except ValueError:
            return "error"
        finally:
            LAST = None
        return value
'''


@pytest.fixture
def probes(tmp_path: Path) -> Iterator[Probes]:
    (tmp_path / "marked_toy" / "core").mkdir(parents=True)
    for name, text in {"__init__": "", "core/__init__": "", "core/x": CODE}.items():
        (tmp_path / "marked_toy" / f"{name}.py").write_text(text)
    sys.path.insert(0, str(tmp_path))
    found = installed(tmp_path / "marked_toy", tmp_path / "kept")
    yield found
    sys.meta_path.remove(found)
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("marked_toy")]:
        del sys.modules[name]


def test_the_lines_of_the_statements_that_ran_since_one_last_asked(probes: Probes) -> None:
    module = importlib.import_module("marked_toy.core.x")
    at_import = probes.ran()["core/x.py"]
    assert at_import == [6, 9, 14]

    def ran(value: int) -> tuple[object, list[int]]:
        return module.Choice().of(value), probes.ran()["core/x.py"]

    assert ran(1) == ("one", [16, 17, 18, 20])
    assert ran(4) == ("large", [16, 17, 18, 21, 22])
    assert ran(2) == ([2, 2], [16, 17, 18, 21, 24, 25, 26, 27, 39])
    assert ran(3) == ("error", [16, 17, 18, 21, 24, 25, 26, 31, 32, 37, 39])
    assert ran(-1) == (0, [16, 17, 18, 21, 24, 25, 26, 31, 34, 35, 39, 40])
    assert probes.ran() == {}


def test_a_statement_has_the_lines_of_its_head(probes: Probes) -> None:
    heads = probes.heads("core/x.py")

    assert {line: [*heads[line]] for line in (9, 14, 18, 27)} == {
        9: [9, 10, 11, 12], 14: [14], 18: [18, 19], 27: [27, 28, 29, 30],
    }  # fmt: skip


def test_a_module_that_changes_is_compiled_anew(probes: Probes) -> None:
    module = importlib.import_module("marked_toy.core.x")
    probes.ran()
    (probes.package / "core/x.py").write_text("def of():\n    return 1\n")

    assert importlib.reload(module).of() == 1
    assert probes.ran()["core/x.py"] == [1, 2]
