"""The volume of a component: a claim, a size with its class, a template among others, or one of a StatefulSet."""

from __future__ import annotations

import re

from pulumi_everest.scaffold.definitions.fields import ITEM, Field
from pulumi_everest.scaffold.meaning.field_roles import role
from pulumi_everest.scaffold.meaning.shapes import is_class, size_and_class
from pulumi_everest.scaffold.template.component.placed import Placed
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.tree import Guess, Note

RECLAIM = "${options.volumePolicy == 'delete' ? 'Delete' : 'Retain'}"
_BESIDE = re.compile(r"wal|log|temp(?!late)|tmp|backup|tablespace|cache|ephemeral|conf", re.IGNORECASE)


class StorageFields(Placed):
    """The guesses about volumes. `is_there` says whether the component has one that a cluster says."""

    is_there = False

    def fill(self) -> None:
        """Put in all that is known."""
        self._storage()
        self._reclaim()

    def _storage(self) -> None:
        found = [*self.component.fields.get("volume", ()), *self.component.fields.get("claim", ())]
        found += self.component.fields.get("claimTemplate", [])
        if not found:
            self._other_storage()
            return
        chosen = min(found, key=lambda one: (self._is_beside(one), len(one.path), one.path))
        self.is_there = True
        if size_and_class(chosen) is not None:
            self._volume(chosen)
        elif chosen.has("accessModes", "resources"):
            put(self.tree, chosen.path, Guess(self._claim(), "storage", (self.field("storage"),)))
        else:
            put(self.tree, (*chosen.path, "spec"), Guess(self._claim(), "storage", (self.field("storage"),)))
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
        put(self.tree, size.path, Guess("${instance.storage.size}", "storage", (self.field("storage.size"),)))
        self.put_optional(kind, "instance.storage.?storageClass", "storage class", "storage.storageClass")
        sort = chosen.child("type")
        if sort is not None and sort.enum:
            kept = next((one for one in sort.enum if "persist" in str(one).lower() or "pvc" in str(one).lower()), None)
            if kept is not None:
                put(self.tree, sort.path, Guess(kept, "kind of volume"))

    def _other_storage(self) -> None:
        """A volume as a list of claims, as a size alone, or as what a StatefulSet says of it."""
        claims, disk = self.component.first("claims"), self.component.first("diskSize")
        pods = self.component.first("statefulSet")
        self.is_there = True
        if self.component.first("claimTemplates") is not None:
            self._templates_of_claims()
        elif claims is not None:
            put(self.tree, claims.path, [Guess(self._claim(), "storage", (self.field("storage"),))])
        elif disk is not None:
            self.put_at(disk, self.of_instance(disk, "storage.size"), "storage", "storage.size")
            self._class_of_disk()
        elif pods is not None:
            said = self.sample.at((*pods.path, "spec", "volumeClaimTemplates", ITEM, "metadata", "name"))
            ask = "" if isinstance(said, str) else "which volume does the operator mount?"
            name = Guess(said if isinstance(said, str) else "data", "name of the volume", ask=ask)
            claim = Guess({"metadata": {"name": name}, "spec": self._claim()}, "storage", (self.field("storage"),))
            put(self.tree, (*pods.path, "spec", "volumeClaimTemplates"), [claim])
        else:
            self.is_there = False

    def _class_of_disk(self) -> None:
        """The class of a volume of which only the size stands alone, where the component has one place for it."""
        place = self.component.place
        classes = (one for one in place.below() if is_class(one) and ITEM not in one.path[len(place.path) :])
        for one in [*classes][:1]:
            self.put_optional(one, "instance.storage.?storageClass", "storage class", "storage.storageClass")

    def _templates_of_claims(self) -> None:
        claims = self.component.first("claimTemplates")
        assert claims is not None
        name = self.named_of(claims)
        item: Tree = {"name": name, "spec": self._claim()}
        if "name" not in claims.children[ITEM].children:
            item = {"metadata": {"name": name}, "spec": self._claim()}
        for one in claims.children[ITEM].children.values():
            if role(one) == "reclaim":
                item[one.last] = RECLAIM
                self.component.fields.pop("reclaim", None)
        put(self.tree, claims.path, [Guess(item, "storage", (self.field("storage"),))])
        self.refer(claims, name)
