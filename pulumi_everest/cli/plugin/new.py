"""`everest plugin new`: a plugin from an operator's definitions, or from nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line import complete

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.scaffold.asked import Answers
    from pulumi_everest.scaffold.new import Made

_NEW = """Make a plugin: from an operator's CustomResourceDefinitions, or from nothing.

What the definitions show is written down: components, versions, sizes, scheduling, Services, TLS, backups, states. What
no definition says is asked on a terminal, or marked "# ask" in the files. A guess that the operator's schemas or the
conformance kit refuse is left out, with a comment, so the plugin passes `everest plugin check` and `test` as it is.

PATH is a file or folder with definitions, an unpacked Helm chart, a folder with one folder for each version of the
operator, or the word cluster. --sample is an object of the operator's own examples: constants and images are taken from
it.

\b
  everest plugin new mydb --from-crd crds/ --sample deploy/cr.yaml
  everest plugin new mydb --from-crd crds/1.4.0 --from-crd crds/1.5.0 --image mydb=example.com/mydb:8.0.1
  everest plugin new mydb -o plugins/mydb
"""


def _flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that answer what is asked."""
    from pulumi_everest.scaffold.asked import QUESTIONS

    for one in reversed(QUESTIONS):
        metavar = one.flag.removeprefix("--").rpartition("-")[2].upper()
        about = f"{one.text[0].upper()}{one.text[1:]}."
        command = click.option(one.flag, f"answer_{one.key.replace('-', '_')}", metavar=metavar, help=about)(command)
    return command


def _images(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, list[str]]:
    images: dict[str, list[str]] = {}
    for text in values:
        kind, equals, image = text.partition("=")
        if not equals or not kind or not image:
            raise click.BadParameter(f"write TYPE=IMAGE, not '{text}'")
        images.setdefault(kind, []).append(image)
    return images


@click.command(help=_NEW, short_help="Make a plugin from an operator's definitions.")
@click.argument("name")
@click.argument("more", metavar="", nargs=-1, shell_complete=complete.files)
@click.option("--from-crd", "paths", metavar="PATH", multiple=True, shell_complete=complete.files,
              help="File or folder with the operator's definitions, or the word cluster. Repeatable.")  # fmt: skip
@click.option("--sample", "samples", metavar="FILE", multiple=True, shell_complete=complete.files,
              help="Object of the operator's own examples. Repeatable.")  # fmt: skip
@click.option("--main", metavar="KIND", default="", help="The kind that is the database, where it is not plain.")
@click.option("--image", "images", metavar="TYPE=IMAGE", multiple=True, callback=_images,
              help="Image of a component type; its tag is the version. Repeatable.")  # fmt: skip
@click.option("-o", "--output", metavar="DIR", help="Folder to write into; NAME in the working folder if left out.")
@_flags
def new(
    name: str,
    more: tuple[str, ...],
    paths: tuple[str, ...],
    samples: tuple[str, ...],
    main: str,
    images: dict[str, list[str]],
    output: str | None,
    **given: str | None,
) -> None:
    """Make a plugin."""
    from pulumi_everest.review.inputs.crd_files import crd_files
    from pulumi_everest.review.yaml_text import yaml_text
    from pulumi_everest.scaffold.asked import Answers
    from pulumi_everest.scaffold.new import NoKindError, Wanted, is_name
    from pulumi_everest.scaffold.new import new as make

    if not is_name(name):
        raise click.UsageError(f"'{name}' is no name of a plugin: small letters and digits, with - between words")
    if more and not paths:
        raise click.UsageError(f"what is '{more[0]}'? Definitions are named with --from-crd {more[0]}")
    paths = (*paths, *more)
    folder = Path(output or name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(f"{folder} is there already and not empty: name another folder with -o")
    answers = Answers(
        {key.removeprefix("answer_").replace("_", "-"): text for key, text in given.items() if text}, images
    )
    _prompt(answers)
    findings: list[Finding] = []
    with crd_files([path for path in paths if path == "cluster"], findings) as from_cluster:
        files = [*(path for path in paths if path != "cluster"), *map(str, from_cluster)]
        if findings:
            _exit(shown(findings))
        wanted = Wanted(name, files, samples, main, answers, _choose if _is_answered() else None)
        try:
            made = make(wanted, folder, lambda objects: "---\n".join(map(yaml_text, objects)), _progress)
        except NoKindError as error:
            raise click.UsageError(str(error)) from None
    _said(made, name, folder)
    _exit(shown(made.findings))


def _exit(code: int) -> None:
    click.get_current_context().exit(code)


def _is_answered() -> bool:
    """Whether someone is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _choose(names: list[str]) -> str:
    """Ask which of several kinds is the database."""
    chosen: str = click.prompt(
        "Which kind is the database", type=click.Choice(names, case_sensitive=False), default=names[0], err=True
    )
    return chosen


def _prompt(answers: Answers) -> None:
    """Ask what no flag has answered, where someone is there to answer."""
    if not _is_answered():
        return
    from pulumi_everest.scaffold.asked import QUESTIONS

    click.echo("An empty answer leaves a mark in the files.", err=True)
    for one in QUESTIONS:
        if one.key not in answers.given:
            said = click.prompt(f"{one.text[0].upper()}{one.text[1:]}", default="", show_default=False, err=True)
            if said.strip():
                answers.given[one.key] = said.strip()


def _guesses(number: int) -> str:
    return "1 guess" if number == 1 else f"{number} guesses"


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {line}", err=True)


def _said(made: Made, name: str, folder: Path) -> None:
    from pulumi_everest.cli.output.findings import counted

    if made.plugin is None:
        return
    main = made.roles.main
    click.echo(f"{name}: written to {folder}")
    if main is not None:
        kinds = [("parts", made.roles.parts), ("backups", made.roles.backups), ("restores", made.roles.restores)]
        more = [f"{what} {', '.join(one.kind for one in those)}" for what, those in kinds if those]
        click.echo(f"  the database is the kind {main.kind}{'; ' if more else ''}{'; '.join(more)}")
    for note in made.notes:
        click.echo(f"warning: {note}", err=True)
    if made.left_out:
        click.echo(f"  {_guesses(made.left_out)} left out; comments say where and why")
    if made.asks:
        click.echo(f"  {counted(len(made.asks), 'place')} to ask:")
        for line in made.asks:
            click.echo(f"    {line}")


def shown(findings: list[Finding]) -> int:
    """Write findings to standard error, and give the exit code."""
    from pulumi_everest.cli.output.findings import failed
    from pulumi_everest.cli.output.write import findings_text
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.options import Options

    if findings:
        click.echo(findings_text(Gathered(findings=list(findings)), Options(format="text"), sys.stderr), err=True)
    return 1 if failed(findings, strict=False) else 0
