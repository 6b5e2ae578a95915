"""The data about PostgreSQL's settings is what its servers say, for each major version that can be started."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.plugins.find import Plugins

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))
from tools.postgresql_settings import CACHE, of_all_builds, settings_of  # noqa: E402

PG = Plugins().named("pg")
assert PG is not None
FOLDER = PG.folder / "settings"
MAJORS = sorted(path.stem for path in FOLDER.iterdir())


def servers(major: str) -> Iterator[Path]:
    """Folders with the programs of a major version."""
    yield CACHE / major / "package" / "native" / "bin"
    yield Path("/usr/lib/postgresql") / major / "bin"
    yield Path(f"/usr/pgsql-{major}/bin")
    on_path = shutil.which("postgres")
    if on_path is not None:
        ran = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False)
        if re.search(rf"\) {major}\b", ran.stdout):
            yield Path(on_path).resolve().parent


@pytest.fixture(params=MAJORS)
def server(request: pytest.FixtureRequest) -> tuple[str, Path]:
    found = next((folder for folder in servers(request.param) if (folder / "initdb").exists()), None)
    if found is None:
        pytest.skip(f"no server of PostgreSQL {request.param}; tools/postgresql_settings.py fetches them")
    return request.param, found


def test_the_settings_are_those_of_a_server(
    server: tuple[str, Path], record_property: Callable[[str, object], None]
) -> None:
    major, programs = server
    said = of_all_builds(settings_of(programs))
    data: dict[str, Any] = json.loads((FOLDER / f"{major}.json").read_text())["settings"]

    # A server of another build may have others, such as those of a system's libraries, or not all values.
    ours = programs.is_relative_to(CACHE)
    assert not ours or said == data
    shared = said.keys() & data.keys()
    assert len(shared) > 300
    assert {name: said[name]["context"] for name in shared} == {name: data[name]["context"] for name in shared}
    assert {name: said[name]["type"] for name in shared} == {name: data[name]["type"] for name in shared}
    record_property("shown", f"PostgreSQL {major}: {len(shared)} settings, each of the class that the server says")


def test_each_version_of_the_catalog_has_its_settings() -> None:
    assert PG is not None
    versions = [entry.version for entry in PG.definition.spec.component_types["postgresql"].versions]
    assert versions
    for version in versions:
        settings = PG.settings("postgresql", version)
        assert settings is not None, version
        assert settings.source.startswith(f"pg_settings of PostgreSQL {version.split('.')[0]}.")
    assert PG.settings("pgbouncer", "1.25.0-1") is None
    assert PG.settings("postgresql", "9.6") is None
