"""What a component of a cluster says, at the fields of the operator's object that take it."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.components import BACKUP, Component
from pulumi_everest.scaffold.template.component.placed import Placed, plain_name
from pulumi_everest.scaffold.template.component.pod import PodFields
from pulumi_everest.scaffold.template.component.service import ServiceFields
from pulumi_everest.scaffold.template.component.storage import StorageFields
from pulumi_everest.scaffold.template.placing import Tree, mapping_at
from pulumi_everest.scaffold.template.tree import Guess


class ComponentFields(Placed):
    """The guesses of one component, put into the tree of the object."""

    def __init__(self, component: Component, tree: Tree, sample: Sample, image_of: str, *, said: bool = False) -> None:
        """`image_of` is the component whose image it runs, where it has none of its own.

        With `said` the object says that the component is off where the cluster has none.
        """
        super().__init__(component, tree, sample)
        self.said, self.image_of = said, image_of
        self.engine_config = ""
        """Form of the engine's own configuration: text, parameters, or none."""
        self.has_storage = self.has_replicas = False

    def fill(self) -> None:
        """Put in all that is known."""
        here = (self.component, self.tree, self.sample)
        self._start()
        self._version()
        self._counts()
        storage = StorageFields(*here)
        storage.fill()
        self.has_storage = storage.is_there
        PodFields(*here, self.image_of).fill()
        ServiceFields(*here).fill()
        self._engine_config()
        self._overrides()
        self._on_unless_said()

    def _start(self) -> None:
        component = self.component
        self._name_entries()
        here = mapping_at(self.tree, component.place.path)
        here["let"] = {**here.get("let", {}), "instance": f"${{{self.variable}}}"}
        if component.optional:
            here["when"] = "${instance != null}"
            enabled = component.place.child("enabled")
            if enabled is not None and enabled.type == "boolean":
                here["enabled"] = True
        name = component.place.child("name")
        if component.place.last == ITEM and name is not None and name.type == "string":
            said = self.sample.at((*component.place.path, "name"))
            here["name"] = said if isinstance(said, str) else plain_name(component.place.name)

    def _name_entries(self) -> None:
        """Give the parts of any name that it stands in the names that the sample has."""
        path = self.component.place.path
        for number, part in enumerate(path):
            said = self.sample.at(path[:number]) if part == ENTRY else None
            if isinstance(said, Mapping) and said:
                mapping_at(self.tree, path[:number]).setdefault(str(next(iter(said))), {})

    def _version(self) -> None:
        image = self.component.first("image")
        parts, repository = self.component.first("imageParts"), self.component.first("repository")
        if image is not None:
            self.put_at(image, self.of_instance(image, "image"), "image", "image")
        elif parts is not None:
            name, tag = parts.children["repository"], parts.children["tag"]
            whole = self.inside(parts, "image")
            self.put_at(name, f"${{{whole}.substring(0, {whole}.lastIndexOf(':'))}}", "image", "image")
            self.put_at(tag, f"${{{whole}.substring({whole}.lastIndexOf(':') + 1)}}", "image", "image")
        elif repository is not None:
            whole = self.inside(repository, "image")
            self.put_at(repository, f"${{{whole}.substring(0, {whole}.lastIndexOf(':'))}}", "image", "image")
        version = self.component.first("version")
        if version is not None:
            self.put_at(version, self.of_instance(version, "version"), "version", "version")
        major = self.component.first("majorVersion")
        if major is not None:
            self.put_at(major, f"${{major({self.inside(major, 'version')})}}", "major version", "version")

    def _counts(self) -> None:
        replicas = self.component.first("replicas")
        if replicas is not None:
            self.has_replicas = True
            note = ""
            if replicas.schema.get("minimum") == 0 and "replica" in replicas.last.lower():
                note = "ask: the schema allows none, so perhaps it counts those beside the primary"
            self.put_at(replicas, self.of_instance(replicas, "replicas"), "replicas", "replicas", note=note)

    def _engine_config(self) -> None:
        found = [(one, "parameters") for one in self.component.fields.get("configMap", ())]
        found += [(one, "text") for one in self.component.fields.get("configText", ())]
        found = [(one, form) for one, form in found if ITEM not in one.path[len(self.component.place.path) :]]
        if not found or self.component.kind == BACKUP:
            return
        at, self.engine_config = min(found, key=lambda one: len(one[0].path))
        if self.engine_config == "text" or at.type == "open":
            self.put_optional(at, "instance.?engineConfig", "engineConfig")
            return
        inside = "instance" if self.component.place in at.above() else self.variable
        entries = {"forEach": {"name, value": f"${{{inside}.?engineConfig}}"}, "${name}": "${string(value)}"}
        self.put_at(at, entries, "engineConfig", "engineConfig")

    def _overrides(self) -> None:
        place = mapping_at(self.tree, self.component.place.path)
        if self.component.place.type in ("object", "open", "any"):
            place["merge"] = Guess("${instance.?overrides}", "overrides", (self.field("overrides"),))

    def _on_unless_said(self) -> None:
        """Switch off what is on where nothing is said, unless the cluster has the component."""
        place = self.component.place
        default = place.schema.get("default")
        on = default.get("enabled") if isinstance(default, Mapping) else None
        enabled = place.child("enabled")
        if not self.component.optional or enabled is None:
            return
        if not self.said and on is not True and not (enabled.schema.get("default") is True and place.required):
            return
        here = mapping_at(self.tree, place.path)
        rest = {key: here.pop(key) for key in list(here) if key not in ("let", "enabled")}
        here["enabled"] = Guess(f"${{has(types.{self.component.name})}}", "switch")
        here["merge"] = rest
