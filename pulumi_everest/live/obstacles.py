"""What stands between an object and its creation: a namespace or a kind that is missing, a login that does not work."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.presence import WantedObject

UNAUTHORIZED = 401


class Obstacle(NamedTuple):
    """What is missing, and why that stops an object, for people."""

    what: Literal["kind", "namespace", "login"]
    text: str


def obstacle(live: LiveCluster, wanted: WantedObject) -> Obstacle | None:
    """Why an object cannot be made now, for people; None where nothing is in its way, as far as one may see.

    Raises LiveError where the cluster cannot be asked at all.
    """
    try:
        if not live.serves(wanted.api_version, wanted.kind):
            live.forget_kinds()
        if not live.serves(wanted.api_version, wanted.kind):
            return Obstacle("kind", f"the cluster does not have {wanted.kind} in {wanted.api_version}")
        if live.metadata("v1", "Namespace", wanted.namespace) is None:
            return Obstacle("namespace", f"there is no namespace '{wanted.namespace}' in the cluster")
    except LiveError as error:
        if error.code == UNAUTHORIZED:
            return Obstacle("login", f"the cluster does not take the login of its kubeconfig: {error.message}")
        if error.code:
            return None  # it may not be looked at, which says nothing
        raise
    return None
