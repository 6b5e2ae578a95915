"""A cluster of a program as far as it can be read: arguments as data, checked and resolved. Nothing is made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.changes.compare import check_allow
from pulumi_everest.core.merging import without_none
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding, finding, has_errors
from pulumi_everest.model.lock import Lock
from pulumi_everest.model.reading import plain
from pulumi_everest.resources.arguments.arguments import Arguments
from pulumi_everest.resources.candidates.known_in_preview import known_in_preview
from pulumi_everest.resources.hooks.adoption import check_adoption
from pulumi_everest.workspace.connection import check_connection, check_wait_for
from pulumi_everest.workspace.secret_values import check_secrets, late_secrets, may_hold_secrets, split_secrets
from pulumi_everest.workspace.workspace import ClusterInput, Plan, Setup, Workspace

METADATA = ("name", "namespace", "labels", "annotations", "finalizers")
PROGRAM_ONLY = frozenset(
    {
        *METADATA, "users", "adopt", "deletionPolicy", "volumePolicy", "waitFor", "connectionSecret", "allow",
    }
)  # fmt: skip


@dataclass
class Checked:
    """The result of one check: the cluster as far as it could be read and resolved, and the findings.

    `undecided` are the places of values that decide what exists, or may do so, and are not known.
    """

    cluster: ClusterInput
    policy: str
    adopt: bool
    wait_for: bool | str | None
    connection_secret: bool | str
    resolved: Resolved | None
    setup: Setup | None
    findings: list[Finding]
    undecided: list[Path]
    allow: list[str]

    @property
    def is_wrong(self) -> bool:
        """Whether there is an error among the findings."""
        return has_errors(self.findings)


def read_cluster(arguments: Arguments, data: dict[str, Any], workspace: Workspace, lock: Lock | None) -> Checked:
    """Check a cluster and resolve it, with what is known of its arguments: `data`."""
    data, found = arguments.read(data)
    data = plain(data, arguments.shape)
    metadata = without_none({key: data.get(key) for key in METADATA})
    spec = {key: value for key, value in data.items() if key not in PROGRAM_ONLY}
    spec, secrets, unnamed = split_secrets(spec, data.get("users"))
    volumes = data.get("volumePolicy")
    options = {} if volumes is None else {"volumePolicy": volumes}
    cluster = ClusterInput(metadata, spec, options=options, secrets=secrets)
    cluster.lock = lock
    resolved, setup, more = workspace.check(cluster)
    found += [*more, *unnamed, *check_secrets(spec, secrets, setup)]
    policy = known_in_preview(data, "deletionPolicy", "protect", found)
    adopt = known_in_preview(data, "adopt", False, found)
    if adopt:
        found += check_adoption(metadata, policy, setup)
    wait_for = known_in_preview(data, "waitFor", None, found)
    wanted = known_in_preview(data, "connectionSecret", False, found)
    allow = known_in_preview(data, "allow", [], found)
    if setup is not None:
        found += check_wait_for(wait_for, setup)
        found += check_connection(wanted, setup)
        found += check_allow(allow, setup.technology.definition)
    found = [_with_obstacle(entry, arguments) for entry in found]
    undecided = [*(entry.path for entry in found if entry.code == "value.not-known"), *may_hold_secrets(spec)]
    shown = arguments.shown(found)
    return Checked(cluster, policy, adopt, wait_for, wanted, resolved, setup, shown, undecided, allow)


def late_findings(arguments: Arguments, before: Checked, now: Checked, workspace: Workspace) -> list[Finding]:
    """What the check of what is known now says, beside its own findings, when the objects are made as `before` says."""
    late = late_secrets(before.cluster.secrets, now.cluster.secrets, now.cluster.spec)
    return arguments.shown([*late, *_schema_findings(now, workspace)])


def _schema_findings(checked: Checked, workspace: Workspace) -> list[Finding]:
    """What the CRDs say, where the program has some, against the objects of what is known now."""
    if workspace.crds is None or checked.resolved is None or checked.setup is None or checked.is_wrong:
        return []
    try:
        objects = workspace.emit(checked.cluster, checked.resolved, checked.setup)
    except EverestError as error:
        return error.findings
    return workspace.check_schemas(Plan(checked.cluster, checked.resolved, checked.setup, objects))


def _with_obstacle(entry: Finding, arguments: Arguments) -> Finding:
    obstacle = arguments.obstacle(entry.path) if entry.code == "value.not-known" else None
    if obstacle is None:
        return entry
    return finding(entry.code, entry.path, f"'{entry.path[-1]}' decides what the cluster consists of, {obstacle}")
