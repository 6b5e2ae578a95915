"""`everest migrate`: clusters of Everest's first API as clusters of this package, and the way of a running one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.from_cluster import check_existing, existing_options
from pulumi_everest.cli.command_line.options import HERE, Choice, Command

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.inputs.sources import Sources
    from pulumi_everest.upgrade.legacy.migrate import Migrated
    from pulumi_everest.workspace.workspace import Workspace

_HELP = """Take clusters of Everest's first API (everest.percona.com/v1alpha1) over, running ones too.

A PATH is a file or folder with DatabaseClusters and the objects that they name (BackupStorages, MonitoringConfigs,
PodSchedulingPolicies, LoadBalancerConfigs, DatabaseEngines, backups, restores), or - for standard input; best with the
operator's objects as well. With --from-cluster it is NAMESPACE/NAME, or NAMESPACE/ for all of a namespace, and all
of these are read from the cluster. Passwords are never read: Secrets are named.

With -o DIR each cluster becomes DIR/<namespace>.<name>.yaml; DIR/program is a Pulumi program that takes the running
objects over, DIR/REPORT.md says what cannot be carried over, and DIR/RUNBOOK.md and DIR/runbook.json are the way,
step by step. The way is printed, too. Without -o the clusters go to standard output. A cluster that cannot be
migrated is reported and left out.

\b
  everest migrate --from-cluster -o migrated
  everest migrate --from-cluster shop/ --check
  kubectl get -A -o yaml databaseclusters,backupstorages | everest migrate - -o migrated
  everest migrate --ready-to-delete shop/orders
