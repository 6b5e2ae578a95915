"""`everest plugin add`: something more for a plugin that is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line import complete

if TYPE_CHECKING:
    from pulumi_everest.plugins.plugin import Plugin

_ADD = """Add something to a plugin: a version, component, topology, bundle, preset, or backups.

Other lines of its files stay as they are. `everest plugin check` says what is still to be done.

\b
  everest plugin add version plugins/mydb mydb example.com/mydb:8.0.2 --default
  everest plugin add preset plugins/mydb large --memory 16Gi --size 200Gi
  everest plugin add backup plugins/mydb --from-crd crds/
"""


@click.group(help=_ADD, short_help="Add a version, component, topology, bundle, preset or backups.")
def add() -> None:
    """The group itself does nothing; see its help."""


_folder = click.argument("folder", metavar="PLUGIN", shell_complete=complete.paths_and_plugins)


def _to(folder: str, change: Callable[[Plugin], str | list[str]]) -> None:
    """Change the plugin of a folder, and say what was done."""
    from pathlib import Path

    from pulumi_everest.plugins.load import load_plugin
    from pulumi_everest.scaffold.add import NotAddedError

    if not Path(folder).is_dir():
        raise click.UsageError(f"'{folder}' is no folder: add changes files, so it wants the folder of a plugin")
    plugin, found = load_plugin(Path(folder))
    if plugin is None:
        raise click.UsageError("; ".join(entry.message for entry in found))
    try:
        done = change(plugin)
    except NotAddedError as error:
        raise click.UsageError(str(error)) from None
    for line in [done] if isinstance(done, str) else done:
        click.echo(line)


def _pairs(_ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals or not key or not value:
            raise click.BadParameter(f"write {parameter.metavar or 'COMPONENT=VERSION'}, not '{text}'")
        pairs[key] = value
    return pairs


@add.command(short_help="A version of a component type.")
@_folder
@click.argument("kind", metavar="TYPE")
@click.argument("image")
@click.option("--version", "named", default="", help="The version, where the image's tag is not it.")
@click.option("--default", is_flag=True, help="Clusters that name no version get it.")
@click.option("--operator", metavar="RANGE", default="", help="Versions of the operator that it is good for.")
def version(folder: str, kind: str, image: str, named: str, default: bool, operator: str) -> None:
    """Add a version with its image to a component type, which is made where there is none."""
    from pulumi_everest.scaffold import add as adding

    _to(folder, lambda plugin: adding.version(plugin, kind, image, named=named, default=default, operator=operator))


@add.command(short_help="An optional component, with a place in the main object.")
@_folder
@click.argument("name")
@click.option("--type", "kind", required=True, help="Its component type.")
@click.option("--image", default="", help="Image of the type, where there is no such type yet.")
@click.option("--at", "place", metavar="PATH", default="", help="Where in the main object's spec; NAME if left out.")
def component(folder: str, name: str, kind: str, image: str, place: str) -> None:
    """Add an optional component to all topologies, and to the template of the main object."""
    from pulumi_everest.scaffold import add as adding

    path = [part for part in place.split(".") if part]
    _to(folder, lambda plugin: adding.component(plugin, name, kind, image, path))


@add.command(short_help="A topology, with the components of another one.")
@_folder
@click.argument("name")
@click.option(
    "--like", metavar="TOPOLOGY", default="", help="The topology that it begins as; the first one if left out."
)
def topology(folder: str, name: str, like: str) -> None:
    """Add a topology, as a copy of another one."""
    from pulumi_everest.scaffold import add as adding

    _to(folder, lambda plugin: adding.topology(plugin, name, like))


@add.command(short_help="A set of versions that fit together.")
@_folder
@click.argument("name")
@click.argument("versions", metavar="COMPONENT=VERSION...", nargs=-1, required=True, callback=_pairs)
@click.option("--default", is_flag=True, help="It is the first choice.")
def bundle(folder: str, name: str, versions: dict[str, str], default: bool) -> None:
    """Add a bundle of versions."""
    from pulumi_everest.scaffold import add as adding

    _to(folder, lambda plugin: adding.bundle(plugin, name, versions, default=default))


@add.command(short_help="A set of sizes.")
@_folder
@click.argument("name")
@click.option("--component", "of", default="engine", show_default=True, help="The component that the sizes are of.")
@click.option("--cpu", help="Limit of CPU, such as 4.")
@click.option("--memory", help="Limit of memory, such as 16Gi.")
@click.option("--size", help="Size of the volume, such as 200Gi.")
def preset(folder: str, name: str, of: str, **sizes: str | None) -> None:
    """Add a preset."""
    from pulumi_everest.scaffold import add as adding

    said: dict[str, Any] = {key: text for key, text in sizes.items() if text}
    _to(folder, lambda plugin: adding.preset(plugin, name, said, of))


@add.command(short_help="Backups and restores on demand, from the operator's definitions.")
@_folder
@click.option("--from-crd", "paths", metavar="PATH", multiple=True, required=True, shell_complete=complete.files,
              help="File or folder with the operator's definitions. Repeatable.")  # fmt: skip
def backup(folder: str, paths: tuple[str, ...]) -> None:
    """Write backup.yaml and restore.yaml."""
    from pulumi_everest.scaffold import add as adding

    _to(folder, lambda plugin: adding.backups(plugin, paths))
