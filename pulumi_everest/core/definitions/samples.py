"""Values to try for every field of a cluster, from the models and from a definition's schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from pulumi_everest.core.engine_config.check import settings_of
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.cluster import DatabaseClusterSpec, Instance
from pulumi_everest.model.storage_types import STORAGE_TYPES

FieldPath = tuple[str, ...]

PATHS = [
    "probe/2026-01-02T03:04:05Z",
    "probe/2026-01-02T03:04:06Z",
    "probe/probe-2026-01-02-03:04:05-full",
    "probe/probe-2026-01-02-03:04:06-full",
    "probe/backup/db/20260102-030405F",
    "probe/backup/db/20260102-030406F",
    "probe/path",
]
"""Places of backups, as different tools name them."""

BACKUP_TYPES = ["logical", "physical", "incremental", "full", "differential"]
"""Kinds of backups, as different tools name them."""

SAMPLES: Mapping[str, list[Any]] = {
    "cpu": ["1300m", "2700m"],
    "memory": ["3Gi", "5Gi"],
    "size": ["71Gi", "73Gi"],
    "storageClass": ["probe-fast", "probe-slow"],
    "replicas": [5, 7, 3, 1, 2, 4],
    "image": ["example.org/probe:1", "example.org/probe:2"],
    "type": [],
    "sourceRanges": [["10.1.0.0/16"], ["10.2.0.0/16"]],
    "affinity": [
        {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": "probe", "operator": "In", "values": ["a"]}]}]
                }
            }
        }
    ],
    "tolerations": [[{"key": "probe", "operator": "Exists"}]],
    "topologySpreadConstraints": [[{"maxSkew": 1, "topologyKey": "probe/zone", "whenUnsatisfiable": "DoNotSchedule"}]],
    "minAvailable": [1, "50%"],
    "maxUnavailable": [2, "25%"],
    "terminationGracePeriodSeconds": [77, 78],
    "antiAffinityTopologyKey": ["kubernetes.io/hostname", "topology.kubernetes.io/zone", "none"],
    "compression": ["gzip", "zstd"],
    "compressionLevel": [3, 5],
    "cron": ["17 3 * * *", "18 4 * * *"],
    "endpointUrl": ["https://probe.example.org", "https://probe2.example.org"],
    "serverUrl": ["https://probe.example.org", "https://probe2.example.org"],
    "duration": ["9d", "11d"],
    "count": [9, 11],
    "intervalSeconds": [540, 660],
    "path": PATHS,
    "pointInTime": ["latest", "2026-01-02T03:04:05Z"],
    "registry": ["registry.example.org/probe"],
    "pullSecrets": [["probe-a"], ["probe-b"]],
    "engineConfig": [],
    "overrides": [{"probe": "x"}],
    "usersSecret": ["probe-users", "probe-users-2"],
    "mode": ["preferTLS", "requireTLS", "disabled", "allowTLS", "enabled"],
    "operatorVersion": [],
    "startingDeadlineSeconds": [77, 78],
}
"""Values by the name of a field; for others they are made from the type."""


def field_paths(model: type[BaseModel]) -> Iterator[tuple[FieldPath, list[Any]]]:
    """Every leaf field of a model as a path (lists are transparent), with values to try."""
    for info_name, info in model.model_fields.items():
        name = info.alias or info_name
        below = _model_in(info.annotation)
        if below is not None:
            for path, values in field_paths(below):
                yield (name, *path), values
        else:
            yield (name,), SAMPLES.get(name) or _by_type(info.annotation, name)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation holds, itself or as the items of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is dict:
        return None
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None


def _by_type(annotation: Any, name: str) -> list[Any]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) is dict:
        return [{"probe": "x"}, {"probe": "y"}]
    if get_origin(annotation) is list:
        return [["probe-x"], ["probe-y"]]
    if isinstance(annotation, type) and issubclass(annotation, bool):
        return [True, False]
    if isinstance(annotation, type) and issubclass(annotation, int):
        return [3, 5]
    if isinstance(annotation, type) and issubclass(annotation, str):
        return [f"probe-{name.lower()}", f"probe2-{name.lower()}"]
    for argument in get_args(annotation):
        if argument is not type(None):
            values = _by_type(argument, name)
            if values:
                return values
    return []


def instance_values(
    technology: Technology, component: str, operator: str | None
) -> Iterator[tuple[FieldPath, list[Any]]]:
    """Every instance field of a component, with values that its definition takes."""
    definition = technology.definition
    for path, values in field_paths(Instance):
        match path:
            case ("version",):
                entries = [e for kind in definition.choices(component) for e in definition.versions(kind, operator)]
                yield path, [entry.version for entry in entries]
            case ("type",):
                yield path, definition.choices(component)
            case ("engineConfig",):
                form = definition.spec.components[component].engine_config
                of_form = _parameters if form == "parameters" else _texts
                yield path, of_form(technology, component, operator)
            case ("config",):
                schema = definition.component_schema(component)
                yield from config_values(path, schema.schema if schema else None)
            case _:
                yield path, values


def _parameters(technology: Technology, component: str, operator: str | None) -> list[Any]:
    """Settings of a component: any, or where its versions have known ones one of those, with two values."""
    kind = technology.definition.type_of(component)
    version = technology.definition.default_version(kind, operator)
    settings = settings_of(technology, kind, version.version) if version is not None else None
    if settings is None:
        return [{"probe": "1"}, {"probe": "2"}]
    for own in settings.by_name.values():
        if own.type == "real" and own.unit is None and own.context not in (*settings.fixed, *settings.restart):
            least = float(own.min or 0)
            return [{own.name: str(least + 0.25)}, {own.name: str(least + 0.5)}]
    return []


def _texts(technology: Technology, component: str, _operator: str | None) -> list[Any]:
    """Configurations of a component that are text, in the syntax of its type."""
    kind, manifest = technology.definition.type_of(component), technology.manifest
    about = manifest.engine_config.get(kind) if manifest is not None else None
    head = "[probe]\n" if about is not None and about.syntax == "sections" else ""
    return [f"{head}probe: 1\n", f"{head}probe: 2\n"]


def spec_values(technology: Technology, topology: str) -> Iterator[tuple[FieldPath, list[Any]]]:
    """Every field of the spec outside `instances`, with values that the definition takes."""
    definition = technology.definition
    for path, values in field_paths(DatabaseClusterSpec):
        match path:
            case ("instances" | "provider" | "operatorVersion" | "components" | "bundle" | "preset", *_):
                continue
            case ("topology", "type"):
                continue
            case ("dataSource", "type") | ("backup", "storages", "schedules", "type"):
                yield path, BACKUP_TYPES
            case ("topology", "config"):
                schema = definition.topology_schema(topology)
                yield from config_values(path, schema.schema if schema else None)
            case ("config",):
                schema = definition.config_schema()
                yield from config_values(path, schema.schema if schema else None)
            case _:
                yield path, values


def storage_samples(name: str) -> Iterator[dict[str, Any]]:
    """A storage of each type, for each field that says where backups go, with no more than it cannot do without."""
    for kind, taken in STORAGE_TYPES.items():
        for where in taken.where:
            least: dict[str, Any] = {"name": name, "type": kind, where: "probe" if where != "size" else "71Gi"}
            yield {**least, **{field: SAMPLES[field][0] for field in sorted(taken.needed)}}


def config_values(path: FieldPath, schema: Mapping[str, Any] | None) -> Iterator[tuple[FieldPath, list[Any]]]:
    """Every property of a config schema with values to try; the config as a whole where there is no schema."""
    if schema is None:
        yield path, [{"probe": 1}]
        return
    for name, below in (schema.get("properties") or {}).items():
        if isinstance(below, dict) and isinstance(below.get("properties"), dict):
            yield from config_values((*path, name), below)
        else:
            yield (*path, name), values_of_schema(below)


def values_of_schema(schema: Any) -> list[Any]:
    """A few different values that pass a simple schema."""
    if not isinstance(schema, dict):
        return ["probe", 3]
    if "enum" in schema:
        return list(schema["enum"])
    if "const" in schema:
        return [schema["const"]]
    if schema.get("examples"):
        return list(schema["examples"])
    match schema.get("type"):
        case "boolean":
            return [True, False]
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            step = schema.get("multipleOf", 1)
            most = schema.get("maximum", least + 5 * step)
            return [v for v in (least + 3 * step, least + 2 * step, least + step, least) if v <= most]
        case "array":
            return [[value] for value in values_of_schema(schema.get("items"))]
        case "object":
            return [{"probe": value} for value in values_of_schema(schema.get("additionalProperties"))]
        case _:
            return ["probe-x", "probe-y"]
