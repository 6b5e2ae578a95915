"""A plugin: the folder of YAML that describes one database technology, read late and once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pulumi_everest.core.check_job import JOB_KINDS, JobKind
from pulumi_everest.core.paths import parse
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.emit.templates.template import Template, variable_shapes
from pulumi_everest.expressions.functions import FunctionSpec
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.deferred import Path as ValuePath
from pulumi_everest.model.definition import Component, DatabaseClusterDefinition
from pulumi_everest.model.findings import EverestError, Finding, Place, finding, located
from pulumi_everest.model.plugin_files.manifest import EngineConfig, HonouredComponent, PluginManifest
from pulumi_everest.model.plugin_files.object_settings import ObjectSettings
from pulumi_everest.model.reading import read_leniently, without_server_fields
from pulumi_everest.model.shapes import ANY, shape_of
from pulumi_everest.model.source.documents import Document
from pulumi_everest.plugins.honoured import TemplateFields
from pulumi_everest.plugins.mixed_files import only_document, read_mixed

if TYPE_CHECKING:
    from pulumi_everest.core.engine_config.settings import Settings
    from pulumi_everest.emit.explain.traced import TracedJob, TracedTemplate
    from pulumi_everest.emit.templates.legacy import LegacyTemplate
    from pulumi_everest.emit.templates.value_template import ValueTemplate
    from pulumi_everest.emit.workload_template import WorkloadTemplate
    from pulumi_everest.model.plugin_files.form import TopologyForm

MANIFEST, DEFINITION, RESOURCES, ADOPT = "plugin.yaml", "definition.yaml", "resources.yaml", "adopt.yaml"
LEGACY, FORM, WORKLOADS = "legacy.yaml", "ui.yaml", "workloads.yaml"


class _Checked(Protocol):
    """What is compiled of a file, with all that is wrong with it."""

    findings: list[Finding]


_Template = TypeVar("_Template", bound=_Checked)


@dataclass
class Plugin:
    """One plugin. `findings` is what was wrong when it was loaded, `broken` what was set aside of its definition."""

    folder: Path
    manifest: PluginManifest
    definition: Definition
    definition_document: Document
    manifest_document: Document
    findings: list[Finding] = field(default_factory=list)
    broken: tuple[ValuePath, ...] = ()
    _settings: dict[tuple[str, str], Settings | None] = field(default_factory=dict, repr=False)
    _traced_jobs: dict[JobKind, TracedJob] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.manifest.infer(TemplateFields(self))

    @property
    def name(self) -> str:
        """Short name of the plugin."""
        return self.manifest.name

    @cached_property
    def template(self) -> Template:
        """The templates, compiled. Raises EverestError with all that is wrong with them."""
        if not (self.folder / RESOURCES).is_file():
            raise EverestError([_missing(self.folder, RESOURCES)])
        from pulumi_everest.core.health import check_topologies

        found: list[Finding] = []
        document = self._document(RESOURCES, found)
        if document is None or found:
            raise EverestError(found)
        topologies = self.definition.spec.topologies
        template = Template.parse(document, self.functions, **self._of_objects)
        found += template.findings
        for index, settings in template.settings:
            found += located(check_topologies(settings, topologies, ("objects", index)), document.place)
        if found:
            raise EverestError(found)
        return template

    @property
    def _of_objects(self) -> dict[str, Any]:
        shapes = variable_shapes(self.manifest.components)
        return {"shapes": shapes, "main": _main_settings(self.manifest), "operators": self.manifest.operator.versions}

    @cached_property
    def traced(self) -> TracedTemplate:
        """The templates again, to be asked where in them a value stands. Of a plugin whose `template` is fine."""
        from pulumi_everest.emit.explain.traced import TracedTemplate

        document = self._document(RESOURCES, [])
        assert document is not None  # `template` could be read
        return TracedTemplate(document, self.functions, **self._of_objects)

    def _document(self, name: str, found: list[Finding]) -> Document | None:
        """A file of templates with its mixins; what is wrong with those goes to `found`."""
        return read_mixed(self.folder, name, ANY, found)

    def traced_job(self, kind: JobKind) -> TracedJob:
        """The same of the templates of a kind of job, which the plugin has."""
        from pulumi_everest.emit.explain.traced import TracedJob

        if kind not in self._traced_jobs:
            document = self._document(f"{kind}.yaml", [])
            assert document is not None  # the templates could be read
            self._traced_jobs[kind] = TracedJob(kind, document, self.functions)
        return self._traced_jobs[kind]

    def settings(self, kind: str, version: str) -> Settings | None:
        """The settings that a version of a component type has; None where nobody says."""
        about = self.manifest.engine_config.get(kind)
        if about is None or about.settings is None:
            return None
        key = (kind, version.split(".", maxsplit=1)[0])
        if key not in self._settings:
            path = self.folder / about.settings / f"{key[1]}.json"
            title = f"{about.title or kind} {key[1]}"
            self._settings[key] = _read_settings(path, title, about) if path.is_file() else None
        return self._settings[key]

    @cached_property
    def backup(self) -> JobTemplate | None:
        """The templates of a backup on demand, if there are some. Raises EverestError with all that is wrong."""
        return self._job("backup")

    @cached_property
    def restore(self) -> JobTemplate | None:
        """The templates of a restore on demand, if there are some. Raises EverestError with all that is wrong."""
        return self._job("restore")

    @cached_property
    def upgrade(self) -> JobTemplate | None:
        """The templates of an upgrade on demand, if there are some. Raises EverestError with all that is wrong."""
        return self._job("upgrade")

    def _job(self, kind: JobKind) -> JobTemplate | None:
        path = self.folder / f"{kind}.yaml"
        if not path.is_file():
            return None
        found: list[Finding] = []
        document = self._document(path.name, found)
        template = JobTemplate.parse(kind, document, self.functions) if document is not None else None
        found += template.findings if template is not None else []
        if found:
            raise EverestError(found)
        return template

    @cached_property
    def _adopt(self) -> ValueTemplate | None:
        """What adopt.yaml makes of an object, compiled. Raises EverestError with all that is wrong with it."""
        if not (self.folder / ADOPT).is_file():
            return None
        found: list[Finding] = []
        document = self._document(ADOPT, found)
        if document is not None:
            from pulumi_everest.emit.templates.value_template import ValueTemplate

            template = ValueTemplate.parse(document, {"self": ANY}, self.functions, tolerant=True)
            found += template.findings
        if document is None or found:
            raise EverestError(found)
        return template

    def adoption(self, live: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a cluster's spec that adopt.yaml makes of the operator's main object; nothing without the file.

        It is a proposal: what it cannot say of this object is left out. Raises EverestError where the file is wrong.
        """
        return {key: value for key, value in self._proposed(live).items() if key != "remarks"}

    def adoption_remarks(self, live: Mapping[str, Any]) -> list[tuple[ValuePath, str]]:
        """What adopt.yaml says to whoever adopts the object, each with the path in the object that it is about."""
        entries = self._proposed(live).get("remarks")
        known = [entry for entry in entries or [] if isinstance(entry, dict) and entry.keys() >= {"path", "message"}]
        return [(("spec", *parse(str(entry["path"]))), str(entry["message"])) for entry in known]

    def _proposed(self, live: Mapping[str, Any]) -> dict[str, Any]:
        made = self._adopt.make({"self": live}) if self._adopt is not None else None
        return made if isinstance(made, dict) else {}

    def _sound(self, file: str, parse: Callable[[Document, list[FunctionSpec]], _Template]) -> _Template | None:
        """The template of a file. Raises EverestError with all that is wrong with it."""
        found: list[Finding] = []
        document = self._document(file, found)
        template = parse(document, self.functions) if document is not None else None
        found += template.findings if template is not None else []
        if found:
            raise EverestError(found)
        return template

    @cached_property
    def legacy(self) -> LegacyTemplate | None:
        """What Everest's first API made of a cluster of this technology. Raises EverestError with all that is wrong."""
        if not (self.folder / LEGACY).is_file():
            return None
        from pulumi_everest.emit.templates.legacy import LegacyTemplate

        return self._sound(LEGACY, LegacyTemplate.parse)

    @cached_property
    def workloads(self) -> WorkloadTemplate | None:
        """What the operator makes of a cluster's objects, if the plugin says it. Raises EverestError."""
        if not (self.folder / WORKLOADS).is_file():
            return None
        from pulumi_everest.emit.workload_template import WorkloadTemplate

        return self._sound(WORKLOADS, WorkloadTemplate.parse)

    @cached_property
    def presets(self) -> Mapping[str, Mapping[str, Any]]:
        """The sets of sizes, by name. Raises EverestError where one is not readable."""
        from pulumi_everest.core.definitions.check_plugin import check_defaults

        presets: dict[str, Mapping[str, Any]] = {}
        found: list[Finding] = []
        for path in sorted((self.folder / "presets").glob("*.yaml")):
            document = only_document(path, shape_of(DatabaseClusterSpec), found)
            if document is not None:
                presets[path.stem] = document.data
                problems = check_defaults(document.data, self.manifest)
                found += located(problems, document.place, f"preset {path.stem}")
        if found:
            raise EverestError(found)
        return {name: presets[name] for name in sorted(presets, key=_size_order)}

    @cached_property
    def forms(self) -> Mapping[str, TopologyForm]:
        """The forms of ui.yaml by topology; none without the file. Raises EverestError where one is not readable."""
        if not (self.folder / FORM).is_file():
            return {}
        from pulumi_everest.form.reading import read_forms

        found: list[Finding] = []
        document = self._document(FORM, found)
        forms, problems = read_forms(document.data) if document is not None else ({}, [])
        found += located(problems, document.place, "ui.yaml") if document is not None else []
        if found:
            raise EverestError(found)
        return forms

    def _form_findings(self) -> list[Finding]:
        """What is wrong with the forms of ui.yaml, and with those of the definition."""
        own = self.definition.spec.ui_schema
        if not own and not (self.folder / FORM).is_file():
            return []
        from pulumi_everest import form

        found: list[Finding] = []
        try:
            presets = self.presets
        except EverestError:  # is said elsewhere
            presets = {}
        technology = Technology(self.definition.name, self.definition, self.manifest, presets=presets)
        document = self._document(FORM, found) if (self.folder / FORM).is_file() else None
        if document is not None:
            found += located(form.check(document.data, technology), document.place, "ui.yaml")
        problems = [entry.at(("spec", "uiSchema")) for entry in form.check(own or {}, technology)]
        return found + located(problems, self.definition_document.place, f"definition {self.definition.name}")

    @cached_property
    def functions(self) -> list[FunctionSpec]:
        """The plugin's own functions. Its Python module is loaded only if plugin.yaml declares one."""
        specs = []
        for name, declared in self.manifest.functions.items():
            module, _, attribute = declared.call.partition(":")
            function = self._callable(module, attribute, name)
            specs.append(FunctionSpec(name, tuple(declared.args), declared.returns, function))
        return specs

    def _callable(self, module: str, attribute: str, name: str) -> Callable[..., Any]:
        path = self.folder / f"{module}.py"
        at = ("functions", name, "call")
        if not path.is_file():
            raise EverestError([finding("plugin.function", at, f"there is no file {path}")])
        qualified = f"_pulumi_everest_plugin_{self.name}_{module}".replace("-", "_")
        if getattr(sys.modules.get(qualified), "__file__", None) != str(path):
            import importlib.util

            spec = importlib.util.spec_from_file_location(qualified, path)
            assert spec is not None  # a .py file always has a spec and a loader
            assert spec.loader is not None
            loaded = importlib.util.module_from_spec(spec)
            try:
                spec.loader.exec_module(loaded)
            except Exception as error:
                text = f"{path} cannot be loaded: {type(error).__name__}: {error}"
                raise EverestError([finding("plugin.function", at, text)]) from error
            sys.modules[qualified] = loaded
        function = getattr(sys.modules[qualified], attribute, None)
        if not callable(function):
            raise EverestError([finding("plugin.function", at, f"{path} has no function '{attribute}'")])
        return function  # type: ignore[no-any-return]

    def check(self) -> list[Finding]:
        """Everything that can be said about the plugin: files, definition, templates, presets."""
        from pulumi_everest.core.definitions.check import check_definition
        from pulumi_everest.core.definitions.check_plugin import check_defaults, check_manifest
        from pulumi_everest.core.health import check_health, check_topologies
        from pulumi_everest.emit.templates.texts import check_texts

        found = [*self.findings]
        document = self.manifest_document
        problems = [
            *check_manifest(self.manifest),
            *check_defaults(self.manifest.defaults, self.manifest, ("defaults",)),
            *check_texts(self.manifest),
            *check_health(self.manifest),
            *check_topologies(self.manifest, self.definition.spec.topologies),
        ]
        found += located(problems, document.place, "plugin.yaml")
        problems = check_definition(self.definition, self.manifest, self.broken)
        found += located(problems, self.definition_document.place, f"definition {self.definition.name}")
        if self.manifest.filled_by == "restore" and not (self.folder / "restore.yaml").is_file():
            found.append(_missing(self.folder, "restore.yaml"))
        for part in ("template", *JOB_KINDS, "presets", "_adopt", "legacy", "workloads"):
            try:
                read = getattr(self, part)
                read = read.template if isinstance(read, JobTemplate) else read
                found += read.warnings() if isinstance(read, Template) else []
            except EverestError as error:
                found += located(error.findings, document.place, "plugin.yaml")
        found += self._form_findings()
        return list(dict.fromkeys(found))


