"""The operators' CustomResourceDefinitions in the shared test data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SAME_CRD = {("psmdb", "1.21.2"): "1.21.1", ("psmdb", "1.23.0"): "1.23.0-main"}
"""Operator versions without definitions of their own: they have those of another one, or of a branch."""
FOLDERS = {"cnpg": "cloudnative-pg", "clickhouse": "altinity-clickhouse", "valkey": "valkey-io"}
"""The folders of plugins that are not called as the plugin."""


def crd_file(shared: Path, plugin: str, operator: str) -> Path:
    """The definitions of a plugin's operator version: one file, or a folder where each is a file."""
    folder = shared / "crds" / FOLDERS.get(plugin, plugin) / SAME_CRD.get((plugin, operator), operator)
    return folder / "crd.yaml" if (folder / "crd.yaml").is_file() else folder


def definitions_in(path: Path) -> Iterator[dict[str, Any]]:
    """The definitions themselves, of a file or of a folder."""
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        yield from _read(file)


@cache
def _read(file: Path) -> list[dict[str, Any]]:
    """What is in a file; read once, since they are large."""
    return list(yaml.load_all(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
