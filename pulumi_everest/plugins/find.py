"""Finding plugins: folders that are named, Python entry points, and the built-in ones, in this order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.similar_names import Names
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import MANIFEST, Plugin

ENTRY_POINTS = "pulumi_everest.plugins"
"""Group of entry points: each names a package (its folder is the plugin) or a path."""


_WORD = re.compile(r"[A-Za-z0-9]+")


def _begins(word: str, of_title: str) -> bool:
    """Whether one of two words begins with the other; short words of titles count in full only."""
    title = of_title.lower()
    return title.startswith(word) or (len(title) > 4 and word.startswith(title))


@dataclass
class Plugins:
    """The plugins that are to be had. `folders` are those given by name; they come first, the built-in ones last."""

    folders: Sequence[Path] = ()
    findings: list[Finding] = field(default_factory=list)
    made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What whoever uses these plugins has made of them and may use again, as long as no more are added."""

    @cached_property
    def levels(self) -> list[Level]:
        """The plugins that were added, by level: named folders, entry points. What is wrong goes to `findings`."""
        named, installed = Level(), Level()
        self.findings += named.load(self.folders)
        folders = _entry_point_folders(self.findings)
        self.findings += installed.load(folders)
        return [named, installed]

    def add(self, folders: Iterable[Path]) -> list[Finding]:
        """More folders, after those that are named already. Gives what is wrong with the plugins in them."""
        found = self.levels[0].load(folders)
        self.findings += found
        self.made.clear()
        self.__dict__.pop("names", None)
        self.__dict__.pop("definition_names", None)
        return found

    @cached_property
    def names(self) -> Names:
        """The short names of all plugins."""
        return Names(plugin.name for plugin in self.all())

    @cached_property
    def definition_names(self) -> Names:
        """The names of their definitions."""
        return Names(plugin.definition.name for plugin in self.all())

    def all(self) -> Iterator[Plugin]:
        """All plugins, first found first; of one name only the first."""
        for depth, level in enumerate(self.levels):
            yield from (plugin for plugin in level.by_name.values() if not self._is_hidden(plugin, depth))
        yield from self._builtin()

    def titled(self, word: str) -> list[Plugin]:
        """The plugins whose titles have a word that begins as another: ``mongo``, ``postgres``, ``MySQL``."""
        small = re.sub(r"[^a-z0-9]", "", word.lower())
        if len(small) < 3:
            return []
        return [
            plugin for plugin in self.all() if any(map(partial(_begins, small), _WORD.findall(plugin.manifest.title)))
        ]

    def named(self, name: str) -> Plugin | None:
        """The plugin of that short name."""
        for level in self.levels:
            if name in level.by_name:
                return level.by_name[name]
        return next((plugin for plugin in self._builtin(name) if plugin.name == name), None)

    def defining(self, definition: str) -> Plugin | None:
        """The plugin whose definition has that name."""
        for depth, level in enumerate(self.levels):
            for plugin in level.by_definition.get(definition, ()):
                if not self._is_hidden(plugin, depth):
                    return plugin
        return next((plugin for plugin in self._builtin(definition) if plugin.definition.name == definition), None)

    def _builtin(self, wanted: str = "") -> Iterator[Plugin]:
        """The built-in plugins, which are loaded one by one, the likely one first."""
        return (plugin for plugin in _builtin(wanted) if not self._is_hidden(plugin, len(self.levels)))

    def _is_hidden(self, plugin: Plugin, depth: int) -> bool:
        """Whether a level above has another plugin of that name."""
        return any(plugin.name in level.by_name for level in self.levels[:depth])


class Level:
    """Plugins that are equals, by their names and those of their definitions. Of one name only the first is kept."""

    def __init__(self) -> None:
        self.by_name: dict[str, Plugin] = {}
        self.by_definition: dict[str, list[Plugin]] = {}
        self._folders: set[Path] = set()

    def load(self, folders: Iterable[Path]) -> list[Finding]:
        """Load the plugins of these folders, each once. Gives what is wrong with them."""
        found: list[Finding] = []
        for folder in map(Path, folders):
            if folder.resolve() in self._folders:
                continue
            self._folders.add(folder.resolve())
            plugin, problems = load_plugin(folder)
            found += problems if plugin is None else _checked(plugin)
            if plugin is not None:
                found += self._add(plugin)
        return found

    def _add(self, plugin: Plugin) -> Iterator[Finding]:
        name, definition = plugin.name, plugin.definition.name
        same = self.by_name.setdefault(name, plugin)
        if same is not plugin:
            yield _twins("plugin", name, same, plugin)
            return
        others = self.by_definition.setdefault(definition, [])
        if others:
            yield _twins("definition", definition, others[0], plugin)
        others.append(plugin)


def _checked(plugin: Plugin) -> list[Finding]:
    from pulumi_everest.plugins.check import check_plugin  # the built-in plugins need no check

    return check_plugin(plugin)


def _twins(what: str, name: str, first: Plugin, second: Plugin) -> Finding:
    text = f"two {what}s are called '{name}': {first.folder} and {second.folder}"
    return finding("plugin.duplicate", (), text)


def builtin() -> list[Plugin]:
    """The built-in plugins. They are checked by this package's own tests."""
    return list(_builtin())


def _builtin(wanted: str = "") -> Iterator[Plugin]:
    folders = sorted(path.parent for path in Path(__file__).parent.glob(f"*/{MANIFEST}"))
    return map(_load_builtin, sorted(folders, key=lambda folder: not wanted.startswith(folder.name)))


@cache
def _load_builtin(folder: Path) -> Plugin:
    plugin, found = load_plugin(folder)
    if plugin is None or found:
        raise RuntimeError(f"the built-in plugin {folder.name} is broken: {found}")
    plugin.trusted = True
    return plugin


def _entry_point_folders(findings: list[Finding]) -> list[Path]:
    folders = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        try:
            loaded = point.load()
        except Exception as error:  # noqa: BLE001 - another distribution's code may fail in any way
            text = f"the entry point '{point.name}' ({point.value}) cannot be loaded: {type(error).__name__}: {error}"
            findings.append(finding("plugin.not-found", (), text))
            continue
        if isinstance(loaded, ModuleType) and loaded.__file__:
            folders.append(Path(loaded.__file__).parent)
        elif isinstance(loaded, (str, Path)):
            folders.append(Path(loaded))
        else:
            text = f"the entry point '{point.name}' gives neither a package nor a path"
            findings.append(finding("plugin.not-found", (), text))
    return folders
