"""One cluster of Everest's first API as a cluster of ours: what Everest made of it, read back as `everest adopt` does.

There is no mapping from fields to fields. legacy.yaml of a plugin says what Everest made of a DatabaseCluster, and of
that object, or better of the one that runs, the cluster is found, which is proven: it renders to exactly that object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_everest.adoption.adopt import Adopted, adopted
from pulumi_everest.adoption.alike import Alike
from pulumi_everest.adoption.rendering import Rendering
from pulumi_everest.core.paths import parse
from pulumi_everest.model.findings import EverestError, Finding, finding, has_errors
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.upgrade.legacy.images import available, best, chosen, cr_version
from pulumi_everest.upgrade.legacy.live_object import live_differences, live_object
from pulumi_everest.upgrade.legacy.normal_form import normal_form, size_class
from pulumi_everest.upgrade.legacy.objects import KINDS, LegacyObjects, Object, full_name, name_of
from pulumi_everest.upgrade.legacy.ownership import BETWEEN, Owner
from pulumi_everest.upgrade.legacy.reading import check_spec, mapping, said, text_of
from pulumi_everest.upgrade.legacy.records import records
from pulumi_everest.upgrade.legacy.surroundings import Surroundings
from pulumi_everest.workspace.workspace import Workspace


@dataclass
class Migrated:
    """A DatabaseCluster of the first API with what became of it.

    `made` is the operator's object that it stands for, `live` the one that runs, if it was in the input; `parts` is
    what the plugin's legacy.yaml says besides. `owned` are the objects of the input that would be deleted with the
    DatabaseCluster, by references to `owner`. `adopted` is None where it cannot be migrated: the findings say why.
    """

    cluster: Object
    plugin: Plugin | None = None
    made: Mapping[str, Any] = field(default_factory=dict)
    live: Object | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    adopted: Adopted | None = None
    owner: Owner = field(default_factory=lambda: Owner("", frozenset()))
    owned: list[Object] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Namespace and name: ``shop/orders``."""
        return full_name(self.cluster)

    @property
    def object(self) -> Mapping[str, Any]:
        """The operator's object that the result renders to."""
        return self.live if self.live is not None else self.made


def migrated(workspace: Workspace, objects: LegacyObjects, cluster: Object, alike: Alike | None = None) -> Migrated:
    """What becomes of a cluster. It never raises for what is wrong with the cluster: that is in the findings.

    With one `alike` for many clusters, those of the same form take a fraction of the time.
    """
    result = Migrated(cluster)
    try:
        _fill(result, workspace, objects, alike)
    except EverestError as error:
        text = "no cluster could be made of it"
        refused = [entry for entry in (*result.findings, *error.findings) if entry.code == "migrate.refused"]
        head = [] if refused else [finding("migrate.refused", (), text, hint="it is left out; the others are written")]
        result.findings += [*head, *error.findings]
    subject = f"DatabaseCluster {result.name}"
    result.findings = list(dict.fromkeys(replace(entry, subject=subject) for entry in result.findings))
    return result


def _fill(result: Migrated, workspace: Workspace, objects: LegacyObjects, alike: Alike | None) -> None:
    cluster = result.cluster
    _, name = name_of(cluster)
    if not name:
        raise EverestError([finding("migrate.refused", ("metadata", "name"), "the cluster has no name")])
    if not isinstance(cluster.get("spec"), dict):
        raise EverestError([finding("migrate.refused", ("spec",), "the cluster has no spec")])
    result.findings += check_spec(cluster["spec"])
    if has_errors(result.findings):
        raise EverestError([])
    result.plugin = plugin = plugin_of(workspace, cluster)
    setup, wrong = workspace.setup(plugin.definition.name)
    if setup is None:
        raise EverestError(wrong)
    rendering = Rendering(plugin, setup.technology, {"name": name, "namespace": name_of(cluster)[0]})
    result.live = live_object(workspace, plugin, objects, cluster)
    values = _values(result, objects, rendering)
    assert plugin.legacy is not None  # plugin_of takes one that has it
    result.parts = plugin.legacy.make(values)
    result.made = result.parts["object"]
    result.findings += (_remark(entry) for entry in result.parts.get("remarks") or [])
    result.findings += records(objects, cluster)
    namespace, name = name_of(cluster)
    result.owner = Owner.of(cluster, [entry for kind in BETWEEN for entry in objects.between(kind, namespace, name)])
    result.owned = list(result.owner.owned(_protected(objects, plugin, result)))
    names = result.parts.get("names") or {}
    result.adopted = adopted(workspace, result.object, literally=True, named=names, alike=alike)
    result.findings += result.adopted.findings
    if result.live is not None:
        result.findings += live_differences(result.made, result.live)


