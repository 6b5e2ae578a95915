"""`everest lock`: record the versions that clusters have, so that only an upgrade moves them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import Command, shared_options

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.locks.update import NewFile, Update
    from pulumi_everest.review.options import Options

_HELP = """Record the versions, images and operator version of each cluster in everest.lock.

The file is beside a program's Pulumi.yaml, or in the folder of YAML documents. With it a newer definition, plugin or
package changes no version of a cluster: what is locked counts, under what the cluster itself says and over all
defaults. Without --upgrade nothing that is locked moves: new clusters are added, the cluster's own choices recorded,
and what is gone is removed. Commit the file.

With --upgrade the defaults of today are taken, for all clusters or for those named. A word that names a YAML file, a
program or a folder of YAML is a PATH, any other is a cluster: its name, namespace/name, or in a program the name of
its resource. Without a PATH it is the working folder.

With --back clusters have again what they had before their last --upgrade. Nothing is written that a guard would refuse:
such a cluster stays, and it is said why, and which way back there is instead. Then the exit code is 1.

A program's stack is locked by itself; other stacks in the file stay as they are.

With --from-state what is running is recorded, as the state of a stack has it, and not what the program would get today:
for a stack that had no lock so far, and for programs in other languages than Python, which do not run here.

\b
  everest lock                                record new clusters and changed choices
  everest lock --stack prod --check           in CI: exit code 1 if something is not recorded
  everest lock --upgrade orders               let one cluster have today's versions
  everest lock clusters/ --upgrade --check    what would an upgrade bring?
  everest lock --back orders                  take the upgrade of one cluster back
  pulumi stack export | everest lock --from-state -
"""


@click.command(cls=Command, help=_HELP, short_help="Record versions, so that only an upgrade moves them.")
@shared_options(None, "", ("text", "json"), paths="[PATH|CLUSTER]...")
@click.option("--upgrade", is_flag=True, help="Take today's defaults, for the clusters named or for all.")
@click.option("--back", is_flag=True, help="Take what was there before the last --upgrade, of those named or all.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if something would change.")
@click.option(
    "--from-state",
    "state",
    metavar="FILE",
    shell_complete=complete.files,
    help="Record what `pulumi stack export` says; - is standard input.",
)
@click.pass_context
def lock(
    ctx: click.Context,
    paths: tuple[str, ...],
    options: Options,
    upgrade: bool,
    back: bool,
    check: bool,
    state: str | None,
) -> None:
    """Write the lock files."""
    from pulumi_everest.cli.output.findings import failed
    from pulumi_everest.cli.output.write import write_findings
    from pulumi_everest.model.findings import EverestError, sort_findings
    from pulumi_everest.model.lines import without_commands
    from pulumi_everest.review.locks.update import new_files

    if options.no_lock:
        raise click.UsageError("--no-lock: this command is about the lock")
    if back and (upgrade or state is not None):
        raise click.UsageError(f"--back takes an upgrade back, {'--upgrade' if upgrade else '--from-state'} does not")
    found: list[Finding] = []
    if state is not None:
        gathered = _from_state(state, paths, options, upgrade=upgrade)
    elif back:
        gathered, found = _roll_back(paths, options)
    else:
        gathered = _from_input(paths, options, upgrade=upgrade)
    files: list[NewFile] = []
    if not gathered.has_errors:
        try:
            moved = options.unlocked if upgrade else None
            files = new_files(gathered.sections, moved, back=back)
        except EverestError as error:  # a lock file is wrong, which a state does not show
            gathered.findings += error.findings
    gathered.findings = sort_findings([*gathered.findings, *found])
    write_findings(gathered, options)
    if gathered.has_errors and not found:
        ctx.exit(1)
    if not check:
        for file in files:
            _write(file)
    updates = [update for file in files for update in file.updates]
    records = sum(len(section.records) for section in gathered.sections)
    click.echo(_json(updates) if options.json else without_commands(_text(updates, records, check=check)))
    changed = any(update.changed for update in updates)
    ctx.exit(1 if failed(gathered.findings, strict=options.strict) or (check and changed) else 0)


def _from_input(paths: Sequence[str], options: Options, *, upgrade: bool) -> Gathered:
    """The clusters of programs and documents, as they are now. Raises UsageError."""
    from pulumi_everest.cli.command_line.reading import read
    from pulumi_everest.review.inputs.gather import gather

    places, clusters = _sorted_out(paths) if upgrade else (list(paths), [])
    options.unlocked = clusters if upgrade else None
    inputs = read(places, options)
    gathered = gather(inputs, options)
    gathered.findings = [entry for entry in gathered.findings if entry.code not in _MENDED]
    if not gathered.has_errors:
        _refuse_unknown(clusters, gathered)
    return gathered


def _roll_back(paths: Sequence[str], options: Options) -> tuple[Gathered, list[Finding]]:
    """The clusters with what their lock is to say, and what is to be said of those that stay. Raises UsageError."""
    from dataclasses import replace

    from pulumi_everest.cli.command_line.reading import read
    from pulumi_everest.review.comparison.impacts import compare_clusters, stuck
    from pulumi_everest.review.inputs.gather import gather
    from pulumi_everest.review.locks.rollback import roll_back

    places, clusters = _sorted_out(paths)
    inputs = read(places, options)
    now = gather(inputs, options)
    now.findings = [entry for entry in now.findings if entry.code not in _MENDED]
    if now.has_errors:
        return now, []
    _refuse_unknown(clusters, now)
    then = gather(inputs, replace(options, back=clusters, keep_sound=True))
    compared = compare_clusters(now.known_clusters, then.known_clusters)
    changes = {entry.before.names[0]: entry.changes for entry in compared}
    wrong = stuck(now.known_clusters, compared, then.findings)
    found = roll_back(now.sections, changes, wrong, clusters)
    now.sections = found.sections
    return now, found.findings


def _from_state(state: str, paths: Sequence[str], options: Options, *, upgrade: bool) -> Gathered:
    """The clusters of a state, as they were when they were made. Raises UsageError."""
    from pulumi_everest.cli.command_line.reading import say_what_is_waited_for
    from pulumi_everest.cli.output.write import listed, note
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.locks.state import sections_of_state

    if upgrade:
        raise click.UsageError("--upgrade takes the versions of today, --from-state those that are running: name one")
    say_what_is_waited_for([state])
    sections, unknown = sections_of_state(state, paths or ["."], options)
    if unknown:
        note(f"the state does not say the versions of {listed(unknown)}: run pulumi up with this release first")
    return Gathered(sections=sections)


_MENDED = ("lock.missing", "lock.out-of-date", "program.unknown")
"""Findings that are of no interest to this command."""


def _sorted_out(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which words are paths, and which are names of clusters."""
    from pulumi_everest.review.inputs.paths import is_input

    places = dict.fromkeys(word for word in words if is_input(word))
    return [word for word in words if word in places], [word for word in words if word not in places]


