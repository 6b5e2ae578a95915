"""Texts with expressions: where each begins and ends."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.emit.templates.interpolation import Code, TextError, split


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", ["plain"]),
        ("", [""]),
        ("${a}", [Code("a", 2)]),
        ("x${a}y${b}", ["x", Code("a", 3), "y", Code("b", 8)]),
        ("$${a}${b}", ["${a}", Code("b", 7)]),
        ("$$${a}", ["$${a}"]),
        ("${{'a': {'b': 1}}}", [Code("{'a': {'b': 1}}", 2)]),
        ("${'}' + \"}\"}", [Code("'}' + \"}\"", 2)]),
        (r"${'\'}' + 'a\\'}", [Code(r"'\'}' + 'a\\'", 2)]),
        (r"${r'\' + '}'}", [Code(r"r'\' + '}'", 2)]),
        (r"${br'\' + Rb'}\'}", [Code(r"br'\' + Rb'}\'", 2)]),
        (r"${for'\'}'}", [Code(r"for'\'}'", 2)]),
        ("${'''it's }''' + \"\"\"a\"}\"\"\"}", [Code("'''it's }''' + \"\"\"a\"}\"\"\"", 2)]),
        ("${a.`b}c`}", [Code("a.`b}c`", 2)]),
        ("${a // it's }\n + b}", [Code("a // it's }\n + b", 2)]),
    ],
)
def test_finds_expressions_in_text(text: str, pieces: list[Any]) -> None:
    assert split(text) == pieces


@pytest.mark.parametrize(
    ("text", "offset"), [("ab${c", 2), ("${{}", 0), ("${'}", 2), ('${"""a"}', 2), ("${a // }", 0), ("${a.`b}", 0)]
)
def test_says_where_an_expression_is_not_closed(text: str, offset: int) -> None:
    with pytest.raises(TextError) as caught:
        split(text)
    assert caught.value.offset == offset
