"""`everest explain`: what a code of findings means, and what a technology and its fields take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import Command, plugin_option

if TYPE_CHECKING:
    from pulumi_everest.workspace.setup import Setup

_HELP = """Say what a code of findings means, or what a technology and its fields take.

WHAT is a code, as it stands in brackets behind a finding: why it is said, how to mend it, an example, and that mended.
The first word of codes lists them.

Or it is a Provider, as everest list has them: its operator, topologies, versions, presets and fields. With a path
behind it, a field: what it takes and has if nothing is said, the fields below it, the versions with those that each
may go to, the presets with what is in them.

\b
  everest explain cluster.unknown-component
  everest explain lock
  everest explain psmdb-operator
  everest explain psmdb-operator.instances.engine
  everest explain pxc-operator.instances.engine.version
  everest explain pg-operator.preset
"""


@click.command(cls=Command, help=_HELP, short_help="Say what a code means, or a technology takes.")
@click.argument("what", metavar="WHAT", shell_complete=complete.explained)
@plugin_option
def explain(what: str, plugins: list[Path]) -> None:
    """Explain it."""
    from pulumi_everest.model.codes import CODES
    from pulumi_everest.reference.codes import of_group

    what = what.strip("[]").removesuffix(".")
    if what in CODES or of_group(what):
        from pulumi_everest.cli.output.explain.codes import code_text, group_text

        click.echo(code_text(what) if what in CODES else group_text(of_group(what)))
        return
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.workspace.workspace import Workspace

    workspace = Workspace(Plugins(plugins))
    names = sorted(plugin.definition.name for plugin in workspace.plugins.all())
    provider = max((name for name in names if what == name or what.startswith(f"{name}.")), key=len, default=None)
    if provider is None:
        raise _unknown(what, names)
    setup, _ = workspace.setup(provider)
    assert setup is not None  # it is the Provider of a plugin
    click.echo(_of_provider(setup, what.removeprefix(provider).removeprefix(".")))


def _of_provider(setup: Setup, path: str) -> str:
    from pulumi_everest.cli.output.explain.technologies import field_text, overview
    from pulumi_everest.core.definitions.cluster_fields import Tree
    from pulumi_everest.model.findings import did_you_mean

    technology = setup.technology
    presets = setup.plugin.presets if setup.plugin is not None else {}
    names = tuple(name for name in path.replace("[]", "").split(".") if name)
    names = names[1:] if names[:1] == ("spec",) else names
    if not names:
        return overview(technology, presets)
    tree = Tree(technology)
    try:
        return field_text(technology, presets, tree, tree.at(names))
    except LookupError as error:
        here, name = error.args
        known = [child.names[-1] for child in tree.children(here)]
        near = did_you_mean(name, known)
        where = ".".join((technology.provider, *here.names))
        text = f"'{where}' has no field '{name}'" + (f"; {near}" if near else "")
        raise click.BadParameter(text + (f" ({', '.join(known)})" if known else ""), param_hint="WHAT") from None


def _unknown(what: str, providers: list[str]) -> click.BadParameter:
    from pulumi_everest.model.codes import CODES
    from pulumi_everest.model.findings import did_you_mean

    near = did_you_mean(what, [*CODES, *providers]) or did_you_mean(what.partition(".")[0], providers)
    text = f"there is no code and no Provider '{what}'" + (f"; {near}" if near else "")
    return click.BadParameter(f"{text} (everest list has all of them)", param_hint="WHAT")
