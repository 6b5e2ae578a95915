"""The way of one running database from Everest to this package, as steps with their commands.

Nothing of the database may go with its DatabaseCluster: deleting that deletes the database, while its finalizers are
there, and every object that it owns. So the order is: a finished backup, freeze, take over, unhook, delete.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from shlex import quote
from typing import Any, Final

from pulumi_everest.upgrade.legacy.migrate import Migrated
from pulumi_everest.upgrade.legacy.objects import API_VERSION, Object, name_of, owners_of
from pulumi_everest.upgrade.legacy.ownership import FREEZE, STARTED, everest_finalizers, without
from pulumi_everest.upgrade.legacy.reading import said

_COMMAND: Final = re.compile(r"(?:^|(?<=[|&] ))(?:kubectl|everest migrate)")
_LIKELY: Final = ("everest.percona.com/upstream-cluster-cleanup", "foregroundDeletion")
_NO_STORAGE: Final = "NAME-OF-A-BACKUPSTORAGE"


@dataclass(frozen=True)
class Step:
    """One step: what to run, how to see that it worked, and how to go back. All commands are for a POSIX shell."""

    id: str
    title: str
    why: str
    commands: list[str]
    see: list[str]
    expect: str
    back: list[str] = field(default_factory=list)
    no_way_back: str = ""


def as_data(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps for machines."""
    return [asdict(step) for step in steps]


def runbook(result: Migrated, reach: str = "") -> list[Step]:
    """The steps for one cluster. `reach` are the options with which kubectl and everest find its Kubernetes."""
    namespace, name = name_of(result.cluster)
    steps = [
        _backup(result, namespace, name),
        _freeze(namespace, name),
        _take_over(result, namespace, name),
        _unhook(result, namespace, name),
        _delete(result, namespace, name),
    ]
    return [_reaching(step, reach) for step in steps] if reach else steps


def _reaching(step: Step, reach: str) -> Step:
    """The step with the options in each of its commands."""

    def given(commands: list[str]) -> list[str]:
        return [_COMMAND.sub(lambda match: f"{match[0]} {reach}", command) for command in commands]

    return replace(step, commands=given(step.commands), see=given(step.see), back=given(step.back))


def _on(verb: str, kind: str, name: str, namespace: str) -> str:
    return f"kubectl {verb} {kind} {quote(name)} -n {quote(namespace)}"


def _legacy(verb: str, namespace: str, name: str, kind: str = "databaseclusters") -> str:
    """A command about an object of the first API, by its full name: other kinds have the same short ones."""
    return _on(verb, f"{kind}.v1alpha1.everest.percona.com", name, namespace)


def _kind(entry: Mapping[str, Any]) -> str:
    """How kubectl is told the kind of an object, whatever other groups have one of that name."""
    version = str(entry.get("apiVersion") or "v1")
    group, slash, number = version.partition("/")
    return f"{entry['kind']}.{number}.{group}" if slash else str(entry["kind"])


def _backup(result: Migrated, namespace: str, name: str) -> Step:
    storages = said(result.adopted.spec if result.adopted else {}, "backup.storages") or []
    schedules = said(result.cluster, "spec.backup.schedules") or []
    named = next((entry.get("backupStorageName") for entry in schedules if entry.get("backupStorageName")), None)
    storage = named or (storages[0]["name"] if storages else _NO_STORAGE)
    backup = f"{name}-before-move"
    manifest = {
        "apiVersion": API_VERSION,
        "kind": "DatabaseClusterBackup",
        "metadata": {"name": backup, "namespace": namespace},
        "spec": {"dbClusterName": name, "backupStorageName": storage},
    }
    why = "whatever goes wrong after this, the data are there; the annotation says from when on a backup counts"
    if storage == _NO_STORAGE:
        why += f". The cluster has no storage for backups: make a BackupStorage, and write its name for {_NO_STORAGE}"
    started = f'{STARTED}="$(date -u +%Y-%m-%dT%H:%M:%SZ)"'
    kind = "databaseclusterbackups"
    return Step(
        "backup",
        "A finished backup",
        why,
        [
            f"{_legacy('annotate', namespace, name)} --overwrite {started}",
            f"echo {quote(json.dumps(manifest))} | kubectl apply -f -",
        ],
        [f"{_legacy('wait', namespace, backup, kind)} --for=jsonpath='{{.status.state}}'=Succeeded --timeout=6h"],
        "it says: condition met",
        [f"{_legacy('annotate', namespace, name)} {STARTED}-"],
    )


def _freeze(namespace: str, name: str) -> Step:
    shown = f"{_legacy('get', namespace, name)} -o yaml"
    return Step(
        "freeze",
        "Freeze",
        "otherwise Everest writes the operator's object anew whenever something about it changes",
        [f"{_legacy('annotate', namespace, name)} --overwrite {FREEZE}=true"],
        [f"{shown} | grep {quote(FREEZE)}"],
        f'it shows {FREEZE}: "true". From now on Everest does nothing for this database, so do not use its page for it',
        [f"{_legacy('annotate', namespace, name)} {FREEZE}-"],
    )


