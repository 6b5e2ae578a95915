"""What a component of a cluster says, at the fields of the operator's object that take it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field, Path
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.components import BACKUP, ENGINE, IMAGES, Component
from pulumi_everest.scaffold.meaning.shapes import PARTS, POD, is_class, role, size_and_class
from pulumi_everest.scaffold.template.placing import Tree, mapping_at, put
from pulumi_everest.scaffold.template.tree import Guess, Note

RANGES = "${range.contains('/') ? range : range + (range.contains(':') ? '/128' : '/32')}"
RECLAIM = "${options.volumePolicy == 'delete' ? 'Delete' : 'Retain'}"
_OPEN_PODS: dict[str, Path] = {
    "openPodSpec": (),
    "podTemplate": ("spec",),
    "statefulSet": ("spec", "template", "spec"),
}
"""Where in fields that may have anything the spec of a pod is."""
_BESIDE = re.compile(r"wal|log|temp(?!late)|tmp|backup|tablespace|cache|ephemeral|conf", re.IGNORECASE)


class ComponentFields:
    """The guesses of one component, put into the tree of the object."""

    def __init__(self, component: Component, tree: Tree, sample: Sample, image_of: str, *, said: bool = False) -> None:
        """`image_of` is the component whose image it runs, where it has none of its own.

        With `said` the object says that the component is off where the cluster has none.
        """
        self.said = said
        self.component, self.tree, self.sample, self.image_of = component, tree, sample, image_of
        self.engine_config = ""
        """Form of the engine's own configuration: text, parameters, or none."""
        self.has_storage = self.has_replicas = False

    def fill(self) -> None:
        """Put in all that is known."""
        self._start()
        self._version()
        self._counts()
        self._storage()
        self._reclaim()
        self._pod()
        self._scheduling()
        self._expose()
        self._engine_config()
        self._overrides()
        self._on_unless_said()

    # Where it stands

    @property
    def variable(self) -> str:
        """How the cluster's component is written in expressions."""
        name = self.component.name
        return f"spec.instances.{name}" if not self.component.optional else f"spec.instances.?{name}"

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
            here["name"] = said if isinstance(said, str) else _plain_name(component.place.name)

    def _name_entries(self) -> None:
        """Give the parts of any name that it stands in the names that the sample has."""
        path = self.component.place.path
        for number, part in enumerate(path):
            said = self.sample.at(path[:number]) if part == ENTRY else None
            if isinstance(said, Mapping) and said:
                mapping_at(self.tree, path[:number]).setdefault(str(next(iter(said))), {})

    def _put(self, field: Field, value: Any, what: str, reads: str = "", **more: Any) -> None:
        put(self.tree, field.path, Guess(value, what, (self._field(reads),) if reads else (), **more))

    def _optional(self, field: Field, expression: str, what: str, reads: str = "") -> None:
        if self.component.place not in field.above() and expression.startswith("instance."):
            expression = self.variable + expression.removeprefix("instance")
        guess = Guess(f"${{{expression}}}", what, (self._field(reads or what),))
        put(self.tree, (*field.path[:-1], f"?{field.path[-1]}"), guess)

    def _field(self, name: str) -> str:
        return f"instances.{self.component.name}.{name}"

    # What is in it

    def _version(self) -> None:
        image = self.component.first("image")
        parts, repository = self.component.first("imageParts"), self.component.first("repository")
        if image is not None:
            self._put(image, self._of_instance(image, "image"), "image", "image")
        elif parts is not None:
            name, tag = parts.children["repository"], parts.children["tag"]
            whole = self._inside(parts, "image")
            self._put(name, f"${{{whole}.substring(0, {whole}.lastIndexOf(':'))}}", "image", "image")
            self._put(tag, f"${{{whole}.substring({whole}.lastIndexOf(':') + 1)}}", "image", "image")
        elif repository is not None:
            whole = self._inside(repository, "image")
            self._put(repository, f"${{{whole}.substring(0, {whole}.lastIndexOf(':'))}}", "image", "image")
        version = self.component.first("version")
        if version is not None:
            self._put(version, self._of_instance(version, "version"), "version", "version")
        major = self.component.first("majorVersion")
        if major is not None:
            self._put(major, f"${{major({self._inside(major, 'version')})}}", "major version", "version")

    def _of_instance(self, field: Field, name: str) -> str:
        return f"${{{self._inside(field, name)}}}"

    def _inside(self, field: Field, name: str) -> str:
        """A value of the component, as it is called at a field, which may stand outside of it."""
        if self.component.place in field.above():
            return f"instance.{name}"
        return f"{self.variable}.{name}"

    def _counts(self) -> None:
        replicas = self.component.first("replicas")
        if replicas is not None:
            self.has_replicas = True
            note = ""
            if replicas.schema.get("minimum") == 0 and "replica" in replicas.last.lower():
                note = "ask: the schema allows none, so perhaps it counts those beside the primary"
            self._put(replicas, self._of_instance(replicas, "replicas"), "replicas", "replicas", note=note)

    def _storage(self) -> None:
        found = [*self.component.fields.get("volume", ()), *self.component.fields.get("claim", ())]
        found += self.component.fields.get("claimTemplate", [])
        if not found:
            self._other_storage()
            return
        chosen = min(found, key=lambda one: (self._is_beside(one), len(one.path), one.path))
        self.has_storage = True
        if size_and_class(chosen) is not None:
            self._volume(chosen)
        elif chosen.has("accessModes", "resources"):
            put(self.tree, chosen.path, Guess(self._claim(), "storage", (self._field("storage"),)))
        else:
            put(self.tree, (*chosen.path, "spec"), Guess(self._claim(), "storage", (self._field("storage"),)))
        for other in found:
            if (
                other is not chosen
                and chosen not in other.above()
                and ITEM not in other.path[len(self.component.place.path) :]
            ):
                put(self.tree, other.path, Note(f"{other.last}: another volume, which no field of a cluster is for"))

    def _reclaim(self) -> None:
        """What becomes of volumes: as the policy for them says."""
        volume = self.component.first("volume")
        beside = [one for one in volume.children.values() if role(one) == "reclaim"] if volume is not None else []
        for at in [*self.component.fields.get("reclaim", []), *beside][:1]:
            put(self.tree, at.path, Guess(RECLAIM, "what becomes of volumes"))

    def _is_beside(self, field: Field) -> bool:
        """Whether a volume is one beside that of the data, or one that not every database has."""
        return any(_BESIDE.search(part) for part in field.path[len(self.component.place.path) :])

    def _claim(self) -> Tree:
        return {
            "accessModes": ["ReadWriteOnce"],
            "?storageClassName": "${instance.storage.?storageClass}",
            "resources": {"requests": {"storage": "${instance.storage.size}"}},
        }

    def _volume(self, chosen: Field) -> None:
        found = size_and_class(chosen)
        assert found is not None
        size, kind = found
        put(self.tree, size.path, Guess("${instance.storage.size}", "storage", (self._field("storage.size"),)))
        self._optional(kind, "instance.storage.?storageClass", "storage class", "storage.storageClass")
        sort = chosen.child("type")
        if sort is not None and sort.enum:
            kept = next((one for one in sort.enum if "persist" in str(one).lower() or "pvc" in str(one).lower()), None)
            if kept is not None:
                put(self.tree, sort.path, Guess(kept, "kind of volume"))

    def _other_storage(self) -> None:
        """A volume as a list of claims, as a size alone, or as what a StatefulSet says of it."""
        claims, disk = self.component.first("claims"), self.component.first("diskSize")
        pods = self.component.first("statefulSet")
        self.has_storage = True
        if self.component.first("claimTemplates") is not None:
            self._templates_of_claims()
        elif claims is not None:
            put(self.tree, claims.path, [Guess(self._claim(), "storage", (self._field("storage"),))])
        elif disk is not None:
            self._put(disk, self._of_instance(disk, "storage.size"), "storage", "storage.size")
            self._class_of_disk()
        elif pods is not None:
            said = self.sample.at((*pods.path, "spec", "volumeClaimTemplates", ITEM, "metadata", "name"))
            ask = "" if isinstance(said, str) else "which volume does the operator mount?"
            name = Guess(said if isinstance(said, str) else "data", "name of the volume", ask=ask)
            claim = Guess({"metadata": {"name": name}, "spec": self._claim()}, "storage", (self._field("storage"),))
            put(self.tree, (*pods.path, "spec", "volumeClaimTemplates"), [claim])
        else:
            self.has_storage = False

    def _class_of_disk(self) -> None:
        """The class of a volume of which only the size stands alone, where the component has one place for it."""
        place = self.component.place
        classes = (one for one in place.below() if is_class(one) and ITEM not in one.path[len(place.path) :])
        for one in [*classes][:1]:
            self._optional(one, "instance.storage.?storageClass", "storage class", "storage.storageClass")

    def _templates_of_claims(self) -> None:
        claims = self.component.first("claimTemplates")
        assert claims is not None
        name = self._named(claims)
        item: Tree = {"name": name, "spec": self._claim()}
        if "name" not in claims.children[ITEM].children:
            item = {"metadata": {"name": name}, "spec": self._claim()}
        for one in claims.children[ITEM].children.values():
            if role(one) == "reclaim":
                item[one.last] = RECLAIM
                self.component.fields.pop("reclaim", None)
        put(self.tree, claims.path, [Guess(item, "storage", (self._field("storage"),))])
        self._refer(claims, name)

    def _named(self, templates: Field) -> str:
        """The name of a template of pods, claims or Services: that of the sample, or one that says what it is for."""
        said = self.sample.at((*templates.path, ITEM, "name")) or self.sample.at(
            (*templates.path, ITEM, "metadata", "name")
        )
        return said if isinstance(said, str) else "data" if "laim" in templates.last else "default"

    def _refer(self, templates: Field, name: Any) -> None:
        """Name a template where the object says which is taken: at a text called as the list, in the singular."""
        wanted = templates.last.removesuffix("s").lower()
        top = next((one for one in templates.above() if one.parent is None), templates)
        fits = [one for one in top.below() if one.type == "string" and one.last.lower() in (wanted, f"data{wanted}")]
        for one in sorted(
            fits, key=lambda one: (ITEM in one.path, len(one.path), not one.last.lower().startswith("data"))
        )[:1]:
            put(self.tree, one.path, name)

    def _pod(self) -> None:
        resources = self.component.first("resources")
        if resources is not None:
            self._optional(resources, "instance.?resources", "resources")
        amounts = self.component.first("amounts")
        if amounts is not None and resources is None:
            for name in ("cpu", "memory"):
                at = amounts.children[name]
                self._optional(
                    at, f"instance.?resources.?limits.?{name}", f"resources ({name})", f"resources.limits.{name}"
                )
        budget = self.component.first("podDisruptionBudget")
        if budget is not None:
            self._optional(budget, "instance.?podDisruptionBudget", "podDisruptionBudget")
        else:
            for name in ("minAvailable", "maxUnavailable"):
                part = self.component.first(name)
                if part is not None and "strategy" not in " ".join(part.path).lower():
                    of = f"instance.?podDisruptionBudget.?{name}"
                    self._optional(part, of, f"podDisruptionBudget.{name}")
        grace = self.component.first("terminationGracePeriodSeconds")
        if grace is not None:
            of = "instance.?terminationGracePeriodSeconds"
            self._optional(grace, of, "terminationGracePeriodSeconds")
        pulled(self.tree, self.component.fields)

    def _scheduling(self) -> None:
        for name in (*sorted(POD), "antiAffinityTopologyKey"):
            at = self.component.first(name)
            if at is not None:
                self._optional(at, f"instance.?scheduling.?{name}", name, f"scheduling.{name}")
        if self.component.first("affinity") is None:
            for name in sorted(PARTS):
                at = self.component.first(name)
                if at is not None:
                    self._optional(at, f"instance.?scheduling.?affinity.?{name}", name, f"scheduling.affinity.{name}")
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
            name = self._named(listed)
            put(self.tree, (*listed.path, ITEM, "name"), name)
            self._refer(listed, name)
            path = (*listed.path, ITEM, "spec")
        if path is None:
            return
        for name in sorted(POD):
            if self.component.first(name) is None:
                guess = Guess(f"${{instance.?scheduling.?{name}}}", name, (self._field(f"scheduling.{name}"),))
                put(self.tree, (*path, f"?{name}"), guess)
        image, resources = self.component.first(*IMAGES), self.component.first("resources")
        container: Tree = {"name": self._container(path)}
        if image is None and self.image_of == self.component.name:
            container["image"] = Guess("${instance.image}", "image", (self._field("image"),))
            self._of_pod(path, container)
        if resources is None:
            container["?resources"] = Guess("${instance.?resources}", "resources", (self._field("resources"),))
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
            put(self.tree, (*path, f"?{name}"), Guess(f"${{instance.?{name}}}", name, (self._field(name),)))

    def _container(self, path: Path) -> str:
        said = self.sample.at((*path, "containers", ITEM, "name"))
        image = self.component.first("image")
        stands = image.parent.name if image is not None and image.parent is not None else ""
        return said if isinstance(said, str) else _plain_name(stands or self.component.place.name or ENGINE)

    def _of_container(self, path: Path) -> str:
        known = isinstance(self.sample.at((*path, "containers", ITEM, "name")), str)
        return "" if known else "ask: what does the operator call the container of the database?"

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
                    (self._field("expose.annotations"),),
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
            guess = Guess("${instance.expose.?annotations}", "annotations", (self._field("expose.annotations"),))
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
            made[f"?{field.last}"] = Guess(value, name, (self._field(f"expose.{reads}"),))
        return made

    def _service_template(self, templates: Field) -> None:
        """A template of a Service among others, by its name, with the ports of the sample or one to be asked for."""
        name = self._named(templates)
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
        put(self.tree, (*templates.path[:-1], f"?{templates.last}"), [Guess(made, "Service", (self._field("expose"),))])
        there = {"when": f"${{{self.variable}.?expose.hasValue()}}", "do": name}
        self._refer(templates, Guess(there, "Service", (self._field("expose"),)))

    def _engine_config(self) -> None:
        found = [(one, "parameters") for one in self.component.fields.get("configMap", ())]
        found += [(one, "text") for one in self.component.fields.get("configText", ())]
        found = [(one, form) for one, form in found if ITEM not in one.path[len(self.component.place.path) :]]
        if not found or self.component.kind == BACKUP:
            return
        at, self.engine_config = min(found, key=lambda one: len(one[0].path))
        if self.engine_config == "text" or at.type == "open":
            self._optional(at, "instance.?engineConfig", "engineConfig")
            return
        inside = "instance" if self.component.place in at.above() else self.variable
        entries = {"forEach": {"name, value": f"${{{inside}.?engineConfig}}"}, "${name}": "${string(value)}"}
        self._put(at, entries, "engineConfig", "engineConfig")

    def _overrides(self) -> None:
        place = mapping_at(self.tree, self.component.place.path)
        if self.component.place.type in ("object", "open", "any"):
            place["merge"] = Guess("${instance.?overrides}", "overrides", (self._field("overrides"),))

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


