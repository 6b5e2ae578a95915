"""Validate: what a cluster asks for, against what its definition, topology and plugin allow. All of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pulumi_everest.core.check_job import source_findings
from pulumi_everest.core.engine_config.check import setting_findings, text_findings
from pulumi_everest.core.own_conflicts import conflict_findings
from pulumi_everest.core.own_images.check import image_findings
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.replica_limits import counted_beside, must_be_odd
from pulumi_everest.core.resolve import Resolved, resolve
from pulumi_everest.core.rules import Rules
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.definition import ReplicaLimits
from pulumi_everest.model.findings import Finding, did_you_mean, finding, has_errors, unknown
from pulumi_everest.model.lock import Lock
from pulumi_everest.model.storage_types import STORAGE_TYPES, one_of, storage_fields
from pulumi_everest.model.values.unchecked import as_list

_OF_SOME_STORAGES = frozenset().union(*(storage.fields for storage in STORAGE_TYPES.values()))


def check_cluster(
    metadata: Mapping[str, Any],
    spec: Mapping[str, Any],
    technology: Technology,
    *,
    options: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
    lock: Lock | None = None,
) -> tuple[Resolved | None, list[Finding]]:
    """Resolve and validate a cluster whose spec has passed its model; paths are relative to the spec.

    The resolved cluster is there even when there are findings, where there is a topology to resolve with.
    """
    resolved, found = resolve(metadata, spec, technology, options=options, secrets=secrets, lock=lock)
    found = [*found, *_backup(spec.get("backup")), *_data_source(spec), *_tls(spec.get("tls"))]
    found += conflict_findings(spec)
    found += _spec_fields(spec, technology)
    found += _own_config(spec, resolved, technology)
    if resolved is not None:
        found += _instances(spec, resolved, technology)
        found += _topology_config(spec, resolved, technology)
        found += _needed_config(spec, resolved, technology)
        if not has_errors(found):
            found += Rules.of(technology).check(resolved)
            found += image_findings(resolved, technology)
            said = {entry.path for entry in found}  # a rule has more to say of a setting
            found += [entry for entry in setting_findings(spec, resolved, technology) if entry.path not in said]
            if lock is not None:
                from pulumi_everest.core.lock_record import lock_findings

                found += lock_findings(lock, resolved)
    return resolved, _once(found)


def _once(found: list[Finding]) -> list[Finding]:
    return list(dict.fromkeys(found))


def _spec_fields(spec: Mapping[str, Any], technology: Technology) -> Iterator[Finding]:
    own = {key: value for key, value in spec.items() if key != "instances"}
    for path, allowed in technology.unhonoured(own):
        if path[0] in _blocks(technology) and len(path) == 1:
            continue
        yield _not_honoured(path, technology, "", allowed)


def _blocks(technology: Technology) -> frozenset[str]:
    return frozenset(technology.manifest.blocks) if technology.manifest else frozenset()


def _not_honoured(path: Path, technology: Technology, where: str, allowed: list[str]) -> Finding:
    text = f"provider '{technology.provider}' does nothing with '{path[-1]}'{where}"
    hint = did_you_mean(str(path[-1]), allowed)
    return finding("cluster.field-not-honoured", path, text, allowed=[name for name in allowed if name], hint=hint)


def _instances(spec: Mapping[str, Any], resolved: Resolved, technology: Technology) -> Iterator[Finding]:
    topology = resolved.spec["topology"]["type"]
    members = technology.definition.topology_components(topology)
    given = spec.get("instances")
    for name, instance in (given if isinstance(given, dict) else {}).items():
        if name not in resolved.types or not isinstance(instance, dict):
            continue
        path: Path = ("instances", name)
        seen: set[Path] = set()
        for fields in technology.instance_fields(topology, name):
            for below, allowed in fields.outside(instance):
                if below not in seen:
                    seen.add(below)
                    where = f" of component '{name}' in topology '{topology}'"
                    yield _not_honoured((*path, *below), technology, where, allowed)
        if instance.get("config"):
            whole = resolved.spec["instances"][name].get("config")
            yield from _component_config(name, whole, path, technology)
        if ("type",) not in seen:
            yield from _type(name, instance.get("type"), path, technology)
        if ("engineConfig",) not in seen:
            yield from _engine_config(name, instance, path, technology)
    for name, instance in resolved.spec["instances"].items():
        limits = members[name].replicas
        if limits is None:
            continue
        beside = counted_beside(limits, resolved.spec["instances"])
        chosen = resolved.origin(name, ("replicas",)) in ("user", "preset")
        if chosen or beside:  # else it is the definition that is wrong
            own = limits.model_copy(update={"odd": must_be_odd(limits, instance) and beside is not None})
            at: Path = ("instances", name, "replicas")
            yield from replica_findings(own, instance.get("replicas"), at, topology, beside or {})


def replica_findings(
    limits: ReplicaLimits, replicas: Any, path: Path, topology: str, beside: Mapping[str, int] = MappingProxyType({})
) -> Iterator[Finding]:
    """What a number of replicas breaks of a topology's limits, with those of other components that count as well."""
    if not isinstance(replicas, int):
        return
    least, most = limits.min, limits.max
    wrong = []
    if least is not None and replicas < least:
        wrong.append(f"at least {least}")
    if most is not None and replicas > most:
        wrong.append(f"at most {most}")
    rest = (1 + sum(beside.values())) % 2
    if limits.odd and replicas % 2 != rest:
        counted = " and ".join(f"{number} of '{name}'" for name, number in beside.items())
        wrong.append(f"an {'odd' if rest else 'even'} number{f' beside {counted}' if counted else ''}")
    if wrong:
        number = "1 replica is" if replicas == 1 else f"{replicas} replicas are"
        text = f"{number} not possible in topology '{topology}': it takes {' and '.join(wrong)}"
        first = least if least is not None else (1 if limits.odd else 0)
        step = 2 if limits.odd else 1
        first += 1 if limits.odd and first % 2 != rest else 0
        last = most if most is not None else first + 4 * step
        allowed = [str(n) for n in range(first, min(last, first + 8 * step) + 1, step)]
        yield finding("cluster.replicas", path, text, allowed=allowed + (["…"] if most is None else []))


