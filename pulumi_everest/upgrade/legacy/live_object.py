"""The operator's object that runs: where it differs from what Everest would write it wins, and that is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_everest.adoption.adopt import main_kinds
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, shortened
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.upgrade.legacy.objects import LegacyObjects, Object, name_of
from pulumi_everest.upgrade.legacy.reading import mapping
from pulumi_everest.workspace.workspace import Workspace


def live_object(workspace: Workspace, plugin: Plugin, objects: LegacyObjects, cluster: Object) -> Object | None:
    """The operator's object of the cluster's name, if it is in the input."""
    namespace, name = name_of(cluster)
    for api_version, kind in main_kinds(workspace, plugin):
        there = objects.of_operator(api_version.partition("/")[0], kind, name, namespace)
        if there is not None:
            metadata = {**mapping(there.get("metadata")), "namespace": namespace}
            return {**there, "apiVersion": api_version, "metadata": metadata}
    return None


def live_differences(made: Mapping[str, Any], live: Object) -> Iterator[Finding]:
    """What Everest would write and the object has not, or has otherwise. What only the object has is counted."""
    wanted, there = leaves(made["spec"]), leaves(live.get("spec") or {})
    for path, value in wanted.items():
        if value in ({}, []) or _alike(value, value_at(live, ("spec", *path))):
            continue
        at: Path = ("spec", *path)
        has = "nothing" if path not in there else f"'{shortened(str(there[path]))}'"
        text = f"the running object has {has}, Everest would write '{shortened(str(value))}'"
        yield finding("migrate.differs", at, text, hint="what runs is kept")
    more = [path for path in there if path not in wanted]
    if more:
        text = (
            f"the running object says more than Everest writes: {len(more)} {'value' if len(more) == 1 else 'values'}"
        )
        yield finding("migrate.kept", (), text, hint="they are kept")


def _alike(made: Any, live: Any) -> bool:
    """Whether two values are the same for an operator: quantities and numbers by what they stand for."""
    if same(made, live):
        return True
    return str(made) == str(live)
