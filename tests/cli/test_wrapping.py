"""Long lines at a terminal are broken between words; into files and pipes they go whole."""

from __future__ import annotations

import click
import pytest

from pulumi_everest.cli.output.excerpt import Screen
from pulumi_everest.cli.output.findings import finding_text
from pulumi_everest.cli.output.wrapping import columns, wrapped
from pulumi_everest.model.findings import Place, finding

WORDS = "one two three four five six seven eight nine ten eleven twelve"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("short", ["short"]),
        (f"  {WORDS}", ["  one two three four five six seven", "      eight nine ten eleven twelve"]),
        ("x" * 60, ["x" * 60]),
        (f"a {'x' * 60} b", ["a", f"    {'x' * 60}", "    b"]),
        (click.style("bold " * 7, bold=True) + "end", [click.style("bold " * 7, bold=True) + "end"]),
        ("数据 " * 12, ["数据 数据 数据 数据 数据 数据 数据 数据", "    数据 数据 数据 数据 "]),
    ],
)
def test_a_line_is_broken_between_words(line: str, lines: list[str]) -> None:
    assert wrapped(line, 40) == lines
    assert wrapped(line, None) == [line]


def test_every_word_of_a_finding_is_there_whatever_the_width() -> None:
    entry = finding(
        "field.unknown", ("spec", "a"), f"there is no field '{WORDS}'", hint=WORDS, allowed=[f"field-{n}" for n in range(12)],
        subject="DatabaseCluster orders", place=Place("cluster.yaml", 3, 4),
    )  # fmt: skip
    whole = finding_text(entry, None, Screen(60))
    for width in (40, 60, 100):
        text = finding_text(entry, None, Screen(width, is_terminal=True))
        assert max(columns(line) for line in text.splitlines()) <= width
        assert text.split() == whole.split()
    assert len(whole.splitlines()) == 4
