"""Resource transforms, which Pulumi's engine runs: here they are run in its place, by the same calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2


class Transforms:
    """The transforms of a program: those of the stack, and those of each resource, which hold for its children too."""

    def __init__(self) -> None:
        self._of_stack: list[Any] = []
        self._of_resource: dict[str, list[Any]] = {}
        self._parents: dict[str, str] = {}

    def add(self, callback: Any) -> None:
        """A transform for every resource that comes later."""
        self._of_stack.append(callback)

    def apply(self, urn: str, request: Any) -> tuple[Struct, bool | None]:
        """The properties of a resource after all its transforms, and its protection.

        The resource's own come first, then those of its parents, then the stack's. Raises what a transform raises.
        """
        self._of_resource[urn], self._parents[urn] = list(request.transforms), request.parent
        properties, protect = request.object, request.protect if request.HasField("protect") else None
        for callback in self._callbacks(urn):
            options = resource_pb2.TransformResourceOptions()
            if protect is not None:
                options.protect = protect
            asked = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=properties,
                options=options,
            )
            answer = resource_pb2.TransformResponse.FromString(_call(callback, asked.SerializeToString()))
            properties = answer.properties
            if answer.HasField("options") and answer.options.HasField("protect"):
                protect = answer.options.protect
        return properties, protect

    def _callbacks(self, urn: str) -> Iterable[Any]:
        while urn:
            yield from self._of_resource.get(urn, ())
            urn = self._parents.get(urn, "")
        yield from list(self._of_stack)


def _call(callback: Any, message: bytes) -> bytes:
    with grpc.insecure_channel(callback.target) as channel:
        stub: Any = callback_pb2_grpc.CallbacksStub(channel)
        try:
            answer = stub.Invoke(callback_pb2.CallbackInvokeRequest(token=callback.token, request=message))
        except grpc.RpcError as error:
            details = error.details() if hasattr(error, "details") else str(error)
            raise RuntimeError(f"a resource transform failed: {details}") from None
    response: bytes = answer.response
    return response
