"""The values that Pulumi's SDK sends to an engine, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime import rpc

from pulumi_everest.program.values import UNKNOWN, Secret

_KIND: Final = rpc._special_sig_key
_FIRST: Final = ("apiVersion", "kind", "name", "namespace", "labels", "annotations", "metadata", "type")


def read_struct(struct: Struct) -> dict[str, Any]:
    """The fields of a message as plain data: unknown values as `UNKNOWN`, secrets as `Secret`, whole numbers as int."""
    return {key: read_value(value) for key, value in sorted(struct.fields.items())}


def read_value(value: Value) -> Any:
    """One value of a message as plain data."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        return _special(value.struct_value) if _KIND in fields else read_struct(value.struct_value)
    if kind == "list_value":
        return [read_value(item) for item in value.list_value.values]
    if kind == "string_value":
        # Text that was put together with an unknown value is unknown as a whole.
        return UNKNOWN if rpc.UNKNOWN in value.string_value else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def _special(struct: Struct) -> Any:
    """A secret, an output or a reference to a resource; assets and archives are named, not read."""
    fields = struct.fields
    sign = fields[_KIND].string_value
    if sign == rpc._special_secret_sig:
        return Secret(read_value(fields["value"]))
    if sign == rpc._special_output_value_sig:
        inner = read_value(fields["value"]) if "value" in fields else UNKNOWN
        return Secret(inner) if fields["secret"].bool_value else inner
    if sign == rpc._special_resource_sig:
        return read_value(fields["id"]) if "id" in fields else fields["urn"].string_value
    for key in ("text", "path", "uri"):
        if key in fields:
            return read_value(fields[key])
    return UNKNOWN


def write_value(value: Any) -> Value:
    """Plain data as a value of a message."""
    message = Value()
    if isinstance(value, Mapping):
        message.struct_value.SetInParent()
        for key, item in value.items():
            message.struct_value.fields[str(key)].CopyFrom(write_value(item))
    elif isinstance(value, (list, tuple)):
        message.list_value.SetInParent()
        message.list_value.values.extend(write_value(item) for item in value)
    elif value is None:
        message.null_value = 0  # type: ignore[assignment]
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, (int, float)):
        message.number_value = value
    else:
        message.string_value = rpc.UNKNOWN if value is UNKNOWN else str(value)
    return message


def in_order(data: Any, written: Any) -> Any:
    """Data with its keys in the order of `written`, which messages do not keep; what is not there comes by name."""
    if isinstance(data, Secret):
        return Secret(in_order(data.value, written))
    if isinstance(data, list):
        items = written if isinstance(written, (list, tuple)) and len(written) == len(data) else [None] * len(data)
        return [in_order(item, other) for item, other in zip(data, items, strict=True)]
    if not isinstance(data, dict):
        return data
    like = written if isinstance(written, Mapping) else {}
    known = [key for key in like if key in data]
    keys = known if len(known) == len(data) else [*known, *sorted(set(data) - set(known), key=_by_name)]
    return {key: in_order(data[key], like.get(key)) for key in keys}


def _by_name(key: str) -> tuple[int, str]:
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST), key)