def _protected(objects: LegacyObjects, plugin: Plugin, result: Migrated) -> list[Object]:
    """What must outlive the DatabaseCluster, and may go with it: Secrets, backups, and the operator's object."""
    namespace, name = name_of(result.cluster)
    backups = plugin.legacy.backups if plugin.legacy is not None else None
    kinds = [("v1", "Secret"), (KINDS[BETWEEN[0]], BETWEEN[0])]
    if backups is not None:
        kinds.append((backups.api_version, backups.kind))
    there = [entry for kind in kinds for entry in objects.with_owner(*kind, namespace, result.owner.uids, name)]
    return [*there, result.live] if result.live is not None else there


def plugin_of(workspace: Workspace, cluster: Object) -> Plugin:
    """The plugin for the engine of a cluster. Raises EverestError."""
    wanted = said(cluster, "spec.engine.type")
    known = {plugin.legacy.engine_type: plugin for plugin in workspace.plugins.all() if plugin.legacy is not None}
    if wanted in known:
        return known[wanted]
    text = f"no plugin knows the engine '{wanted}'" if wanted else "the cluster names no engine"
    raise EverestError([finding("migrate.refused", ("spec", "engine", "type"), text, allowed=sorted(known))])


def _values(result: Migrated, objects: LegacyObjects, rendering: Rendering) -> dict[str, Any]:
    """What the expressions of legacy.yaml see."""
    cluster, live = result.cluster, result.live
    namespace, name = name_of(cluster)
    spec = normal_form(cluster)
    engine = next(
        (
            e
            for e in objects.all("DatabaseEngine", namespace)
            if said(e, "spec.type") == said(cluster, "spec.engine.type")
        ),
        None,
    )
    operator = cr_version(cluster, engine, live)
    wanted = spec["engine"].get("version") or best(mapping(said(engine, "status.availableVersions.engine")))
    picked = chosen(rendering, wanted, operator)
    spec["engine"]["version"] = picked.version
    around = Surroundings(objects, cluster, size_class(spec), live)
    found = {
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
        "size": around.size,
        "path": "/".join(part for part in (name, text_of(said(cluster, "metadata.uid"))) if part),
        "available": available(engine, picked.version, spec["proxy"].get("type")),
        "catalog": picked.catalog,
        "live": live or {},
        "crVersion": operator or picked.operator,
        **around.variables(),
    }
    if not spec["engine"]["storage"].get("size"):
        spec["engine"]["storage"]["size"] = said(rendering.plugin.manifest.defaults, "instances.engine.storage.size")
        around.tell(
            "migrate.assumed", ("spec", "engine", "storage", "size"), "no size is said", "the default is written"
        )
    _guesses(around, found, picked.known, operator, wanted)
    result.findings += around.findings
    return found


def _guesses(
    around: Surroundings, found: Mapping[str, Any], known: bool, operator: str | None, wanted: str | None
) -> None:
    """Say what nothing in the input tells."""
    if found["storages"] and not text_of(said(around.cluster, "metadata.uid")) and around.live is None:
        text = "the cluster has no UID here, which Everest puts into the path of every backup"
        lost = f"backups go to '{around.name}', and earlier ones are not found; export it from the cluster"
        around.tell("migrate.lost", ("metadata", "uid"), text, lost)
    if around.live is not None:
        return
    text = "the operator's object is not in the input: its images, crVersion and pull policy are not known for sure"
    around.tell("migrate.assumed", (), text, "a preview against the cluster shows what differs, and refuses it")
    if not operator:
        text = f"nothing says which version of the operator runs: {found['crVersion']} is taken"
        around.tell("migrate.assumed", ("spec", "engine", "crVersion"), text, "another one would restart the database")
    version: Any = ("spec", "engine", "version")
    if not wanted:
        text = f"no version is said: {found['spec']['engine']['version']} is taken, as for a new database"
        around.tell("migrate.assumed", version, text, "say which one runs before this is used")
    elif not known and "engine" not in found["available"]:
        text = f"the catalog has no {wanted} for operator {found['crVersion']}, so that the image is a guess"
        around.tell("migrate.assumed", version, text, "compare it with the one that runs")


def _remark(entry: Mapping[str, Any]) -> Finding:
    return finding(
        str(entry["code"]), ("spec", *parse(str(entry["path"]))), str(entry["reason"]), hint=str(entry["consequence"])
    )
