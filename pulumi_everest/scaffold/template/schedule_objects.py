"""An object for each schedule of backups, where the operator has a kind for that."""

from __future__ import annotations

from typing import Any

from pulumi_everest.scaffold.definitions.crd_files import Kind, Source
from pulumi_everest.scaffold.definitions.fields import fields_of
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.kind_roles import refers
from pulumi_everest.scaffold.template.api_versions import api_version
from pulumi_everest.scaffold.template.placing import Tree, marked
from pulumi_everest.scaffold.template.required_values import fill_required
from pulumi_everest.scaffold.template.tree import Guess

CRONS = ("schedule", "cron", "cronSchedule", "cronExpression")
SCHEDULES: Tree = {
    "forEach": {"storage": "${spec.?backup.?storages}"},
    "do": {
        "forEach": {"schedule": "${storage.?schedules}"},
        "${schedule.name}": {"schedule": "${schedule}", "storage": "${storage}"},
    },
}
"""The schedules of all storages by their names, for the names of a template."""


def is_scheduled(kind: Kind) -> bool:
    """Whether a kind of backups makes them again and again."""
    top = fields_of(kind.part("spec"))
    return any(name in top.children and top.children[name].type == "string" for name in CRONS)


def schedule_object(kind: Kind, main: Kind, source: Source) -> Tree | None:
    """The template of the objects; None where they do not say which database they are about."""
    top, to = fields_of(kind.part("spec")), refers(kind, main)
    cron = top.child(*CRONS)
    if to is None or cron is None:
        return None
    spec: Tree = {to.last: "${metadata.name}" if to.type == "string" else {"name": "${metadata.name}"}}
    reads = "backup.storages.schedules"
    note = "ask: does the operator's cron have five fields, without seconds?"
    spec[cron.last] = Guess("${entry.schedule.cron}", "cron", (f"{reads}.cron",), note)
    suspended = top.child("suspend", "suspended", "paused")
    if suspended is not None and suspended.type == "boolean":
        value: Any = {"when": "${!entry.schedule.?enabled.orValue(true)}", "do": True}
        spec[suspended.last] = Guess(value, "switch", (f"{reads}.enabled",))
    named = top.child("storageName", "backupStorageName", "storage")
    if named is not None and named.type == "string":
        spec[named.last] = Guess("${entry.storage.name}", "storage", ("backup.storages.name",))
    keep = top.child("keep", "maxBackups", "retentionCopies", "successfulJobsHistoryLimit")
    if keep is not None and keep.type == "integer" and keep.last != "successfulJobsHistoryLimit":
        spec[f"?{keep.last}"] = Guess("${entry.schedule.?retention.?count}", "retention", (f"{reads}.retention.count",))
    fill_required(spec, top, Sample())
    one = {
        "apiVersion": api_version(kind, source),
        "kind": kind.kind,
        "metadata": {"name": "${metadata.name}-${name}"},
        "spec": marked(spec),
    }
    loop = {"forEach": {"name, entry": "${schedules}"}}
    return {"name": "schedule", "after": ["cluster"], **loop, "object": Guess(one, "schedules", (reads,))}
