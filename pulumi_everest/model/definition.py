"""DatabaseClusterDefinition: the building blocks of a technology and the topologies they form."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pulumi_everest.model.cluster import Instance
from pulumi_everest.model.part import Annotations, Image, ImagePattern, Labels, Part, Subdomain, Version, Whole

JsonSchema = dict[str, Any]
Name = Annotated[str, Field(min_length=1, max_length=63)]


def _or_none(text: str | None) -> str | None:
    """None for the empty text that an API server puts where a key of a list is left out."""
    return text or None


class VersionEntry(Part):
    """One version of a component type."""

    version: Version
    """The version, as clusters name it."""
    image: Image | None = None
    """The container image of that version; by the pattern of its component type if left out."""
    default: bool = False
    """Whether clusters that name no version get this one; at most once per operator version."""
    operator: Annotated[Annotated[str, Field(max_length=64)] | None, AfterValidator(_or_none)] = None
    """Operator versions that the entry is good for, such as `>=1.21 <1.23`; all if left out or empty."""
    deprecated: bool = False
    """Whether the version is on its way out."""
    removed_in: Version | None = None
    """Release of the plugin that no longer has the version."""
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Digest of the image; appended to it when set."""


class ComponentType(Part):
    """A piece of software, with its versions and images."""

    image: ImagePattern | None = None
    """Image of the versions that name none: `${version}` stands for the version, `${operator}` for that of the
    operator, as in `team/kafka:${operator}-kafka-${version}`."""
    versions: Annotated[list[VersionEntry], Field(max_length=64)] = []
    """The versions, each with its image unless the pattern gives it."""


class Component(Part):
    """A role in a cluster, filled by a component type."""

    type: Name
    """One of the component types."""
    types: Annotated[list[Name], Field(min_length=2, max_length=8)] | None = None
    """The component types that a cluster may choose from, where there is a choice; `type`, one of them, is what it gets
    if it chooses none."""
    fields: list[str] | None = None
    """Instance fields that are honoured, as paths; a prefix covers what is below it. Default: the plugin's list."""
    fields_but: list[str] = []
    """Fields of those that are not honoured, as paths, with what is below them."""
    engine_config: Literal["text", "parameters"] | None = None
    """Which form `engineConfig` takes; the component has none if left out."""
    config_schema: JsonSchema | None = None
    """JSON Schema (2020-12) of `config`."""


class ReplicaLimits(Part):
    """How many replicas a component may have in a topology."""

    min: Annotated[Whole, Field(ge=0)] | None = None
    """The least number."""
    max: Annotated[Whole, Field(ge=0)] | None = None
    """The greatest number."""
    odd: bool = False
    """Whether the number must be odd."""
    even_with: Annotated[str, Field(max_length=256)] | None = None
    """A field of the component, such as `overrides.arbiter.enabled`; where it is true, the number may be even."""
    odd_with: Annotated[list[Name], Field(max_length=8)] | None = None
    """Components whose replicas count as well, such as an arbiter, which votes: the sum must be odd."""


class TopologyComponent(Part):
    """A component as one topology uses it."""

    optional: bool = False
    """Whether a cluster may do without it."""
    defaults: Instance | None = None
    """Values of instance fields that the cluster leaves out."""
    fields: list[str] | None = None
    """Narrows the component's fields in this topology."""
    fields_but: list[str] = []
    """Fields of the component that are not honoured in this topology, as paths, with what is below them."""
    replicas: ReplicaLimits | None = None
    """How many replicas there may be."""


class Rule(Part):
    """A condition on the resolved cluster."""

    cel: str
    """CEL over `spec` and `metadata` of the resolved cluster; true when all is well."""
    message: str
    """What to tell the user when it is not."""
    path: str | None = None
    """The field that the message is about."""
    severity: Literal["error", "warning"] = "error"
    """Whether a cluster that breaks the rule is refused."""


class TopologyDefinition(Part):
    """A set of components that form a cluster."""

    default: bool = False
    """Whether clusters that name no topology get this one."""
    config_schema: JsonSchema | None = None
    """JSON Schema (2020-12) of `topology.config`."""
    components: Annotated[dict[str, TopologyComponent | None], Field(max_length=32)] = {}
    """The components that the topology has."""
    rules: list[Rule] = []
    """Conditions on clusters of this topology."""