def _main_settings(manifest: PluginManifest) -> ObjectSettings:
    """What plugin.yaml says of the main object."""
    return ObjectSettings.model_construct(
        keeps="data",
        former_types=manifest.former_types,
        ready=manifest.ready,
        failed=manifest.failed,
        wait_for=manifest.wait_for,
        ignore=manifest.ignore,
        server_defaults=manifest.server_defaults,
        moved=manifest.moved,
    )


def load_plugin(folder: Path) -> tuple[Plugin | None, list[Finding]]:
    """The plugin of a folder, or why there is none. Templates and presets are read when they are needed."""
    if not folder.is_dir():
        return None, [finding("plugin.not-found", (), f"there is no folder {folder}")]
    if not (folder / MANIFEST).is_file():
        return None, [finding("plugin.not-found", (), f"{folder} is no plugin: it has no {MANIFEST}")]
    found: list[Finding] = []
    manifest_document = read_mixed(folder, MANIFEST, shape_of(PluginManifest), found)
    if not (folder / DEFINITION).is_file():
        _manifest(manifest_document, {}, found)
        return None, [*found, _missing(folder, DEFINITION)]
    document = read_mixed(folder, DEFINITION, shape_of(DatabaseClusterDefinition), found)
    if document is None:
        _manifest(manifest_document, {}, found)
        return None, found
    model, problems = read_leniently(DatabaseClusterDefinition, without_server_fields(document.data), defer=False)
    components = model.spec.components if model is not None else {}
    manifest = _manifest(manifest_document, components, found)
    found += located(problems, document.place, f"definition of plugin {folder.name}")
    if model is None:
        return None, found
    broken = tuple(entry.path for entry in problems if entry.code != "field.unknown")
    if manifest is None or manifest_document is None:
        from pulumi_everest.core.definitions.check import check_definition

        found += located(check_definition(Definition(model), None, broken), document.place)
        return None, found
    return Plugin(folder, manifest, Definition(model), document, manifest_document, found, broken), found


