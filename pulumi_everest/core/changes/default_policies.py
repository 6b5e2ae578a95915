"""What a change of a field does to a running database where its definition says nothing of it.

These entries stand behind those of every definition, so that one that says something of a field, or of what is around
it, is asked first. They say what holds of nearly all operators: pods are restarted to get other settings, volumes grow
and never shrink, a Service moves with its type.
"""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.model.definition import Change

_ELSEWHERE: Final = "the backups made so far stay in the other place"


def _entry(path: str, policy: Any, message: str | None = None, **more: Any) -> Change:
    return Change.model_construct(path=path, policy=policy, message=message, **more)


DEFAULT_POLICIES: Final = (
    _entry("topology.type", "immutable"),
    _entry("instances.*.storage.size", "grow-only", "needs a StorageClass that allows volume expansion"),
    _entry(
        "instances.*.storage.storageClass",
        "immutable",
        "volumes keep their class",
        hint="make a new cluster with the other class, and fill it with a backup (dataSource) or a copy of the data",
    ),
    _entry("instances.*.replicas", "online"),
    _entry("instances.*.expose", "online", "addresses of clients change with the Service"),
    _entry("instances.*.podDisruptionBudget", "online"),
    *(
        _entry(f"instances.*.{name}", "restart")
        for name in (
            "type",
            "version",
            "image",
            "resources",
            "scheduling",
            "terminationGracePeriodSeconds",
            "engineConfig",
            "overrides",
        )
    ),
    _entry("instances.pmm", "restart", "the PMM client is a container of every pod"),
    _entry("operatorVersion", "restart"),
    _entry("overrides", "restart"),
    _entry("paused", "downtime", when="new.?paused.orValue(false)"),
    _entry("paused", "online"),
    _entry("dataSource", "none", when="!has(new.dataSource)"),
    _entry(
        "dataSource",
        "immutable",
        "the backup would go over what is in the cluster now",
        guard="data-source",
        hint="dataSource is for new clusters; restore into this one with a DatabaseRestore",
    ),
    _entry(
        "usersSecret",
        "restart",
        "the passwords become those of the other Secret; the operator makes up the ones that it does not hold",
    ),
    *(
        _entry(f"backup.storages.{name}", "online", _ELSEWHERE)
        for name in ("bucket", "container", "prefix", "endpointUrl")
    ),
    _entry("backup", "online"),
    _entry("config", "restart"),
    _entry("monitoring", "restart"),
    _entry("tls", "restart"),
    _entry("images", "restart"),
)
"""The entries, in the order in which they are asked."""
