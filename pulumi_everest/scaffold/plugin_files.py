"""The files of a new plugin beside its templates and its definition: plugin.yaml, a preset and examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pulumi_everest.scaffold.asked import PORTS, Answers
from pulumi_everest.scaffold.definitions.crd_files import NO_VERSION, Kind, Source
from pulumi_everest.scaffold.definitions.fields import fields_of
from pulumi_everest.scaffold.meaning.components import BACKUP, ENGINE, OPEN_PODS
from pulumi_everest.scaffold.meaning.states import states_of
from pulumi_everest.scaffold.template.objects import ComponentType, Objects
from pulumi_everest.scaffold.template.tree import Guess, Note, guesses
from pulumi_everest.scaffold.template.whole_fields import PMM

Tree = dict[str, Any]
_SCHEDULES = "backup.storages.schedules"


@dataclass
class Plan:
    """What a plugin is made of."""

    name: str
    source: Source
    answers: Answers
    main: Kind
    objects: Objects

    @property
    def operator(self) -> str:
        """Name of the operator, and of the definition."""
        return self.answers.given.get("operator", f"{self.name}-operator")

    @property
    def versions(self) -> list[str]:
        """The operator's versions."""
        said = [one for one in self.answers.given.get("versions", "").split(",") if one]
        return said or self.source.versions or [NO_VERSION]


def manifest(plan: Plan) -> Tree:
    """plugin.yaml."""
    given = plan.answers.given
    states = states_of(plan.main, given.get("ready", ""), given.get("failed", ""))
    made: Tree = {
        "name": plan.name,
        "title": _asked(plan, "title", given.get("title") or _title(plan.main.kind)),
        "maturity": "alpha",
        "operator": _operator(plan),
    }
    blocks = _blocks(plan.objects)
    if blocks:
        made["blocks"] = blocks
    made["defaults"] = {"instances": _defaults(plan.objects.components)}
    keys = plan.objects.whole.user_keys
    if keys:
        made["secrets"] = {"users": list(keys), "requiredUsers": list(keys)}
    made["connection"] = _connection(plan)
    if states.ready:
        made["ready"] = Guess(states.ready, "ready", ask="" if states.known_ready else plan.answers.mark("ready"))
        made["waitFor"] = Guess(states.wait_for, "waitFor")
        if states.failed:
            made["failed"] = Guess(
                states.failed, "failed", ask="" if states.known_failed else plan.answers.mark("failed")
            )
        if states.state:
            made["state"] = Guess(states.state, "state")
        if states.message:
            made["message"] = Guess(states.message, "message")
    else:
        made["#ready"] = Note(
            "ask: how does the operator say that a database is ready? Its definition has no status for it."
        )
    return made


def _asked(plan: Plan, key: str, value: Any) -> Guess:
    return Guess(value, key, ask=plan.answers.mark(key))


def _title(kind: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind)


def _operator(plan: Plan) -> Tree:
    given = plan.answers.given
    known = bool(plan.source.versions) or "versions" in given
    made: Tree = {
        "name": _asked(plan, "operator", plan.operator),
        "versions": Guess(plan.versions, "versions", ask="" if known else plan.answers.mark("versions")),
        "default": plan.versions[-1],
        "crds": sorted(plan.source.kinds, key=lambda name: (plan.source.kinds[name] is not plan.main, name)),
    }
    chart = given.get("chart") or plan.source.chart
    if chart:
        made["chart"] = chart
    for key, field in (("repository", "chartRepository"), ("operator-image", "image"), ("watches", "watches")):
        if key in given:
            made[field] = given[key]
    missing = [
        key
        for key in ("chart", "repository", "operator-image", "watches")
        if key not in given and not (key == "chart" and chart)
    ]
    for key in missing:
        made[f"#{key}"] = Note(f"ask: {plan.answers.mark(key)}")
    path = plan.objects.found.whole.get("operatorVersion")
    if path:
        made["versionPath"] = "spec." + ".".join(path[0].path)
    return made


def _blocks(objects: Objects) -> Tree:
    agents = [one.type for one in objects.components if one.component.kind == BACKUP]
    made: Tree = {}
    if agents:
        made["backup"] = {"types": agents}
        backups = objects.whole.backups
        if backups is not None and (backups.pods or backups.needed):
            made["backup"]["needed"] = True
    if objects.whole.has_pmm:
        made["monitoring"] = {"types": [PMM], "needed": True}
    return made


