"""docs/coverage.md: by what each path of the operators' samples is reached. ``python tests/samples/table.py`` writes it.

Takes the folder with CRDs and samples from EVEREST_SHARED, or ``../shared`` beside the project.
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import operators_tests
import yaml
from reached_paths import Reached, reached
from sample_paths import kind_of, used_paths

from pulumi_everest.emit.crds import Crds
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.plugin import Plugin

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "coverage.md"
SAMPLES = {
    "psmdb": {"1.21.1": "1.21.1", "1.22.0": "1.22.0"},
    "pxc": {"1.19.0": "1.19.0", "1.20.0": "1.20.0-main"},
    "pg": {"2.9.0": "2.9.0", "3.0.0": "3.0.0"},
    "cnpg": {"1.30.0": "1.30.0"},
    "clickhouse": {"0.25.6": "0.25.6"},
    "valkey": {"0.5.0": "0.5.0"},
}
"""By plugin and operator version the folder with the samples; no release of pxc 1.20.0 has samples of its own yet."""
FOLDERS = {"cnpg": "cloudnative-pg", "clickhouse": "altinity-clickhouse", "valkey": "valkey-io"}
"""Folders of the operators' files that are not called as the plugin."""
FILES = {
    "clickhouse": ("ClickHouseInstallation", "99-clickhouseinstallation-max.yaml"),
    "cnpg": ("Cluster", "cluster-*.yaml"),
    "valkey": ("ValkeyCluster", "v1alpha1_*.yaml"),
}
"""Of operators whose samples are many small files of many kinds: the kinds that the plugin makes, and the files."""

WORDS = {"set": "*set*", "none": "*not by this package*"}

HEAD = """\
# What the operators' own samples use

The operators come with samples of their objects, `cr.yaml` above all, which show nearly every field, most of them in
comments. This page says for each path below `spec`, in comments or not, by what field of a `DatabaseCluster` it is
reached. What no field reaches is reached by [`overrides`](concepts.md), of the component or of the cluster, with the
reason why there is no field. *set* are values that the package always sets; `overrides` change these too.

The page is made by `make coverage`: fields are changed one by one, and where the operator's object changes, the field
reaches the path. `[]` stands for the items of a list, `*` for keys of your own. A version behind a path says that only
the sample of that version has it.
"""


@dataclass
class Row:
    """Paths that are reached by the same, for the same reason."""

    by: str
    why: str
    paths: list[str] = field(default_factory=list)


@dataclass
class Table:
    """The table of one kind of object: rows by section. `missing` are paths without a field and a reason.

    `misplaced` are those that the operator's schema does not have, `reasons` the patterns that were needed.
    """

    plugin: str
    kind: str
    versions: list[str]
    sections: dict[str, dict[tuple[str, str], Row]] = field(default_factory=lambda: defaultdict(dict))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missing: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)

    @property
    def kind_here(self) -> str:
        """The kind of this package that becomes the object, where that is not a DatabaseCluster."""
        return next((f"Database{job}" for job in ("Backup", "Restore") if self.kind.endswith(job)), "")


def shared_folder() -> Path:
    """The folder with the operators' CRDs and samples."""
    return Path(os.environ.get("EVEREST_SHARED", ROOT.parent / "shared"))


def tables(shared: Path) -> Iterator[Table]:
    """One table for each kind of object that has samples, the main object of each plugin first."""
    reasons = yaml.safe_load((Path(__file__).parent / "reasons.yaml").read_text(encoding="utf-8"))
    order = list(SAMPLES)
    for plugin in sorted(builtin(), key=lambda entry: order.index(entry.name)):
        yield from _tables(plugin, shared, [*reasons[plugin.name], *reasons["every"]])


def _tables(plugin: Plugin, shared: Path, reasons: list[dict[str, str]]) -> Iterator[Table]:
    name = FOLDERS.get(plugin.name, plugin.name)
    kinds, pattern = FILES.get(plugin.name, ("", "*.yaml"))
    crds = {version: Crds.load([shared / "crds" / name / version]) for version in SAMPLES[plugin.name]}
    files: dict[tuple[str, str], list[tuple[str, Path]]] = defaultdict(list)
    for version, folder in SAMPLES[plugin.name].items():
        for file in sorted((shared / "samples" / name / folder).rglob(pattern), key=_main_first):
            if kind_of(file)[1] in kinds.split() or (not kinds and kind_of(file) != ("v1", "Secret")):
                files[kind_of(file)].append((version, file))
    for (api, kind), found in files.items():
        yield _table(plugin, crds, api, kind, found, reasons)


