"""Where the values of objects come from: the line that is named, changed, changes the value, and no other line does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path as File
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from pulumi_everest.core.exact import each_leaf
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.explain.followed import leaves
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.emit.objects import Emitted, emit
from pulumi_everest.emit.templates.template import Template, TemplateError
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.source.documents import Document, read_file, read_yaml
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.explain.clusters import Explained, explained
from pulumi_everest.workspace.explain.jobs import explained_job
from pulumi_everest.workspace.plans.job_plans import JobPlan, checked, emitted
from pulumi_everest.workspace.plans.plan import Plan
from pulumi_everest.workspace.workspace import Workspace, shape_for

OTHERS = [File(__file__).parents[2] / "examples" / name for name in ("plugin-cache/cache", "plugin-strata/strata")]
ADDED = ("metadata.namespace", "metadata.labels", "metadata.annotations")
"""What no template says: an object gets it from its cluster."""


@cache
def plugins() -> list[Plugin]:
    others = [plugin for folder in OTHERS if (plugin := load_plugin(folder)[0]) is not None]
    assert len(others) == len(OTHERS)
    return [*builtin(), *others]


@cache
def alone(folder: File) -> Plugins:
    """The plugin of a folder, read once."""
    return Plugins([folder])


def planned(plugin: Plugin, documents: list[Document]) -> list[Plan]:
    return Workspace(alone(plugin.folder), documents).plan().clusters


@cache
def examples(plugin: str) -> list[Plan]:
    """The clusters of a plugin's examples."""
    (found,) = [one for one in plugins() if one.name == plugin]
    files = sorted((found.folder / "examples").glob("*.yaml"))
    read = [read_file(file, shape_for)[0] for file in files if not file.name.endswith(".expected.yaml")]
    return [plan for documents in read for plan in planned(found, documents)]


NAMES = [plugin.name for plugin in plugins()]


@pytest.mark.parametrize("plugin", NAMES)
def test_every_value_of_every_example_comes_from_somewhere(plugin: str) -> None:
    assert examples(plugin)
    for plan in examples(plugin):
        found = explained(plan)
        assert len(found) == len(plan.objects)
        for entry, values in zip(plan.objects, found, strict=True):
            assert [value.path for value in values] == [path for path, _ in each_leaf(entry.manifest, ())]
            for value in values:
                assert value.template is not None or value.sources, value


@cache
def jobs(plugin: str) -> list[tuple[JobPlan, Plan | None]]:
    """The backups and restores of a plugin's examples, each with its cluster."""
    (found,) = [one for one in plugins() if one.name == plugin]
    made = []
    for file in sorted((found.folder / "examples").glob("*.yaml")):
        if not file.name.endswith(".expected.yaml"):
            planned = Workspace(alone(found.folder), read_file(file, shape_for)[0]).plan()
            clusters = {plan.resolved.metadata["name"]: plan for plan in planned.clusters}
            made += [(job, clusters.get(job.job.spec["cluster"])) for job in planned.jobs]
    return made


WITH_JOBS = [name for name in NAMES if jobs(name)]


@pytest.mark.parametrize("plugin", WITH_JOBS)
def test_every_value_of_every_job_comes_from_somewhere(plugin: str) -> None:
    for job, cluster in jobs(plugin):
        for entry, values in zip(job.objects, explained_job(job, cluster), strict=True):
            assert [value.path for value in values] == [path for path, _ in each_leaf(entry.manifest, ())]
            for value in values:
                assert value.template is not None or value.sources, value


@pytest.mark.parametrize("plugin", WITH_JOBS)
def test_a_value_of_a_job_changes_with_the_line_of_the_template_that_is_named(plugin: str) -> None:
    for job, _ in jobs(plugin):
        of, kind = job.setup.plugin, job.job.kind
        assert of is not None
        document = of.traced_job(kind).document
        places = of.traced_job(kind).places(job.job)
        for at in dict.fromkeys(at for found in places for at in found.values()):
            if heads(at):
                continue
            template = JobTemplate.parse(kind, with_other(document, at), of.functions)
            moved = differing(job.objects, template.emit(job.job))
            expected = {(index, path) for index, found in enumerate(places) for path, one in found.items() if one == at}
            assert expected <= moved, at
            assert {leaf for leaf in moved if places[leaf[0]].get(leaf[1]) not in (None, at)} == set(), at


