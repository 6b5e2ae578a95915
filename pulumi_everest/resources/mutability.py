"""Whether a Kubernetes provider changes a Secret in place: by its argument, else by the environment of the engine."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any, Final

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc, settings
from pulumi.runtime.proto import resource_pb2

from pulumi_everest.resources.reach import in_thread

ARGUMENT: Final = "enableSecretMutable"
CONFIG: Final = f"kubernetes:{ARGUMENT}"
ENVIRONMENT: Final = "PULUMI_K8S_ENABLE_SECRET_MUTABLE"
PATIENCE: Final = 30.0
"""Seconds to wait for a provider that is not made yet: what it needs may itself wait until the hook that asks ends."""


async def changes_in_place(kubernetes: object) -> bool:
    """Whether the Kubernetes provider of a component does; None is the default one, which the stack's config is for.

    The engine is asked for the arguments of others, since those of a program in another language are not here. Nothing
    of a cluster is. What is not known counts as no.
    """
    if kubernetes is None:
        return says_so(pulumi.Config("kubernetes").get(ARGUMENT))
    with suppress(Exception):
        monitor = settings.get_monitor()
        assert isinstance(kubernetes, pulumi.ProviderResource)
        assert monitor is not None
        urn = await asyncio.wait_for(asyncio.shield(kubernetes.urn.future()), PATIENCE)
        # Not by the SDK's own function, which would want one of the threads that registrations occupy.
        answer = await in_thread(monitor.Invoke, _question(str(urn)))
        state = rpc.deserialize_properties(getattr(answer, "return"))["state"]
        return says_so(rpc.unwrap_rpc_secret(state.get(ARGUMENT)))
    return False


def _question(urn: str) -> resource_pb2.ResourceInvokeRequest:
    arguments = Struct()
    arguments.update({"urn": urn})
    return resource_pb2.ResourceInvokeRequest(tok="pulumi:pulumi:getResource", args=arguments)


def says_so(argument: Any) -> bool:
    """What an argument says, or the environment where there is none: as the Kubernetes plugin reads them."""
    if argument is None:
        argument = os.environ.get(ENVIRONMENT)
    return argument is True or argument == "true"
