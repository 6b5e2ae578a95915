"""`everest preview`: what would exist, or what a change does to it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import (
    Choice,
    Command,
    all_stacks_option,
    cluster_options,
    jobs_option,
    read_liftings,
    shared_options,
)

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.clusters import Cluster, Compared, Lifting
    from pulumi_everest.review.comparison.object_diff import Difference
    from pulumi_everest.review.comparison.revision import FormerInput
    from pulumi_everest.review.options import Options

_HELP = """Show what would exist: clusters, their objects, and all fields; with --against what differs.

--against takes a folder that `everest render -o` wrote, or other files or a program, as a PATH can be. It also takes
a revision of git (a commit, branch or tag): then each PATH is compared with what it was then, in the repository that
holds it. A file or folder of that name wins. Nothing is checked out; folders of --plugin are taken from the revision,
too, if they are in a repository; and a PATH that did not exist then is new.

--against cluster takes the objects of a running cluster, that of the kubeconfig or of --kubeconfig and --context.
Fields that the cluster or an operator added are left out, and so are Secrets. It also says whether the operators are
there, look after the namespaces, and are of the versions that the objects are made for.

Each change of a cluster is shown with what it does to the running database: nothing, online, rolling restart, downtime,
or refused, since data would be lost or the operator cannot do it. A refused change is a finding that says how to go on.
That takes clusters on both sides; of a folder that `everest render -o` wrote only the objects are compared. Those of a
running cluster count as what `everest adopt` would make of them. --allow lifts a guard, which then is a warning: for
all clusters, or for the one that is named, by its name, namespace/name, or in a program the name of its resource.

Objects are compared field by field; lists by the names of their items where all have one. Secret values are compared,
but never shown.

--capacity adds up what the clusters take of Kubernetes, as the plugins say what their operators make: CPU, memory,
volumes, pods, load balancers, and with --prices what that costs. It is on the page of --summary, too. With
--against cluster it says what does not fit into quotas and limit ranges of the namespaces.

With --format json the result is one object with clusters, objects of no cluster, differences and changes (with
--against) and findings. With --format github the findings on standard error are workflow commands, and with sarif they
are the result; with both, changes that are more than online are among them.

\b
  everest preview cluster.yaml
  everest preview infra/ --against manifests/
  everest preview clusters/ --against origin/main --exit-code
  everest preview infra/ --against cluster --context production
  everest preview clusters/ --capacity --by namespace --prices prices.yaml
