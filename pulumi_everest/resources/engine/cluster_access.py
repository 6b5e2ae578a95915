"""How a program reaches the Kubernetes cluster of its databases: as its Kubernetes provider does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_everest.core.paths import value_at
from pulumi_everest.live.presence import WantedObject
from pulumi_everest.model.plugin_files.manifest import Operator
from pulumi_everest.resources.engine.provider_settings import arguments_of

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster

TIMEOUT = 10.0
"""Seconds until a request is given up: a program waits for it, and does without."""


@dataclass(frozen=True)
class ClusterAccess:
    """How the Kubernetes plugin reaches its cluster: the kubeconfig, as a path or its text, and a context of it."""

    kubeconfig: str | None = None
    context: str | None = None


async def access_of(kubernetes: object) -> ClusterAccess | None:
    """How a Kubernetes provider reaches its cluster; None for one that does not say."""
    if kubernetes is None:
        config = pulumi.Config("kubernetes")
        return ClusterAccess(config.get("kubeconfig"), config.get("context"))
    own: Mapping[str, Any] = vars(kubernetes)
    if "kubeconfig" not in own or "context" not in own:
        try:
            own = await arguments_of(kubernetes)
        except Exception:  # noqa: BLE001 - without an answer nothing is looked at
            return None
    values = [await known(own.get(name)) for name in ("kubeconfig", "context")]
    if any(isinstance(value, pulumi.output.Unknown) for value in values):
        return None
    return ClusterAccess(*(value if isinstance(value, str) and value else None for value in values))


async def known(given: Any) -> Any:
    """A value as far as it is known, without outputs around it."""
    if isinstance(given, pulumi.Output):
        return await known(await given.future(with_unknowns=True))
    return given


async def secret_values(given: Any) -> Mapping[str, Any] | None:
    """The values of a Secret (`stringData`, with outputs); None where one of them is not known yet."""
    values: Any = await pulumi.Output.from_input(given or {}).future(with_unknowns=True)
    return None if pulumi.output.contains_unknowns(values) else values


async def wanted_of(inputs: Mapping[str, Any], operator: Operator | None) -> WantedObject | None:
    """What an object asks of its operator; None where its name is not known. `inputs` may hold outputs."""
    metadata = await known(inputs.get("metadata"))
    metadata = metadata if isinstance(metadata, Mapping) else {}
    namespace, name = [await known(metadata.get(key)) for key in ("namespace", "name")]
    spec = await known(inputs.get("spec"))
    path = tuple(operator.version_path.split(".")) if operator is not None and operator.version_path else ()
    version = await known(value_at({"spec": dict(spec) if isinstance(spec, Mapping) else {}}, path)) if path else None
    if not isinstance(name, str):
        return None
    return WantedObject(
        api_version=str(inputs.get("apiVersion")),
        kind=str(inputs.get("kind")),
        namespace=namespace if isinstance(namespace, str) else "default",
        name=name,
        version=version if isinstance(version, str) else None,
    )


@contextmanager
def connected(access: ClusterAccess) -> Iterator[LiveCluster]:
    """The cluster. Its requests raise LiveError."""
    from pulumi_everest.live.cluster import LiveCluster

    live = LiveCluster(access.kubeconfig, access.context, timeout=TIMEOUT)
    try:
        yield live
    finally:
        live.close()
