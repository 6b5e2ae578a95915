"""What a plugin says of one object of a cluster: whether it holds data, when it is ready, what came before it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_everest.model.part import Part, Version

ByTopology = str | dict[str, str]
"""One text, or one for each topology."""


class MovedField(Part):
    """A field of an object that newer operator versions have at another place, or not at all."""

    since: Version
    """The first operator version whose definition lacks the field."""
    from_: Annotated[str, Field(alias="from")]
    """Where older versions have it, as a path in the object."""
    to: str | None = None
    """Where it is instead; without it the field had no effect, and goes nowhere."""


class ObjectSettings(Part):
    """What a plugin says of an object beside the operator's main one, of which plugin.yaml says it."""

    keeps: Literal["data"] | None = None
    """`data`: it holds data of the database, so it is protected, kept and taken over as the main object is."""
    after: list[str] = []
    """Names of the objects that are made before it. The main object is made after all that do not come after it."""
    scope: Literal["Namespaced", "Cluster"] | None = None
    """Whether the kind belongs to namespaces, as its definition says; known of Kubernetes' own kinds."""
    former_types: list[str] = []
    """API versions that it had, as `group/version`, which no version of the operator in plugin.yaml has any more."""
    ready: ByTopology | None = None
    """CEL over the live object `self`: true when it is ready; or one for each topology. The cluster is when all are."""
    failed: ByTopology | None = None
    """CEL over the live object `self`: true when the operator has given up; or one for each topology."""
    wait_for: ByTopology | None = None
    """The same as `ready` in the words of the Kubernetes provider's `pulumi.com/waitFor`; `${...}` as in the object."""
    ignore: list[str] = []
    """Paths of it that the operator writes."""
    server_defaults: dict[str, Any] = {}
    """What the definition of its kind fills in, as paths of the object with their values."""
    moved: list[MovedField] = []
    """Fields that newer operator versions have elsewhere: what overrides write there goes along."""

    @property
    def keeps_data(self) -> bool:
        """Whether it holds data of the database."""
        return self.keeps == "data"


PLAIN = ObjectSettings.model_construct()
"""What holds of an object of which nothing is said."""


def of_topology(text: ByTopology | None, topology: Any) -> str | None:
    """The text for a topology; None where there is none."""
    if text is None or isinstance(text, str):
        return text
    return text.get(topology) if isinstance(topology, str) else None
