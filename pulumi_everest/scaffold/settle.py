"""Leaving out guesses that the operator's schema or the conformance kit refuses, until a plugin is green."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_everest.authoring.check import check
from pulumi_everest.authoring.conformity import failures, probed
from pulumi_everest.authoring.examples import update
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model import deferred
from pulumi_everest.model.findings import EverestError, Finding, has_errors, path_text
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.scaffold.definitions.fields import ITEM
from pulumi_everest.scaffold.template.tree import Guess, Note, Written, guesses, write
from pulumi_everest.scaffold.template.using_mixins import use_mixins

ROUNDS = 40
JOBS = ("backup.yaml", "restore.yaml")
Render = Callable[[list[dict[str, Any]]], str]


@dataclass
class Files:
    """The trees of a plugin's files by their names, and what is left out of them."""

    trees: dict[str, tuple[Any, str]]
    """Tree and head of each file."""
    left_out: dict[Guess, str] = field(default_factory=dict)

    def write(self, folder: Path) -> dict[str, Written]:
        """Write all files below a folder."""
        written = {name: write(tree, self.left_out, head) for name, (tree, head) in self.trees.items()}
        for name, one in written.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(one.text, encoding="utf-8")
        return written


@dataclass
class Settled:
    """What came out: the findings that are left, and the plugin as it is."""

    findings: list[Finding]
    plugin: Plugin | None


def settle(files: Files, folder: Path, crds: Crds, render: Render, say: Callable[[str], None]) -> Settled:
    """Write a plugin again and again, without the guesses that fail, until the checks and the kit pass."""
    found: list[Finding] = []
    plugin: Plugin | None = None
    for number in range(ROUNDS):
        written = files.write(folder)
        plugin, found = _judged(folder, crds)
        blamed = _blamed(found, files, written)
        if not blamed and not any(does(found, files, folder) for does in (_refused, _without_idle, _dropped)):
            break
        say(f"round {number + 1}: {len(blamed)} guesses left out")
        files.left_out.update(blamed)
    if plugin is not None and not found:
        plugin = _shortened(files, folder) or plugin
        for example in check(plugin, crds).examples:
            update(example, render)
    return Settled(found, plugin)


def _shortened(files: Files, folder: Path) -> Plugin | None:
    """Write mixins of the package where they say the same, unless something is wrong then."""
    for name in ("resources.yaml", *JOBS):
        if name in files.trees:
            use_mixins(files.trees[name][0], files.left_out)
    files.write(folder)
    plugin, _ = load_plugin(folder)
    return plugin if plugin is not None and not has_errors(check_plugin(plugin)) else None


def _judged(folder: Path, crds: Crds) -> tuple[Plugin | None, list[Finding]]:
    """The plugin in a folder, and its errors: those of its files, and where there are none those of the kit."""
    plugin, found = load_plugin(folder)
    if plugin is None:
        return None, found
    checked = check(plugin, crds)
    wrong = [entry for entry in checked.findings if entry.is_error or entry.code == "plugin.unmarked"]
    if wrong:
        return plugin, wrong
    try:
        report = probed(plugin, crds, lambda _: None)
    except EverestError as error:
        return plugin, error.findings
    return plugin, failures(plugin, report)


def _blamed(found: Iterable[Finding], files: Files, written: dict[str, Written]) -> dict[Guess, str]:
    """The guesses that are at fault, with the reason: by the line of a finding, or by the field that it is about."""
    blamed: dict[Guess, str] = {}
    for entry in found:
        guess = _by_line(entry, written) or _by_field(entry, files)
        for one in [guess] if guess is not None else _by_place(entry, files):
            blamed.setdefault(one, _reason(entry))
    return blamed


_NO_IMAGE = {
    "cel": "!has(spec.images) || !has(spec.images.registry)",
    "path": "images.registry",
    "message": "the operator itself chooses the images, by the version",
}


_NO_SPEC = {
    "cel": "!has(spec.overrides)",
    "path": "overrides",
    "message": "the operator's object has no spec that could be changed",
}


_RULES: dict[deferred.Path, dict[str, str]] = {("images", "registry"): _NO_IMAGE, ("overrides",): _NO_SPEC}
"""What refuses fields that no list of fields can leave out alone."""


def _add(rule: dict[str, str], rules: list[dict[str, str]]) -> bool:
    if rule in rules:
        return False
    rules.append(rule)
    return True


def _job_of(entry: Finding) -> str:
    """The file of backups or restores that a finding is about; none where it is about clusters."""
    kind = entry.subject.rpartition(", ")[2]
    if f"{kind}.yaml" in JOBS:
        return f"{kind}.yaml"
    name = Path(entry.place.file).name if entry.place is not None else ""
    return name if name in JOBS else ""


