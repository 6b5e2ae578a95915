"""The pods of a component: resources, disruptions, where they run, and the spec of a pod where the object holds one."""

from __future__ import annotations

from pulumi_everest.scaffold.definitions.fields import ITEM, Path
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.components import ENGINE, IMAGES, Component
from pulumi_everest.scaffold.meaning.field_roles import PARTS, POD
from pulumi_everest.scaffold.template.component.images import pulled
from pulumi_everest.scaffold.template.component.placed import Placed, plain_name
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.tree import Guess

_OPEN_PODS: dict[str, Path] = {
    "openPodSpec": (),
    "podTemplate": ("spec",),
    "statefulSet": ("spec", "template", "spec"),
}
"""Where in fields that may have anything the spec of a pod is."""


class PodFields(Placed):
    """The guesses about pods. `image_of` is the component whose image it runs, where it has none of its own."""

    def __init__(self, component: Component, tree: Tree, sample: Sample, image_of: str) -> None:
        super().__init__(component, tree, sample)
        self.image_of = image_of

    def fill(self) -> None:
        """Put in all that is known."""
        self._pod()
        self._scheduling()

    def _pod(self) -> None:
        resources = self.component.first("resources")
        if resources is not None:
            self.put_optional(resources, "instance.?resources", "resources")
        amounts = self.component.first("amounts")
        if amounts is not None and resources is None:
            for name in ("cpu", "memory"):
                at = amounts.children[name]
                self.put_optional(
                    at, f"instance.?resources.?limits.?{name}", f"resources ({name})", f"resources.limits.{name}"
                )
        budget = self.component.first("podDisruptionBudget")
        if budget is not None:
            self.put_optional(budget, "instance.?podDisruptionBudget", "podDisruptionBudget")
        else:
            for name in ("minAvailable", "maxUnavailable"):
                part = self.component.first(name)
                if part is not None and "strategy" not in " ".join(part.path).lower():
                    of = f"instance.?podDisruptionBudget.?{name}"
                    self.put_optional(part, of, f"podDisruptionBudget.{name}")
        grace = self.component.first("terminationGracePeriodSeconds")
        if grace is not None:
            of = "instance.?terminationGracePeriodSeconds"
            self.put_optional(grace, of, "terminationGracePeriodSeconds")
        pulled(self.tree, self.component.fields)

    def _scheduling(self) -> None:
        for name in (*sorted(POD), "antiAffinityTopologyKey"):
            at = self.component.first(name)
            if at is not None:
                self.put_optional(at, f"instance.?scheduling.?{name}", name, f"scheduling.{name}")
        if self.component.first("affinity") is None:
            for name in sorted(PARTS):
                at = self.component.first(name)
                if at is not None:
                    self.put_optional(
                        at, f"instance.?scheduling.?affinity.?{name}", name, f"scheduling.affinity.{name}"
                    )
        self._pod_spec()

    def _pod_spec(self) -> None:
        """The spec of a pod: what the component's own fields do not take, and its container where it needs one."""
        at = self.component.first("podSpec")
        path = at.path if at is not None else None
        for name, inside in _OPEN_PODS.items():
            open_one = self.component.first(name)
            if path is None and open_one is not None:
                path = (*open_one.path, *inside)
        listed = self.component.first("podTemplates")
        if path is None and listed is not None:
            name = self.named_of(listed)
            put(self.tree, (*listed.path, ITEM, "name"), name)
            self.refer(listed, name)
            path = (*listed.path, ITEM, "spec")
        if path is None:
            return
        for name in sorted(POD):
            if self.component.first(name) is None:
                guess = Guess(f"${{instance.?scheduling.?{name}}}", name, (self.field(f"scheduling.{name}"),))
                put(self.tree, (*path, f"?{name}"), guess)
        image, resources = self.component.first(*IMAGES), self.component.first("resources")
        container: Tree = {"name": self._container(path)}
        if image is None and self.image_of == self.component.name:
            container["image"] = Guess("${instance.image}", "image", (self.field("image"),))
            self._of_pod(path, container)
        if resources is None:
            container["?resources"] = Guess("${instance.?resources}", "resources", (self.field("resources"),))
        if len(container) > 1:
            put(self.tree, (*path, "containers"), [Guess(container, "container", note=self._of_container(path))])
        elif at is not None and at.children["containers"].required:
            put(self.tree, (*path, "containers"), Guess([], "containers"))

    def _of_pod(self, path: Path, container: Tree) -> None:
        """What the pod of the database itself says, where no field of the object does."""
        if not self.component.fields.get("pullPolicy"):
            guess = Guess("${spec.?images.?pullPolicy}", "pull policy", ("images.pullPolicy",))
            container["?imagePullPolicy"] = guess
        if not self.component.fields.get("pullSecrets"):
            entry = {"forEach": {"secret": "${spec.?images.?pullSecrets}"}, "name": "${secret}"}
            put(self.tree, (*path, "?imagePullSecrets"), Guess([entry], "pull secrets", ("images.pullSecrets",)))
        if self.component.first("terminationGracePeriodSeconds") is None:
            name = "terminationGracePeriodSeconds"
            put(self.tree, (*path, f"?{name}"), Guess(f"${{instance.?{name}}}", name, (self.field(name),)))

    def _container(self, path: Path) -> str:
        said = self.sample.at((*path, "containers", ITEM, "name"))
        image = self.component.first("image")
        stands = image.parent.name if image is not None and image.parent is not None else ""
        return said if isinstance(said, str) else plain_name(stands or self.component.place.name or ENGINE)

    def _of_container(self, path: Path) -> str:
        known = isinstance(self.sample.at((*path, "containers", ITEM, "name")), str)
        return "" if known else "ask: what does the operator call the container of the database?"