def _missing(folder: Path, name: str) -> Finding:
    return finding("plugin.file", (), f"the plugin has no {name}", place=Place(str(folder / name)))


def _manifest(
    document: Document | None, components: Mapping[str, Component], found: list[Finding]
) -> PluginManifest | None:
    """What plugin.yaml says, with the components of the definition that it says nothing of."""
    if document is None:
        return None
    manifest, problems = read_leniently(PluginManifest, document.data, defer=False)
    if manifest is not None and manifest.operator.default not in manifest.operator.versions:
        text = f"the default operator version '{manifest.operator.default}' is not one of its versions"
        at = ("operator", "default")
        problems.append(finding("provider.operator-version", at, text, allowed=manifest.operator.versions))
    found += located(problems, document.place, "plugin.yaml")
    return _with_components(manifest, components) if manifest is not None else None


def _with_components(manifest: PluginManifest, components: Mapping[str, Component]) -> PluginManifest:
    told = dict(manifest.components)
    for name, component in components.items():
        entry = told.get(name, _SAYS_NOTHING)
        if not entry.types:
            told[name] = entry.model_copy(update={"types": component.types or [component.type]})
    return manifest.model_copy(update={"components": told})


_SAYS_NOTHING = HonouredComponent.model_construct()


def _size_order(name: str) -> tuple[int, str]:
    order = ["tiny", "small", "medium", "large", "xlarge"]
    return (order.index(name) if name in order else len(order), name)


def _read_settings(path: Path, title: str, about: EngineConfig) -> Settings:
    import json

    from pulumi_everest.core.engine_config.settings import Settings

    data = json.loads(path.read_text(encoding="utf-8"))
    return Settings.of(title, data, about.restart, about.fixed, about.former_names)
