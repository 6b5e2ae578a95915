"""The options that all commands share."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.review.options import Options, WrongUseError, nearest_file

if TYPE_CHECKING:
    from pulumi_everest.review.clusters import Lifting


HERE = (".",)
"""The paths of a command that is given none: the working folder."""


class Command(click.Command):
    """A command that knows its paths while the value of an option after them is typed, so that it can be completed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read a command line. For completion an option at its end counts as not there yet."""
        if ctx.resilient_parsing and args and self._takes_value(args[-1]):
            args = args[:-1]
        return super().parse_args(ctx, args)

    def _takes_value(self, word: str) -> bool:
        options = (one for one in self.params if isinstance(one, click.Option) and word in one.opts)
        return any(not one.is_flag and not one.count for one in options)


class Choice(click.Choice):  # type: ignore[type-arg]
    """One of some texts; the nearest one is named where it is another."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The choice. Raises BadParameter."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            if value == "sarif":
                text = "'sarif' is a file of findings: everest validate --format sarif"
                raise click.BadParameter(text, ctx, param) from None
            import difflib

            near = difflib.get_close_matches(str(value).lower(), list(self.choices), n=1)
            if near:
                text = f"{error.message.rstrip('.')}; did you mean '{near[0]}'?"
                raise click.BadParameter(text, ctx, param) from None
            raise


