"""Where the binaries of a test cluster are: named by ``KUBEBUILDER_ASSETS``, or built by `make testenv`."""

from __future__ import annotations

import os
import re
from pathlib import Path

NEEDED = ("etcd", "kube-apiserver")
"""Without these there is no test cluster; without a kube-controller-manager, which Kubebuilder's own assets do not
have, foreground deletions and namespaces never end in it."""


def cache_folder() -> Path:
    """The folder in the user's cache below which `make testenv` puts what it builds."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "pulumi-everest" / "testenv"


def assets() -> Path | str:
    """The folder with `NEEDED`, of the newest version there is; else a text that says what is missing."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    if named:
        missing = [name for name in NEEDED if not (Path(named) / name).is_file()]
        return f"KUBEBUILDER_ASSETS names {named}, which lacks {', '.join(missing)}" if missing else Path(named)
    built = [
        folder for folder in cache_folder().glob("kubernetes-v*") if all((folder / name).is_file() for name in NEEDED)
    ]
    if not built:
        return "no binaries of a Kubernetes API server: set KUBEBUILDER_ASSETS, or build them with 'make testenv'"
    return max(built, key=lambda folder: [int(number) for number in re.findall(r"\d+", folder.name)])
