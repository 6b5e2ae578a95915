"""What a server makes of an object that is sent: the object with the defaults that its kind fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError

_PROBE = "everest-dry-run"
"""The name under which an object is sent, with nothing made of it: one of its own may be there."""


class Defaults:
    """What one server fills in. The definitions of kinds are read once, and only if they are needed."""

    def __init__(self, live: LiveCluster) -> None:
        self._live = live

    def filled(self, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        """The object with the server's defaults, by a dry run of its creation, which needs only the rights to make it.

        Where that is refused (no rights, an admission hook, a value that is not known yet) the defaults are those of
        the kind's definition, as far as that may be read. Raises LiveError where the cluster cannot be reached.
        """
        metadata = {**(manifest.get("metadata") or {}), "name": _PROBE}
        for key in ("finalizers", "ownerReferences"):
            metadata.pop(key, None)
        try:
            return {**self._live.create({**manifest, "metadata": metadata}, strict=False, dry_run=True)}
        except LiveError as error:
            if error.code == 0:
                raise
        except TypeError:  # a value that is no plain data
            pass
        schema = self._schema(str(manifest.get("apiVersion")), str(manifest.get("kind")))
        given: Mapping[str, Any] = with_defaults(schema, manifest) if schema is not None else manifest
        return given

    def _schema(self, api_version: str, kind: str) -> Mapping[str, Any] | None:
        group, _, version = api_version.partition("/")
        for definition in self._definitions:
            spec = definition["spec"]
            if spec["group"] == group and spec["names"]["kind"] == kind:
                found: Mapping[str, Any] = next((entry for entry in spec["versions"] if entry["name"] == version), {})
                schema: Mapping[str, Any] | None = (found.get("schema") or {}).get("openAPIV3Schema")
                return schema
        return None

    @cached_property
    def _definitions(self) -> Sequence[Mapping[str, Any]]:
        """The definitions of all kinds; none where they may not be read."""
        try:
            return self._live.crds()
        except LiveError:
            return []


def with_defaults(schema: Mapping[str, Any], data: Any) -> Any:
    """Plain data with the defaults of a structural schema where it leaves something out."""
    if isinstance(data, Mapping):
        properties, others = schema.get("properties") or {}, schema.get("additionalProperties")
        made = {
            key: with_defaults(properties.get(key) or (others if isinstance(others, Mapping) else {}), value)
            for key, value in data.items()
        }
        for key, own in properties.items():
            if key not in made and "default" in own:
                made[key] = with_defaults(own, own["default"])
        return made
    if isinstance(data, list):
        return [with_defaults(schema.get("items") or {}, item) for item in data]
    return data
