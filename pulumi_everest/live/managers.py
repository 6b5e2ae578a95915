"""Who writes the fields of an object: its field managers, told apart by how their names begin."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.core.exact import leaves

TAKEN_OVER = ("kubectl", "pulumi")
"""How the names of those begin whose fields Pulumi's import takes over."""

PROGRAM: Final = "a program"
PERSON: Final = "a person's tool"
DELIVERY: Final = "a delivery tool"
AUTOSCALER: Final = "an autoscaler"
OPERATOR: Final = "an operator"
KUBERNETES: Final = "Kubernetes"

_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (PROGRAM, ("pulumi-kubernetes", "pulumi-resource-kubernetes", "everest")),
    (AUTOSCALER, ("vpa-", "vertical-pod-autoscaler", "horizontal-pod-autoscaler", "keda", "cluster-autoscaler")),
    (PERSON, ("kubectl", "k9s", "Lens", "OpenLens", "node-fetch", "Mozilla", "oc", "Headlamp", "Rancher", "dashboard")),
    (
        DELIVERY,
        ("argocd", "argo-", "helm", "kustomize-controller", "flux", "fleet", "terraform", "HashiCorp", "crossplane"),
    ),
    (KUBERNETES, ("kube-", "kubelet", "apiserver", "garbage-collector")),
)


@dataclass(frozen=True)
class Writer:
    """Who wrote a field: the field manager, what kind of program that is, and when it wrote last."""

    manager: str
    kind: str
    time: str | None = None

    def __str__(self) -> str:
        """``kubectl-edit, a person's tool, 2026-03-01T12:00:00Z``."""
        return ", ".join(part for part in (self.manager, self.kind, self.time) if part)


def kind_of(manager: str, operators: Iterable[str] = ()) -> str:
    """What kind of program a field manager is; one that nobody knows is taken for an operator."""
    if any(name and manager.startswith(name) for name in operators):
        return OPERATOR
    return next((kind for kind, names in _KINDS if manager.startswith(names)), OPERATOR)


def entries(live: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What managers wrote of an object itself, not of its status or the like, the latest last."""
    found = [entry for entry in (live.get("metadata") or {}).get("managedFields") or () if not entry.get("subresource")]
    yield from sorted(found, key=lambda entry: str(entry.get("time") or ""))


class Writers:
    """Who wrote the fields of one object. `operators` are the names of those that write into such objects."""

    def __init__(self, live: Mapping[str, Any], operators: Iterable[str] = ()) -> None:
        self._live, self._operators = live, operators
        self._entries = list(entries(live))
        # Lists may be long, and be asked about for each of their items.
        self._items: dict[int, ItemFields] = {}
        self._named: dict[int, dict[str, Any]] = {}

    def of(self, path: Sequence[Any]) -> Writer | None:
        """Who wrote the field at a path last; None where nobody is known.

        Who wrote the field itself comes before who wrote what is around it: a mapping belongs to whoever made it, also
        when another has written a value in it since.
        """
        found, nearest = None, 0
        for entry in self._entries:
            depth = self._depth(entry.get("fieldsV1") or {}, path)
            if depth >= max(nearest, 1):
                manager, nearest = str(entry.get("manager")), depth
                found = Writer(manager, kind_of(manager, self._operators), entry.get("time"))
        return found

    def _depth(self, fields: Mapping[str, Any], path: Sequence[Any]) -> int:
        """How many steps of a path lead to what was written: all of them to the field itself, 0 for nothing."""
        live: Any = self._live
        for depth, step in enumerate(path, 1):
            if isinstance(live, list):
                live = self._item(live, step)
                if id(fields) not in self._items:
                    self._items[id(fields)] = ItemFields(fields)
                below = self._items[id(fields)].of(live)
            else:
                below = fields.get(f"f:{step}")
                live = live.get(step) if isinstance(live, Mapping) else None
            if below is None:
                return 0
            if not below:
                return depth  # what is below belongs to whoever wrote this, if nobody wrote it by itself
            fields = below
        return len(path)

    def _item(self, live: list[Any], step: Any) -> Any:
        """The item of a name, or at a position."""
        if isinstance(step, int):
            return live[step] if step < len(live) else None
        if id(live) not in self._named:
            named: dict[str, Any] = {}
            for item in live:
                if isinstance(item, Mapping) and isinstance(item.get("name"), str):
                    named.setdefault(item["name"], item)
            self._named[id(live)] = named
        return self._named[id(live)].get(step)


class ItemFields:
    """What was written of the items of a list that is a map by keys, or a set."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._by_keys: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
        self._by_value: dict[str, Mapping[str, Any]] = {}
        for key, below in fields.items():
            if key.startswith("k:"):
                names = json.loads(key[2:])
                known = self._by_keys.setdefault(tuple(sorted(names)), {})
                known.setdefault(_frozen([names[name] for name in sorted(names)]), below)
            elif key.startswith("v:"):
                self._by_value.setdefault(_frozen(json.loads(key[2:])), below)

    def of(self, item: Any) -> Mapping[str, Any] | None:
        """What was written of an item; None where nothing was."""
        if isinstance(item, Mapping):
            for names, known in self._by_keys.items():
                found = known.get(_frozen([item.get(name) for name in names]))
                if found is not None:
                    return found
        return self._by_value.get(_frozen(item)) if self._by_value else None


def _frozen(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def other_managers(live: Mapping[str, Any]) -> dict[str, int]:
    """Who else owns fields of the object's spec or metadata, and stays an owner, with how many.

    Not those of kubectl, whose fields Pulumi takes over, and not Pulumi's own.
    """
    found: dict[str, int] = {}
    for entry in entries(live):
        manager = str(entry.get("manager"))
        if not manager.startswith(TAKEN_OVER):
            found[manager] = found.get(manager, 0) + len(leaves(entry.get("fieldsV1") or {}))
    return found
