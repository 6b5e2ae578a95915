"""A plugin: the folder of YAML that describes one database technology, read late and once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pulumi_everest.core.check_job import JobKind
from pulumi_everest.core.paths import parse
from pulumi_everest.core.technology import Definition
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.emit.templates.compile import Compiler
from pulumi_everest.emit.templates.template import Template, variable_shapes
from pulumi_everest.emit.templates.trusting import TrustingCompiler
from pulumi_everest.expressions.functions import FunctionSpec
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.deferred import Path as ValuePath
from pulumi_everest.model.findings import EverestError, Finding, Place, finding, located
from pulumi_everest.model.plugin_files.manifest import EngineConfig, PluginManifest
from pulumi_everest.model.plugin_files.object_settings import ObjectSettings
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
    trusted: bool = False
    """Whether tests have looked for all that may be wrong with its templates, as they have with the built-in ones."""
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
            raise EverestError([missing_file(self.folder, RESOURCES)])
        from pulumi_everest.core.health import check_topologies

        found: list[Finding] = []
        document = self.document(RESOURCES, found)
        if document is None or found:
            raise EverestError(found)
        topologies = self.definition.spec.topologies
        compiling = TrustingCompiler if self.trusted else Compiler
        template = Template.parse(document, self.functions, compiling=compiling, **self._of_objects)
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

        document = self.document(RESOURCES, [])
        assert document is not None  # `template` could be read
        return TracedTemplate(document, self.functions, **self._of_objects)

    def document(self, name: str, found: list[Finding]) -> Document | None:
        """A file of templates with its mixins; what is wrong with those goes to `found`."""
        return read_mixed(self.folder, name, ANY, found)

    def traced_job(self, kind: JobKind) -> TracedJob:
        """The same of the templates of a kind of job, which the plugin has."""
        from pulumi_everest.emit.explain.traced import TracedJob

        if kind not in self._traced_jobs:
            document = self.document(f"{kind}.yaml", [])
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
        if not (self.folder / f"{kind}.yaml").is_file():
            return None
        return self._sound(f"{kind}.yaml", partial(JobTemplate.parse, kind))

    @cached_property
    def adopt_template(self) -> ValueTemplate | None:
        """What adopt.yaml makes of an object, compiled. Raises EverestError with all that is wrong with it."""
        if not (self.folder / ADOPT).is_file():
            return None
        from pulumi_everest.emit.templates.value_template import ValueTemplate

        variables = {"self": ANY}
        return self._sound(ADOPT, lambda document, own: ValueTemplate.parse(document, variables, own, tolerant=True))

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
        made = self.adopt_template.make({"self": live}) if self.adopt_template is not None else None
        return made if isinstance(made, dict) else {}

    def _sound(self, file: str, parse: Callable[[Document, list[FunctionSpec]], _Template]) -> _Template | None:
        """The template of a file. Raises EverestError with all that is wrong with it."""
        found: list[Finding] = []
        document = self.document(file, found)
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
    def functions(self) -> list[FunctionSpec]:
        """The plugin's own functions. Its Python module is loaded only if plugin.yaml declares one."""
        if not self.manifest.functions:
            return []
        from pulumi_everest.plugins.own_functions import own_functions

        return own_functions(self.folder, self.manifest)

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
        document = self.document(FORM, found)
        forms, problems = read_forms(document.data) if document is not None else ({}, [])
        found += located(problems, document.place, "ui.yaml") if document is not None else []
        if found:
            raise EverestError(found)
        return forms


def missing_file(folder: Path, name: str) -> Finding:
    """A plugin has no file that it must have."""
    return finding("plugin.file", (), f"the plugin has no {name}", place=Place(str(folder / name)))


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


def _size_order(name: str) -> tuple[int, str]:
    order = ["tiny", "small", "medium", "large", "xlarge"]
    return (order.index(name) if name in order else len(order), name)


def _read_settings(path: Path, title: str, about: EngineConfig) -> Settings:
    import json

    from pulumi_everest.core.engine_config.settings import Settings

    data = json.loads(path.read_text(encoding="utf-8"))
    return Settings.of(title, data, about.restart, about.fixed, about.former_names)
