"""Templates: the file of a plugin that says which Kubernetes objects a resolved cluster needs, in YAML.

Values are ``${CEL}``; ``when``, ``forEach``, ``let``, ``merge``, ``do`` and ``?key`` decide what is there. A template
is compiled once, with all its findings, and then makes the objects of any number of clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.templates.compile import Compiler, Names
from pulumi_everest.emit.templates.controls import Controls, named
from pulumi_everest.emit.templates.nodes import Node, Spot, TemplateError, Waiting, kind_of, subject
from pulumi_everest.expressions.environment import FunctionSpec, Scope
from pulumi_everest.model.cluster import DatabaseClusterSpec, Metadata
from pulumi_everest.model.deferred import Deferred, leaves_of
from pulumi_everest.model.findings import Finding, finding, path_text, sort_findings
from pulumi_everest.model.shapes import ANY, TEXT, Shape, shape_of
from pulumi_everest.model.source.documents import Document

__all__ = ["Emitted", "Template", "TemplateError", "variable_shapes"]

_ENTRY = ("name", "main", "forEach", "let", "when", "object")
_TEXTS = Shape("map", item=TEXT)


@dataclass(frozen=True)
class Emitted:
    """An object of a cluster: what the template calls it, whether it is the main one, and the object itself.

    One with `when_ready` is made when the database is ready, and not before.
    """

    name: str
    main: bool
    manifest: dict[str, Any]
    when_ready: bool = False


def variable_shapes() -> dict[str, Shape]:
    """The variables of every template and what they look like."""
    return {
        "spec": shape_of(DatabaseClusterSpec),
        "metadata": shape_of(Metadata),
        "types": _TEXTS,
        "options": Shape("object", {"volumePolicy": TEXT}),
        "secrets": Shape(
            "object", {"users": _TEXTS, "storages": Shape("map", item=_TEXTS), "monitoring": Shape("map", item=ANY)}
        ),
        "operator": TEXT,
    }


@dataclass(frozen=True)
class _Entry:
    name: str
    main: bool
    controls: Controls
    body: Node
    spot: Spot

    def emit(self, scope: Scope, findings: list[Finding]) -> list[Emitted]:
        manifests = self.controls.results(scope, self.body.make)
        if isinstance(manifests, Waiting):
            findings += self._not_known(manifests.needs, scope)
            return []
        emitted = []
        for manifest in manifests:
            deferred = [manifest] if isinstance(manifest, Deferred) else _deferred_kind(manifest)
            findings += self._not_known([leaf for value in deferred for leaf in leaves_of(value)], scope)
            if deferred:
                continue
            wrong = _wrong_kind(manifest)
            if wrong is not None:
                raise self.spot.fail(scope, wrong)
            emitted.append(Emitted(self.name, self.main, manifest))
        return emitted

    def _not_known(self, needs: Sequence[Deferred], scope: Scope) -> list[Finding]:
        found = []
        for leaf in dict.fromkeys(needs):
            where = f"'{path_text(leaf.path)}'" if leaf.path else "a value"
            message = f"{where} decides whether there is an object '{self.name}', so it must be known"
            found.append(finding("value.not-known", leaf.path, message, subject=subject(scope)))
        return found


def _deferred_kind(manifest: Mapping[str, Any]) -> list[Deferred]:
    """The parts of a manifest that say what the object is, as far as they are not known."""
    return [value for key in ("apiVersion", "kind", "metadata") if isinstance(value := manifest.get(key), Deferred)]


def _wrong_kind(manifest: Mapping[str, Any]) -> str | None:
    for key in ("apiVersion", "kind"):
        if not isinstance(manifest.get(key), str):
            return f"'{key}' came out as {kind_of(manifest.get(key))}, and must be text"
    if not isinstance(manifest.get("metadata"), dict):
        return f"'metadata' came out as {kind_of(manifest.get('metadata'))}, and must be a mapping"
    return None


@dataclass
class Template:
    """The templates of a plugin. `findings` is all that is wrong with them; only a template without any emits."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    _lets: tuple[tuple[str, Node], ...] = ()
    _entries: list[_Entry] = field(default_factory=list)

    @classmethod
    def parse(
        cls,
        document: Document,
        functions: Sequence[FunctionSpec] = (),
        shapes: Names | None = None,
        beside: Sequence[str] = (),
    ) -> Template:
        """The template of a document (resources.yaml). `shapes` are those of the variables, for the check of fields.

        `beside` are keys of the document that are no part of the template.
        """
        compiler = Compiler(document, shapes if shapes is not None else variable_shapes(), functions)
        template = cls(document.file)
        data = document.data
        for key in data:
            allowed = ("let", "objects", *beside)
            if key not in allowed:
                compiler.report_unknown("plugin.template", (key,), f"a template has no '{key}'", key, allowed)
        names = shapes if shapes is not None else variable_shapes()
        template._lets, names = compiler.lets(data.get("let"), ("let",), names)
        objects = data.get("objects")
        if not isinstance(objects, list) or not objects:
            compiler.report("plugin.template", ("objects",), "'objects' takes a list of at least one object")
            objects = []
        for index, entry in enumerate(objects):
            compiled = _entry(compiler, entry, index, names)
            if compiled is not None:
                template._entries.append(compiled)
        _check_entries(compiler, objects)
        template.findings = sort_findings(compiler.findings)
        return template

    def emit(self, resolved: Resolved) -> list[Emitted]:
        """The objects of a cluster, in the order of the template, as fresh plain data.

        Any value in them may be a `Deferred`. Raises TemplateError with what is wrong in all objects: expressions that
        fail, and values that decide whether there is an object and are not known.
        """
        variables = {
            "spec": resolved.spec,
            "metadata": resolved.metadata,
            "types": resolved.types,
            "options": resolved.options,
            "secrets": resolved.secrets,
            "operator": resolved.spec.get("operatorVersion"),
        }
        return self.filled(Scope(variables, resolved.deferred))

    def filled(self, scope: Scope) -> list[Emitted]:
        """The objects that the variables of a scope give; as `emit`."""
        if self.findings:
            raise TemplateError(self.findings)
        findings: list[Finding] = []
        emitted: list[Emitted] = []
        inner = named(self._lets, scope) if self._lets else scope
        for entry in self._entries:
            try:
                emitted += entry.emit(inner, findings)
            except TemplateError as error:
                findings += error.findings
        if findings:
            raise TemplateError(findings)
        return emitted


