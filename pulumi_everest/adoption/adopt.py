"""Adopt: the cluster of which a plugin makes exactly a given object of an operator.

The cluster is found by trying, and nothing is taken on trust: what is made of the result is compared with the object
at the end, to the last value, and where they differ there is no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.adoption.adoption_findings import adoption_findings
from pulumi_everest.adoption.alike import Alike
from pulumi_everest.adoption.remainder import with_overrides
from pulumi_everest.adoption.rendering import Rendering, Spec
from pulumi_everest.adoption.search import Search
from pulumi_everest.adoption.settle import in_model_order, pinned, with_read_versions, without_idle
from pulumi_everest.adoption.start import operator_version, starts
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.read_back.places import without_value
from pulumi_everest.expressions.functions import merge
from pulumi_everest.model.cluster import Metadata
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.model.reading import own_part, read_model
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import Workspace

_METADATA = ("name", "namespace", "labels", "annotations")


@dataclass
class Adopted:
    """A cluster that becomes a given object: its metadata, its spec, and the options that only programs have.

    `finalizers` are those of the object, whether options or the metadata give them. Of the `total` leaves of the
    object's spec `by_fields` are there without any override.
    """

    metadata: dict[str, Any]
    spec: Spec
    options: dict[str, Any]
    finalizers: list[str]
    by_fields: int
    total: int
    findings: list[Finding] = field(default_factory=list)


def adopted(
    workspace: Workspace,
    live: Mapping[str, Any],
    *,
    remarked: bool = True,
    literally: bool = False,
    named: Mapping[str, Any] | None = None,
    alike: Alike | None = None,
    definition: str = "",
) -> Adopted:
    """The cluster of which exactly the object is made: its spec, labels, annotations and finalizers.

    With `remarked` it has findings for whoever reads it, which takes a while. With `literally` it also says what the
    server would fill in by itself. `named` is what the object would say besides if this package had made it, such as
    names that only notes in it tell. `alike` remembers what was found, for objects of one form. `definition` is the
    name of that which it is of, where it is known. Raises EverestError where there is none, or no plugin for the
    object.
    """
    plugin = plugin_for(workspace, live, definition)
    setup, found = workspace.setup(plugin.definition.name)
    if setup is None:
        raise EverestError(found)
    own = own_part(live)
    metadata = {key: own["metadata"][key] for key in _METADATA if own["metadata"].get(key) is not None}
    _, wrong = read_model(Metadata, metadata)
    if wrong:
        told = (_unreachable(own, entry.message, ("metadata", *entry.path)) for entry in wrong)
        raise EverestError(told)
    wanted = own.get("spec") or {}
    rendering = Rendering(plugin, setup.technology, metadata)
    operator = operator_version(rendering, wanted)
    searches = [
        (Search(rendering, wanted, topology, operator), start)
        for topology, start in starts(rendering, merge(own, named or {}), operator)
    ]
    likely = (_likely(search, alike, plugin.name) for search, _ in searches if alike is not None)
    search, spec = next((found for found in likely if found is not None), None) or _nearest(searches) or (None, {})
    if search is None:
        raise EverestError([_refusal(rendering, own, operator)])
    values = dict(search.fields(spec))
    if not literally:
        own = _without_defaults(own, plugin.manifest.server_defaults, rendering.bare(spec))
    wanted = own.get("spec") or {}
    spec = with_overrides(rendering, spec, wanted)
    spec = in_model_order(
        pinned(rendering, with_read_versions(rendering, without_idle(rendering, spec, values)), values)
    )
    options, finalizers = _finalizers(rendering, spec, own)
    if finalizers is not None:
        metadata["finalizers"] = finalizers
    _verify(Rendering(plugin, setup.technology, metadata), spec, options, own)
    reached = leaves(rendering.bare(spec))
    total = leaves(wanted)
    by_fields = sum(path in reached and same(reached[path], value) for path, value in total.items())
    if alike is not None:
        alike.learn(plugin.name, operator, search.wanted, spec, by_fields)
    found = list(adoption_findings(rendering, spec, own, values)) if remarked else []
    return Adopted(metadata, spec, options, own["metadata"].get("finalizers") or [], by_fields, len(total), found)


def _nearest(searches: Iterable[tuple[Search, Spec]]) -> tuple[Search, Spec] | None:
    """The search of the topology that came nearest, and what it found."""
    results = [(search, result) for search, start in searches if (result := search.run(start)) is not None]
    if not results:
        return None
    search, (spec, _) = min(results, key=lambda entry: (entry[1][1].leaves, len(entry[1][1].wrong)))
    return search, spec


def _likely(search: Search, alike: Alike, plugin: str) -> tuple[Search, Spec] | None:
    """What an object of the same form was made of, with the values of this one; None where less is said by fields."""
    found = alike.fields(search, plugin)
    if found is None:
        return None
    spec, least = found
    made, wanted = leaves(search.rendering.bare(spec)), leaves(search.wanted)
    if sum(path in made and same(made[path], value) for path, value in wanted.items()) < least:
        return None
    return search, spec


def _without_defaults(own: dict[str, Any], defaults: Mapping[str, Any], made: Any) -> dict[str, Any]:
    """The object without what the server fills in by itself, and would again, unless a field says it: no override is
    needed for that.
    """
    emitted = leaves({"spec": made})
    for text, value in defaults.items():
        path: Path = tuple(text.split("."))
        if path not in emitted and same(value_at(own, path), value):
            own = without_value(own, path)
    return own


def _refusal(rendering: Rendering, own: Mapping[str, Any], operator: str) -> Finding:
    """Why not even the smallest cluster is accepted: for its name, as a rule."""
    topology = next(iter(rendering.technology.definition.spec.topologies))
    spec = {
        "provider": rendering.technology.provider,
        "operatorVersion": operator,
        "topology": {"type": topology},
    }
    _, errors = rendering.checked(spec)
    text = errors[0].message if errors else "no cluster of any topology is accepted"
    return _unreachable(own, text, ("metadata", "name"))


def plugin_for(workspace: Workspace, live: Mapping[str, Any], likely: str = "") -> Plugin:
    """The plugin whose main object is of the same group and kind; that of a `likely` definition is asked first, since
    each has its templates read for it. Raises EverestError.
    """
    version, kind = live.get("apiVersion"), live.get("kind")
    names = []
    for plugin in sorted(workspace.plugins.all(), key=lambda plugin: plugin.definition.name != likely):
        kinds = main_kinds(workspace, plugin)
        if (version, kind) in kinds:
            return plugin
        names += [" ".join(kinds[0])] if kinds else []
    text = f"no plugin makes objects of {version} {kind}"
    raise EverestError([finding("adopt.kind", ("kind",), text, allowed=names, subject=subject(live))])


def main_kinds(workspace: Workspace, plugin: Plugin) -> list[tuple[str, str]]:
    """API version and kind of a plugin's main object, today's first, then those it had."""
    setup, _ = workspace.setup(plugin.definition.name)
    if setup is None:
        return []
    rendering = Rendering(plugin, setup.technology, {"name": "any", "namespace": "any"})
    for topology in plugin.definition.spec.topologies:
        made = rendering.manifest({"provider": setup.technology.provider, "topology": {"type": topology}})
        if made is not None:
            versions = dict.fromkeys([made["apiVersion"], *plugin.manifest.former_types])
            return [(version, made["kind"]) for version in versions]
    return []


def _finalizers(rendering: Rendering, spec: Spec, own: Mapping[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    """The volume policy that gives the object's finalizers, or the finalizers themselves where none does."""
    wanted = own["metadata"].get("finalizers") or []
    for policy in ("keep", "delete"):
        made = rendering.manifest(spec, volumes=policy) or {}
        if (made.get("metadata", {}).get("finalizers") or []) == wanted:
            return ({} if policy == "keep" else {"volumePolicy": policy}), None
    return {}, list(wanted)


