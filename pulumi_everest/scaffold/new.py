"""A new plugin: from an operator's definitions, or from nothing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from pulumi_everest.authoring.check import check
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import Finding
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.scaffold.asked import Answers
from pulumi_everest.scaffold.definition_file import definition
from pulumi_everest.scaffold.definitions.crd_files import Kind, Source, read
from pulumi_everest.scaffold.definitions.placeholder_operator import placeholder_operator
from pulumi_everest.scaffold.definitions.samples import Sample, read_sample
from pulumi_everest.scaffold.meaning.kind_roles import Roles, called, found_in, roles_of
from pulumi_everest.scaffold.plugin_files import Plan, backups_example, example, manifest, preset
from pulumi_everest.scaffold.server_rules import broken
from pulumi_everest.scaffold.settle import Files, Render, Settled, settle
from pulumi_everest.scaffold.template.adoption import adopt_of
from pulumi_everest.scaffold.template.backup_restore import backup_of, restore_of
from pulumi_everest.scaffold.template.objects import Choices, objects_of
from pulumi_everest.scaffold.template.schedule_objects import is_scheduled

MOST_TRIES = 24
"""How many sets of components are tried, to keep rules of a definition."""
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")


@dataclass
class Wanted:
    """What a new plugin is made of."""

    name: str
    paths: Sequence[str] = ()
    """Files and folders with definitions."""
    samples: Sequence[str] = ()
    main: str = ""
    """The kind that is the database; none if that is to be found out."""
    answers: Answers = field(default_factory=Answers)
    choose: Callable[[list[str]], str] | None = None
    """Asks which of several kinds is the database; the first is the likeliest."""


class NoKindError(Exception):
    """There is no kind of the name that was given; the text says which there are."""


@dataclass
class Made:
    """What was made: where it is wrong, what was left out, and what is to be asked."""

    findings: list[Finding] = field(default_factory=list)
    """What could not be read, and what still fails."""
    plugin: Plugin | None = None
    roles: Roles = field(default_factory=Roles)
    notes: list[str] = field(default_factory=list)
    """What may not be as it was meant."""
    left_out: int = 0
    asks: list[str] = field(default_factory=list)


def is_name(text: str) -> bool:
    """Whether a plugin, and its folder, can be called so."""
    return bool(_NAME.match(text)) and len(text) <= 40


def new(wanted: Wanted, folder: Path, render: Render, say: Callable[[str], None]) -> Made:
    """Make a plugin in a folder. Without definitions it is one of an operator of which all is still to be said.

    Raises NoKindError.
    """
    source, (sample, found) = read(wanted.paths), read_sample(list(wanted.samples))
    made = Made([*source.findings, *found])
    if not wanted.paths:
        source, sample = placeholder_operator(wanted.name)
    elif not source.kinds:
        return made
    made.roles = _roles(wanted, source, sample, made.notes)
    if wanted.samples and not set(sample.kinds) & {kind.kind for kind in source.kinds.values()}:
        there = ", ".join(sorted(set(sample.kinds))) or "nothing"
        made.notes.append(
            f"the sample has no object of the operator's kinds, only {there}, so nothing was taken from it"
        )
    files = _kept(wanted, source, sample, made.roles)
    with tempfile.TemporaryDirectory(prefix="everest-new-") as temporary:
        trial = Path(temporary) / wanted.name
        settled = _settled(files, trial, source, render, say)
        made.findings += settled.findings
        made.left_out = len(files.left_out)
        _copy(trial, folder)
    made.plugin = load_plugin(folder)[0]
    made.asks = asks_in(folder)
    return made


def _roles(wanted: Wanted, source: Source, sample: Sample, notes: list[str]) -> Roles:
    """What each kind is. A tie is asked about, or noted."""
    kinds = list(source.kinds.values())
    if wanted.main and not any(wanted.main.lower() in kind.names for kind in kinds):
        listed = ", ".join(sorted(called(kind, kinds) for kind in kinds))
        raise NoKindError(f"there is no kind '{wanted.main}' in the definitions; there are {listed}")
    roles = roles_of(kinds, wanted.main, sample.kinds)
    if not roles.ties or roles.main is None:
        return roles
    names = [called(kind, kinds) for kind in (roles.main, *roles.ties)]
    if wanted.choose is not None:
        return roles_of(kinds, wanted.choose(names), sample.kinds)
    notes.append(f"each of {', '.join(names)} may be the database; {names[0]} was taken: name another with --main")
    return roles


def _kept(wanted: Wanted, source: Source, sample: Sample, roles: Roles) -> Files:
    """The files, with the components that the definition's own rules ask for."""
    assert roles.main is not None
    first = _files(wanted, source, sample, roles, Choices())
    rules = _broken(first, wanted.name, roles.main)
    if not rules:
        return first
    optional = [one for one in found_in(roles.main).components if one.optional]
    named = [one.name for one in optional if any(one.place.name in rule for rule in rules)]
    said = frozenset(one.name for one in optional if one.name in named and "enabled" in one.place.children)
    needs = [(), *((one,) for one in named), *combinations(named, 2)]
    for switched in (frozenset(), said) if said else (frozenset[str](),):
        for needed in needs[:MOST_TRIES]:
            files = _files(wanted, source, sample, roles, Choices(switched, frozenset(needed)))
            if not _broken(files, wanted.name, roles.main):
                return files
    return first


