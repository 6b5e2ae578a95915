"""Finding plugins: folders that are named, Python entry points, and the built-in ones, in this order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path
from types import ModuleType

from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.plugins.plugin import MANIFEST, Plugin, load_plugin

ENTRY_POINTS = "pulumi_everest.plugins"
"""Group of entry points: each names a package (its folder is the plugin) or a path."""


@dataclass
class Plugins:
    """The plugins that are to be had. `folders` are those given by name; they come first, the built-in ones last."""

    folders: Sequence[Path] = ()
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def levels(self) -> list[list[Plugin]]:
        """The plugins that were added, by level: named folders, entry points. What is wrong goes to `findings`."""
        levels = [self._load(self.folders), self._load(_entry_point_folders(self.findings))]
        for level in levels:
            self._refuse_twins(level)
        return levels

    def _load(self, folders: Sequence[Path]) -> list[Plugin]:
        plugins = []
        for folder in {Path(folder).resolve(): folder for folder in folders}.values():
            plugin, found = load_plugin(Path(folder))
            self.findings += found if plugin is None else plugin.check()
            if plugin is not None:
                plugins.append(plugin)
        return plugins

    def _refuse_twins(self, level: Sequence[Plugin]) -> None:
        for what in ("plugin", "definition"):
            seen: dict[str, Plugin] = {}
            for plugin in level:
                name = plugin.name if what == "plugin" else plugin.definition.name
                other = seen.setdefault(name, plugin)
                if other is not plugin and (what == "plugin" or plugin.name != other.name):
                    text = f"two {what}s are called '{name}': {other.folder} and {plugin.folder}"
                    self.findings.append(finding("plugin.duplicate", (), text))

    def all(self) -> Iterator[Plugin]:
        """All plugins, first found first; of one name only the first."""
        return self._found()

    def named(self, name: str) -> Plugin | None:
        """The plugin of that short name."""
        return next((plugin for plugin in self._found(name) if plugin.name == name), None)

    def defining(self, definition: str) -> Plugin | None:
        """The plugin whose definition has that name."""
        return next((plugin for plugin in self._found(definition) if plugin.definition.name == definition), None)

    def _found(self, wanted: str = "") -> Iterator[Plugin]:
        """All plugins. Of the built-in ones, which are loaded one by one, the likely one comes first."""
        seen: set[str] = set()
        for plugin in chain(*self.levels, _builtin(wanted)):
            if plugin.name not in seen:
                seen.add(plugin.name)
                yield plugin


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
