"""Wrong inputs as tables: what is changed, with ▸ where each finding must stand, and the findings in that order.

All that is said of each input is in expected/ (EVEREST_UPDATE_EXPECTED=1 writes it anew), word for word.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from expected import assert_cases, assert_expected, plain

from pulumi_everest.model.findings import Finding, path_text, sort_findings
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.review.inputs.gather import gather
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.options import Options
from pulumi_everest.workspace.workspace import Workspace, shape_for

HERE = Path(__file__).parent
MARK = "▸"
INPUTS = ("clusters.yaml", "definitions.yaml", "texts.yaml")
"""Tables of inputs with one document or several."""
DOCUMENTS = ("definition", "provider", "cluster")

Where = tuple[str, int | None, int | None]


def cases(table: str) -> list[Any]:
    """The rows of a table of this folder, as parameters called by their names."""
    rows = yaml.safe_load((HERE / table).read_text())
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names), "two rows of one name"
    return [pytest.param(row, id=row["name"]) for row in rows]


def replaced(text: str, changes: dict[str, str]) -> str:
    """The text with lines of it, given without their indentation, replaced by others with that indentation.

    ``line #2`` is the second of the lines that read so; a line that is there several times needs a number.
    """
    lines = text.split("\n")
    result = list(lines)
    for line, by in changes.items():
        wanted, _, number = line.partition(" #") if not line.startswith("#") else (line, "", "")
        found = [index for index, own in enumerate(lines) if own.strip() == (wanted or line)]
        assert len(found) == 1 or (found and number), f"'{line}' is there {len(found)} times"
        index = found[int(number or 1) - 1]
        indent = lines[index][: len(lines[index]) - len(lines[index].lstrip())]
        result[index] = "\n".join(indent + part if part else part for part in by.rstrip("\n").split("\n"))
    return "\n".join(result)


def input_of(row: dict[str, Any]) -> str:
    """The seed's three documents with the changes of a row, or the row's own text."""
    if "text" in row:
        return str(row["text"])
    documents = dict(zip(DOCUMENTS, (HERE / "seed.yaml").read_text().split("---\n"), strict=True))
    for name in DOCUMENTS:
        documents[name] = replaced(documents[name], row.get(name, {}))
    return "---\n".join([*documents.values(), *row.get("more", [])])


def without_marks(text: str, file: str) -> tuple[str, list[Where]]:
    """A text without its marks, and where each of them was."""
    places: list[Where] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        while MARK in line:
            places.append((file, number, line.index(MARK) + 1))
            line = line.replace(MARK, "", 1)  # noqa: PLW2901 - column after column
        lines[number - 1] = line
    return "\n".join(lines), places


def assert_found(found: Sequence[Finding], expected: Sequence[str], places: Sequence[Where], folder: Path) -> None:
    """Whether these are the findings, in this order: ``code | path | text`` where message or hint hold the text."""
    got = [(entry.code, path_text(entry.path), where(entry, folder)) for entry in found]
    rows = [[part.strip() for part in row.split("|")] for row in expected]
    missing = [None] * max(0, len(rows) - len(places))
    wanted = [(row[0], row[1] if len(row) > 1 else "", at) for row, at in zip(rows, [*places, *missing], strict=False)]
    assert got == wanted, [f"{entry.message}; {entry.hint}" for entry in found]
    for entry, row in zip(found, rows, strict=True):
        for text in row[2:]:
            assert text in f"{entry.message}; {entry.hint}"


def where(entry: Finding, folder: Path) -> Where | None:
    """File, line and column of a finding, the file as a name in `folder`."""
    place = entry.place
    return (place.file.removeprefix(f"{folder}/"), place.line, place.column) if place is not None else None


def check_text(text: str) -> list[Finding]:
    """All findings about a text, by place."""
    documents, found = read_yaml(text, "input.yaml", shape_for)
    return sort_findings([*found, *Workspace(Plugins(), documents).plan().findings])


def validated(text: str, folder: Path) -> list[Finding]:
    """What `everest validate` finds in a file with a text: it goes through documents one by one."""
    (folder / "input.yaml").write_text(text, encoding="utf-8", newline="")
    return gather(read_inputs([str(folder / "input.yaml")]), Options(), objects=False).findings


def said(found: Sequence[Finding], folder: Path) -> Any:
    """All that findings say; `folder` is where the input is."""
    return json.loads(json.dumps(plain(found)).replace(f"{folder}/", "").replace(str(folder), "(folder)"))


@pytest.mark.parametrize(
    ("table", "row"),
    [pytest.param(table, *case.values, id=case.id) for table in INPUTS for case in cases(table)],
)
def test_every_mistake_of_an_input_is_found_where_it_stands(table: str, row: dict[str, Any], tmp_path: Path) -> None:
    text, places = without_marks(input_of(row), "input.yaml")
    places += [(name, None, None) for name in row.get("unplaced", [])]

    found = check_text(text)

    assert_found(found, row["found"], places, HERE)
    assert_expected(HERE / "expected" / table, row["name"], said(found, HERE))
    assert said(validated(text, tmp_path), tmp_path) == said(found, HERE)


@pytest.mark.parametrize("row", cases("plugins.yaml"))
def test_every_mistake_of_a_plugin_folder_is_found_where_it_stands(row: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(HERE / "plugin", folder, ignore=shutil.ignore_patterns("__pycache__"))
    places: list[Where] = [(name, None, None) for name in row.get("unplaced", [])]
    for name, change in row["files"].items():
        path = folder / name
        if change is None:
            path.unlink()
            continue
        text = change if isinstance(change, str) else replaced(path.read_text(), change)
        text, marks = without_marks(text, name)
        places += marks
        path.write_text(text)

    found = Workspace(Plugins([folder])).plan().findings

    assert_found(found, row["found"], sorted(places, key=lambda p: (p[0], p[1] or 0)), folder)
    assert_expected(HERE / "expected" / "plugins.yaml", row["name"], said(found, folder))


@pytest.mark.parametrize("table", [*INPUTS, "plugins.yaml"])
def test_what_is_said_is_expected_of_every_row(table: str) -> None:
    assert_cases(HERE / "expected" / table, [case.id for case in cases(table)])


def test_the_inputs_that_the_tables_change_are_fine() -> None:
    assert check_text((HERE / "seed.yaml").read_text()) == []
    assert Workspace(Plugins([HERE / "plugin"])).plan().findings == []