"""


@click.command(cls=Command, help=_HELP, short_help="Show what would exist, or what changes.")
@shared_options("File for the result.", "FILE", formats=("text", "json", "sarif", "github", "markdown"))
@click.option(
    "--against",
    metavar="DIR|FILE|REV|cluster",
    shell_complete=complete.files,
    help="What there was, to show the difference to.",
)
@click.option(
    "--allow",
    "liftings",
    metavar="[CLUSTER:]GUARD",
    multiple=True,
    callback=read_liftings,
    shell_complete=complete.liftings,
    help="Guard that the change may pass, as allow in a program; docs/changes.md has their names. Repeatable.",
)
@cluster_options
@click.option(
    "--summary/--full",
    "summary_only",
    default=None,
    help="Equal changes of all clusters said once, on a page; of more than 20 clusters by itself. Or all of it.",
)
@click.option(
    "--capacity",
    "capacity_only",
    is_flag=True,
    help="What the clusters take of Kubernetes: CPU, memory, storage, pods, load balancers; with --against before and "
    "after.",
)
@click.option(
    "--by",
    "groupings",
    type=Choice(["namespace", "technology", "node-selector"]),
    multiple=True,
    help="What --capacity is split by; what has several parts if left out. Repeatable.",
)
@click.option(
    "--prices",
    metavar="FILE",
    shell_complete=complete.files,
    help="YAML with prices of CPU, memory, storage and load balancers (docs/fleet.md), for what it costs.",
)
@all_stacks_option
@click.option("--exit-code", "exit_code", is_flag=True, help="A difference makes the exit code 1.")
@jobs_option
@click.pass_context
def preview(
    ctx: click.Context,
    paths: tuple[str, ...],
    options: Options,
    against: str | None,
    liftings: tuple[Lifting, ...],
    summary_only: bool | None,
    kubeconfig: str | None,
    context: str | None,
    capacity_only: bool,
    groupings: tuple[str, ...],
    prices: str | None,
    all_stacks: bool,
    exit_code: bool,
    jobs: int,
) -> None:
    """Show the objects."""
    from pulumi_everest.cli.command_line.reading import read, read_costs
    from pulumi_everest.cli.output.findings import failed, summary
    from pulumi_everest.cli.output.page.pages import capacity_as, page_as
    from pulumi_everest.cli.output.tree import diff_tree, glyphs_for, tree
    from pulumi_everest.cli.output.write import findings_text, note, write_findings, write_result
    from pulumi_everest.model.findings import sort_findings
    from pulumi_everest.model.lines import without_commands
    from pulumi_everest.review.capacity.measure import Measured, counter_for
    from pulumi_everest.review.comparison.compared_inputs import InMemory, OfDocuments
    from pulumi_everest.review.comparison.impacts import findings
    from pulumi_everest.review.comparison.lifted_guards import checked
    from pulumi_everest.review.comparison.removed import removed
    from pulumi_everest.review.comparison.revision import gather_before
    from pulumi_everest.review.comparison.side_by_side import Wanted
    from pulumi_everest.review.inputs.gather import gather
    from pulumi_everest.review.page.build import capacity_page, page
    from pulumi_everest.review.page.capacity_build import capacity
    from pulumi_everest.workspace.plans.plan_memory import PlanMemory

    running = against == "cluster" and not os.path.lexists(against)
    if (kubeconfig or context) and not running:
        raise click.UsageError("--kubeconfig and --context: only with --against cluster")
    if all_stacks and (options.stack is not None or running):
        given = "--stack" if options.stack is not None else "--against cluster"
        raise click.UsageError(f"--all-stacks goes with no {given}, which is about one stack")
    options = replace(options, all_stacks=all_stacks)
    if exit_code and against is None:
        raise click.UsageError("--exit-code needs --against: without it there is nothing that could differ")
    if capacity_only and (summary_only is not None or options.format in ("sarif", "github")):
        given = f"--format {options.format}" if summary_only is None else "--summary" if summary_only else "--full"
        raise click.UsageError(f"--capacity goes with no {given}: it has text, json and markdown, and nothing else")
    if groupings and not capacity_only:
        raise click.UsageError("--by needs --capacity")
    if prices is not None and not capacity_only and against is None:
        raise click.UsageError("--prices needs --capacity or --against: without them nothing is added up")
    if against is None and not capacity_only and (summary_only is not None or options.format == "markdown"):
        given = "--format markdown" if summary_only is None else "--summary" if summary_only else "--full"
        raise click.UsageError(f"{given} needs --against: without it there is no change that could be told")
    if options.format == "markdown" and summary_only is False:
        raise click.UsageError("--full: --format markdown is always a summary")
    if liftings and against is None:
        raise click.UsageError("--allow needs --against: without it there is no change that a guard could refuse")
    if "-" in paths and against is not None and not running and (against == "-" or not os.path.lexists(against)):
        if against == "-":
            raise click.UsageError("standard input cannot be the input and --against at once")
        raise click.UsageError(f"--against {against} is no file or folder, and no revision holds standard input")
    if against is not None and not running:
        options = replace(options, memory=PlanMemory())

    def wanted(clusters: int) -> Wanted:
        is_page = not capacity_only and _is_summary(summary_only, options, clusters)
        counter = counter_for(options.plugins) if is_page or capacity_only else None
        objects = options.format != "sarif" and not (is_page or capacity_only)
        return Wanted(liftings, objects, is_page, counter, apart=is_page)

    inputs = read(paths, options, jobs)
    modules = set(sys.modules)
    before: FormerInput | None = None
    if against is None or running or inputs.programs:
        gathered = gather(inputs, options)
        both = InMemory(gathered, options)
    else:
        # Of what is documents alone each cluster is let go of when it has been compared.
        both = OfDocuments(inputs, options, wanted)
        before = both.before(against, paths)
        gathered = both.gathered
    costs = read_costs(prices, gathered)
    unliftable: list[Finding] = []
    gone: list[Finding] = []
    if not (gathered.has_errors or gathered.left_out):  # what is left out may be what they are for
        liftings, unliftable = checked(liftings, gathered.known_clusters)
    differences: list[Difference] | None = None
    compared: list[Compared] = []
    lifted: tuple[Lifting, ...] = ()
    former: list[Cluster] = []
    if against is not None:
        if running:
            from pulumi_everest.review.comparison.running_side import running_before

            before = running_before(gathered, options, kubeconfig, context)
        elif before is None:
            before = gather_before(against, paths, options, set(sys.modules) - modules)
        for text in before.notes:
            note(text)
        comparable = before.gathered.is_comparable and gathered.is_comparable
        if before.gathered.has_errors:
            errors = [entry for entry in before.gathered.findings if entry.is_error]
            gathered.findings += [replace(e, message=f"in --against: {e.message}") for e in errors]
            gathered.sources.texts.update(before.gathered.sources.texts)
        if comparable:
            former = before.gathered.known_clusters
            differing = both.differing(before, liftings)
            differences, compared = differing.objects, differing.clusters
            gone = list(removed(before.gathered.known_clusters, gathered.known_clusters))
            lifted = () if gathered.left_out else liftings
            if gathered.known_clusters and not before.gathered.clusters and before.gathered.items:
                note(f"{against} holds objects and no clusters, so what changes do to databases is not known")
                lifted = ()
            for path in before.new_paths:
                note(f"{path} did not exist in {against}, so all of it is new")
    compares = differences is not None
    shown = compares or not gathered.has_errors
    # Of what has errors people read the findings alone.
    told = compares or options.format != "text"
    is_summary = not capacity_only and against is not None and told
    is_summary = is_summary and _is_summary(summary_only, options, len(compared) + len(gathered.left_out))
    block = None
    if shown and (capacity_only or (is_summary and compares and (differences or not gathered.left_out))):
        sides = both.measured(before.gathered if compares and before is not None else None)
        block = capacity(sides.before, sides.after, costs)
        if isinstance(sides, Measured) and running:
            from pulumi_everest.review.comparison.running_side import unfitting

            gathered.findings += unfitting(sides, kubeconfig, context)
    gathered.findings = sort_findings(
        [
            *gathered.findings,
            *unliftable,
            *gone,
            *findings(compared, lifted, impacts=options.format in ("sarif", "github")),
        ]
    )
    different = any(difference.kind != "same" for difference in differences or [])
    code = 1 if failed(gathered.findings, strict=options.strict) or (exit_code and different) else 0
    namesakes = gathered.has_namesakes or (before is not None and before.gathered.has_namesakes)
    if is_summary:
        were, groups = (before.gathered.groups, gathered.groups) if compares and before is not None else ([], [])
        made = page(
            former, groups, compared, differences or [], gathered.findings, block, were,
            namesakes=namesakes, left_out=gathered.left_out if compares else None, clusters=gathered.clusters,
        )  # fmt: skip
        write_result(page_as(made, options), options.output)
        ctx.exit(code)
    if capacity_only:
        if not options.json:
            write_findings(gathered, options)
        if shown or options.json:
            alone = capacity_page(block, gathered.findings, namesakes=namesakes)
            write_result(capacity_as(alone, options, groupings), options.output)
        ctx.exit(code)
    if options.json:
        from pulumi_everest.cli.output.preview_data import preview_json

        write_result(preview_json(gathered, differences, compared), options.output)
        ctx.exit(code)
    if options.format == "sarif":
        write_result(findings_text(gathered, options, None), options.output)
        ctx.exit(code)
    write_findings(gathered, options)
    if shown:
        glyphs = glyphs_for("utf-8" if options.output else getattr(sys.stdout, "encoding", None))
        if differences is not None:
            text = diff_tree(gathered.groups, differences, glyphs, compared)
        else:
            text = tree(gathered.groups, glyphs) or summary([], gathered.clusters, gathered.documents, gathered.foreign)
        write_result(without_commands(text), options.output)
    ctx.exit(code)


_FEW: Final = 20
"""Of how many clusters a terminal shows all changes of all objects."""


def _is_summary(wished: bool | None, options: Options, clusters: int) -> bool:
    """Whether a page is to be shown, and not all."""
    if wished is None:
        return options.format == "markdown" or (options.format == "text" and clusters > _FEW)
    return wished and options.format in ("text", "json", "markdown")
