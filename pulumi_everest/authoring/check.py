"""Everything that is wrong with a plugin as it stands: its files, and what it makes of the clusters it is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_everest.authoring.capacity_check import of_plan, unfollowed
from pulumi_everest.authoring.examples import Rendered, examples_of, rendered
from pulumi_everest.authoring.schema_check import of_cluster, shipped
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding, Place, finding, has_errors
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import ClusterInput, Plan, Workspace

_ASK = re.compile(r"(?:^|\s)#\s*ask\b[:\s]*(.*)$", re.IGNORECASE)
_DESCRIBED = ("description", "title", "$ref")


@dataclass
class Checked:
    """What came out of checking a plugin: the findings, and what was looked at."""

    findings: list[Finding] = field(default_factory=list)
    examples: list[Rendered] = field(default_factory=list)
    clusters: int = 0
    """How many clusters were made: one for each operator version, topology and preset."""

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return has_errors(self.findings)


def check(plugin: Plugin, crds: Crds | None = None) -> Checked:
    """Check a plugin, and what it makes against the operator's own schemas: `crds`, or those in its folder `crds`.

    Of a plugin that is not well formed nothing is made, so the rest is said only of one that is.
    """
    checked = Checked(check_plugin(plugin))
    checked.findings += _asked(plugin)
    checked.findings += _undocumented(plugin)
    try:
        crds = crds if crds is not None else shipped(plugin)
    except EverestError as error:
        checked.findings += error.findings
    if checked.has_errors:
        return checked
    checked.examples = [rendered(plugin, file, crds) for file in examples_of(plugin)]
    if not checked.examples:
        text = "the plugin has no examples, so nothing shows what it makes"
        place = Place(str(plugin.folder / "examples"))
        checked.findings.append(finding("plugin.no-example", (), text, place=place))
    made = list(_of_topologies(plugin, crds))
    checked.clusters = len(made)
    checked.findings += _once([*made, *((example.file.name, example.findings) for example in checked.examples)])
    return checked


def _asked(plugin: Plugin) -> Iterator[Finding]:
    """The places that are still marked to be asked."""
    for file in sorted(plugin.folder.rglob("*.yaml")):
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue  # has been said where it matters
        for number, line in enumerate(lines, 1):
            match = _ASK.search(line)
            if match is not None:
                place = Place(str(file), number, match.start() + 1)
                text = f"still to be asked: {match[1].strip() or line.strip()}"
                yield finding("plugin.ask", (), text, place=place)


# Schemas


def _undocumented(plugin: Plugin) -> Iterator[Finding]:
    """The fields of config schemas that say nothing of themselves."""
    spec = plugin.definition_document.data.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    places: list[tuple[Path, Any]] = [(("spec", "configSchema"), spec.get("configSchema"))]
    for part in ("components", "topologies"):
        entries = spec.get(part)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if isinstance(entry, dict):
                places.append((("spec", part, name, "configSchema"), entry.get("configSchema")))
    for path, schema in places:
        for at in _without_description(schema, path):
            text = f"'{at[-1]}' has no description, so neither a form nor an editor can say what it is"
            place = plugin.definition_document.place(at)
            yield finding("plugin.undocumented", at, text, place=place, subject=f"definition {plugin.definition.name}")


def _without_description(schema: Any, path: Path) -> Iterator[Path]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    for name, below in properties.items() if isinstance(properties, dict) else ():
        at = (*path, "properties", name)
        if isinstance(below, dict) and not any(key in below for key in _DESCRIBED):
            yield at
        yield from _without_description(below, at)


# Clusters


def _of_topologies(plugin: Plugin, crds: Crds | None) -> Iterator[tuple[str, list[Finding]]]:
    """What is wrong with the smallest cluster of each operator version and topology, plain and with each preset.

    A plugin may want more of a cluster than its topology; what it says of that is no mistake of the plugin's.
    """
    workspace = Workspace(Plugins([plugin.folder]))
    presets: list[str | None] = [None, *plugin.presets]
    for operator in plugin.manifest.operator.versions:
        for topology in plugin.definition.spec.topologies:
            for preset in presets:
                spec: dict[str, Any] = {"provider": plugin.definition.name, "topology": {"type": topology}}
                spec |= {"operatorVersion": operator} | ({"preset": preset} if preset else {})
                what = f"topology {topology}, operator {operator}" + (f", preset {preset}" if preset else "")
                found = list(_of_cluster(workspace, plugin, spec, crds))
                if preset is None and operator == plugin.manifest.operator.default:
                    found += unfollowed(workspace, plugin, spec)
                yield what, found


def _of_cluster(workspace: Workspace, plugin: Plugin, spec: Mapping[str, Any], crds: Crds | None) -> Iterator[Finding]:
    """What is wrong with what the templates make of a cluster; nothing where the cluster itself is refused."""
    cluster = ClusterInput({"name": "example", "namespace": "default"}, dict(spec))
    resolved, setup, found = workspace.check(cluster)
    if resolved is None or setup is None or has_errors(found):
        return
    try:
        plan = Plan(cluster, resolved, setup, workspace.emit(cluster, resolved, setup))
    except EverestError as error:
        yield from error.findings
        return
    yield from workspace.check_objects(plan)
    yield from of_plan(plugin, plan)
    if crds is not None:
        yield from of_cluster(plugin, plan, crds)


def _once(made: Iterable[tuple[str, list[Finding]]]) -> Iterator[Finding]:
    """Each finding once: of one that shows in several clusters, the first of these and the number of others."""
    seen: dict[tuple[str, Place | Path, str], tuple[Finding, list[str]]] = {}
    for what, found in made:
        for entry in found:
            seen.setdefault((entry.code, entry.place or entry.path, entry.message), (entry, []))[1].append(what)
    for entry, where in seen.values():
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        yield replace(entry, subject=entry.subject or f"{where[0]}{more}")
