"""Versions and images of a cluster of the first API: of its DatabaseEngine, else of our own catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_everest.adoption.rendering import Rendering, Spec
from pulumi_everest.adoption.start import operator_version
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.values.versions import version_key
from pulumi_everest.upgrade.legacy.reading import mapping, said, text_of

_GOOD: Final = ("recommended", "available")
_SOME_STORAGE: Final = {"name": "any", "type": "s3", "bucket": "any", "region": "any", "credentialsSecret": "any"}


@dataclass
class Chosen:
    """What runs: the engine's version, the operator's, and images by component of ours. `known`: by the catalog."""

    version: str
    operator: str
    catalog: dict[str, str]
    known: bool


def best(versions: Mapping[str, Any], like: str = "") -> str | None:
    """The version that Everest takes of those that it may: recommended before available, newest first.

    One for exactly `like` wins, then those of its major and minor number, where there are some.
    """
    if like in versions:
        return like
    near = {name: entry for name, entry in versions.items() if like and name.split(".")[:2] == like.split(".")[:2]}
    for status in _GOOD:
        names = [name for name, entry in (near or versions).items() if said(entry, "status") == status]
        if names:
            return max(names, key=version_key)
    return None


def available(engine: Mapping[str, Any] | None, version: str, proxy: str | None) -> dict[str, str]:
    """The images that a DatabaseEngine has for a version: of the engine, the backup tool and the proxy."""
    there = mapping(said(engine, "status.availableVersions"))
    proxies = mapping(there.get("proxy"))
    proxy_versions = proxies.get(proxy) if proxy else next(iter(proxies.values()), None)
    result = {}
    for part, found in (("engine", there.get("engine")), ("backup", there.get("backup")), ("proxy", proxy_versions)):
        versions = mapping(found)
        name = version if part == "engine" else best(versions, version)
        image = text_of(said(versions.get(name or ""), "imagePath"))
        if image:
            result[part] = image
    return result


def chosen(rendering: Rendering, version: str | None, cr_version: str | None) -> Chosen:
    """The catalog's images for a version of the engine, of the operator version that is said, or else one that fits."""
    manifest = rendering.plugin.manifest
    default = manifest.operator.default
    if cr_version:
        tried = [operator_version(rendering, {"crVersion": cr_version})]
    else:
        others = sorted(manifest.operator.versions, key=version_key, reverse=True)
        tried = list(dict.fromkeys([default, *others]))
    for operator in tried:
        images = _catalog(rendering, operator, version)
        if images:
            return Chosen(version or _version(rendering, operator), operator, images, True)
    like = _nearest(rendering, version or "")
    images = _catalog(rendering, tried[0], like) or _catalog(rendering, tried[0], None)
    usual = next((str(said(spec, "instances.engine.version")) for spec in _resolved(rendering, tried[0], like)), "")
    return Chosen(
        version or "", tried[0], _renamed(images, usual or _version(rendering, tried[0]), version or ""), False
    )


def _nearest(rendering: Rendering, version: str) -> str | None:
    """The newest version of the catalog in the same series: its tools fit."""
    definition = rendering.technology.definition.spec
    known = [entry.version for entry in definition.component_types[definition.components["engine"].type].versions]
    near = [name for name in known if name.split(".")[:2] == version.split(".")[:2]]
    return max(near, key=version_key) if near else None


def _renamed(images: dict[str, str], default: str, version: str) -> dict[str, str]:
    """The images with that of the engine as its catalog would write it, had it this version."""
    return {part: image.replace(default, version) if default else image for part, image in images.items()}


def _version(rendering: Rendering, operator: str) -> str:
    return next((str(said(spec, "instances.engine.version")) for spec in _resolved(rendering, operator, None)), "")


def _catalog(rendering: Rendering, operator: str, version: str | None) -> dict[str, str]:
    """The image of every component of any topology; nothing where the version is not there."""
    images: dict[str, str] = {}
    for spec in _resolved(rendering, operator, version):
        for name, part in (spec.get("instances") or {}).items():
            if part.get("image"):
                images.setdefault(name, part["image"])
    return images


def _resolved(rendering: Rendering, operator: str, version: str | None) -> Iterator[Spec]:
    """A cluster of each topology with all components that can be there without more being said of them."""
    definition = rendering.technology.definition
    for topology, entry in definition.spec.topologies.items():
        spec: Spec = {
            "provider": rendering.technology.provider,
            "operatorVersion": operator,
            "topology": {"type": topology},
            "instances": {"engine": {"version": version}} if version else {},
        }
        found, _ = rendering.checked(spec)
        if found is None:
            continue
        for name in entry.components:
            more = {**spec, "instances": {name: {}, **spec["instances"]}}
            for tried in (more, {**more, "backup": {"storages": [_SOME_STORAGE]}}):
                with_it, _ = rendering.checked(tried)
                if with_it is not None:
                    spec, found = tried, with_it
                    break
        yield found.spec


def cr_version(
    cluster: Mapping[str, Any], engine: Mapping[str, Any] | None, live: Mapping[str, Any] | None
) -> str | None:
    """The version of the operator that the cluster's object is for; None where nothing says it."""
    places = ((live, "spec.crVersion"), (cluster, "spec.engine.crVersion"), (cluster, "status.crVersion"))
    for data, path in (*places, (engine, "status.operatorVersion")):
        found = text_of(value_at(data, tuple(path.split("."))))
        if found:
            return found
    return None
