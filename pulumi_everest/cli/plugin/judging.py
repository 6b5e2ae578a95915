"""`everest plugin check`, `test` and `fields`: whether a plugin is right, and what its templates do something with."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import FORMATS, HERE, Choice

if TYPE_CHECKING:
    from pulumi_everest.authoring.check import Checked
    from pulumi_everest.authoring.opened import Opened
    from pulumi_everest.emit.crds import Crds
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.plugins.plugin import Plugin

_CHECK = """Say everything that is wrong with plugins, without running anything.

That is: their files; definitions, templates, presets and expressions; what is still marked "# ask"; fields of config
schemas without a description; the examples; and what the smallest cluster of each operator version, topology and
preset becomes. With --crds all objects are held against the operator's own schemas.

\b
  everest plugin check plugins/valkey --crds crds/
  everest plugin check plugins/valkey --write-fields
  everest plugin check dist/everest_valkey-1.0-py3-none-any.whl --format github
"""

_TEST = """Check plugins, and then prove that they do what their definitions say.

The conformance kit changes every field that a definition accepts, in each topology and for each operator version, and
looks whether an object changes. Each example is rendered and held against <example>.expected.yaml beside it. With
--apiserver all objects of the examples are created on a real API server, which is asked to be strict; it needs --crds,
and the binaries that KUBEBUILDER_ASSETS names. What comes out is a table of capabilities, such as backup, pitr and tls:
proved, failed, untested or refused. With --format json it has the fields and topologies of each.

\b
  everest plugin test plugins/valkey --crds crds/ --format json
  everest plugin test plugins/valkey --update
  everest plugin test plugins/valkey --crds crds/ --apiserver
"""


_FIELDS = """Show the fields that plugins honour, as their files would list them.

A plugin that lists none honours those that its templates do something with: whose values get into an object, or decide
about a part of one. All others are refused in clusters.

\b
  everest plugin fields plugins/valkey
  everest plugin fields psmdb --format json
