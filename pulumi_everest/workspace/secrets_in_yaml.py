"""Secret values in YAML, where only programs may give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding


def secrets_in_yaml(data: Mapping[str, Any]) -> list[Finding]:
    """Secret values where only programs may give them."""
    found = []
    places: list[tuple[Path, str]] = [
        (("spec", "users"), "usersSecret"),
        (("spec", "monitoring", "credentials"), "credentialsSecret"),
    ]
    storages = value_at(data, ("spec", "backup", "storages"))
    for index in range(len(storages) if isinstance(storages, list) else 0):
        places.append((("spec", "backup", "storages", index, "credentials"), "credentialsSecret"))
    for path, instead in places:
        if value_at(data, path) is not None:
            text = f"'{path[-1]}' takes secret values, which have no place in YAML"
            found.append(finding("cluster.secret-in-yaml", path, text, hint=f"name a Secret in '{instead}'"))
    return found
