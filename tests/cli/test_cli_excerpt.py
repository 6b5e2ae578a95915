"""Excerpts of sources: the line, the caret, and what is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.cli.output.excerpt import Screen, excerpt, token_length
from pulumi_everest.cli.output.findings import finding_text
from pulumi_everest.model.findings import Place, finding
from pulumi_everest.review.inputs.sources import Sources, _lines_around


def shown(line: str, column: int | None, **more: Any) -> list[str]:
    screen = Screen(more.pop("width", 120), more.pop("encoding", "utf-8"))
    return [click.unstyle(text) for text in excerpt(line, more.pop("number", 7), column, screen, **more)]


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("  replicas: 3", 3, ["    7 |   replicas: 3", "      |   ^^^^^^^^"]),
        ("  replicas: three", 13, ["    7 |   replicas: three", "      |             ^^^^^"]),
        ("  cron: 0 3 * * 9 # daily", 9, ["    7 |   cron: 0 3 * * 9 # daily", "      |         ^^^^^^^^^"]),
        ("  a: {b: 1, c: 2}", 6, ["    7 |   a: {b: 1, c: 2}", "      |      ^"]),
        ("  a: {b: 1, c: 2}", 16, ["    7 |   a: {b: 1, c: 2}", "      |                ^"]),
        ("  size:", 3, ["    7 |   size:", "      |   ^^^^"]),
        ("  a: *x", 6, ["    7 |   a: *x", "      |      ^^"]),
        ("- one", 3, ["    7 | - one", "      |   ^^^"]),
        ('  "a b": 1', 3, ['    7 |   "a b": 1', "      |   ^^^^^"]),
        ('  "a": "x, y"', 8, ['    7 |   "a": "x, y"', "      |        ^^^^^^"]),
        ("image: a/b:1.2", 8, ["    7 | image: a/b:1.2", "      |        ^^^^^^^"]),
        ("x: [", 4, ["    7 | x: [", "      |    ^"]),
        ("abc", 4, ["    7 | abc", "      |    ^"]),
        ("abc", 5, ["    7 | abc"]),
        ("abc  ", None, ["    7 | abc"]),
        ("\tx: 1", 2, ["    7 |     x: 1", "      |     ^"]),
        ("ab\tx: 1", 4, ["    7 | ab  x: 1", "      |     ^"]),
        ("数据: 1, x: 2", 8, ["    7 | 数据: 1, x: 2", "      |          ^"]),
        ("a: 数据", 4, ["    7 | a: 数据", "      |    ^^^^"]),
        ("e\u0301: 1, x: 2", 8, ["    7 | e\u0301: 1, x: 2", "      |       ^"]),
        ("a\x1b[2J: x", 1, ["    7 | a\\x1b[2J: x", "      | ^^^^^"]),
        ("a\u202eb: x", 1, ["    7 | a\\u202eb: x", "      | ^^^^^^^^"]),
    ],
)
def test_the_caret_is_under_the_key_or_value(line: str, column: int | None, expected: list[str]) -> None:
    assert shown(line, column) == expected


def test_the_gutter_grows_with_the_number() -> None:
    assert shown("a: 1", 1, number=1234567) == ["1234567 | a: 1", "        | ^"]


@pytest.mark.parametrize("width", [10, 30, 60, 80, 200])
@pytest.mark.parametrize("column", [1, 2, 50, 500, 2498, 2501, None])
@pytest.mark.parametrize("filler", ["x", "据", "\t", "\x01"])
def test_long_lines_are_cut_around_the_column(filler: str, column: int | None, width: int) -> None:
    line = filler * 2500
    marked = line if column is None else f"{line[: column - 1]} @{line[column + 1 :]}"[:2500]
    column = None if column is None else min(column + 1, 2500)
    lines = shown(marked, column, width=width)
    columns = [sum(2 if c == "据" else 1 for c in text) for text in lines]
    assert max(columns) <= max(width, 30)
    assert "…" in lines[0]
    if column is not None and "@" in marked:
        before = lines[1].index("^")
        at = lines[0].index("@")
        assert before == sum(2 if c == "据" else 1 for c in lines[0][:at])


def test_a_line_of_megabytes_costs_nothing() -> None:
    lines = shown("x" * 10_000_000, 5_000_000)
    assert len(lines[0]) <= 120


def test_an_ascii_terminal_gets_ascii_and_the_caret_is_right() -> None:
    lines = shown("ü: 据, x: 1" + " y" * 100, 7, encoding="ascii", width=60)
    assert "".join(lines).isascii()
    assert lines[0].index("x: 1") == lines[1].index("^")
    assert lines[0].endswith("...")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a: 1", 1),
        ("a.b/c-d: 1", 7),
        ("8.0.8-3}", 7),
        ("'it''s': 1", 7),
        ('"a\\"b": 1', 6),
        ("{a: 1}", 1),
        ("", 1),
        ("a #b", 1),
    ],
)
def test_a_token_ends_where_yaml_ends_it(text: str, length: int) -> None:
    assert token_length(text) == length


# What is not shown


SECRETS = """\
kind: DatabaseCluster
spec:
  provider: nope
  users:
    databaseAdmin: hunter2
  usersSecret: my-users
  monitoring: {serverUrl: x, credentials: {apiKey: hunter2}}
  backup:
    storages:
      - name: s3
        credentialsSecret: a
        credentials:
        - hunter2
  password: hunter2
  env: {AWS_SECRET_ACCESS_KEY: hunter2}
  tokens: "hunter2
