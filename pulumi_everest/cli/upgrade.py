"""`everest upgrade`: what the way forward does to databases, said before it is gone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import HERE, Command, cluster_options, shared_options

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.options import Options
    from pulumi_everest.review.upgrades.definitions import DefinitionUpgrade
    from pulumi_everest.review.upgrades.operators import OperatorUpgrade

_HELP = """Say what an upgrade does to each database of the input, and what is in its way. Nothing is changed.

With --from and --to it is one of a plugin: what the newer one would change of each cluster, and what that does to the
running database. A plugin is a folder, a wheel, REV:PATH at a revision of git, the name of one that is installed, or a
revision alone, at which the folder of the other side is meant. A folder or wheel may hold several.

It is an error where a version in use is gone, a config no longer passes, a release is older than the newer plugin can
be upgraded from, or a change is refused, such as a default that would move data. Versions that the lock holds stay.

With --operator it is the way to another version of an operator, as steps with commands: definitions, operator,
crVersion, images, one minor version at a time, and before them what has to move. With --running, or --kubeconfig or
--context, the steps are checked against what runs: which are done, which one is the next, and what is in its way.

\b
  everest upgrade infra/ --from plugins/shop-1.0 --to plugins/shop-1.1
  everest upgrade clusters/ --from v1.0 --to plugins/shop
  everest upgrade . --from shop-1.0-py3-none-any.whl --to shop-1.1-py3-none-any.whl --format json
  everest upgrade infra/ --operator 1.23.0 --context production
