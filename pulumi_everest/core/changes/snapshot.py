"""A resolved cluster as it is kept and compared: what it was, without its secrets, and what the user chose of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_everest.core.changes.secret_changes import StoredSecrets
from pulumi_everest.core.paths import value_at
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.reading import plain
from pulumi_everest.model.shapes import shape_of

_CHOSEN_BY = {"user": "", "versions": "", "provider": "", "lock": " (lock)"}
"""Origins of a version that stays when a default moves, and what a snapshot adds to its name."""
_UNCHOSEN = " (default)"
"""What a snapshot adds to the name of an image that is not that of the version, though the user does not say it."""
_LINE = ".version of "
"""What stands in a snapshot between the name of a component and the line that its version is the newest of."""


@dataclass(frozen=True)
class Snapshot:
    """A cluster at one time.

    `object` is API group and kind of its main object, `definition` the name of its definition. `chosen` names the
    versions and images that do not come from a default: ``operatorVersion``, ``engine.version``, ``engine.image``;
    those of a lock file as ``engine.version (lock)``, images of presets as ``engine.image (default)``, and the newest
    version of a line as ``engine.version of 17``. `options` are those of a program. Leaves may be a `Deferred`, where
    a value is not known, or `Concealed`. `secrets` are those made of given values, None where nobody knows, and `held`
    the names of all that are made for it, each with whether it is kept when it leaves the program; they are no part of
    the plain data.

    Nor is what was read from the object (`Reading.reached`): `written` are the fields that overrides write, each with
    its place in these, `inferred` those of them that might have another value just as well, `several` the values of
    those that are not the same at all places where they show, and `operator_images` the images of the operator itself,
    by their places in the object.
    """

    metadata: Mapping[str, Any]
    object: str
    definition: str
    spec: Mapping[str, Any]
    chosen: frozenset[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: StoredSecrets | None = None
    held: Mapping[str, bool] | None = None
    written: Mapping[Path, Path] = field(default_factory=dict)
    inferred: frozenset[Path] = frozenset()
    several: Mapping[Path, Mapping[str, Any]] = field(default_factory=dict)
    operator_images: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, resolved: Resolved, technology: Technology, manifest: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Snapshot:
        """The snapshot of a resolved cluster. `manifest` is its main object, as far as its kind goes."""
        group = str(manifest.get("apiVersion", "")).rpartition("/")[0]
        return cls(
            metadata=resolved.metadata,
            object=f"{group}/{manifest.get('kind', '')}",
            definition=technology.definition.name,
            spec=resolved.spec,
            chosen=frozenset(_chosen(resolved)),
            options={**resolved.options, **options},
        )

    @property
    def name(self) -> str:
        """Name of the cluster, for people (it may be unknown)."""
        name = self.metadata.get("name")
        return name if isinstance(name, str) else "<unknown>"

    @property
    def topology(self) -> Any:
        """Type of the topology."""
        return value_at(self.spec, ("topology", "type"))

    @property
    def instances(self) -> Mapping[str, Any]:
        """The settings of each component."""
        instances = self.spec.get("instances")
        return instances if isinstance(instances, dict) else {}

    def says(self, key: str) -> bool:
        """Whether the user says a version or image."""
        return key in self.chosen

    def holds(self, key: str) -> bool:
        """Whether a version or image stays when a default moves: the user says it, or a lock file."""
        return key in self.chosen or f"{key} (lock)" in self.chosen

    def line(self, component: str) -> str | None:
        """The line that the user gives, of which the component has the newest version."""
        start = f"{component}{_LINE}"
        return next((key.removeprefix(start) for key in self.chosen if key.startswith(start)), None)

    def has_own_image(self, component: str) -> bool:
        """Whether a component has an image of its own, which is not that of its version, whoever says it."""
        return not self.chosen.isdisjoint((f"{component}.image", f"{component}.image{_UNCHOSEN}"))

    def unchosen(self) -> Snapshot:
        """The same where nobody knows what was chosen: then nothing counts as that."""
        own = (key for key in self.chosen if key.endswith((".image", f".image{_UNCHOSEN}")))
        return replace(self, chosen=frozenset(key.removesuffix(_UNCHOSEN) + _UNCHOSEN for key in own))

    def data(self) -> dict[str, Any]:
        """The snapshot as plain data, with the deferred values in it."""
        data: dict[str, Any] = {"metadata": self.metadata, "object": self.object, "definition": self.definition}
        if self.chosen:
            data["chosen"] = sorted(self.chosen)
        return {**data, "options": self.options, "spec": self.spec}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Snapshot:
        """What `data` gave. Raises ValueError for other data."""
        metadata, spec, options = (data.get(key) for key in ("metadata", "spec", "options"))
        if not isinstance(metadata, dict) or not isinstance(spec, dict):
            raise ValueError("this is no snapshot of a cluster")
        return cls(
            metadata=metadata,
            object=str(data.get("object", "")),
            definition=str(data.get("definition", "")),
            spec=plain(spec, shape_of(DatabaseClusterSpec)),
            chosen=frozenset(data.get("chosen") or ()),
            options=options if isinstance(options, dict) else {},
        )


def _chosen(resolved: Resolved) -> list[str]:
    """The versions and images that are the user's choice."""
    # A Provider's operator version is one, too: it stands in the same program or file.
    operator = _CHOSEN_BY.get(resolved.operator_origin)
    found = [f"operatorVersion{operator}"] if operator is not None else []
    types = value_at(resolved.spec, ("components", "versions"))
    types = types if isinstance(types, dict) else {}
    for name, kind in resolved.types.items():
        of_type = types.get(kind)
        of_type = of_type if isinstance(of_type, dict) else {}
        for key in ("version", "image"):
            origin = resolved.origin(name, (key,)) or ""
            if origin in _CHOSEN_BY:
                found.append(f"{name}.{key}{_CHOSEN_BY[origin]}")
            elif origin == "line":
                found.append(f"{name}{_LINE}{_line(resolved, name)}")
            elif key == "image" and origin:
                found.append(f"{name}.image{_UNCHOSEN}")
        if _is_given(of_type.get("image")) and f"{name}.image" not in found:
            found.append(f"{name}.image")
    return found


def _line(resolved: Resolved, component: str) -> Any:
    """What the user says instead of the version that it means."""
    layers = resolved.layers[component][1:]
    return next(data["version"] for _, data in layers if data.get("version") is not None)


def _is_given(value: Any) -> bool:
    return value is not None and not (isinstance(value, Deferred) and value.source is None)
