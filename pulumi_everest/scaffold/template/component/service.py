"""The Service by which clients outside of the pod network reach a component."""

from __future__ import annotations

from typing import Any

from pulumi_everest.scaffold.definitions.fields import ITEM, Field
from pulumi_everest.scaffold.template.component.placed import Placed
from pulumi_everest.scaffold.template.placing import Tree, mapping_at, put
from pulumi_everest.scaffold.template.tree import Guess, Note

RANGES = "${range.contains('/') ? range : range + (range.contains(':') ? '/128' : '/32')}"
_SERVICE = (
    ("type of the Service", "type", ("type", "exposeType", "serviceType")),
    ("annotations of the Service", "annotations", ("annotations", "serviceAnnotations")),
    ("source ranges", "sourceRanges", ("loadBalancerSourceRanges", "sourceRanges")),
    ("load balancer class", "loadBalancerClass", ("loadBalancerClass",)),
)


class ServiceFields(Placed):
    """The guesses about Services."""

    def fill(self) -> None:
        """Put in all that is known."""
        self._expose()

    def _expose(self) -> None:
        found = self.component.fields.get("expose", [])
        templates = self.component.first("serviceTemplates")
        if not found and templates is not None:
            self._service_template(templates)
            return
        inside = [one for one in found if ITEM not in one.path[len(self.component.place.path) :]]
        if not inside and found:
            self._listed_service(found[0])
        for number, one in enumerate(inside):
            if number:
                put(self.tree, one.path, Note(f"{one.last}: another Service, as the first one has {inside[0].last}"))
                continue
            put(self.tree, one.path, self._service(one))
            stands = one.parent
            notes = stands.at("metadata", "annotations") if one.last == "spec" and stands is not None else None
            if notes is not None:
                guess = Guess(
                    "${instance.?expose.?annotations}",
                    "annotations of the Service",
                    (self.field("expose.annotations"),),
                )
                put(self.tree, (*notes.path[:-1], "?annotations"), guess)

    def _listed_service(self, at: Field) -> None:
        """A Service in a list of them: an item that is there where the component is exposed."""
        number = max(place for place, part in enumerate(at.path) if part == ITEM)
        put(self.tree, at.path, {key: value for key, value in self._service(at).items() if key != "when"})
        item = mapping_at(self.tree, at.path[: number + 1])
        item["when"] = "${has(instance.expose)}"
        stands = at.parent
        if at.last == "spec" and stands is not None and stands.at("metadata", "annotations") is not None:
            guess = Guess("${instance.expose.?annotations}", "annotations", (self.field("expose.annotations"),))
            put(self.tree, (*stands.path, "metadata", "?annotations"), guess)
            if stands.at("metadata", "name") is not None:
                put(self.tree, (*stands.path, "metadata", "name"), "${metadata.name}-external")

    def _service(self, at: Field) -> Tree:
        variable = "instance" if self.component.place in at.above() or at.parent is None else self.variable
        made: Tree = {"let": {"instance": f"${{{variable}}}"}} if variable != "instance" else {}
        if self.component.place.path == at.path[:-1]:
            made = {}
        there = (
            "instance != null && has(instance.expose)" if self.component.optional and made else "has(instance.expose)"
        )
        made["when"] = f"${{{there}}}"
        enabled = at.child("enabled")
        if enabled is not None and enabled.type == "boolean":
            made["enabled"] = True
        for name, reads, names in _SERVICE:
            field = at.child(*names)
            if field is None:
                continue
            value: Any = f"${{instance.expose.?{reads}}}"
            if reads == "sourceRanges":
                value = [{"forEach": {"range": value}, "do": RANGES}]
            made[f"?{field.last}"] = Guess(value, name, (self.field(f"expose.{reads}"),))
        return made

    def _service_template(self, templates: Field) -> None:
        """A template of a Service among others, by its name, with the ports of the sample or one to be asked for."""
        name = self.named_of(templates)
        said = self.sample.at((*templates.path, ITEM, "spec", "ports"))
        port = Guess([{"name": "client", "port": 1}], "ports", note="ask: which ports do clients connect to?")
        spec: Tree = {
            "?type": "${instance.expose.?type}",
            "?loadBalancerSourceRanges": [{"forEach": {"range": "${instance.expose.?sourceRanges}"}, "do": RANGES}],
            "?loadBalancerClass": "${instance.expose.?loadBalancerClass}",
            "ports": said if isinstance(said, list) else port,
        }
        made: Tree = {
            "when": "${has(instance.expose)}",
            "name": name,
            "?metadata": {"?annotations": "${instance.expose.?annotations}"},
            "spec": spec,
        }
        put(self.tree, (*templates.path[:-1], f"?{templates.last}"), [Guess(made, "Service", (self.field("expose"),))])
        there = {"when": f"${{{self.variable}.?expose.hasValue()}}", "do": name}
        self.refer(templates, Guess(there, "Service", (self.field("expose"),)))
