"""What an object is called beside its cluster: the part of its name that the cluster's does not say."""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.emit.templates.template import Emitted
from pulumi_everest.model.deferred import Deferred, substitute

_STAND_IN: Final = "cluster"


def suffix(entry: Emitted, cluster: Any) -> str:
    """What an object's name adds to that of its cluster, whether that is known or not; else the template's name.

    With that name stands the object's own, where the template makes several.
    """
    stand_in = {cluster: _STAND_IN} if isinstance(cluster, Deferred) else {}
    prefix = f"{_STAND_IN if stand_in else cluster}-"
    name = substitute(entry.manifest["metadata"].get("name"), stand_in)
    if not isinstance(name, str):
        return entry.name
    if name.startswith(prefix):
        return name.removeprefix(prefix)
    return f"{entry.name}-{name}" if entry.in_loop else entry.name


def kind_of(entry: Emitted) -> tuple[str, str]:
    """The group and kind of an object, which it has in each of its API versions."""
    return str(entry.manifest["apiVersion"]).rpartition("/")[0], str(entry.manifest["kind"])
