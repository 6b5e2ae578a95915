"""Commands of a group, each of which is imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LateCommands(click.Group):
    """A group of commands. `modules` has their names in the order in which one uses them, each with its module."""

    def __init__(self, *arguments: Any, modules: Mapping[str, str], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._modules = modules

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of all."""
        return list(self._modules)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self._modules:
            self.commands = {name: self._command(name) for name in self._modules}  # click names the nearest of them
            return None
        return self._command(cmd_name)

    def _command(self, name: str) -> click.Command:
        command: click.Command = getattr(importlib.import_module(self._modules[name]), name)
        return command