def _take_over(result: Migrated, namespace: str, name: str) -> Step:
    made = result.object
    uid = said(made, "metadata.uid")
    full, folder = f"{namespace}/{name}", quote(f"{namespace}.{name}.moved")
    shown = f"{_on('get', _kind(made), name, namespace)} -o jsonpath='{{.metadata.uid}}'"
    return Step(
        "take-over",
        "Take over",
        "the frozen object is read once more, so that the program says what runs; the first update changes nothing. "
        "The call in it may as well go into a program of your own",
        [
            f"everest migrate --from-cluster {quote(full)} -o {folder}",
            f"cd {folder}/program && pulumi stack select --create {quote(f'{namespace}-{name}')} && pulumi up",
        ],
        [shown],
        f"the object keeps its UID{f', {uid}' if uid else ''}; the preview shows an import and no other change",
        [
            "pulumi state unprotect URN  # pulumi stack --show-urns lists it; then take the cluster out of the program",
            "pulumi up  # the object is forgotten, not deleted",
            f"{_legacy('annotate', namespace, name)} {FREEZE}-",
        ],
    )


def _unhook(result: Migrated, namespace: str, name: str) -> Step:
    found = said(result.cluster, "metadata.finalizers")
    finalizers = found if isinstance(found, list) else []
    rest = [entry for entry in finalizers if entry not in everest_finalizers(result.cluster)]
    own = _patch(_legacy("patch", namespace, name), {"finalizers": rest or None})
    there = finalizers or list(_LIKELY)
    commands, back = [own], [_patch(_legacy("patch", namespace, name), {"finalizers": there})]
    for command, undo in _owned(result, namespace):
        commands.append(command)
        back += [undo] if undo else []
    return Step(
        "unhook",
        "Unhook",
        "with these finalizers and owner references the database, its Secrets and its backups go with the "
        "DatabaseCluster",
        commands,
        [f"everest migrate --ready-to-delete {quote(f'{namespace}/{name}')}"],
        "it says that the DatabaseCluster can be deleted, and ends with 0; else it names what is left",
        back,
    )


def _owned(result: Migrated, namespace: str) -> Iterator[tuple[str, str]]:
    """Commands that free each object, and those that undo it; without a cluster for Secrets that may be there."""
    for entry in result.owned:
        patch = _on("patch", _kind(entry), name_of(entry)[1], namespace)
        before = owners_of(entry)
        rest = without(entry, result.owner)
        yield (
            _patch(patch, {"ownerReferences": _handed(entry, result, rest)}),
            _patch(patch, {"ownerReferences": before}),
        )
    if not result.owned and result.live is None:
        for secret in result.parts.get("secrets") or []:
            command = _patch(_on("patch", "secret", secret, namespace), {"ownerReferences": None})
            yield f"{_on('get', 'secret', secret, namespace)} >/dev/null 2>&1 && {command} || true", ""


def _handed(entry: Object, result: Migrated, rest: list[Mapping[str, Any]]) -> list[Any] | None:
    """The owner references that an object has from now on.

    Everest gives a DatabaseClusterBackup without a controller to its DatabaseCluster again, even a frozen one: so
    such a one goes over to the operator's object.
    """
    uid = said(result.live, "metadata.uid") if result.live is not None else None
    if entry.get("kind") != "DatabaseClusterBackup" or not uid:
        return list(rest) or None
    own = {"apiVersion": result.object["apiVersion"], "kind": result.object["kind"], "name": name_of(result.cluster)[1]}
    return [*rest, {**own, "uid": uid, "controller": True, "blockOwnerDeletion": False}]


def _patch(command: str, metadata: Mapping[str, Any]) -> str:
    return f"{command} --type=merge -p {quote(json.dumps({'metadata': metadata}))}"


def _delete(result: Migrated, namespace: str, name: str) -> Step:
    full = quote(f"{namespace}/{name}")
    deleted = f"{_legacy('delete', namespace, name)} --cascade=orphan"
    shown = f"{_on('get', _kind(result.object), name, namespace)} -o jsonpath='{{.metadata.uid}}'"
    return Step(
        "delete",
        "Delete the DatabaseCluster",
        "the database is no longer Everest's; the check before it refuses while anything would go with it",
        [
            f"{_legacy('get', namespace, name)} -o yaml > {quote(f'{namespace}.{name}.before.yaml')}",
            f"everest migrate --ready-to-delete {full} && {deleted}",
        ],
        [f"{_legacy('get', namespace, name)} --ignore-not-found", shown],
        "the first prints nothing, the second the same UID as before",
        no_way_back="a DatabaseCluster that is made anew has another UID, under which Everest looks for backups",
    )


_HEAD: Final = """# The way from Everest's first API

One database after the other, step by step. Do not go on before a step shows what it should; each can be undone but the
last. Secrets that belong to a BackupStorage or a MonitoringConfig go with those: keep these objects as long as a
database uses their Secrets, or free the Secrets first, when Everest itself is no longer there.
"""


def runbook_text(books: Mapping[str, Sequence[Step]]) -> str:
    """The steps of all clusters for people, as Markdown."""
    lines = [_HEAD]
    for name, steps in books.items():
        lines += [f"## {name}", ""]
        for number, step in enumerate(steps, 1):
            lines += [
                f"### {number}. {step.title}",
                "",
                f"{step.why[0].upper()}{step.why[1:]}.",
                "",
                *_block(step.commands),
            ]
            lines += [
                "To see that it worked:",
                "",
                *_block(step.see),
                f"{step.expect[0].upper()}{step.expect[1:]}.",
                "",
            ]
            if step.back:
                lines += ["To go back:", "", *_block(step.back)]
            else:
                lines += [f"There is no way back: {step.no_way_back}.", ""]
    return "\n".join(lines).rstrip("\n")


def _block(commands: Sequence[str]) -> list[str]:
    return ["```sh", *commands, "```", ""]
