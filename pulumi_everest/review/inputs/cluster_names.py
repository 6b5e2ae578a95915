"""The names of the clusters of an input, read quickly and without running anything: for whoever is typing one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from pulumi_everest.review.inputs.paths import read_inputs

_KIND = "DatabaseCluster"


def cluster_names(paths: Sequence[str], *, recursive: bool = False) -> list[str]:
    """The names of the clusters in documents, and of those that programs make with a name that stands there as text."""
    inputs = read_inputs([path for path in paths if path != "-"], recursive=recursive)
    names = [document.data["metadata"].get("name") for document in inputs.documents if _is_cluster(document.data)]
    for program in inputs.programs:
        names += _of_program(program)
    return sorted({name for name in names if isinstance(name, str) and name})


def _is_cluster(data: Any) -> bool:
    return isinstance(data, dict) and data.get("kind") == _KIND and isinstance(data.get("metadata"), dict)


def _of_program(folder: Path) -> Iterator[str]:
    for file in folder.glob("*.py"):
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue
        yield from (name for node in ast.walk(tree) if isinstance(node, ast.Call) for name in _of_call(node))
    for file in folder.glob("Pulumi.y*ml"):
        try:
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
        resources = data.get("resources") if isinstance(data, dict) else None
        for name, resource in (resources if isinstance(resources, dict) else {}).items():
            if isinstance(resource, dict) and str(resource.get("type", "")).endswith(f":{_KIND}"):
                yield str(name)


def _of_call(call: ast.Call) -> Iterator[str]:
    """The name of a resource in a call that makes a cluster: its first argument."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    if called == _KIND and call.args and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)
