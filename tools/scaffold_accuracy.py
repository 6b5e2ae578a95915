"""How much of hand-written plugins `everest plugin new` finds by itself, written to docs/plugins/accuracy.md.

A place is a field of one of the operator's objects in which a template puts something of a cluster. `mapped` are the
places of the hand-written templates of which `new` has one as well, at the same field or at one around or below it;
`noise` are the places that only `new` has. Run by `make scaffold-accuracy`; EVEREST_SHARED names the folder whose
`crds` has the operators' definitions.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_everest.model.findings import Finding
from pulumi_everest.model.shapes import ANY
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.mixed_files import read_mixed
from pulumi_everest.review.yaml_text import yaml_text
from pulumi_everest.scaffold.definitions.crd_files import read
from pulumi_everest.scaffold.definitions.fields import Field, fields_of
from pulumi_everest.scaffold.meaning.shapes import is_kubernetes
from pulumi_everest.scaffold.new import Wanted, new

PAGE = Path(__file__).parents[1] / "docs/plugins/accuracy.md"
CRDS = {
    "psmdb": "psmdb/1.22.0",
    "pxc": "pxc/1.20.0",
    "pg": "pg/3.0.0",
    "cnpg": "cloudnative-pg",
    "valkey": "valkey-io",
    "clickhouse": "altinity-clickhouse",
}
"""The definitions of each built-in plugin, below `crds`."""
WANTED_MAPPED, WANTED_NOISE = 85, 10
Place = tuple[str, ...]


@dataclass
class Compared:
    """What is the same in a hand-written plugin and in one that `new` made of the same definitions."""

    name: str
    by_hand: set[Place]
    made: set[Place]
    constants: set[Place]
    """The places of `new` at which a constant stands."""
    asks: int

    @property
    def missed(self) -> set[Place]:
        """Places by hand that `new` has nothing at."""
        return {place for place in self.by_hand if not _covered(place, self.made | self.constants)}

    @property
    def noise(self) -> set[Place]:
        """Places of `new` that nothing by hand is at."""
        return {place for place in self.made if not _covered(place, self.by_hand)}


def _covered(place: Place, others: set[Place]) -> bool:
    return any(all(map(_same, place, one)) for one in others)


def _same(part: str, other: str) -> bool:
    """Whether two parts of paths are one field; an entry of any name is each of them."""
    return part == other or "{}" in (part, other)


def places_of(folder: Path, kinds: Mapping[str, Field], *, constants: bool = False) -> set[Place]:
    """The places in a plugin's templates of objects of some kinds: kind, then the path in the object.

    A list of Kubernetes' own, such as one of containers, is one place. With `constants` they are those of constants.
    """
    found: set[Place] = set()
    problems: list[Finding] = []
    for name in ("resources.yaml", "backup.yaml", "restore.yaml"):
        if not (folder / name).is_file():
            continue
        document = read_mixed(folder, name, ANY, problems)
        data = document.data if document is not None else {}
        names = _names(data.get("let"), {})
        for entry in data.get("objects", []):
            made = entry.get("object", {})
            if made.get("kind") in kinds:
                inner = _names(entry.get("forEach"), _names(entry.get("let"), names))
                top = kinds[made["kind"]]
                for path, constant in _places(made.get("spec", {}), (), inner):
                    if constant is constants:
                        found.add((made["kind"], *_own(path, top)))
    return found


def _own(path: Place, top: Field) -> Place:
    """A path as far as it goes through fields of the operator's own."""
    here: Field | None = top
    for number, part in enumerate(path):
        here = here.children.get(part) if here is not None else None
        if here is not None and here.type == "array" and is_kubernetes(here):
            return path[: number + 1]
    return path


