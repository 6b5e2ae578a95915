"""A cluster beside what is made of it, to be compared with what there was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.findings import EverestError
from pulumi_everest.workspace.workspace import ClusterInput, Setup, Workspace


@dataclass(frozen=True)
class ProgramCluster:
    """A cluster as the program makes it: its main object, what it is, the values for Secrets, the guards to lift."""

    manifest: Mapping[str, Any]
    snapshot: Snapshot
    setup: Setup
    workspace: Workspace
    secrets: Mapping[str, Any]
    allow: list[str]

    def emitted(self, snapshot: Snapshot, spec: Mapping[str, Any]) -> dict[str, Any] | None:
        """The main object of a cluster with this spec, and otherwise as the snapshot; None for one that is refused."""
        options = {key: value for key, value in snapshot.options.items() if key == "volumePolicy"}
        cluster = ClusterInput(dict(snapshot.metadata), dict(spec), options=options, secrets=dict(self.secrets))
        try:
            resolved, setup, _ = self.workspace.check(cluster)
            if resolved is None or setup is None:
                return None
            return next(entry.manifest for entry in self.workspace.emit(cluster, resolved, setup) if entry.main)
        except EverestError:
            return None
