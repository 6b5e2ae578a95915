"""Expressions that are parsed already: what they are parsed to, and when they count."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.expressions.environment import Environment, ExpressionError, FunctionSpec
from pulumi_everest.expressions.syntax import parsed
from pulumi_everest.expressions.syntax.parsed import FILE, write

ROOT = Path(__file__).parents[2]
KNOWN = json.loads(FILE.read_text("utf-8"))
ALL_KINDS = """[1u, -2, 0.5, 'x', true, null, a.b, a.?c.orValue(1), has(a.d), a[?0].hasValue(), int]
    == [?a.?e] || {'k': a, ?'l': a.?m}.all(k, k in ['x']) || a.exists_one(x, x > 1) || cel.bind(y, a, y == y)
    || dyn(.a.map(x, x > 1, [x])) == dyn(type(a))"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that makes a file of its own of these expressions the one that counts."""

    def use(*texts: str) -> None:
        environment = Environment(["a"])
        entries = {text: write(*environment.checker.check(text), environment.variables) for text in texts}
        path = tmp_path / "parsed.json"
        path.write_text(json.dumps({text: entry for text, entry in entries.items() if entry is not None}))
        monkeypatch.setattr(parsed, "FILE", path)
        parsed._known.cache_clear()

    yield use
    parsed._known.cache_clear()


def _shown(node: Any, optionals: frozenset[int]) -> Any:
    """A node without the numbers, which are others where nothing but an optional value has one."""
    if not isinstance(node, tuple):
        return node
    if not hasattr(node, "id"):
        return [_shown(part, optionals) for part in node]
    return [type(node).__name__, node.id in optionals, *[_shown(part, optionals) for part in node[1:]]]


def test_the_file_is_what_the_library_makes_of_the_built_in_plugins() -> None:
    """Asked in a process that has loaded none of them."""
    code = "from tools.parsed_expressions import written; print(written(), end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert FILE.read_text("utf-8") == done.stdout, "run 'make schemas'"


@pytest.mark.parametrize("text", [ALL_KINDS, *sorted(KNOWN)[::20]])
def test_a_tree_from_the_file_is_that_of_the_library(text: str, file: Any) -> None:
    variables = KNOWN[text][1] if text in KNOWN else ["a"]
    if text not in KNOWN:
        file(text)
    tree, returns = parsed.parsed(text, variables) or (None, "")
    assert tree is not None
    theirs, kind = Environment(variables).checker.check(text)
    assert _shown(tree.root, tree.optionals) == _shown(theirs.root, theirs.optionals)
    assert returns == kind


def test_an_expression_counts_only_where_there_are_its_variables(file: Any) -> None:
    file("a.b + 1")
    assert Environment(["a"]).compile("a.b + 1").evaluate({"a": {"b": 2}}) == 3
    environment = Environment(["a", "b"])
    environment.compile("a.b + 1")
    assert "checker" not in vars(environment)
    with pytest.raises(ExpressionError, match="is not known here"):
        Environment(["b"]).compile("a.b + 1")


def test_an_expression_does_not_count_beside_functions_of_a_plugin(file: Any) -> None:
    file("a.b + 1")
    environment = Environment(["a"], [FunctionSpec("twice", ("int",), "int", lambda value: 2 * value)])
    environment.compile("a.b + 1")
    assert "checker" in vars(environment)


def test_a_literal_that_json_has_not_is_left_to_the_library(file: Any) -> None:
    file("a == b'x'")
    assert parsed.parsed("a == b'x'", ["a"]) is None
    assert Environment(["a"]).compile("a == b'x'").evaluate({"a": 1}) is False


def test_without_the_file_the_library_parses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = sorted(KNOWN)[0]
    monkeypatch.setattr(parsed, "FILE", tmp_path / "none.json")
    parsed._known.cache_clear()
    environment = Environment(KNOWN[text][1])
    environment.compile(text)
    assert "checker" in vars(environment)
    parsed._known.cache_clear()


def test_a_small_file_is_validated_without_the_library(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(
        "apiVersion: everest.percona.com/v2alpha1\nkind: DatabaseCluster\nmetadata: {name: small}\n"
        "spec:\n  provider: psmdb-operator\n"
    )
    code = (
        "import sys; from pulumi_everest.cli.main import everest\n"
        "try: everest.main(['validate', sys.argv[1]], standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if name.startswith(('cel_', 'google.', 'jsonschema'))])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "1 cluster, no findings\n[]\n"
