"""What a component keeps in the state of its cluster: a snapshot as one text, and beside it the values known later.

One text costs a tenth of what its leaves would cost as inputs, and Pulumi shows what differs in it as a structure.
Secret values given for Secrets are no part of a snapshot; a leaf that is a secret output stays one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_everest.core.snapshot import Snapshot
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text
from pulumi_everest.resources.join import joined

CLUSTER, LATE, ALLOW = "cluster", "late", "allow"
_MARK = "$late"


def inputs_of(snapshot: Snapshot, allow: list[str]) -> dict[str, Any]:
    """The inputs of the component: the text, the outputs that it leaves out, and the guards to lift."""
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
    if allow:
        inputs[ALLOW] = allow
    return inputs


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
        return Snapshot.from_data(data) if isinstance(data, dict) else None
    except ValueError:
        return None


def allowed(inputs: Mapping[str, Any] | None) -> list[str]:
    """The guards that inputs ask to lift."""
    allow = (inputs or {}).get(ALLOW)
    return [name for name in allow if isinstance(name, str)] if isinstance(allow, (list, tuple)) else []
