"""The codes of findings, with their severity and what each means. docs/findings.md has an example for every one."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters: an error makes the input wrong, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(NamedTuple):
    """What a code stands for: its severity and one sentence."""

    severity: Severity
    meaning: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: dict[str, Code] = {
    # The text of the input
    "source.unreadable": Code(_E, "The file cannot be read: it is missing, a folder, or not text in UTF-8."),
    "source.empty": Code(_E, "The input holds no document."),
    "source.syntax": Code(_E, "The input is not valid YAML."),
    "source.duplicate-key": Code(_E, "A mapping has the same key twice."),
    "source.key": Code(_E, "A key of a mapping is not text."),
    "source.tag": Code(_E, "A YAML tag asks for a type that is not plain data."),
    "source.alias": Code(_E, "A YAML alias refers to itself, to nothing, or expands to far more than was written."),
    "source.too-deep": Code(_E, "The input is nested too deeply."),
    "source.too-large": Code(_E, "The input is larger than is read."),
    "source.document": Code(_E, "A document is not an object with apiVersion, kind and metadata.name."),
    "source.kind": Code(_E, "The apiVersion or kind of a document of this API group is not known."),
    # Fields, whatever they mean
    "field.unknown": Code(_E, "The field does not exist there."),
    "field.missing": Code(_E, "A field that is needed is not there."),
    "field.type": Code(_E, "The value has the wrong type."),
    "field.value": Code(_E, "The value is not one of those allowed."),
    "field.range": Code(_E, "The number or length is out of range."),
    "field.conflict": Code(
        _E, "Fields that exclude each other are both set, or one is set without the other it needs."
    ),
    "field.duplicate": Code(_E, "Two items of a list have the same name."),
    # Values that stand for something
    "value.secret": Code(_E, "A password or other secret value is empty, or ends with a line break."),
    "value.output-text": Code(_E, "An output was put into a text, which does not give its value."),
    "value.name": Code(_E, "The name is not a valid Kubernetes name, or too long."),
    "value.label": Code(
        _E, "The key or value of a label, or the key of an annotation, is not one that Kubernetes takes."
    ),
    "value.text": Code(_E, "The text cannot be the name of what it names, such as a bucket."),
    "value.quantity": Code(
        _E,
        "The text is not a Kubernetes quantity, not a positive one, or no amount that there could be of what it is for: "
        "half a byte of memory, 2000 cores.",
    ),
    "value.cron": Code(_E, "The text is not a cron line of five fields."),
    "value.duration": Code(_E, "The text is not a duration."),
    "value.cidr": Code(_E, "The text is not a CIDR block."),
    "value.time": Code(_E, "The text is not an RFC 3339 time."),
    "value.url": Code(_E, "The text is not a URL."),
    "value.image": Code(_E, "The text is not a container image reference."),
    "value.version": Code(_E, "The text is not a version or a version range."),
    "value.not-known": Code(_E, "The value decides what exists, so it must be known in a preview."),
    # Definitions
    "definition.unknown-type": Code(_E, "A component has a type that the definition does not have."),
    "definition.unknown-component": Code(
        _E, "A topology or bundle names a component that the definition does not have."
    ),
    "definition.unknown-version": Code(_E, "A bundle or upgrade path names a version that its type does not have."),
    "definition.unknown-path": Code(_E, "A path names no field of the cluster."),
    "definition.no-versions": Code(_E, "A component type that is used has no versions."),
    "definition.default-version": Code(_E, "A type has no default version where one is needed, or more than one."),
    "definition.duplicate-version": Code(_E, "A type has the same version twice for the same operator version."),
    "definition.default-topology": Code(_E, "More than one topology is marked as the default."),
    "definition.no-topologies": Code(_E, "The definition has no topology."),
    "definition.bundle": Code(_E, "A bundle has the name of another, or more than one is the default."),
    "definition.schema": Code(_E, "A config schema is not a valid JSON Schema."),
    "definition.defaults": Code(_E, "A default is not a valid value of its field."),
    "definition.expression": Code(_E, "A CEL expression does not compile."),
    "definition.expression-field": Code(_E, "A CEL expression names a field that does not exist."),
    "definition.rule-result": Code(_E, "A rule gives something other than true or false."),
    "definition.replicas": Code(_E, "The limits for replicas contradict each other or the default."),
    "definition.unresolvable": Code(_E, "A topology cannot be resolved with its own defaults."),
    "definition.not-honoured": Code(
        _E, "The plugin's templates do not honour a component, type or field of the definition."
    ),
    "definition.change": Code(_E, "An entry of changes never applies, or names a guard that it cannot be."),
    # Plugins
    "plugin.file": Code(_E, "A file that the plugin needs is missing, or holds more than one document."),
    "plugin.not-found": Code(_E, "There is no plugin there, or none of that name."),
    "plugin.template": Code(_E, "A template is not well formed."),
    "plugin.expression": Code(_E, "A template's CEL expression does not compile."),
    "plugin.expression-field": Code(_E, "A template's CEL expression names a field that does not exist."),
    "plugin.function": Code(_E, "A function that the plugin declares cannot be loaded."),
    "plugin.unmarked": Code(_W, "A key of a template without `?` has a value that may be absent."),
    "plugin.misspelt-word": Code(_W, "A key of a template looks like one of its words in another spelling."),
    "plugin.ask": Code(_W, "A place of the plugin is still marked to be asked."),
    "plugin.undocumented": Code(_W, "A field of a config schema has no description."),
    "plugin.no-example": Code(_W, "The plugin has no examples."),
    "plugin.example": Code(_E, "An example does not become what stands beside it."),
    "plugin.workloads": Code(_E, "What workloads.yaml makes of a cluster makes no sense."),
    "plugin.capacity": Code(_W, "A field that sizes a cluster changes nothing of what workloads.yaml makes of it."),
    "plugin.conformance": Code(_E, "A field that is accepted does nothing, or breaks an object."),
    "plugin.refused": Code(_E, "The API server refuses an object that the plugin makes."),
    "plugin.duplicate": Code(_E, "Two plugins or definitions of one name are at one level."),
    # Forms
    "form.name": Code(_E, "A form is for a topology, or an order names a section or part, that is not there."),
    "form.path": Code(_E, "A form writes to a field that does not exist, or not in that way."),
    "form.type": Code(_E, "A part of a form is not for the kind of value that its field takes."),
    "form.refused": Code(_E, "A form shows a field, a choice or a default that is refused in a cluster."),
    "form.limits": Code(_E, "No value fulfils the limits of a field of a form, or its regular expression is none."),
    "form.options": Code(_E, "A field of a form has nothing to choose from."),
    "form.expression": Code(_E, "An expression of a form does not compile, or is neither true nor false."),
    "form.expression-field": Code(_E, "An expression of a form names a field that does not exist."),
    "form.id": Code(_E, "The id of a field of a form is there twice, or cannot be named in expressions."),
    "form.unreachable": Code(_E, "A value that is needed cannot be filled in with a form."),
    "form.duplicate": Code(_W, "Two fields of a form write to the same place."),
    "form.widget": Code(_W, "A form asks for a widget or a source of values that a page may not know."),
    # Providers
    "provider.unknown": Code(_E, "There is no Provider of that name."),
    "provider.unknown-definition": Code(_E, "The Provider names a definition that does not exist."),
    "provider.duplicate": Code(_E, "Two Providers or definitions in the input have the same name."),
    "provider.too-late": Code(_E, "A Provider is made after a cluster of the program that names it."),
    "provider.no-plugin": Code(
        _E, "No plugin emits objects for the definition; only reconcileBy: everest works with it."
    ),
    "provider.operator-version": Code(_E, "The operator version is not one that the plugin supports."),
    "provider.pre-release": Code(_W, "The operator version is not released, so its definitions may still change."),
    # Clusters
    "cluster.duplicate": Code(_E, "Two clusters in the input have the same name and namespace."),
    "cluster.not-written": Code(_W, "`ignore_changes` covers fields of the main object that the program says."),
    "cluster.exists": Code(_E, "An object that is to be made is in the cluster already."),
    "cluster.unknown-topology": Code(_E, "The definition has no such topology."),
    "cluster.topology-needed": Code(
        _E, "The definition has several topologies and none is the default, so one must be named."
    ),
    "cluster.unknown-component": Code(_E, "The definition has no such component."),
    "cluster.component-not-in-topology": Code(_E, "The topology does not have the component."),
    "cluster.unknown-type": Code(_E, "The definition has no such component type."),
    "cluster.unknown-version": Code(_E, "The type has no such version, or not for this operator version."),
    "cluster.removed-version": Code(_E, "The version has been removed from the definition."),
    "cluster.deprecated-version": Code(_W, "The version is deprecated."),
    "cluster.image-series": Code(_W, "An image is of another series than the version beside it."),
    "cluster.image-version": Code(
        _W, "The version of an image cannot be read from its tag, and no version is said beside it."
    ),
    "cluster.unused-version": Code(_W, "A version is set for a type that no component of the cluster has."),
    "cluster.unknown-bundle": Code(_E, "The definition has no such bundle, or no bundle holds the chosen version."),
    "cluster.unknown-preset": Code(_E, "The plugin has no such preset."),
    "cluster.block-unsupported": Code(_E, "A block such as backup is set, but no component of the topology takes it."),
    "cluster.block-missing": Code(_E, "A component needs a block, such as monitoring, that is not set."),
    "cluster.field-not-honoured": Code(_E, "The field is valid, but this technology or topology does nothing with it."),
    "cluster.replicas": Code(_E, "The number of replicas is outside what the topology allows."),
    "cluster.config-no-schema": Code(_E, "config is set, but the definition gives no schema for it."),
    "cluster.config": Code(_E, "A value under config does not pass the definition's schema."),
    "cluster.engine-config": Code(
        _E,
        "engineConfig has not the form that the component takes, or a setting in it is not one of the engine's version.",
    ),
    "cluster.overrides": Code(_E, "A value under overrides makes an object that does not pass the operator's schema."),
    "cluster.moved-field": Code(_W, "Overrides write a field that the operator version has elsewhere."),
    "cluster.dead-field": Code(_W, "All that is emitted for a field is removed or replaced by overrides."),
    "cluster.rule": Code(_E, "A rule of the definition is not fulfilled."),
    "cluster.rule-warning": Code(_W, "A rule of the definition that is only a warning is not fulfilled."),
    "cluster.rule-failed": Code(_E, "A rule of the definition could not be evaluated."),
    "cluster.secret-in-yaml": Code(_E, "Secret values are not accepted in YAML."),
    "cluster.unknown-guard": Code(_E, "There is no guard of that name to lift."),
    "cluster.guard-stays": Code(_E, "The guard is one that cannot be lifted."),
    # The lock file
    "lock.file": Code(_E, "The lock file is empty, of another format, or holds git's conflict markers."),
    "lock.unknown-version": Code(
        _E, "The lock holds a version that is no longer there, or not for the operator version."
    ),
    "lock.missing": Code(_W, "The lock has other clusters, but not this one."),
    "lock.out-of-date": Code(_W, "The lock does not say what the cluster's own choices lead to."),
    "lock.stays": Code(_E, "The lock of a cluster cannot go back to what it said before its last upgrade."),
    # Upgrades
    "upgrade.release": Code(_E, "The release that runs is older than the newer plugin can be upgraded from."),
    "upgrade.operator": Code(_E, "The operator cannot be upgraded to that version, or not with what a cluster says."),
    "upgrade.not-possible": Code(_E, "A DatabaseUpgrade is not the way to that version, or cannot be made."),
    "upgrade.downtime": Code(_W, "An upgrade stops the database, and has no way back but a restore."),
    "upgrade.other-definition": Code(_W, "The lock was recorded with another definition than the one to upgrade from."),
    # Backups and restores on demand
    "backup.unknown-cluster": Code(
        _E, "A backup or restore names a cluster that is not in the input, and not the Provider of one that is not."
    ),
    "backup.unsupported": Code(_E, "The technology has no backups or restores on demand."),
    "backup.not-configured": Code(_E, "The cluster has no storage for backups."),
    "backup.mismatch": Code(_E, "The backup to restore is one of another technology, or in a storage of another name."),
    "backup.changed": Code(_E, "A backup or restore that was made is to become another one."),
    "backup.not-waiting": Code(
        _W, "The program makes a backup or restore of a cluster without waiting until the database is ready."
    ),
    "backup.duplicate": Code(_E, "Two backups, or two restores, of the input have the same name and namespace."),
    # Changes of a cluster
    "change.refused": Code(_E, "The change would lose data, or the operator cannot make it."),
    "change.lifted": Code(_W, "A guard is lifted, so a change is made that would be refused."),
    "change.unneeded": Code(_W, "A guard is to be lifted that no change meets."),
    "change.removed": Code(_W, "A cluster is no longer there, or has another name."),
    "change.without-effect": Code(_W, "A field changes, and nothing comes of it."),
    "change.impact": Code(_N, "The change restarts pods, or stops the database."),
    # Emission
    "emit.template": Code(_E, "A template could not be evaluated for the cluster."),
    "emit.object": Code(_E, "An emitted object does not pass the operator's schema."),
    "emit.no-schema": Code(_W, "The given CRDs have no definition of an object's kind, so the object is not checked."),
    "emit.duplicate": Code(_E, "Two objects of the input have the same kind, namespace and name."),
    # A running cluster
    "operator.no-definition": Code(_W, "The cluster does not have the operator's kind, or not in this API version."),
    "operator.not-running": Code(_W, "The operator does not run in the cluster, as far as one can see."),
    "operator.namespace": Code(_W, "The operator does not look after the namespace."),
    "operator.older": Code(_W, "The operator is older than the version that objects are made for."),
    "operator.newer": Code(_N, "The operator is newer than the version that objects are made for."),
    "live.config": Code(_E, "The kubeconfig cannot be read, or has no such context."),
    "live.login": Code(_E, "What the kubeconfig names to sign in with does not work."),
    "live.unreachable": Code(_E, "The cluster does not answer."),
    "live.refused": Code(_E, "The cluster refuses what it is asked."),
    "live.kind": Code(_E, "The cluster does not have a kind."),
    # What fits into a running cluster
    "capacity.quota": Code(_E, "A quota of the namespace has less left than the clusters take."),
    "capacity.quota-jobs": Code(_W, "A quota of the namespace has too little left for jobs beside what runs."),
    "capacity.quota-unsaid": Code(_E, "A quota wants requests or limits of every container, and one says none."),
    "capacity.limit-range": Code(_E, "A container, pod or volume is none that a LimitRange of the namespace allows."),
    "capacity.not-checked": Code(_N, "A quota, or a namespace, is not held against what the clusters take."),
    # Adoption of objects that exist
    "adopt.missing": Code(_E, "There is no object to adopt: none of an operator, or none of that name."),
    "adopt.kind": Code(_E, "No plugin makes objects of this kind."),
    "adopt.unreachable": Code(_E, "No cluster could be found that becomes exactly the object."),
    "adopt.operator-version": Code(_W, "The object is for an operator version that the plugin does not support."),
    "adopt.differs": Code(_E, "An object that is to be taken over is not what the program says."),
    "adopt.override": Code(
        _W, "A value of the object stands in overrides, where fields do nothing as long as it is there."
    ),
    "adopt.remark": Code(_W, "The plugin says something about the object."),
    "adopt.list": Code(_W, "A list of the object stands in overrides as a whole, so fields do not reach into it."),
    # Clusters of Everest's first API
    "migrate.refused": Code(_E, "A cluster of Everest's first API cannot be migrated."),
    "migrate.not-ready": Code(_E, "A DatabaseCluster of Everest's first API cannot be deleted without loss yet."),
    "migrate.missing": Code(_W, "An object that a cluster of Everest's first API names is not in the input."),
    "migrate.lost": Code(_W, "Something that a cluster of Everest's first API says cannot be carried over."),
    "migrate.assumed": Code(_N, "The input does not tell a value, and a likely one is taken."),
    "migrate.differs": Code(_N, "The running object is not what Everest would write; what runs is kept."),
    "migrate.kept": Code(_N, "Something stays as it runs, whatever the cluster of Everest's first API says."),
    "migrate.ineffective": Code(_N, "A field of Everest's first API had no effect."),
    # Programs that run without an engine
    "program.project": Code(_E, "The folder is no Pulumi project whose program is in Python."),
    "program.config": Code(_E, "A config value that the program needs is missing, or not of the type it needs."),
    "program.failed": Code(_E, "The program ended with an error."),
    "program.timeout": Code(_E, "The program did not end in time."),
    "program.duplicate": Code(_E, "The program makes two resources of one type and name."),
    "program.warning": Code(_W, "The program logs a warning."),
    "program.call": Code(_W, "The program asks a plugin for something, which gives nothing without an engine."),
    "program.unknown": Code(_W, "A value of an object is only known to an engine."),
}


_OF_KEYS = frozenset(
    {
        "source.duplicate-key", "source.key", "source.document", "field.unknown", "field.missing", "field.conflict",
        "value.not-known", "definition.no-versions", "definition.no-topologies", "definition.unresolvable",
        "plugin.undocumented", "plugin.no-example", "plugin.file", "provider.too-late", "cluster.not-written",
        "cluster.topology-needed", "cluster.unknown-component", "cluster.component-not-in-topology",
        "cluster.unused-version", "cluster.block-unsupported", "cluster.block-missing", "cluster.field-not-honoured",
        "cluster.config-no-schema", "cluster.dead-field", "cluster.secret-in-yaml", "lock.file", "lock.missing",
        "change.removed", "change.without-effect", "change.unneeded", "emit.no-schema", "emit.duplicate",
        "migrate.lost", "migrate.ineffective", "adopt.override", "adopt.list", "form.unreachable",
    }
)  # fmt: skip

_OF_NAMES = frozenset(
    {
        "definition.not-honoured", "definition.unknown-type", "definition.unknown-component",
        "definition.unknown-version", "form.name", "definition.defaults", "plugin.template",
        "cluster.unknown-type", "cluster.config", "cluster.engine-config", "emit.object",
    }
)  # fmt: skip


def is_about_the_key(code: str) -> bool:
    """Whether a finding is about the name of its place, not about what stands there: a name that is not known, or
    should not be there, or is not.
    """
    return code in _OF_KEYS


def is_about_a_name(code: str) -> bool:
    """Whether a finding of an unknown name is about a key or a value, by where that name stands."""
    return code in _OF_NAMES
