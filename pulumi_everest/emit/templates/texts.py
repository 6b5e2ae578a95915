"""Single texts of plugin.yaml that are templates: how clients reach a cluster, and what to wait for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pulumi_everest.emit.templates.interpolation import Code, TextError, split
from pulumi_everest.emit.wait_conditions import wrong_condition
from pulumi_everest.expressions.check import compile_checked
from pulumi_everest.expressions.environment import Environment, Expression, Scope
from pulumi_everest.expressions.evaluation.failures import SpentError
from pulumi_everest.expressions.messages import brief
from pulumi_everest.expressions.results import LimitError
from pulumi_everest.model.cluster import DatabaseClusterSpec, Metadata
from pulumi_everest.model.deferred import Computed, Deferred, Path, leaves_of
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.plugin_files.manifest import ConnectionValue, PluginManifest
from pulumi_everest.model.shapes import NUMBER, TEXT, Shape, shape_of

CONNECTION_KEYS = ("type", "host", "port", "username", "password", "uri")
"""What the connection of every technology says."""
URI_VARIABLES = ("host", "port", "username", "password")
"""What the text of a URI may use besides `spec`, `metadata` and `types`."""


def _shapes() -> dict[str, Shape]:
    spec = {"spec": shape_of(DatabaseClusterSpec), "metadata": shape_of(Metadata)}
    return {**spec, "types": Shape("map", item=TEXT), "host": TEXT, "port": NUMBER, "username": TEXT, "password": TEXT}


@cache
def _environment() -> Environment:
    return Environment(_shapes())


@cache
def _compiled(text: str) -> tuple[str | Expression, ...]:
    return tuple(piece if isinstance(piece, str) else _environment().compile(piece.text) for piece in split(text))


def filled(text: str, scope: Scope) -> Any:
    """The text with its expressions filled in; a `Deferred` where it depends on what is not known yet.

    Raises ExpressionError, ValueError for a text that is no template.
    """
    values = [piece if isinstance(piece, str) else piece.evaluate(scope) for piece in _compiled(text)]
    if len(values) == 1:
        return values[0]
    needs = [leaf for value in values if isinstance(value, Deferred) for leaf in leaves_of(value)]
    if needs:
        return Computed(tuple(dict.fromkeys(needs)), lambda known: filled(text, scope.known(known)))
    texts = list(map(str, values))
    try:
        scope.allowance.text(sum(map(len, texts)))
    except SpentError as error:
        raise LimitError(error.message) from None
    return "".join(texts)


def check_texts(manifest: PluginManifest) -> Iterator[Finding]:
    """What is wrong with those texts of a plugin: expressions, fields that do not exist, and waitFor's form."""
    shapes = _shapes()
    cluster = {name: shape for name, shape in shapes.items() if name not in URI_VARIABLES}
    connection = manifest.connection
    if connection is not None:
        for name in ("host", "secret", "username"):
            yield from _wrong(getattr(connection, name), ("connection", name), cluster)
        if isinstance(connection.port, str):
            yield from _wrong_port(connection.port, cluster)
        yield from _wrong(connection.uri, ("connection", "uri"), shapes)
        for name, more in connection.more.items():
            yield from _wrong_value(name, more, cluster, shapes)
    left = manifest.leftovers
    if left is not None:
        own = {"metadata": cluster["metadata"]}
        for label, value in left.volumes.items():
            yield from _wrong(value, ("leftovers", "volumes", label), own)
        for index, name in enumerate(left.secrets):
            yield from _wrong(name, ("leftovers", "secrets", index), own)
    texts = manifest.wait_for if isinstance(manifest.wait_for, dict) else {"": manifest.wait_for}
    for topology, text in texts.items():
        path = ("waitFor", topology) if topology else ("waitFor",)
        found = list(_wrong(text, path, cluster))
        yield from found or wrong_wait(text, path)


def _wrong_port(text: str, shapes: Mapping[str, Shape]) -> Iterator[Finding]:
    path = ("connection", "port")
    found = list(_wrong(text, path, shapes))
    yield from found
    if not found and not _gives_number(text, shapes):
        yield finding("plugin.template", path, "'port' takes a number, or one expression that gives one: ${...}")


def _gives_number(text: str, shapes: Mapping[str, Shape]) -> bool:
    """Whether a text is one expression that may give a number."""
    only, *more = _compiled(text)
    return (
        not more
        and not isinstance(only, str)
        and only.returns in ("int", "any")
        and only.shape(shapes).kind in ("number", "any")
    )


def _wrong_value(
    name: str, more: ConnectionValue, cluster: Mapping[str, Shape], shapes: Mapping[str, Shape]
) -> Iterator[Finding]:
    path = ("connection", "more", name)
    if name in CONNECTION_KEYS:
        yield finding("plugin.template", path, f"'{name}' is what the connection itself says")
    if (more.value is None) == (more.secret is None) or (more.secret is None) != (more.key is None):
        yield finding("plugin.template", path, f"'{name}' needs either 'value', or 'secret' and 'key'")
    yield from _wrong(more.value, (*path, "value"), shapes)
    yield from _wrong(more.secret, (*path, "secret"), cluster)
    found = list(_wrong(more.when, (*path, "when"), cluster))
    yield from found
    pieces = [] if found or more.when is None else split(more.when)
    if pieces and (len(pieces) > 1 or not isinstance(pieces[0], Code)):
        yield finding("plugin.template", (*path, "when"), "'when' takes one expression: ${...}")


def wrong_wait(text: str | None, path: Path) -> Iterator[Finding]:
    """What is wrong with the form of a text of what to wait for, whatever its expressions give."""
    if text is None:
        return
    stand_in = "".join(piece if isinstance(piece, str) else "x" for piece in split(text))
    wrong = wrong_condition(stand_in)
    if wrong is not None:
        yield finding("field.value", path, wrong)


def _wrong(text: str | None, path: Path, shapes: Mapping[str, Shape]) -> Iterator[Finding]:
    try:
        pieces = split(text or "")
    except TextError as error:
        yield finding("plugin.template", path, error.message)
        return
    for piece in pieces:
        if isinstance(piece, Code):
            yield from wrong_expression(piece.text, path, shapes)


def wrong_expression(text: str, path: Path, shapes: Mapping[str, Shape]) -> Iterator[Finding]:
    """What is wrong with one expression over variables of these shapes."""
    _, found = compile_checked(
        text, Environment(shapes), shapes, path, code="plugin.expression", wrong=f"${{{brief(text)}}}",
        missing=lambda field: f"${{{brief(text)}}}: there is no '{field}'",
    )  # fmt: skip
    yield from found
