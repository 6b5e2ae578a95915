"""Secret texts of a run are masked wherever they stand, and however many there are."""

from __future__ import annotations

import pytest

from pulumi_everest.program.secret_texts import SecretTexts


def texts(*values: object) -> SecretTexts:
    made = SecretTexts()
    for value in values:
        made.add(value)
    return made


@pytest.mark.parametrize(
    ("secrets", "text", "expected"),
    [
        (["hunter2"], "it is hunter2, hunter2!", "it is <secret>, <secret>!"),
        (["hunter2"], "it is hunter", "it is hunter"),
        (["abc", "abcdef"], "xabcdefx abcx", "x<secret>x <secret>x"),  # the longest
        (["abcd", "cdef"], "xabcdefx", "x<secret>x"),  # what overlaps, as a whole
        (["abc", "def"], "abcdef", "<secret><secret>"),
        (["ab"], "ab", "ab"),  # too short to be looked for
        ([12345, True], "12345 True", "<secret> True"),
        ([{"a": ["deep-one"]}], "deep-one", "<secret>"),
        ([], "text", "text"),
        (["a-rather-long-secret"], "a-rather-long-secre", "a-rather-long-secre"),
    ],
)
def test_what_is_secret_is_masked(secrets: list[object], text: str, expected: str) -> None:
    known = texts(*secrets)
    assert known.masked(text) == expected
    assert known.are_in(text) is (text != expected)


def test_a_secret_that_is_noted_later_is_masked_too() -> None:
    known = texts("hunter2")
    assert known.masked("hunter2 swordfish") == "<secret> swordfish"
    known.add("swordfish")
    assert known.masked("hunter2 swordfish") == "<secret> <secret>"


def test_each_of_many_secrets_is_masked() -> None:
    known = texts(*(f"password-{n}" for n in range(5000)))
    assert known.masked("password-7, password-4999x and password-") == "<secret>, <secret>x and password-"
