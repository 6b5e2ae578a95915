"""What the names of Providers lead to in one input: its own definitions and Providers, and those of plugins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path as Folder
from typing import Any

from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.everest import provider_objects
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.read_back.reading import ReadBack
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import EverestError, Finding, located, unknown
from pulumi_everest.model.similar_names import Names
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.documents import Documents, ProviderInput
from pulumi_everest.workspace.setup import Setup


class Technologies:
    """The definitions, Providers and plugins of an input. Errors of its documents are in `findings` from the start.

    All documents are read before the first is looked up, so their order does not matter.
    """

    def __init__(self, plugins: Plugins, read: Documents, reconcile_by: str | None = None) -> None:
        self.plugins, self.reconcile_by = plugins, reconcile_by
        self.findings, self.foreign, self.providers = read.findings, read.foreign, read.providers
        self._documents = read
        self._definitions, self._unreadable = read.definitions, read.unreadable
        self._setups: dict[str, tuple[Setup | None, list[Finding]]] = {}
        self._definition_names: Names | None = None
        self._provider_names: Names | None = None
        self._check_definitions()

    # Definitions

    def _check_definitions(self) -> None:
        """Check each definition, together with the plugins that emit its clusters."""
        plugins: dict[Any, list[Any]] = {}
        for provider in self.providers.values():
            plugins.setdefault(provider.spec.get("databaseClusterDefinition"), []).append(provider.spec.get("plugin"))
        for name in self._definitions:
            self.findings += self._definition_findings(name, plugins.get(name, []))

    def _definition_findings(self, name: str, named: Sequence[Any]) -> Iterator[Finding]:
        """What is wrong with a definition, for the plugins that its Providers name, or else for the one that has it."""
        from pulumi_everest.core.definitions.check import check_definition

        read, own = self._definitions[name], self.plugins.defining(name)
        emitters = [self.plugins.named(text) if isinstance(text, str) else own for text in named] or [own]
        for plugin in {p.name if p else None: p for p in emitters}.values():
            manifest = plugin.manifest if plugin is not None else None
            found = check_definition(read.definition, manifest, read.broken)
            if read.definition.spec.ui_schema:
                from pulumi_everest import form

                technology = Technology(name, read.definition, manifest, presets=_Presets(plugin))
                problems = form.check(read.definition.spec.ui_schema, technology)
                found += [entry.at(("spec", "uiSchema")) for entry in problems]
            yield from located(found, read.document.place, f"DatabaseClusterDefinition {name}")

    # Providers and what they lead to

    def add_provider(self, provider: ProviderInput) -> None:
        """A Provider of a program."""
        self.providers[provider.name] = provider
        self._setups.pop(provider.name, None)
        self._provider_names = None

    def add_definitions(self, documents: Iterable[Document], plugin: str | None = None) -> list[Finding]:
        """Definitions of a program, for the plugin that its Provider names. Gives what is wrong with them."""
        before = set(self._definitions)
        found = self._documents.add_definitions(documents)
        self._setups.clear()
        self._definition_names = self._provider_names = None
        for name in self._definitions.keys() - before:
            found += self._definition_findings(name, [plugin])
        return found

    def defines(self, name: str) -> bool:
        """Whether there is a definition of that name, in the input or in a plugin."""
        return name in self._definitions or name in self._unreadable or self.plugins.defining(name) is not None

    def add_plugins(self, folders: Iterable[Folder]) -> list[Finding]:
        """Find plugins in these folders, too. Gives what is wrong with them."""
        found = self.plugins.add(folders)
        self._setups.clear()
        self._definition_names = self._provider_names = None
        self.findings += found
        return found

    def setup(self, provider: str) -> tuple[Setup | None, list[Finding]]:
        """What a Provider's name leads to; or findings, with paths in the spec of the cluster that names it."""
        if provider not in self._setups:
            self._setups[provider] = self._look_up(provider) if self._is_own(provider) else self._of_plugins(provider)
        return self._setups[provider]

    def _is_own(self, provider: str) -> bool:
        """Whether the input has a say in what a Provider's name leads to."""
        return provider in self.providers or provider in self._definitions or provider in self._unreadable

    def _of_plugins(self, provider: str) -> tuple[Setup | None, list[Finding]]:
        """What a name leads to for every input with the same plugins, looked up once: it remembers what is slow."""
        key = (Setup, provider, self.reconcile_by)
        if key not in self.plugins.made:
            found = self._look_up(provider)
            if found[0] is None:
                return found  # which names there are depends on the input
            self.plugins.made[key] = found
        return self.plugins.made[key]  # type: ignore[no-any-return]

    def _setup_for(self, provider: str) -> tuple[Setup | None, list[Finding]]:
        """The same for what names a Provider, without what that one says itself."""
        setup, found = self.setup(provider)
        own = self.providers.get(provider)
        return setup, [] if own is not None and own.is_resource else found

    def _look_up(self, name: str) -> tuple[Setup | None, list[Finding]]:
        own = self.providers.get(name)
        spec = own.spec if own is not None else {}
        definition_name = spec.get("databaseClusterDefinition", name)
        if isinstance(definition_name, Deferred) or definition_name in self._unreadable:
            return None, []  # what is wrong with it has been said
        plugin = self.plugins.defining(definition_name)
        if isinstance(spec.get("plugin"), str):
            plugin = self.plugins.named(spec["plugin"])
            if plugin is None:
                text = f"there is no plugin '{spec['plugin']}'"
                found = unknown("plugin.not-found", ("spec", "plugin"), text, spec["plugin"], self.plugins.names)
                return None, self._provider_found(own, found)
        if definition_name in self._definitions:
            definition = self._definitions[definition_name].definition
        elif plugin is not None and plugin.definition.name == definition_name:
            definition = plugin.definition
        else:
            return None, self._no_definition(name, definition_name, own)
        images = spec.get("images")
        operator, problems = self._operator_version(spec.get("operatorVersion"), plugin, own)
        technology = Technology(
            provider=name,
            definition=definition,
            manifest=plugin.manifest if plugin else None,
            operator_version=operator,
            images=images if isinstance(images, dict) else {},
            presets=_Presets(plugin),
            reconcile_by=self.reconcile_by or spec.get("reconcileBy") or "pulumi",
        )
        if plugin is not None:
            technology.settings = plugin.settings
            technology.workloads = partial(getattr, plugin, "workloads")
            technology.reading = ReadBack(technology, partial(getattr, plugin, "template"), plugin.adoption)
        return Setup(technology, plugin), problems

    def _operator_version(
        self, version: Any, plugin: Plugin | None, own: ProviderInput | None
    ) -> tuple[str | None, list[Finding]]:
        if not isinstance(version, str) or plugin is None or version in plugin.manifest.operator.versions:
            return (version if isinstance(version, str) else None), []
        allowed = plugin.manifest.operator.versions
        text = f"operator version '{version}' is not one that plugin '{plugin.name}' supports"
        found = unknown("provider.operator-version", ("spec", "operatorVersion"), text, version, allowed)
        return None, self._provider_found(own, found)

    def _provider_found(self, own: ProviderInput | None, found: Finding) -> list[Finding]:
        return located([found], own.locate, f"Provider {own.name}") if own else [found]

    def _no_definition(self, name: str, definition: str, own: ProviderInput | None) -> list[Finding]:
        if own is not None:
            text, path = f"there is no definition '{definition}'", ("spec", "databaseClusterDefinition")
            names = self._known_definitions()
            return self._provider_found(own, unknown("provider.unknown-definition", path, text, definition, names))
        text, known = f"there is no provider '{name}'", self._known_providers()
        entry = unknown("provider.unknown", ("provider",), text, name, known)
        meant = self.plugins.titled(name) if entry.hint is None else []
        if meant:
            titles = [f"'{plugin.definition.name}' ({plugin.manifest.title})" for plugin in meant]
            return [replace(entry, hint=f"did you mean {' or '.join(titles)}?")]
        return [entry]

    def _known_definitions(self) -> Names:
        if self._definition_names is None:
            self._definition_names = Names(dict.fromkeys([*self._definitions, *self.plugins.definition_names]))
        return self._definition_names

    def _known_providers(self) -> Names:
        if self._provider_names is None:
            self._provider_names = Names(dict.fromkeys([*self.providers, *self._known_definitions()]))
        return self._provider_names

    def _broken(self, setup: Setup) -> Sequence[Path]:
        """What was set aside of the definition."""
        read = self._definitions.get(setup.technology.definition.name)
        return read.broken if read is not None else ()

    def _unused_providers(self) -> Iterable[Finding]:
        """What is wrong with Providers, whether or not a cluster uses them."""
        for name in self.providers:
            yield from self.setup(name)[1]

    def provider_objects(self, name: str) -> list[Emitted]:
        """What a Provider itself becomes: nothing, or the definition and the Provider for a controller."""
        setup, _ = self.setup(name)
        if setup is None or not setup.technology.is_controlled:
            return []
        own = self.providers.get(name)
        return provider_objects(setup.technology, own.spec if own else {}, own.metadata if own else {})


class _Presets(Mapping[str, Mapping[str, Any]]):
    """The presets of a plugin, read when a cluster asks for one; none where they are broken, which is a finding."""

    def __init__(self, plugin: Plugin | None) -> None:
        self._plugin = plugin

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    @cached_property
    def _read(self) -> Mapping[str, Mapping[str, Any]]:
        try:
            return self._plugin.presets if self._plugin is not None else {}
        except EverestError:
            return {}
