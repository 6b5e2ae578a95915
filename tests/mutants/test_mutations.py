"""The mutations of a module's text: which there are, and that each is a program that differs."""

from __future__ import annotations

import ast
import random
import textwrap

import pytest
from mutations import sites
from run_mutants import FOLDERS, PACKAGE, ROOT, modules, places, sample


def changes(source: str) -> list[str]:
    return [
        f"{mutation.before} → {mutation.after}"
        for site in sites(textwrap.dedent(source))
        for mutation in site.mutations
    ]


def of_expression(text: str) -> list[str]:
    return changes(f"def f():\n    x = {text}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a == b", ["a == b → a != b"]),
        ("a < b", ["a < b → a <= b", "a < b → a >= b"]),
        ("a is not b", ["a is not b → a is b"]),
        ("a not in b", ["a not in b → a in b"]),
        ("a < b == c", ["a < b == c → a <= b == c", "a < b == c → a >= b == c", "a < b == c → a < b != c"]),
        ("a and b", ["a and b → a or b", "a and b → b", "a and b → a"]),
        ("a or b or c", ["a or b or c → a and b and c", *(f"a or b or c → {two}" for two in ("b or c", "a or c", "a or b"))]),
        ("not a", ["not a → a"]),
        ("1", ["1 → 2"]),
        ("True", ["True → False"]),
        ("'a'", ["'a' → 'ax'"]),
        ("None", []),
        ("a[:n]", ["a[:n] → a"]),
        ("a[m:n]", ["a[m:n] → a", "a[m:n] → a[:n]", "a[m:n] → a[m:]"]),
        ("any(a)", ["any(a) → all(a)"]),
        ("max(a)", ["max(a) → min(a)"]),
        ("a + b", ["a + b → a - b"]),
        ("[*a] + b", []),
        ("a if b else c", ["b → not b"]),
        ("[a for a in b if c]", ["c → True"]),
        ("f(a=not b)", ["not b → b"]),
        ("lambda a=1: not a", ["1 → 2", "not a → a"]),
        ("f'{not a} b'", ["not a → a"]),
        ("cast('list[int]', a)", []),
    ],
)  # fmt: skip
def test_an_expression_becomes_another_one(text: str, expected: list[str]) -> None:
    assert sorted(of_expression(text)) == sorted(expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a", ["return a → return None"]),
        ("return", []),
        ("f()", ["f() → pass"]),
        ("yield a", ["yield a → pass"]),
        ("a.b = c", ["a.b = c → pass"]),
        ("a[b] = c", ["a[b] = c → pass"]),
        ("a = b", []),
        ("a = b(a)", ["a = b(a) → pass"]),
        ("a += b", ["a += b → pass"]),
        ("del a", ["del a → pass"]),
        ("raise a", ["raise a → pass"]),
        ("for a in b: continue", ["continue → pass"]),
        ("while a: break", ["a → not a", "break → pass"]),
        ("if a: f()", ["a → not a", "f() → pass"]),
        ("if not a: f()", ["not a → a", "f() → pass"]),
        ("with a(not b): f()", ["not b → b", "f() → pass"]),
        ("try: f()\n    except A: g()\n    finally: h()", ["f() → pass", "g() → pass", "h() → pass"]),
        ("match a:\n        case 'b' if c: f()", ["'b' → 'bx'", "c → not c", "f() → pass"]),
        ("a: 'int' = 1", ["1 → 2"]),
        ("assert a == b", []),
        ("'''A text.'''", []),
        ("import a", []),
    ],
)
def test_a_statement_becomes_another_one(body: str, expected: list[str]) -> None:
    assert sorted(changes(f"def f():\n    {body}\n")) == sorted(expected)


def test_what_does_nothing_or_only_guards_against_misuse_is_left_alone() -> None:
    assert (
        changes(
            """
            '''Text.'''
            __all__ = ["a"]
            T = TypeVar("T")
            Kind = Literal["a", "b"]
            if TYPE_CHECKING:
                X = 1

            @dataclass(frozen=True)
            class A:
                b: Literal["x"]
                '''Text.'''

                @cache
                def c(self, d: "int") -> "str": ...
            """
        )
        == []
    )


def test_a_default_of_an_argument_runs_at_the_import_and_belongs_to_its_function() -> None:
    found = sites("class A:\n    def f(self, a=1, *, b=not c): return a\n")

    assert [(site.where, site.in_function) for site in found] == [("A.f", False), ("A.f", False), ("A.f", True)]


def test_a_change_leaves_the_rest_of_the_text_as_it_is() -> None:
    source = 'def f(a):\n    # é\n    return ("é", (a or 1) and b)  # why\n'
    texts = {mutation.of(source) for site in sites(source) for mutation in site.mutations}

    assert 'def f(a):\n    # é\n    return ("é", ((a)) and b)  # why\n' in texts
    assert 'def f(a):\n    # é\n    return ("é", ((a or 1) or b))  # why\n' in texts
    assert len(texts) == len({ast.dump(ast.parse(text)) for text in texts}) == 9


@pytest.mark.parametrize(
    ("module", "change"),
    [
        ("core/definitions/check.py", "path[:len(b)] == b or b[:len(path)] == path → b[:len(path)] == path"),
        ("core/definitions/check.py", "path[:len(b)] == b → path[:len(b)] != b"),
        ("core/definitions/check.py", "path[:len(b)] → path"),
        (
            "emit/objects.py",
            "entry.main and resolved.metadata.get('finalizers') is not None → "
            "resolved.metadata.get('finalizers') is not None",
        ),
        (
            "model/values/image_reference.py",
            "'.' in first or ':' in first or first == 'localhost' → '.' in first or ':' in first",
        ),
    ],
)
def test_what_tests_once_missed_is_among_what_is_tried(module: str, change: str) -> None:
    assert change in changes((ROOT / PACKAGE / module).read_text(encoding="utf-8"))


def test_every_mutant_is_a_program_that_differs() -> None:
    found = places(modules(ROOT / PACKAGE, FOLDERS), None)
    for mutant, _ in sample(found, 60, random.randrange(10**6)):
        changed = mutant.mutation.of(mutant.module.source)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(mutant.module.source)), mutant.name


def test_a_seed_gives_the_same_mutants_whatever_their_number() -> None:
    found = places(modules(ROOT / PACKAGE, ["emit/templates"]), None)
    few, many = ([mutant.name for mutant, _ in sample(found, count, 7)] for count in (5, 20))

    assert many[:5] == few
    assert len(set(many)) == 20
    assert [mutant.name for mutant, _ in sample(found, 5, 8)] != few
