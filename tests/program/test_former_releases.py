"""What earlier releases have left: their states, locks, programs and objects, in the hands of today's code.

`make release-record` adds a folder of tests/releases. With the engine the states are updated as well
(tests/engine/test_engine_releases.py).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest
from pulumi_everest.core.changes.compare import compare
from pulumi_everest.program.state import clusters_of_state
from pulumi_everest.review.inputs.gather import gather
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.options import Options

RELEASES = sorted(file.parent for file in (Path(__file__).parents[1] / "releases").glob("*/state.json"))
WHOLE = [folder for folder in RELEASES if (folder / "everest.lock").is_file()]
MADE_OTHERWISE: dict[str, set[str]] = {}
"""Objects that newer code makes otherwise, by release, as the changelog says."""

SILENT = "first"
"""The release whose states do not say what was asked for: they tell of databases by their objects alone."""

each = pytest.mark.parametrize(
    "release", [folder for folder in RELEASES if folder.name != SILENT], ids=lambda folder: folder.name
)
each_whole = pytest.mark.parametrize("release", WHOLE, ids=lambda folder: folder.name)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[Path], Path]:
    """The folder of a release's program."""

    def make(release: Path) -> Path:
        (tmp_path / "Pulumi.yaml").write_text("name: infra\nruntime: python\n")
        shutil.copy(release / "program.py", tmp_path / "__main__.py")
        if (release / "everest.lock").is_file():
            shutil.copy(release / "everest.lock", tmp_path)
        return tmp_path

    return make


def run(*arguments: Any) -> Result:
    result = CliRunner().invoke(everest, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result


def test_the_first_release_and_one_with_all_that_is_kept_are_there() -> None:
    assert {"first", "before-the-rooms"} < {folder.name for folder in RELEASES}
    assert WHOLE


def test_a_state_that_does_not_say_the_versions_is_told_by_name(program: Callable[[Path], Path]) -> None:
    release = next(folder for folder in RELEASES if folder.name == SILENT)
    result = run("lock", program(release), "--from-state", release / "state.json")

    assert "the state does not say the versions of orders, shop, reports: run pulumi up" in result.stderr
    assert result.stdout == "there is no cluster to record\n"


def test_the_program_of_the_first_release_is_right_today(program: Callable[[Path], Path]) -> None:
    release = next(folder for folder in RELEASES if folder.name == SILENT)
    gathered = gather(read_inputs([str(program(release))]), Options(stack="test"))

    assert [entry for entry in gathered.findings if entry.is_error] == []
    assert {cluster.resource for cluster in gathered.known_clusters} == {"orders", "shop", "reports"}


@each
def test_no_guard_refuses_what_its_program_makes_of_its_clusters_today(
    release: Path, program: Callable[[Path], Path]
) -> None:
    stored = {one.name: one.snapshot for one in clusters_of_state((release / "state.json").read_bytes())}
    gathered = gather(read_inputs([str(program(release))]), Options(stack="test"))

    assert [entry for entry in gathered.findings if entry.is_error] == []
    assert {cluster.resource for cluster in gathered.known_clusters} == stored.keys()
    for cluster in gathered.known_clusters:
        was = stored[cluster.resource]
        assert was is not None
        # Values of Secrets are no text of either: the state has them encrypted.
        sides = (replace(was, secrets=None), replace(cluster.snapshot, secrets=None))
        changed = compare(*sides, cluster.technology)
        assert [change.what for change in changed.changes] == [], cluster.resource


@each
def test_its_state_gives_a_lock_with_the_versions_that_run(release: Path, program: Callable[[Path], Path]) -> None:
    folder = program(release)
    (folder / "everest.lock").unlink(missing_ok=True)
    run("lock", folder, "--from-state", release / "state.json")

    made = yaml.safe_load((folder / "everest.lock").read_text())["stacks"]["test"]
    assert made.keys() == {one.name for one in clusters_of_state((release / "state.json").read_bytes())}
    if release in WHOLE:
        kept = yaml.safe_load((release / "everest.lock").read_text())["stacks"]["test"]
        assert {name: _versions(entry) for name, entry in made.items()} == {
            name: _versions(entry) for name, entry in kept.items()
        }


def _versions(entry: dict[str, Any]) -> dict[str, str]:
    return {name: component["version"] for name, component in entry["components"].items()}


@each_whole
def test_its_lock_is_up_to_date_and_its_program_renders_to_its_objects(
    release: Path, program: Callable[[Path], Path]
) -> None:
    folder = program(release)
    run("lock", folder, "--stack", "test", "--check")
    rendered = run("render", folder, "--stack", "test")

    now, then = (_by_name(text) for text in (rendered.stdout, (release / "objects.yaml").read_text()))
    assert now.keys() == then.keys()
    different = {name for name in now if now[name] != then[name]}
    assert different == MADE_OTHERWISE.get(release.name, set())


@each_whole
def test_from_its_plugin_to_todays_no_cluster_changes(release: Path, program: Callable[[Path], Path]) -> None:
    [plugin] = (file.parent for file in release.glob("*/plugin.yaml"))
    result = CliRunner().invoke(
        everest,
        [
            "upgrade",
            str(program(release)),
            "--stack",
            "test",
            "--from",
            str(plugin),
            "--to",
            plugin.name,
            "--format",
            "json",
        ],
    )
    said = json.loads(result.stdout)

    assert result.exit_code == 0, result.output
    assert {cluster["impact"] for cluster in said["clusters"]} == {"none"}


def _by_name(text: str) -> dict[str, Any]:
    documents = (one for one in yaml.safe_load_all(text) if one)
    return {f"{one['kind']} {one['metadata']['name']}": one for one in documents}
