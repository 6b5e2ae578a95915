"""The objects of a plugin's examples on a real API server, which is asked to be strict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pulumi_everest.authoring.examples import Rendered
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.findings import Finding, Place, finding


@dataclass
class Taken:
    """What an API server said: how many objects it took, and what was wrong."""

    objects: int
    findings: list[Finding]


def create(live: LiveCluster, examples: Iterable[Rendered]) -> Taken:
    """Create all objects of all examples, each example in a namespace of its own, and delete them again.

    Nobody is there to take finalizers off, so objects of one name would meet those of the example before.
    """
    taken = Taken(0, [])
    for number, example in enumerate(examples):
        created: list[dict[str, Any]] = []
        try:
            for written in example.manifests:
                manifest = _in_namespace(written, f"example-{number}")
                problem = _created(live, manifest)
                if problem is None:
                    created.append(manifest)
                else:
                    taken.findings.append(_refused(example, manifest, problem))
        finally:
            for manifest in reversed(created):
                live.delete(*_identity(manifest))
        taken.objects += len(created)
    return taken


def _in_namespace(manifest: dict[str, Any], namespace: str) -> dict[str, Any]:
    if "namespace" not in manifest["metadata"]:
        return manifest
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}


def _created(live: LiveCluster, manifest: dict[str, Any]) -> str | None:
    """Create an object; what the server says where it refuses it."""
    try:
        for namespace in _namespace_of(manifest):
            if live.get("v1", "Namespace", namespace) is None:
                live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        live.create(manifest)
    except LiveError as error:
        return "; ".join(entry.message for entry in error.findings)
    return None


def _namespace_of(manifest: dict[str, Any]) -> Iterator[str]:
    namespace = manifest["metadata"].get("namespace")
    if isinstance(namespace, str):
        yield namespace


def _identity(manifest: dict[str, Any]) -> tuple[str, str, str, str | None]:
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace")


def _refused(example: Rendered, manifest: dict[str, Any], problem: str) -> Finding:
    text = f"the API server refuses {manifest['kind']} {manifest['metadata'].get('name')}: {problem}"
    return finding("plugin.refused", (), text, place=Place(str(example.file)))
