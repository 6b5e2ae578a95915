"""From a resolved cluster to the Kubernetes objects of its plugin's template."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_everest.core.overrides import has_overrides
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit import core_kinds
from pulumi_everest.emit.moved_fields import move_fields
from pulumi_everest.emit.patch import patched
from pulumi_everest.emit.templates.template import Emitted, Template, TemplateError
from pulumi_everest.model.deferred import Computed, Deferred, leaves_of, substitute
from pulumi_everest.model.findings import finding

__all__ = ["Emitted", "emit"]


def emit(resolved: Resolved, template: Template) -> list[Emitted]:
    """The objects of a cluster: Secrets first, the operator's main object last, each in the order of the template.

    Every object gets the cluster's namespace, where its kind belongs to one, labels and annotations; its own win. The
    cluster's finalizers take the place of the template's, and its `overrides` are merged over the `spec`, of the main
    object. What they write into fields that the operator version has elsewhere goes there. Raises TemplateError, as
    `Template.emit` does.
    """
    emitted = template.emit(resolved)
    for index, entry in enumerate(emitted):
        add_metadata(entry.manifest["metadata"], resolved.metadata, namespaced=not is_cluster_scoped(entry))
        if entry.main and resolved.metadata.get("finalizers") is not None:
            _replace_finalizers(entry.manifest["metadata"], resolved.metadata["finalizers"])
        overrides = resolved.spec.get("overrides") if entry.main else None
        if overrides is not None:
            patched(entry.manifest, {"spec": overrides})
        if entry.settings.moved and has_overrides(resolved.spec):
            operator = resolved.spec.get("operatorVersion")
            moved = move_fields(entry.manifest, entry.settings.moved, operator)
            emitted[index] = replace(entry, moved=moved) if moved else entry
    _check_twins(emitted, resolved)
    return sorted(emitted, key=_rank)


def _check_twins(objects: list[Emitted], resolved: Resolved) -> None:
    """Raise TemplateError where two templates, or two turns of one, make the same object."""
    seen: dict[tuple[str, str, str], Emitted] = {}
    for entry in objects:
        group, name = entry.manifest["apiVersion"].rpartition("/")[0], entry.manifest["metadata"].get("name")
        if isinstance(name, str):
            key = (group, entry.manifest["kind"], name)
            other = seen.setdefault(key, entry)
            if other is not entry:
                named = dict.fromkeys((other.name, entry.name))
                text = f"{key[1]} '{name}' is made twice, by {' and '.join(map(repr, named))}"
                title = resolved.metadata.get("name")
                subject = f"DatabaseCluster {title}" if isinstance(title, str) else ""
                raise TemplateError([finding("emit.template", ("objects",), text, subject=subject)])


def _rank(entry: Emitted) -> int:
    if entry.main:
        return 2
    return 0 if entry.manifest.get("kind") == "Secret" else 1


def is_cluster_scoped(entry: Emitted) -> bool:
    """Whether the kind of an object belongs to no namespace, as Kubernetes or its template says."""
    scope = entry.settings.scope
    if scope is None:
        return core_kinds.is_cluster_scoped(entry.manifest["apiVersion"], entry.manifest["kind"])
    return scope == "Cluster"


def add_metadata(metadata: dict[str, Any], of_cluster: dict[str, Any], *, namespaced: bool = True) -> None:
    """Give an object the namespace, labels and annotations of what it is made for; its own win."""
    namespace = of_cluster.get("namespace")
    if not namespaced:
        metadata.pop("namespace", None)
    elif namespace is not None:
        metadata.setdefault("namespace", namespace)
    for key in ("labels", "annotations"):
        given = of_cluster.get(key)
        if given:
            metadata[key] = both_texts(given, metadata.get(key) or {})


def _replace_finalizers(metadata: dict[str, Any], finalizers: Any) -> None:
    metadata.pop("finalizers", None)
    if finalizers:
        metadata["finalizers"] = finalizers


def both_texts(given: Any, own: Any) -> Any:
    """Labels or annotations with an object's own over them; they wait where either is not known as a whole."""
    if not isinstance(given, Deferred) and not isinstance(own, Deferred):
        return {**given, **own}
    if own == {}:
        return given
    parts = [part for part in (given, own) if isinstance(part, Deferred)]
    needs = dict.fromkeys(leaf for part in parts for leaf in leaves_of(part))
    return Computed(tuple(needs), lambda known: {**substitute(given, known), **substitute(own, known)})
