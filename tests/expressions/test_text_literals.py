"""Where a literal text ends, as CEL itself has it."""

from __future__ import annotations

import pytest

from pulumi_everest.expressions.environment import Environment, ExpressionError
from pulumi_everest.expressions.syntax.text_literals import end_of_text

TEXTS = [
    ("'", "a'", 2),
    ("'", "'", 1),
    ("'", "a\\'b'", 5),
    ("'", "a\\\\'", 4),
    ('"', "it's\"", 5),
    ("'''", "a''b'''", 7),
    ('"""', 'a\\"""b"""', 9),
    ("'", "}", None),
    ("'", "a\\", None),
    ("'", "a\\'", None),
]


@pytest.mark.parametrize(("quote", "rest", "end"), TEXTS)
def test_a_text_ends_where_its_quote_comes_again_unless_a_backslash_is_before_it(
    quote: str, rest: str, end: int | None
) -> None:
    assert end_of_text(quote + rest, quote, len(quote), raw=False) == (None if end is None else len(quote) + end)
    if end is None:
        with pytest.raises(ExpressionError):
            Environment(()).compile(quote + rest)
    else:
        assert isinstance(Environment(()).compile(quote + rest[:end]).evaluate({}), str)


def test_a_backslash_of_a_raw_text_is_a_character() -> None:
    assert end_of_text("r'a\\' + x", "'", 2, raw=True) == 5
    assert Environment(()).compile("r'a\\d'").evaluate({}) == "a\\d"
