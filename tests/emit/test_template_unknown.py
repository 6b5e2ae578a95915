"""What templates do with values that are not known yet: the smallest part waits, and becomes the same later."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from template_cases import OBJECTS, SPEC, emitted_spec, parse, resolved, template

from pulumi_everest.emit.templates.template import TemplateError
from pulumi_everest.model.deferred import Computed, Deferred, find, substitute


def leaf(spec: dict[str, Any], *path: str | int) -> Deferred:
    """Make the value at a path of a spec deferred."""
    node: Any = spec
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = found = Deferred(("spec", *path))
    return found


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("a: ${spec.instances.engine.replicas}\nb: 1", {"a": "leaf", "b": 1}),
        ("a: ${spec.instances.engine.?replicas}\n?b: ${spec.instances.engine.?replicas}", {"a": "leaf", "b": "leaf"}),
        ("a: n-${spec.instances.engine.replicas}\nb: 1", {"a": "later", "b": 1}),
        ("a: ${spec.instances.engine.replicas + 1}\nb: [2]", {"a": "later", "b": [2]}),
        ("?a: ${spec.instances.engine.replicas + 1 > 1}\nb: 1", {"a": "later", "b": 1}),
        ("a: {c: '${spec.instances.engine}'}", {"a": {"c": {**SPEC["instances"]["engine"], "replicas": "leaf"}}}),
        ("a: {b: {when: '${spec.instances.engine.replicas > 1}', c: 1}}\nd: 1", {"a": "later", "d": 1}),
        ("a: [{when: '${spec.instances.engine.replicas > 1}', c: 1}, 2]\nd: {e: 1}", {"a": "later", "d": {"e": 1}}),
        (
            "a: {'?b': '${spec.instances.engine.replicas > 1 ? optional.of(1) : optional.none()}'}\nc: 1",
            {"a": "later", "c": 1},
        ),
        ("a: {'k${spec.instances.engine.replicas}': 1}\nd: 1", {"a": "later", "d": 1}),
        (
            "a: [{forEach: {n: '${[1, 2].filter(n, n < spec.instances.engine.replicas)}'}, do: '${n}'}]\nd: 1",
            {"a": "later", "d": 1},
        ),
        (
            "a: {forEach: {n: '${[1].filter(n, n < spec.instances.engine.replicas)}'}, b: '${n}'}\nd: 1",
            {"a": "later", "d": 1},
        ),
        ("let: {n: '${spec.instances.engine.replicas + 1}'}\na: ${n}\nb: ${spec.paused}", {"a": "later", "b": False}),
        ("a: {b: {when: '${has(spec.instances.engine.replicas)}', c: 1}}", {"a": {"b": {"c": 1}}}),
        (
            "a: {x: 1, merge: '${spec.instances.engine}'}",
            {
                "a": {
                    "x": 1,
                    **{k: v for k, v in SPEC["instances"]["engine"].items() if k != "overrides"},
                    "overrides": {"sidecars": [{"name": "x"}], "storage": {"class": "fast"}},
                    "replicas": "leaf",
                }
            },
        ),
        ("?a: {'?b': {when: '${spec.instances.engine.replicas > 1}', c: 1}, d: 1}\ne: 1", {"a": "later", "e": 1}),
    ],
)
def test_only_the_smallest_part_waits(spec: str, expected: Any) -> None:
    data = copy.deepcopy(SPEC)
    unknown = leaf(data, "instances", "engine", "replicas")
    result = emitted_spec(spec, resolved(data))
    shown = _map(result, lambda v: "leaf" if v is unknown else "later" if isinstance(v, Computed) else v)
    assert shown == expected
    assert substitute(result, {unknown: 3}) == emitted_spec(spec)
    assert all(value.needs == (unknown,) for value in find(result) if isinstance(value, Computed))


def _map(data: Any, change: Any) -> Any:
    if isinstance(data, dict):
        return {key: _map(value, change) for key, value in data.items()}
    return [_map(item, change) for item in data] if isinstance(data, list) else change(data)


@pytest.mark.parametrize(
    "line",
    [
        "when: ${spec.instances.engine.replicas > 1}",
        "forEach: {n: '${[1].filter(x, x < spec.instances.engine.replicas)}'}",
    ],
)
def test_an_object_that_may_not_exist_is_a_finding(line: str) -> None:
    data = copy.deepcopy(SPEC)
    leaf(data, "instances", "engine", "replicas")
    text = (
        OBJECTS
        + f"  - name: extra\n    {line}\n    object: {{apiVersion: v1, kind: ConfigMap, metadata: {{name: x}}}}\n"
    )
    with pytest.raises(TemplateError) as caught:
        parse(text).emit(resolved(data))
    (found,) = caught.value.findings
    assert (found.code, found.path, found.subject) == (
        "value.not-known",
        ("spec", "instances", "engine", "replicas"),
        "DatabaseCluster orders",
    )
    assert "'extra'" in found.message


def test_a_late_failure_names_the_template_and_the_cluster() -> None:
    data = copy.deepcopy(SPEC)
    unknown = leaf(data, "instances", "engine", "version")
    result = emitted_spec("a: ${major(spec.instances.engine.version) + 1}", resolved(data))
    with pytest.raises(TemplateError) as caught:
        substitute(result, {unknown: "x"})
    (found,) = caught.value.findings
    assert found.subject == "DatabaseCluster orders"
    assert found.place is not None
    assert found.place.line == 9


RICH = """\
let:
  engine: ${spec.instances.engine}
  big: ${engine.replicas > 2}
  storages: ${spec.?backup.?storages}
  label: ${metadata.name + '-' + engine.version}
  prefix: ${spec.backup.storages[1].?prefix}