def _dropped(found: Iterable[Finding], files: Files, folder: Path) -> bool:
    """Do without backups or restores where nothing else helps."""
    for entry in found:
        job = _job_of(entry)
        if job in files.trees:
            del files.trees[job]
            (folder / job).unlink()
            files.trees["plugin.yaml"][0][f"#{job}"] = Note(f"There is no {job}: {_reason(entry)}")
            return True
    return False


def _without_idle(found: Iterable[Finding], files: Files, _folder: Path) -> bool:
    """Do without components of which every guess was left out."""
    idle = {
        str(entry.path[1])
        for entry in found
        if entry.code == "definition.not-honoured" and entry.path[:1] == ("components",) and len(entry.path) == 2
    }
    spec, manifest = files.trees["definition.yaml"][0]["spec"], files.trees["plugin.yaml"][0]
    for name in idle:
        kind = spec["components"].pop(name)["type"]
        for topology in spec["topologies"].values():
            topology["components"].pop(name, None)
        manifest["defaults"]["instances"].pop(name, None)
        if kind not in {one["type"] for one in spec["components"].values()}:
            spec["componentTypes"].pop(kind)
            spec["upgrades"].pop(kind, None)
            for block in [key for key, one in manifest.get("blocks", {}).items() if kind in one["types"]]:
                del manifest["blocks"][block]
    return bool(idle)


def _refused(found: Iterable[Finding], files: Files, _folder: Path) -> bool:
    """Have the plugin refuse fields that do nothing and that no guess reads, such as a registry without an image."""
    manifest = files.trees["plugin.yaml"][0]
    changed = False
    for entry in found:
        if entry.code != "plugin.conformance" or not entry.path:
            continue
        path = entry.path
        where = manifest
        job = _job_of(entry)
        if job:
            where = files.trees[job][0] if job in files.trees else {}
        spec = files.trees["definition.yaml"][0]["spec"]
        if not job and path in _RULES:
            changed = _add(_RULES[path], spec.setdefault("rules", [])) or changed
            continue
        if not job and path[:2] == ("topology", "config"):
            dropped = [one.pop("configSchema", None) for one in spec["topologies"].values()]
            changed = any(dropped) or changed
            continue
        if not job and path[0] == "instances" and len(path) > 2:
            where = manifest.setdefault("components", {}).setdefault(str(path[1]), {})
            path = path[2:]
        listed = where.setdefault("fieldsBut", [])
        if path_text(path) not in listed:
            listed.append(path_text(path))
            changed = True
    return changed


def _reason(entry: Finding) -> str:
    text = entry.message.splitlines()[0]
    return text if len(text) < 160 else f"{text[:157]}..."


def _by_line(entry: Finding, written: dict[str, Written]) -> Guess | None:
    place = entry.place
    if place is None or place.line is None:
        return None
    for name, one in written.items():
        if entry.code == "plugin.conformance" and entry.path and place.line <= _first_key(one):
            continue  # a finding about a field of which the file is all that is known
        if Path(place.file).parts[-len(Path(name).parts) :] == Path(name).parts:
            return one.made_by.get(place.line)
    return None


def _first_key(written: Written) -> int:
    return next((number for number, line in enumerate(written.lines, 1) if not line.startswith("#")), 1)


def _by_place(entry: Finding, files: Files) -> list[Guess]:
    """The guesses of the smallest part of an object that a finding is in, and that has any: it is done without."""
    if entry.code != "emit.object" or entry.path[:1] != ("spec",):
        return []
    path = tuple(ITEM if isinstance(part, int) else str(part) for part in entry.path[1:])
    job = _job_of(entry)
    for length in range(len(path), 0, -1):
        inside = [
            guess
            for name, (tree, _) in files.trees.items()
            if (name == job if job else name not in JOBS)
            for guess in guesses(tree)
            if guess.path[:length] == path[:length] and guess not in files.left_out
        ]
        if inside:
            return inside
    return []


def _by_field(entry: Finding, files: Files) -> Guess | None:
    """The guess that reads the field which a finding is about, the one that reads least of others first."""
    about = path_text(entry.path).removeprefix("spec.")
    if not about:
        return None
    job = _job_of(entry)
    fits = [
        guess
        for name, (tree, _) in files.trees.items()
        if (name == job if job else name not in JOBS)
        for guess in guesses(tree)
        if guess not in files.left_out
        for read in guess.reads
        if about == read or about.startswith(f"{read}.") or read.startswith(f"{about}.")
    ]
    return max(fits, key=lambda guess: max(map(len, guess.reads)), default=None)
