"""How much there is to write in the built-in plugins: the lines of their YAML, whatever its layout.

Files are read and written anew in one form: block style, lines of up to 100 columns, no comments. Not counted is what
nobody writes by hand twice: the catalog (versions with their images, bundles), forms, examples, and what is read off
the operator's definitions (`serverDefaults`). What the package itself brings for all plugins is counted apart.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import yaml

PLUGINS = Path("pulumi_everest/plugins")
COLUMNS = 100
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_CATALOG = {("serverDefaults",), ("spec", "bundles"), ("spec", "uiSchema"), ("spec", "componentTypes", "*", "versions")}

_FORMS = ("ui.yaml", "forms.yaml")


def lines_of(text: str) -> int:
    """The lines of one YAML file in that form."""
    count = 0
    for document in yaml.compose_all(text, Loader=LOADER):
        if document is not None:
            _normalise(document, ())
            written = yaml.serialize(document, Dumper=DUMPER, width=COLUMNS)
            count += sum(bool(line.strip()) for line in written.splitlines())
    return count


def _normalise(node: yaml.Node, path: tuple[str, ...]) -> None:
    """Take the catalog out of a document, and the marks of its layout."""
    if isinstance(node, yaml.MappingNode):
        node.flow_style = False
        node.value = [pair for pair in node.value if not _is_catalog((*path, pair[0].value))]
        for key, value in node.value:
            _normalise(key, path)
            _normalise(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        node.flow_style = False
        for item in node.value:
            _normalise(item, path)
    elif isinstance(node, yaml.ScalarNode) and (node.style == ">" or "\n" not in node.value):
        node.style = None


def _is_catalog(path: tuple[str, ...]) -> bool:
    return any(
        len(path) == len(known) and all(part in ("*", own) for part, own in zip(known, path, strict=True))
        for known in _CATALOG
    )


def counts(folder: Path) -> dict[str, dict[str, int]]:
    """The lines of each file of each plugin below a folder of plugins; those of the package have no plugin, ``""``."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        plugin, *below = path.relative_to(folder).parts if len(path.relative_to(folder).parts) > 1 else ("", path.name)
        if below[0] != "examples" and below[-1] not in _FORMS:
            of_package = not (folder / plugin / "plugin.yaml").is_file()
            file = path.relative_to(folder).as_posix() if of_package else "/".join(below)
            found.setdefault("" if of_package else plugin, {})[file] = lines_of(path.read_text(encoding="utf-8"))
    return found


def at_revision(revision: str, into: Path) -> Path:
    """The folder of plugins of a revision of this repository, written below `into`."""
    command = ["git", "archive", revision, str(PLUGINS)]
    packed = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - git
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(into, filter="data")
    return into / PLUGINS


def table(before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]) -> Iterator[str]:
    """A line for each file, and the sums."""
    yield f"{'':28}{'before':>8}{'after':>8}"
    for plugin in sorted({*before, *after}, key=lambda name: (not name, name)):
        old, new = before.get(plugin, {}), after.get(plugin, {})
        for file in sorted({*old, *new}):
            yield f"  {file:26}{old.get(file, 0):>8}{new.get(file, 0):>8}"
        yield _sum(plugin or "for all plugins", sum(old.values()), sum(new.values()))
    plugins = [sum(sum(files.values()) for name, files in side.items() if name) for side in (before, after)]
    everything = [sum(sum(files.values()) for files in side.values()) for side in (before, after)]
    yield _sum("all plugins", *plugins)
    yield _sum("with what is for all", *everything)


def _sum(name: str, before: int, after: int) -> str:
    share = f"{(after - before) / before:>+8.0%}" if before else ""
    return f"{name:28}{before:>8}{after:>8}{share}"


def main() -> None:
    """Print the lines at a revision beside those of the work tree, or of another folder of plugins."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--before", default="HEAD", help="revision, or a folder of plugins")
    parser.add_argument("--after", default=str(PLUGINS), help="revision, or a folder of plugins")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        folders = [
            Path(given) if Path(given).is_dir() else at_revision(given, Path(into))
            for given, into in ((arguments.before, first), (arguments.after, second))
        ]
        sys.stdout.write("\n".join([*table(*map(counts, folders)), ""]))


if __name__ == "__main__":
    main()
