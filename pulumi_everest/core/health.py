"""How a database is, by what its operator wrote into the main object: state, message, ready or given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulumi_everest.expressions.environment import Environment, Expression, ExpressionError
from pulumi_everest.expressions.messages import brief
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.plugin_files.manifest import PluginManifest

_KINDS = {"ready": "bool", "failed": "bool", "state": "string", "message": "string"}
"""The expressions over the live object, and what each gives."""
_WORDS = {"bool": "true or false", "string": "text"}


@dataclass(frozen=True)
class Health:
    """How a database is. `ready` and `failed` are None where the plugin does not say how to tell."""

    state: str = ""
    message: str = ""
    ready: bool | None = None
    failed: bool | None = None


@cache
def _environment() -> Environment:
    return Environment(("self",))


@cache
def _compiled(text: str) -> Expression:
    return _environment().compile(text)


def health(manifest: PluginManifest, live: Mapping[str, Any]) -> Health:
    """How the database of a live main object is. What an expression cannot tell is left out."""
    found: dict[str, Any] = {}
    for name, kind in _KINDS.items():
        text = getattr(manifest, name)
        if text is None:
            continue
        try:
            value = _compiled(text).evaluate({"self": live})
        except ExpressionError:
            continue
        if isinstance(value, bool if kind == "bool" else str):
            found[name] = value
    return Health(**found)


def check_health(manifest: PluginManifest) -> Iterator[Finding]:
    """What is wrong with the expressions over the live object."""
    for name, wanted in _KINDS.items():
        text = getattr(manifest, name)
        if text is None:
            continue
        try:
            expression = _environment().compile(text)
        except ExpressionError as error:
            yield finding("plugin.expression", (name,), f"{brief(text)}: {error}")
            continue
        if expression.optional:
            end = "false" if wanted == "bool" else "''"
            message = f"'{name}' gives a value that may be absent; end it with .orValue({end})"
            yield finding("plugin.expression", (name,), message)
        elif expression.returns not in ("any", wanted):
            yield finding(
                "plugin.expression", (name,), f"'{name}' is {_WORDS[wanted]}, and this is {expression.returns}"
            )
