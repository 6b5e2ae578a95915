"""The paths of commands that read what exists: files and folders, or names in a running cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import cluster_options, plugin_option, recursive_option


def existing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The paths, and the options that say what they name."""
    for option in (
        cluster_options,
        click.option("--from-cluster", is_flag=True, help="Read the objects of a running cluster."),
        plugin_option,
        recursive_option,
        click.argument("paths", metavar="[PATH]...", nargs=-1, shell_complete=complete.paths),
    ):
        command = option(command)
    return command


def check_existing(
    paths: Sequence[str],
    recursive: bool,
    from_cluster: bool,
    kubeconfig: str | None,
    context: str | None,
    needed: str = "--from-cluster",
) -> None:
    """Raise UsageError for what would do nothing. `needed` are the options that read a running cluster."""
    if from_cluster:
        if recursive:
            raise click.UsageError("--recursive: only for files and folders, not with --from-cluster")
        for path in paths:
            if path.count("/") != 1 or path.startswith("/"):
                raise click.UsageError(f"with --from-cluster write NAMESPACE/NAME, or NAMESPACE/, not '{path}'")
        return
    given = {"--kubeconfig": kubeconfig, "--context": context}
    unused = [name for name, value in given.items() if value is not None]
    if unused:
        raise click.UsageError(f"{' and '.join(unused)}: only with {needed}")
