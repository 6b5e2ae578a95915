"""`everest validate`: everything that is wrong with the input."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pulumi_everest.cli.command_line.options import Command, all_stacks_option, jobs_option, shared_options

if TYPE_CHECKING:
    from pulumi_everest.review.options import Options

_HELP = """Check clusters, Providers and definitions, and say everything that is wrong.

The findings are the result, so they go to standard output, or to the file of -o. Documents of other API groups are
left out.

\b
  --format text    where and what, with the line of the source
  --format json    an array of objects with the keys code, severity, path,
                   message, allowed, hint, file, line, column and subject
  --format sarif   SARIF 2.1.0, for code scanning
  --format github  workflow commands, which GitHub shows in the files of a pull request

\b
  everest validate cluster.yaml
  everest validate infra/ --strict
  kustomize build . | everest validate -
  everest validate . --stack prod --config domain=example.com
  everest validate clusters/ --format sarif -o everest.sarif
"""


@click.command(cls=Command, help=_HELP, short_help="Say everything that is wrong.")
@shared_options("File for the findings.", "FILE", ("text", "json", "sarif", "github"))
@all_stacks_option
@jobs_option
@click.pass_context
def validate(ctx: click.Context, paths: tuple[str, ...], options: Options, all_stacks: bool, jobs: int) -> None:
    """Check the input."""
    from pulumi_everest.cli.command_line.reading import read
    from pulumi_everest.cli.output.findings import failed
    from pulumi_everest.cli.output.write import findings_text, write_result
    from pulumi_everest.review.inputs.gather import gather

    if all_stacks and options.stack is not None:
        raise click.UsageError("--all-stacks goes with no --stack, which is about one stack")
    options = replace(options, all_stacks=all_stacks)
    inputs = read(paths, options, jobs)
    gathered = gather(inputs, options, objects=False)
    write_result(findings_text(gathered, options, None if options.output else sys.stdout), options.output)
    ctx.exit(1 if failed(gathered.findings, strict=options.strict) else 0)
