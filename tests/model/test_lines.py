"""No text of an input begins a line of its own in a log, or a command to what shows the log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.model.findings import Place, finding, one_line
from pulumi_everest.model.lines import on_one_line, printable, without_commands
from pulumi_everest.resources.engine.errors import ClusterError

BREAKS = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("::error::x", "\\::error::x"),
        ("  ::x", "  \\::x"),
        ("\x1b[31m::x", "\x1b[31m\\::x"),
        ("##[group]", "#\\#[group]"),
        ("a ##vso[task.x]", "a #\\#vso[task.x]"),
        ("a ::x", "a ::x"),
        ("## title", "## title"),
        ("", ""),
    ],
)
def test_what_would_be_a_command_is_not_one(line: str, expected: str) -> None:
    assert without_commands(f"a\n{line}\nb") == f"a\n{expected}\nb"


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_name_is_on_one_line_whatever_it_holds(line_break: str) -> None:
    shown = on_one_line(f"a{line_break}::error::x\tb")
    assert shown.splitlines() == [shown]
    assert shown.startswith("a\\")


def test_a_message_keeps_its_lines_and_nothing_else_that_moves_the_cursor() -> None:
    assert printable("a\nb\tc\x1b[2Jd\re") == "a\nb\tc\\x1b[2Jd\\re"


texts = st.lists(st.sampled_from(["a", " ", ":", "::error::x", "##[error]x", *BREAKS]), max_size=8).map("".join)


@given(subject=texts, part=texts, message=texts, hint=texts, allowed=texts, file=texts)
def test_no_finding_forges_a_line(subject, part, message, hint, allowed, file) -> None:
    entry = finding(
        "field.value", (part,), f"it is '{message}'", hint=hint or None, allowed=[allowed], subject=f"Cluster {subject}"
    )
    for one in (entry, entry.at(())):
        assert len(one_line(one).splitlines()) == 1
    text = str(ClusterError([entry]))
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in text.split("\n"))
    placed = finding("field.value", (part,), "it is", place=Place(f"x{file}", 1, 1))
    assert len(one_line(placed).splitlines()) == 1
