"""`everest plugin show`, `docs` and `images`: what a plugin offers, as text, as a page, as a list for mirrors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import HERE, Choice

if TYPE_CHECKING:
    from pulumi_everest.plugins.plugin import Plugin

_SHOW = """Show what plugins offer: operator, types with versions, topologies, presets, and honoured fields.

\b
  everest plugin show psmdb
  everest plugin show plugins/mydb --format json
"""
_DOCS = """Write a page of reference of a plugin in Markdown, with the capabilities that the conformance kit proves.

\b
  everest plugin docs plugins/mydb --crds crds/ -o docs/mydb.md
"""
_IMAGES = """List every image of plugins, of their operators, and of clusters, with the digests that are known.

That is what a mirror needs. Images of an operator are there where plugin.yaml names one.

\b
  everest plugin images psmdb pxc
  everest plugin images plugins/mydb --cluster clusters/orders.yaml --format json
"""

_named = click.argument("named", metavar="[PLUGIN]...", nargs=-1, shell_complete=complete.paths_and_plugins)
_form = click.option("--format", "form", type=Choice(["text", "json"]), default="text", show_default=True)


@click.command(help=_SHOW, short_help="Show what plugins offer.")
@_named
@_form
def show(named: tuple[str, ...], form: str) -> None:
    """Show plugins."""
    from pulumi_everest.authoring.page import shown, shown_text

    with _plugins(named or HERE) as plugins:
        data = [shown(one) for one in plugins]
    click.echo(json.dumps(data, indent=2) if form == "json" else "\n".join(map(shown_text, data)))


@click.command(help=_DOCS, short_help="Write a page of reference.")
@click.argument("named", metavar="[PLUGIN]", default=".", shell_complete=complete.paths_and_plugins)
@click.option(
    "--crds", metavar="PATH", multiple=True, shell_complete=complete.files,
    help="File or folder with the operator's definitions, against which objects are checked. Repeatable.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="File to write into; standard output if left out.")
def docs(named: str, crds: tuple[str, ...], output: str | None) -> None:
    """Write a page."""
    from pulumi_everest.authoring.conformity import probed
    from pulumi_everest.authoring.page import page
    from pulumi_everest.emit.crds import Crds
    from pulumi_everest.model.findings import EverestError
    from pulumi_everest.testing.probes.capabilities import capabilities

    with _plugins((named,)) as [plugin]:
        try:
            report = probed(plugin, Crds.load(crds) if crds else None, lambda _line: None)
        except EverestError as error:
            raise click.UsageError("; ".join(entry.message for entry in error.findings)) from None
        text = page(plugin, capabilities(report.probes))
    if output is None:
        click.echo(text, nl=False)
    else:
        Path(output).write_text(text, encoding="utf-8")


@click.command(help=_IMAGES, short_help="List all images, for mirrors.")
@_named
@_form
@click.option(
    "--cluster", "clusters", metavar="FILE", multiple=True, shell_complete=complete.files,
    help="File with clusters, whose images are listed too. Repeatable.",
)  # fmt: skip
def images(named: tuple[str, ...], form: str, clusters: tuple[str, ...]) -> None:
    """List images."""
    from pulumi_everest.authoring.images import images_of, images_of_clusters

    with _plugins(named or HERE) as plugins:
        found = [(one.name, image) for one in plugins for image in images_of(one)]
        if clusters:
            files = [Path(file) for file in clusters]
            run, wrong = images_of_clusters(files, [one.folder for one in plugins])
            errors = [entry.message for entry in wrong if entry.is_error]
            if errors:
                raise click.UsageError("; ".join(errors))
            found += [("", image) for image in run]
    if form == "json":
        rows: list[Any] = [{"plugin": name, **image.as_data()} for name, image in found]
        click.echo(json.dumps(rows, indent=2))
        return
    for _, image in found:
        click.echo(" ".join(part for part in (image.of, image.version, image.image) if part))


@contextmanager
def _plugins(named: tuple[str, ...]) -> Iterator[list[Plugin]]:
    """The plugins that are named, for as long as they are looked at. One that cannot be loaded is wrong use."""
    from contextlib import ExitStack

    from pulumi_everest.authoring.opened import opened

    with ExitStack() as held:
        found: list[Plugin] = []
        for name in named:
            for one in held.enter_context(opened(name)):
                if one.plugin is None:
                    raise click.UsageError("; ".join(entry.message for entry in one.findings) or f"{name}: no plugin")
                found.append(one.plugin)
        yield found
