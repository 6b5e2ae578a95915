"""How much of the operators' own tests fields reach, and what is found by it. `make measure` writes the numbers.

The resources of those tests stand in EVEREST_SHARED. Each is adopted: what is there without its overrides is by fields.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pulumi_everest.adoption.adopt import Adopted, adopted, plugin_for
from pulumi_everest.adoption.rendering import Rendering
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.model.deferred import Path as Place
from pulumi_everest.model.findings import EverestError
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace

HERE = Path(__file__).parent
NUMBERS = HERE / "operators_tests.yaml"
LEAST = 0.85
MOST = 20
REFUSED = frozenset({"pxc/1.20.0/067-validation-hook-cr-with-too-long-name.yaml"})
"""Resources that the operator refuses, and so does this package."""


@dataclass(frozen=True)
class Reach:
    """The leaves of a resource that count, by fields or not; blocks that are off are left out."""

    by_fields: frozenset[str]
    missed: frozenset[str]
    count: tuple[int, int]


def resources(shared: Path) -> dict[str, Path]:
    """The resources of the operators' tests, by plugin, version and name."""
    folder = shared / "samples" / "e2e"
    found = {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*.yaml"))}
    return {name: file for name, file in found.items() if not name.startswith("jobs/")}


def resource(file: Path) -> dict[str, Any]:
    """The object of a file."""
    found: dict[str, Any] = next(entry for entry in yaml.safe_load_all(file.read_text(encoding="utf-8")) if entry)
    return found


def reach(live: Mapping[str, Any], result: Adopted, workspace: Workspace) -> Reach:
    """What of a resource is by fields in the cluster that it was adopted as."""
    plugin = plugin_for(workspace, live)
    setup, _ = workspace.setup(plugin.definition.name)
    assert setup is not None
    bare = leaves(Rendering(plugin, setup.technology, result.metadata).bare(result.spec))
    off = list(_off(live["spec"], ()))
    got, missed = [], []
    for place, value in leaves(live["spec"]).items():
        if any(place[: len(block)] == block for block in off):
            continue
        by_fields = place in bare and same(bare[place], value)
        if by_fields or not is_rightly_override(pattern(place)):
            (got if by_fields else missed).append(pattern(place))
    return Reach(frozenset(got), frozenset(missed), (len(got), len(got) + len(missed)))


def _off(node: Any, place: Place) -> Iterator[Place]:
    """The blocks that are switched off."""
    if isinstance(node, dict):
        if node.get("enabled") is False:
            yield place
            return
        for key, value in node.items():
            yield from _off(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _off(value, (*place, index))


def pattern(place: Place) -> str:
    """A place with any item for each of a list."""
    return ".".join("[]" if isinstance(part, int) else str(part) for part in place)


@cache
def rightly_overrides() -> list[dict[str, str]]:
    """The paths that are rightly overrides, each with why."""
    found: list[dict[str, str]] = yaml.safe_load((HERE / "rightly_overrides.yaml").read_text(encoding="utf-8"))
    return found


@cache
def _expressions() -> list[re.Pattern[str]]:
    def expression(path: str) -> str:
        return re.escape(path).replace(r"\*\*\.", r"(.*\.)?").replace(r"\*", r"[^.]+")

    return [re.compile(rf"{expression(entry['path'])}(\..*)?\Z") for entry in rightly_overrides()]


def is_rightly_override(path: str) -> bool:
    """Whether a path, or what it is in, is on the list."""
    return any(expression.match(path) for expression in _expressions())


def measured(name: str, file: Path) -> tuple[str, Reach | None]:
    """What fields reach of one resource; None where it is refused."""
    workspace = Workspace(Plugins(), [])
    live = resource(file)
    try:
        return name, reach(live, adopted(workspace, live, remarked=False), workspace)
    except EverestError:
        return name, None


def numbers() -> dict[str, list[int]]:
    """The numbers as they were measured last: leaves by fields and all that count, by resource."""
    found: dict[str, list[int]] = yaml.safe_load(NUMBERS.read_text(encoding="utf-8"))
    return found


def totals(found: Mapping[str, list[int]]) -> dict[str, tuple[int, int, int]]:
    """Leaves by fields, all that count, and resources, by operator."""
    sums: dict[str, tuple[int, int, int]] = {}
    for name, (by_fields, total) in found.items():
        plugin = name.split("/")[0]
        got, every, count = sums.get(plugin, (0, 0, 0))
        sums[plugin] = (got + by_fields, every + total, count + 1)
    return sums


HEAD = """
## What the operators' own tests use

The operators are tested with some two hundred resources, which say what people run. {sentence} Blocks that are off
(`enabled: false`) are left out, and so is what is below the paths that follow, which are rightly overrides. `make measure`
counts anew.

| path | why it is an override |
|---|---|
"""


def section() -> str:
    """The part of docs/coverage.md about these resources."""
    parts = [
        f"of {title} {got} of {every} values in {count} resources ({got / every:.0%})"
        for (plugin, (got, every, count)) in sorted(totals(numbers()).items())
        for title in [{"psmdb": "MongoDB", "pxc": "MySQL", "pg": "PostgreSQL"}[plugin]]
    ]
    rows = [f"| `{entry['path']}` | {entry['why']} |\n" for entry in rightly_overrides()]
    return HEAD.format(sentence=f"Fields reach {', '.join(parts)}.") + "".join(rows)


def main(shared: Path) -> int:
    """Measure all resources, and write the numbers; 1 where fewer are by fields than should be."""
    found: dict[str, list[int]] = {}
    with ProcessPoolExecutor() as pool:
        for name, result in pool.map(measured, *zip(*resources(shared).items(), strict=True)):
            if result is not None:
                found[name] = list(result.count)
                print(name, *result.count, flush=True)
    NUMBERS.write_text(
        "# Leaves by fields, and all that count, of each resource of the operators' own tests. `make measure` writes it.\n"
        + "".join(f"{name}: [{got}, {every}]\n" for name, (got, every) in found.items()),
        encoding="utf-8",
    )
    sums = totals(found)
    for plugin, (got, every, _) in sums.items():
        print(f"{plugin}: {got} of {every}, {got / every:.1%}")
    return int(any(got < LEAST * every for got, every, _ in sums.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
