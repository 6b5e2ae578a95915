"""What tells one definition from another of the same name: a digest of all that it says."""

from __future__ import annotations

import hashlib
import json

from pulumi_everest.core.technology import Definition


def digest_of(definition: Definition) -> str:
    """``sha256:`` and 64 digits: the same for the same definition, however its file is written."""
    return definition.derived(_digest)


def short(digest: str) -> str:
    """As many digits of a digest as people compare."""
    return digest[: len("sha256:") + 12]


def _digest(definition: Definition) -> str:
    data = definition.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text = json.dumps([definition.name, data], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