"""


@click.command(cls=Command, help=_HELP, short_help="Take clusters of Everest's first API over.")
@existing_options
@click.option(
    "-o", "--output", metavar="DIR", shell_complete=complete.folders, help="Folder for the result; it is made."
)
@click.option("--check", is_flag=True, help="Write nothing; the exit code is 1 if anything cannot be carried over.")
@click.option(
    "--ready-to-delete", metavar="NAMESPACE/NAME",
    help="Look at the running cluster whether this DatabaseCluster can be deleted without loss; the exit code is 1 if "
    "not.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=Choice(["text", "json"]), default="text", show_default=True,
    help="text for people, json for machines.",
)  # fmt: skip
@click.option("--debug", is_flag=True, hidden=True)
@click.pass_context
def migrate(
    ctx: click.Context,
    paths: tuple[str, ...],
    recursive: bool,
    plugins: list[Path],
    from_cluster: bool,
    kubeconfig: str | None,
    context: str | None,
    output: str | None,
    check: bool,
    ready_to_delete: str | None,
    format_: str,
    debug: bool,
) -> None:
    """Do it."""
    del debug  # read from the command line where a defect is reported
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.workspace.workspace import Workspace

    _check_use(paths, recursive, from_cluster, kubeconfig, context, output, check, ready_to_delete)
    workspace = Workspace(Plugins(plugins))
    if ready_to_delete is not None:
        ctx.exit(_ready(workspace, ready_to_delete, kubeconfig, context, format_))
    results, found, sources = _results(workspace, paths, recursive, from_cluster, kubeconfig, context)
    from pulumi_everest.upgrade.legacy.report import lost

    missing = lost([*found, *(entry for result in results for entry in result.findings)])
    _say(results, found, sources, everything=check or output is None)
    if check:
        if format_ == "json":
            click.echo(_as_json(results, found, _reach(kubeconfig, context)))
        ctx.exit(1 if missing else 0)
    reach = _reach(kubeconfig, context)
    done = [entry.adopted for entry in results if entry.adopted is not None]
    if not done:
        ctx.exit(1)
    if output is not None:
        from pulumi_everest.cli.output.migration import write_folder

        text = write_folder(Path(output), results, found, reach)
    else:
        from pulumi_everest.adoption.write import documents
        from pulumi_everest.review.yaml_text import yaml_text

        text = "---\n".join(map(yaml_text, documents(done))).rstrip("\n")
    click.echo(_as_json(results, found, reach) if format_ == "json" else text)


def _results(
    workspace: Workspace,
    paths: tuple[str, ...],
    recursive: bool,
    from_cluster: bool,
    kubeconfig: str | None,
    context: str | None,
) -> tuple[list[Migrated], list[Finding], Sources]:
    """What becomes of each cluster, and what is wrong with the input."""
    from pulumi_everest.adoption.alike import Alike
    from pulumi_everest.cli.command_line.reading import say_what_is_waited_for
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.review.legacy_objects import LegacyInput, of_cluster, of_files
    from pulumi_everest.upgrade.legacy.migrate import migrated
    from pulumi_everest.upgrade.legacy.objects import LegacyObjects

    if not from_cluster:
        paths = paths or HERE
        say_what_is_waited_for(paths)
    try:
        given = (
            of_cluster(workspace, paths, kubeconfig, context) if from_cluster else of_files(paths, recursive=recursive)
        )
    except LiveError as error:
        given = LegacyInput(findings=error.findings)
    objects = LegacyObjects(given.objects)
    with click.progressbar(
        given.clusters, label="reading back", file=sys.stderr, hidden=_is_quiet(given.clusters)
    ) as bar:
        alike = Alike()
        results = [migrated(workspace, objects, entry, alike) for entry in bar]
    return results, [*workspace.findings, *given.findings], given.sources


def _is_quiet(clusters: list[Any]) -> bool:
    return not sys.stderr.isatty() or len(clusters) < 5


def _say(results: list[Migrated], found: list[Finding], sources: Sources, *, everything: bool) -> None:
    """To standard error: what cannot be carried over, and with `everything` what the report would say besides."""
    from pulumi_everest.cli.output.findings import counted, finding_text
    from pulumi_everest.cli.output.write import note, screen_of
    from pulumi_everest.model.lines import without_commands
    from pulumi_everest.upgrade.legacy.report import lost

    screen = screen_of(sys.stderr)
    for one in found:
        click.echo(without_commands(finding_text(one, sources, screen)) + "\n", err=True)
    for result in results:
        shown = result.findings if everything else lost(result.findings)
        for one in shown:
            click.echo(without_commands(finding_text(one, sources, screen)) + "\n", err=True)
        if result.adopted is not None:
            fields = f"{result.adopted.by_fields} of {counted(result.adopted.total, 'value')} by fields"
            rest = len(result.findings) - len(shown)
            note(f"{result.name}: {fields}, the rest by overrides{f'; {rest} more in the report' if rest else ''}")


def _reach(kubeconfig: str | None, context: str | None) -> str:
    """The options by which the commands of the runbook find the cluster that was read."""
    from shlex import join

    given = {"--kubeconfig": kubeconfig and str(Path(kubeconfig).absolute()), "--context": context}
    return join(word for name, value in given.items() if value for word in (name, value))


def _as_json(results: list[Migrated], found: list[Finding], reach: str) -> str:
    import json

    from pulumi_everest.adoption.write import documents, file_name
    from pulumi_everest.upgrade.legacy.runbook import as_data, runbook

    clusters = [
        {
            "cluster": result.name,
            "file": file_name(result.adopted) if result.adopted is not None else None,
            "document": documents([result.adopted])[0] if result.adopted is not None else None,
            "findings": [entry.as_data() for entry in result.findings],
            "runbook": as_data(runbook(result, reach)) if result.adopted is not None else [],
        }
        for result in results
    ]
    return json.dumps({"clusters": clusters, "findings": [entry.as_data() for entry in found]}, indent=2)


def _ready(workspace: Workspace, name: str, kubeconfig: str | None, context: str | None, format_: str) -> int:
    """Say what stands in the way of deleting a DatabaseCluster; 1 if anything does."""
    import json

    from pulumi_everest.cli.output.findings import finding_text
    from pulumi_everest.cli.output.write import note
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.review.inputs.sources import Sources
    from pulumi_everest.upgrade.legacy.ready import in_the_way

    try:
        found = list(in_the_way(workspace, LiveCluster(kubeconfig, context), *name.split("/")))
    except LiveError as error:
        found = error.findings
    errors = [entry for entry in found if entry.is_error]
    if format_ == "json":
        click.echo(json.dumps({"ready": not errors, "findings": [entry.as_data() for entry in found]}, indent=2))
    else:
        for one in found:
            click.echo(finding_text(one, Sources(), None) + "\n", err=True)
        if not errors:
            note(f"DatabaseCluster {name} can be deleted: nothing of the database goes with it")
    return 1 if errors else 0


def _check_use(
    paths: tuple[str, ...],
    recursive: bool,
    from_cluster: bool,
    kubeconfig: str | None,
    context: str | None,
    output: str | None,
    check: bool,
    ready: str | None,
) -> None:
    """Raise UsageError for what would do nothing, or something else than was meant."""
    if ready is not None:
        if paths or recursive or from_cluster or check or output is not None:
            raise click.UsageError("--ready-to-delete takes no PATH, --recursive, --from-cluster, --check or -o")
        if ready.count("/") != 1 or ready.startswith("/") or ready.endswith("/"):
            raise click.UsageError(f"with --ready-to-delete write NAMESPACE/NAME, not '{ready}'")
        return
    if check and output is not None:
        raise click.UsageError("--check writes nothing, so there is no -o with it")
    if output is not None and Path(output).exists() and not Path(output).is_dir():
        raise click.BadParameter(f"'{output}' is a file, not a folder", param_hint="'-o' / '--output'")
    check_existing(paths, recursive, from_cluster, kubeconfig, context, "--from-cluster or --ready-to-delete")
