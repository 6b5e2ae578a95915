"""The operators' CustomResourceDefinitions in the shared test data."""

from __future__ import annotations

from pathlib import Path

SAME_CRD = {("psmdb", "1.21.2"): "1.21.1"}
"""Operator versions without a file of their own: they have the definitions of another one."""


def crd_file(shared: Path, plugin: str, operator: str) -> Path:
    """The file with the definitions of a plugin's operator version."""
    return shared / "crds" / plugin / SAME_CRD.get((plugin, operator), operator) / "crd.yaml"