size: ${engine.replicas}
image: ${engine.image}
label: ${label}
text: "${engine.version}/${spec.instances.proxy.image}/${label}"
?pause: ${spec.?paused}
?mode: "${spec.paused ? optional.of('paused') : optional.none()}"
?limits: {"?memory": "${engine.?resources.?limits.?memory}", "?cpu": "${engine.?resources.?limits.?cpu}"}
volume:
  when: ${big}
  size: ${engine.storage.size}
  same: ${engine.storage}
small: {when: "${!big}", let: {x: "${engine.image + '!'}"}, x: "${x}"}
items:
  - always
  - {when: "${spec.paused}", do: paused}
  - forEach: {"i, s": "${storages}"}
    when: ${s.type != 'gcs'}
    name: ${s.name}
    ?main: "${i == 0 ? optional.of(true) : optional.none()}"
    ?tasks:
      - forEach: {t: "${s.?schedules}"}
        cron: ${t.cron}
        "${t.name}": ${s.type}
  - ${spec.instances.proxy.?replicas}
byName:
  forEach: {s: "${storages}"}
  "${s.name}": {type: "${s.type}", s3: {when: "${s.type == 's3'}", bucket: "${s.?bucket.orValue('none')}"}}
  common: {"${s.type}": "${s.name}"}
?prefix: ${prefix}
names: ${storages.map(s, s.name)}
count: ${size(storages)}
json: ${toJson(spec.instances.proxy)}
merged: {storage: {size: 1, keep: "${engine.replicas}"}, sidecars: 1, merge: "${engine.overrides}"}
patched: {a: {b: 1}, c: "${engine.image}", merge: {a: {b: "${engine.version}", d: "${spec.paused}"}, c: {x: 1}}}
choice: "${big ? engine.image : spec.instances.proxy.image}"
"""

LEAVES: dict[tuple[str | int, ...], list[Any]] = {
    ("instances", "engine", "replicas"): [1, 2, 3, 5],
    ("instances", "engine", "version"): ["8.0", "9"],
    ("instances", "engine", "image"): ["x", "y"],
    ("instances", "engine", "storage", "size"): ["1Gi"],
    ("instances", "engine", "resources", "limits", "memory"): ["1Gi"],
    ("instances", "engine", "overrides", "storage"): ["gone", {"size": 2, "more": {"a": 1}}],
    ("instances", "engine", "overrides", "sidecars"): [[1, {"a": 2}], "none"],
    ("instances", "proxy", "image"): ["p"],
    ("instances", "proxy", "replicas"): [2, 4],
    ("backup", "storages", 0, "name"): ["first", "renamed"],
    ("backup", "storages", 0, "type"): ["s3", "gcs"],
    ("backup", "storages", 0, "bucket"): ["b"],
    ("backup", "storages", 0, "schedules", 0, "cron"): ["1 1 * * *"],
    ("backup", "storages", 0, "schedules"): [[], [{"name": "cron2", "cron": "x"}]],
    ("backup", "storages", 1, "prefix"): ["p", "q"],
    ("backup", "storages", 1): [{"name": "third", "type": "s3"}, {"name": "t", "type": "gcs", "bucket": "b"}],
    ("backup", "storages"): [[], [{"name": "only", "type": "gcs"}, {"name": "two", "type": "azure", "prefix": "x"}]],
    ("backup",): [{"storages": [{"name": "z", "type": "gcs"}, {"name": "y", "type": "s3"}]}],
    ("paused",): [True, False],
}
rich = template(RICH)


def _with(values: dict[tuple[str | int, ...], Any]) -> dict[str, Any]:
    """The spec with values at paths; those of outer paths win."""
    spec = copy.deepcopy(SPEC)
    for path in sorted(values, key=len, reverse=True):
        node: Any = spec
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = copy.deepcopy(values[path]) if not isinstance(values[path], Deferred) else values[path]
    return spec


def _outcome(data: dict[str, Any]) -> Any:
    try:
        return rich.emit(resolved(data))[0].manifest
    except TemplateError as error:
        return [entry.code for entry in error.findings]


@settings(max_examples=examples(150))
@given(
    chosen=st.dictionaries(st.sampled_from(list(LEAVES)), st.integers(0, 3), max_size=5),
    first=st.sets(st.integers(0, 4)),
)
def test_what_is_known_later_gives_the_same_objects(chosen: dict[tuple[str | int, ...], int], first: set[int]) -> None:
    values = {path: LEAVES[path][index % len(LEAVES[path])] for path, index in chosen.items()}
    leaves = {path: Deferred(("spec", *path)) for path in values}
    known = {leaves[path]: value for path, value in values.items()}
    expected = _outcome(_with(values))
    early = _outcome(_with(dict(leaves)))
    some = {leaf: value for index, (leaf, value) in enumerate(known.items()) if index in first}
    try:
        at_once = substitute(early, known)
        in_steps = substitute(substitute(early, some), known)
    except TemplateError as error:
        at_once = in_steps = [entry.code for entry in error.findings]
    assert at_once == expected
    assert in_steps == expected


def test_emission_is_the_same_in_every_process() -> None:
    code = (
        "import json, sys\n"
        "sys.path[:0] = sys.argv[1:]\n"
        "from test_template_unknown import rich, resolved\n"
        "print(json.dumps(rich.emit(resolved())[0].manifest))\n"
    )
    here = Path(__file__).parent
    command = [sys.executable, "-c", code, str(here), str(here.parent)]
    runs = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1
