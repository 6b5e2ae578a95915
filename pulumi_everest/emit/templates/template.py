"""Templates: the file of a plugin that says which Kubernetes objects a resolved cluster needs, in YAML.

Values are ``${CEL}``; ``when``, ``forEach``, ``let``, ``merge``, ``do`` and ``?key`` decide what is there. A template
is compiled once, with all its findings, and then makes the objects of any number of clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.core_kinds import unmakeable
from pulumi_everest.emit.templates.compile import Compiler, Names
from pulumi_everest.emit.templates.controls import Controls, named
from pulumi_everest.emit.templates.faults import faults
from pulumi_everest.emit.templates.former_types import FormerTypes, Head
from pulumi_everest.emit.templates.inferred_fields import Reads, fields_of, reads_of
from pulumi_everest.emit.templates.nodes import MARKS, Node, Spot, TemplateError, Waiting, kind_of, subject
from pulumi_everest.emit.templates.object_settings import (
    OF_MAIN,
    SETTINGS,
    WaitFor,
    check_makeable,
    check_order,
    read_settings,
)
from pulumi_everest.expressions.environment import FunctionSpec, Scope
from pulumi_everest.model.cluster import DatabaseClusterSpec, Instance, Metadata
from pulumi_everest.model.deferred import Deferred, leaves_of
from pulumi_everest.model.findings import Finding, finding, path_text, sort_findings
from pulumi_everest.model.plugin_files.object_settings import PLAIN, MovedField, ObjectSettings
from pulumi_everest.model.shapes import ANY, TEXT, Shape, shape_of
from pulumi_everest.model.source.documents import Document

__all__ = ["Emitted", "Template", "TemplateError", "variable_shapes"]

_ENTRY = ("name", "main", "forEach", "let", "when", "object")
_TEXTS = Shape("map", item=TEXT)


@dataclass(frozen=True)
class Emitted:
    """An object of a cluster: what the template calls it, whether it is the main one, and the object itself.

    One with `when_ready` is made when the database is ready, and not before. `settings` is what its plugin says of it,
    `wait_for` what tells that it is ready, in the words of the Kubernetes provider, where it is not the main one.
    """

    name: str
    main: bool
    manifest: dict[str, Any]
    when_ready: bool = False
    settings: ObjectSettings = PLAIN
    wait_for: Any = None
    in_loop: bool = False
    """Whether its template makes an object for each turn of a loop."""
    moved: tuple[MovedField, ...] = ()
    """The fields in which overrides wrote something that the operator version has elsewhere."""

    @property
    def keeps_data(self) -> bool:
        """Whether it holds data of the database, as the main object always does."""
        return self.main or self.settings.keeps_data


def variable_shapes(components: Iterable[str] | None = None) -> dict[str, Shape]:
    """The variables of every template and what they look like; `components` are those that clusters may have."""
    spec, types = shape_of(DatabaseClusterSpec), _TEXTS
    if components is not None:
        instances = Shape("object", dict.fromkeys(components, shape_of(Instance)))
        spec = Shape("object", {**spec.fields, "instances": instances})
        types = Shape("object", dict.fromkeys(components, TEXT))
    return {
        "spec": spec,
        "metadata": shape_of(Metadata),
        "types": types,
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
    settings: ObjectSettings = PLAIN
    wait_for: WaitFor | None = None
    is_secret: bool = False
    kind: Any = None

    def emit(self, scope: Scope, findings: list[Finding]) -> list[Emitted]:
        waits: list[Any] = []

        def make(inner: Scope) -> Any:
            manifest = self.body.make(inner)
            if self.wait_for is not None and manifest.__class__ not in MARKS:
                waits.append(self.wait_for.make(inner))
            return manifest

        manifests = self.controls.results(scope, make)
        if isinstance(manifests, Waiting):
            findings += self._not_known(manifests.needs, scope)
            return []
        emitted = []
        for index, manifest in enumerate(manifests):
            deferred = [manifest] if isinstance(manifest, Deferred) else _deferred_kind(manifest)
            findings += self._not_known([leaf for value in deferred for leaf in leaves_of(value)], scope)
            if deferred:
                continue
            wrong = _wrong_kind(manifest)
            if wrong is not None:
                raise self.spot.fail(scope, wrong)
            wait_for = waits[index] if waits else None
            emitted.append(
                Emitted(
                    self.name, self.main, manifest,
                    settings=self.settings, wait_for=wait_for, in_loop=bool(self.controls.loops),
                )
            )  # fmt: skip
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
    return unmakeable(manifest["apiVersion"], manifest["kind"], manifest)


@dataclass
class Template:
    """The templates of a plugin. `findings` is all that is wrong with them; only a template without any emits."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    _lets: tuple[tuple[str, Node], ...] = ()
    _entries: list[_Entry] = field(default_factory=list)
    _former: FormerTypes = field(default_factory=FormerTypes)
    _reads: Callable[[], Reads] = dict
    _faults: Callable[[], Iterable[Finding]] = tuple

    @classmethod
    def parse(
        cls,
        document: Document,
        functions: Sequence[FunctionSpec] = (),
        shapes: Names | None = None,
        beside: Sequence[str] = (),
        *,
        main: ObjectSettings | None = None,
        operators: Sequence[str] = (),
        compiling: type[Compiler] = Compiler,
    ) -> Template:
        """The template of a document (resources.yaml). `shapes` are those of the variables, for the check of fields.

        `beside` are keys of the document that are no part of the template. `main` is what plugin.yaml says of the main
        object; without it the objects are those of a job, which have no settings. `operators` are the versions of the
        operator, and `compiling` is what makes nodes of it.
        """
        compiler = compiling(document, shapes if shapes is not None else variable_shapes(), functions)
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
            compiled = _entry(compiler, entry, index, names, main)
            if compiled is not None:
                template._entries.append(compiled)
        _check_entries(compiler, objects)
        template._former = FormerTypes([_head(compiler, entry, names) for entry in objects], operators)
        template._reads = partial(reads_of, data, compiler.compiled, compiler.variables)
        template._faults = partial(faults, compiler, objects)
        template.findings = sort_findings(compiler.findings)
        return template

    def warnings(self) -> list[Finding]:
        """What may be wrong with the templates although they compile; see `faults`."""
        return list(self._faults())

    def fields_read(self, root: str, shape: Shape) -> list[FieldPath]:
        """The fields of a variable that get into the objects, or decide about them; see `inferred_fields`."""
        return fields_of(self._read, root, shape)

    def reads_of(self, root: str) -> set[str]:
        """The first names below a variable that get into the objects, or decide about them."""
        return {str(read.path[1]) for read in self._read if read.path[0] == root and len(read.path) > 1}

    @cached_property
    def _read(self) -> Reads:
        return self._reads()

    def emit(self, resolved: Resolved) -> list[Emitted]:
        """The objects of a cluster, in the order of the template, as fresh plain data.

        Any value in them may be a `Deferred`. Raises TemplateError with what is wrong in all objects: expressions that
        fail, and values that decide whether there is an object and are not known.
        """
        return self.filled(_scope(resolved))

    @property
    def has_others(self) -> bool:
        """Whether there may be objects beside the main one and Secrets."""
        return any(not (entry.main or entry.is_secret) for entry in self._entries)

    @property
    def main_kind(self) -> str | None:
        """The kind of the main object, where the template says it plainly."""
        kinds = [entry.kind for entry in self._entries if entry.main]
        return kinds[0] if kinds and isinstance(kinds[0], str) and "${" not in kinds[0] else None

    def former_types(self, resolved: Resolved, entry: Emitted) -> list[str]:
        """The API versions that an object of a cluster has for other versions of the operator, or once had."""
        found = self._former.of(entry.name, entry.manifest, _scope(resolved), self._lets)
        versions = dict.fromkeys([*entry.settings.former_types, *found])
        return [version for version in versions if version != entry.manifest["apiVersion"]]

    @property
    def settings(self) -> list[tuple[int, ObjectSettings]]:
        """What is said of objects beside the main one, by their place in the template."""
        told = ((index, entry) for index, entry in enumerate(self._entries) if not entry.main)
        return [(index, entry.settings) for index, entry in told if entry.settings is not PLAIN]

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


