"""Backups and restores are made once: a hook that refuses to make another one of one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi

from pulumi_everest.model.findings import finding
from pulumi_everest.resources.arguments.naming import in_snake_case
from pulumi_everest.resources.engine.calls import calls
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.engine.tokens import kind_of, subject_of

HOOK: Final = "pulumi-everest:once"


class JobChanges:
    """The hook that all backups and restores of a program share."""

    def __init__(self) -> None:
        self._hook: pulumi.ResourceHook | None = None

    def binding(self) -> pulumi.ResourceHookBinding | None:
        """The hook of a component; None where no engine would call it."""
        if not calls():
            return None
        if self._hook is None:
            options = pulumi.ResourceHookOptions(on_dry_run=True)
            self._hook = pulumi.ResourceHook(HOOK, refuse_changes, options)
        return pulumi.ResourceHookBinding(before_update=[self._hook])


def refuse_changes(args: pulumi.ResourceHookArgs) -> None:
    """Raise `ClusterError` where what is wanted of a backup or restore is not what was wanted when it was made."""
    changed = changes(args.old_inputs or {}, args.new_inputs or {})
    if not changed:
        return
    kind = kind_of(args.type)
    what = kind.removeprefix("Database").lower()
    fields = ", ".join(f"'{in_snake_case(field)}'" for field in changed)
    text = f"a {what} is made once, so {fields} cannot change"
    hint = f"make another {kind} with another name; this one can go from the program when it is done"
    subject = subject_of(args.type, args.name)
    raise ClusterError([finding("backup.changed", (changed[0],), text, hint=hint, subject=subject)])


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The fields that are not the same. What is not known on either side may be."""
    if not old:
        return []
    fields = dict.fromkeys([*old, *new])
    return [field for field in fields if not _same(old.get(field, _LEFT_OUT), new.get(field, _LEFT_OUT))]


_LEFT_OUT: Final = object()


def _same(old: Any, new: Any) -> bool:
    unknown = (pulumi.Output, pulumi.output.Unknown)
    return bool(old == new) or isinstance(old, unknown) or isinstance(new, unknown)
