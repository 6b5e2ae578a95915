"""How a database is, by what its operator wrote into its objects: state, message, ready or given up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulumi_everest.expressions.environment import Environment, Expression, ExpressionError
from pulumi_everest.expressions.messages import brief
from pulumi_everest.expressions.results import LimitError
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.plugin_files.object_settings import ObjectSettings, of_topology

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


Saying = PluginManifest | ObjectSettings
"""Who says how an object is told to be ready: plugin.yaml of the main one, the template of another."""


def health(saying: Saying, live: Mapping[str, Any], topology: str | None = None) -> Health:
    """How a live object is, of a cluster with this topology. What an expression cannot tell is left out.

    An expression that takes more than it may is a matter of the plugin, which the message says.
    """
    found: dict[str, Any] = {}
    endless = []
    for name, kind in _KINDS.items():
        text = of_topology(getattr(saying, name, None), topology)
        if text is None:
            continue
        try:
            value = _compiled(text).evaluate({"self": live})
        except LimitError as error:
            endless.append(f"the plugin's '{name}' cannot be evaluated: {error}")
            continue
        except ExpressionError:
            continue
        if isinstance(value, bool if kind == "bool" else str):
            found[name] = value
    if endless:
        found["message"] = "; ".join([*([found["message"]] if found.get("message") else []), *endless])
    return Health(**found)


def of_all(main: Health, others: Iterable[tuple[str, Health | None]]) -> Health:
    """How a database is whose other objects are so: ready when all are, failed when one is.

    The others come with what people call them, and None for one that is not there. Of those that are not ready, the
    first is named where the main object says nothing.
    """
    ready, failed, message = main.ready, main.failed, main.message
    for title, other in others:
        if other is None or other.ready is False:
            ready = False
        if other is not None and other.failed:
            failed = True
        if not message and (other is None or other.failed or other.ready is False):
            what = "is not there" if other is None else "has failed" if other.failed else "is not ready"
            message = f"{title} {what}"
    return Health(main.state, message, ready, failed)


def check_health(saying: Saying) -> Iterator[Finding]:
    """What is wrong with the expressions over the live object."""
    for name, wanted in _KINDS.items():
        given = getattr(saying, name, None)
        texts = given.items() if isinstance(given, dict) else [(None, given)] if given is not None else []
        for topology, text in texts:
            yield from _wrong(text, wanted, name, (name,) if topology is None else (name, topology))


def check_topologies(saying: Saying, topologies: Collection[str], path: Path = ()) -> Iterator[Finding]:
    """What is wrong with the topologies for which something is said, in a definition that has `topologies`.

    plugin.yaml says it for all of them, since the main object is in each.
    """
    for name, field in (("ready", "ready"), ("failed", "failed"), ("waitFor", "wait_for")):
        given = getattr(saying, field)
        if not isinstance(given, dict):
            continue
        for topology in given:
            if topology not in topologies:
                text = f"there is no topology '{topology}'"
                yield unknown("plugin.template", (*path, name, topology), text, topology, topologies)
        missing = [topology for topology in topologies if topology not in given]
        if missing and isinstance(saying, PluginManifest):
            text = f"'{name}' says nothing of topology '{missing[0]}'"
            yield finding("plugin.template", (*path, name), text, allowed=[*topologies])


def _wrong(text: str, wanted: str, name: str, path: Path) -> Iterator[Finding]:
    try:
        expression = _environment().compile(text)
    except ExpressionError as error:
        yield finding("plugin.expression", path, f"{brief(text)}: {error}")
        return
    if expression.optional:
        end = "false" if wanted == "bool" else "''"
        message = f"'{name}' gives a value that may be absent; end it with .orValue({end})"
        yield finding("plugin.expression", path, message)
    elif expression.returns not in ("any", wanted):
        yield finding("plugin.expression", path, f"'{name}' is {_WORDS[wanted]}, and this is {expression.returns}")
