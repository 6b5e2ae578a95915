"""What is said at a resource about changes: a line for those that are made, and more for those that are refused."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_everest.core.changes.compare import ChangeSet, can_be_lifted, finding_of, line
from pulumi_everest.core.changes.impact import Impact
from pulumi_everest.model.findings import Finding
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.resources.arguments.models import DatabaseClusterArgs
from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE, as_written, in_snake_case
from pulumi_everest.resources.engine.tokens import CLUSTER, subject_of
from pulumi_everest.resources.hooks.refusals import counted


def change_notices(result: ChangeSet) -> list[tuple[bool, str]]:
    """What to say of changes that are made, a line each, and whether it is a warning: more than online."""
    made = sorted((c for c in result.changes if not c.is_refused), key=lambda change: -change.impact.rank)
    said: list[tuple[bool, str]] = []
    if made:
        notable = made[0].impact.rank > Impact.ONLINE.rank or made[-1].impact is Impact.NONE
        said.append((notable, f"{result.name}: {'; '.join(map(line, made))}"))
    for guard in dict.fromkeys(change.guard for change in made if change.lifted):
        what = ", ".join(change.what for change in made if change.guard == guard)
        said.append((True, f"allow: {guard} lifted for {what}; take it away after this change"))
    return [(notable, _written(text)) for notable, text in said]


def unneeded(guards: Iterable[str]) -> str:
    """What to say of guards that are to be lifted for nothing."""
    return f"allow: no change meets {', '.join(guards)}, so it can be taken away"


def refusal(result: ChangeSet) -> str:
    """The refused changes of a cluster for people: the first line says which, then why, and how to go on."""
    whats = ", ".join(change.what for change in result.refused)
    lines = [f"{result.name}: {counted(len(result.refused), 'change')} refused, and nothing of it was changed: {whats}"]
    for change in result.refused:
        lines += [f"  {change.what}, by guard {change.guard}", f"    why: {change.why}"]
        if change.hint:
            lines.append(f"    how to go on: {change.hint}")
        if can_be_lifted(change.guard):
            allow = f"allow: [{change.guard}]" if OTHER_LANGUAGE.get() else f'allow=["{change.guard}"]'
            lines.append(f"    or all the same, for this one change: {allow}")
    return _written("\n".join(lines))


def _written(text: str) -> str:
    return text if OTHER_LANGUAGE.get() else in_snake_case(text)


def findings_of(result: ChangeSet, resource: str) -> list[Finding]:
    """The refused changes of a cluster as findings, in the words of a program."""
    shape, subject = shape_of(DatabaseClusterArgs), subject_of(CLUSTER, resource)
    return [as_written(finding_of(change, subject), shape, ()) for change in result.refused]