def _defaults(components: list[ComponentType]) -> Tree:
    made: Tree = {}
    for one in components:
        said: Tree = {}
        if one.replicas is not None:
            said["replicas"] = Guess(_replicas(one), "replicas")
        if one.has_storage:
            said["storage"] = Guess({"size": "10Gi"}, "storage")
        if said:
            made[one.component.name] = said
    return made


def _replicas(one: ComponentType) -> int:
    assert one.replicas is not None
    schema = one.replicas.schema
    said = one.sample.at(one.replicas.path)
    low, high = schema.get("minimum"), schema.get("maximum")
    wanted = said if type(said) is int and said > 0 else 1 if "arbiter" in one.component.name.lower() else 3
    wanted = max(wanted, low) if isinstance(low, int) else wanted
    return min(wanted, high) if isinstance(high, int) else wanted


def _connection(plan: Plan) -> Tree:
    given = plan.answers.given
    known = _port(plan)
    kind = given.get("type") or known[0]
    host = given.get("host", "${metadata.name}.${metadata.namespace}.svc")
    port: Any = int(given["port"]) if given.get("port", "").isdigit() else known[1]
    return {
        "type": Guess(kind, "type", ask="" if known[2] else plan.answers.mark("type")),
        "host": _asked(plan, "host", host),
        "port": Guess(port, "port", ask="" if known[2] else plan.answers.mark("port")),
        "secret": _asked(plan, "secret", given.get("secret", "${spec.?usersSecret.orValue(metadata.name + '-users')}")),
    }


def _port(plan: Plan) -> tuple[str, int, bool]:
    """Kind of database and port, and whether the definition says so: a port with a default, or a name that is known."""
    top = fields_of(plan.main.part("spec"))
    for name in ("port", "servicePort", "clientPort"):
        field = top.child(name)
        value = field.schema.get("default") if field is not None else None
        if isinstance(value, int):
            return next((kind for kind, port in PORTS.items() if port == value), plan.name), value, True
    words = " ".join([plan.name, plan.main.kind, plan.main.group]).lower()
    for kind, port in PORTS.items():
        if (
            kind in words
            or (kind == "mongodb" and "mongo" in words)
            or (kind == "postgresql" and re.search(r"postgres|pg", words))
        ):
            return kind, port, False
    return plan.name, 1, False


# Sizes and an example


def preset(plan: Plan) -> Tree:
    """presets/small.yaml: the engine in small."""
    engine: Tree = {}
    for one in plan.objects.components:
        if one.component.name != ENGINE:
            continue
        if one.component.first("resources", "amounts", *OPEN_PODS) is not None:
            engine["resources"] = Guess({"limits": {"cpu": "1", "memory": "2Gi"}}, "resources")
        if one.has_storage:
            engine["storage"] = Guess({"size": "10Gi"}, "storage")
    return {"instances": {ENGINE: engine}} if engine else {}


def example(plan: Plan) -> Tree:
    """examples/minimal.yaml: the smallest cluster."""
    return {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseCluster",
        "metadata": {"name": "example", "namespace": "default"},
        "spec": {"provider": plan.operator, "instances": {ENGINE: {}}},
    }


def backups_example(plan: Plan) -> Tree:
    """examples/backups.yaml: a cluster with a storage and a schedule; nothing where there are no storages."""
    backups = plan.objects.whole.backups
    if backups is None or not (plan.objects.whole.has_stores or plan.objects.whole.has_url_store):
        return {}
    kind = next((one for one in ("s3", "gcs", "azure", "minio") if one in backups.kinds), "s3")
    storage: Tree = {"name": "main", "type": kind}
    if kind in backups.taken.get("credentialsSecret", ()):
        storage["credentialsSecret"] = Guess("backup-credentials", "Secret with credentials")
    storage |= {"container": "backups"} if kind == "azure" else {"bucket": "backups"}
    storage |= {"region": Guess("eu-central-1", "region")} if kind in backups.taken.get("region", ()) else {}
    if any(read.startswith(_SCHEDULES) for guess in guesses(plan.objects.tree) for read in guess.reads):
        storage["schedules"] = Guess([{"name": "daily", "cron": "0 3 * * *"}], "schedules")
    made = example(plan)
    return {**made, "spec": {**made["spec"], "backup": {"storages": [storage]}}}
