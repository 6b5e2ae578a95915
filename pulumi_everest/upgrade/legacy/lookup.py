"""Looking up by name what a DatabaseCluster of the first API needs.

What is named but not in the input is a finding, since what it would say is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, did_you_mean, finding
from pulumi_everest.upgrade.legacy.objects import LegacyObjects, Object, name_of
from pulumi_everest.upgrade.legacy.reading import mapping, said, text_of


class Lookup:
    """The objects around one cluster. `findings` is filled as they are looked up; `live` is the operator's object."""

    def __init__(self, objects: LegacyObjects, cluster: Object, size: str, live: Object | None) -> None:
        self.objects, self.cluster, self.size, self.live = objects, cluster, size, live
        self.namespace, self.name = name_of(cluster)
        self.spec: Mapping[str, Any] = mapping(cluster.get("spec"))
        self.engine_type = str(said(self.spec, "engine.type"))
        self.findings: list[Finding] = []

    def find(self, kind: str, name: str, path: Path, lost: str) -> Object | None:
        """A named object; where it is not in the input, a finding says what is lost without it."""
        there = self.objects.named(kind, name, self.namespace)
        if there is None:
            near = did_you_mean(name, self.objects.names(kind))
            text = f"{kind} '{name}' is not in the input{f' ({near})' if near else ''}"
            kept = "the operator's object is there, and what it says is kept" if self.live is not None else lost
            self.findings.append(finding("migrate.missing", path, text, hint=kept))
        return there

    def tell(self, code: str, path: Path, reason: str, consequence: str) -> None:
        """Add a finding about the cluster."""
        self.findings.append(finding(code, path, reason, hint=consequence))

    def storage(self, name: str, path: Path) -> dict[str, Any] | None:
        """A BackupStorage by its name, or a finding."""
        there = self.find("BackupStorage", name, path, "nothing is written for it: no backups go there")
        made = storage_of(name, mapping(there.get("spec"))) if there is not None else None
        if made is not None and (made["type"] not in STORAGE_TYPES or not made["bucket"]):
            text = f"BackupStorage '{name}' is none of S3 or Azure with a bucket"
            self.tell("migrate.lost", path, text, "nothing is written for it: no backups go there")
            return None
        return made


STORAGE_TYPES: Final = ("s3", "azure")


def storage_of(name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """A BackupStorage as templates see it."""
    result = {
        "name": name,
        "type": text_of(spec.get("type")) or "s3",
        "bucket": text_of(spec.get("bucket")) or "",
        "region": text_of(spec.get("region")),
        "endpointURL": text_of(spec.get("endpointURL")),
        "credentials": text_of(spec.get("credentialsSecretName")) or "",
        "verifyTLS": spec.get("verifyTLS") is not False,
        "forcePathStyle": spec.get("forcePathStyle") is True,
    }
    return {key: value for key, value in result.items() if value is not None}