def _type(name: str, chosen: Any, path: Path, technology: Technology) -> Iterator[Finding]:
    """Whether a component may be of the type that the cluster chooses for it."""
    allowed = technology.definition.choices(name)
    if isinstance(chosen, Deferred):
        text = "'type' decides what the cluster consists of, so it must be known in a preview"
        yield finding("value.not-known", (*path, "type"), text)
    elif chosen is not None and len(allowed) == 1:
        text = f"component '{name}' is of type '{allowed[0]}', and the definition leaves no choice"
        yield finding("cluster.field-not-honoured", (*path, "type"), text)
    elif chosen is not None and chosen not in allowed:
        text = f"component '{name}' cannot be of type '{chosen}'"
        yield unknown("cluster.unknown-type", (*path, "type"), text, str(chosen), allowed)


def _component_config(name: str, config: Any, path: Path, technology: Technology) -> Iterator[Finding]:
    """What is wrong with a config, with all that presets and defaults add to what the user gives of it."""
    schema = technology.definition.component_schema(name)
    yield from _config(config, schema, (*path, "config"), f"component '{name}'")


def _topology_config(spec: Mapping[str, Any], resolved: Resolved, technology: Technology) -> Iterator[Finding]:
    topology = resolved.spec["topology"]["type"]
    given = value_at(spec, ("topology", "config"))
    config = resolved.spec["topology"].get("config") if given else None
    schema = technology.definition.topology_schema(topology)
    yield from _config(config, schema, ("topology", "config"), f"topology '{topology}'")


def _own_config(spec: Mapping[str, Any], resolved: Resolved | None, technology: Technology) -> Iterator[Finding]:
    schema = technology.definition.config_schema()
    config = spec.get("config")
    if config and resolved is not None:
        config = resolved.spec.get("config")
    yield from _config(config, schema, ("config",), "the cluster")


def _config(config: Any, schema: Any, path: Path, what: str) -> Iterator[Finding]:
    if not config or isinstance(config, Deferred):
        return
    if schema is None:
        keys = ", ".join(f"'{key}'" for key in list(config)[:5])
        text = f"{what} takes no config, since the definition gives no schema for it; found {keys}"
        yield finding("cluster.config-no-schema", path, text)
        return
    yield from schema.check(config, path)


def _needed_config(spec: Mapping[str, Any], resolved: Resolved, technology: Technology) -> Iterator[Finding]:
    """Config that was left out where its schema needs something."""
    definition = technology.definition
    topology = resolved.spec["topology"]
    places: list[tuple[Any, Any, Any, Path]] = [
        (definition.config_schema(), spec.get("config"), resolved.spec.get("config"), ("config",)),
        (
            definition.topology_schema(topology["type"]),
            value_at(spec, ("topology", "config")),
            topology.get("config"),
            ("topology", "config"),
        ),
    ]
    for name, instance in resolved.spec["instances"].items():
        own = value_at(spec, ("instances", name, "config"))
        schema = definition.component_schema(name)
        places.append((schema, own, instance.get("config"), ("instances", name, "config")))
    for schema, given, filled, path in places:
        if schema is not None and not given and schema.schema.get("required") and not isinstance(filled, Deferred):
            yield from schema.check(filled or {}, path)