@pytest.mark.parametrize("plugin", WITH_JOBS)
def test_a_value_of_a_job_changes_with_the_line_of_the_job_that_is_named(plugin: str) -> None:
    of = next(one for one in plugins() if one.name == plugin)
    tried = 0
    for job, cluster in jobs(plugin):
        values = [(index, value) for index, found in enumerate(explained_job(job, cluster)) for value in found]
        paths = dict.fromkeys(s.path for _, value in values for s in value.sources if s.origin == job.job.kind)
        for path in [path for path in paths if path[0] not in ("metadata", "cluster", "storage")]:
            told = {(index, value.path) for index, value in values if any(s.path == path for s in value.sources)}
            edited = replace(job.input, spec=copied(job.input.spec))
            node: Any = edited.spec
            for key in path[:-1]:
                node = node[key]
            for other in others(node[path[-1]]):
                node[path[-1]] = other
                made, found = checked(edited, job.setup, job.job.cluster)
                if made is None or any(entry.is_error for entry in found):
                    continue
                with suppress(TemplateError):  # a time that is none
                    moved = differing(job.objects, emitted(made, job.setup))
                    tried += 1
                    assert moved & told, path
    if not tried:
        pytest.skip(f"the examples of {of.name} have no job of which another value is accepted")


@pytest.mark.parametrize("plugin", WITH_JOBS)
def test_a_place_of_a_job_holds_what_is_said_of_it(plugin: str) -> None:
    for job, cluster in jobs(plugin):
        values = [value for found in explained_job(job, cluster) for value in found]
        for source in dict.fromkeys(source for value in values for source in value.sources):
            if source.place is None or source.place.line is None or source.path == ("metadata", "namespace"):
                continue
            lines = File(source.place.file).read_text().splitlines()
            near = "\n".join(lines[source.place.line - 1 : source.place.line + 1])
            key = next(part for part in reversed(source.path) if isinstance(part, str))
            assert key in near, (source, near)


# The template's line


def with_other(document: Document, path: Path, *, mapping: bool = False) -> Document:
    """The template with another value at a path: a text, or a mapping where only mappings are taken."""
    other = copy.copy(document)
    other.data = copied(document.data)
    node: Any = other.data
    for key in path[:-1]:
        node = node[key]
    last = path[-1]
    was = node[last]
    if last == "merge":
        node[last] = {}
    elif mapping:
        node[last] = {"other": 1}
    elif isinstance(was, bool):
        node[last] = not was
    elif isinstance(was, int):
        node[last] = was + 7
    else:
        node[last] = f"other{path[-1]}".replace("${", "").replace("}", "")
    return other


def differing(before: list[Emitted], after: list[Emitted]) -> set[tuple[int, Path]]:
    now = dict(leaves(after))
    return {leaf for leaf, value in leaves(before) if leaf not in now or now[leaf] != value}


def heads(path: Path) -> bool:
    """Whether it says what an object is: with another apiVersion or kind it may be none that can be made."""
    return path[-1] in ("apiVersion", "kind") and path[-2:-1] == ("object",)


@pytest.mark.parametrize("plugin", NAMES)
def test_a_value_changes_with_the_line_of_the_template_that_is_named(plugin: str) -> None:
    plans = examples(plugin)
    of = plans[0].setup.plugin
    assert of is not None
    document, settings = of.traced.document, of._of_objects
    places = [of.traced.places(plan.resolved) for plan in plans]
    objects = [emit(plan.resolved, of.template) for plan in plans]
    named = dict.fromkeys(at for place in places for found in place for at in found.values())
    assert len(named) > 10
    for at in named:
        if heads(at):
            continue
        template = Template.parse(with_other(document, at), of.functions, **settings)
        assert template.findings == [], at
        for plan, place, before in zip(plans, places, objects, strict=True):
            expected = {(index, path) for index, found in enumerate(place) for path, one in found.items() if one == at}
            try:
                made = emit(plan.resolved, template)
            except TemplateError:  # the turns of a loop are mappings
                mappings = with_other(document, at, mapping=True)
                made = emit(plan.resolved, Template.parse(mappings, of.functions, **settings))
            moved = differing(before, made)
            assert expected <= moved, at
            assert {leaf for leaf in moved if place[leaf[0]].get(leaf[1]) not in (None, at)} == set(), at


