"""What stands in for Pulumi's engine: it takes every resource, makes none, and remembers what it was asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pulumi
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.mocks import MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import engine_pb2, provider_pb2, resource_pb2

from pulumi_everest.model.findings import Place
from pulumi_everest.program.transforms import Transforms
from pulumi_everest.program.values import UNKNOWN
from pulumi_everest.program.wire import in_order, read_struct, write_value

STACK_REFERENCE = "pulumi:pulumi:StackReference"


@dataclass
class Registered:
    """A resource that the program asked for.

    `protect` is None where neither it nor a parent says anything. One that is `existing` is only read, and of one that
    is `remote` a plugin would make the children, so nobody sees them here.
    """

    type: str
    name: str
    urn: str
    parent: str | None
    protect: bool | None
    inputs: dict[str, Any]
    custom: bool = True
    provider: str | None = None
    dependencies: list[str] = field(default_factory=list)
    place: Place | None = None
    existing: bool = False
    remote: bool = False


class Message(NamedTuple):
    """What the program logs: severity (`info`, `warning`, `error`), text, and the URN it is about, if any."""

    severity: str
    text: str
    urn: str


class _Taking(Mocks):
    """Gives every resource its inputs back, without an id: unknown, as in a preview."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return "", args.inputs

    def call(self, _args: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return {}, []


class Recorder(MockMonitor):
    """The SDK's mock monitor, which keeps all that a resource was registered with.

    `place_of` tells where in the program the code that is running now was called from.
    """

    def __init__(self, place_of: Callable[[], Place | None]) -> None:
        super().__init__(_Taking())
        self.place_of = place_of
        self.transforms = Transforms()
        self.found: dict[str, Registered] = {}
        self.twins: list[Registered] = []
        self.calls: dict[str, Place | None] = {}
        self.exports: dict[str, Any] = {}
        self._states: dict[str, Struct] = {}
        self._written: dict[tuple[str, str], tuple[int, Mapping[str, Any], Place | None]] = {}

    # The order of the program, which registrations, made by threads, do not keep

    def note(self, args: pulumi.ResourceTransformationArgs) -> None:
        """Called when a resource is constructed, before it is registered."""
        entry = (len(self._written), args.props or {}, self.place_of())
        self._written.setdefault((args.type_, args.name), entry)

    def constructed(self) -> dict[tuple[str, str], Place | None]:
        """Type and name of every resource that was constructed, registered or not, and where."""
        return {key: place for key, (_, _, place) in self._written.items()}

    def resources_in_order(self) -> list[Registered]:
        """The resources in the order in which the program made them."""
        last = len(self._written)
        return sorted(self.found.values(), key=lambda r: (self._written.get((r.type, r.name), (last,))[0], r.urn))

    def _take(
        self, request: Any, urn: str, properties: Struct, protect: bool | None = None, *, existing: bool = False
    ) -> None:
        _, written, place = self._written.get((request.type, request.name), (0, {}, None))
        entry = Registered(
            type=request.type,
            name=request.name,
            urn=urn,
            parent=request.parent or None,
            protect=protect,
            inputs=in_order(read_struct(properties), written),
            custom=existing or request.custom,
            provider=request.provider or None,
            dependencies=list(request.dependencies),
            place=place,
            existing=existing,
            remote=not existing and request.remote,
        )
        if urn in self.found and not existing:
            self.twins.append(entry)
        self.found.setdefault(urn, entry)
        self._states[urn] = properties

    # The calls of the SDK

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The URN of a resource; as in an engine it has the types of all its parents, not of the nearest alone."""
        kind = f"{parent.split('::')[2]}${type_}" if parent else type_
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kind}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """A new resource: its inputs are its outputs, as far as they are known."""
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=self.make_urn("", request.type, request.name))
        urn: str = self.make_urn(request.parent, request.type, request.name)
        properties, protect = self.transforms.apply(urn, request)
        self._take(request, urn, properties, protect)
        return resource_pb2.RegisterResourceResponse(urn=urn, id="", object=properties)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """A resource that exists: nothing but its id is known."""
        urn: str = self.make_urn(request.parent, request.type, request.name)
        self._take(request, urn, request.properties, existing=True)
        properties = Struct()
        properties.CopyFrom(request.properties)
        if request.type == STACK_REFERENCE:
            properties.fields["outputs"].CopyFrom(write_value(UNKNOWN))
        return resource_pb2.ReadResourceResponse(urn=urn, properties=properties)

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """A transform for every resource that comes later."""
        self.transforms.add(request)
        return empty_pb2.Empty()

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """Outputs of components, and the exports of the stack."""
        if "pulumi:pulumi:Stack" in request.urn:
            self.exports = read_struct(request.outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """A function of a provider: nothing is known about its result."""
        if request.tok != "pulumi:pulumi:getResource":
            self.calls.setdefault(request.tok, None)
            return resource_pb2.ResourceInvokeResponse()
        urn = request.args.fields["urn"].string_value
        known = Struct()
        known.fields["urn"].string_value = urn
        known.fields["id"].string_value = ""
        known.fields["state"].struct_value.CopyFrom(self._states.get(urn, Struct()))
        answer = resource_pb2.ResourceInvokeResponse()
        getattr(answer, "return").CopyFrom(known)
        return answer

    def Call(self, request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """A method of a resource: nothing is known about its result."""
        self.calls.setdefault(request.tok, None)
        return provider_pb2.CallResponse()


class Log:
    """What stands in for the engine's log."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def Log(self, request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """A message of the program; those for debugging are left out."""
        names = {engine_pb2.INFO: "info", engine_pb2.WARNING: "warning", engine_pb2.ERROR: "error"}
        if request.severity in names:
            self.messages.append(Message(names[request.severity], request.message, request.urn))
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, _request: Any) -> Any:  # noqa: N802 - the name of the remote call
        """No engine, so any version is fine."""
        return empty_pb2.Empty()


def frame_in(roots: tuple[str, ...]) -> tuple[str, int] | None:
    """File and line of the innermost code that is running now and stands in one of the folders."""
    frame = sys._getframe(1)
    while frame is not None:
        if is_inside(frame.f_code.co_filename, roots):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return None


def is_inside(file: str, roots: tuple[str, ...]) -> bool:
    """Whether a file of Python code is the program's own: in one of the folders, and not of an installed package."""
    if "site-packages" in file or "dist-packages" in file:
        return False
    return any(file == root or file.startswith(root.rstrip("/\\") + "/") for root in roots)