class Bundle(Part):
    """A named set of versions that fit together."""

    name: Name
    """Name of the bundle."""
    default: bool = False
    """Whether it is the first choice."""
    components: Annotated[dict[str, Version], Field(max_length=32)] = {}
    """Versions by component."""


class Change(Part):
    """What a change of a field does to a running database. The first entry that fits a change decides."""

    path: str
    """Path of the cluster, with `*` for any key, such as `instances.*.storage.size`; what is below it is meant too."""
    policy: Literal["immutable", "grow-only", "keep-order", "keep-first", "none", "online", "restart", "downtime"]
    """What the change means: refused (`immutable`; `grow-only` where a number or quantity gets less; `keep-order` and
    `keep-first` where items of a list move, or another becomes the first one), or allowed with what it does."""
    when: str | None = None
    """CEL over `old` and `new`, the specs before and after; the entry is for changes where it is true."""
    needs: Annotated[list[str], Field(max_length=8)] = []
    """Paths in the spec of the main object of which one must be true, or the operator does nothing with the change."""
    guard: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")] | None = None
    """Name of the guard that refuses the change, by which `allow` lifts it; made of the path if left out."""
    message: str | None = None
    """Why, or what is to be known of it."""
    hint: str | None = None
    """How to go on where it is refused."""


class UpgradePath(Part):
    """A step from one version to another that is allowed or needed."""

    from_: Annotated[str, Field(alias="from")]
    """Version or version prefix before."""
    to: Annotated[str, Field(max_length=64)]
    """Version or version prefix after."""


class Upgrades(Part):
    """Which version changes a running database survives."""

    major: Annotated[Whole, Field(ge=1, le=2)] = 1
    """How many numbers of a version make its major one: 1 for `17.10`, 2 for the `8.4` of `8.4.8-8.1`."""
    major_step: Annotated[Whole, Field(ge=0)] | None = None
    """How many major versions one change may go up; 0 forbids any."""
    downgrade: bool = False
    """Whether going back is allowed."""
    paths: Annotated[list[UpgradePath], Field(max_length=32)] | None = None
    """The only steps between majors that are allowed, where not all are."""
    message: str | None = None
    """How to get to a major version that one change does not lead to."""

    @property
    def allow_any(self) -> bool:
        """Whether every change is allowed, so that it does not matter which one it is."""
        return self.downgrade and self.major_step is None and self.paths is None


class DefinitionSpec(Part):
    """The building blocks."""

    component_types: Annotated[dict[str, ComponentType], Field(max_length=16)] = {}
    """Software with its versions, by name."""
    components: Annotated[dict[str, Component], Field(max_length=32)] = {}
    """Roles, by name."""
    topologies: Annotated[dict[str, TopologyDefinition], Field(max_length=16)] = {}
    """Sets of components, by name."""
    rules: list[Rule] = []
    """Conditions on clusters of every topology that has the components that they name."""
    config_schema: JsonSchema | None = None
    """JSON Schema (2020-12) of the cluster's `config`."""
    bundles: Annotated[list[Bundle], Field(max_length=64)] = []
    """Sets of versions that fit together."""
    changes: list[Change] = []
    """What changes of fields do to a running database."""
    upgrades: Annotated[dict[str, Upgrades], Field(max_length=16)] = {}
    """Allowed version changes by component type."""
    ui_schema: Annotated[dict[str, dict[str, Any]], Field(max_length=16)] | None = None
    """The form, by topology."""


class NameOnly(Part):
    """Metadata of a cluster-scoped object."""

    name: Subdomain
    """Name of the object."""
    labels: Labels | None = None
    """Labels of the object."""
    annotations: Annotations | None = None
    """Annotations of the object."""


class DatabaseClusterDefinition(Part):
    """The definition of one technology, cluster-scoped."""

    api_version: Literal["everest.percona.com/v2alpha1"]
    """API group and version."""
    kind: Literal["DatabaseClusterDefinition"]
    """Kind."""
    metadata: NameOnly
    """Name, labels and annotations."""
    spec: DefinitionSpec
    """The building blocks."""
    status: dict[str, Any] | None = None
    """Written by a controller; ignored here."""
