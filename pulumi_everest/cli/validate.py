"""`everest validate`: everything that is wrong with the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pulumi_everest.cli.options import shared_options

if TYPE_CHECKING:
    from pulumi_everest.cli.options import Options

_HELP = """Check clusters, Providers and definitions, and say everything that is wrong.

The findings are the result, so they go to standard output (or to the file of -o), with --format json as an array of
objects with the keys code, severity, path, message, allowed, hint, file, line and column. Documents of other API
groups are left out.

\b
  everest validate cluster.yaml
  everest validate infra/ --strict
  kustomize build . | everest validate -
  everest validate . --stack prod --config domain=example.com
  everest validate clusters/ --format json -o findings.json
"""


@click.command(help=_HELP, short_help="Say everything that is wrong.")
@shared_options("File for the findings.", "FILE")
@click.pass_context
def validate(ctx: click.Context, paths: tuple[str, ...], options: Options) -> None:
    """Check the input."""
    from pulumi_everest.cli.gather import gather
    from pulumi_everest.cli.inputs import read_inputs, refuse_unused
    from pulumi_everest.cli.output import write_result
    from pulumi_everest.cli.report import failed, finding_text, findings_json, summary

    inputs = read_inputs(paths)
    refuse_unused(inputs, options)
    gathered = gather(inputs, options, objects=False)
    found = gathered.findings
    if options.json:
        text = findings_json(found)
    else:
        last = summary(found, gathered.clusters, gathered.documents)
        text = "\n".join([*(finding_text(entry) + "\n" for entry in found), last])
    write_result(text, options.output)
    ctx.exit(1 if failed(found, strict=options.strict) else 0)
