"""`everest explain`: what a code of findings means, with an example, and that mended."""

from __future__ import annotations

import click

from pulumi_everest.cli import complete
from pulumi_everest.cli.options import Command

_HELP = """Say what a code of findings means: why it is said, how to mend it, an example, and that mended.

WHAT is a code, as it stands in brackets behind a finding, or the first word of some, which lists them.

\b
  everest explain cluster.unknown-component
  everest explain lock
"""


@click.command(cls=Command, help=_HELP, short_help="Say what a code means.")
@click.argument("what", metavar="WHAT", shell_complete=complete.explained)
def explain(what: str) -> None:
    """Explain it."""
    from pulumi_everest.cli.output.explained_code import code_text, group_text
    from pulumi_everest.model.codes import CODES
    from pulumi_everest.reference.codes import of_group

    what = what.strip("[]").removesuffix(".")
    if what in CODES:
        click.echo(code_text(what))
    elif codes := of_group(what):
        click.echo(group_text(codes))
    else:
        raise _unknown(what)


def _unknown(what: str) -> click.BadParameter:
    from pulumi_everest.model.codes import CODES
    from pulumi_everest.model.findings import did_you_mean

    near = did_you_mean(what, list(CODES))
    return click.BadParameter(f"there is no code '{what}'" + (f"; {near}" if near else ""), param_hint="WHAT")
