"""`everest plugin ui`: a first ui.yaml of a plugin."""

from __future__ import annotations

from pathlib import Path

import click

from pulumi_everest.cli.command_line import complete

_UI = """Write a first ui.yaml for a plugin: a form for each topology, made from what it takes.

A plugin without ui.yaml has these forms in any case; written down they can be made nicer: fewer parts, in the order of
use, with labels in the words of the technology.

\b
  everest plugin ui plugins/valkey -o plugins/valkey/ui.yaml
  everest plugin ui psmdb
"""


@click.command(help=_UI, short_help="Write a first form.")
@click.argument("named", metavar="[PLUGIN]", default=".", shell_complete=complete.paths_and_plugins)
@click.option("-o", "output", metavar="FILE", shell_complete=complete.files, help="The file to write, a new one.")
@click.pass_context
def ui(ctx: click.Context, named: str, output: str | None) -> None:
    """Write a first form."""
    from pulumi_everest.authoring.first_form import first_form
    from pulumi_everest.authoring.opened import opened
    from pulumi_everest.cli.output.write import write_result
    from pulumi_everest.cli.plugin.new import shown
    from pulumi_everest.model.findings import EverestError, Finding

    if output is not None and Path(output).exists():
        raise click.UsageError(f"{output} is there already: name another file with -o")
    found: list[Finding] = []
    text = ""
    with opened(named) as several:
        for one in several:
            found += one.findings
            if one.plugin is None:
                continue
            try:
                text = first_form(one.plugin)
            except EverestError as error:
                found += one.placed(error.findings)
    if text and not found:
        write_result(text.rstrip("\n"), Path(output) if output is not None else None)
    ctx.exit(shown(found))
