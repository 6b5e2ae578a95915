"""`everest plugin ui`: a first ui.yaml, which is the form that the plugin has without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from pulumi_everest import form
from pulumi_everest.form.reading import read_forms
from pulumi_everest.plugins.find import builtin
from tests.form.test_form_tree import technology


@pytest.mark.parametrize("name", [plugin.name for plugin in builtin()])
def test_a_first_form_is_the_form_without_one_and_nothing_is_wrong_with_it(
    run: Callable[..., Result], name: str, tmp_path: Path
) -> None:
    file = tmp_path / "ui.yaml"
    result = run("plugin", "ui", name, "-o", file)
    assert (result.exit_code, result.output) == (0, "")
    data = yaml.safe_load(file.read_text("utf-8"))
    assert form.check(data, technology(name)) == []
    forms, _ = read_forms(data)
    for topology in technology(name).definition.spec.topologies:
        without = form.resolved(technology(name), topology)
        assert form.resolved(technology(name), topology, "new", forms).sections == without.sections


def test_a_form_that_is_there_is_not_written_over(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "ui.yaml").write_text("mine")
    result = run("plugin", "ui", "psmdb", "-o", tmp_path / "ui.yaml")
    assert (result.exit_code, (tmp_path / "ui.yaml").read_text()) == (2, "mine")
    assert "is there already" in result.output


def test_a_plugin_that_is_none_has_no_form(run: Callable[..., Result]) -> None:
    result = run("plugin", "ui", "psmbd")
    assert result.exit_code == 1
    assert "did you mean 'psmdb'?" in result.stderr
