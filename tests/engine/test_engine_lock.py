"""The lock with the real engine: a newer release of a plugin changes nothing, until the lock is upgraded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pulumi_engine import Engine, Stack

from pulumi_everest.cli.main import everest

PROGRAM = """\
import pulumi
import pulumi_everest as everest

namespace = pulumi.Output.from_input("shop").apply(lambda name: name)
orders = everest.DatabaseCluster("orders", provider="toydb-operator", namespace=namespace)
pulumi.export("versions", orders.versions)
"""


@pytest.fixture
def stack(engine: Engine, tmp_path: Path) -> Stack:
    """A stack whose objects are rendered to files, so no cluster is needed."""
    made = Stack(engine, tmp_path / "infra")
    made.write(PROGRAM)
    made.run("config", "set", "kubernetes:renderYamlToDirectory", "rendered")
    return made


@pytest.fixture
def releases(root: Path, tmp_path: Path) -> dict[str, Path]:
    """Two releases of a plugin, between which every default moves: versions, images and operator version."""
    folders = {}
    for release, operator, version in (("old", "1.0.0", "1.0.1"), ("new", "1.1.0", "1.0.2")):
        folder = folders[release] = tmp_path / release
        shutil.copytree(root / "tests/resources/toydb", folder)
        plugin = folder / "plugin.yaml"
        plugin.write_text(plugin.read_text().replace('default: "1.1.0"', f'default: "{operator}"'))
        definition = yaml.safe_load((folder / "definition.yaml").read_text())
        definition["spec"]["componentTypes"]["toyd"]["versions"] = [
            {"version": entry, "image": f"{release}/toyd:{entry}", "default": entry == version}
            for entry in ("1.0.1", "1.0.2")
        ]
        (folder / "definition.yaml").write_text(yaml.safe_dump(definition))
    return folders


def use(stack: Stack, plugin: Path) -> None:
    stack.run("config", "set", "everest:plugins", json.dumps([str(plugin)]))


def lock(stack: Stack, plugin: Path, *words: str) -> str:
    """What `everest lock` prints."""
    arguments = ["lock", str(stack.folder), "--stack", stack.name, "--plugin", str(plugin), *words]
    done = CliRunner().invoke(everest, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_newer_release_changes_nothing_until_the_lock_is_upgraded(stack: Stack, releases: dict[str, Path]) -> None:
    use(stack, releases["old"])
    assert "orders: engine 1.0.1 (new)" in lock(stack, releases["old"])
    assert stack.up().code == 0, stack.printed()
    assert stack.outputs()["versions"] == {"engine": "1.0.1"}

    use(stack, releases["new"])
    assert stack.preview().only_same, stack.printed()
    assert stack.up().only_same, stack.printed()
    stack.run("config", "set", "everest:noLock", "true")
    assert not stack.preview().only_same
    stack.run("config", "rm", "everest:noLock")

    assert "orders: engine 1.0.1 → 1.0.2" in lock(stack, releases["new"], "--upgrade", "orders")
    done = stack.up()
    assert done.code == 0, stack.printed()
    assert ("update", "orders") in done.steps("ToyDB")
    assert stack.outputs()["versions"] == {"engine": "1.0.2"}


def test_what_is_wrong_with_the_lock_stops_the_preview_with_its_place(stack: Stack, releases: dict[str, Path]) -> None:
    use(stack, releases["old"])
    lock(stack, releases["old"])
    file = stack.folder / "everest.lock"
    file.write_text(file.read_text().replace("version: 1.0.1", "version: 1.0.0"))

    done = stack.preview()

    assert done.code != 0
    line, column = next(
        (number, text.index("1.0.0") + 1)
        for number, text in enumerate(file.read_text().splitlines(), 1)
        if "version: 1.0.0" in text
    )
    where = f"everest.lock:{line}:{column}: stacks.test.orders.components.engine.version"
    assert f"{where}: type 'toyd' has no version '1.0.0'" in done.text
    assert "everest lock --upgrade orders" in done.text
    assert done.steps("ToyDB") == []


def test_what_is_running_can_be_recorded_after_the_defaults_have_moved(stack: Stack, releases: dict[str, Path]) -> None:
    use(stack, releases["old"])
    assert stack.up().code == 0, stack.printed()
    use(stack, releases["new"])
    assert stack.preview().steps("ToyDB") == [("update", "orders")]

    state = stack.folder / "state.json"
    state.write_text(stack.run("stack", "export").text)
    said = CliRunner().invoke(everest, ["lock", str(stack.folder), "--from-state", str(state)])

    assert said.exit_code == 0, said.output
    assert "orders: engine 1.0.1 (new)" in said.stdout
    done = stack.up()
    assert (done.code, done.steps("ToyDB")) == (0, []), stack.printed()
    assert stack.preview().only_same
