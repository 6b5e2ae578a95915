"""`everest plugin`: what the author of a plugin asks. Each command is imported when it is asked for."""

from __future__ import annotations

import click

from pulumi_everest.cli.command_line.late_commands import LateCommands

_HELP = """Make, check and test plugins: what teaches this package a database technology.

\b
  everest plugin new mydb --from-crd crds/    a plugin from an operator's definitions
  everest plugin ui plugins/mydb              a first form for it
  everest plugin check plugins/mydb           what is wrong with it
  everest plugin test plugins/mydb            whether it does what it says

A PLUGIN is the folder with its plugin.yaml (the working folder, if none is named), a wheel that has one (by its entry
point pulumi_everest.plugins; nothing of it is imported), or the name of a plugin that is built in or installed.
"""

_COMMANDS = {
    "new": "new", "add": "add", "check": "judging", "test": "judging", "fields": "judging",
    "show": "showing", "docs": "showing", "images": "showing",
    "ui": "first_form",
}  # fmt: skip
"""The commands in the order in which one uses them, each with its module."""


@click.group(
    cls=LateCommands,
    modules={name: f"pulumi_everest.cli.plugin.{module}" for name, module in _COMMANDS.items()},
    help=_HELP,
    short_help="Make, check and test plugins.",
)
def plugin() -> None:
    """The group itself does nothing; see its help."""
