"""Findings as Pulumi has them in other languages: a reason for each property of a component, the rest in the message.

The engine prints the value of a property that it is told of, secret or not, so secret ones are called so that it finds
no value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pulumi
from google.protobuf.struct_pb2 import Struct, Value
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails
from pulumi.runtime import rpc

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, one_line, path_text
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.engine.tokens import subject_of
from pulumi_everest.serving.package_schema import SECRET

SECRET_FIELDS = frozenset(field for _, field in SECRET)
"""Names of fields that hold passwords, also where a program does not say so."""

PROPERTIES, OTHERS, OVERHEAD = 3600, 800, 8
"""Bytes that are said of properties, and of all else, and that each entry takes besides.

An answer of gRPC has them all in its trailer, the message twice, which may be refused from 8 kB on.
"""

T = TypeVar("T")


def properties_error(
    error: ClusterError, component: pulumi.Resource | None = None, inputs: Struct | None = None
) -> InputPropertiesError:
    """The findings of a component. `inputs` are its inputs as they were sent."""
    own = subject_of(component._type, component._name) if component is not None else None
    here, others = list[Finding](), list[Finding]()
    for entry in error.findings:
        is_own = entry.path and entry.place is None and (own is None or entry.subject in ("", own))
        (here if is_own else others).append(entry)
    sent = Value(struct_value=inputs) if inputs is not None else None  # a copy of all of them, so made once
    details: list[InputPropertyErrorDetails] = [
        {
            "property_path": _shown(entry.path, sent),
            "reason": one_line(replace(entry, path=(), subject="")),
        }
        for entry in here
    ]
    shown, space = _first(details, PROPERTIES)
    lines, _ = _first([*map(one_line, others)], space + OTHERS)
    left = len(details) - len(shown) + len(others) - len(lines)
    rest = [f"and {left} more problems, which are said when these are mended"] if left else []
    message = "\n".join([str(error).partition("\n")[0], *lines, *rest])
    return InputPropertiesError(message, shown)


def _first(entries: list[T], space: int) -> tuple[list[T], int]:
    """As many of the first entries as fit into so many bytes, and what is left of them."""
    fitting = []
    for entry in entries:
        texts = entry.values() if isinstance(entry, dict) else [entry]
        space -= sum(len(str(text).encode()) for text in texts) + OVERHEAD
        if space < 0:
            break
        fitting.append(entry)
    return fitting, max(space, 0)


def _shown(path: Path, inputs: Value | None) -> str:
    """A path as text: one that leads nowhere for the engine where a secret value is at it."""
    text = path_text(path)
    return f"{text} (secret)" if inputs is not None and _is_secret(path, inputs) else text


def _is_secret(path: Path, value: Value) -> bool:
    """Whether there is a value at the path that is secret, or has something secret in it."""
    for part in path:
        below = _below(value, part)
        if below is None:
            return False
        value = below
    return not SECRET_FIELDS.isdisjoint(path) or _holds_secret(value)


def _below(value: Value, part: str | int) -> Value | None:
    kind = value.WhichOneof("kind")
    if kind == "list_value" and isinstance(part, int) and 0 <= part < len(value.list_value.values):
        return value.list_value.values[part]
    if kind == "struct_value" and isinstance(part, str) and part in value.struct_value.fields:
        return value.struct_value.fields[part]
    return None


def _holds_secret(value: Value) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return any(map(_holds_secret, value.list_value.values))
    if kind != "struct_value":
        return False
    fields = value.struct_value.fields
    if rpc._special_sig_key in fields:
        sign = fields[rpc._special_sig_key].string_value
        if sign == rpc._special_secret_sig or ("secret" in fields and fields["secret"].bool_value):
            return True
    return any(key in SECRET_FIELDS or _holds_secret(below) for key, below in fields.items())