---
apiVersion: v1
metadata: {name: s}
stringData:
  admin: hunter2
kind: Secret
---
{"kind": "List", "items": [
{"kind": "Secret",
"data": {}}]}
---
kind: DatabaseCluster
"""


@pytest.mark.parametrize(
    ("line", "is_shown"),
    [
        (1, True), (3, True), (4, False), (5, False), (6, True), (7, False), (10, True), (11, True), (12, False),
        (13, False), (14, False), (15, False), (16, False), (18, False), (19, False), (21, False), (24, False),
        (28, True), (29, False), (99, False),
    ],
)  # fmt: skip
def test_a_line_that_could_hold_a_secret_is_not_shown(line: int, is_shown: bool) -> None:
    entry = finding("source.syntax", (), "wrong", place=Place("a.yaml", line, 1))
    text = finding_text(entry, Sources({"a.yaml": SECRETS}))
    assert (" | " in text) is is_shown
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("text", "line", "column", "is_shown"),
    [
        ("users:\n" + "  # far\n" * 5000 + "  admin: hunter2\n", 5002, 3, False),  # however far above the key is
        ("spec:\n" + "  a: 1\n" * 5000 + "  users:\n    admin: hunter2\n", 5003, 5, False),
        ("users:\n  admin: x\nspec:\n" + "  a: 1\n" * 5000, 4000, 3, True),
        ('{"a": [' + '"x", ' * 20000 + '"y"], "password": "hunter2", "z": 1}', 1, 100030, False),  # in a long line, too
        ('{"a": [' + '"x", ' * 20000 + '"y"], "password": "hunter2", "z": 1}', 1, 5, True),
    ],
)
def test_a_secret_value_is_known_by_its_key_however_large_the_input_is(
    text: str, line: int, column: int, is_shown: bool
) -> None:
    entry = finding("source.syntax", (), "wrong", place=Place("a.yaml", line, column))
    shown = finding_text(entry, Sources({"a.yaml": text}))
    assert (" | " in shown) is is_shown
    assert "hunter2" not in shown


@given(st.lists(st.sampled_from(["a:", "- b: 1", "-", "# c", "", "d: 2", "- - e: 3"]).flatmap(
    lambda text: st.integers(0, 3).map(lambda depth: "  " * depth + text)
), max_size=30))  # fmt: skip
def test_the_lines_around_a_line_are_those_that_one_finds_by_going_up(lines: list[str]) -> None:
    around = _lines_around(lines)
    for index, line in enumerate(lines):
        expected = None
        if line.strip():
            indent, is_item = len(line) - len(line.lstrip()), line.lstrip().startswith("-")
            for above in range(index - 1, -1, -1):
                text = lines[above].lstrip()
                here = len(lines[above]) - len(text)
                if text and text[0] != "#" and (here < indent or (here == indent and is_item and text[0] != "-")):
                    expected = above
                    break
        assert around[index] == expected, (index, lines)


@pytest.mark.parametrize(
    ("code", "path", "is_shown"),
    [
        ("field.type", ("spec", "x"), True),
        ("cluster.secret-in-yaml", ("spec", "x"), False),
        ("program.config", ("config", "x"), False),
        ("field.type", ("spec", "users", "admin"), False),
        ("field.type", ("spec", "monitoring", "credentials"), False),
        ("field.type", ("spec", "usersSecret"), True),
    ],
)
def test_a_finding_about_a_secret_has_no_excerpt(code: str, path: tuple[str, ...], is_shown: bool) -> None:
    entry = finding(code, path, "wrong", place=Place("a.yaml", 1, 1))
    assert (" | " in finding_text(entry, Sources({"a.yaml": "x: hunter2"}))) is is_shown


@pytest.mark.parametrize(
    ("line", "is_shown"),
    [
        ('cluster = everest.DatabaseCluster("orders", provider="psmdb-operator")', True),
        ('    raise ValueError("no")', True),
        ('everest.DatabaseCluster("a", users={"databaseAdmin": "hunter2"})', False),
        ('password = "hunter2"', False),
        ('everest.DatabaseCluster("a", users_secret="names-a-secret")', True),
        ("if password == other:", True),
    ],
)
def test_programs_have_excerpts_without_secrets(tmp_path: Path, line: str, is_shown: bool) -> None:
    file = tmp_path / "__main__.py"
    file.write_text(f"import pulumi\x0c\n{line}\n")
    entry = finding("program.failed", (), "wrong", place=Place(str(file), 2))
    text = click.unstyle(finding_text(entry, Sources()))
    assert (f"    2 | {line}" in text) is is_shown
    assert "^" not in text


@pytest.mark.parametrize("name", ["nope.yaml", ".", "<stdin>", "x" * 5000, "a\0b"])
def test_a_file_that_cannot_be_read_has_no_excerpt(name: str) -> None:
    entry = finding("source.syntax", (), "wrong", place=Place(name, 1, 1))
    assert "|" not in finding_text(entry, Sources())
