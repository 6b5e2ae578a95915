"""What a Kubernetes provider was told: by an argument, by the stack's config where it is the default one, or by the
environment of the engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc, settings
from pulumi.runtime.proto import resource_pb2

from pulumi_everest.resources.engine.threads import in_thread


@dataclass(frozen=True)
class Switch:
    """An argument of Kubernetes providers that is on or off, and the variable that stands for it."""

    argument: str
    environment: str

    @property
    def config(self) -> str:
        """The config value that says it for the default provider."""
        return f"kubernetes:{self.argument}"

    def is_on(self, argument: Any) -> bool:
        """What an argument says, or the environment where there is none: as the Kubernetes plugin reads them."""
        if argument is None:
            argument = os.environ.get(self.environment)
        return argument is True or argument == "true"


SECRETS_IN_PLACE: Final = Switch("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE")
"""Whether a Secret is changed in place, instead of deleted and made again."""
CONFIG_MAPS_IN_PLACE: Final = Switch("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE")
"""Whether a ConfigMap is changed in place, instead of deleted and made again."""
UPSERTS: Final = Switch("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS")
"""Whether an object that is to be made and exists is taken over."""
_RENDERS: Final = "renderYamlToDirectory"
"""The argument that names a folder, into which objects are written in place of a cluster."""


async def says(kubernetes: object, switch: Switch) -> bool:
    """Whether a switch is on for the Kubernetes provider of a component; None is the default one.

    What is not known counts as no. Not for hooks: the engine waits for them, and may have nothing left to answer with.
    """
    try:
        return switch.is_on(await _told(kubernetes, switch.argument))
    except Exception:  # noqa: BLE001 - what is not known counts as no
        return False


async def renders(kubernetes: object) -> bool:
    """Whether a Kubernetes provider writes files and knows no cluster. The rest is as in `says`."""
    with suppress(Exception):
        return bool(await _told(kubernetes, _RENDERS))
    return False


async def _told(kubernetes: object, argument: str) -> Any:
    """What a Kubernetes provider was told by an argument. Raises an error where the engine does not answer."""
    if kubernetes is None:
        return pulumi.Config("kubernetes").get(argument)
    if isinstance(kubernetes, pulumi.Resource):
        await kubernetes.urn.future()  # however long that takes, its objects need it too
    return (await arguments_of(kubernetes)).get(argument)


async def arguments_of(kubernetes: object) -> Mapping[str, Any]:
    """The arguments of a provider as the engine has them, by their names in schemas.

    The SDK's resource lacks most of them, and one of a program in another language is not here. Nothing of a cluster is
    asked for. Raises an error where the engine does not answer.
    """
    monitor = settings.get_monitor()
    assert isinstance(kubernetes, pulumi.ProviderResource)
    assert monitor is not None
    urn = await kubernetes.urn.future()
    # Not by the SDK's own function, which would want one of the threads that registrations occupy.
    answer = await in_thread(monitor.Invoke, _question(str(urn)))
    state = rpc.deserialize_properties(getattr(answer, "return"))["state"]
    return {key: rpc.unwrap_rpc_secret(value) for key, value in state.items()}


def _question(urn: str) -> resource_pb2.ResourceInvokeRequest:
    arguments = Struct()
    arguments.update({"urn": urn})
    return resource_pb2.ResourceInvokeRequest(tok="pulumi:pulumi:getResource", args=arguments)