"""


@click.command(cls=Command, help=_HELP, short_help="Say what an upgrade does to the databases.")
@shared_options("File for the result.", "FILE", formats=("text", "json", "github", "markdown"))
@click.option(
    "--from", "old", metavar="PLUGIN", shell_complete=complete.files, help="The plugin whose clusters there are."
)
@click.option("--to", "new", metavar="PLUGIN", shell_complete=complete.files, help="The newer plugin.")
@click.option("--operator", metavar="VERSION", help="The version of the operator to go to.")
@click.option("--running", is_flag=True, help="Check the steps of --operator against the cluster of the kubeconfig.")
@cluster_options
@click.pass_context
def upgrade(
    ctx: click.Context,
    paths: tuple[str, ...],
    options: Options,
    old: str | None,
    new: str | None,
    operator: str | None,
    running: bool,
    kubeconfig: str | None,
    context: str | None,
) -> None:
    """Say it."""
    from pulumi_everest.cli.output.findings import failed

    if operator is not None:
        if old is not None or new is not None:
            raise click.UsageError("--operator is an upgrade of its own: leave --from and --to out")
        if options.format == "markdown":
            raise click.UsageError("--format markdown: only with --from and --to")
        look = running or kubeconfig is not None or context is not None
        ctx.exit(_of_operator(paths, options, operator, kubeconfig, context, look=look))
    if running or kubeconfig or context:
        raise click.UsageError("--running, --kubeconfig and --context: only with --operator")
    if old is None or new is None:
        raise click.UsageError("name both plugins: --from OLD --to NEW; or a version: --operator VERSION")
    made = _between_plugins(paths, options, old, new)
    ctx.exit(1 if failed(made.gathered.findings, strict=options.strict) else 0)


def _between_plugins(paths: tuple[str, ...], options: Options, old: str, new: str) -> DefinitionUpgrade:
    """Compare and print."""
    import tempfile

    from pulumi_everest.cli.command_line.reading import read
    from pulumi_everest.cli.output.write import findings_text, write_findings, write_result
    from pulumi_everest.model.findings import EverestError
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.upgrades.definitions import DefinitionUpgrade, definition_upgrade
    from pulumi_everest.review.upgrades.plugin_sources import plugin_source

    inputs = read(paths, options)
    with tempfile.TemporaryDirectory(prefix="everest-") as scratch:
        sides = [Path(scratch) / name for name in ("from", "to")]
        for side in sides:
            side.mkdir()
        try:
            one, other = plugin_source(old, sides[0], new), plugin_source(new, sides[1], old)
        except EverestError as error:
            made = DefinitionUpgrade(Gathered(findings=error.findings))
        else:
            made = definition_upgrade(one, other, inputs, options, impacts=options.format == "github")
        if options.format == "github":
            click.echo(findings_text(made.gathered, options, None), nl=False)
        elif options.json:
            write_result(_json(made), options.output)
        elif not made.moves or (made.gathered.has_errors and not made.compared and not made.stuck):
            write_findings(made.gathered, options)
        else:
            write_result(_page(made, options), options.output)
    return made


def _json(made: DefinitionUpgrade) -> str:
    import json

    from pulumi_everest.cli.output.findings import finding_data

    result = {**made.data(), "findings": [finding_data(entry) for entry in made.gathered.findings]}
    return json.dumps(result, indent=2, ensure_ascii=False)


def _page(made: DefinitionUpgrade, options: Options) -> str:
    """What changes, as a page that says equal changes of all clusters once."""
    from pulumi_everest.cli.output.page.markdown import page_markdown
    from pulumi_everest.cli.output.page.text import page_text
    from pulumi_everest.cli.output.tree import glyphs_for
    from pulumi_everest.model.lines import without_commands
    from pulumi_everest.review.page.build import page

    gathered = made.gathered
    built = page(
        made.former, made.groups, made.compared, made.differences, gathered.findings, namesakes=gathered.has_namesakes
    )
    if options.format == "markdown":
        return page_markdown(built)
    glyphs = glyphs_for("utf-8" if options.output else getattr(sys.stdout, "encoding", None))
    head = [move.text(glyphs.arrow) for move in made.moves]
    if made.stuck:
        head.append(f"not to be had any more: {', '.join(made.stuck)}")
    return without_commands("\n".join([*head, "", page_text(built, glyphs.arrow)]))


def _of_operator(
    paths: tuple[str, ...], options: Options, version: str, kubeconfig: str | None, context: str | None, *, look: bool
) -> int:
    """Print the steps; the exit code."""
    from pulumi_everest.cli.command_line.reading import read
    from pulumi_everest.cli.output.findings import failed
    from pulumi_everest.cli.output.upgrade_steps import steps_text
    from pulumi_everest.cli.output.write import write_findings, write_result
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.model.findings import sort_findings
    from pulumi_everest.model.lines import without_commands
    from pulumi_everest.review.inputs.gather import gather
    from pulumi_everest.review.upgrades.operators import operator_upgrades
    from pulumi_everest.upgrade.operators.steps import Place

    inputs = read(paths, options)
    gathered = gather(inputs, options)
    made: list[OperatorUpgrade] = []
    if not gathered.has_errors:
        given = (("--kubeconfig", kubeconfig), ("--context", context))
        files = [path for path in paths or HERE if Path(path) not in inputs.programs] if inputs.documents else []
        place = Place(
            "default",
            paths or HERE,
            programs=list(map(str, inputs.programs)),
            files=files,
            options=[word for option, value in given if value for word in (option, value)],
        )
        live = LiveCluster(kubeconfig, context) if look else None
        try:
            made, found = operator_upgrades(version, gathered, place, live)
        except LiveError as error:
            found = error.findings
        gathered.findings = sort_findings([*gathered.findings, *found])
    if options.json:
        write_result(_steps_json(made, gathered.findings), options.output)
    else:
        write_findings(gathered, options)
        if made:
            write_result(without_commands(steps_text(made)), options.output)
    blocked = any(step.state == "blocked" for upgrade in made for step in upgrade.steps)
    return 1 if blocked or failed(gathered.findings, strict=options.strict) else 0


def _steps_json(made: list[OperatorUpgrade], findings: list[Finding]) -> str:
    import json

    from pulumi_everest.cli.output.findings import finding_data

    result = {"upgrades": [one.data() for one in made], "findings": [finding_data(entry) for entry in findings]}
    return json.dumps(result, indent=2, ensure_ascii=False)
