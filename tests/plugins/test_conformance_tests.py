"""The one line that runs the conformance kit in a plugin author's tests, as pytest shows it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "examples" / "plugin-cache" / "cache"
Author = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def author(tmp_path: Path) -> Author:
    """Runs pytest on the one test file of a plugin author, without anything else of this project."""

    def run(line: str, *options: str) -> subprocess.CompletedProcess[str]:
        text = f"from pulumi_everest.testing.conformance import conformance_tests\n\ntest_conformance = {line}\n"
        (tmp_path / "test_plugin.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), *options]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def without(folder: Path, line: str, target: Path) -> Path:
    """A copy of a plugin whose templates lack a line."""
    shutil.copytree(folder, target)
    template = target / "resources.yaml"
    rows = template.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.strip() != line]
    assert len(kept) < len(rows)
    template.write_text("\n".join(kept), encoding="utf-8")
    return target


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "distributed"])
def test_it_passes_and_says_how_many_fields_were_probed(author: Author, options: tuple[str, ...]) -> None:
    result = author(f"conformance_tests({str(CACHE)!r})", *options)

    assert result.returncode == 0, result.stdout
    assert "everest conformance" in result.stdout
    said = re.search(r"^cache: (\d+) fields probed: (\d+) with an effect, .*, 0 failed.*$", result.stdout, re.MULTILINE)
    assert said is not None, result.stdout
    assert int(said[1]) > 20
    assert int(said[2]) > 10
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    assert said[0] in page, "docs/plugins.md shows other numbers"


def test_a_field_without_an_effect_fails_and_is_named(author: Author, tmp_path: Path) -> None:
    folder = without(CACHE, '?storageClassName: "${engine.storage.?storageClass}"', tmp_path / "cache")

    result = author(f"conformance_tests({str(folder)!r})")

    assert result.returncode == 1
    assert "instances.engine.storage.storageClass: accepted without an effect (tried " in result.stdout
    assert "1 failed" in result.stdout
    assert "Traceback" not in result.stdout
    assert "conformance.py" not in result.stdout


def test_a_field_that_leaves_an_empty_mapping_behind_fails(author: Author, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(CACHE, folder)
    text = (folder / "resources.yaml").read_text(encoding="utf-8")
    line = '?resources: "${engine.?resources}"'
    assert line in text
    text = text.replace(line, 'resources: "${engine.?resources.orValue({})}"')
    (folder / "resources.yaml").write_text(text, encoding="utf-8")

    result = author(f"conformance_tests({str(folder)!r})")

    assert result.returncode == 1
    assert "instances.engine.resources.limits.cpu: an empty mapping is left at spec.resources" in result.stdout


def test_objects_pass_the_operator_s_schema(author: Author, shared: Path) -> None:
    crds = shared / "crds" / "valkey-io" / "0.5.0"

    result = author(f"conformance_tests({str(CACHE)!r}, crds={str(crds)!r})")

    assert result.returncode == 0, result.stdout


def test_an_object_that_does_not_pass_its_schema_fails_with_the_place(
    author: Author, tmp_path: Path, shared: Path
) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(CACHE, folder)
    text = (folder / "resources.yaml").read_text(encoding="utf-8")
    assert "persistence:" in text
    (folder / "resources.yaml").write_text(text.replace("persistence:", "persistance:"), encoding="utf-8")
    crds = shared / "crds" / "valkey-io" / "0.5.0"

    result = author(f"conformance_tests({str(folder)!r}, crds={str(crds)!r})")

    assert result.returncode == 1
    assert "ValkeyCluster does not pass the operator's schema: spec.persistance" in result.stdout
    assert "there is no field 'persistance'" in result.stdout


@pytest.mark.parametrize(("plugin", "said"), [("nothing/here", "there is no folder"), ("mongo", "no plugin 'mongo'")])
def test_a_plugin_that_cannot_be_loaded_is_one_failed_test(author: Author, plugin: str, said: str) -> None:
    result = author(f"conformance_tests({plugin!r})")

    assert result.returncode == 1
    assert said in result.stdout
    assert "1 failed" in result.stdout