def _engine_config(name: str, instance: dict[str, Any], path: Path, technology: Technology) -> Iterator[Finding]:
    value = instance.get("engineConfig")
    if value is None or isinstance(value, Deferred):
        return
    form = technology.definition.spec.components[name].engine_config
    at = (*path, "engineConfig")
    if form is None:
        yield finding("cluster.engine-config", at, f"component '{name}' takes no engineConfig")
    elif form == "text" and not isinstance(value, str):
        yield finding("cluster.engine-config", at, f"component '{name}' takes engineConfig as text, got a mapping")
    elif form == "text":
        yield from text_findings(technology.definition.type_of(name), value, at, technology)
    elif form == "parameters":
        if not isinstance(value, dict):
            hint = "write one 'name: value' a line"
            text = f"component '{name}' takes engineConfig as parameters, got text"
            yield finding("cluster.engine-config", at, text, hint=hint)
            return
        for key, item in value.items():
            if item is None or isinstance(item, (dict, list)):
                text = f"the parameter '{key}' is a text, number or boolean"
                yield finding("cluster.engine-config", (*at, key), text)


def _backup(backup: Any) -> Iterator[Finding]:
    """What backup storages say against themselves, whatever the technology."""
    storages = backup.get("storages") if isinstance(backup, dict) else None
    if not isinstance(storages, list):
        return
    names: dict[str, int] = {}
    schedules: dict[str, Path] = {}
    for index, storage in enumerate(storages):
        if not isinstance(storage, dict):
            continue
        path: Path = ("backup", "storages", index)
        name = storage.get("name")
        if isinstance(name, str) and names.setdefault(name, index) != index:
            first: Path = ("backup", "storages", names[name], "name")
            text = f"the storage name '{name}' is there twice"
            yield finding("field.duplicate", (*path, "name"), text, first=first)
        yield from _storage(storage, path)
        for number, schedule in enumerate(as_list(storage.get("schedules"))):
            yield from _schedule(schedule, (*path, "schedules", number), schedules)


def _storage(storage: dict[str, Any], path: Path) -> Iterator[Finding]:
    kind = storage.get("type")
    taken = storage_fields(kind)
    if taken is None:
        return
    if all(storage.get(name) is None for name in taken.where):
        text = f"a storage of type '{kind}' needs {one_of(taken.where)}"
        yield finding("field.missing", (*path, taken.where[0]), text, allowed=list(taken.where[1:] and taken.where))
    for name in sorted(taken.needed):
        if storage.get(name) is None:
            yield finding("field.missing", (*path, name), f"a storage of type '{kind}' needs '{name}'")
    strange = [key for key in storage if key in _OF_SOME_STORAGES and key not in taken.fields]
    for key in [*strange, *(() if taken.has_credentials else ("credentialsSecret",))]:
        if storage.get(key) is not None:
            text = f"'{key}' means nothing for a storage of type '{kind}'"
            yield finding("field.conflict", (*path, key), text, allowed=sorted(taken.fields))


def _schedule(schedule: Any, path: Path, seen: dict[str, Path]) -> Iterator[Finding]:
    if not isinstance(schedule, dict):
        return
    name = schedule.get("name")
    if isinstance(name, str) and seen.setdefault(name, path) != path:
        text = f"the schedule name '{name}' is there twice"
        yield finding("field.duplicate", (*path, "name"), text, first=(*seen[name], "name"))
    retention = schedule.get("retention")
    if isinstance(retention, dict) and retention.get("count") is None and retention.get("duration") is None:
        text = "'retention' says neither 'count' nor 'duration'"
        hint = "leave it out to keep all backups"
        yield finding("field.missing", (*path, "retention", "count"), text, allowed=["count", "duration"], hint=hint)
    if isinstance(retention, dict) and retention.get("count") is not None and retention.get("duration") is not None:
        text = "backups are kept by 'count' or by 'duration', not by both"
        yield finding("field.conflict", (*path, "retention"), text, allowed=["count", "duration"])


def _data_source(spec: Mapping[str, Any]) -> Iterator[Finding]:
    source = spec.get("dataSource")
    if isinstance(source, dict):
        backup = spec.get("backup")
        storages = as_list(backup.get("storages") if isinstance(backup, dict) else None)
        names = [item.get("name") if isinstance(item, dict) else None for item in storages]
        yield from source_findings(source, names, ("dataSource",))


def _tls(tls: Any) -> Iterator[Finding]:
    if isinstance(tls, dict) and tls.get("issuer") is not None and tls.get("certificateSecret") is not None:
        text = "certificates come from 'issuer' or from 'certificateSecret', not from both"
        yield finding("field.conflict", ("tls",), text, allowed=["issuer", "certificateSecret"])
