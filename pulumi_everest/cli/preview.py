"""`everest preview`: what would exist, or what a change does to it."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.options import shared_options

if TYPE_CHECKING:
    from pulumi_everest.cli.diff import Difference
    from pulumi_everest.cli.gather import Gathered
    from pulumi_everest.cli.options import Options

_HELP = """Show what would exist: clusters, their objects, and all fields; with --against what differs.

--against takes anything that a PATH can be: a folder that `everest render -o` wrote, or the same clusters or program
as they were, as in a checkout of another branch. Objects are compared field by field; lists by the names of their
items where all have one. Secret values are compared, but never shown.

With --format json the result is one object with clusters, differences (with --against) and findings.

\b
  everest preview cluster.yaml
  everest preview infra/ --against manifests/
  git worktree add ../main main; everest preview . --against ../main --exit-code
"""


@click.command(help=_HELP, short_help="Show what would exist, or what changes.")
@shared_options("File for the result.", "FILE")
@click.option("--against", metavar="DIR|FILE", help="What there is now, to show the difference to.")
@click.option("--exit-code", "exit_code", is_flag=True, help="A difference makes the exit code 1.")
@click.pass_context
def preview(ctx: click.Context, paths: tuple[str, ...], options: Options, against: str | None, exit_code: bool) -> None:
    """Show the objects."""
    from pulumi_everest.cli.diff import compare
    from pulumi_everest.cli.gather import gather
    from pulumi_everest.cli.inputs import read_inputs, refuse_unused
    from pulumi_everest.cli.output import write_findings, write_result
    from pulumi_everest.cli.report import failed, summary
    from pulumi_everest.cli.tree import diff_tree, glyphs_for, tree

    if exit_code and against is None:
        raise click.UsageError("--exit-code needs --against: without it there is nothing that could differ")
    if against == "-" and "-" in paths:
        raise click.UsageError("standard input cannot be the input and --against at once")
    inputs = read_inputs(paths)
    refuse_unused(inputs, options)
    gathered = gather(inputs, options)
    differences: list[Difference] | None = None
    if against is not None:
        before = gather(read_inputs([against]), options)
        if before.has_errors:
            errors = [entry for entry in before.findings if entry.is_error]
            gathered.findings += [replace(e, message=f"in --against: {e.message}") for e in errors]
        elif not gathered.has_errors:
            differences = compare(before.items, gathered.items)
    different = any(difference.kind != "same" for difference in differences or [])
    code = 1 if failed(gathered.findings, strict=options.strict) or (exit_code and different) else 0
    if options.json:
        write_result(_json(gathered, differences), options.output)
        ctx.exit(code)
    write_findings(gathered, options)
    if not gathered.has_errors:
        glyphs = glyphs_for("utf-8" if options.output else getattr(sys.stdout, "encoding", None))
        if differences is not None:
            text = diff_tree(gathered.groups, differences, glyphs)
        else:
            text = tree(gathered.groups, glyphs) or summary([], gathered.clusters, gathered.documents)
        write_result(text, options.output)
    ctx.exit(code)


def _json(gathered: Gathered, differences: list[Difference] | None) -> str:
    import json

    from pulumi_everest.cli.objects import object_data
    from pulumi_everest.cli.secret_values import plain

    def named(difference: Difference) -> dict[str, Any]:
        _, kind, namespace, name = difference.item.key
        data: dict[str, Any] = {
            "change": difference.kind,
            "apiVersion": difference.item.manifest.get("apiVersion"),
            "kind": kind,
            "namespace": namespace or None,
            "name": name,
            "fields": [],
        }
        for change in difference.changes:
            entry = {"path": change.where, "change": change.kind}
            if change.kind != "added":
                entry["old"] = plain(change.old, show=False)
            if change.kind != "removed":
                entry["new"] = plain(change.new, show=False)
            data["fields"].append(entry)
        return data

    result: dict[str, Any] = {
        "clusters": [
            {"name": group.name, **group.about, "objects": [object_data(item) for item in group.items]}
            for group in gathered.groups
            if group.kind == "cluster"
        ],
        "objects": [object_data(i) for group in gathered.groups if group.kind != "cluster" for i in group.items],
    }
    if differences is not None:
        result["differences"] = [named(difference) for difference in differences]
    result["findings"] = [entry.as_data() for entry in gathered.findings]
    return json.dumps(result, indent=2, ensure_ascii=False)
