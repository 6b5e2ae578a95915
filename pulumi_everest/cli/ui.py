"""`everest ui`: the form page, on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import Command, cluster_options, plugin_option, recursive_option, wrong_use

if TYPE_CHECKING:
    from pulumi_everest.ui.session import Wanted

_HELP = """Show the forms of the technologies in the browser, and what comes of what is filled in.

Beside the form the page shows, while one types, everything that is wrong, as everest validate says it, the
DatabaseCluster, the program in Python, and the objects with where each value comes from. Files of --plugin are looked
at all the time: what their author changes is in the page at once, errors included.

A PATH is a file, a folder or a program with clusters, which then can be changed in the form, with what the change does
to them, as everest preview --against says it. With --from-cluster they are those of a running cluster.

The server listens on this machine alone and prints an address with a token that nobody else knows. It writes no files,
but with -o into that folder. Ctrl-C ends it; what was typed is kept by the browser.

\b
  everest ui
  everest ui --plugin plugins/valkey
  everest ui infra/ -o infra/
  everest ui --from-cluster --context production
"""


@click.command(cls=Command, help=_HELP, short_help="Show the forms in the browser.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, shell_complete=complete.paths)
@recursive_option
@plugin_option
@click.option(
    "-o", "--output", metavar="DIR", shell_complete=complete.folders, help="Folder that the page may save files in."
)
@click.option(
    "--from-cluster", is_flag=True, help="Change the databases of a running cluster; PATH as in everest adopt."
)
@cluster_options
@click.option("--port", type=click.IntRange(1, 65535), help="Port; 8467 if left out, or the next one that is free.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--debug", is_flag=True, help="Say which requests are answered, and what this package itself raises.")
def ui(
    paths: tuple[str, ...],
    recursive: bool,
    plugins: list[Path],
    output: str | None,
    from_cluster: bool,
    kubeconfig: str | None,
    context: str | None,
    port: int | None,
    no_browser: bool,
    debug: bool,
) -> None:
    """Serve the page until somebody ends it."""
    from pulumi_everest.review.options import Options
    from pulumi_everest.ui.existing import Running
    from pulumi_everest.ui.session import Wanted

    if (kubeconfig or context) and not from_cluster:
        raise click.UsageError("--kubeconfig and --context: only with --from-cluster")
    if "-" in paths:
        raise click.UsageError("standard input cannot be read again when it changes; name a file")
    folder = Path(output) if output is not None else None
    if folder is not None and not folder.is_dir():
        what = "is no folder" if folder.exists() else "does not exist"
        raise click.BadParameter(f"'{folder}' {what}", param_hint="'-o'")
    running = Running(kubeconfig, context, paths) if from_cluster else None
    options = Options(plugins=plugins, recursive=recursive, debug=debug)
    with wrong_use():
        _serve(
            Wanted(options, () if from_cluster else paths, folder, running), port, browser=not no_browser, debug=debug
        )


def _serve(wanted: Wanted, port: int | None, *, browser: bool, debug: bool) -> None:
    import secrets

    from pulumi_everest.ui.server import Server, TakenError
    from pulumi_everest.ui.session import Session

    def log(text: str) -> None:
        click.echo(text, err=True)

    session = Session(wanted, log if debug else None)
    try:
        server = Server(session, secrets.token_urlsafe(32), port=port, log=log if debug else None)
    except TakenError as error:
        where = f"port {port}" if port is not None else "a port"
        raise click.ClickException(f"cannot listen on {where} of this machine: {error.strerror}") from None
    session.start()
    click.echo(f"The page is at {server.address}")
    sys.stdout.flush()
    click.echo("Ctrl-C ends it.", err=True)
    if browser:
        _open(server.address)
    try:
        server.serve_forever(poll_interval=0.2)
    finally:
        session.end()
        server.server_close()


def _open(address: str) -> None:
    """Open a browser, where there is one with a screen. What it says of itself is not shown."""
    import webbrowser

    try:
        webbrowser.open(address)
    except (OSError, webbrowser.Error):
        return
