"""`everest list`: the technologies that there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from pulumi_everest.cli.command_line.options import Choice, Command, plugin_option

_HELP = """List the technologies: their Providers, operators, topologies, default versions and presets.

\b
  everest list
  everest list --plugin plugins/valkey
  everest list codes          the codes of findings, with what each means
"""


@click.command("list", cls=Command, help=_HELP, short_help="List technologies, or codes.")
@click.argument("what", type=Choice(["providers", "codes"]), default="providers")
@plugin_option
def list(what: str, plugins: Sequence[Path]) -> None:
    """List them."""
    if what == "codes":
        from pulumi_everest.cli.output.explain.codes import group_text
        from pulumi_everest.model.codes import CODES

        click.echo(group_text(tuple(CODES)))
        return
    from pulumi_everest.cli.output.explain.technologies import list_text
    from pulumi_everest.plugins.find import Plugins

    rows = []
    for plugin in Plugins(plugins).all():
        topologies = [
            f"{name}*" if topology.default else name for name, topology in plugin.definition.spec.topologies.items()
        ]
        operator = plugin.manifest.operator
        rows.append(
            (
                plugin.definition.name, plugin.manifest.title, f"{operator.name} {operator.default}",
                ", ".join(topologies), ", ".join(plugin.presets) or "-",
            )
        )  # fmt: skip
    titles = ("PROVIDER", "TECHNOLOGY", "OPERATOR", "TOPOLOGIES", "PRESETS")
    click.echo(list_text(sorted(rows), titles, "Provider"))
