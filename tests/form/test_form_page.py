"""docs/plugins/form.md: its example is a form that nothing is wrong with, and its program says what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pulumi_everest import form
from pulumi_everest.form.making.expand import WIDGETS
from pulumi_everest.form.making.options import SOURCES
from pulumi_everest.plugins.mixed_files import _of_package
from tests.form.test_form_tree import technology


def blocks(root: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page(root), re.DOTALL)


def page(root: Path) -> str:
    return (root / "docs/plugins/form.md").read_text("utf-8")


def test_the_example_of_the_page_is_a_good_form(root: Path) -> None:
    data = yaml.safe_load(blocks(root, "yaml")[0])
    assert form.check(data, technology("psmdb")) == []


def test_the_program_of_the_page_prints_what_it_says(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [program] = blocks(root, "python")
    exec(compile(program, "form.md", "exec"), {})
    assert f"# {capsys.readouterr().out.strip()}" in program


def test_the_page_names_all_widgets_sources_and_mixins(root: Path) -> None:
    for name in (*WIDGETS, *SOURCES, *_of_package("forms").data):
        assert f"`{name}`" in page(root), name
