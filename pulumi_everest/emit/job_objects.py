"""From a job, such as a backup, to the operator's object: backup.yaml, restore.yaml and upgrade.yaml of a plugin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.check_job import Job, JobKind, job_shapes
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import FieldSet, inseparable, missing_path, parse
from pulumi_everest.core.rules import CompiledRule, compiled, rule_findings
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.emit.objects import add_metadata
from pulumi_everest.emit.patch import patched
from pulumi_everest.emit.templates.compile import Compiler
from pulumi_everest.emit.templates.template import Emitted, Template
from pulumi_everest.expressions.environment import Environment, FunctionSpec, Scope
from pulumi_everest.model.field_lists import without
from pulumi_everest.model.findings import Finding, located
from pulumi_everest.model.reading import read_leniently
from pulumi_everest.model.shapes import Shape
from pulumi_everest.model.source.documents import Document

if TYPE_CHECKING:
    from pulumi_everest.model.plugin_files.templates import JobFile

_BESIDE = ("fields", "moreFields", "fieldsBut", "rules", "waitFor")


@dataclass
class JobTemplate:
    """What one kind of job becomes: the fields that are honoured, the rules, and the templates of the objects."""

    kind: JobKind
    fields: FieldSet
    rules: list[CompiledRule]
    template: Template
    wait_for: str | None = None
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def parse(
        cls,
        kind: JobKind,
        document: Document,
        functions: Sequence[FunctionSpec] = (),
        *,
        compiling: type[Compiler] = Compiler,
    ) -> JobTemplate:
        """The templates of a document, compiled; all that is wrong with them is in `findings`."""
        from pulumi_everest.model.plugin_files.templates import JobFile

        shapes = job_shapes(kind)
        template = Template.parse(document, functions, shapes, _BESIDE, compiling=compiling)
        own = {key: value for key, value in document.data.items() if key in _BESIDE}
        model, found = read_leniently(JobFile, {**own, "objects": [_STAND_IN]}, defer=False)
        fields = _honoured(model, template, shapes) if model is not None else []
        rules = model.rules if model is not None else []
        environment = Environment(shapes, functions)
        found += rule_findings(rules, environment, shapes, ("rules",), f"a {kind}")
        for key in ("fields", "moreFields", "fieldsBut"):
            for index, text in enumerate(own.get(key) or ()):
                found += missing_path(parse(str(text)), shapes["spec"], (key, index), str(text))
        found += inseparable(map(str, own.get("fieldsBut") or ()), shapes["spec"], ("fieldsBut",))
        findings = [*template.findings, *located(found, document.place)]
        wait_for = model.wait_for if model is not None else None
        return cls(kind, FieldSet(fields), compiled(rules, environment, shapes), template, wait_for, findings)

    def emit(self, job: Job) -> list[Emitted]:
        """The objects of a job that has been checked. Raises TemplateError, as `Template.emit` does."""
        emitted = self.template.filled(Scope(job.variables, job.deferred))
        for entry in emitted:
            add_metadata(entry.manifest["metadata"], job.metadata)
            overrides = job.spec.get("overrides") if entry.main else None
            if overrides is not None:
                patched(entry.manifest, {"spec": overrides})
        return sorted(emitted, key=lambda entry: entry.main)


def _honoured(model: JobFile, template: Template, shapes: Mapping[str, Shape]) -> list[str]:
    """The fields that are listed, or else those that the templates do something with."""
    read: Iterable[str] | None = model.fields
    if read is None:
        read = [".".join(path) for path in template.fields_read("spec", shapes["spec"])]
        if template.reads_of("storage"):
            read = [*read, "storage"]
        if "target" in shapes and template.reads_of("target"):
            read = [*read, "version"]
    return [*without(read, model.fields_but, shapes["spec"]), *model.more_fields]


_STAND_IN: dict[str, Any] = {"name": "object", "object": {"apiVersion": "v1", "kind": "Object", "metadata": {}}}


def filling_objects(template: JobTemplate, job: Job) -> list[Emitted]:
    """The restore that fills a new cluster, to be made when the database is ready."""
    return [replace(entry, main=False, when_ready=True) for entry in template.emit(job)]


def job_object(job: Job) -> Emitted:
    """The DatabaseBackup or DatabaseRestore itself, for a controller."""
    manifest = {
        "apiVersion": API_VERSION,
        "kind": f"Database{job.kind.capitalize()}",
        "metadata": copied(job.metadata),
        "spec": copied(job.spec),
    }
    return Emitted(job.kind, True, manifest)
