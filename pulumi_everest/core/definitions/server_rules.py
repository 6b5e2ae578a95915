"""What a server checks inside one object beside types and bounds: the counterparts of `validate` and `check` in CEL.

Everything here is a finding there; the names of models and fields are the places that the rules belong to. A rule asks
only for what the object itself decides, whatever the plugin and the operator version: so it never refuses what the
checks of this package take.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from pulumi_everest.core.definitions.check_plugin import METADATA
from pulumi_everest.core.definitions.field_patterns import field_pattern, rule_pattern
from pulumi_everest.model.job import DatabaseBackupSpec
from pulumi_everest.model.plugin_files.manifest import CLUSTER, INSTANCE
from pulumi_everest.model.schemas.server_texts import RANGE_PATTERN
from pulumi_everest.model.schemas.structural import Additions, Rules
from pulumi_everest.model.storage_types import STORAGE_TYPES, one_of


def _rule(rule: str, message: str) -> dict[str, str]:
    return {"rule": rule, "message": message}


def _storage_rules() -> Iterator[dict[str, str]]:
    """Which fields a backup storage needs, and which mean nothing for it, by its type."""
    for kind, taken in STORAGE_TYPES.items():
        there = " || ".join(f"has(self.{name})" for name in taken.where)
        yield _rule(f"self.type != '{kind}' || {there}", f"a storage of type '{kind}' needs {one_of(taken.where)}")
        for name in sorted(taken.needed):
            yield _rule(f"self.type != '{kind}' || has(self.{name})", f"a storage of type '{kind}' needs '{name}'")
    takers = {
        name: [kind for kind, taken in STORAGE_TYPES.items() if name in taken.fields]
        for name in dict.fromkeys(name for taken in STORAGE_TYPES.values() for name in sorted(taken.fields))
    }
    takers["credentialsSecret"] = [kind for kind, taken in STORAGE_TYPES.items() if taken.has_credentials]
    for name, kinds in takers.items():
        if len(kinds) < len(STORAGE_TYPES):
            named = ", ".join(f"'{kind}'" for kind in kinds)
            yield _rule(
                f"!has(self.{name}) || self.type in [{named}]", f"'{name}' is for storages of type {', '.join(kinds)}"
            )


_SOURCE: Final = [
    _rule("has(self.backup) != has(self.storage)", "the data comes from either 'backup', or 'storage' and 'path'"),
    _rule("!has(self.storage) || has(self.path) || has(self.pointInTime)", "with 'storage' the field 'path' is needed"),
    _rule("has(self.storage) || !has(self.path)", "'path' belongs to 'storage'"),
    _rule("has(self.storage) || !has(self.type)", "'type' belongs to 'storage'"),
    _rule(
        "!has(self.path) || (!self.path.contains('://') && self.path.matches('[^/]'))",
        "'path' is one inside a bucket, container or volume",
    ),
]


def _within(kind: str) -> dict[str, str]:
    """A request is not over its limit, as far as one object says both."""
    return _rule(
        f"!has(self.requests) || !has(self.limits) || !has(self.requests.{kind}) || !has(self.limits.{kind}) ||"
        f" !isQuantity(self.requests.{kind}) || !isQuantity(self.limits.{kind}) ||"
        f" quantity(self.requests.{kind}).compareTo(quantity(self.limits.{kind})) <= 0",
        f"the request for {kind} is over the limit",
    )


_CLUSTER: Final[dict[str, Rules]] = {
    "DatabaseClusterSpec.provider": [
        _rule("self == oldSelf", "the provider of a cluster cannot be changed"),
    ],
    "DatabaseClusterSpec": [
        _rule(
            "!has(self.dataSource) || !has(self.dataSource.storage) || (has(self.backup) && has(self.backup.storages)"
            " && self.backup.storages.exists(s, s.name == self.dataSource.storage))",
            "'dataSource.storage' is the name of one of the cluster's own storages, in 'backup.storages'",
        ),
    ],
    "Backup": [
        _rule(
            # Inside one storage the names are the keys of a list, which the server keeps apart by itself.
            "!has(self.storages) || self.storages.all(a, self.storages.all(b, a.name >= b.name || !has(a.schedules) ||"
            " !has(b.schedules) || !sets.intersects(a.schedules.map(x, x.name), b.schedules.map(x, x.name))))",
            "the name of a schedule is there once in a cluster, whatever the storage",
        ),
        _rule(
            "!has(self.storages) || self.storages.all(s, !has(s.pitr) || !has(s.pitr.storage) ||"
            " self.storages.exists(t, t.name == s.pitr.storage))",
            "'pitr.storage' is the name of one of the cluster's own storages",
        ),
    ],
    "BackupStorage": list(_storage_rules()),
    "Resources": [_within("cpu"), _within("memory")],
    "Scheduling": [
        _rule(
            "!has(self.affinity) || !has(self.antiAffinityTopologyKey)",
            "where pods run is said by 'affinity' or by 'antiAffinityTopologyKey', not by both",
        ),
    ],
    "DisruptionBudget": [
        _rule(
            "!has(self.minAvailable) || !has(self.maxUnavailable)",
            "a budget says how many pods stay or how many may be away, not both",
        ),
    ],
    "Retention": [
        _rule("has(self.count) || has(self.duration)", "'count' or 'duration' says how long backups are kept"),
        _rule("!has(self.count) || !has(self.duration)", "backups are kept by 'count' or by 'duration', not by both"),
    ],
    "DataSource": _SOURCE,
    "Tls": [
        _rule(
            "!has(self.issuer) || !has(self.certificateSecret)",
            "certificates come from 'issuer' or from 'certificateSecret', not from both",
        ),
    ],
}


def _unchanged(model: type[BaseModel], but: str) -> str:
    """A rule that all fields of a model stay as they are, but for one."""
    names = [info.alias or name for name, info in model.model_fields.items() if (info.alias or name) != but]
    return " && ".join(
        f"has(self.{name}) == has(oldSelf.{name}) && (!has(self.{name}) || self.{name} == oldSelf.{name})"
        for name in names
    )


_JOBS: Final[dict[str, Rules]] = {
    "DatabaseBackup.spec": [
        # What becomes of the data is asked when the backup is deleted, so it can be said until then.
        _rule(
            _unchanged(DatabaseBackupSpec, "dataPolicy"), "a backup is made once; make another one under another name"
        ),
    ],
    "DatabaseRestore.spec": [
        _rule("self == oldSelf", "a restore is made once; make another one under another name"),
    ],
    "DatabaseRestoreSpec": _SOURCE,
    "DatabaseUpgrade.spec": [
        _rule("self == oldSelf", "an upgrade is made once; make another one under another name"),
    ],
}

# The names of the versions that a component `c` may have, as a list of one list: so it is made once for what follows.
_NAMES: Final = "[self.componentTypes[self.components[c].type].versions.map(v, v.version)]"
_TYPED: Final = (
    "!has(self.components) || !has(self.componentTypes) || self.components.all(c,"
    " !(self.components[c].type in self.componentTypes) || has(self.components[c].types) ||"
    " !has(self.componentTypes[self.components[c].type].versions) || "
)

_DEFINITION: Final[dict[str, Rules]] = {
    "ComponentType": [
        _rule(
            "has(self.image) || !has(self.versions) || self.versions.all(v, has(v.image))",
            "a version has no image; write it there, or a pattern for all at the type",
        ),
    ],
    "ComponentType.versions": [
        _rule(
            "self.all(v, !v.default || self.exists_one(w, w.default && w.operator == v.operator))",
            "there is more than one default version",
        ),
    ],
    "VersionEntry.operator": [
        _rule("!self.matches('[.][xX]([.,<>=! ]|$)')", "a version range has no '.x'; leave it out"),
    ],
    "ReplicaLimits": [
        _rule("!has(self.min) || !has(self.max) || self.min <= self.max", "'min' is above 'max'"),
        _rule(
            "!self.odd || !has(self.min) || !has(self.max) || self.min != self.max || self.min % 2 == 1",
            "no odd number is between 'min' and 'max'",
        ),
    ],
    "TopologyComponent": [
        _rule(
            "!has(self.replicas) || !has(self.defaults) || !has(self.defaults.replicas) || ("
            "(!has(self.replicas.min) || self.defaults.replicas >= self.replicas.min) &&"
            " (!has(self.replicas.max) || self.defaults.replicas <= self.replicas.max) &&"
            " (!self.replicas.odd || self.defaults.replicas % 2 == 1))",
            "the default number of replicas is outside the limits",
        ),
    ],
    "DefinitionSpec": [
        _rule("has(self.topologies) && self.topologies.size() > 0", "the definition has no topology"),
        _rule(
            "!has(self.components) || self.components.all(c, has(self.componentTypes) &&"
            " self.components[c].type in self.componentTypes)",
            "a component has a type that 'componentTypes' does not have",
        ),
        _rule(
            "!has(self.components) || self.components.all(c, !has(self.components[c].types) ||"
            " (self.components[c].type in self.components[c].types && has(self.componentTypes) &&"
            " self.components[c].types.all(k, k in self.componentTypes)))",
            "the types that a component may have are those of 'componentTypes', and 'type' is one of them",
        ),
        _rule(
            "!has(self.components) || !has(self.componentTypes) || self.components.all(c,"
            " !(self.components[c].type in self.componentTypes) ||"
            " (has(self.componentTypes[self.components[c].type].versions) &&"
            " self.componentTypes[self.components[c].type].versions.size() > 0))",
            "a component has a type without versions",
        ),
        _rule(
            "!has(self.topologies) || self.topologies.filter(t, self.topologies[t].default).size() < 2",
            "more than one topology is marked as the default",
        ),
        _rule(
            "!has(self.topologies) || self.topologies.all(t, !has(self.topologies[t].components) ||"
            " self.topologies[t].components.all(c, has(self.components) && c in self.components))",
            "a topology has a component that 'components' does not have",
        ),
        _rule(
            # Without bundles and operator versions, a type that is used and has several versions needs a default.
            "(has(self.bundles) && self.bundles.size() > 0) || !has(self.topologies) || !has(self.components) ||"
            " !has(self.componentTypes) || self.componentTypes.all(k, !has(self.componentTypes[k].versions) ||"
            " self.componentTypes[k].versions.size() < 2 ||"
            " self.componentTypes[k].versions.exists(v, v.default || v.operator != '') ||"
            " !self.topologies.exists(t, has(self.topologies[t].components) &&"
            " self.topologies[t].components.exists(c, c in self.components && self.components[c].type == k)))",
            "a type has several versions and none is the default; mark one with 'default: true'",
        ),
        _rule(
            f"!has(self.topologies) || {_TYPED}{_NAMES}.all(names, self.topologies.all(t,"
            " !has(self.topologies[t].components) || !(c in self.topologies[t].components) ||"
            " !has(self.topologies[t].components[c].defaults) ||"
            " !has(self.topologies[t].components[c].defaults.version) ||"
            " self.topologies[t].components[c].defaults.version in names)))",
            "the default version of a component is not one of its type's",
        ),
        _rule(
            "!has(self.bundles) || self.bundles.filter(b, b.default).size() < 2 || (has(self.componentTypes) &&"
            " self.componentTypes.exists(k, has(self.componentTypes[k].versions) &&"
            " self.componentTypes[k].versions.exists(v, v.operator != '')))",
            "more than one bundle is marked as the default",
        ),
        _rule(
            "!has(self.bundles) || self.bundles.all(b, !has(b.components) || b.components.all(c,"
            " has(self.components) && c in self.components))",
            "a bundle names a component that 'components' does not have",
        ),
        _rule(
            f"!has(self.bundles) || {_TYPED}{_NAMES}.all(names, self.bundles.all(b, !has(b.components) ||"
            " !(c in b.components) || b.components[c] in names)))",
            "a bundle names a version that its type does not have",
        ),
        _rule(
            "!has(self.upgrades) || self.upgrades.all(k, has(self.componentTypes) && k in self.componentTypes)",
            "'upgrades' names a type that 'componentTypes' does not have",
        ),
        _rule(
            # `to` is a version or its beginning; anything else is a range, which this does not look into.
            "!has(self.upgrades) || !has(self.componentTypes) || self.upgrades.all(k, !(k in self.componentTypes) ||"
            " !has(self.componentTypes[k].versions) || !has(self.upgrades[k].paths) ||"
            " self.upgrades[k].paths.all(p, !p.to.matches('^[1-9][0-9]*([.][0-9]+)*$') ||"
            " self.componentTypes[k].versions.exists(v, v.version.startsWith(p.to) || p.to.startsWith(v.version))))",
            "'upgrades' leads to a version that the type does not have",
        ),
        _rule(
            "!has(self.uiSchema) || self.uiSchema.all(t, has(self.topologies) && t in self.topologies)",
            "'uiSchema' names a topology that 'topologies' does not have",
        ),
    ],
}

_NAMED: Final = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}

SERVER_CHECKS: Final = Additions(
    rules={**_CLUSTER, **_JOBS, **_DEFINITION},
    fragments={
        "Backup.storages": _NAMED,
        "BackupStorage.schedules": _NAMED,
        "DefinitionSpec.bundles": _NAMED,
        # A version is told apart from others by itself and the operator versions that it is for.
        "ComponentType.versions": {
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["version", "operator"],
        },
        "VersionEntry.operator": {"pattern": f"^$|{RANGE_PATTERN}", "default": ""},
        "Component.fields[]": {"pattern": field_pattern(INSTANCE)},
        "Component.fieldsBut[]": {"pattern": field_pattern(INSTANCE)},
        "TopologyComponent.fields[]": {"pattern": field_pattern(INSTANCE)},
        "TopologyComponent.fieldsBut[]": {"pattern": field_pattern(INSTANCE)},
        "Change.path": {"pattern": field_pattern(CLUSTER)},
        "Rule.path": {"pattern": rule_pattern(CLUSTER, METADATA)},
    },
)
"""What is added to the schemas of the kinds."""
