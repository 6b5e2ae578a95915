"""`everest plugin`: what the author of a plugin asks. Each command is imported when it is asked for."""

from __future__ import annotations

import importlib

import click

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


class _Commands(click.Group):
    """The commands of the group."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of all."""
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            self.commands = {name: _command(name) for name in _COMMANDS}  # click names the nearest of them
            return None
        return _command(cmd_name)


def _command(name: str) -> click.Command:
    module = importlib.import_module(f"pulumi_everest.cli.plugin.{_COMMANDS[name]}")
    command: click.Command = getattr(module, name)
    return command


@click.group(cls=_Commands, help=_HELP, short_help="Make, check and test plugins.")
def plugin() -> None:
    """The group itself does nothing; see its help."""
