"""Checks of what a definition says about changes: its paths and expressions, and the versions that upgrades name."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_everest.core import paths
from pulumi_everest.core.changes.impact import GUARDS
from pulumi_everest.core.changes.policies import VARIABLES
from pulumi_everest.core.paths import missing_path
from pulumi_everest.core.technology import Definition
from pulumi_everest.expressions.check import condition_findings
from pulumi_everest.expressions.environment import Environment
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.definition import Change
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.plugin_files.manifest import CLUSTER
from pulumi_everest.model.values.versions import Range

_REFUSING = ("immutable", "grow-only", "keep-order", "keep-first")
_SHAPES = dict.fromkeys(VARIABLES, CLUSTER)


def change_findings(definition: Definition) -> Iterator[Finding]:
    """What is wrong with `changes`."""
    for index, change in enumerate(definition.spec.changes):
        at: Path = ("spec", "changes", index)
        yield from missing_path(paths.parse(change.path), CLUSTER, (*at, "path"), change.path)
        if change.when is not None:
            environment = Environment(VARIABLES)
            yield from condition_findings(change.when, environment, _SHAPES, (*at, "when"), what="condition")
        if change.guard is not None and change.policy not in _REFUSING:
            text = f"policy '{change.policy}' refuses nothing, so guard '{change.guard}' has no effect"
            yield finding("definition.change", (*at, "guard"), text, allowed=_REFUSING)
        elif change.guard is not None and change.guard in GUARDS and GUARDS[change.guard].lifted is None:
            text = f"guard '{change.guard}' is one of this package that cannot be lifted"
            yield finding("definition.change", (*at, "guard"), text, hint="choose another name")
        yield from _never(definition.spec.changes, index, at)


def _never(changes: list[Change], index: int, at: Path) -> Iterator[Finding]:
    """Whether an entry before this one takes all of its changes."""
    change, path = changes[index], paths.parse(changes[index].path)
    orders = ("keep-order", "keep-first")
    for earlier in changes[:index]:
        before = paths.parse(earlier.path)
        covers = len(before) <= len(path) and all(b in ("*", p) for b, p in zip(before, path, strict=False))
        one_kind = (earlier.policy in orders) == (change.policy in orders)
        if (
            covers
            and one_kind
            and earlier.when is None
            and (earlier.policy not in _REFUSING or change.policy in _REFUSING)
        ):
            text = f"the entry '{earlier.path}' before this one is about all that '{change.path}' names"
            yield finding(
                "definition.change", (*at, "path"), text, hint="the first entry that fits decides: put it before"
            )
            return


def upgrade_findings(definition: Definition) -> Iterator[Finding]:
    """What is wrong with `upgrades`."""
    for kind, upgrades in definition.spec.upgrades.items():
        at: Path = ("spec", "upgrades", kind)
        for index, step in enumerate(upgrades.paths or []):
            yield from _target(definition, kind, step.to, (*at, "paths", index, "to"))
        if kind not in definition.spec.component_types:
            text = f"upgrades names the component type '{kind}', which the definition does not have"
            yield unknown("definition.unknown-type", at, text, kind, definition.spec.component_types)


def _target(definition: Definition, kind: str, text: str, path: Path) -> Iterator[Finding]:
    """Whether there is a version that a step between versions leads to."""
    names = [entry.version for entry in definition.versions(kind, None)]
    try:
        target = Range.parse(text)
    except ValueError as error:
        yield finding("value.version", path, str(error))
        return
    if names and not any(name in target for name in names):
        message = f"type '{kind}' has no version '{text}'"
        yield unknown("definition.unknown-version", path, message, text, names)
