"""What a cluster of the first API was to be filled with: written only where that has not happened yet."""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.model.deferred import Path
from pulumi_everest.upgrade.legacy.lookup import Lookup
from pulumi_everest.upgrade.legacy.reading import said, text_of

_NEW: Final = frozenset({"", "unknown", "creating", "initializing", "restoring"})
_FILLED: Final = "nothing is written: it would be restored once more, over what the database holds by now"


def data_source(around: Lookup) -> dict[str, Any]:
    """Storage, folder, name and moment of the backup, for a technology whose object names it. Nothing if it is done."""
    source = said(around.spec, "dataSource") or {}
    path: Path = ("spec", "dataSource")
    if source.get("dataImport"):
        text = "an import of data is a job that runs once, when the database is made"
        around.tell("migrate.lost", (*path, "dataImport"), text, "a new cluster made of what is written would be empty")
        return {}
    if not (source.get("dbClusterBackupName") or source.get("backupSource")):
        return {}
    if str(said(around.cluster, "status.status") or "") not in _NEW or around.live is not None:
        around.tell("migrate.kept", path, "the database has been filled with this", _FILLED)
        return {}
    text = "only a database that is new is filled, and nothing here tells whether this one is there"
    around.tell("migrate.lost", path, text, _FILLED)
    return _wanted(around, source, path)


def _wanted(around: Lookup, source: dict[str, Any], path: Path) -> dict[str, Any]:
    folder = f"/{around.name}/{said(around.cluster, 'metadata.uid') or ''}"
    named = source.get("dbClusterBackupName")
    if named:
        lost = "the backup to fill it with is not known"
        backup = around.find("DatabaseClusterBackup", named, (*path, "dbClusterBackupName"), lost)
        name, full = text_of(said(backup, "spec.backupStorageName")), text_of(said(backup, "status.destination")) or ""
    else:
        name, full = source["backupSource"].get("backupStorageName"), str(source["backupSource"].get("path") or "")
    storage = around.storage(name, path) if name else None
    if storage is None or not full:
        return {}
    if named:
        inside = full.partition("://")[2] or full
        parts = inside.removeprefix(storage["bucket"]).lstrip("/").split("/")
        folder = "/" + "/".join(parts[:2])
    result = {"storage": storage, "folder": folder, "set": full.rstrip("/").rpartition("/")[2]}
    date = said(source, "pitr.date")
    return {**result, "date": str(date).replace("T", " ").rstrip("Z")} if date else result
