"""The plugins as they are at one moment, and what the page tells of each before one is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pulumi_everest.core.technology import Technology
from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.reference.capabilities import proved
from pulumi_everest.review.inputs.sources import Sources
from pulumi_everest.ui.finding_data import finding_data
from pulumi_everest.ui.proving import proof
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.workspace import Workspace


class Technologies:
    """All plugins, read when they are first asked for. What is wrong with those of `folders` is in `findings`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.plugins = Plugins(list(folders))
        self.all = list(self.plugins.all())
        self.workspace = Workspace(self.plugins)
        self._own = {plugin.name: plugin for level in self.plugins.levels for plugin in level.by_name.values()}

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with plugins that are not built in."""
        return self.plugins.findings

    def plugin(self, name: str) -> Plugin | None:
        """The plugin of a short name."""
        return next((plugin for plugin in self.all if plugin.name == name), None)

    def setup(self, plugin: Plugin) -> Setup:
        """The technology of a plugin, with the Provider that it has by itself. Raises EverestError."""
        setup, found = self.workspace.setup(plugin.definition.name)
        if setup is None:
            raise EverestError(found)
        return setup

    @cached_property
    def data(self) -> dict[str, Any]:
        """All plugins as the page shows them, and what is wrong with those that are not built in."""
        sources = Sources()
        return {
            "plugins": [self._plugin(plugin) for plugin in self.all],
            "findings": [finding_data(entry, sources) for entry in self.findings],
        }

    def _plugin(self, plugin: Plugin) -> dict[str, Any]:
        manifest = plugin.manifest
        own = plugin.name in self._own
        return {
            "name": plugin.name,
            "provider": plugin.definition.name,
            "title": manifest.title,
            "description": manifest.description,
            "maturity": manifest.maturity,
            "own": own,
            "operator": {"name": manifest.operator.name, "version": manifest.operator.default},
            "topologies": [self._topology(plugin, name) for name in plugin.definition.spec.topologies],
            "proved": [] if own else [proof(vars(row)) for row in proved(manifest.title)],
        }

    def _topology(self, plugin: Plugin, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "default": name == plugin.definition.default_topology,
            "components": list(_components(plugin, name, self.setup(plugin).technology)),
        }


def _components(plugin: Plugin, topology: str, technology: Technology) -> Iterator[dict[str, Any]]:
    """What is drawn of each component: how often there is one, and whether it keeps data."""
    definition, manifest = plugin.definition, plugin.manifest
    for name, entry in definition.topology_components(topology).items():
        try:
            honoured = technology.instance_fields(topology, name)
        except EverestError:
            honoured = []  # the templates are broken, which is said elsewhere
        own = (manifest.defaults.get("instances") or {}).get(name) or {}
        defaults = {**own, **definition.component_defaults(topology, name)}
        yield {
            "name": name,
            "type": definition.type_of(name),
            "optional": entry.optional,
            "replicas": defaults.get("replicas"),
            "keepsData": bool(honoured) and all(fields.reaches(("storage",)) for fields in honoured),
            "counted": bool(honoured) and all(fields.reaches(("replicas",)) for fields in honoured),
        }


def missing(name: str, technologies: Technologies) -> EverestError:
    """There is no plugin of that name."""
    names = [plugin.name for plugin in technologies.all]
    return EverestError([finding("plugin.not-found", (), f"there is no plugin '{name[:80]}'", allowed=names)])