"""


_FORM = ("text", "json", "github")
_about = ", ".join(f"{name} {FORMATS[name]}" for name in _FORM)
_as_text = f"text as YAML, json {FORMATS['json']}"
_named = click.argument("named", metavar="[PLUGIN]...", nargs=-1, shell_complete=complete.paths_and_plugins)
_format = click.option("--format", "form", type=Choice(list(_FORM)), default="text", show_default=True, help=_about)
_crds = click.option(
    "--crds", metavar="PATH", multiple=True, shell_complete=complete.files,
    help="File or folder with the operator's CustomResourceDefinitions, or the word cluster. Repeatable.",
)  # fmt: skip
_strict = click.option("--strict", is_flag=True, help="Warnings make the exit code 1, too.")


@click.command(help=_CHECK, short_help="Say everything that is wrong.")
@_named
@_format
@_crds
@_strict
@click.option("--write-fields", "write", is_flag=True, help="Write the fields that templates honour into the files.")
@click.pass_context
def check(
    ctx: click.Context, named: tuple[str, ...], form: str, crds: tuple[str, ...], strict: bool, write: bool
) -> None:
    """Check plugins."""
    outcome = _Outcome(form, strict)
    with _schemas(crds, outcome) as (_, schemas):
        for opened in _each(named or HERE, outcome):
            assert opened.plugin is not None
            if write and opened.unpacked:
                raise click.UsageError("--write-fields writes into a folder, and a wheel is none")
            if not _check(opened, schemas, outcome).has_errors and write:
                from pulumi_everest.authoring.fields import write_fields

                files = write_fields(opened.plugin)
                outcome.say(f"{opened.plugin.name}: fields written into {', '.join(files) or 'no file'}")
    ctx.exit(outcome.shown())


@click.command(help=_TEST, short_help="Prove that they do what they say.")
@_named
@_format
@_crds
@_strict
@click.option(
    "--bases",
    metavar="PATH",
    multiple=True,
    help="File or folder with clusters in which fields are tried beside the examples. Repeatable.",
)
@click.option("--update", is_flag=True, help="Write what examples become beside them, instead of comparing.")
@click.option("--apiserver", is_flag=True, help="Create the objects of all examples on a real API server.")
@click.pass_context
def test(
    ctx: click.Context,
    named: tuple[str, ...],
    form: str,
    crds: tuple[str, ...],
    strict: bool,
    bases: tuple[str, ...],
    update: bool,
    apiserver: bool,
) -> None:
    """Test plugins."""
    if apiserver and not crds:
        raise click.UsageError("--apiserver needs --crds: the server must know the operator's kinds")
    outcome = _Outcome(form, strict)
    outcome.plugins = []
    with _schemas(crds, outcome) as (files, schemas):
        for opened in _each(named or HERE, outcome):
            assert opened.plugin is not None
            checked = _check(opened, schemas, outcome)
            if checked.has_errors:
                outcome.say(f"{opened.plugin.name}: not tested, since it is not well formed")
                continue
            if update and opened.unpacked:
                raise click.UsageError("--update writes into a folder, and a wheel is none")
            _golden(opened, checked, outcome, update=update)
            if apiserver and schemas is not None:
                _on_server(opened, checked, files, outcome)
            _conformance(opened, schemas, bases, outcome)
    ctx.exit(outcome.shown())


@click.command(help=_FIELDS, short_help="Show the fields that they honour.")
@_named
@click.option("--format", "form", type=Choice(["text", "json"]), default="text", show_default=True, help=_as_text)
@click.pass_context
def fields(ctx: click.Context, named: tuple[str, ...], form: str) -> None:
    """Show the fields that plugins honour."""
    from pulumi_everest.authoring.fields import listed_fields
    from pulumi_everest.cli.output.write import write_result
    from pulumi_everest.model.findings import EverestError
    from pulumi_everest.review.yaml_text import yaml_text

    outcome = _Outcome("text", strict=False)
    listed: dict[str, Any] = {}
    for opened in _each(named or HERE, outcome):
        try:
            listed[_of(opened).name] = listed_fields(_of(opened))
        except EverestError as error:
            outcome.findings += opened.placed(error.findings)
    if outcome.findings:
        ctx.exit(outcome.shown())
    if form == "json":
        write_result(json.dumps(listed, indent=2), None)
        return
    parts = [f"# {name}: {file}\n{yaml_text(data)}" for name, files in listed.items() for file, data in files.items()]
    write_result("".join(parts).rstrip("\n"), None)


class _Outcome:
    """The findings so far and what is said of them, in one of the formats."""

    def __init__(self, form: str, strict: bool) -> None:
        self.form, self.strict = form, strict
        self.findings: list[Finding] = []
        self.lines: list[str] = []
        self.plugins: list[dict[str, Any]] | None = None
        """What has been proved of each plugin, for machines; None where nothing was to be proved."""

    def say(self, line: str) -> None:
        """A line of the summary, which is for people."""
        self.lines.append(line)

    def progress(self, line: str) -> None:
        """What is going on, for whoever waits."""
        if sys.stderr.isatty():
            click.echo(f"  {line}", err=True)

    def shown(self) -> int:
        """Write all of it, and give the exit code."""
        from pulumi_everest.cli.output.findings import failed, finding_data
        from pulumi_everest.cli.output.write import findings_text, write_result
        from pulumi_everest.model.findings import sort_findings
        from pulumi_everest.review.inputs.gather import Gathered
        from pulumi_everest.review.options import Options

        gathered = Gathered(findings=sort_findings(dict.fromkeys(self.findings)))
        if self.form == "json" and self.plugins is not None:
            found = [finding_data(entry) for entry in gathered.findings]
            text = json.dumps({"findings": found, "plugins": self.plugins}, indent=2, ensure_ascii=False)
        else:
            text = findings_text(gathered, Options(format=self.form), sys.stdout)
        if self.form != "json" and self.lines:
            text = "\n".join([text, *self.lines])
        write_result(text, None)
        return 1 if failed(gathered.findings, strict=self.strict) else 0


def _each(named: Sequence[str], outcome: _Outcome) -> Iterator[Opened]:
    """The plugins that are named, opened for as long as each is looked at. Of the others the outcome knows why."""
    from pulumi_everest.authoring.opened import opened

    for name in named:
        with opened(name) as found:
            for one in found:
                outcome.findings += one.findings
                if one.plugin is not None:
                    yield one


@contextmanager
def _schemas(crds: Sequence[str], outcome: _Outcome) -> Iterator[tuple[list[Path], Crds | None]]:
    """The files of schemas, and the schemas in them; None where none are asked for."""
    from pulumi_everest.review.inputs.crd_files import crd_files, schemas

    with crd_files(crds, outcome.findings) as files:
        yield [Path(file) for file in files], schemas(files, outcome.findings) if crds else None


def _check(opened: Opened, schemas: Crds | None, outcome: _Outcome) -> Checked:
    from pulumi_everest.authoring.check import check as check_plugin
    from pulumi_everest.cli.output.findings import counted

    found = opened.plugin
    assert found is not None
    checked = check_plugin(found, schemas)
    outcome.findings += opened.placed(checked.findings)
    if not checked.has_errors:
        made = f"{counted(len(checked.examples), 'example')} and {counted(checked.clusters, 'smallest cluster')}"
        outcome.say(f"{found.name}: {made} made")
    return checked


def _golden(opened: Opened, checked: Checked, outcome: _Outcome, *, update: bool) -> None:
    from pulumi_everest.authoring.examples import compared
    from pulumi_everest.authoring.examples import update as write
    from pulumi_everest.cli.output.findings import counted
    from pulumi_everest.review.yaml_text import yaml_text

    name = _of(opened).name
    if update:
        written = [
            example for example in checked.examples if write(example, lambda made: "---\n".join(map(yaml_text, made)))
        ]
        outcome.say(f"{name}: {counted(len(written), 'expected file')} written")
        return
    found = [entry for example in checked.examples for entry in compared(example)]
    outcome.findings += opened.placed(found)
    equal = len(checked.examples) - len(found)
    outcome.say(f"{name}: {equal} of {counted(len(checked.examples), 'example')} as expected")


def _conformance(opened: Opened, schemas: Crds | None, bases: Sequence[str], outcome: _Outcome) -> None:
    from pulumi_everest.authoring.conformity import failures, probed
    from pulumi_everest.model.findings import EverestError
    from pulumi_everest.testing.probes.capabilities import capabilities, capability_lines
    from pulumi_everest.testing.summary import counts_text

    found = _of(opened)
    try:
        report = probed(found, schemas, outcome.progress, bases)
    except EverestError as error:
        outcome.findings += error.findings
        return
    outcome.findings += opened.placed(failures(found, report))
    outcome.say(f"{found.name}: {counts_text(report.counts)}")
    rows = capabilities(report.probes)
    for line in capability_lines(rows):
        outcome.say(f"  {line}")
    assert outcome.plugins is not None
    data = {"name": found.name, "counts": report.counts, "capabilities": [row.as_data() for row in rows]}
    outcome.plugins.append(data)


def _on_server(opened: Opened, checked: Checked, files: Sequence[Path], outcome: _Outcome) -> None:
    from pulumi_everest.authoring.on_server import create
    from pulumi_everest.cli.output.findings import counted
    from pulumi_everest.emit.crds import definitions_in
    from pulumi_everest.testing.apiserver import ApiServer
    from pulumi_everest.testing.binaries import assets

    binaries = assets()
    if isinstance(binaries, str):
        raise click.UsageError(f"--apiserver: {binaries}")
    outcome.progress("starting an API server")
    with ApiServer(binaries) as server:
        server.install_crds([entry for file in files for entry in definitions_in(file)])
        taken, version = create(server.live, checked.examples), server.live.version()
    outcome.findings += opened.placed(taken.findings)
    outcome.say(f"{_of(opened).name}: {counted(taken.objects, 'object')} created on Kubernetes {version}")


def _of(opened: Opened) -> Plugin:
    assert opened.plugin is not None
    return opened.plugin
