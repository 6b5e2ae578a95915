"""The steps against what runs: which are done, which one is the next, and what is in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.moved_fields import lacking
from pulumi_everest.model.plugin_files.object_settings import MovedField
from pulumi_everest.model.values.versions import version_key
from pulumi_everest.upgrade.operators.steps import Step

_LABEL = "app.kubernetes.io/version"


@dataclass(frozen=True)
class Database:
    """A database that runs: its main object, whether it is ready, and the operator's word for its state."""

    name: str
    live: Mapping[str, Any] | None
    ready: bool
    state: str
    cr_version: str | None = None


@dataclass(frozen=True)
class Running:
    """What a cluster has: the operator's versions by deployment, its definitions by name, and the databases."""

    operators: Mapping[str, str | None] = field(default_factory=dict)
    definitions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    databases: Sequence[Database] = ()

    @property
    def operator(self) -> str | None:
        """The oldest version of the operator that runs, where all are known."""
        versions = list(self.operators.values())
        known = [version for version in versions if version is not None]
        return min(known, key=version_key) if known and len(known) == len(versions) else None

    @property
    def definition(self) -> str | None:
        """The version that the operator's definitions say they are of, where they say one."""
        labels = [value_at(found, ("metadata", "labels", _LABEL)) for found in self.definitions.values()]
        texts = [str(label).removeprefix("v") for label in labels if str(label).removeprefix("v")[:1].isdigit()]
        return min(texts, key=version_key) if texts and len(texts) == len(labels) else None


def check_steps(steps: Sequence[Step], running: Running, moved: Sequence[MovedField]) -> None:
    """Give every step its state: all before the first that is not done are, and that one is next or blocked."""
    first = next((index for index, step in enumerate(steps) if not _is_done(step, steps, running, moved)), len(steps))
    for step in steps[:first]:
        step.state = "done"
    if first < len(steps):
        steps[first].problems = list(_problems(steps[first], running, moved))
        steps[first].state = "blocked" if steps[first].problems else "next"


def _is_done(step: Step, steps: Sequence[Step], running: Running, moved: Sequence[MovedField]) -> bool:
    """Whether what runs has a step behind it. What cannot be seen counts as done with what comes after it."""
    operator = running.operator
    later = operator is not None and version_key(operator) >= version_key(step.version)
    match step.kind:
        case "record" | "versions" | "operator":
            return later
        case "fields":
            return later or not any(_lacking(one, step.version, moved) for one in running.databases)
        case "definitions":
            there = running.definition
            return later or (there is not None and version_key(there) >= version_key(step.version))
        case "crVersion":
            return _raised(step.version, running)
        case "images":
            after = [other for other in steps if version_key(other.version) > version_key(step.version)]
            next_one = any(_is_done(other, steps, running, moved) for other in after if other.kind == "operator")
            return next_one and _raised(step.version, running)


def _raised(version: str, running: Running) -> bool:
    """Whether every database that is there has at least this crVersion."""
    there = [one for one in running.databases if one.live is not None]
    return bool(there) and all(
        one.cr_version is not None and version_key(one.cr_version) >= version_key(version) for one in there
    )


def _problems(step: Step, running: Running, moved: Sequence[MovedField]) -> Iterator[str]:
    for one in running.databases:
        if one.live is None:
            yield f"{one.name} is not in the cluster: make it first, or take it out of the input"
        elif not one.ready:
            yield f"{one.name} is not ready ({one.state}): wait until it is, everest status says what for"
        if step.kind == "definitions":
            names = ", ".join(entry.from_ for entry in _lacking(one, step.version, moved))
            if names:
                yield f"{one.name} still has {names}, which the definitions of {step.version} drop: move them first"
    if step.kind == "operator" and not running.operators:
        yield "no deployment in the cluster runs the operator: install the version of before first"
    if step.kind == "crVersion" and running.operator is None:
        yield "the version of the operator that runs is not known, so crVersion may be ahead of it"


def _lacking(database: Database, version: str, moved: Sequence[MovedField]) -> list[MovedField]:
    """The fields that a live object has and that the definitions of a version drop, but for those without effect."""
    return [one for one in lacking(database.live or {}, moved, version) if one.to is not None]
