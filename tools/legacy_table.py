"""Write the table of the fields of Everest's first API into docs/first-api.md: `python -m tools.legacy_table`."""

from __future__ import annotations

from pathlib import Path

from pulumi_everest.upgrade.legacy.fields import FIELDS

PAGE = Path(__file__).parents[1] / "docs" / "first-api.md"
BEGIN, END = "<!-- fields: written by make schemas -->\n", "<!-- /fields -->\n"


def table() -> str:
    """The table as Markdown."""
    rows = [f"| `spec.{field.path}` | {field.goes} |\n" for field in FIELDS]
    return "| field of a DatabaseCluster | where it goes |\n|---|---|\n" + "".join(rows)


def page(text: str) -> str:
    """The page with the table of today."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