def _entry(compiler: Compiler, entry: Any, index: int, names: Names) -> _Entry | None:
    path = ("objects", index)
    if not isinstance(entry, dict):
        compiler.report("plugin.template", path, "an object is a mapping with 'name' and 'object'")
        return None
    for key in entry:
        if key not in _ENTRY:
            message = f"an object of a template has no '{key}'"
            compiler.report_unknown("plugin.template", (*path, key), message, key, _ENTRY)
    controls, inner = compiler.controls(entry, path, names)
    name, main, body = entry.get("name"), entry.get("main", False), entry.get("object")
    if not isinstance(name, str) or not name:
        compiler.report("plugin.template", (*path, "name"), "an object needs a 'name', which errors call it by")
        name = f"objects[{index}]"
    if not isinstance(main, bool):
        compiler.report("plugin.template", (*path, "main"), "'main' is true or false")
    if not isinstance(body, dict):
        compiler.report("plugin.template", (*path, "object"), "'object' takes the mapping that the object is made of")
        return None
    for key in ("apiVersion", "kind", "metadata"):
        if key not in body:
            compiler.report("plugin.template", (*path, "object"), f"an object needs '{key}'")
    at = (*path, "object")
    spot = Spot(at, compiler.document.value_place)
    return _Entry(name, main is True, controls, compiler.value(body, at, inner), spot)


def _check_entries(compiler: Compiler, objects: list[Any]) -> None:
    """Report names that are there twice, and anything but one main object."""
    entries = [(index, entry) for index, entry in enumerate(objects) if isinstance(entry, dict)]
    seen: set[str] = set()
    for index, entry in entries:
        name = entry.get("name")
        if isinstance(name, str) and name in seen:
            compiler.report("plugin.template", ("objects", index, "name"), f"the name '{name}' is there twice")
        seen.add(str(name))
    main = [index for index, entry in entries if entry.get("main") is True]
    if entries and not main:
        text = "one object must be marked with 'main: true': the operator's main object"
        compiler.report("plugin.template", ("objects",), text)
    for index in main[1:]:
        compiler.report("plugin.template", ("objects", index, "main"), "only one object can be the main one")
    for index in main:
        if "forEach" in objects[index]:
            compiler.report("plugin.template", ("objects", index, "forEach"), "the main object is one object")
