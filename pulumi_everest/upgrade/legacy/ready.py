"""Whether a DatabaseCluster of the first API can be deleted: nothing of the database may go with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pulumi_everest.adoption.adopt import main_kinds
from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.templates.legacy import BackupKind
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.upgrade.legacy.migrate import plugin_of
from pulumi_everest.upgrade.legacy.objects import API_VERSION, KINDS, Object, name_of
from pulumi_everest.upgrade.legacy.ownership import BETWEEN, FREEZE, STARTED, Owner, everest_finalizers
from pulumi_everest.upgrade.legacy.reading import said
from pulumi_everest.workspace.workspace import Workspace

_ANNOTATIONS = ("metadata", "annotations")


def in_the_way(workspace: Workspace, live: LiveCluster, namespace: str, name: str) -> Iterator[Finding]:
    """Everything that stands in the way, of the steps of the runbook in their order. Raises LiveError."""
    subject = f"DatabaseCluster {namespace}/{name}"
    for text, hint in _reasons(workspace, live, namespace, name):
        yield finding("migrate.not-ready", (), text, hint=hint, subject=subject)


def _reasons(workspace: Workspace, live: LiveCluster, namespace: str, name: str) -> Iterator[tuple[str, str]]:
    cluster = live.get(API_VERSION, "DatabaseCluster", name, namespace)
    if cluster is None:
        yield "there is no DatabaseCluster of that name", "kubectl get databaseclusters -A lists them"
        return
    if said(cluster, "metadata.deletionTimestamp"):
        yield "it is being deleted already", "take its finalizers away only after all else here is done"
    try:
        plugin = plugin_of(workspace, cluster)
    except EverestError as error:
        yield str(error), "give the plugin with --plugin"
        return
    assert plugin.legacy is not None  # plugin_of takes one that has it
    assert plugin.legacy.backups is not None  # or it would not have been loaded
    between = [entry for kind in BETWEEN for entry in live.list(KINDS[kind], kind, namespace)]
    owner = Owner.of(cluster, between)
    backups = _of_cluster(live, plugin.legacy.backups, namespace, name)
    own = [entry for entry in between if said(entry, "spec.dbClusterName") == name and entry["kind"] == BETWEEN[0]]
    yield from _backed_up(cluster, backups, own, plugin.legacy.backups)
    if value_at(cluster, (*_ANNOTATIONS, FREEZE)) != "true":
        yield "it is not frozen: Everest goes on to write the operator's object", "step 'freeze' of the runbook"
    if finalizers := everest_finalizers(cluster):
        text = f"it has the finalizers {', '.join(finalizers)}, with which the database is deleted"
        yield text, "step 'unhook' of the runbook"
    running = _main_object(workspace, plugin, live, namespace, name)
    if running is None:
        yield "the operator's object is not there", "look for the database before anything of it is deleted"
    secrets = [{**entry, "kind": "Secret"} for entry in live.list_metadata("v1", "Secret", namespace)]
    for entry in owner.owned([*([running] if running else []), *secrets, *backups, *own]):
        ref = owner.references(entry)[0]
        whose = f"belongs to {ref.get('kind')} '{ref.get('name')}', and goes with it"
        yield f"{entry.get('kind')} '{name_of(entry)[1]}' {whose}", "step 'unhook' of the runbook"


def _of_cluster(live: LiveCluster, kind: BackupKind, namespace: str, name: str) -> list[Object]:
    """The operator's backups of the cluster."""
    found = live.list(kind.api_version, kind.kind, namespace)
    return [{"kind": kind.kind, **entry} for entry in found if said(entry, kind.cluster) == name]


def _main_object(workspace: Workspace, plugin: Plugin, live: LiveCluster, namespace: str, name: str) -> Object | None:
    for api_version, kind in main_kinds(workspace, plugin):
        there = live.get(api_version, kind, name, namespace)
        if there is not None:
            return {"kind": kind, **there}
    return None


def _backed_up(
    cluster: Object, backups: Sequence[Object], own: Sequence[Object], kind: BackupKind
) -> Iterator[tuple[str, str]]:
    """Why there is no good backup: one that was finished since the move began."""
    hint = "step 'backup' of the runbook"
    text = value_at(cluster, (*_ANNOTATIONS, STARTED))
    started = _moment(text)
    if started is None:
        wrong = f"'{text}' is no time" if text else "nothing says when the move began"
        yield f"{wrong} (annotation {STARTED})", hint
        return
    ends = [_moment(said(entry, kind.completed)) for entry in backups if said(entry, kind.state) in kind.done]
    ends += [_moment(said(entry, "status.completed")) for entry in own if said(entry, "status.state") == "Succeeded"]
    if not any(end is not None and end >= started for end in ends):
        yield f"no backup was finished since the move began ({text})", hint


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
