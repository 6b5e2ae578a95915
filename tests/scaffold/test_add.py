"""`everest plugin add`, `show`, `docs` and `images`: what is added is there, and all other lines stay."""

from __future__ import annotations

import difflib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest
from pulumi_everest.scaffold import edits

CACHE = Path(__file__).parents[2] / "examples/plugin-cache/cache"


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(everest, ["plugin", *(str(part) for part in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A copy of the plugin, to be added to."""
    return Path(shutil.copytree(CACHE, tmp_path / "cache"))


def changed(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """The lines of a file that are gone, and those that are new."""
    lines = difflib.ndiff((CACHE / name).read_text().splitlines(), (folder / name).read_text().splitlines())
    found = [line for line in lines if line[0] in "-+"]
    return [line[2:] for line in found if line[0] == "-"], [line[2:].strip() for line in found if line[0] == "+"]


def test_a_version_becomes_the_default_one(cache: Path) -> None:
    assert run("add", "version", cache, "valkey", "valkey/valkey:9.1.0", "--default").exit_code == 0
    gone, new = changed(cache, "definition.yaml")
    assert new[-1] == '- {version: "9.1.0", image: "valkey/valkey:9.1.0", default: true}'
    assert [line.replace(", default: true", "") for line in gone] == list(_indented(new[:-1], gone))
    assert run("check", cache).exit_code == 0


def _indented(new: list[str], gone: list[str]) -> list[str]:
    return [" " * (len(old) - len(old.lstrip())) + line for line, old in zip(new, gone, strict=True)]


@pytest.mark.parametrize(
    ("arguments", "file", "line"),
    [
        (("version", "exporter2", "example.com/e:1.0.0"), "definition.yaml", "exporter2:"),
        (("bundle", "new", "engine=9.0.0"), "definition.yaml", "bundles:"),
        (("topology", "second", "--like", "cluster"), "definition.yaml", "second:"),
        (("preset", "huge", "--memory", "64Gi"), "presets/huge.yaml", "memory:"),
    ],
)
def test_what_is_added_is_there_and_the_plugin_is_well_formed(
    cache: Path, arguments: tuple[str, ...], file: str, line: str
) -> None:
    what, *rest = arguments
    assert run("add", what, cache, *rest).exit_code == 0
    assert line in (cache / file).read_text()
    checked = run("check", cache)
    assert "error" not in checked.output, checked.output


def test_a_component_has_a_place_in_the_main_object(cache: Path) -> None:
    added = run("add", "component", cache, "sentinel", "--type", "sentinel", "--image", "example.com/sentinel:1.2.3")
    assert added.exit_code == 0
    assert "error" not in run("check", cache).output
    assert "sentinel" in run("show", cache).output


def test_every_kind_of_job_that_a_plugin_has_is_shown() -> None:
    assert "jobs       backup, restore, upgrade\n" in run("show", "pg").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("version", "valkey", "valkey/valkey:9.0.0"), "there is version 9.0.0 of valkey already"),
        (("preset", "small", "--cpu", "1"), "there is a preset small already"),
        (("preset", "odd"), "name at least one"),
        (("bundle", "b", "prxy=1"), "there is no component prxy"),
        (("topology", "t", "--like", "x"), "there is no topology x"),
    ],
)
def test_what_cannot_be_added_is_wrong_use_and_changes_nothing(
    cache: Path, arguments: tuple[str, ...], said: str
) -> None:
    what, *rest = arguments
    result = run("add", what, cache, *rest)
    assert (result.exit_code, said in " ".join(result.stderr.split())) == (2, True), result.stderr
    assert changed(cache, "definition.yaml") == ([], [])


def test_an_edit_leaves_comments_and_order() -> None:
    text = "# head\na:\n  b: # why\n    - {x: 1} # one\n    # two\n    - y: 2\n      z: 3\nc: {d: 1}\n"
    assert edits.append(text, ("a", "b"), {"x": 9}) == text.replace("      z: 3\n", "      z: 3\n    - {x: 9}\n")
    assert edits.put(text, ("c",), "e", 2) == text.replace("{d: 1}", "{d: 1, e: 2}")
    assert edits.put(text, (), "f", [1]) == f"{text}f: [1]\n"


def test_images_are_those_of_types_and_of_clusters() -> None:
    cluster = CACHE.parent / "cluster.yaml"
    rows = json.loads(run("images", CACHE, "--cluster", cluster, "--format", "json").output)
    assert {
        "plugin": "cache",
        "of": "valkey",
        "version": "9.0.0",
        "image": "valkey/valkey:9.0.0",
        "digest": None,
    } in rows
    assert next(row["image"] for row in rows if row["of"] == "cluster sessions") == "valkey/valkey:9.0.0"


def test_a_page_has_versions_fields_and_what_was_proved() -> None:
    page = run("docs", CACHE).output
    assert "| valkey | 9.0.0 | `valkey/valkey:9.0.0` | default |" in page
    assert "| `engine` | " in page
    assert "proved |" in page
