"""The plugin's own tests: its examples, and the conformance kit. Run them with pytest, in the folder above."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from pulumi_everest.testing.conformance import conformance_tests

HERE = Path(__file__).parents[1]
PLUGIN, CRDS = HERE / "everest_ember", HERE / "crds"

test_conformance = conformance_tests(PLUGIN, crds=CRDS)


def test_the_examples_become_what_stands_beside_them() -> None:
    result = CliRunner().invoke(everest, ["plugin", "test", str(PLUGIN), "--crds", str(CRDS)])
    assert result.exit_code == 0, result.output
