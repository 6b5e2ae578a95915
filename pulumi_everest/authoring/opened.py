"""A plugin as its author names it: a folder, a wheel that holds one, or the name of one that is installed."""

from __future__ import annotations

import configparser
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pulumi_everest.model.findings import EverestError, Finding, Place, finding, unknown
from pulumi_everest.plugins.find import ENTRY_POINTS, Plugins
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import MANIFEST, Plugin

MOST_BYTES = 64 * 1024 * 1024
"""What the files of a wheel may come to: a plugin is text."""


@dataclass
class Opened:
    """A plugin, or why there is none. `unpacked` is where a wheel was unpacked to, `shown` what stands for that."""

    plugin: Plugin | None
    findings: list[Finding] = field(default_factory=list)
    unpacked: str = ""
    shown: str = ""

    def placed(self, found: Iterable[Finding]) -> list[Finding]:
        """Findings with the places that the author knows: in the wheel, and not where it was unpacked to."""
        return [replace(entry, place=self._place(entry.place)) for entry in found]

    def _place(self, place: Place | None) -> Place | None:
        if place is None or not self.unpacked or not place.file.startswith(self.unpacked):
            return place
        return replace(place, file=self.shown + place.file[len(self.unpacked) :])


@contextmanager
def opened(named: str) -> Iterator[list[Opened]]:
    """The plugins that a text names: one, but for a wheel that holds several."""
    path = Path(named)
    if path.is_dir():
        yield [_of_folder(path)]
    elif path.suffix == ".whl" and path.is_file():
        with tempfile.TemporaryDirectory(prefix="everest-wheel-") as folder:
            yield _of_wheel(path, Path(folder))
    else:
        yield [_of_name(named)]


def _of_folder(folder: Path) -> Opened:
    """The plugin of a folder, with what was wrong when it was loaded."""
    plugin, found = load_plugin(folder)
    return Opened(plugin, [] if plugin is not None else found)


def _of_name(name: str) -> Opened:
    plugins = Plugins()
    plugin = plugins.named(name)
    if plugin is not None:
        return Opened(plugin)
    if "/" in name or name.endswith(".whl"):
        what = "is a file: name its folder" if Path(name).is_file() else "is not there"
        return Opened(None, [finding("plugin.not-found", (), f"{name} {what}")])
    text = f"there is no plugin '{name}', and no folder of that name"
    return Opened(None, [unknown("plugin.not-found", (), text, name, plugins.names)])


def _of_wheel(wheel: Path, folder: Path) -> list[Opened]:
    """The plugins that the entry points of a wheel name. Nothing of it is imported or installed."""
    try:
        unpack(wheel, folder)
    except EverestError as error:
        return [Opened(None, error.findings)]
    names = list(_named_folders(folder))
    if not names:
        text = f"{wheel} names no plugin"
        hint = f'give it an entry point: [project.entry-points."{ENTRY_POINTS}"]'
        return [Opened(None, [finding("plugin.not-found", (), text, hint=hint)])]
    return [_in_wheel(wheel, folder, name) for name in names]


def unpack(wheel: Path, folder: Path) -> None:
    """Write what is in a wheel. Raises EverestError where it cannot be read, or has more in it than plugins have."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                text = f"{wheel} unpacks to more than {MOST_BYTES // 1024**2} MiB"
                raise EverestError([finding("plugin.not-found", (), text)])
            archive.extractall(folder)
    except (zipfile.BadZipFile, OSError) as error:
        text = f"{wheel} cannot be read as a wheel: {error}"
        raise EverestError([finding("plugin.not-found", (), text)]) from None


def _named_folders(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.dist-info/entry_points.txt")):
        parser = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # names of entry points differ in case
        try:
            parser.read_string(file.read_text(encoding="utf-8"))
        except (configparser.Error, UnicodeDecodeError):
            continue
        if parser.has_section(ENTRY_POINTS):
            yield from (value.strip() for _, value in parser.items(ENTRY_POINTS))


def _in_wheel(wheel: Path, folder: Path, value: str) -> Opened:
    module, _, attribute = value.partition(":")
    inside = folder.joinpath(*module.split("."))
    if attribute and not (inside / MANIFEST).is_file():
        text = f"the entry point '{value}' of {wheel} is an object of a module, which is not imported here"
        return Opened(None, [finding("plugin.not-found", (), text, hint="let it name the package with plugin.yaml")])
    if not (inside / MANIFEST).is_file():
        text = f"the entry point '{value}' of {wheel} names a package without {MANIFEST} in the wheel"
        hint = "name *.yaml in the package data of the build"
        return Opened(None, [finding("plugin.not-found", (), text, hint=hint)])
    plugin, found = load_plugin(inside)
    result = Opened(plugin, unpacked=str(folder), shown=wheel.name)
    result.findings = result.placed(found) if plugin is None else []
    return result
