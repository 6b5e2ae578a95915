"""Where the guesses of one component are put, and how its values are called there."""

from __future__ import annotations

from typing import Any

from pulumi_everest.scaffold.definitions.fields import ITEM, Field
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.components import Component
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.tree import Guess


class Placed:
    """A component, the tree of the object that its guesses are put into, and a sample of such an object."""

    def __init__(self, component: Component, tree: Tree, sample: Sample) -> None:
        self.component, self.tree, self.sample = component, tree, sample

    @property
    def variable(self) -> str:
        """How the cluster's component is written in expressions."""
        name = self.component.name
        return f"spec.instances.{name}" if not self.component.optional else f"spec.instances.?{name}"

    def put_at(self, field: Field, value: Any, what: str, reads: str = "", **more: Any) -> None:
        """Put a value at a field; it reads a field of the cluster's component."""
        put(self.tree, field.path, Guess(value, what, (self.field(reads),) if reads else (), **more))

    def put_optional(self, field: Field, expression: str, what: str, reads: str = "") -> None:
        """Put an expression at a field that is left out where it gives nothing."""
        if self.component.place not in field.above() and expression.startswith("instance."):
            expression = self.variable + expression.removeprefix("instance")
        guess = Guess(f"${{{expression}}}", what, (self.field(reads or what),))
        put(self.tree, (*field.path[:-1], f"?{field.path[-1]}"), guess)

    def field(self, name: str) -> str:
        """How a field of the component is called in a cluster."""
        return f"instances.{self.component.name}.{name}"

    def of_instance(self, field: Field, name: str) -> str:
        """A value of the component, as a template writes it at a field."""
        return f"${{{self.inside(field, name)}}}"

    def inside(self, field: Field, name: str) -> str:
        """A value of the component, as it is called at a field, which may stand outside of it."""
        if self.component.place in field.above():
            return f"instance.{name}"
        return f"{self.variable}.{name}"

    def named_of(self, templates: Field) -> str:
        """The name of a template of pods, claims or Services: that of the sample, or one that says what it is for."""
        said = self.sample.at((*templates.path, ITEM, "name")) or self.sample.at(
            (*templates.path, ITEM, "metadata", "name")
        )
        return said if isinstance(said, str) else "data" if "laim" in templates.last else "default"

    def refer(self, templates: Field, name: Any) -> None:
        """Name a template where the object says which is taken: at a text called as the list, in the singular."""
        wanted = templates.last.removesuffix("s").lower()
        top = next((one for one in templates.above() if one.parent is None), templates)
        fits = [one for one in top.below() if one.type == "string" and one.last.lower() in (wanted, f"data{wanted}")]
        for one in sorted(
            fits, key=lambda one: (ITEM in one.path, len(one.path), not one.last.lower().startswith("data"))
        )[:1]:
            put(self.tree, one.path, name)


def plain_name(text: str) -> str:
    """A name that Kubernetes takes, of a word in the singular."""
    word = "".join(letter for letter in text.lower() if letter.isalnum()) or "database"
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