def _scope(resolved: Resolved) -> Scope:
    variables = {
        "spec": resolved.spec,
        "metadata": resolved.metadata,
        "types": resolved.types,
        "options": resolved.options,
        "secrets": resolved.secrets,
        "operator": resolved.spec.get("operatorVersion"),
    }
    return Scope(variables, resolved.deferred)


def _entry(compiler: Compiler, entry: Any, index: int, names: Names, of_main: ObjectSettings | None) -> _Entry | None:
    path = ("objects", index)
    if not isinstance(entry, dict):
        compiler.report("plugin.template", path, "an object is a mapping with 'name' and 'object'")
        return None
    words = _ENTRY if of_main is None else (*_ENTRY, *(OF_MAIN if entry.get("main") is True else SETTINGS))
    for key in entry:
        if key not in words:
            more = ", of which plugin.yaml says that" if key in SETTINGS and of_main is not None else ""
            message = f"{'the main object' if more else 'an object'} of a template has no '{key}'{more}"
            compiler.report_unknown("plugin.template", (*path, key), message, key, words)
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
    check_makeable(compiler, body, at)
    spot = Spot(at, compiler.document.value_place)
    settings, wait_for = read_settings(compiler, entry, path, inner) if of_main is not None else (PLAIN, None)
    if main is True and of_main is not None:
        settings = of_main.model_copy(update={"after": settings.after})
    secret = (body.get("apiVersion"), body.get("kind")) == ("v1", "Secret")
    node = compiler.value(body, at, inner)
    return _Entry(name, main is True, controls, node, spot, settings, wait_for, secret, body.get("kind"))


def _head(compiler: Compiler, entry: Any, names: Names) -> Head | None:
    """What decides the API version of an object, of an entry that was compiled."""
    if not isinstance(entry, dict) or not isinstance(entry.get("object"), dict):
        return None
    body, count = entry["object"], len(compiler.findings)
    head = Head(str(entry.get("name")), body.get("apiVersion"), body.get("kind"))
    if head.is_fixed:
        return head
    controls, inner = compiler.controls(entry, (), names)
    node = compiler.value({key: body[key] for key in ("let", "apiVersion", "kind") if key in body}, (), inner)
    del compiler.findings[count:]  # they have been said of the object itself
    return replace(head, controls=controls, node=node)


def _check_entries(compiler: Compiler, objects: list[Any]) -> None:
    """Report names that are there twice, and anything but one main object."""
    entries = [(index, entry) for index, entry in enumerate(objects) if isinstance(entry, dict)]
    seen: set[str] = set()
    for index, entry in entries:
        name = entry.get("name")
        if isinstance(name, str) and name in seen:
            compiler.report("plugin.template", ("objects", index, "name"), f"the name '{name}' is there twice")
        seen.add(str(name))
    check_order(compiler, entries)
    main = [index for index, entry in entries if entry.get("main") is True]
    if entries and not main:
        text = "one object must be marked with 'main: true': the operator's main object"
        compiler.report("plugin.template", ("objects",), text)
    for index in main[1:]:
        compiler.report("plugin.template", ("objects", index, "main"), "only one object can be the main one")
    for index in main:
        if "forEach" in objects[index]:
            compiler.report("plugin.template", ("objects", index, "forEach"), "the main object is one object")
