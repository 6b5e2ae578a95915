"""`everest render`: the Kubernetes objects that the input becomes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from pulumi_everest.cli.command_line.options import Command, jobs_option, shared_options

if TYPE_CHECKING:
    from pulumi_everest.review.options import Options

_HELP = """Make the Kubernetes objects of the input, as YAML documents or (--format json) as a List.

Objects go to standard output, or each to a file of its own in the folder of -o, named <kind>-<namespace>-<name>.yaml.
Files of former runs are named, never deleted. Documents of other API groups come first, as they were written; then
what Providers need, then each cluster. Findings go to standard error (--format github: as workflow commands); with an
error nothing is written.

Secret values are written as <secret>, unless --show-secrets with -o writes files that only you can read. What only
Pulumi's engine could know is written as <unknown>, with a warning.

\b
  everest render cluster.yaml | kubectl apply --dry-run=server -f -
  everest render . -o manifests/
  everest render infra/ --stack prod -o manifests/ --show-secrets
  everest render provider.yaml cluster.yaml --reconcile-by everest
  everest render infra/ --explain
"""


@click.command(cls=Command, help=_HELP, short_help="Make the Kubernetes objects.")
@shared_options("Folder for the objects, one file each.", "DIR")
@click.option("--show-secrets", is_flag=True, help="Write secret values. Only with -o; the files get mode 0600.")
@click.option(
    "--explain", is_flag=True, help="Say of each value the template's line, and what of the cluster it follows."
)
@jobs_option
@click.pass_context
def render(
    ctx: click.Context, paths: tuple[str, ...], options: Options, show_secrets: bool, explain: bool, jobs: int
) -> None:
    """Make the objects."""
    from pulumi_everest.cli.command_line.reading import read
    from pulumi_everest.cli.output.files import check_folder, write_objects
    from pulumi_everest.cli.output.findings import counted, failed
    from pulumi_everest.cli.output.objects import hidden_in, json_list, with_texts, yaml_stream
    from pulumi_everest.cli.output.write import note, write_findings, write_parts
    from pulumi_everest.review.inputs.gather import gather

    if show_secrets and options.output is None:
        raise click.UsageError("--show-secrets needs -o DIR: secret values are not written to a terminal or a log")
    if explain and options.output is not None:
        raise click.UsageError("--explain writes to standard output, so it cannot be with -o")
    if options.output is not None:
        check_folder(options.output)
    inputs = read(paths, options, jobs)
    keep = None if explain else partial(with_texts, as_json=options.json, show=show_secrets)
    gathered = gather(inputs, options, keep=keep)
    write_findings(gathered, options)
    if gathered.has_errors:
        ctx.exit(1)
    items = gathered.items
    if explain:
        from pulumi_everest.cli.output.explain.objects import explained_json, explained_text

        if items or options.json:
            click.echo((explained_json if options.json else explained_text)(items))
    elif options.output is not None:
        written, others = write_objects(items, options.output, as_json=options.json, show=show_secrets)
        click.echo(f"{counted(written, 'object')} written to {options.output}", err=True)
        if others:
            note(f"not of this run, and left alone: {others}")
    else:
        write_parts(json_list(items) if options.json else yaml_stream(items))
    for item in items:
        if item.after is not None:
            note(f"{item.title} fills the new database: apply it when {item.after} is ready, and once only")
    hidden = 0 if show_secrets else sum(map(hidden_in, items))
    if hidden:
        values = counted(hidden, "secret value")
        note(f"{values} written as <secret>, so do not apply this; -o DIR --show-secrets writes what is applied")
    ctx.exit(1 if failed(gathered.findings, strict=options.strict) else 0)