def _verify(rendering: Rendering, spec: Spec, options: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Raise what of the object is not made of the cluster, if anything is not."""
    made = rendering.manifest(spec, volumes=options.get("volumePolicy", "keep"))
    if made is None:
        _, errors = rendering.checked(spec)
        raise EverestError([_unreachable(own, "the cluster found for it is refused", ()), *errors])
    wrong = [
        _unreachable(own, "no cluster was found that gives this value", path)
        for part in ("metadata", "spec")
        for path in differing(made.get(part) or {}, own.get(part) or {}, (part,))
    ]
    if wrong:
        raise EverestError(wrong)


def differing(made: Any, wanted: Any, prefix: Path) -> Iterator[Path]:
    """The leaves that two pieces of data do not both have."""
    if same(made, wanted):
        return
    first, second = leaves(made), leaves(wanted)
    for path in dict.fromkeys([*first, *second]):
        if path not in first or path not in second or not same(first[path], second[path]):
            yield (*prefix, *path)


def _unreachable(live: Mapping[str, Any], text: str, path: Path) -> Finding:
    return finding("adopt.unreachable", path, text, subject=subject(live))


def subject(live: Mapping[str, Any]) -> str:
    """An object for people: its kind and name."""
    return f"{live.get('kind')} {(live.get('metadata') or {}).get('name')}"
