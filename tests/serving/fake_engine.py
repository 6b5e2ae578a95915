"""What stands on the other side of the provider process: an engine that takes every resource and remembers it."""

from __future__ import annotations

import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from engine_wire import UNKNOWN_TEXT, Secret, plain, struct
from google.protobuf import empty_pb2
from patience import PATIENCE
from pulumi.runtime.proto import (
    callback_pb2,
    callback_pb2_grpc,
    engine_pb2,
    engine_pb2_grpc,
    errors_pb2,
    provider_pb2,
    provider_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
    status_pb2,
)

CLUSTER = "everest:index:DatabaseCluster"
PROVIDER = "everest:index:DatabaseProvider"
WAIT = PATIENCE
"""Seconds that a call may take."""

FEATURES = [
    number
    for name, number in resource_pb2.ResourceMonitorFeature.items()
    if not name.endswith(("UNSPECIFIED", "STATE_MIGRATIONS", "BYTE_STRING"))
]


@dataclass
class Registered:
    """A resource that was registered, and the endpoint of the deployment that it belongs to."""

    urn: str
    inputs: dict[str, Any]
    request: Any
    outputs: dict[str, Any] = field(default_factory=dict)


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The resource monitor of one deployment. `before` is called with each resource before it is taken.

    `state` are the inputs that a resource had before, by its name: where they differ, its hooks are called. `known` is
    what the engine knows of other resources, by URN.
    """

    def __init__(self, preview: bool) -> None:
        self.state: dict[str, Any] = {}
        self.known: dict[str, dict[str, Any]] = {}
        self.hooks: dict[str, Any] = {}
        self.preview = preview
        self.secrets: dict[str, dict[str, str]] = {}
        self.read: list[str] = []
        self.found: list[Registered] = []
        self.before: Callable[[Any], None] = lambda request: None
        self.endpoint = ""

    def GetDeploymentInfo(self, request, context):
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def SupportsFeature(self, request, context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def RegisterResource(self, request, context):
        self.before(request)
        kind = request.type
        if request.parent:
            kind = f"{request.parent.split('::')[2]}${kind}"
        urn = f"urn:pulumi:dev::shop::{kind}::{request.name}"
        self._call_hooks(request, urn, context)
        self.remember(urn, request)
        identity = "" if self.preview or not request.custom else f"{request.name}-id"
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=request.object)

    def remember(self, urn, request):
        self.found.append(Registered(urn, plain(request.object), request))

    def ReadResource(self, request, context):
        """A Secret that an operator wrote; nothing where its id is not known."""
        self.read.append(request.id)
        kind = f"{request.parent.split('::')[2]}${request.type}"
        urn = f"urn:pulumi:dev::shop::{kind}::{request.name}"
        if request.id == UNKNOWN_TEXT:
            return resource_pb2.ReadResourceResponse(urn=urn)
        data = {key: b64encode(text.encode()).decode() for key, text in self.secrets[request.id].items()}
        return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=struct({"data": Secret(data)}))

    def RegisterResourceHook(self, request, context):
        if request.name in self.hooks:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"resource hook already registered for name {request.name}")
        self.hooks[request.name] = request
        return empty_pb2.Empty()

    def RegisterErrorHook(self, request, context):
        return self.RegisterResourceHook(request, context)

    def _call_hooks(self, request, urn, context):
        """As an engine does before an update: each hook is asked, and its error ends the registration."""
        old = self.state.get(request.name)
        if request.custom or old is None or old == request.object:
            return
        asked = resource_pb2.ResourceHookRequest(
            urn=urn, name=request.name, type=request.type, new_inputs=request.object, old_inputs=old
        )
        for name in request.hooks.before_update:
            callback = self.hooks[name].callback
            with grpc.insecure_channel(callback.target) as channel:
                call = callback_pb2.CallbackInvokeRequest(token=callback.token, request=asked.SerializeToString())
                answer = callback_pb2_grpc.CallbacksStub(channel).Invoke(call, timeout=WAIT)
            error = resource_pb2.ResourceHookResponse.FromString(answer.response).error
            if error:
                context.abort(grpc.StatusCode.UNKNOWN, f'before hook "{name}" failed: {error}')

    def RegisterResourceOutputs(self, request, context):
        next(entry for entry in self.found if entry.urn == request.urn).outputs = plain(request.outputs)
        return empty_pb2.Empty()

    def Invoke(self, request, context):
        assert request.tok == "pulumi:pulumi:getResource", request.tok
        urn = plain(request.args)["urn"]
        state = self.known.get(urn, {})
        answer = resource_pb2.ResourceInvokeResponse()
        getattr(answer, "return").CopyFrom(struct({"urn": urn, "id": f"{urn.split('::')[-1]}-id", "state": state}))
        return answer

    def __getitem__(self, name: str) -> Registered:
        """The one resource of that name that is no component."""
        found = [entry for entry in self.found if entry.request.name == name and entry.request.custom]
        assert len(found) == 1, (name, [(entry.request.type, entry.request.name) for entry in self.found])
        return found[0]

    def component(self, name: str) -> Registered:
        return next(entry for entry in self.found if entry.request.name == name and not entry.request.custom)

    @property
    def objects(self) -> list[Registered]:
        """The Kubernetes objects."""
        return [entry for entry in self.found if entry.request.custom]


class Log(engine_pb2_grpc.EngineServicer):
    """The engine's log."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []

    def Log(self, request, context):
        if request.severity != engine_pb2.DEBUG:
            self.messages.append((request.urn, request.message))
        return empty_pb2.Empty()