def _broken(files: Files, name: str, main: Kind) -> list[str]:
    """The rules of the main kind that its objects in the examples break."""
    with tempfile.TemporaryDirectory(prefix="everest-rules-") as temporary:
        folder = Path(temporary) / name
        files.write(folder)
        plugin, _ = load_plugin(folder)
        if plugin is None:
            return []
        made = [one for example in check(plugin).examples for one in example.manifests]
    return [rule for one in made if one.get("kind") == main.kind for rule in broken(one, main.schema)]


def _files(wanted: Wanted, source: Source, sample: Sample, roles: Roles, choices: Choices) -> Files:
    assert roles.main is not None
    objects = objects_of(roles.main, roles, source, sample, wanted.name, choices)
    plan = Plan(wanted.name, source, wanted.answers, roles.main, objects)
    trees: dict[str, tuple[Any, str]] = {
        "plugin.yaml": (
            manifest(plan),
            "What this plugin is. Where a mark says so, people have to answer what no definition says.",
        ),
        "definition.yaml": (definition(plan), ""),
        "resources.yaml": (objects.tree, _head(roles)),
        "examples/minimal.yaml": (example(plan), ""),
    }
    trees.update(_jobs(roles, source))
    whole = objects.whole
    adopt = adopt_of(*(next(iter(whole.nearest(role)), None) for role in ("stores", "schedules")))
    if adopt and whole.has_stores:
        trees["adopt.yaml"] = (
            adopt,
            "What `everest adopt` begins with: parts of a running database that it cannot try out.",
        )
    with_backups = backups_example(plan)
    if with_backups:
        trees["examples/backups.yaml"] = (with_backups, "")
    sizes = preset(plan)
    if sizes:
        trees["presets/small.yaml"] = (sizes, "")
    return Files(trees)


def _jobs(roles: Roles, source: Source) -> dict[str, tuple[Any, str]]:
    """backup.yaml and restore.yaml, of the first kinds that are one."""
    assert roles.main is not None
    made: dict[str, tuple[Any, str]] = {}
    for name, kinds, template in (("backup", roles.backups, backup_of), ("restore", roles.restores, restore_of)):
        for kind in kinds:
            tree = None if is_scheduled(kind) else template(kind, roles.main, source)
            if tree is not None:
                made[f"{name}.yaml"] = (tree, f"A {name}: what a Database{name.capitalize()} becomes.")
                break
    return made


def _head(roles: Roles) -> str:
    lines = ["The objects of a cluster."]
    if roles.others:
        lines.append(
            "Kinds of the operator that nothing here makes: "
            + ", ".join(sorted({one.kind for one in roles.others}))
            + "."
        )
    return "\n".join(lines)


def _settled(files: Files, trial: Path, source: Source, render: Render, say: Callable[[str], None]) -> Settled:
    every = [one for definitions in source.by_version.values() for one in definitions]
    return settle(files, trial, Crds.of(every), render, say)


def _copy(source: Path, target: Path) -> None:
    for file in sorted(source.rglob("*")):
        if file.is_file():
            to = target / file.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(file.read_bytes())


_MARK = re.compile(r"#\s*ask:?\s*(.*)$")


def asks_in(folder: Path) -> list[str]:
    """The marks in the files of a plugin, each with its file and line."""
    found: list[str] = []
    for file in sorted(folder.rglob("*.yaml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = _MARK.search(line)
            if match is not None:
                found.append(f"{file.relative_to(folder)}:{number}: {match[1].strip()}")
    return found
