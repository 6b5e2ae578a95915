"""The provider process that serves programs in other languages: the same components, made for an engine over gRPC."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
import grpc.aio
import pulumi
from google.protobuf import empty_pb2
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult
from pulumi.provider import Provider as PulumiProvider
from pulumi.provider.server import ProviderServicer
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.stack import wait_for_rpcs

from pulumi_everest.resources import backup, cluster, provider, restore, upgrade
from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE
from pulumi_everest.resources.candidates.gate import Batch
from pulumi_everest.resources.candidates.run import run_of_call
from pulumi_everest.resources.engine import tokens
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.job_component import JobComponent
from pulumi_everest.serving.deployment import Deployment, Deployments
from pulumi_everest.serving.engine_link import LIMITS, EngineLink, gone
from pulumi_everest.serving.inputs import Reader, options_of
from pulumi_everest.serving.package_schema import package_schema, package_version
from pulumi_everest.serving.property_errors import properties_error

MISSES = 5
"""Failed tries to reach the engine, one after the other, after which it counts as gone, and the process ends."""

DRAINED = 10.0
"""Seconds that a failed call waits for what it has begun."""


@dataclass
class Call:
    """One request to make a component, with its inputs as they were sent, and the component once there is one."""

    request: provider_pb2.ConstructRequest
    inputs: dict[str, Any]
    deployment: Deployment
    component: pulumi.ComponentResource | None = None


_CALL: ContextVar[Call] = ContextVar("call")


class EverestProvider(PulumiProvider):
    """Makes the components for an engine. What is wrong with one is said for each of its properties, all at once."""

    def __init__(self) -> None:
        version = package_version()
        super().__init__(version, json.dumps(package_schema(version)))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,  # noqa: ARG002 - those of the call have lost nothing
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make a component. Raises InputPropertiesError, from the result's URN, which the servicer awaits first."""
        make = _KINDS.get(resource_type)
        if make is None:
            text = f"there is no resource type '{resource_type}' (allowed: {', '.join(_KINDS)})"
            raise InputPropertiesError(text, [])
        call, run = _CALL.get(), run_of_call()
        call.deployment.join(run)
        batch = run.batch
        own = options_of(call.request, options)
        call.deployment.share_providers(own, call.request)
        component, state = make(name, call, own)
        call.component = component
        batch.add(call.deployment.conflicts(call.request, batch))
        return ConstructResult(pulumi.Output.from_input(_urn(component, batch, call)), state)


Made = tuple[pulumi.ComponentResource, dict[str, Any]]
"""A component, and its outputs by the names of the package schema."""


def _make_cluster(name: str, call: Call, options: pulumi.ResourceOptions) -> Made:
    made = cluster.DatabaseCluster(name, call.inputs, options)  # type: ignore[arg-type]
    connection = {"connection": made.connection} if made._outputs.has("connection") else {}
    return made, {
        **connection,
        "name": made.name,
        "namespace": made.namespace,
        "host": made.host,
        "port": made.port,
        "connectionSecretName": made.connection_secret_name,
        "versions": made.versions,
        "images": made.images,
        "objects": made.objects,
    }


def _make_provider(name: str, call: Call, options: pulumi.ResourceOptions) -> Made:
    others = dict(call.deployment.providers)
    made = provider.Provider(name, call.inputs, options)  # type: ignore[arg-type]
    made.batch.add(call.deployment.second(made, others))
    return made, {"name": made.name}


def _make_job(kind: Callable[..., JobComponent], name: str, call: Call, options: pulumi.ResourceOptions) -> Made:
    made = kind(name, call.inputs, options)
    return made, {"name": made.name, "namespace": made.namespace}


_KINDS: dict[str, Callable[[str, Call, pulumi.ResourceOptions], Made]] = {
    tokens.CLUSTER: _make_cluster,
    tokens.PROVIDER: _make_provider,
    tokens.BACKUP: partial(_make_job, backup.DatabaseBackup),
    tokens.RESTORE: partial(_make_job, restore.DatabaseRestore),
    tokens.UPGRADE: partial(_make_job, upgrade.DatabaseUpgrade),
}


async def _urn(component: pulumi.ComponentResource, batch: Batch, call: Call) -> str:
    """The URN of a component, once it is known that nothing is wrong with it."""
    try:
        await batch.gate.future()
        if isinstance(component, cluster.DatabaseCluster) and component._hooks.preflight is not None:
            await component._hooks.preflight
    except ClusterError as error:
        await _drain()
        raise properties_error(error, component, call.request.inputs) from None
    urn = str(await component.urn.future())
    if isinstance(component, provider.Provider):
        call.deployment.names[urn] = component.text_name
    return urn


