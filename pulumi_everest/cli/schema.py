"""`everest schema`: JSON Schemas of all documents for editors, and CustomResourceDefinitions for API servers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_everest.cli.command_line import complete
from pulumi_everest.cli.command_line.options import Command, plugin_option

if TYPE_CHECKING:
    from pulumi_everest.workspace.workspace import Workspace

KINDS = (
    "DatabaseCluster",
    "DatabaseBackup",
    "DatabaseRestore",
    "DatabaseUpgrade",
    "DatabaseClusterDefinition",
    "Provider",
    "plugin.yaml",
    "resources.yaml",
    "backup.yaml",
    "restore.yaml",
    "upgrade.yaml",
    "ui.yaml",
    "workloads.yaml",
    "summary",
    "capacity",
)

_HELP = f"""Write the JSON Schema (2020-12) of a kind of document, or of the clusters of one Provider.

KIND is one of {", ".join(KINDS)}; the last two are
what everest preview prints with --format json and --summary or --capacity.

The schema of --provider knows the topologies, components, versions and fields that this technology has. An editor with
the YAML language server completes and checks a document whose first line names its schema:

\b
  # yaml-language-server: $schema=schemas/psmdb-operator.json

\b
  everest schema DatabaseCluster
  everest schema --provider psmdb-operator -o schemas/psmdb-operator.json
  everest schema --provider mydb-operator --plugin plugins/mydb
  everest schema --all -o schemas/

With --crds it writes the CustomResourceDefinitions of the kinds that a controller reads, as YAML documents or, with -o,
each to a file. They check the same, as far as one object decides it:

\b
  everest schema --crds | kubectl apply --server-side -f -
"""


@click.command(cls=Command, help=_HELP, short_help="Write JSON Schemas, for editors, and CRDs.")
@click.argument("kind", required=False, shell_complete=complete.of(lambda: KINDS))
@click.option(
    "--provider",
    metavar="NAME",
    shell_complete=complete.providers,
    help="The clusters of this Provider, with all that is particular to it.",
)
@click.option("--all", "all_", is_flag=True, help="Every kind and every Provider, each to a file in the folder of -o.")
@click.option("--crds", is_flag=True, help="The CustomResourceDefinitions, for an API server; -o takes a folder.")
@plugin_option
@click.option("-o", "--output", metavar="FILE|DIR", type=click.Path(path_type=Path), help="Where to write.")
@click.pass_context
def schema(
    ctx: click.Context,
    kind: str | None,
    provider: str | None,
    all_: bool,
    crds: bool,
    plugins: list[Path],
    output: Path | None,
) -> None:
    """Write schemas."""
    if sum((kind is not None, provider is not None, all_, crds)) != 1:
        raise click.UsageError(f"give one of KIND, --provider NAME, --all and --crds; a KIND is {', '.join(KINDS)}")
    if all_ and output is None:
        raise click.UsageError("--all needs -o DIR")
    if plugins and (kind is not None or crds):
        raise click.UsageError("--plugin: the schema of a kind is the same for all plugins; name a --provider")
    if crds:
        _write_crds(output)
        return
    from pulumi_everest.cli.output.write import write_result

    if kind is not None:
        write_result(_text(_of_kind(_kind(kind))), output)
        return
    workspace = _workspace(ctx, plugins)
    if provider is not None:
        write_result(_text(_of_provider(workspace, provider)), output)
    elif output is not None:
        _write_all(workspace, output)


def _kind(text: str) -> str:
    from pulumi_everest.model.findings import did_you_mean

    folded = {name.lower(): name for name in KINDS}
    if text.lower() in folded:
        return folded[text.lower()]
    near = did_you_mean(text, KINDS)
    hint = f"; {near}" if near else ""
    raise click.BadParameter(f"there is no kind '{text}'{hint} ({', '.join(KINDS)})", param_hint="KIND")


def _of_kind(kind: str) -> dict[str, Any]:
    from pulumi_everest.model.schemas.json_schema import document_schema, model_schema

    if kind not in ("summary", "capacity"):
        return document_schema(kind)
    from pulumi_everest.review.page.page import CapacityPage, Page

    return model_schema(Page if kind == "summary" else CapacityPage)


def _workspace(ctx: click.Context, plugins: list[Path]) -> Workspace:
    """The plugins. What is wrong with them is said, and ends the command where it is an error."""
    from pulumi_everest.cli.output.write import write_findings
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.options import Options
    from pulumi_everest.workspace.workspace import Workspace

    workspace = Workspace(Plugins(plugins))
    gathered = Gathered(findings=workspace.findings)
    write_findings(gathered, Options())
    if gathered.has_errors:
        ctx.exit(1)
    return workspace


def _of_provider(workspace: Workspace, name: str) -> dict[str, Any]:
    from pulumi_everest.core.definitions.cluster_schema import cluster_schema
    from pulumi_everest.model.findings import did_you_mean

    setup, _ = workspace.setup(name)
    if setup is None:
        names = _providers(workspace)
        near = did_you_mean(name, names)
        hint = f"; {near}" if near else ""
        text = f"no plugin has a Provider '{name}'{hint} ({', '.join(names)})"
        raise click.BadParameter(text, param_hint="'--provider'")
    return cluster_schema(setup.technology)


def _providers(workspace: Workspace) -> list[str]:
    return sorted(plugin.definition.name for plugin in workspace.plugins.all())


def _write_all(workspace: Workspace, folder: Path) -> None:
    """Every schema to a file of its own: ``DatabaseCluster.json``, ``resources.json``, ``psmdb-operator.json``."""
    schemas = {name.removesuffix(".yaml"): _of_kind(name) for name in KINDS}
    schemas |= {name: _of_provider(workspace, name) for name in _providers(workspace)}
    _write_files(folder, {f"{name}.json": _text(data) + "\n" for name, data in schemas.items()}, "schemas")


def _write_crds(folder: Path | None) -> None:
    """The CustomResourceDefinitions as one stream, or each to a file named as controllers' tools name it."""
    from pulumi_everest.emit.everest_crds import everest_crds, file_name
    from pulumi_everest.review.yaml_text import yaml_text

    texts = {file_name(definition): yaml_text(definition) for definition in everest_crds()}
    if folder is None:
        click.echo("---\n".join(texts.values()), nl=False)
    else:
        _write_files(folder, texts, "definitions")


def _write_files(folder: Path, texts: Mapping[str, str], what: str) -> None:
    from pulumi_everest.cli.output.files import check_folder
    from pulumi_everest.cli.output.write import cannot_write, write_file

    check_folder(folder)
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = folder / name
            write_file(path, text)
    except OSError as error:
        raise cannot_write(path, error) from None
    click.echo(f"{len(texts)} {what} written to {folder}", err=True)


def _text(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data, indent=2, ensure_ascii=False)
