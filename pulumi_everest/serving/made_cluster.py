"""A cluster that an engine has had made: what backups and restores of the same deployment ask of it, and no more.

A deployment may have thousands, and the process would hold all that they were made of to its end.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi

from pulumi_everest.resources.candidates.cluster_candidate import ClusterCandidate
from pulumi_everest.workspace.workspace import ClusterInput


class MadeCluster:
    """One cluster. `component` stands for its resource."""

    def __init__(self, candidate: ClusterCandidate, component: pulumi.Resource | None) -> None:
        self.component = component
        self.kubernetes, self.refused = candidate.kubernetes, candidate.refused
        self.condition, self.is_made = candidate.condition, candidate.is_made
        self._input, self._spec = _packed(candidate.input)

    @property
    def input(self) -> ClusterInput:
        """The cluster as it was read."""
        return self._input if self._spec is None else replace(self._input, spec=json.loads(zlib.decompress(self._spec)))


def _packed(cluster: ClusterInput) -> tuple[ClusterInput, bytes | None]:
    """The cluster without its spec, and the spec as bytes; the cluster as it is where a value was not known."""
    own = replace(cluster, secrets=_emptied(cluster.secrets))
    try:
        packed = zlib.compress(json.dumps(own.spec).encode())
    except TypeError:
        return own, None
    return replace(own, spec={}), packed


def _emptied(secrets: Any) -> Any:
    """Which values for Secrets were given, without the values."""
    return {key: _emptied(value) for key, value in secrets.items()} if isinstance(secrets, Mapping) else ""
