"""plugin.yaml: what a plugin is, and what its templates honour."""

from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, PrivateAttr

from pulumi_everest.model.cluster import DatabaseClusterSpec, Instance
from pulumi_everest.model.field_lists import without
from pulumi_everest.model.part import Part, Version, Whole
from pulumi_everest.model.plugin_files.object_settings import ByTopology, MovedField
from pulumi_everest.model.shapes import shape_of

CLUSTER = shape_of(DatabaseClusterSpec)
"""The shape of a cluster's spec."""
INSTANCE = shape_of(Instance)
"""The shape of the settings of a component."""


class Operator(Part):
    """The operator that the emitted objects are for."""

    name: str
    """Name of the operator."""
    versions: Annotated[list[Version], Field(min_length=1)]
    """The versions that the templates are made for."""
    default: Version
    """The version that objects are made for when nothing else is said."""
    crds: list[str] = []
    """Names of the CustomResourceDefinitions it brings."""
    chart: str | None = None
    """Helm chart that installs it, in a version of the operator's own."""
    chart_repository: str | None = None
    """URL of the repository that has the chart."""
    image: str | None = None
    """Name of its container image, without registry and tag, by which one that runs is found; `name` if left out."""
    watches: str | None = None
    """Environment variable of its container with the namespaces that it looks after: none are all of them."""
    version_path: str | None = None
    """Where the main object says which version of the operator it is for, as a path in it."""
    prereleases: dict[Version, str] = {}
    """Versions that are not released yet, with the branch or tag of the operator that has their definitions."""
    crd_file: str | None = None
    """URL of the file with its definitions; `{ref}` in it is the tag of a version, `v` and the version."""
    images: list[str] = []
    """Where the main object may name an image of the operator itself, such as that of a helper container, as paths."""


class HonouredComponent(Part):
    """What the templates do with one component."""

    types: list[str] = []
    """Component types that may fill it. If left out, those that the plugin's definition gives it."""
    also_called: list[str] = []
    """Other names that people have for it, such as that of the program that runs in it."""
    fields: list[str] | None = None
    """Instance fields that reach an emitted object, as paths; a prefix covers what is below it. If left out, those that
    the templates do something with."""
    more_fields: list[str] = []
    """Fields beside those, such as one that a rule refuses with a reason."""
    fields_but: list[str] = []
    """Fields of those that are not honoured, as paths, with what is below them."""


class Block(Part):
    """A part of the cluster's spec that belongs to a component."""

    types: list[str]
    """Component types that take the block."""
    needed: bool = False
    """Whether such a component cannot do without it."""


class Function(Part):
    """A function of the plugin's own Python module that templates may call."""

    args: list[Literal["string", "int", "double", "bool", "list", "map", "any"]]
    """Types of the arguments."""
    returns: Literal["string", "int", "double", "bool", "list", "map", "any"]
    """Type of the result."""
    call: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*:[A-Za-z_][A-Za-z0-9_]*$")]
    """`module:function`; the module is a file of the plugin's folder."""


class Secrets(Part):
    """The Secrets of a cluster."""

    users: list[str] = []
    """Keys that the Secret of the system users may have."""
    required_users: list[str] = []
    """Keys that it must have when the values are given in a program."""
    online: list[str] = []
    """Keys whose values the operator changes without a restart of pods; a change of others counts as one."""


class ConnectionValue(Part):
    """Something more that clients need: a text, or what a key of a Secret holds."""

    value: str | None = None
    """The value. It may use what `uri` of the connection may."""
    secret: str | None = None
    """Name of a Secret that has it, which the operator writes."""
    key: str | None = None
    """Its key in that Secret."""
    when: str | None = None
    """One expression, `${...}`: without it there is the value in every cluster."""


class Connection(Part):
    """How clients reach a cluster. Texts are templates over `spec`, `metadata` and `types`."""

    type: str
    """Kind of database, as in a URI."""
    host: str
    """Host name inside the Kubernetes cluster."""
    port: Whole | str
    """Port: a number, or one expression, `${...}`."""
    secret: str
    """Name of the Secret with user and password."""
    username: str | None = None
    """Name of the user, where that Secret has no key for it."""
    username_key: str | None = None
    """Key of the user's name in that Secret."""
    password_key: str | None = None
    """Key of the password in that Secret."""
    uri: str | None = None
    """What clients take as a whole. It may use `host`, `port`, `username` and `password` too, the last two as a URL has
    them."""
    more: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]*$")], ConnectionValue] = {}
    """What clients need beside that, by its name: another endpoint for readers, a CA certificate, a mechanism."""


class EngineConfig(Part):
    """What is known of the engine's own configuration of a component type."""

    syntax: Literal["yaml", "sections"] | None = None
    """What a text is: one YAML mapping, or options in sections such as `[mysqld]`."""
    section: str | None = None
    """The section that most options of such a text belong to, for hints: `mysqld`."""
    settings: str | None = None
    """Folder of the plugin with the settings that versions have, in files called after the major one (`17.json`)."""
    title: str | None = None
    """Name of the engine for people."""
    restart: list[str] = []
    """Contexts of settings that count from the next start on; a change of all others is made while it runs."""
    fixed: list[str] = []
    """Contexts of settings that nobody sets."""
    former_names: dict[str, str] = {}
    """Names that settings had, which servers still take, with those that they have."""