_SERVICE = (
    ("type of the Service", "type", ("type", "exposeType", "serviceType")),
    ("annotations of the Service", "annotations", ("annotations", "serviceAnnotations")),
    ("source ranges", "sourceRanges", ("loadBalancerSourceRanges", "sourceRanges")),
    ("load balancer class", "loadBalancerClass", ("loadBalancerClass",)),
)


def pulled(tree: Tree, fields: dict[str, list[Field]]) -> None:
    """How images are pulled, at the nearest fields for it."""
    for policy in fields.get("pullPolicy", [])[:1]:
        guess = Guess("${spec.?images.?pullPolicy}", "pull policy", ("images.pullPolicy",))
        put(tree, (*policy.path[:-1], f"?{policy.last}"), guess)
    for secrets in fields.get("pullSecrets", [])[:1]:
        loop = {"forEach": {"secret": "${spec.?images.?pullSecrets}"}}
        item = secrets.children[ITEM]
        entry: Tree = {**loop, "name": "${secret}"} if item.type == "object" else {**loop, "do": "${secret}"}
        put(tree, (*secrets.path[:-1], f"?{secrets.last}"), Guess([entry], "pull secrets", ("images.pullSecrets",)))


def _plain_name(text: str) -> str:
    """A name that Kubernetes takes, of a word in the singular."""
    word = "".join(letter for letter in text.lower() if letter.isalnum()) or "database"
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
