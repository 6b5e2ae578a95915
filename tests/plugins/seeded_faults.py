"""Templates of which one line is missing: does the kit, or an example of the plugin, notice?

A line is a key of a mapping in `let` or `objects` of a template, with all that is below it. It counts as noticed where
the templates cannot be loaded without it, where an example becomes something else, or where one of the nearest fields of
the conformance kit fails: those whose objects the line changes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.emit.objects import emit
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError
from pulumi_everest.model.source.documents import Document, read_file
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.bases import bases_of
from pulumi_everest.testing.probes.cluster_probe import ClusterProbe
from pulumi_everest.testing.probes.job_probe import JobProbe, job_probe
from pulumi_everest.testing.probes.outcomes import FINE, Made
from pulumi_everest.testing.probes.report import technology_of
from pulumi_everest.workspace.plans.job_plans import filling
from pulumi_everest.workspace.setup import Setup
from pulumi_everest.workspace.workspace import Workspace, shape_for

FILES = ("resources.yaml", "backup.yaml", "restore.yaml")
NEAREST = 6
"""How many fields of one case are asked about a line."""


@dataclass(frozen=True)
class Line:
    """A key of a template."""

    plugin: str
    file: str
    path: Path
    text: str
    """The line in words that do not change when another one comes: ``cluster: spec.image``."""

    def __str__(self) -> str:
        return f"{self.plugin}/{self.file}: {self.text}"


def document_of(plugin: Plugin, file: str) -> Document | None:
    """The template as it is compiled."""
    if file == "resources.yaml":
        return plugin.traced.document
    kind = "backup" if file == "backup.yaml" else "restore"
    return plugin.traced_job(kind).document if (plugin.folder / file).is_file() else None


def lines_of(plugin: Plugin) -> list[Line]:
    """All lines of the templates of a plugin; what an alias repeats is one line."""
    found: list[Line] = []
    for file in FILES:
        document = document_of(plugin, file)
        if document is not None:
            seen: set[int] = set()
            for part in ("let", "objects"):
                below = document.data.get(part)
                found += (Line(plugin.name, file, p, t) for p, t in _keys(below, (part,), part, seen))
    return found


def _keys(data: Any, path: Path, text: str, seen: set[int]) -> Iterator[tuple[Path, str]]:
    if isinstance(data, (dict, list)):
        if id(data) in seen:
            return
        seen.add(id(data))
    if isinstance(data, dict):
        for key, value in data.items():
            own = f"{text}.{key}"
            yield (*path, key), own
            yield from _keys(value, (*path, key), own, seen)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            name = value.get("name") if isinstance(value, dict) and path == ("objects",) else None
            yield from _keys(value, (*path, index), str(name) if name is not None else f"{text}[{index}]", seen)


class Subject:
    """One plugin, with what its examples become and what the kit made of it before anything is missing."""

    def __init__(self, plugin: Plugin, crds: Mapping[str, Crds]) -> None:
        self.plugin, self.crds = plugin, crds
        default = plugin.manifest.operator.default
        self.operators = [default, *(one for one in plugin.manifest.operator.versions if one != default)]

    @cached_property
    def plans(self) -> list[Any]:
        """The clusters and jobs of the examples."""
        files = sorted((self.plugin.folder / "examples").glob("*.yaml"))
        documents = [read_file(file, shape_for)[0] for file in files if not file.name.endswith(".expected.yaml")]
        planned = [Workspace(Plugins([self.plugin.folder]), found).plan() for found in documents]
        return [plan for one in planned for plan in (*one.clusters, *one.jobs)]

    def made(self, plugin: Plugin) -> list[Any]:
        """What the examples become. Raises EverestError where a template fails."""
        return [_objects(plugin, plan) for plan in self.plans]

    @cached_property
    def expected(self) -> list[Any]:
        """What they become with all lines."""
        return self.made(self.plugin)

    def notices(self, line: Line, operators: Sequence[str] | None = None) -> str | None:
        """What notices that the line is missing: `load`, `examples` or the field of the kit; None where nothing does."""
        try:
            without = self.without(line)
            if without is None:
                return "load"
            if self.made(without) != self.expected:
                return "examples"
        except EverestError:
            return "examples"
        return next(self.failing(without, line, operators or self.operators), None)

    def without(self, line: Line) -> Plugin | None:
        """The plugin without the line; None where it cannot be loaded."""
        document = document_of(self.plugin, line.file)
        assert document is not None
        other = copy.copy(document)
        other.data = copy.deepcopy(document.data)  # which keeps aliases what they are
        node: Any = other.data
        for key in line.path[:-1]:
            node = node[key]
        del node[line.path[-1]]
        plugin = copy.copy(self.plugin)  # which honours the fields that it honours with all lines
        try:
            if line.file == "resources.yaml":
                template = Template.parse(other, plugin.functions, **plugin._of_objects)
                found = template.findings
                plugin.__dict__["template"] = template
            else:
                kind = "backup" if line.file == "backup.yaml" else "restore"
                job = JobTemplate.parse(kind, other, plugin.functions)
                found = job.findings
                plugin.__dict__[kind] = job
        except EverestError:
            return None
        return None if found else plugin

    # The kit

    def failing(self, without: Plugin, line: Line, operators: Sequence[str]) -> Iterator[str]:
        """Fields that the kit finds fault with, the nearest to the line."""
        for operator in operators:
            if line.file == "resources.yaml":
                for topology in self.plugin.definition.spec.topologies:
                    yield from self._failing_cluster(without, operator, topology)
            yield from self._failing_job(without, operator)

    def _failing_cluster(self, without: Plugin, operator: str, topology: str) -> Iterator[str]:
        after = self._cluster_probe(without, operator, topology)
        for found in after.given():
            if found.outcome not in FINE:
                yield found.path
        near = [
            path
            for path, spec, was in self.variations(operator, topology)
            if _differs(after.attempts.objects(spec), was)
        ]
        for path in list(dict.fromkeys(near))[:NEAREST]:
            if after.try_field(path, after.fields[path]).outcome not in FINE:
                yield ".".join(path)

    def _failing_job(self, without: Plugin, operator: str) -> Iterator[str]:
        probe = self._job_probe(without, operator)
        for found in probe.run() if probe is not None else ():
            if found.outcome not in FINE:
                yield found.path

    @cache  # noqa: B019 - lives as long as the test
    def variations(self, operator: str, topology: str) -> list[tuple[tuple[str, ...], dict[str, Any], Any]]:
        """Fields of the kit, each with a cluster in which it has an effect and with what that becomes."""
        probe = self._cluster_probe(self.plugin, operator, topology)
        found = []
        for path, values in probe.fields.items():
            for variation in probe.try_field(path, values).variations:
                found.append((path, variation.spec, variation.after))
        return found

    def _cluster_probe(self, plugin: Plugin, operator: str, topology: str) -> ClusterProbe:
        technology = technology_of(plugin, operator)
        crds = self.crds.get(operator)
        return ClusterProbe(plugin, technology, topology, operator, crds, {}, self.bases)

    def _job_probe(self, plugin: Plugin, operator: str) -> JobProbe | None:
        setup = Setup(technology_of(plugin, operator), plugin)
        return job_probe(setup, operator, self.crds.get(operator), {}, self.bases)

    @cached_property
    def bases(self) -> Any:
        """The examples, as the kit takes them."""
        return bases_of(self.plugin)


def _differs(made: Any, was: Any) -> bool:
    return not isinstance(made, Made) or made.manifests != was


def _objects(plugin: Plugin, plan: Any) -> list[Any]:
    job = getattr(plan, "job", None)
    if job is not None:
        template = plugin.backup if job.kind == "backup" else plugin.restore
        assert template is not None
        return [entry.manifest for entry in template.emit(job)]
    objects = [(entry.manifest, entry.main, entry.settings) for entry in emit(plan.resolved, plugin.template)]
    return [*objects, *_filling(plugin, plan.resolved, plan.setup)]


def _filling(plugin: Plugin, resolved: Resolved, setup: Setup) -> list[Any]:
    made = filling(resolved, Setup(setup.technology, plugin))
    if made is None:
        return []
    template, job, _ = made
    return [entry.manifest for entry in template.emit(job)]
