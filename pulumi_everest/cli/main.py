"""The command `everest`: its commands, and how a process of it ends.

Exit codes: 0 fine, 1 findings, 2 wrong use, 130 interrupted. Modules here import what they need late, so that help
is there at once; of the commands themselves only the one that runs is imported.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence

import click

from pulumi_everest.cli.command_line.late_commands import LateCommands
from pulumi_everest.workspace.spread import LostProcessError

_HELP = """Databases of any technology on Kubernetes, checked and shown without Pulumi's engine and without a cluster.

\b
  everest validate cluster.yaml            what is wrong, all of it
  everest render infra/ -o manifests/      the Kubernetes objects
  everest preview infra/ --against main    what a change does to them
  everest status infra/                    how they are in a running cluster
  everest lock infra/                      versions that only an upgrade moves
  everest list                             the technologies
  everest explain psmdb-operator           what one takes; of a code, what it means
  everest schema DatabaseCluster           what an editor needs to know
  everest adopt --from-cluster             the program of databases that are there
  everest migrate --from-cluster           the way from Everest's first API
  everest upgrade infra/ --operator 1.22.0 the steps to a newer operator
  everest plugin new mydb --from-crd crds/ a plugin, from an operator's definitions
  everest plugin check plugins/valkey      what is wrong with a plugin of your own
  everest ui                               the forms of the technologies, in the browser

A PATH is a file of YAML or JSON, a folder, or - for standard input; without one it is the working folder. A folder
with a Pulumi.yaml is a Pulumi program in Python or YAML, which runs in this process; of any other folder the *.yaml,
*.yml and *.json files count, sorted. With --recursive (-R) the folders below count, too: programs, and documents of
Kubernetes. Hidden folders, installed packages, plugins and Helm charts are passed over then, and other YAML files.

Exit codes: 0 fine (warnings too, unless --strict), 1 findings or input that cannot be read, 2 wrong use.
NO_COLOR and FORCE_COLOR switch colours off and on.
"""


_COMMANDS = (
    "validate", "render", "preview", "status", "lock", "list", "explain", "schema", "adopt", "migrate", "upgrade",
    "plugin", "ui",
    "completion",
)  # fmt: skip
"""In the order in which one uses them; each is in the module of its name."""


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from importlib import metadata

    try:
        version = metadata.version("pulumi-everest")
    except metadata.PackageNotFoundError:
        version = "(not installed)"
    click.echo(f"everest {version}")
    ctx.exit()


@click.group(
    cls=LateCommands,
    modules={name: f"pulumi_everest.cli.{name}" for name in _COMMANDS},
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def everest() -> None:
    """The command itself does nothing; see its help."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code. No traceback, whatever the input, unless --debug.

    Without arguments those of the process count, which is this command and nothing else.
    """
    if arguments is None:
        gc.set_threshold(_OBJECTS_BEFORE_A_SEARCH)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    code = _run(sys.argv[1:] if arguments is None else list(arguments))
    ending = sys.modules.get("pulumi_everest.program.ending")
    if ending is not None:
        ending.end_in_time(lambda text: click.echo(f"everest: {text}", err=True))
    if arguments is None:
        gc.freeze()
    sys.exit(code)


_OBJECTS_BEFORE_A_SEARCH = 100_000
"""How many new objects Python's collector waits for. Modules and what is read from files stay to the end of a command:
with the 700 that are usual, searches among them were a fifth of the time of a short one. When it ends, all that is
left goes without another search."""


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What a write ends with that the disk does not take; files that a command names itself say so by themselves."""


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
    except LostProcessError as error:
        click.echo(f"everest: {error}; fewer of them need less memory", err=True)
        return 2
    except OSError as error:
        if error.errno not in _FULL:
            return _defect(f"{type(error).__name__}: {error}", arguments)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"everest: cannot write standard output, which is not complete: {error.strerror}", err=True)
        return 2
    except RecursionError:
        return _defect("the input is nested too deeply", arguments)
    except Exception as error:  # noqa: BLE001 - a defect of ours is no traceback for the user either
        return _defect(f"{type(error).__name__}: {error}", arguments)


def _defect(text: str, arguments: Sequence[str]) -> int:
    if "--debug" in arguments:
        import traceback

        traceback.print_exc()
    click.echo(f"everest: this should not happen: {text}", err=True)
    if "--debug" not in arguments:
        click.echo("  --debug shows where; please report it", err=True)
    return 1


if __name__ == "__main__":
    main()
