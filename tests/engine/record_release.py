"""Keep what this release makes of a program, in tests/releases/NAME: `make release-record NAME=...`.

There go the program, its state after `pulumi up` with all secrets in plain text (none is a real one), its lock file, the
objects that it renders to, and a copy of MongoDB's plugin. Later code is tried on them: a state is previewed and updated,
a lock read, a plugin loaded, and the objects compared. It needs Pulumi's engine, the API server of the tests, and the
operators' CustomResourceDefinitions in EVEREST_SHARED.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click
import yaml
from click.testing import CliRunner
from pulumi_engine import Stack, find_engine

from pulumi_everest.cli.main import everest
from pulumi_everest.plugins.find import builtin
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.binaries import assets

ROOT = Path(__file__).parents[2]
RELEASES = ROOT / "tests" / "releases"
CRDS = ("psmdb/1.22.0", "pxc/1.20.0", "pg/3.0.0")
PLUGIN = "psmdb"
PROGRAM = RELEASES / "before-the-rooms" / "program.py"


@click.command()
@click.argument("name")
@click.option("--program", default=PROGRAM, type=click.Path(exists=True, path_type=Path))
def main(name: str, program: Path) -> None:
    """Record a release under a name that is not there yet."""
    target = RELEASES / name
    if target.exists():
        raise click.UsageError(f"{target} is there: what a release made is not written again")
    binaries = assets()
    if isinstance(binaries, str):
        raise click.UsageError(binaries)
    shared = Path(os.environ.get("EVEREST_SHARED", ROOT.parent / "shared"))
    with tempfile.TemporaryDirectory() as folder, ApiServer(binaries) as server:
        for crds in CRDS:
            file = shared / "crds" / crds / "crd.yaml"
            server.install_crds([one for one in yaml.load_all(file.read_text(), yaml.CSafeLoader) if one])
        server.live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}})
        engine = find_engine(Path(folder) / "home")
        if isinstance(engine, str):
            raise click.UsageError(engine)
        stack = Stack(engine, Path(folder) / "infra", server.kubeconfig)
        stack.write(program.read_text())
        made = CliRunner().invoke(everest, ["lock", str(stack.folder), "--stack", stack.name])
        rendered = CliRunner().invoke(everest, ["render", str(stack.folder), "--stack", stack.name])
        done = stack.up()
        if done.code or made.exit_code or rendered.exit_code:
            raise click.ClickException("\n".join((made.output, rendered.output, done.text)))
        state = json.loads(stack.run("stack", "export", "--show-secrets").text)
        target.mkdir(parents=True)
        (target / "state.json").write_text(json.dumps(_without_surroundings(state, folder), indent=1) + "\n")
        shutil.copy(stack.folder / "everest.lock", target / "everest.lock")
    (target / "program.py").write_text(program.read_text())
    (target / "objects.yaml").write_text(rendered.stdout)
    plugin = next(plugin for plugin in builtin() if plugin.name == PLUGIN)
    shutil.copytree(plugin.folder, target / PLUGIN)
    click.echo(f"recorded in {target.relative_to(ROOT)}")


def _without_surroundings(state: Any, folder: str) -> Any:
    """The state without the machine that it was made on."""
    if isinstance(state, dict):
        kept = {key: value for key, value in state.items() if key not in ("sourcePosition", "stackTrace")}
        return {key: _without_surroundings(value, folder) for key, value in kept.items()}
    if isinstance(state, list):
        return [_without_surroundings(one, folder) for one in state]
    return state.replace(folder, "") if isinstance(state, str) else state


if __name__ == "__main__":
    main()