def _refuse_unknown(clusters: Sequence[str], gathered: Gathered) -> None:
    """Raises UsageError where a cluster is named that is not there."""
    from pulumi_everest.review.comparison.lifted_guards import refuse_unknown_cluster

    names = [record.name for section in gathered.sections for record in section.records]
    known = {*names, *(name.rpartition("/")[2] for name in names)}
    for cluster in clusters:
        if cluster not in known:
            refuse_unknown_cluster(cluster, names)


def _write(file: NewFile) -> None:
    """Write a lock file anew, as a whole or not at all. Raises UsageError."""
    from pulumi_everest.cli.output.write import RivalsError, alone_in, remove_leftovers, write_file

    if file.content == file.before or (file.before is None and not any(u.changed for u in file.updates)):
        return
    path = Path(os.path.realpath(file.path))
    try:
        with alone_in(path.parent):
            remove_leftovers(path)
            if _content(path) != file.before:
                text = f"{file.path} was changed by another process since it was read, and is left as it is"
                raise click.UsageError(f"{text}; run this again")
            write_file(path, file.content, mode=path.stat().st_mode & 0o777 if path.exists() else None)
    except RivalsError:
        raise click.UsageError(f"another everest lock is writing {file.path}; run this again after it") from None
    except OSError as error:
        raise click.UsageError(f"cannot write {file.path}: {error.strerror or error}") from None


def _content(path: Path) -> str | None:
    """What a file says now; None where there is none."""
    return path.read_text("utf-8") if path.exists() else None


def _text(updates: Sequence[Update], records: int, *, check: bool) -> str:
    from pulumi_everest.cli.output.findings import counted
    from pulumi_everest.cli.output.tree import glyphs_for
    from pulumi_everest.model.lines import on_one_line

    arrow = glyphs_for(getattr(sys.stdout, "encoding", None)).arrow
    lines = []
    for update in updates:
        stack = f", stack {update.stack}" if update.stack is not None else ""
        if update.changed or update.notes:
            lines.append(click.style(f"{update.path}{stack}", bold=True))
        lines += [f"  {on_one_line(name)}: {on_one_line(change.text(arrow))}" for name, change in update.changes]
        lines += [f"  {on_one_line(name)}: no longer there" for name in update.gone]
        lines += [f"  {on_one_line(name)}: {on_one_line(text)}" for name, text in update.notes]
    number = sum(len(update.changed) for update in updates)
    if number:
        lines.append(f"{counted(number, 'cluster')} {'to record' if check else 'recorded'}")
    elif records:
        lines.append(f"nothing changes: {counted(records, 'cluster')} {'is' if records == 1 else 'are'} recorded")
    else:
        lines.append("there is no cluster to record")
    return "\n".join(lines)


def _json(updates: Sequence[Update]) -> str:
    import json

    data = [
        {
            "file": str(update.path),
            "stack": update.stack,
            "changes": [
                {"cluster": name, "what": change.what, "field": change.field, "old": change.old, "new": change.new}
                for name, change in update.changes
            ],
            "gone": update.gone,
            "notes": [{"cluster": name, "message": text} for name, text in update.notes],
        }
        for update in updates
    ]
    return json.dumps(data, indent=2, ensure_ascii=False)
