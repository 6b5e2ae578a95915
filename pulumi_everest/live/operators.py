"""What a cluster has of operators: asked with as few rights as there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.presence import Facts

FORBIDDEN = 403


def read_facts(
    live: LiveCluster, kinds: Iterable[tuple[str, str]], crds: Iterable[str], namespaces: Iterable[str]
) -> Facts:
    """Which of the kinds (API version, kind) are served, the definitions of these names, and the deployments.

    Who may not see the whole cluster is told about the namespaces named. Raises LiveError where nothing can be read.
    """
    served = {(version, kind) for version, kind in dict.fromkeys(kinds) if live.serves(version, kind)}
    definitions: dict[str, Any] = {}
    try:
        definitions = {found["metadata"]["name"]: found for found in live.crds(crds)}
    except LiveError as error:
        if error.code != FORBIDDEN:
            raise
    return Facts(served, definitions, _deployments(live, namespaces))


def _deployments(live: LiveCluster, namespaces: Iterable[str]) -> list[dict[str, Any]] | None:
    version, kind = "apps/v1", "Deployment"
    try:
        return live.list(version, kind)
    except LiveError as error:
        if error.code != FORBIDDEN:
            raise
    # An operator elsewhere is not seen then, so only one that is there tells something.
    found: list[dict[str, Any]] = []
    for namespace in dict.fromkeys(namespaces):
        try:
            found += live.list(version, kind, namespace)
        except LiveError as error:
            if error.code != FORBIDDEN:
                raise
    return found or None
