"""What clusters are made of beside their documents, as a text: where it is the same, the same comes of a document."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.versions.definition_digest import digest_of
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.setup import Setup

if TYPE_CHECKING:
    from pulumi_everest.model.lock import Lock


class SetupDigests:
    """Digests of what Providers lead to, each made once: Provider, definition, and all files of the plugin."""

    def __init__(self) -> None:
        self._setups: dict[int, tuple[Setup, str]] = {}
        self._plugins: dict[int, tuple[Plugin, str]] = {}

    def of(self, setup: Setup, lock: Lock | None) -> str:
        """The digest of a setup, with what a lock says of a cluster."""
        if id(setup) not in self._setups:
            self._setups[id(setup)] = setup, json.dumps(self._parts(setup), separators=(",", ":"))
        return f"{self._setups[id(setup)][1]}{locked(lock)}"

    def _parts(self, setup: Setup) -> list[Any]:
        technology = setup.technology
        return [
            technology.provider, technology.operator_version, dict(technology.images), technology.reconcile_by,
            digest_of(technology.definition), self.of_plugin(setup.plugin) if setup.plugin is not None else None,
        ]  # fmt: skip

    def of_plugin(self, plugin: Plugin) -> str:
        """A digest of all files of a plugin."""
        if id(plugin) not in self._plugins:
            content = hashlib.sha256()
            for file in sorted(plugin.folder.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    content.update(f"{file.relative_to(plugin.folder).as_posix()}\0".encode())
                    content.update(hashlib.sha256(file.read_bytes()).digest())
            self._plugins[id(plugin)] = (plugin, content.hexdigest())
        return self._plugins[id(plugin)][1]


def locked(lock: Lock | None) -> str:
    """What a lock says of a cluster."""
    if lock is None:
        return ""
    return json.dumps(lock.entry.model_dump(by_alias=True)) if lock.entry is not None else "none"
