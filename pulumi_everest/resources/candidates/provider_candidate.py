"""A Provider of a program before it is one: its arguments checked, and its technology looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as Folder
from typing import Any

from pulumi_everest.core.merging import without_none
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, finding, has_errors, unknown
from pulumi_everest.model.provider import is_by_controller
from pulumi_everest.model.reading import plain
from pulumi_everest.model.source.documents import UnreadableError
from pulumi_everest.resources.arguments.arguments import Arguments, merged
from pulumi_everest.resources.arguments.models import ProviderArgs
from pulumi_everest.resources.candidates.registered import RegisteredProvider
from pulumi_everest.resources.candidates.run import current_run
from pulumi_everest.resources.engine.tokens import PROVIDER, subject_of
from pulumi_everest.workspace.workspace import ProviderInput

METADATA = ("labels", "annotations")
INSTALL = "installCrds"
LOADED = ("plugins", "definitions")
"""Arguments that name what is loaded, and are no part of a Provider's spec."""
DECIDING = ("name", "databaseClusterDefinition", "plugin", "operatorVersion", "reconcileBy", *LOADED, INSTALL)
"""Arguments that decide what clusters are, or which objects there are, so that they must be known."""


class ProviderCandidate:
    """One Provider at work. `refused` is what is wrong with its resource options."""

    def __init__(
        self, resource: RegisteredProvider, name: str, args: object, keywords: Mapping[str, Any], refused: list[Finding]
    ) -> None:
        arguments, found = merged(name, args, keywords)
        found += refused
        self.run = current_run()
        self.batch = self.run.batch
        self.arguments = Arguments(ProviderArgs, subject_of(PROVIDER, name), arguments, found)
        data = self._known_data()
        data, found = self.arguments.read(data)
        data = plain(data, self.arguments.shape)
        found += self._undecided(data)
        self.name: Any = data.get("name")
        self.run.add_folders([Folder(folder) for folder in data.get("plugins") or [] if isinstance(folder, str)])
        defined, more = self._definitions(data)
        found = self._with_definition(data, found + more, defined)
        found += self._registered(resource, data, found)
        found += self._unused_crds(data)
        self.installs = data.get(INSTALL) is True and self._is_controlled() is True
        """Whether the CustomResourceDefinitions are to be there before its objects."""
        self.refused = self.batch.add(self.arguments.shown(found))
        self.arguments.watch(self._check, self.arguments.shown(found), self.batch.gate)
        self.batch.members.append(self.arguments)

    def _known_data(self) -> dict[str, Any]:
        data = self.arguments.data()
        undecided = [(key,) for key in DECIDING if isinstance(data.get(key), Deferred)]
        return self.arguments.data() if self.run.wait_for_values(self.arguments, undecided) else data

    def _undecided(self, data: dict[str, Any]) -> list[Finding]:
        found = []
        for key in DECIDING:
            value = data.get(key)
            if isinstance(value, Deferred) and value.source is not None:
                obstacle = self.arguments.obstacle((key,)) or "so it must be known in a preview"
                what = "which objects there are" if key == INSTALL else "what clusters consist of"
                text = f"'{key}' decides {what}, {obstacle}"
                found.append(finding("value.not-known", (key,), text))
                data[key] = Deferred((key,))
        return found

    def _definitions(self, data: dict[str, Any]) -> tuple[list[str], list[Finding]]:
        """The names of the definitions in its files, and what is wrong with the files."""
        names: list[str] = []
        found = []
        plugin = data.get("plugin")
        for index, file in enumerate(data.get("definitions") or []):
            if isinstance(file, str):
                try:
                    names += self.run.add_definitions(file, plugin if isinstance(plugin, str) else None)
                except UnreadableError as error:
                    found.append(finding("source.unreadable", ("definitions", index), f"{file}: {error}"))
        return names, found

    def _with_definition(self, data: dict[str, Any], found: list[Finding], defined: list[str]) -> list[Finding]:
        """Fill in the definition that is meant where none is named.

        That is the plugin's, or the one of the Provider's name, or the one that its own files have.
        """
        key = "databaseClusterDefinition"
        path: Path = (key,)
        if not any(entry.code == "field.missing" and entry.path == path for entry in found):
            return found
        found = [entry for entry in found if entry.path != path]
        plugins = self.run.workspace.plugins
        if isinstance(data.get("plugin"), str):
            plugin = plugins.named(data["plugin"])
            if plugin is None:
                text = f"there is no plugin '{data['plugin']}'"
                return [*found, unknown("plugin.not-found", ("plugin",), text, data["plugin"], plugins.names)]
            data[key] = plugin.definition.name
        elif isinstance(self.name, str) and self.run.workspace.defines(self.name):
            data[key] = self.name
        elif len(defined) == 1:
            data[key] = defined[0]
        else:
            text = "a Provider needs the name of a definition, or of a plugin"
            found.append(finding("field.missing", path, text, allowed=[*defined, *plugins.definition_names]))
        return found

    def _registered(self, resource: RegisteredProvider, data: dict[str, Any], found: list[Finding]) -> list[Finding]:
        """Make the Provider known to the run, unless something is wrong with what it is."""
        name = self.name
        if not isinstance(name, str):
            return []
        problems: list[Finding] = []
        other = self.run.providers.get(name)
        if other is not None and other.batch is self.batch:
            problems.append(finding("provider.duplicate", ("name",), f"there are two Providers '{name}'"))
        elif other is None and name in self.run.named:
            text = f"a cluster made before this Provider names '{name}'"
            hint = "make the Provider before the clusters that name it, or pass it to them"
            problems.append(finding("provider.too-late", ("name",), text, hint=hint))
        self.run.providers[name] = resource
        spec = {k: v for k, v in data.items() if k not in (*METADATA, "name", *LOADED, INSTALL) and v is not None}
        if any(isinstance(spec.get(key), Deferred) for key in DECIDING) or not isinstance(
            spec.get("databaseClusterDefinition"), str
        ):
            # Nothing is known of it: clusters that name it are not checked any further.
            spec["databaseClusterDefinition"] = Deferred(("databaseClusterDefinition",))
        metadata = without_none({key: data.get(key) for key in METADATA})
        self.run.inputs[name] = ProviderInput(name, spec, metadata, is_resource=True)
        self.run.workspace.add_provider(self.run.inputs[name])
        if not has_errors([*found, *problems]):
            problems += [_without_spec(entry) for entry in self.run.workspace.setup(name)[1]]
        return problems

    def _is_controlled(self) -> bool | None:
        """Whether a controller reconciles its clusters; None where that is not known."""
        setup = self.run.workspace.setup(self.name)[0] if isinstance(self.name, str) else None
        return setup.technology.is_controlled if setup is not None else None

    def _unused_crds(self, data: dict[str, Any]) -> list[Finding]:
        """What is wrong where nothing that the Provider makes needs the definitions that it is to bring."""
        is_asked = is_by_controller(data.get("reconcileBy"))
        if data.get(INSTALL) is not True or self._is_controlled() is not False or is_asked:
            return []  # a Provider for a controller that a stack's config overrules is fine
        text = f"'{INSTALL}' is for a Provider whose objects a controller reads; here this package makes the operator's"
        return [finding("field.conflict", (INSTALL,), text, hint="set 'reconcileBy' to everest, or leave it out")]

    def _check(self, data: dict[str, Any]) -> list[Finding]:
        return self.arguments.shown(self.arguments.read(data)[1])

    def objects(self) -> list[Emitted]:
        """What the Provider itself becomes."""
        return self.run.workspace.provider_objects(self.name) if isinstance(self.name, str) else []


def _without_spec(entry: Finding) -> Finding:
    """A finding about a Provider's document as one about the arguments."""
    path: Path = entry.path[1:] if entry.path[:1] == ("spec",) else entry.path
    return replace(entry, path=path)
