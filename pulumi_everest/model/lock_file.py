"""The file `everest.lock` itself: what it may hold, read from YAML and written as plain data."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding, Locate, Place, finding, located
from pulumi_everest.model.part import Image, Part, Version
from pulumi_everest.model.reading import read_model
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.model.source.documents import read_file, read_limited

FORMAT = 1
_CONFLICT = re.compile(rb"^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\r?$", re.MULTILINE)


class LockedComponent(Part):
    """What is recorded of one component."""

    version: Version
    """Its version."""
    image: Image | None = None
    """The image that the definition had for the version, before a registry is put in front."""


class LockedVersions(Part):
    """The versions that a cluster has, and the definition that they were taken from."""

    definition: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Digest of the definition."""
    operator_version: Version | None = None
    """Version of the operator."""
    bundle: str | None = None
    """The bundle, where the cluster names one."""
    components: dict[str, LockedComponent]
    """The components by name."""


class LockedCluster(LockedVersions):
    """What is recorded of one cluster."""

    provider: str
    """Name of the Provider; the entry of another one does not count."""
    former: LockedVersions | None = None
    """What was recorded before the last upgrade, for the way back."""


class LockFile(Part):
    """The lock file as a whole."""

    version: Literal[1]
    """The format of the file."""
    clusters: dict[str, LockedCluster] | None = None
    """Clusters of YAML documents in the folder, by `namespace/name`."""
    stacks: dict[str, dict[str, LockedCluster]] | None = None
    """Clusters of the program in the folder, by stack and name of their resource."""


def read_lock_file(file: str, shown: str) -> tuple[LockFile, Locate]:
    """The content of a lock file, and where in it things stand. Raises EverestError where it is wrong."""
    _refuse_conflicts(file, shown)
    documents, found = read_file(file, lambda _version, _kind: shape_of(LockFile))
    if any(entry.code == "source.document" for entry in found) or (documents and len(documents) > 1):
        found = [_broken("a lock file is one document, with the keys version, clusters and stacks", shown)]
    if found:
        raise EverestError([_named(entry, shown) for entry in found])
    document = documents[0]

    def locate(path: Path, *, of_value: bool = False) -> Place:
        place = document.place(path, of_value=of_value)
        return Place(shown, place.line, place.column)

    if document.data.get("version", FORMAT) != FORMAT:
        text = f"the lock file has the format {document.data['version']!r}, this release reads {FORMAT}"
        hint = "use the release of pulumi-everest that wrote it, or a newer one"
        place = locate(("version",), of_value=True)
        raise EverestError([finding("lock.file", ("version",), text, hint=hint, place=place)])
    model, found = read_model(LockFile, document.data)
    if model is None:
        raise EverestError(located(found, locate))
    return model, locate


def _refuse_conflicts(file: str, shown: str) -> None:
    """Raise what is wrong with a file that git could not merge."""
    try:
        with open(file, "rb") as stream:
            content = read_limited(stream)
    except OSError:
        return  # reading it says why
    mark = _CONFLICT.search(content)
    if mark is not None:
        line = content.count(b"\n", 0, mark.start()) + 1
        text = "git could not merge the lock file: it holds conflict markers"
        hint = "keep either side (git checkout --theirs everest.lock), then run everest lock"
        raise EverestError([finding("lock.file", (), text, hint=hint, place=Place(shown, line, 1))])


def _broken(text: str, file: str) -> Finding:
    return finding("lock.file", (), text, hint="run everest lock to write it anew", place=Place(file))


def _named(entry: Finding, file: str) -> Finding:
    if entry.code == "source.empty":
        return _broken("the lock file is empty", file)
    place = entry.place
    return finding(
        entry.code, entry.path, entry.message, allowed=entry.allowed, hint=entry.hint,
        place=Place(file, place.line, place.column) if place else Place(file),
    )  # fmt: skip


def lock_data(clusters: dict[str, Any] | None, stacks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The content of a lock file: sorted, so that it differs only where something does."""
    data: dict[str, Any] = {"version": FORMAT}
    if clusters:
        data["clusters"] = _sorted(clusters)
    if stacks:
        data["stacks"] = {name: _sorted(stacks[name]) for name in sorted(stacks)}
    return data


def _sorted(clusters: dict[str, Any]) -> dict[str, Any]:
    return {name: _entry(entry) for name, entry in sorted(clusters.items())}


_ORDER = ("provider", "definition", "operatorVersion", "bundle", "components", "former")


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    data = {key: entry[key] for key in _ORDER if key in entry}
    data["components"] = {name: entry["components"][name] for name in sorted(entry["components"])}
    if "former" in data:
        data["former"] = _entry(data["former"])
    return data