def _names(said: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    """The structures that names stand for, as far as a template says them."""
    names = dict(known)
    for name, value in said.items() if isinstance(said, dict) else ():
        for one in (part.strip() for part in name.split(",")):
            names.pop(one, None)
        last = name.rpartition(",")[2].strip()
        if isinstance(value, (dict, list)):
            names[last] = value
        elif isinstance(value, str) and value.removeprefix("${").removesuffix("}") in known:
            names[last] = _element(known[value.removeprefix("${").removesuffix("}")])
    return names


def _element(structure: Any) -> Any:
    """What one turn of a loop over a structure gives."""
    if isinstance(structure, list):
        return structure[0] if structure else None
    if isinstance(structure, dict):
        if "do" in structure:
            return _element(structure["do"])
        return next((value for key, value in structure.items() if "${" in key), None)
    return None


def _places(value: Any, path: Place, names: Mapping[str, Any]) -> Iterator[tuple[Place, bool]]:
    """The places below a part of a template, each with whether a constant stands there."""
    if isinstance(value, (bool, int)):
        yield path, True
    elif isinstance(value, str):
        name = value.removeprefix("${").removesuffix("}")
        if value == f"${{{name}}}" and name in names and names[name] is not None:
            yield from _places(names[name], path, {key: one for key, one in names.items() if key != name})
        else:
            yield path, "${" not in value
    elif isinstance(value, list):
        for one in value:
            yield from _places(one, (*path, "[]"), names)
    elif isinstance(value, dict):
        inner = _names(value.get("let"), _names(value.get("forEach"), names))
        for key, below in value.items():
            if key in ("let", "forEach", "when"):
                continue
            if key in ("do", "merge"):
                if key == "do" or isinstance(below, dict):
                    yield from _places(below, path, inner)
                continue
            name = "{}" if "${" in key else key.removeprefix("?").removeprefix("\\")
            yield from _places(below, (*path, name), inner)


def compared(name: str, folder: Path, crds: Path) -> Compared:
    """A built-in plugin beside what `new` makes of its operator's definitions."""
    with tempfile.TemporaryDirectory(prefix="everest-accuracy-") as temporary:
        trial = Path(temporary) / name
        made = new(Wanted(name, [str(crds)]), trial, lambda objects: "---\n".join(map(yaml_text, objects)), _quiet)
        kinds = {kind.kind: fields_of(kind.part("spec")) for kind in read([crds]).kinds.values()}
        constants = places_of(trial, kinds, constants=True)
        return Compared(name, places_of(folder, kinds), places_of(trial, kinds), constants, len(made.asks))


def _quiet(_line: str) -> None:
    """Say nothing."""


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


_HEAD = """\
`make scaffold-accuracy` writes this page. For each built-in plugin `everest plugin new --from-crd` is run on the
operator's definitions alone, without a sample and without answers, and held against the plugin as it was written by
hand. A *place* is a field of one of the operator's objects in which a template puts something of a cluster; a list of
Kubernetes' own, such as one of containers, is one place. *Mapped* are the places by hand of which `new` has one as
well; *noise* are those that only `new` has.
"""


def page(rows: list[Compared]) -> str:
    """The text of the page."""
    lines = [
        "# What `everest plugin new` finds by itself",
        "",
        *_HEAD.splitlines(),
        "",
        "| plugin | places by hand | mapped | places of `new` | noise | asked |",
        "|---|---|---|---|---|---|",
    ]
    for one in rows:
        mapped = _percent(len(one.by_hand) - len(one.missed), len(one.by_hand))
        noise = _percent(len(one.noise), len(one.made))
        lines.append(f"| {one.name} | {len(one.by_hand)} | {mapped} % | {len(one.made)} | {noise} % | {one.asks} |")
    hand, made = sum(len(one.by_hand) for one in rows), sum(len(one.made) for one in rows)
    missed, noise = sum(len(one.missed) for one in rows), sum(len(one.noise) for one in rows)
    lines.append(f"| all | {hand} | {_percent(hand - missed, hand)} % | {made} | {_percent(noise, made)} % | |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Compare, say what is missed, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--details", action="store_true", help="list what is missed and what is noise")
    parser.add_argument("names", nargs="*", help="plugins; all if left out, and only then the page is written")
    chosen = parser.parse_args()
    shared = Path(os.environ.get("EVEREST_SHARED", "../shared")) / "crds"
    if not shared.is_dir():
        parser.error(f"{shared} is not there: EVEREST_SHARED names the folder with the operators' definitions")
    plugins = {plugin.name: plugin.folder for plugin in Plugins().all()}
    names = [name for name in CRDS if name in plugins and (not chosen.names or name in chosen.names)]
    rows = [compared(name, plugins[name], shared / CRDS[name]) for name in names]
    if chosen.details:
        for one in rows:
            for what, places in (("missed", one.missed), ("noise", one.noise)):
                for place in sorted(places):
                    sys.stdout.write(f"{one.name} {what}: {'.'.join(place)}\n")
    text = page(rows)
    sys.stdout.write(text)
    if not chosen.names:
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
