"""What an engine sends for a component of a program in another language: its inputs and options, nothing lost.

The SDK's own reading makes a whole argument secret for one secret in it, leaves unknown values in plain data, drops
nulls, makes floats of whole numbers, and forgets timeouts. Here each value stays what it is, at its place.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

import pulumi
from google.protobuf.struct_pb2 import Struct, Value
from pulumi.resource import DependencyResource
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

T = TypeVar("T")
Urns = frozenset[str]

_SIGN = rpc._special_sig_key


class Reader:
    """Reads the inputs of one request. `providers` are the names of DatabaseProviders by their URNs."""

    def __init__(self, providers: Mapping[str, str]) -> None:
        self._providers = providers
        self._resources: dict[str, pulumi.Resource] = {}
        self._outputs: list[pulumi.Output[Any]] = []

    async def inputs(self, request: provider_pb2.ConstructRequest) -> dict[str, Any]:
        """The inputs: plain where they are known and come from nowhere, else outputs, as deep as they were written.

        What an output is stands in the request, so the outputs have it by the time that the component is made.
        """
        read: dict[str, Any] = {}
        for name, value in sorted(request.inputs.fields.items()):
            urns: Urns = frozenset()
            # Outputs inside say themselves what they depend on, each for itself.
            if name in request.inputDependencies and not _has_outputs(value):
                urns = frozenset(request.inputDependencies[name].urns)
            read[name] = self._read(value, secret=False, urns=urns)
        for output in self._outputs:
            await output.future(with_unknowns=True)
        return read

    def _read(self, value: Value, *, secret: bool, urns: Urns) -> Any:
        kind = value.WhichOneof("kind")
        if kind == "string_value" and value.string_value == rpc.UNKNOWN:
            return self._output(None, known=False, secret=secret, urns=urns)
        if kind == "struct_value" and _SIGN in value.struct_value.fields:
            return self._special(value.struct_value, secret=secret, urns=urns)
        if _is_plain(value):
            plain = _plain(value)
            return self._output(plain, known=True, secret=secret, urns=urns) if secret or urns else plain
        if kind == "list_value":
            return [self._read(item, secret=secret, urns=urns) for item in value.list_value.values]
        fields = value.struct_value.fields
        return {key: self._read(item, secret=secret, urns=urns) for key, item in sorted(fields.items())}

    def _special(self, struct: Struct, *, secret: bool, urns: Urns) -> Any:
        fields = struct.fields
        sign = fields[_SIGN].string_value
        if sign == rpc._special_secret_sig:
            return self._read(fields["value"], secret=True, urns=urns)
        if sign == rpc._special_output_value_sig:
            secret = secret or ("secret" in fields and fields["secret"].bool_value)
            if "dependencies" in fields:
                urns |= {item.string_value for item in fields["dependencies"].list_value.values}
            if "value" not in fields:
                return self._output(None, known=False, secret=secret, urns=urns)
            return self._read(fields["value"], secret=secret, urns=urns)
        if sign == rpc._special_resource_sig:
            return self._reference(struct, secret=secret, urns=urns)
        return _Foreign()

    def _reference(self, struct: Struct, *, secret: bool, urns: Urns) -> Any:
        """A resource: a DatabaseProvider is its name, a resource with an id that id, any other nothing of use."""
        urn = struct.fields["urn"].string_value
        urns |= {urn}
        if urn in self._providers:
            return self._output(self._providers[urn], known=True, secret=secret, urns=urns)
        if "id" in struct.fields:
            identity = struct.fields["id"].string_value
            known = identity not in ("", rpc.UNKNOWN)
            return self._output(identity if known else None, known=known, secret=secret, urns=urns)
        return self._resource(urn)

    def _resource(self, urn: str) -> pulumi.Resource:
        if urn not in self._resources:
            self._resources[urn] = DependencyResource(urn)
        return self._resources[urn]

    def _output(self, value: Any, *, known: bool, secret: bool, urns: Urns) -> pulumi.Output[Any]:
        resources = {self._resource(urn) for urn in urns}
        output = pulumi.Output(resources, _given(value), _given(known), _given(secret))
        self._outputs.append(output)
        return output


class _Foreign:
    """Stands for a value that no field takes: an asset, an archive."""


_Foreign.__name__ = "asset or archive"


async def _given(value: T) -> T:
    return value


def _has_outputs(value: Value) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return any(map(_has_outputs, value.list_value.values))
    if kind != "struct_value":
        return False
    fields = value.struct_value.fields
    if _SIGN in fields and fields[_SIGN].string_value == rpc._special_output_value_sig:
        return True
    return any(map(_has_outputs, fields.values()))


def _is_plain(value: Value) -> bool:
    """Whether there is nothing in a value that is unknown, secret or the like."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value != rpc.UNKNOWN
    if kind == "list_value":
        return all(map(_is_plain, value.list_value.values))
    if kind == "struct_value":
        fields = value.struct_value.fields
        return _SIGN not in fields and all(map(_is_plain, fields.values()))
    return True


def _plain(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "struct_value":
        return {key: _plain(item) for key, item in sorted(value.struct_value.fields.items())}
    return None if kind in ("null_value", None) else getattr(value, kind)


def options_of(
    request: provider_pb2.ConstructRequest, options: pulumi.ResourceOptions | None
) -> pulumi.ResourceOptions:
    """The SDK's options of a request, with the timeouts that it loses, and nothing said that the user did not say."""
    own = copy.copy(options) if options is not None else pulumi.ResourceOptions()
    own.protect = own.protect or None
    if own.parent is not None and not hasattr(own.parent, "_protect"):
        # The SDK asks a parent for it where a child says nothing, but its stand-in for one elsewhere has no answer.
        own.parent._protect = None  # type: ignore[attr-defined, unused-ignore]
    own.retain_on_delete = own.retain_on_delete or None
    for provider in own.providers.values() if isinstance(own.providers, Mapping) else own.providers or ():
        if provider.package in request.providers and not getattr(provider, "_name", ""):
            # A stand-in has no name, so it gets that of the provider which it stands for.
            provider._name = request.providers[provider.package].rpartition("::")[0].rpartition("::")[2]
    given = request.customTimeouts
    named = {name: getattr(given, name, "") for name in ("create", "update", "delete", "read")}
    timeouts = {name: text for name, text in named.items() if text}
    own.custom_timeouts = pulumi.CustomTimeouts(**timeouts) if timeouts else None
    return own
