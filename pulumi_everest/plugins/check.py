"""Everything that is said about a plugin before it is used: its files, definition, templates, presets and forms."""

from __future__ import annotations

from dataclasses import replace

from pulumi_everest.core.check_job import JOB_KINDS
from pulumi_everest.core.definitions.check import check_definition
from pulumi_everest.core.definitions.check_plugin import check_defaults, check_manifest
from pulumi_everest.core.health import check_health, check_topologies
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.emit.templates.texts import check_texts
from pulumi_everest.model.findings import EverestError, Finding, located
from pulumi_everest.plugins.plugin import FORM, Plugin, missing_file


def check_plugin(plugin: Plugin) -> list[Finding]:
    """Everything that can be said about the plugin: files, definition, templates, presets."""
    if plugin.trusted:
        return check_plugin(replace(plugin, trusted=False))
    found = [*plugin.findings]
    document = plugin.manifest_document
    problems = [
        *check_manifest(plugin.manifest),
        *check_defaults(plugin.manifest.defaults, plugin.manifest, ("defaults",)),
        *check_texts(plugin.manifest),
        *check_health(plugin.manifest),
        *check_topologies(plugin.manifest, plugin.definition.spec.topologies),
    ]
    found += located(problems, document.place, "plugin.yaml")
    problems = check_definition(plugin.definition, plugin.manifest, plugin.broken)
    found += located(problems, plugin.definition_document.place, f"definition {plugin.definition.name}")
    if plugin.manifest.filled_by == "restore" and not (plugin.folder / "restore.yaml").is_file():
        found.append(missing_file(plugin.folder, "restore.yaml"))
    for part in ("template", *JOB_KINDS, "presets", "adopt_template", "legacy", "workloads"):
        try:
            read = getattr(plugin, part)
            read = read.template if isinstance(read, JobTemplate) else read
            found += read.warnings() if isinstance(read, Template) else []
        except EverestError as error:
            found += located(error.findings, document.place, "plugin.yaml")
    found += _form_findings(plugin)
    return list(dict.fromkeys(found))


def _form_findings(plugin: Plugin) -> list[Finding]:
    """What is wrong with the forms of ui.yaml, and with those of the definition."""
    own = plugin.definition.spec.ui_schema
    if not own and not (plugin.folder / FORM).is_file():
        return []
    from pulumi_everest import form

    found: list[Finding] = []
    try:
        presets = plugin.presets
    except EverestError:  # is said elsewhere
        presets = {}
    technology = Technology(plugin.definition.name, plugin.definition, plugin.manifest, presets=presets)
    document = plugin.document(FORM, found) if (plugin.folder / FORM).is_file() else None
    if document is not None:
        found += located(form.check(document.data, technology), document.place, "ui.yaml")
    problems = [entry.at(("spec", "uiSchema")) for entry in form.check(own or {}, technology)]
    return found + located(problems, plugin.definition_document.place, f"definition {plugin.definition.name}")