def _folders(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> list[Path]:
    folders = [Path(value) for value in values]
    for folder in folders:
        if not folder.is_dir():
            what = "is no folder" if folder.exists() else f"does not exist{nearest_file(folder)}"
            raise click.BadParameter(f"'{folder}' {what}")
    return folders


def _pairs(_ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"write {parameter.metavar}, not '{text}'")
        if pairs.setdefault(key, value) != value:
            raise click.BadParameter(f"'{key}' is there twice, with different values")
    return pairs


def _outputs(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    return {key: _data(value) for key, value in _pairs(ctx, parameter, values).items()}


def _data(text: str) -> Any:
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text


@contextmanager
def wrong_use() -> Iterator[None]:
    """Say what was asked for wrongly as this command line does. Raises UsageError."""
    try:
        yield
    except WrongUseError as error:
        if error.option is not None:
            raise click.BadParameter(error.message, param_hint=f"'{error.option}'") from None
        raise click.UsageError(error.message) from None


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--kubeconfig`` and ``--context``."""
    context = click.option(
        "--context",
        metavar="NAME",
        shell_complete=complete.contexts,
        help="A context of it; the current one if left out.",
    )
    file = click.option(
        "--kubeconfig", metavar="FILE", shell_complete=complete.files, help="The kubeconfig; the usual one if left out."
    )
    return file(context(command))


def read_liftings(_ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Lifting, ...]:
    """The guards that ``--allow`` lifts, each once. Raises BadParameter."""
    return tuple(_lifting(text, parameter) for text in dict.fromkeys(values))


def _lifting(text: str, parameter: click.Parameter) -> Lifting:
    from pulumi_everest.review.clusters import Lifting

    cluster, colon, guard = text.rpartition(":")
    if not guard or (colon and not cluster):
        raise click.BadParameter(f"write {parameter.metavar}, not '{text}'")
    return Lifting(text, guard, cluster or None)


plugin_option = click.option(
    "--plugin", "plugins", metavar="DIR", multiple=True, callback=_folders, shell_complete=complete.folders,
    help="Folder of a plugin. It goes before installed and built-in ones. Repeatable.",
)  # fmt: skip

all_stacks_option = click.option(
    "--all-stacks", is_flag=True,
    help="For Pulumi programs: every stack that has a Pulumi.<stack>.yaml, instead of one.",
)  # fmt: skip

recursive_option = click.option(
    "-R", "--recursive", is_flag=True, help="Search folders for clusters and programs in the folders below, too."
)

jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
    help="How many processes share the work, where there are many files or clusters.",
)  # fmt: skip

_PROGRAMS = "For Pulumi programs: "

_SHARED = [
    click.argument("paths", metavar="[PATH]...", nargs=-1, shell_complete=complete.paths),
    recursive_option,
    plugin_option,
    click.option(
        "--crds", metavar="PATH", multiple=True, shell_complete=complete.files,
        help="File or folder with CustomResourceDefinitions, or the word cluster: those that the cluster has. "
        "Objects, and so overrides, are checked against their schemas. Repeatable.",
    ),
    click.option("--strict", is_flag=True, help="Warnings make the exit code 1, too."),
    click.option(
        "--reconcile-by", type=Choice(["pulumi", "everest"]),
        help="Who makes the operator's objects, whatever Providers in YAML say: this package, or a controller that "
        "reads DatabaseCluster objects.",
    ),
    click.option("--no-lock", is_flag=True, help="Ignore everest.lock: versions follow today's defaults."),
    click.option(
        "--config", metavar="KEY=VALUE", multiple=True, callback=_pairs,
        help=_PROGRAMS + "a config value; it wins over Pulumi.<stack>.yaml. Repeatable.",
    ),
    click.option(
        "--stack", metavar="NAME", shell_complete=complete.stacks,
        help=_PROGRAMS + "the stack whose Pulumi.<stack>.yaml is read. The only one if left out, or dev.",
    ),
    click.option(
        "--stack-output", "stack_outputs", metavar="NAME=VALUE", multiple=True, callback=_outputs,
        help=_PROGRAMS + "an output of another stack, as JSON or text; it is unknown otherwise. Repeatable.",
    ),
    click.option(
        "--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="SECONDS",
        help=_PROGRAMS + "how long each may take.",
    ),
    click.option("--debug", is_flag=True, help="Show the traceback of what a program, or everest itself, raises."),
]  # fmt: skip


FORMATS = {
    "text": "for people",
    "json": "for machines",
    "sarif": "for code scanning",
    "github": "annotations of a pull request",
    "markdown": "a page to be posted to it",
}


def shared_options(
    output: str | None, metavar: str, formats: Sequence[str] = ("text", "json", "github"), *, paths: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The arguments and options of a command; it is called with paths, `Options`, and its own options.

    Without a text for it there is no -o; `paths` says what they are where that is not a PATH alone.
    """

    default = paths is None

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def called(paths: tuple[str, ...], format_: str, output: str | None = None, **rest: Any) -> Any:
            names = (
                "plugins",
                "crds",
                "strict",
                "reconcile_by",
                "no_lock",
                "config",
                "stack",
                "stack_outputs",
                "timeout",
                "debug",
                "recursive",
            )
            own = {name: rest.pop(name) for name in names}
            if not paths and default:
                paths = HERE
            options = Options(format=format_, output=Path(output) if output is not None else None, **own)
            _colours()
            with wrong_use():
                return command(paths, options, **rest)

        first = (
            _SHARED[0]
            if paths is None
            else click.argument("paths", metavar=paths, nargs=-1, shell_complete=complete.paths_and_clusters)
        )
        last = (
            []
            if output is None
            else [click.option("-o", "--output", metavar=metavar, shell_complete=complete.files, help=output)]
        )
        about = ", ".join(f"{name} {FORMATS[name]}" for name in formats)
        form = click.option(
            "--format", "format_", type=Choice(list(formats)), default="text", show_default=True, help=f"{about}."
        )
        for option in reversed([first, *_SHARED[1:3], form, *last, *_SHARED[3:]]):
            called = option(called)
        return called

    return decorate


def _colours() -> None:
    """Colours where the environment asks for them or not; else click gives them to terminals only."""
    context = click.get_current_context()
    forced = os.environ.get("FORCE_COLOR")
    if os.environ.get("NO_COLOR") or forced in ("0", "false"):
        context.color = False
    elif forced:
        context.color = True
    elif os.environ.get("TERM") == "dumb":
        context.color = False
