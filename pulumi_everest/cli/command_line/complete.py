"""What a shell offers while a command line is typed: files, and the names that an option or argument takes.

Each function is called by click with the context, the parameter and what is typed so far. Nothing that is wrong with
an input is said here: then there is nothing to offer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click

Offered = list[CompletionItem]


def _offering(names: Callable[[click.Context, str], Iterable[str]]) -> Callable[..., Offered]:
    """Offer those of some names that begin as what is typed."""

    @functools.wraps(names)
    def offered(ctx: click.Context, _parameter: click.Parameter, typed: str) -> Offered:
        try:
            return [CompletionItem(name) for name in names(ctx, typed) if name.startswith(typed)]
        except Exception:  # noqa: BLE001 - whatever the input is, the shell goes on
            return []

    return offered


def paths(_ctx: click.Context, _parameter: click.Parameter, typed: str) -> Offered:
    """Files and folders, which the shell itself knows."""
    return [CompletionItem(typed, type="file")]


files = paths


def folders(_ctx: click.Context, _parameter: click.Parameter, typed: str) -> Offered:
    """Folders, which the shell itself knows."""
    return [CompletionItem(typed, type="dir")]


def paths_and_clusters(ctx: click.Context, parameter: click.Parameter, typed: str) -> Offered:
    """The clusters of the working folder, else files and folders."""
    return [*paths(ctx, parameter, typed), *clusters(ctx, parameter, typed)]


@_offering
def clusters(ctx: click.Context, _typed: str) -> Iterable[str]:
    """The names of the clusters of the input."""
    return _cluster_names(ctx)


@_offering
def liftings(ctx: click.Context, typed: str) -> Iterable[str]:
    """Guards that can be lifted, of all clusters or of one."""
    from pulumi_everest.core.changes.compare import guard_names

    guards = guard_names(*(plugin.definition for plugin in _plugins(ctx)))
    cluster, colon, _ = typed.rpartition(":")
    if colon:
        return [f"{cluster}:{guard}" for guard in guards]
    return [*guards, *(f"{name}:" for name in _cluster_names(ctx))]


@_offering
def stacks(ctx: click.Context, _typed: str) -> Iterable[str]:
    """The stacks that the programs of the input have a file of."""
    from pulumi_everest.program.project import stacks_of

    return sorted({name for path in _given(ctx) for name in stacks_of(Path(path))})


@_offering
def providers(ctx: click.Context, _typed: str) -> Iterable[str]:
    """The Providers of all plugins."""
    return sorted(plugin.definition.name for plugin in _plugins(ctx))


@_offering
def plugins(_ctx: click.Context, _typed: str) -> Iterable[str]:
    """The short names of installed and built-in plugins."""
    from pulumi_everest.plugins.find import Plugins

    return sorted(plugin.name for plugin in Plugins().all())


def paths_and_plugins(ctx: click.Context, parameter: click.Parameter, typed: str) -> Offered:
    """Plugins by their names, else files and folders."""
    return [*paths(ctx, parameter, typed), *plugins(ctx, parameter, typed)]


@_offering
def contexts(ctx: click.Context, _typed: str) -> Iterable[str]:
    """The contexts of the kubeconfig."""
    from pulumi_everest.live.kubeconfig import context_names

    return context_names(ctx.params.get("kubeconfig"))


@_offering
def explained(ctx: click.Context, typed: str) -> Iterable[str]:
    """The codes of findings, Providers, and the fields below what is typed."""
    from pulumi_everest.model.codes import CODES

    names = [plugin.definition.name for plugin in _plugins(ctx)]
    provider, dot, path = typed.partition(".")
    if not dot or provider not in names:
        return [*CODES, *names]
    from pulumi_everest.core.definitions.cluster_fields import Tree
    from pulumi_everest.plugins.find import Plugins
    from pulumi_everest.workspace.workspace import Workspace

    setup, _ = Workspace(Plugins([Path(folder) for folder in ctx.params.get("plugins") or ()])).setup(provider)
    assert setup is not None  # it is the Provider of a plugin
    tree, above = Tree(setup.technology), path.split(".")[:-1]
    return [".".join((provider, *child.names)) for child in tree.children(tree.at(tuple(above)))]


def of(names: Callable[[], Iterable[str]]) -> Callable[..., Offered]:
    """Offers names that are always the same."""
    return _offering(lambda _ctx, _typed: names())


def _given(ctx: click.Context) -> list[str]:
    given: Any = ctx.params.get("paths")
    return [str(path) for path in given or ["."]]


def _cluster_names(ctx: click.Context) -> list[str]:
    from pulumi_everest.review.inputs.cluster_names import cluster_names

    inputs = [path for path in _given(ctx) if Path(path).exists()]
    return cluster_names(inputs or ["."], recursive=bool(ctx.params.get("recursive")))


def _plugins(ctx: click.Context) -> list[Any]:
    from pulumi_everest.plugins.find import Plugins

    return list(Plugins([Path(folder) for folder in ctx.params.get("plugins") or ()]).all())
