"""`everest completion`: what a shell reads to complete this command."""

from __future__ import annotations

import click

from pulumi_everest.cli.command_line.options import Choice

SHELLS = ("bash", "zsh", "fish")

_HELP = """Write the script with which a shell completes everest.

It completes commands, options, files and folders, and the names that are taken: kinds, Providers, stacks, guards,
clusters, contexts of the kubeconfig, codes of findings.

\b
  everest completion bash > ~/.local/share/bash-completion/completions/everest
  everest completion zsh > ~/.zfunc/_everest      # with fpath+=~/.zfunc before compinit in ~/.zshrc
  everest completion fish > ~/.config/fish/completions/everest.fish
"""


@click.command(help=_HELP, short_help="Write the script for completion in a shell.")
@click.argument("shell", type=Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Write it."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # it is one of those that click knows
    root = ctx.find_root()
    click.echo(found(root.command, {}, "everest", "_EVEREST_COMPLETE").source())
