"""`everest status`: how the databases of an input are in a running cluster, by what their operators report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line.options import Command, cluster_options, shared_options

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.databases import Database, Row
    from pulumi_everest.review.options import Options

_HELP = """Show how the databases of the input are: the state that each operator reports, and what it says about it.

The cluster is that of the kubeconfig, the current context if --context names no other. Findings tell whether the
operators are there, look after the namespaces, and are of the versions that the objects are made for. Nothing is
changed, and no Secret is read.

--wait waits until all databases are ready, for so many seconds at most. It ends sooner when none is left to wait for
since the operator has given up: unlike pulumi up, which waits for its timeout then.

The exit code is 1 when a database has failed; with --wait or --strict also when one is not ready, or not there.

With --format json the result is one object with databases and findings.

\b
  everest status infra/ --context production
  pulumi up --yes && everest status . --wait 900
"""

PAUSE = 2.0
"""Seconds between two looks."""
GRACE = 15.0
"""Seconds that an operator must report a failure before it is believed: some are over with the next try."""


@click.command(cls=Command, help=_HELP, short_help="Show how the databases are in a cluster.")
@shared_options("File for the result.", "FILE", ("text", "json"))
@cluster_options
@click.option(
    "--wait", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="Wait until all are ready, or have failed.",
)  # fmt: skip
@click.pass_context
def status(
    ctx: click.Context,
    paths: tuple[str, ...],
    options: Options,
    kubeconfig: str | None,
    context: str | None,
    wait: float | None,
) -> None:
    """Show it."""
    from pulumi_everest.cli.command_line.reading import read
    from pulumi_everest.cli.output.findings import failed
    from pulumi_everest.cli.output.write import write_findings, write_result
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.live.errors import LiveError
    from pulumi_everest.model.lines import without_commands
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.review.databases import databases
    from pulumi_everest.review.inputs.gather import gather
    from pulumi_everest.review.running import operator_findings

    inputs = read(paths, options)
    gathered = gather(inputs, options)
    rows: list[Row] = []
    if not gathered.has_errors:
        manifests = [plugin.manifest for plugin in Plugins(options.plugins).all()]
        live = LiveCluster(kubeconfig, context)
        try:
            gathered.findings += operator_findings(gathered.groups, manifests, live)
            rows = _watch(live, databases(gathered, manifests), wait)
        except LiveError as error:
            gathered.findings += error.findings
    if options.json:
        write_result(_json(rows, gathered.findings), options.output)
    else:
        write_findings(gathered, options)
        if not gathered.has_errors:
            write_result(without_commands(_table(rows)), options.output)
    bad = any(row.failed for row in rows) or (
        (options.strict or wait is not None) and not all(row.ready for row in rows)
    )
    ctx.exit(1 if bad or failed(gathered.findings, strict=options.strict) else 0)


def _watch(live: LiveCluster, found: Iterator[Database], wait: float | None) -> list[Row]:
    """How the databases are, at once or when there is nothing left to wait for. Changes are said on the way."""
    from pulumi_everest.review.databases import look

    wanted = list(found)
    rows = [look(live, database) for database in wanted]
    if wait is None:
        return rows
    until = time.monotonic() + wait
    failing: dict[int, float] = {}
    said: dict[int, str] = {}
    while True:
        now = time.monotonic()
        for number, row in enumerate(rows):
            if row.failed:
                failing.setdefault(number, now)
            else:
                failing.pop(number, None)
            text = _progress(row)
            if said.get(number) != text:
                said[number] = text
                click.echo(text, err=True)
        settled = [row.ready or now - failing.get(number, now) >= GRACE for number, row in enumerate(rows)]
        if all(settled) or now >= until:
            return rows
        time.sleep(min(PAUSE, max(0.0, until - now)))
        live.forget_kinds()
        rows = [look(live, database) for database in wanted]


def _progress(row: Row) -> str:
    from pulumi_everest.model.lines import on_one_line

    message = f": {row.health.message}" if row.health is not None and row.health.message else ""
    ready = "ready" if row.ready else row.state
    return on_one_line(f"{row.database.item.key[3]}: {ready}{message}")


def _table(rows: Sequence[Row]) -> str:
    from pulumi_everest.cli.output.findings import counted
    from pulumi_everest.model.lines import on_one_line
    from pulumi_everest.review.running import namespace_of

    if not rows:
        return "no databases"
    titles = ["NAMESPACE", "NAME", "TECHNOLOGY", "STATE", "READY", "MESSAGE"]
    lines = [titles]
    for row in rows:
        ready = "yes" if row.ready else "failed" if row.failed else "no"
        message = row.health.message if row.health is not None else ""
        item = row.database.item
        texts = (namespace_of(item), item.key[3], row.database.title, row.state, ready, message)
        lines.append([on_one_line(" ".join(text.split())) for text in texts])
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    colours = {"yes": "green", "failed": "red", "no": "yellow"}
    shown = []
    for line in lines:
        cells = [text.ljust(width) for text, width in zip(line, widths, strict=True)]
        cells[4] = click.style(cells[4], fg=colours.get(line[4]))
        shown.append("  ".join(cells).rstrip())
    ready_ones, failed_ones = sum(row.ready for row in rows), sum(row.failed for row in rows)
    parts = [f"{ready_ones} ready", *([f"{failed_ones} failed"] if failed_ones else [])]
    return "\n".join([*shown, "", f"{counted(len(rows), 'database')}: {', '.join(parts)}"])


def _json(rows: Sequence[Row], found: Sequence[Finding]) -> str:
    import json

    from pulumi_everest.cli.output.findings import finding_data
    from pulumi_everest.review.running import namespace_of

    def data(row: Row) -> dict[str, Any]:
        item, state = row.database.item, row.health
        return {
            "namespace": namespace_of(item),
            "name": item.key[3],
            "technology": row.database.manifest.name if row.database.manifest is not None else None,
            "apiVersion": item.manifest["apiVersion"],
            "kind": item.key[1],
            "exists": state is not None,
            "state": (state.state or None) if state is not None else None,
            "ready": state.ready if state is not None else False,
            "failed": state.failed if state is not None else False,
            "message": (state.message or None) if state is not None else None,
        }

    result = {"databases": [data(row) for row in rows], "findings": [finding_data(entry) for entry in found]}
    return json.dumps(result, indent=2, ensure_ascii=False)
