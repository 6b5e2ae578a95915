"""`everest adopt`: the program, or the YAML, of databases that an operator already runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.from_cluster import check_existing, existing_options
from pulumi_everest.cli.command_line.options import HERE, Choice, Command

_HELP = """Write the program, or the YAML, of databases that an operator already runs.

A PATH is a file with the operator's objects, as kubectl get -o yaml writes them, or - for standard input; with
--from-cluster it is NAMESPACE/NAME, or NAMESPACE/ for all of a namespace, and without any all databases of the
cluster are taken. Objects of other kinds are left out, and so is what a server wrote: status, managedFields and
the like. Passwords are never read: Secrets are named.

What is written renders to exactly the objects that were read, which is checked before it is written. An object that
cannot be adopted is reported and left out, and the exit code is 1. What no field says stands in overrides. In the
program each cluster has adopt=True: the first pulumi up takes the object over and changes nothing.

\b
  everest adopt --from-cluster shop/orders --language python -o __main__.py
  everest adopt --from-cluster shop/ --context production
  kubectl get psmdb,pxc,perconapgclusters -A -o yaml | everest adopt -
"""


@click.command(cls=Command, help=_HELP, short_help="Write the program of databases that are there.")
@existing_options
@click.option(
    "--language", type=Choice(["yaml", "python"]), default="yaml", show_default=True,
    help="Write DatabaseCluster documents, or a Pulumi program.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", shell_complete=complete.files, help="File for the result.")
@click.option("--strict", is_flag=True, help="Warnings make the exit code 1, too.")
@click.option("--debug", is_flag=True, hidden=True)
@click.pass_context
def adopt(
    ctx: click.Context,
    paths: tuple[str, ...],
    recursive: bool,
    plugins: list[Path],
    from_cluster: bool,
    kubeconfig: str | None,
    context: str | None,
    language: str,
    output: str | None,
    strict: bool,
    debug: bool,
) -> None:
    """Write it."""
    del debug  # read from the command line where a defect is reported
    from pulumi_everest.adoption.adopt import Adopted, adopted
    from pulumi_everest.adoption.alike import Alike
    from pulumi_everest.adoption.write import documents, program
    from pulumi_everest.cli.command_line.reading import say_what_is_waited_for
    from pulumi_everest.cli.output.findings import counted, failed, finding_text
    from pulumi_everest.cli.output.write import note, screen_of, write_result
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.model.findings import EverestError
    from pulumi_everest.model.lines import without_commands
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.review.existing_objects import Existing, of_cluster, of_files, twins
    from pulumi_everest.review.yaml_text import yaml_text
    from pulumi_everest.workspace.workspace import Workspace

    _check_use(paths, recursive, from_cluster, kubeconfig, context, language, output)
    workspace = Workspace(Plugins(plugins))
    if not from_cluster:
        paths = paths or HERE
        say_what_is_waited_for(paths)
    try:
        existing = (
            of_cluster(workspace, paths, kubeconfig, context)
            if from_cluster
            else of_files(workspace, paths, recursive=recursive)
        )
    except LiveError as error:
        existing = Existing(findings=error.findings)
    alone, doubled = twins(existing)
    found = [*workspace.findings, *existing.findings, *doubled]
    results: list[Adopted] = []
    alike = Alike()
    for entry in alone:
        try:
            results.append(adopted(workspace, entry, alike=alike))
            found += results[-1].findings
        except EverestError as error:
            found += error.findings
    for one in found:
        click.echo(without_commands(finding_text(one, existing.sources, screen_of(sys.stderr))) + "\n", err=True)
    if not results:
        ctx.exit(1)
    if existing.others:
        note(f"left out: {existing.others}")
    if language == "python":
        text = program(results).rstrip("\n")
    else:
        text = "---\n".join(map(yaml_text, documents(results))).rstrip("\n")
    write_result(text, Path(output) if output is not None else None)
    for result in results:
        name = "/".join(str(result.metadata[key]) for key in ("namespace", "name") if key in result.metadata)
        note(f"{name}: {result.by_fields} of {counted(result.total, 'value')} by fields, the rest by overrides")
    missing = len(existing.objects) - len(results)
    if missing:
        note(f"not adopted: {missing} of {counted(len(existing.objects), 'database')}, for the errors above")
    ctx.exit(1 if failed(found, strict=strict) else 0)


def _check_use(
    paths: tuple[str, ...],
    recursive: bool,
    from_cluster: bool,
    kubeconfig: str | None,
    context: str | None,
    language: str,
    output: str | None,
) -> None:
    """Raise UsageError for what would do nothing, or something else than was meant."""
    if output in ("python", "yaml") and output != language:
        raise click.UsageError(f"-o names a file; write --language {output}")
    check_existing(paths, recursive, from_cluster, kubeconfig, context)
