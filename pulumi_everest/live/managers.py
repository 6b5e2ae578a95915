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


def writer_of(live: Mapping[str, Any], path: Sequence[Any], operators: Iterable[str] = ()) -> Writer | None:
    """Who wrote the field at a path of an object last; None where nobody is known."""
    found = None
    for entry in entries(live):
        if _owns(entry.get("fieldsV1") or {}, live, path):
            manager = str(entry.get("manager"))
            found = Writer(manager, kind_of(manager, operators), entry.get("time"))
    return found


def _owns(fields: Mapping[str, Any], live: Any, path: Sequence[Any]) -> bool:
    for step in path:
        if isinstance(live, list):
            item = next((one for one in live if _is_named(one, step)), None)
            item = live[step] if item is None and isinstance(step, int) and step < len(live) else item
            below = item_fields(fields, item)
            live = item
        else:
            below = fields.get(f"f:{step}")
            live = live.get(step) if isinstance(live, Mapping) else None
        if below is None:
            return False
        if not below:
            return True  # what is below belongs to whoever wrote this
        fields = below
    return True


def _is_named(item: Any, step: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(step, str) and item.get("name") == step


def item_fields(fields: Mapping[str, Any], item: Any) -> Mapping[str, Any] | None:
    """What was written of an item of a list that is a map by keys, or a set; None where nothing was."""
    for key, below in fields.items():
        if key.startswith("k:") and isinstance(item, Mapping):
            names = json.loads(key[2:])
            if all(item.get(name) == value for name, value in names.items()):
                return dict(below)
        elif key.startswith("v:") and json.loads(key[2:]) == item:
            return dict(below)
    return None


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