@contextmanager
def listening(add: Callable[[grpc.Server], None]) -> Iterator[str]:
    """A server on the loopback, on a port of its own."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait(5)


@contextmanager
def monitor(preview: bool = True) -> Iterator[Monitor]:
    """The monitor of a deployment of its own."""
    made = Monitor(preview)
    with listening(lambda server: resource_pb2_grpc.add_ResourceMonitorServicer_to_server(made, server)) as endpoint:
        made.endpoint = endpoint
        yield made


class Refused(Exception):
    """A call that failed: its code, its message, and a reason for each property."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.code: str = error.code().name
        self.message: str = error.details()
        self.reasons: list[tuple[str, str]] = []
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                for detail in status_pb2.Status.FromString(value).details:
                    properties = errors_pb2.InputPropertiesError()
                    assert detail.Unpack(properties)
                    self.reasons += [(entry.property_path, entry.reason) for entry in properties.errors]

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.reasons]


@dataclass
class Made:
    """The answer to a call: URN, outputs, and what each output comes from."""

    urn: str
    state: dict[str, Any]
    dependencies: dict[str, list[str]]


class Plugin:
    """The provider process, as an engine started it."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub, log: Log, errors: Path, pid: int) -> None:
        self.stub, self.log, self._errors, self.pid = stub, log, errors, pid

    @property
    def stderr(self) -> str:
        return self._errors.read_text()

    def construct(
        self,
        to: Monitor,
        kind: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        came_from: Mapping[str, list[str]] | None = None,
        config: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Made:
        """Make a component. Raises Refused."""
        request = provider_pb2.ConstructRequest(
            project="shop",
            stack="dev",
            config=dict(config or {}),
            dryRun=to.preview,
            parallel=16,
            monitorEndpoint=to.endpoint,
            organization="organization",
            type=kind,
            name=name,
            inputs=struct(inputs),
            accepts_output_values=True,
            **options,
        )
        for key, urns in (came_from or {}).items():
            request.inputDependencies[key].urns.extend(urns)
        try:
            response = self.stub.Construct(request, timeout=WAIT)
        except grpc.RpcError as error:
            raise Refused(error) from None
        urns_of = {key: list(value.urns) for key, value in response.stateDependencies.items()}
        return Made(response.urn, plain(response.state), urns_of)


@contextmanager
def plugin(root: Path, folder: Path) -> Iterator[Plugin]:
    """The provider process of the project at `root`, with `folder` as its working directory; ended for sure."""
    log, errors = Log(), folder / "stderr.txt"
    with (
        listening(lambda server: engine_pb2_grpc.add_EngineServicer_to_server(log, server)) as engine,
        errors.open("wb") as stderr,
    ):
        process = subprocess.Popen(
            [sys.executable, str(root), "--logtostderr", "-v=3", "--tracing", "http://127.0.0.1:1", engine],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        try:
            port = _first_line(process)
            with grpc.insecure_channel(f"127.0.0.1:{int(port)}") as channel:
                yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), log, errors, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """What the process announces, or an error if it says nothing in time."""
    timer = threading.Timer(WAIT, lambda: suppress(OSError) and process.kill())
    timer.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode().strip()
    finally:
        timer.cancel()
    assert line.isdigit(), f"the provider process announced {line!r}"
    return line