class Leftovers(Part):
    """What stays in Kubernetes when the main object is gone. Texts are templates over `metadata`."""

    volumes: dict[str, str] = {}
    """Labels of the PersistentVolumeClaims of a cluster."""
    secrets: list[str] = []
    """Names of the Secrets that the operator makes, or that a program makes for it."""
    taken_up: str
    """What the operator does with them when a cluster of the same name is made, and what to see to before."""


class Inferred(Protocol):
    """The fields that templates do something with."""

    def of_spec(self) -> list[str]:
        """Those of the spec outside `instances`, but for `dataSource` where a restore is made of it."""
        ...

    def of_source(self) -> list[str]:
        """Those of `dataSource` where a restore is made of it."""
        ...

    def of_instance(self, component: str) -> list[str]:
        """Those of a component."""
        ...


class PluginManifest(Part):
    """What a plugin is."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    """Short name of the plugin; the name of its folder."""
    title: str
    """Name of the technology for people."""
    description: str = ""
    """What it is, in a sentence or two."""
    maturity: Literal["alpha", "beta", "stable"] = "alpha"
    """How far it can be relied on."""
    release: Version | None = None
    """Release of the plugin."""
    min_upgradable_from: Version | None = None
    """The oldest release of the plugin whose clusters can be upgraded to this one; any if left out."""
    operator: Operator
    """The operator that the emitted objects are for."""
    components: dict[str, HonouredComponent] = {}
    """What the templates do with each component. Those of the plugin's definition need not be listed."""
    fields: list[str] | None = None
    """Fields of the cluster's spec, outside `instances`, that reach an emitted object, as paths. If left out, those
    that the templates do something with."""
    more_fields: list[str] = []
    """Fields beside those, such as one that a rule refuses with a reason."""
    fields_but: list[str] = []
    """Fields of those that are not honoured, as paths, with what is below them."""
    blocks: dict[str, Block] = {}
    """Which parts of the spec belong to which component types."""
    defaults: dict[str, Any] = {}
    """A partial cluster spec: what the operator cannot do without."""
    engine_config: dict[str, EngineConfig] = {}
    """What is known of `engineConfig`, by component type."""
    own_storages: list[str] = []
    """Storages for backups that every cluster has, besides those in its `backup.storages`."""
    storages_path: str | None = None
    """Where the main object has its storages for backups by their names, such as `spec.backup.storages`."""
    filled_by: Literal["cluster", "restore"] = "cluster"
    """What `dataSource` of a cluster becomes: part of its main object, or a restore that is made when it is ready."""
    secrets: Secrets = Secrets.model_construct()
    """The Secrets of a cluster."""
    connection: Connection | None = None
    """How clients reach a cluster."""
    leftovers: Leftovers | None = None
    """What stays when the main object is gone."""
    ready: ByTopology | None = None
    """CEL over the live object `self`: true when the database serves clients; or one for each topology."""
    failed: ByTopology | None = None
    """CEL over the live object `self`: true when the operator has given up; or one for each topology."""
    state: str | None = None
    """CEL over the live object `self`: the state that the operator reports, in its words; empty if it reports none."""
    message: str | None = None
    """CEL over the live object `self`: what the operator says about the state; empty if it says nothing."""
    wait_for: ByTopology | None = None
    """The same as `ready` in the words of the Kubernetes provider's `pulumi.com/waitFor`; a template over `spec`, or
    one for each topology."""
    ignore: list[str] = []
    """Paths of the main object that the operator writes."""
    server_defaults: dict[str, Any] = {}
    """What the definition of the main object's kind fills in, as paths of the object with their values."""
    moved: list[MovedField] = []
    """Fields of the main object that newer operator versions have elsewhere: what overrides write there goes along."""
    former_types: list[str] = []
    """API versions that the main object had, as `group/version`."""
    functions: dict[str, Function] = {}
    """Functions of the plugin's own Python module, by the name they have in templates."""
    _inferred: Inferred | None = PrivateAttr(None)

    def infer(self, inferred: Inferred) -> None:
        """Take the fields that are not listed from the templates."""
        self._inferred = inferred

    def spec_fields(self, *, source: bool = True) -> list[str]:
        """The fields outside `instances` that are honoured; those of `dataSource` may cost more than the others."""
        known: list[str] = []
        if self.fields is not None:
            known = self.fields
        elif self._inferred is not None:
            known = [*self._inferred.of_spec(), *(self._inferred.of_source() if source else ())]
        return [*without(known, self.fields_but, CLUSTER), *self.more_fields]

    def instance_fields(self, component: str) -> list[str]:
        """The fields of a component that are honoured. Raises KeyError for one that the plugin does not have."""
        told = self.components[component]
        known = told.fields
        if known is None:
            known = self._inferred.of_instance(component) if self._inferred is not None else []
        return [*without(known, told.fields_but, INSTANCE), *told.more_fields]
