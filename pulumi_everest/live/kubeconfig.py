"""What a kubeconfig says about one cluster: where it is, how to trust it, and who signs in.

Read as kubectl reads it: the files that KUBECONFIG lists are one, of which the first word counts; paths are relative to
the file that they stand in. Without any, inside a pod, its service account counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final

import yaml

from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.findings import did_you_mean

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod has what its service account signs in with."""
_LISTS: Final = {"clusters": "cluster", "users": "user", "contexts": "context"}
_PATHS: Final = {
    "clusters": ("certificate-authority",),
    "users": ("client-certificate", "client-key", "tokenFile"),
}


@dataclass(frozen=True)
class Target:
    """A cluster and the user who signs in, in the words of a kubeconfig. Paths are absolute."""

    server: str
    cluster: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict, repr=False)
    folder: Path = Path()
    """Where the command of an exec plugin is looked for, if it is given by a relative path."""


def target(kubeconfig: str | PathLike[str] | None, context: str | None) -> Target:
    """What a kubeconfig (a path, its text, or None for the usual ones) says of a context, or of the current one.

    Raises LiveError where it cannot be used.
    """
    given = os.fspath(kubeconfig) if kubeconfig is not None else None
    where = f"the kubeconfig {given}" if given and not is_text(given) else "the kubeconfig"
    try:
        merged = _merged(given)
        if not merged["contexts"] and context is None and given is None and (inside := _inside()) is not None:
            return inside
        return _chosen(merged, context, where)
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise _unusable(where, reason) from None


def context_names(kubeconfig: str | PathLike[str] | None = None) -> list[str]:
    """The names of the contexts of a kubeconfig, or of the usual ones. Raises LiveError where it cannot be used."""
    try:
        return sorted(map(str, _merged(os.fspath(kubeconfig) if kubeconfig is not None else None)["contexts"]))
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise _unusable("the kubeconfig", " ".join(str(error).split()) or type(error).__name__) from None


def is_text(kubeconfig: str) -> bool:
    """Whether this is a kubeconfig itself and no path: the Kubernetes plugin takes either."""
    return "\n" in kubeconfig.strip() or kubeconfig.lstrip().startswith("{")


def _files() -> list[Path]:
    listed = [name for name in os.environ.get("KUBECONFIG", "").split(os.pathsep) if name]
    return [Path(name).expanduser() for name in listed] or [Path.home() / ".kube" / "config"]


def _merged(given: str | None) -> dict[str, Any]:
    """All entries by name, and the current context."""
    merged: dict[str, Any] = {**{part: {} for part in _LISTS}, "current": None}
    for data, folder in _documents(given):
        merged["current"] = merged["current"] or data.get("current-context")
        for part, key in _LISTS.items():
            for entry in data.get(part) or []:
                own = {**(entry.get(key) or {}), "": folder}
                own |= {name: str(folder / own[name]) for name in _PATHS.get(part, ()) if own.get(name)}
                merged[part].setdefault(entry.get("name"), own)
    return merged


def _documents(given: str | None) -> Iterator[tuple[dict[str, Any], Path]]:
    if given is not None and is_text(given):
        yield _read(given), Path.cwd()
        return
    # Of several usual files some may be missing; one that was named must be there.
    for file in [Path(given).expanduser()] if given is not None else [file for file in _files() if file.exists()]:
        yield _read(file.read_text(encoding="utf-8")), file.parent.absolute()


def _read(text: str) -> dict[str, Any]:
    data = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - both are safe
    if not isinstance(data, dict):
        raise ValueError("it is no mapping")
    return data


def _chosen(merged: Mapping[str, Any], context: str | None, where: str) -> Target:
    name, contexts = context or merged["current"], merged["contexts"]
    if not name:
        raise _unusable(where, "it names no current context" if contexts else "it has no context")
    if name not in contexts:
        text = f"{where} has no context '{name}'; it has {', '.join(sorted(map(str, contexts))) or 'none'}"
        raise LiveError.of("config", text, hint=did_you_mean(name, list(contexts)))
    found = contexts[name]
    cluster = merged["clusters"].get(found.get("cluster"))
    if cluster is None or not cluster.get("server"):
        raise _unusable(where, f"context '{name}' names cluster '{found.get('cluster')}', of which it says no server")
    user = merged["users"].get(found.get("user"), {} if not found.get("user") else None)
    if user is None:
        raise _unusable(where, f"context '{name}' names user '{found.get('user')}', which it does not have")
    return Target(str(cluster["server"]).rstrip("/"), cluster, user, user.get("", Path()))


def _inside() -> Target | None:
    """The service account of the pod that this runs in, if it does."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT")
    if not host or not port or not (ACCOUNT / "token").is_file():
        return None
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    return Target(server, {"certificate-authority": str(ACCOUNT / "ca.crt")}, {"tokenFile": str(ACCOUNT / "token")})


def _unusable(where: str, reason: str) -> LiveError:
    text = f"{where} cannot be used: {reason}"
    return LiveError.of("config", text, hint="set KUBECONFIG, or name a file and a context")