def _main_first(file: Path) -> tuple[bool, str]:
    return not file.name.startswith("cr"), str(file)


def _table(
    plugin: Plugin,
    crds: dict[str, Crds],
    api: str,
    kind: str,
    files: list[tuple[str, Path]],
    reasons: list[dict[str, str]],
) -> Table:
    versions = list(dict.fromkeys(version for version, _ in files))
    found = reached(plugin, versions, crds, api, kind)
    table = Table(plugin.name, kind, versions)
    used: dict[str, list[str]] = {}
    for version, file in files:
        paths, misplaced = used_paths(file, crds[version].schemas[(api, kind)])
        table.misplaced += [path for path in misplaced if path not in table.misplaced]
        for path in paths:
            where = used.setdefault(path, [])
            where += [version] if version not in where else []
    for path, where in used.items():
        _add(table, path, where, found, reasons)
    return table


def _add(table: Table, path: str, versions: list[str], found: Reached, reasons: list[dict[str, str]]) -> None:
    whole = f"{table.kind}: {path}"
    reason = next((entry for entry in reasons if re.search(entry["path"], whole)), {})
    fields = found.fields(path)
    by, why = _names(fields), ""
    if "by" in reason or not fields:
        # What the text knows is nearer than what a change of a field brings along.
        if not reason or (path in found.emitted and "by" not in reason):
            table.missing.append(whole)
            return
        table.reasons.add(reason["path"])
        why = reason.get("why", "")
        overrides = found.overrides(path, default=f"{table.kind_here}: overrides" if table.kind_here else "overrides")
        by = WORDS.get(reason.get("by", ""), _names(reason["by"].split(", ") if "by" in reason else [overrides]))
    table.counts["none" if by == WORDS["none"] else "overrides" if "overrides`" in by else "fields"] += 1
    section = found.section(path)
    rows = table.sections[section]
    row = rows.setdefault((by, why), Row(by, why))
    short = path.removeprefix(section).lstrip(".")
    row.paths.append(short if versions == table.versions else f"{short} ({', '.join(versions)})")


def _names(fields: list[str]) -> str:
    """The fields in backquotes, with the kind for those of no cluster; of many with one parent only the parent."""
    if len(fields) > 4:
        fields = sorted({".".join(name.split(".")[:2]) + ".*" for name in fields})
    parts = [name.rpartition(": ") for name in fields]
    return ", ".join(f"`{name}` of a {kind}" if kind else f"`{name}`" for kind, _, name in parts)


def page(found: Iterable[Table]) -> str:
    """The whole page."""
    parts = [HEAD]
    titles = {plugin.name: plugin.manifest.title for plugin in builtin()}
    for table in found:
        counts, total = table.counts, sum(table.counts.values())
        numbers = f"{total} paths: {counts['fields']} by fields, {counts['overrides']} by `overrides` only."
        if counts["none"]:
            numbers = f"{total} paths, none of them by this package."
        parts.append(
            f"\n## {titles[table.plugin]}: `{table.kind}` of operator {' and '.join(table.versions)}\n\n{numbers}\n"
        )
        if table.misplaced:
            names = ", ".join(f"`{path}`" for path in table.misplaced)
            parts.append(f"In the samples, but not in the operator's schema: {names}.\n")
        for section in sorted(table.sections, key=lambda name: (name != "spec", name)):
            parts.append(f"\n### {table.kind}: `{section}`\n\n| path | reached by | why |\n|---|---|---|\n")
            for row in table.sections[section].values():
                names = ", ".join(f"`{name}`" if " (" not in name else _with_version(name) for name in row.paths)
                parts.append(f"| {names} | {row.by} | {row.why} |\n")
    return "".join([*parts, operators_tests.section()])


def _with_version(name: str) -> str:
    path, _, versions = name.partition(" ")
    return f"`{path}` {versions}"


def main() -> int:
    """Write the page; 1 if a path has neither a field nor a reason."""
    shared = shared_folder()
    if not (shared / "samples").is_dir():
        print(f"there are no samples at {shared}; name the folder that holds them in EVEREST_SHARED")
        return 1
    found = list(tables(shared))
    PAGE.write_text(page(found), encoding="utf-8")
    missing = [
        f"{table.plugin}: no field reaches {path}, and reasons.yaml has no reason"
        for table in found
        for path in table.missing
    ]
    print("\n".join([*missing, str(PAGE.relative_to(ROOT))]))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
