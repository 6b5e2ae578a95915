"""A preview after an upgrade of the package whose templates make other objects, against a plain one, by the engine.

A copy of MongoDB's plugin stands for the former release: its templates let volumes grow by a field of older operators.
Every object differs, while no cluster does. Both previews are of the same stack, by turns; the median ratio counts.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.engine import AT_ONCE, OURS, Stack, find_engine, server, show, timed, write
from pulumi_everest.plugins.find import builtin

COUNT, TURNS = int(os.environ.get("COUNT", "200")), 3
BOUND = 2.0
FIELD = "?enableVolumeExpansion: \"${versionAtLeast(operator, '1.22.0') ? optional.none() : optional.of(true)}\""


def releases(folder: Path) -> tuple[Path, Path]:
    """The plugin as it was, and as it is."""
    plugin = next(plugin for plugin in builtin() if plugin.name == "psmdb")
    was, now = (folder / name / "psmdb" for name in ("was", "now"))
    for copy in (was, now):
        shutil.copytree(plugin.folder, copy)
    templates = (was / "resources.yaml").read_text()
    assert FIELD in templates
    (was / "resources.yaml").write_text(templates.replace(FIELD, "enableVolumeExpansion: true"))
    return was, now


def use(stack: Stack, plugin: Path) -> None:
    stack.run("config", "set", "everest:plugins", json.dumps([str(plugin)]))


def main() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, server() as running:
        top = Path(folder)
        engine = find_engine(top / "home")
        if isinstance(engine, str):
            raise SystemExit(f"needs Pulumi's engine: {engine}")
        was, now = releases(top)
        stack = Stack(engine, top / "ours", running.kubeconfig)
        write(stack, OURS, "ours", COUNT)
        use(stack, was)
        show(f"up of {COUNT}", timed(stack, "up", *AT_ONCE))
        plain, upgraded = [], []
        for turn in range(TURNS):
            for plugin, taken in ((was, plain), (now, upgraded)):
                use(stack, plugin)
                taken.append(timed(stack, "preview"))
                show(f"turn {turn + 1}, {'plain' if plugin is was else 'upgraded'}", taken[-1])
        turns = list(zip(plain, upgraded, strict=True))
        changed = stack.preview().steps("PerconaServerMongoDB")
        assert len(changed) == COUNT, "every object differs"
    return {
        f"plain preview of {COUNT}, s": median(one.wall for one in plain),
        f"preview of {COUNT} after an upgrade, s": median(one.wall for one in upgraded),
        f"preview after an upgrade against a plain one (bound {BOUND:g})": median(
            other.wall / one.wall for one, other in turns
        ),
        "the same, seconds of the processors": median(other.work / one.work for one, other in turns),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
