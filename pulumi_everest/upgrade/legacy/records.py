"""What becomes of Everest's own records of backups, restores and imports, and of a cluster that is busy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.upgrade.legacy.objects import LegacyObjects, Object, name_of
from pulumi_everest.upgrade.legacy.reading import said, text_of

_BUSY: Final = frozenset({"restoring", "deleting", "upgrading", "resizingVolumes", "importing", "pausing", "stopping"})
_ENDS: Final = frozenset({"Succeeded", "Failed", "Deleting"})


def records(objects: LegacyObjects, cluster: Object) -> Iterator[Finding]:
    """What is said of each kind of record that the input has of a cluster, and of its state."""
    namespace, name = name_of(cluster)
    state = text_of(said(cluster, "status.status"))
    if state in _BUSY:
        text = f"Everest says that the database is '{state}'"
        yield finding("migrate.kept", ("status", "status"), text, hint="wait until it is ready before it is moved")
    backups = objects.of_clusters("DatabaseClusterBackup", namespace, name)
    if backups:
        text = f"DatabaseClusterBackups: {_names(backups)}"
        stay = "the operator's own backups of the same names stay, and are the ones to restore from"
        yield finding("migrate.kept", ("spec", "backup"), text, hint=stay)
    for kind in ("DatabaseClusterRestore", "DataImportJob"):
        entries = objects.of_clusters(kind, namespace, name)
        running = [entry for entry in entries if str(said(entry, "status.state") or "") not in _ENDS]
        if running:
            text = f"{kind}s that are not done: {_names(running)}"
            yield finding("migrate.kept", ("spec", "dataSource"), text, hint="wait for them before it is moved")
        if len(running) < len(entries):
            done = [entry for entry in entries if str(said(entry, "status.state") or "") in _ENDS]
            gone = "records of what is done; they go with the DatabaseCluster"
            yield finding("migrate.kept", ("spec", "dataSource"), f"{kind}s: {_names(done)}", hint=gone)


def _names(entries: list[Object]) -> str:
    names = [name_of(entry)[1] for entry in entries]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
