"""What a template says of an object beside what it is made of, read and checked when the template is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pulumi_everest.core.health import check_health
from pulumi_everest.emit.core_kinds import unmakeable
from pulumi_everest.emit.templates.compile import WORDS, Compiler, Names
from pulumi_everest.emit.templates.nodes import Node
from pulumi_everest.emit.templates.texts import wrong_wait
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import located
from pulumi_everest.model.plugin_files.object_settings import PLAIN, ObjectSettings
from pulumi_everest.model.reading import read_leniently

if TYPE_CHECKING:
    from pulumi_everest.expressions.environment import Scope

SETTINGS: Final = tuple(info.alias or name for name, info in ObjectSettings.model_fields.items())
"""The words of an object that are settings."""
OF_MAIN: Final = ("after",)
"""The settings that a main object has in its template; plugin.yaml has the others."""


@dataclass(frozen=True)
class WaitFor:
    """What to wait for of an object: a text for each topology, or one for all, under None."""

    texts: Mapping[str | None, Node]

    def make(self, scope: Scope) -> Any:
        """The text for the cluster of a scope; None where there is none."""
        node = self.texts.get(None)
        if node is None:
            topology = scope.variables["spec"].get("topology") or {}
            node = self.texts.get(topology.get("type"))
        return node.make(scope) if node is not None else None


def read_settings(
    compiler: Compiler, entry: Mapping[str, Any], path: Path, names: Names
) -> tuple[ObjectSettings, WaitFor | None]:
    """The settings of an entry. What is wrong with them goes to the compiler."""
    given = {key: value for key, value in entry.items() if key in SETTINGS}
    if not given:
        return PLAIN, None
    settings, found = read_leniently(ObjectSettings, given, defer=False)
    compiler.findings += located([one.at(path) for one in found], compiler.document.place)
    if settings is None:
        return PLAIN, None
    problems = [one.at(path) for one in check_health(settings)]
    texts: dict[str | None, Node] = {}
    for topology, text in _by_topology(settings.wait_for):
        at = (*path, "waitFor") if topology is None else (*path, "waitFor", topology)
        before = len(compiler.findings)
        texts[topology] = compiler.value(text, at, names)
        if len(compiler.findings) == before:
            problems += wrong_wait(text, at)
    compiler.findings += located(problems, compiler.document.place)
    return settings, WaitFor(texts) if texts else None


def _by_topology(given: str | Mapping[str, str] | None) -> list[tuple[str | None, str]]:
    if given is None:
        return []
    return [(None, given)] if isinstance(given, str) else [*given.items()]


def check_makeable(compiler: Compiler, body: Mapping[str, Any], path: Path) -> None:
    """Report an object that no program can make, as far as the template tells."""
    metadata = body.get("metadata")
    if isinstance(metadata, dict) and not any(key in metadata for key in ("name", *WORDS)):
        compiler.report("plugin.template", (*path, "metadata"), "an object needs 'name' in its metadata")
    version, kind = body.get("apiVersion"), body.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str) or "${" in version + kind:
        return
    fields = [key.removeprefix("?").removeprefix("\\") for key in body if key not in WORDS and "${" not in key]
    wrong = unmakeable(version, kind, fields)
    if wrong is not None:
        compiler.report("plugin.template", path, wrong)


def check_order(compiler: Compiler, entries: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Report names in `after` that there are not, and circles."""
    known = {entry["name"]: index for index, entry in entries if isinstance(entry.get("name"), str)}
    before: dict[str, list[str]] = {}
    for index, entry in entries:
        given = entry.get("after")
        after = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
        for position, name in enumerate(after):
            if name not in known:
                at = ("objects", index, "after", position)
                message = f"there is no object '{name}' to come after"
                compiler.report_unknown("plugin.template", at, message, name, list(known))
        before[str(entry.get("name"))] = [name for name in after if name in known]
    for name in before:
        circle = _circle(name, before)
        if circle:
            text = f"the objects wait for each other: {' after '.join(circle)}"
            compiler.report("plugin.template", ("objects", known[name], "after"), text)
            return


def _circle(start: str, before: Mapping[str, Sequence[str]]) -> list[str]:
    """The names from `start` back to it, each after the next; empty where there is no such way."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop()
        for name in before.get(way[-1], ()):
            if name == start:
                return [*way, name]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []
