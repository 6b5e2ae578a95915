"""What to do when the API server refuses an object: the engine says what failed, an error hook adds how to go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE, in_words_of_yaml
from pulumi_everest.resources.engine.calls import ERRORS, calls
from pulumi_everest.resources.engine.log import ERROR, say

HOOK: Final = "pulumi-everest:failures"

EXISTS: Final = """\
{kind} {id} is there already, and this stack does not know it. It is as it was. How to go on:
- The resource had another name or place in the program before: tell the engine, so that it keeps the object, with
  {alias}, in the options of the component.
- An earlier `pulumi up` was interrupted while it made the object, or somebody else made it: adopt=True takes it over,
  and changes nothing of it. It may stay in the program, or go after that (docs/adoption.md).
- The stack does know it, and something wants it deleted and made anew (`--replace`, a transform): take that away."""
ALIAS: Final = 'aliases=[pulumi.Alias(name="<its former name>")], or pulumi.Alias(parent=...)'
SERVED_ALIAS: Final = 'aliases: [{name: "<its former name>"}], or [{parent: ...}]'
WAITED: Final = """\
{kind} {id} is there, but its operator has not reported in time what is waited for. `everest status` shows the state \
that the operator reports, and its message. The next `pulumi up` goes on waiting; custom_timeouts gives it longer."""
CONFLICT: Final = """\
{kind} {id}: somebody else has set a field that the program sets, too. Let the program say what is there, or ignore \
the field with ignore_changes. The annotation pulumi.com/patchForce: "true" makes the program's value win \
(docs/adoption.md)."""


def advice(operation: str, errors: list[str], urn: str, inputs: Mapping[str, Any] | None) -> str | None:
    """How to go on after an operation on a main object failed; None where the error says it all.

    `operation` is ``create``, ``update`` or ``delete``, `errors` are the plugin's, newest first, `inputs` those of the
    object.
    """
    said = errors[0] if errors else ""
    if operation == "create" and "already exists" in said:
        text = EXISTS
    elif operation in ("create", "update") and "timed out waiting" in said:
        text = WAITED
    elif operation in ("create", "update") and "conflict with" in said:
        text = CONFLICT
    else:
        return None
    known = inputs or {}
    metadata = known.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    parts = [part for part in (metadata.get("namespace"), metadata.get("name")) if isinstance(part, str)]
    kind = urn.split("::")[2].rpartition(":")[2]
    return filled(text, kind, "/".join(parts) or urn.rpartition("::")[2])


def filled(text: str, kind: str, identity: str) -> str:
    """One of the texts about an object, in the words of the program's language."""
    served = OTHER_LANGUAGE.get()
    said = text.format(kind=kind, id=identity, alias=SERVED_ALIAS if served else ALIAS)
    return in_words_of_yaml(said) if served else said


class Failures:
    """The error hook that all main objects of a program share. `report` tells what the cluster has of one that failed.

    It gives no lines where the cluster cannot tell.
    """

    def __init__(self, report: Callable[[pulumi.ErrorHookArgs], Awaitable[list[str]]] | None = None) -> None:
        self._report = report
        self._hook: pulumi.ErrorHook | None = None
        self._engine: Any = None

    def binding(self) -> pulumi.ResourceHookBinding | None:
        """The hook of a main object; None where no engine would call it."""
        if not calls(ERRORS):
            return None
        if self._hook is None:
            self._engine = settings.get_engine()
            self._hook = pulumi.ErrorHook(HOOK, self._failed)
        return pulumi.ResourceHookBinding(on_error=[self._hook])

    async def _failed(self, args: pulumi.ErrorHookArgs) -> bool:
        text = advice(args.failed_operation, args.errors, args.urn, args.new_inputs)
        lines = await self._report(args) if self._report is not None and _is_about_the_cluster(args) else []
        if lines or text is not None:
            message = "\n".join([*lines, *([text] if text is not None else [])])
            say(self._engine, ERROR, message, args.urn)
        return False  # never tried again: the same would come of it


def _is_about_the_cluster(args: pulumi.ErrorHookArgs) -> bool:
    """Whether the object is not as it is to be, or not of a kind that there is, rather than refused."""
    said = args.errors[0] if args.errors else ""
    wanted = args.failed_operation in ("create", "update")
    return wanted and any(words in said for words in ("timed out waiting", "no matches for kind"))
