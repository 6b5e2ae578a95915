"""The command `everest`: its commands, and how a process of it ends.

Exit codes: 0 fine, 1 findings, 2 wrong use, 130 interrupted. Modules here import what they need late, so that help
is there at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import metadata

import click

from pulumi_everest.cli.adopt import adopt
from pulumi_everest.cli.lock import lock
from pulumi_everest.cli.preview import preview
from pulumi_everest.cli.render import render
from pulumi_everest.cli.schema import schema
from pulumi_everest.cli.status import status
from pulumi_everest.cli.validate import validate

_HELP = """Databases of any technology on Kubernetes, checked and shown without Pulumi's engine and without a cluster.

\b
  everest validate cluster.yaml            what is wrong, all of it
  everest render infra/ -o manifests/      the Kubernetes objects
  everest preview infra/ --against main    what a change does to them
  everest status infra/                    how they are in a running cluster
  everest lock infra/                      versions that only an upgrade moves
  everest schema DatabaseCluster           what an editor needs to know
  everest adopt --from-cluster             the program of databases that are there

A PATH is a file of YAML or JSON, a folder, or - for standard input. A folder with a Pulumi.yaml is a Pulumi program
in Python, which runs in this process; of any other folder the *.yaml, *.yml and *.json files count, sorted, but not
those of folders in it.

Exit codes: 0 fine (warnings too, unless --strict), 1 findings or input that cannot be read, 2 wrong use.
NO_COLOR and FORCE_COLOR switch colours off and on.
"""


class Commands(click.Group):
    """The commands, in the order in which one uses them."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names as they were added."""
        return list(self.commands)


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    try:
        version = metadata.version("pulumi-everest")
    except metadata.PackageNotFoundError:
        version = "(not installed)"
    click.echo(f"everest {version}")
    ctx.exit()


@click.group(
    cls=Commands, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def everest() -> None:
    """The command itself does nothing; see its help."""


for _command in (validate, render, preview, status, lock, schema, adopt):
    everest.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code. No traceback, whatever the input, unless --debug."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str]) -> int:
    try:
        code = everest.main(list(arguments), prog_name="everest", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return 130
    except BrokenPipeError:
        # Whoever read has seen enough. What is still buffered must not fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except RecursionError:
        return _defect("the input is nested too deeply", arguments)
    except Exception as error:  # noqa: BLE001 - a defect of ours is no traceback for the user either
        return _defect(f"{type(error).__name__}: {error}", arguments)


def _defect(text: str, arguments: Sequence[str]) -> int:
    if "--debug" in arguments:
        traceback.print_exc()
    click.echo(f"everest: this should not happen: {text}", err=True)
    if "--debug" not in arguments:
        click.echo("  --debug shows where; please report it", err=True)
    return 1


if __name__ == "__main__":
    main()
