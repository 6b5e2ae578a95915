"""What a component keeps in the state of its cluster: a snapshot as one text, and beside it the values known later.

One text costs a tenth of what its leaves would cost as inputs, and Pulumi shows what differs in it as a structure.
Secret values given for Secrets are no part of the text. They are kept beside it as secrets, which Pulumi encrypts; a
leaf that is a secret output stays one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pulumi

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.secret_changes import StoredSecret, stored_secret
from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text
from pulumi_everest.resources.children.join import joined

CLUSTER, LATE, SECRETS, CONNECTION, ALLOW = "cluster", "late", "secrets", "connectionSecret", "allow"
HELD = "secrets"
"""The output that names the Secrets of a cluster, each with whether it is kept when it leaves the program."""
_MARK = "$late"


def inputs_of(
    snapshot: Snapshot, allow: list[str], secrets: Mapping[str, Mapping[str, Any]], connection: Any = None
) -> dict[str, Any]:
    """The inputs of the component: the text, the outputs that it leaves out, and the guards to lift.

    `secrets` are the Secrets that are made of given values, by the names of their resources, and `connection` is the
    name of the one for clients: without it nothing would change of a component that gives it up, and nobody be asked.
    """
    late: dict[str, Any] = {}

    def leave_out(value: Any) -> dict[str, str]:
        if not isinstance(value, Deferred):
            raise TypeError(f"a snapshot holds a value of type {type(value).__name__}")
        key = path_text(value.path) or "value"
        while late.get(key, value) is not value:
            key += "'"
        late[key] = value
        return {_MARK: key}

    text = json.dumps(snapshot.data(), default=leave_out, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    inputs: dict[str, Any] = {CLUSTER: text}
    if late:
        inputs[LATE] = {key: joined(value) for key, value in late.items()}
    if secrets:
        inputs[SECRETS] = {name: _kept(manifest) for name, manifest in secrets.items()}
    if connection is not None:
        inputs[CONNECTION] = joined(connection)
    if allow:
        inputs[ALLOW] = allow
    return inputs


def _kept(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A Secret with each of its values as a secret output, so that one that is not known leaves the others so."""
    kept = joined(stored_secret(manifest))
    for part in ("data", "stringData"):
        if part in kept:
            held = kept[part]
            secret = pulumi.Output.secret
            kept[part] = {k: secret(v) for k, v in held.items()} if isinstance(held, dict) else secret(held)
    return kept  # type: ignore[no-any-return]


def snapshot_of(inputs: Mapping[str, Any] | None, known: Callable[[Any], Any]) -> Snapshot | None:
    """The snapshot that inputs hold, or None. `known` gives a late value as plain data, `Deferred` or `Concealed`."""
    inputs = inputs or {}
    text, late = inputs.get(CLUSTER), inputs.get(LATE)
    values = {key: known(value) for key, value in late.items()} if isinstance(late, Mapping) else {}

    def put_back(data: dict[str, Any]) -> Any:
        if data.keys() == {_MARK}:
            return values.get(data[_MARK], Deferred())
        return data

    try:
        data = json.loads(text, object_hook=put_back) if isinstance(text, str) else None
        if not isinstance(data, dict):
            return None
        return replace(Snapshot.from_data(data), secrets=_secrets(inputs, known))
    except ValueError:
        return None


def opened(value: Any, known: Callable[[Any], Any] = lambda value: value) -> Any:
    """Data with the values of what is secret in it, to be compared."""
    value = known(value) if not isinstance(value, (dict, list)) else value
    if isinstance(value, Concealed):
        return opened(value.value, known)
    if isinstance(value, dict):
        return {key: opened(below, known) for key, below in value.items()}
    return [opened(below, known) for below in value] if isinstance(value, list) else value


def _secrets(inputs: Mapping[str, Any], known: Callable[[Any], Any]) -> dict[str, StoredSecret] | None:
    """The Secrets that inputs hold. An older release kept none: then nobody knows what was in them."""
    if SECRETS not in inputs:
        return None

    kept = opened(inputs[SECRETS], known)
    if not isinstance(kept, dict):
        return None
    return {name: StoredSecret.from_data(data) for name, data in kept.items() if isinstance(data, dict)}


def held_in(outputs: Mapping[str, Any]) -> dict[str, bool] | None:
    """The Secrets that outputs name; None for those of an older release."""
    held = outputs.get(HELD)
    return {str(name): kept is True for name, kept in held.items()} if isinstance(held, Mapping) else None


def allowed(inputs: Mapping[str, Any] | None) -> list[str]:
    """The guards that inputs ask to lift."""
    allow = (inputs or {}).get(ALLOW)
    return [name for name in allow if isinstance(name, str)] if isinstance(allow, (list, tuple)) else []