# What the cluster says


def others(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 2
        yield value - 1
    elif isinstance(value, str):
        yield f"9{value}" if value[:1].isdigit() else f"{value}x"


def replanned(plugin: Plugin, data: list[Any]) -> list[Plan]:
    documents, found = read_yaml(yaml.safe_dump_all(data), "edited.yaml", shape_for)
    return planned(plugin, documents) if not found else []


@pytest.mark.parametrize("plugin", NAMES)
def test_a_value_changes_with_the_line_of_the_cluster_that_is_named(plugin: str) -> None:
    of = next(one for one in plugins() if one.name == plugin)
    tried = 0
    for file in sorted((of.folder / "examples").glob("*.yaml")):
        if file.name.endswith(".expected.yaml"):
            continue
        data = list(yaml.safe_load_all(file.read_text()))
        (number,) = [index for index, entry in enumerate(data) if entry["kind"] == "DatabaseCluster"][:1]
        plan = planned(of, read_file(file, shape_for)[0])[0]
        values = [(index, value) for index, found in enumerate(explained(plan)) for value in found]
        paths = dict.fromkeys(
            s.path for _, v in values for s in v.sources if s.origin == "cluster" and s.path[0] != "metadata"
        )
        for path in paths:
            was = value_at(data[number]["spec"], path)
            told = {(index, value.path) for index, value in values if any(s.path == path for s in value.sources)}
            moved: set[tuple[int, Path]] = set()
            accepted = 0
            for other in others(was):
                edited = copied(data)
                node = edited[number]["spec"]
                for key in path[:-1]:
                    node = node[key]
                node[path[-1]] = other
                again = replanned(of, edited)
                if not again:
                    continue  # the definition refuses that value
                accepted += 1
                moved |= differing(plan.objects, again[0].objects)
            tried += accepted
            assert not accepted or moved & told, (file.name, path)
    assert tried > 5


@pytest.mark.parametrize("plugin", NAMES)
def test_a_place_holds_what_is_said_of_it(plugin: str) -> None:
    for plan in examples(plugin):
        values: list[Explained] = [value for found in explained(plan) for value in found]
        for source in dict.fromkeys(source for value in values for source in value.sources):
            if source.place is None or source.place.line is None:
                assert source.origin in ("preset", "provider", "lock"), source
                continue
            lines = File(source.place.file).read_text().splitlines()
            near = "\n".join(lines[source.place.line - 1 : source.place.line + 1])
            known = value_at(plan.resolved.spec, source.path)
            known = known if known is not None else value_at({"metadata": plan.resolved.metadata}, source.path)
            if source.path == ("metadata", "namespace") and known == "default":
                continue  # which a document need not say
            key = next(part for part in reversed(source.path) if isinstance(part, str))
            assert key in near or str(known) in near, (source, near)


# The command

CLUSTER = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders, namespace: shop}
spec:
  provider: psmdb-operator
  topology: {type: standard}
  preset: small
  instances:
    engine: {storage: {size: 20Gi}}
"""


def test_the_command_names_both_lines(tmp_path: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(CLUSTER)

    result = CliRunner().invoke(everest, ["render", "cluster.yaml", "--explain"])

    assert result.exit_code == 0
    lines = {line.split(":")[0].strip(): line for line in result.output.splitlines()}
    storage = lines["spec.replsets[0].volumeSpec.persistentVolumeClaim.resources.requests.storage"]
    assert "# mixins/templates.yaml:" in storage
    assert "# psmdb/resources.yaml:" in lines["spec.crVersion"]
    assert storage.endswith("← instances.engine.storage.size (cluster cluster.yaml:9)")
    assert "(preset presets/small.yaml)" in lines["spec.replsets[0].resources.limits.memory"]
    assert "(topology psmdb/definition.yaml:" in lines["spec.replsets[0].size"]
    assert "(definition psmdb/definition.yaml:" in lines["spec.image"]
    assert "(plugin psmdb/plugin.yaml:" in lines["spec.crVersion"]
    assert "←" not in lines["spec.updateStrategy"]
