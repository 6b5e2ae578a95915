"""Values as they stand in the messages between an engine and a provider: secrets, outputs, unknowns, references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

SIGN = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Secret:
    value: Any


@dataclass(frozen=True)
class Out:
    """An output value. Without `known` its value is left out, as an engine does for what it cannot tell."""

    value: Any = None
    known: bool = True
    secret: bool = False
    urns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    urn: str
    id: str | None = None


@dataclass(frozen=True)
class Asset:
    text: str


def struct(data: Mapping[str, Any]) -> Struct:
    message = Struct()
    for key, value in data.items():
        message.fields[key].CopyFrom(wire(value))
    return message


def wire(value: Any) -> Value:
    if isinstance(value, Secret):
        return wire({SIGN: SECRET, "value": value.value})
    if isinstance(value, Out):
        data: dict[str, Any] = {SIGN: OUTPUT}
        data |= {"value": value.value} if value.known else {}
        data |= {"secret": True} if value.secret else {}
        data |= {"dependencies": list(value.urns)} if value.urns else {}
        return wire(data)
    if isinstance(value, Reference):
        data = {SIGN: RESOURCE, "urn": value.urn}
        return wire(data | ({"id": value.id} if value.id is not None else {}))
    if isinstance(value, Asset):
        return wire({SIGN: ASSET, "text": value.text})
    message = Value()
    if value is UNKNOWN:
        message.string_value = UNKNOWN_TEXT
    elif value is None:
        message.null_value = 0
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, (int, float)):
        message.number_value = value
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, Mapping):
        message.struct_value.CopyFrom(struct(value))
    else:
        message.list_value.SetInParent()
        message.list_value.values.extend(wire(item) for item in value)
    return message


def plain(message: Struct) -> dict[str, Any]:
    """The fields of a message: secrets as `Secret`, unknown values as `UNKNOWN`, numbers as they are."""
    return {key: _plain(value) for key, value in message.fields.items()}


def _plain(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGN in fields:
            sign = fields[SIGN].string_value
            assert sign in (SECRET, OUTPUT), sign
            inner = _plain(fields["value"]) if "value" in fields else UNKNOWN
            return Secret(inner) if sign == SECRET or fields["secret"].bool_value else inner
        return plain(value.struct_value)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_TEXT else value.string_value
    if kind == "null_value":
        return None
    return getattr(value, kind)
