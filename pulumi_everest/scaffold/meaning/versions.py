"""The versions that component types begin with: from images that were given, or that a sample or a chart names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.components import Component

_TAG = re.compile(r"v?(\d+(?:\.\d+)*[A-Za-z0-9.+_-]*)\Z")
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]*(?:@sha256:[0-9a-f]{64})?\Z")


@dataclass(frozen=True)
class Version:
    """A version with its image. `known` says whether anyone has named the image."""

    version: str
    image: str
    known: bool = True


def versions_of(kind: str, given: list[str], said: str, oldest: str) -> list[Version]:
    """The versions of a component type; of one that nobody has named an image for, one that stands in for it."""
    images = [one for one in given or ([said] if said else []) if _IMAGE.match(one)]
    found: dict[str, Version] = {}
    for image in images:
        version = _version(image)
        found.setdefault(version, Version(version, image))
    return list(found.values()) or [Version(oldest, f"example.com/{_path(kind)}:{oldest}", known=False)]


def _version(image: str) -> str:
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    match = _TAG.match(tag)
    return match[1] if match else "1.0.0"


def _path(kind: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-") or "image"


def said_image(component: Component, sample: Sample, listed: list[str]) -> str:
    """The image that a sample has for a component, or one of a chart whose name has the component's."""
    at = component.first("image")
    if at is not None:
        said = sample.at(at.path)
        if isinstance(said, str) and said:
            return said
    parts = component.first("imageParts")
    if parts is not None:
        name, tag = sample.at((*parts.path, "repository")), sample.at((*parts.path, "tag"))
        if isinstance(name, str) and isinstance(tag, str):
            return f"{name}:{tag}"
    repository, version = component.first("repository"), component.first("version")
    if repository is not None and version is not None:
        name, tag = sample.at(repository.path), sample.at(version.path)
        if isinstance(name, str) and isinstance(tag, str):
            return f"{name}:{tag}"
    wanted = component.place.name.lower()
    return next((one for one in listed if wanted and wanted in one.lower()), "")
