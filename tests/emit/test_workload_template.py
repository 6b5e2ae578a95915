"""workloads.yaml of a plugin: what is wrong with it is said when it is read, and it makes what objects become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.core.capacity.workloads import NotKnownError, read_workloads
from pulumi_everest.emit.workload_template import WorkloadTemplate
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.load import load_plugin

WHOLE = """\
workloads:
  - name: one
    replicas: "${self.spec.size}"
    containers:
      - {name: server, "?resources": "${self.spec.?resources}"}
      - {forEach: {one: "${self.spec.?more}"}, name: "${one.name}"}
    volumes: [{name: data, size: "${self.spec.?disk.orValue('1Gi')}"}]
"""


def parsed(text: str) -> WorkloadTemplate:
    documents, found = read_yaml(text.encode(), "workloads.yaml", lambda _version, _kind: ANY)
    assert found == []
    return WorkloadTemplate.parse(documents[0])


def test_an_object_becomes_pods_and_volumes() -> None:
    template = parsed(WHOLE)
    assert template.findings == []

    made = read_workloads(template.make({"spec": {"size": 3, "more": [{"name": "a"}, {"name": "b"}]}}))

    [one] = made.running
    assert (one.replicas, [c.name for c in one.pod.containers]) == (3, ["server", "a", "b"])
    assert one.amounts().storage == {"": 3 * 2**30}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("workload: []", "there is no 'workload' here", "did you mean 'workloads'?"),
        ("jobs: []", "'workloads' is missing", None),
        ("workloads: [{name: a}]", "'containers' is missing", None),
        ("workloads: [{name: a, container: []}]", "there is no 'container' here", "did you mean 'containers'?"),
        ("workloads: [{name: a, containers: [{name: a, '?resource': 1}]}]", "there is no 'resource' here", "did you mean 'resources'?"),
        ("workloads: [{name: a, containers: {name: a}}]", "'containers' takes a list", None),
        ("workloads: [{name: a, containers: [1]}]", "an item is a mapping", None),
        ("workloads: [{forEach: {x: '${self.y}'}, do: {name: a, contain: []}}]", "there is no 'contain' here", "did you mean 'containers'?"),
        ("workloads: [{name: a, containers: [], volumes: [{name: v}]}]", "'size' is missing", None),
        ("workloads: [{name: '${slef.x}', containers: []}]", "'slef.x' is not known here", None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, message: str, hint: str | None) -> None:
    found = parsed(text).findings

    assert any(message in entry.message for entry in found), [entry.message for entry in found]
    assert all(entry.place is not None for entry in found)
    if hint is not None:
        assert hint in [entry.hint for entry in found]


@pytest.mark.parametrize(
    "spec",
    [
        {"size": Deferred()},
        {"size": 3, "resources": Deferred()},
        {"size": 3, "more": Deferred()},
        {"size": 3, "disk": Deferred()},
    ],
)
def test_values_that_are_not_known_yet_leave_no_numbers(spec: dict[str, Any]) -> None:
    with pytest.raises(NotKnownError):
        read_workloads(parsed(WHOLE).make({"spec": spec}))


def test_a_plugin_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    import shutil

    own = next(plugin for plugin in Plugins([]).all() if plugin.name == "valkey")
    shutil.copytree(own.folder, tmp_path / "valkey")
    (tmp_path / "valkey" / "workloads.yaml").write_text("workloads: [{name: a, container: []}]")
    plugin, found = load_plugin(tmp_path / "valkey")
    assert plugin is not None
    assert found == []

    assert {entry.code for entry in check_plugin(plugin)} == {"plugin.template"}
    assert all(
        entry.place is not None and entry.place.file.endswith("workloads.yaml") for entry in check_plugin(plugin)
    )


@pytest.mark.parametrize("plugin", list(Plugins([]).all()), ids=lambda one: one.name)
def test_every_built_in_plugin_says_what_its_clusters_take(plugin: Any) -> None:
    assert plugin.workloads is not None
    assert plugin.workloads.findings == []


READ = {"spec": {"size": 3, "resources": {"limits": {"cpu": 1}}, "more": [{"name": "a", "image": "x"}], "image": "x"}}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({**READ["spec"], "image": "y"}, True),
        ({**READ["spec"], "more": [{"name": "a", "image": "y"}]}, True),
        ({**READ["spec"], "more": [{"name": "a", "image": "x"}] * 2}, False),
        ({**READ["spec"], "more": [{"name": "b", "image": "x"}]}, False),
        ({**READ["spec"], "resources": {"limits": {"cpu": 2}}}, False),
        ({**READ["spec"], "size": True}, False),
        ({**READ["spec"], "size": {}}, False),
        ({**READ["spec"], "disk": None}, False),
        ({}, False),
        ([], False),
    ],
)
def test_of_the_objects_only_what_is_read_decides(other: Any, same: bool) -> None:
    template = parsed(WHOLE)

    assert (repr(template.decisive({"spec": other})) == repr(template.decisive(READ))) is same


def test_where_keys_count_or_a_place_is_only_looked_for_just_that_decides() -> None:
    template = parsed("""\
workloads:
  - {when: "${has(self.a)}", name: a, containers: []}
  - {name: b, replicas: "${size(self.b)}", containers: []}
  - {forEach: {"name, one": "${self.c}"}, name: "${name}", replicas: "${one.d}", containers: []}
""")
    data = {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": {"d": 1, "e": 1}}}
    for key, other, same in [
        ("a", {"x": 2}, True), ("a", {}, True), ("b", {"x": 2}, True), ("b", {"y": 1}, False), ("b", [1], False),
        ("c", {"x": {"d": 1, "e": 2}}, True), ("c", {"y": {"d": 1}}, False), ("c", {"x": {"d": 2}}, False),
    ]:  # fmt: skip
        assert (template.decisive({**data, key: other}) == template.decisive(data)) is same, (key, other)
    assert template.decisive({"b": {}, "c": {}}) != template.decisive({"a": 1, "b": {}, "c": {}})


def test_names_that_hold_each_other_many_times_are_followed_once() -> None:
    names = "".join(f"  a{number}: ['${{a{number - 1}}}', '${{a{number - 1}}}']\n" for number in range(1, 60))
    template = parsed(
        f"let:\n  a0: ['${{self.spec}}']\n{names}workloads: [{{name: '${{self.name}}', containers: []}}]\n"
    )

    parts = template.decisive({"name": "x", "spec": {"size": 1}})

    assert parts == template.decisive({"name": "x", "spec": {"size": 2}})
    assert parts != template.decisive({"name": "x"})
