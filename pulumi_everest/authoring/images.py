"""Every image that a plugin may bring: of component types, of the operator, and of clusters; for mirrors of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pulumi_everest.core.images import with_digest
from pulumi_everest.model.definition import ComponentType, VersionEntry
from pulumi_everest.model.findings import Finding
from pulumi_everest.model.source.documents import read_file
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import Workspace, shape_for


@dataclass(frozen=True)
class Image:
    """An image, and what it is of: a component type, `operator`, or a cluster."""

    of: str
    version: str
    image: str
    digest: str | None = None

    def as_data(self) -> dict[str, Any]:
        """The image as plain data."""
        return asdict(self)


def images_of(plugin: Plugin) -> list[Image]:
    """The images of a plugin's definition, and those of its operator as far as plugin.yaml names them."""
    found: dict[Image, None] = {}
    for name, kind in plugin.definition.spec.component_types.items():
        for entry in kind.versions:
            for image in _of_version(kind, entry, plugin.manifest.operator.versions):
                found[Image(name, entry.version, with_digest(image, entry.digest), entry.digest)] = None
    operator = plugin.manifest.operator
    for version in operator.versions if operator.image is not None else ():
        found[Image("operator", version, f"{operator.image}:{version}")] = None
    return list(found)


def _of_version(kind: ComponentType, entry: VersionEntry, operators: Sequence[str]) -> Iterator[str]:
    """The image of a version, or those that the pattern of its type gives it with each version of the operator."""
    if entry.image is not None:
        yield entry.image
    elif kind.image is not None:
        named = str(kind.image).replace("${version}", entry.version)
        for operator in operators:
            yield named.replace("${operator}", operator)


def images_of_clusters(files: Sequence[Path], folders: Sequence[Path]) -> tuple[list[Image], list[Finding]]:
    """The images that the clusters in files run, and what is wrong with them."""
    found: list[Finding] = []
    images: dict[Image, None] = {}
    for file in files:
        documents, problems = read_file(file, shape_for)
        planned = Workspace(Plugins(folders), documents).plan()
        found += [*problems, *planned.findings]
        for plan in planned.clusters:
            images.update(dict.fromkeys(_of_cluster(plan.resolved.metadata["name"], plan.resolved.spec)))
    return list(images), found


def _of_cluster(name: str, spec: Any) -> Iterator[Image]:
    for instance in (spec.get("instances") or {}).values():
        image = (instance or {}).get("image")
        if isinstance(image, str):
            digest = image.partition("@")[2] or None
            yield Image(f"cluster {name}", str((instance or {}).get("version") or ""), image, digest)