class Servicer(ProviderServicer):
    """Pulumi's servicer, with inputs and options read without loss, and late findings as property errors too."""

    def __init__(self, served: PulumiProvider, engine_address: str) -> None:
        super().__init__(served, [], engine_address)
        self._deployments = Deployments()
        self._engine = EngineLink(engine_address)
        self.attached = False

    async def Attach(  # noqa: N802 - the name of the remote call
        self,
        request: plugin_pb2.PluginAttach,
        context: Any,  # noqa: ARG002 - the form of remote calls
    ) -> empty_pb2.Empty:
        """Take another engine for the one that there was: a developer has started the process, and lets it attach."""
        former, self.attached = self._engine, True
        self.engine_address, self._engine = request.address, EngineLink(request.address)
        former.close()
        return empty_pb2.Empty()

    async def Construct(  # noqa: N802 - the name of the remote call
        self, request: provider_pb2.ConstructRequest, context: Any
    ) -> provider_pb2.ConstructResponse:
        """Make a component. Each call is a task of its own, and so are the SDK's settings for it."""
        OTHER_LANGUAGE.set(True)
        with self._deployments.of(request) as deployment:
            try:
                await deployment.link.enter(request, self._engine)
                call = Call(request, await Reader(deployment.names).inputs(request), deployment)
                _CALL.set(call)
                return await super().Construct(request, context)
            except Exception as error:
                found = _cluster_error(error)
                if found is None or isinstance(error, grpc.aio.AbortError):
                    raise
                await _drain()
                refused = properties_error(found, inputs=request.inputs)
                status = self.create_grpc_invalid_properties_status(refused.message, refused.errors)
                await context.abort_with_status(status)
                raise

    async def _construct(
        self,
        request: provider_pb2.ConstructRequest,
        context: Any,  # noqa: ARG002 - as the SDK calls it
    ) -> provider_pb2.ConstructResponse:
        """As the SDK does it, but for the settings, which are those of the deployment, and the inputs."""
        call = _CALL.get()
        pulumi.runtime.config.set_all_config(dict(request.config), list(request.configSecretKeys))
        try:
            options = self._construct_options(request)
            result = self.provider.construct(request.name, request.type, {}, options)
            response = await self._construct_response(result)
            await wait_for_rpcs(await_all_outstanding_tasks=False)
            return response
        finally:
            if call.component is not None:
                call.deployment.release(call.component)


def _cluster_error(error: BaseException | None) -> ClusterError | None:
    """What is wrong with a cluster, where that is what an exception came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ClusterError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


async def _drain() -> None:
    """Let what a failed call has begun come to its end before the engine hears of it."""
    with suppress(Exception):
        await asyncio.wait_for(wait_for_rpcs(await_all_outstanding_tasks=False), DRAINED)


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say what went wrong in the loop, except what the answer to a call says already: a task's or future's failure."""
    if not {"exception", "future"} <= context.keys():
        loop.default_exception_handler(context)


async def serve(engine_address: str, announce: Callable[[int], None]) -> None:
    """Serve until the process ends, or its engine is gone. `announce` is told the port on 127.0.0.1."""
    asyncio.get_running_loop().set_exception_handler(_note)
    server = grpc.aio.server(options=LIMITS)
    servicer = Servicer(EverestProvider(), engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    announce(port)
    terminated = asyncio.ensure_future(server.wait_for_termination())
    alone = asyncio.ensure_future(_without_engine(servicer))
    try:
        await asyncio.wait([terminated, alone], return_when=asyncio.FIRST_COMPLETED)
    finally:
        alone.cancel()
        await server.stop(0)  # else it complains, when it goes, that its loop is closed


async def _without_engine(servicer: Servicer) -> None:
    """Return when the engine that started the process is gone, however it ended: nobody else would end the process.

    Never where an engine has attached itself since: whoever started the process then ends it.
    """
    await gone(servicer.engine_address, MISSES)
    while servicer.attached:
        await asyncio.sleep(3600)


def _announce(port: int) -> None:
    """Tell the engine, which reads the first line."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the provider process as an engine does: the engine's address is the last argument."""
    parser = argparse.ArgumentParser(
        prog="pulumi-resource-everest", description="Serves Pulumi programs in other languages. Pulumi starts it."
    )
    parser.add_argument("engine", nargs="+", help="address of Pulumi's engine")
    known, _ = parser.parse_known_args(arguments)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(known.engine[-1], _announce))
