"""Templates: what they emit, and what is said when they are wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from bare_plugin import HEAD
from template_cases import OBJECTS, SPEC, emitted_spec, parse, resolved, template

from pulumi_everest.emit.objects import emit
from pulumi_everest.emit.templates.template import Template, TemplateError
from pulumi_everest.expressions.environment import FunctionSpec
from pulumi_everest.model.deferred import Deferred, substitute
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(
            "a: text\nb: 3\nc: [1, null, {d: true}]\ne: 1.5",
            {"a": "text", "b": 3, "c": [1, None, {"d": True}], "e": 1.5},
            id="constants",
        ),
        pytest.param("size: ${spec.instances.engine.replicas}", {"size": 3}, id="an expression alone keeps its type"),
        pytest.param(
            "a: x-${spec.instances.engine.replicas}-${spec.paused}-${metadata.name}",
            {"a": "x-3-false-orders"},
            id="expressions in text",
        ),
        pytest.param("a: ${2.0}/${'}' + \"{\"}", {"a": "2/}{"}, id="whole numbers and braces in quotes"),
        pytest.param(
            "a: $${x} $$ $ {}\nb: '$${metadata.name}'", {"a": "${x} $$ $ {}", "b": "${metadata.name}"}, id="escaped"
        ),
        pytest.param("a: \"${{'b': {'c': 1}}.b}\"", {"a": {"c": 1}}, id="a map in an expression"),
        pytest.param(
            "?a: ${spec.?bundle}\n?b: ${null}\n?c: ${spec.instances.engine.version}",
            {"c": "8.0"},
            id="? leaves out what is absent or null",
        ),
        pytest.param(
            "?a: {'?b': '${spec.?bundle}'}\n?c: ['${spec.?bundle}']\nd: {'?e': '${spec.?bundle}'}\n?f: ''\n?g: 0",
            {"f": "", "g": 0},
            id="? leaves out what came out empty",
        ),
        pytest.param(
            "a: {'?b': '${spec.?bundle}'}\nc: {d: {when: '${spec.paused}', e: 1}}\nf: {}\ng: [{'?b': '${spec.?bundle}'}]\n"
            "h: {forEach: {s: '${spec.?bundle}'}, x: 1}",
            {"f": {}, "g": [{}]},
            id="a mapping of which nothing is left is left out, an item or one written empty is not",
        ),
        pytest.param(
            "a: {when: '${spec.paused}', b: 1}\nc: {when: '${!spec.paused}', d: 1}",
            {"c": {"d": 1}},
            id="when on a field",
        ),
        pytest.param(
            "a:\n- {when: '${spec.paused}', b: 1}\n- {when: true, b: 2}\n- {when: '${spec.?config.?on}', b: 3}",
            {"a": [{"b": 2}]},
            id="when on an item",
        ),
        pytest.param(
            "a:\n- {when: '${spec.paused}', do: x}\n- {when: '${!spec.paused}', do: '${metadata.name}'}",
            {"a": ["orders"]},
            id="do for a scalar item",
        ),
        pytest.param(
            "a:\n- forEach: {s: '${spec.backup.storages}'}\n  name: ${s.name}",
            {"a": [{"name": "first"}, {"name": "second"}]},
            id="forEach over a list",
        ),
        pytest.param(
            "a:\n- forEach: {'i, s': '${spec.backup.storages}'}\n  do: ${i}-${s.name}",
            {"a": ["0-first", "1-second"]},
            id="forEach with index",
        ),
        pytest.param(
            "a:\n- forEach: {'c, x': '${spec.instances}'}\n  do: ${c}=${x.replicas}",
            {"a": ["engine=3", "proxy=2"]},
            id="forEach over a map keeps its order",
        ),
        pytest.param(
            "a:\n- forEach: {x: '${spec.instances}'}\n  do: ${x.replicas}",
            {"a": [3, 2]},
            id="forEach over a map's values",
        ),
        pytest.param("a:\n- forEach: {n: [1, 2]}\n  do: ${n * 2}", {"a": [2, 4]}, id="forEach over a literal"),
        pytest.param(
            "a:\n- forEach: {s: '${spec.?bundle}'}\n  do: ${s}\n- last", {"a": ["last"]}, id="forEach over nothing"
        ),
        pytest.param(
            "a:\n- forEach: {s: '${spec.backup.storages}', t: '${s.?schedules}'}\n  do: ${s.name}/${t.name}",
            {"a": ["first/d"]},
            id="loops in loops",
        ),
        pytest.param(
            "a:\n- forEach: {s: '${spec.backup.storages}'}\n  when: ${s.type == 's3'}\n  do: ${s.bucket}",
            {"a": ["b1"]},
            id="forEach with when",
        ),
        pytest.param(
            "a:\n  forEach: {s: '${spec.backup.storages}'}\n  '${s.name}': {type: '${s.type}'}\n"
            "  all: {'${s.name}': 1}",
            {"a": {"first": {"type": "s3"}, "all": {"first": 1, "second": 1}, "second": {"type": "azure"}}},
            id="forEach gives one mapping",
        ),
        pytest.param(
            "a:\n  forEach: {s: '${spec.backup.storages}'}\n  '?${s.name}': '${s.?prefix}'",
            {"a": {"second": "p"}},
            id="? with a key made of text",
        ),
        pytest.param(
            "let: {e: '${spec.instances.engine}', n: '${e.replicas + 1}'}\na: ${n}\n"
            "b: {let: {n: '${n + 1}'}, c: '${n}'}",
            {"a": 4, "b": {"c": 5}},
            id="let in order and inside",
        ),
        pytest.param(
            "a: {when: '${has(spec.tls)}', let: {t: '${spec.tls}'}, b: '${t.mode}'}",
            {},
            id="a let that the condition does not need waits for it",
        ),
        pytest.param(
            "a: {let: {t: '${spec.?tls}'}, when: '${t == null}', b: 1}",
            {"a": {"b": 1}},
            id="a let that the condition needs",
        ),
        pytest.param(
            "let: {t: '${spec.?tls}'}\n?a: ${t}\n?b: ${t.?issuer.?name}\nc: ${has(t.mode)}\nd: ${t.?mode.orValue('x')}\n"
            "e: [{forEach: {x: '${t}'}, f: 1}]\ng: {when: '${t[?\"mode\"].hasValue()}', h: 1}\ni: ${t == null}",
            {"c": False, "d": "x", "e": [], "i": True},
            id="a let whose value is absent stays absent",
        ),
        pytest.param(
            "a: {b: {c: {'?d': '${spec.?bundle}'}, '?e': '${spec.?bundle}'}}\nf: {g: {h: {}}}",
            {"f": {"g": {"h": {}}}},
            id="an emptied mapping is left out at every depth",
        ),
        pytest.param(
            "a: 1\nstorage: {size: 1, x: 2}\nmerge: ${spec.instances.engine.?overrides}",
            {"a": 1, "storage": {"x": 2, "class": "fast"}, "sidecars": [{"name": "x"}]},
            id="merge patches last",
        ),
        pytest.param("a: 1\nmerge: ${spec.?bundle}", {"a": 1}, id="merge of nothing"),
        pytest.param(
            "a: {b: 1}\nmerge: {a: {b: null, c: '${metadata.name}'}}", {"a": {"c": "orders"}}, id="merge of a literal"
        ),
        pytest.param(
            "\\when: 1\n\\forEach: 2\n\\?key: 3\n\\\\x: 4\n'\\${a}': 5",
            {"when": 1, "forEach": 2, "?key": 3, "\\x": 4, "${a}": 5},
            id="literal keys",
        ),
        pytest.param(
            "a: ${spec.instances.proxy}",
            {"a": {"version": "1", "image": "proxy:1", "replicas": 2}},
            id="the order of keys is kept",
        ),
        pytest.param("a:\n- ${spec.?bundle}\n- ${spec.?paused}", {"a": [False]}, id="an absent item is no item"),
        pytest.param("a: >-\n  ${spec.paused ?\n  1 : 2}", {"a": 2}, id="an expression over lines"),
        pytest.param(
            "a: ${types.engine}:${operator}:${options.volumePolicy}:${secrets.?users.orValue({}).size()}",
            {"a": "mongod:1.22.0:keep:0"},
            id="all variables",
        ),
    ],
)
def test_emits(spec: str, expected: Any) -> None:
    result = emitted_spec(spec)
    assert result == expected
    assert _key_order(result) == _key_order(expected)


def _key_order(data: Any) -> Any:
    if isinstance(data, dict):
        return [(key, _key_order(value)) for key, value in data.items()]
    return [_key_order(item) for item in data] if isinstance(data, list) else type(data)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "a: ${spec.instances.engin.image}",
            "${spec.instances.engin.image}: there is no 'spec.instances.engin'; did you",
        ),
        ("a: ${spec.?tls}", "${spec.?tls}: there is no value; write ? before the key"),
        ("a: {let: {t: '${spec.?tls}'}, b: '${t}'}", "${t}: there is no value; write ? before the key"),
        ("a: {let: {t: '${spec.?tls}'}, b: '${t.mode}'}", "${t.mode}: there is no 't.mode': t is not there"),
        ("a: x${spec.instances}", "${spec.instances}: a mapping cannot be put in text"),
        ("a: x${2.5}", "${2.5}: a number cannot be put in text"),
        ("a: x${spec.?tls}", "${spec.?tls}: a value that is not there cannot be put in text"),
        (
            "a: {when: '${spec.topology.config.shards}', b: 1}",
            "${spec.topology.config.shards}: when takes true or false, got a number",
        ),
        ("a: [{forEach: {x: '${metadata.name}'}, b: 1}]", "${metadata.name}: forEach takes a list or a mapping, got"),
        ("a: {forEach: {x: [1]}, do: '${x}'}", "the turns of a loop outside a list are mappings, got a number"),
        ("a: 1\nmerge: ${metadata.name}", "${metadata.name}: merge takes a mapping, got a text"),
        ("'${spec.paused}': 1", "true or false cannot be a key"),
        ("orders: 1\n'${metadata.name}': 1", "the key 'orders' is there twice"),
        ("a: ${quantity('x') > 1.0}", "${quantity('x') > 1.0}: quantity():"),
    ],
)
def test_says_what_failed_and_where(spec: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        emitted_spec(spec)
    (found,) = caught.value.findings
    assert found.code == "emit.template"
    assert found.message.startswith(message)
    assert found.subject == "DatabaseCluster orders"
    assert found.place is not None
    assert found.place.file == "resources.yaml"
    assert found.place.line == 9 + (1 if "merge" in spec or "orders:" in spec else 0)


def test_reports_failures_of_all_objects_at_once() -> None:
    entries = "\n".join(
        f"- {{name: o{number}, main: {str(not number).lower()}, object: {{apiVersion: v1, kind: Secret, metadata: "
        f"{{name: '${{spec.none{number}}}'}}}}}}"
        for number in range(2)
    )
    found = Template.parse(
        read_yaml(f"objects:\n{entries}", "r.yaml", lambda _v, _k: ANY)[0][0], shapes={"spec": ANY, "metadata": ANY}
    )
    with pytest.raises(TemplateError) as caught:
        found.emit(resolved())
    assert [entry.place.line for entry in caught.value.findings if entry.place] == [2, 3]


WRONG = """\
lets: {}
let: {spec: 1, in: 2, ok: '${specs.name}'}
objects:
- name: a
  wen: ${true}
  object:
    apiVersion: v1
    kind: ${
    metadata: {name: '${1 +}'}
    x: {when: maybe, forEach: 3, y: '${t}'}
    z: [{do: 1, other: 2}, {do: 3}, {forEach: {'a, b, c': []}, d: 1}]
    ?x: 1
    '': 1
    merge: text
- name: a
  main: maybe
- text
- name: ''
  main: true
  object: {apiVersion: v1, kind: K, metadata: {}, s: '${spec.instances.e.strage}', t: '${types.x + specc}'}
- name: b
  main: true
  forEach: {x: ['${spec.backup.storages.all(s, s.nme == "")}']}
  object: {kind: K}
"""


@pytest.mark.parametrize("value", ["text", "[{a: 1}]", "5", "true"])
def test_named_values_are_a_mapping(value: str) -> None:
    found = Template.parse(read_yaml(f"let: {value}\nobjects: []\n", "r.yaml", lambda _v, _k: ANY)[0][0]).findings

    assert "'let' takes a mapping of names to values" in [entry.message for entry in found]


def test_reports_everything_that_is_wrong_with_a_template_with_its_place() -> None:
    documents, _ = read_yaml(WRONG, "r.yaml", lambda _version, _kind: ANY)
    found = Template.parse(documents[0]).findings
    shown = [(entry.place.line if entry.place else 0, entry.code, entry.message) for entry in found]
    assert shown[:4] == [
        (1, "plugin.template", "a template has no 'lets'"),
        (2, "plugin.template", "'spec' would hide the variable of that name"),
        (2, "plugin.template", "'in' cannot be the name of a value"),
        (2, "plugin.expression", "${specs.name}: 'specs.name' is not known here"),
    ]
    texts = [message for _, _, message in shown]
    for expected in (
        "an object of a template has no 'wen'",
        "'${' is never closed by '}'",
        "${1 +}: the expression ends too early",
        "'when' takes one expression: ${...}",
        "'forEach' takes a mapping of a name to what it goes through",
        "${t}: 't' is not known here",
        "'do' stands for the whole value, so 'other' cannot be there",
        "'do' needs 'forEach', 'let' or 'when' beside it",
        "'a, b, c' is not one name, or two different ones: an index or key, and an item",
        "the key 'x' is there twice",
        "a key is empty",
        "'merge' takes one expression, ${...}, or a mapping",
        "the name 'a' is there twice",
        "'main' is true or false",
        "'object' takes the mapping that the object is made of",
        "an object is a mapping with 'name' and 'object'",
        "an object needs a 'name', which errors call it by",
        "${spec.instances.e.strage}: there is no 'spec.instances.e.strage'",
        "only one object can be the main one",
        "the main object is one object",
        "an object needs 'apiVersion'",
        "an object needs 'metadata'",
    ):
        assert expected in texts
    assert any("specc" in text for text in texts)
    assert any("spec.backup.storages" in text and "nme" in text for text in texts)
    assert all(entry.place is not None and entry.place.line for entry in found)


@pytest.mark.parametrize("source", ["${spec.a}${spec.b}", "x${spec.a}", "${spec.a} ", "text"])
def test_a_loop_goes_through_one_expression(source: str) -> None:
    found = parse(HEAD + f"        a: [{{forEach: {{x: '{source}'}}, do: 1}}]").findings
    assert "'forEach' goes through one expression, ${...}, a list or a mapping" in [entry.message for entry in found]


@pytest.mark.parametrize("text", ["objects: []", "objects: {a: b}", "let: {a: 1}"])
def test_a_template_makes_at_least_one_object(text: str) -> None:
    assert [(entry.path, entry.message) for entry in parse(text).findings] == [
        (("objects",), "'objects' takes a list of at least one object"),
    ]


def test_hints_at_the_nearest_field_and_variable() -> None:
    found = parse(HEAD + "        {a: '${spec.instances.x.strage}', b: '${metadat}'}").findings
    assert [(entry.code, entry.hint) for entry in found] == [
        ("plugin.expression-field", "did you mean 'storage'?"),
        ("plugin.expression", None),
    ]


def test_checks_fields_of_names_given_by_let_and_for_each() -> None:
    found = parse(
        HEAD
        + """\
        let: {engine: "${spec.instances.engine}"}
        a: ${engine.strage}
        b: [{forEach: {s: "${spec.?backup.?storages}"}, do: "${s.nme}"}]
        c: [{forEach: {"name, i": "${spec.instances}"}, do: "${i.imge}${name.x}"}]
        d: [{forEach: {"key, r": "${spec.instances.engine.storage}"}, do: "${key.y}"}]
"""
    ).findings
    assert [entry.message.partition("there is no ")[2] for entry in found] == [
        "'engine.strage'", "'s.nme'", "'i.imge'", "'name.x'", "'key.y'",
    ]  # fmt: skip


def test_knows_names_only_where_they_are_given() -> None:
    found = parse(HEAD + "        a: {let: {x: 1}, b: '${x}'}\n        c: ${x}").findings
    assert [(entry.message, entry.place and entry.place.line) for entry in found] == [
        ("${x}: 'x' is not known here", 10)
    ]


def test_calls_the_functions_of_a_plugin() -> None:
    double = FunctionSpec("double2", ("int",), "int", lambda value: value * 2)
    assert parse(HEAD + "        a: ${double2(spec.instances.engine.replicas)}", double).emit(resolved())[0].manifest[
        "spec"
    ] == {"a": 6}


@pytest.mark.parametrize("value", ["{}", "[]", "x", "'${spec}'"])
def test_a_loop_names_what_it_goes_through(value: str) -> None:
    found = parse(HEAD + f"        a: [{{forEach: {value}, do: 1}}]").findings
    assert [entry.message for entry in found] == ["'forEach' takes a mapping of a name to what it goes through"]


def test_shares_nothing_with_the_cluster_or_another_emission() -> None:
    cluster = resolved()
    before = copy.deepcopy(cluster)
    made = template(
        "let: {e: '${spec.instances.engine}'}\na: ${spec.instances}\nb: [1, {c: []}]\nmerge: ${e.overrides}"
    )
    first, second = made.emit(cluster)[0].manifest, made.emit(cluster)[0].manifest
    assert first == second
    first["spec"]["a"]["engine"]["resources"]["limits"]["memory"] = "changed"
    first["spec"]["b"][1]["c"].append(1)
    first["spec"]["sidecars"][0]["name"] = "changed"
    assert cluster == before
    assert made.emit(cluster)[0].manifest == second


# The objects of a cluster


def test_puts_secrets_first_and_the_main_object_last() -> None:
    secrets = {"users": {"root": "x"}, "storages": {"s1": {"k": "v"}, "s2": {"k": "w"}}}
    found = emit(resolved(secrets=secrets), parse(OBJECTS))
    assert [(entry.name, entry.manifest["metadata"]["name"]) for entry in found] == [
        ("users", "orders-users"),
        ("storage", "orders-s1"),
        ("storage", "orders-s2"),
        ("config", "c"),
        ("cluster", "orders"),
    ]
    assert [entry.main for entry in found] == [False] * 4 + [True]
    assert [entry.name for entry in emit(resolved(), parse(OBJECTS))] == ["config", "cluster"]


def test_gives_every_object_the_namespace_and_labels_of_the_cluster() -> None:
    config, cluster = (entry.manifest["metadata"] for entry in emit(resolved(), parse(OBJECTS)))
    assert cluster == {"name": "orders", "labels": {"team": "own", "role": "main"}, "namespace": "prod"}
    assert config == {"name": "c", "namespace": "other", "labels": {"team": "a"}}


def test_labels_that_are_not_known_as_a_whole_wait() -> None:
    cluster, labels = resolved(), Deferred(("metadata", "labels"))
    cluster.metadata["labels"] = labels
    config, main = (entry.manifest["metadata"]["labels"] for entry in emit(cluster, parse(OBJECTS)))
    assert config is labels
    assert substitute(main, {labels: {"team": "a", "x": "y"}}) == {"team": "own", "x": "y", "role": "main"}


@pytest.mark.parametrize(
    ("given", "on_main"),
    [
        ({}, ["own"]),
        ({"finalizers": None}, ["own"]),
        ({"finalizers": []}, None),
        ({"finalizers": ["a.example.com/b"]}, ["a.example.com/b"]),
    ],
)
def test_finalizers_of_the_cluster_take_the_place_of_those_of_the_main_object_alone(
    given: dict[str, Any], on_main: list[str] | None
) -> None:
    text = OBJECTS.replace("role: main}", "role: main}, finalizers: [own]")
    text = text.replace("namespace: other}", "namespace: other, finalizers: [of-config]}")
    cluster = resolved(secrets={"users": {"root": "x"}})
    cluster.metadata.update(given)
    found = {entry.name: entry.manifest["metadata"].get("finalizers") for entry in emit(cluster, parse(text))}
    assert found == {"users": None, "config": ["of-config"], "cluster": on_main}


def test_merges_the_overrides_of_the_cluster_over_the_main_object() -> None:
    spec = {**SPEC, "overrides": {"a": {"b": None, "c": 2}, "d": [1]}}
    *_, main = emit(resolved(spec), parse(OBJECTS))
    assert main.manifest["spec"] == {"users": "orders-users", "a": {"c": 2}, "d": [1]}


def test_overrides_that_are_not_known_wait_where_they_meet_a_mapping() -> None:
    unknown = Deferred(("spec", "overrides", "a"))
    *_, main = emit(resolved({**SPEC, "overrides": {"a": unknown, "d": unknown}}), parse(OBJECTS))
    assert main.manifest["spec"]["d"] is unknown
    assert main.manifest["spec"]["users"] == "orders-users"
    assert substitute(main.manifest["spec"], {unknown: {"x": 1}})["a"] == {"b": 1, "x": 1}
