"""Expressions: what they give, what they say when they are wrong, what they read, and how they wait."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_everest.expressions.environment import ABSENT, Environment, ExpressionError, FunctionSpec, Scope
from pulumi_everest.model.deferred import Computed, Deferred
from pulumi_everest.model.shapes import ANY, TEXT, Shape

SPEC: dict[str, Any] = {
    "name": "orders",
    "instances": {
        "proxy": {"replicas": 2},
        "engine": {"replicas": 3, "version": "8.0.12-4", "storage": {"size": "10Gi"}, "odd key": 1},
    },
    "storages": [{"name": "a", "type": "s3"}, {"name": "b", "type": "gcs"}],
    "nothing": None,
    "ratio": 0.5,
}


def environment(*functions: FunctionSpec) -> Environment:
    return Environment(["spec", "item"], functions)


def evaluate(text: str, item: Any = None) -> Any:
    return environment().compile(text).evaluate({"spec": SPEC, "item": item})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("spec.name", "orders"),
        ("spec.instances.engine.?storage.?size", "10Gi"),
        ("spec.?backup.storages.first", ABSENT),
        ("spec.instances.engine.storage", {"size": "10Gi"}),
        (" spec.nothing ", None),
        ("spec.?nothing", None),
        ("spec.instances.?backup.hasValue()", False),
        ("spec.?backup.orValue('x') + '!'", "x!"),
        ("has(spec.backup) ? 1 : 2", 2),
        ("spec.storages.filter(s, s.type == 's3').map(s, s.name)", ["a"]),
        ("spec.instances.map(name, name)", ["engine", "proxy"]),
        ("spec.instances.filter(name, name != 'x').map(name, spec.instances[name].replicas)", [3, 2]),
        ("spec.storages[?5]", ABSENT),
        ("spec.storages[1].name", "b"),
        ("spec.instances.engine['odd key']", 1),
        ("spec.instances.engine.`odd key`", 1),
        ("true ? optional.none() : optional.of(1)", ABSENT),
        ("{?'a': spec.?backup, 'b': [?spec.?name, 1u]}", {"b": ["orders", 1]}),
        ("cel.bind(e, spec.instances.engine, e.replicas % 2 == 1)", True),
        ("cel.bind(s, spec.storages, s.exists(x, x.name == 'b'))", True),
        ("spec.?name.optMap(n, n + '-x')", "orders-x"),
        ("math.greatest(spec.instances.engine.replicas, 5)", 5),
        ("'a,b'.split(',')", ["a", "b"]),
        ("'proxy' in spec.instances && !('x' in spec.instances)", True),
        ("versionAtLeast(spec.instances.engine.version, '8.0.8-3')", True),
        ("versionAtLeast('1.9', '1.10')", False),
        ("major('17.10')", 17),
        ("quantity('1Ki') == 1024.0", True),
        ("quantity(2)", 2.0),
        ("seconds('1h30m')", 5400),
        ("hostOf('https://pmm.example.com:443/x')", "pmm.example.com"),
        ("hash('orders')", "1c168adb"),
        ("toYaml({'b': '8.0', 'a': [1, null]})", "a:\n- 1\n- null\nb: '8.0'\n"),
        ("toYaml('on')", "'on'\n"),
        ("toJson({'b': 1.5, 'a': {'d': true, 'c': []}})", '{"a":{"c":[],"d":true},"b":1.5}'),
        ("toProperties({'b.c': 2, 'a': true, 'd': [1, 'x'], 'e': ''})", "a=true\nb.c=2\nd=1,x\ne=\n"),
        ("toIni({'mysqld': {'b': 1.0, 'a': 'x y'}, 'top': false})", "top = false\n[mysqld]\na = x y\nb = 1\n"),
        ("toIni({})", ""),
        ("merge({'a': {'b': 1, 'c': 1}}, {'a': {'c': 2}})", {"a": {"b": 1, "c": 2}}),
    ],
)
def test_gives_plain_data(text: str, value: Any) -> None:
    result = evaluate(text)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "the expression is empty", 1),
        ("spec.", "unexpected '.'", 6),
        ("spec.foo(", "the expression ends too early", 10),
        ("specs.name", "'specs.name' is not known here", 6),
        ("nope(1)", "'nope' is not known here", 5),
        ("1 + 'a'", "'+' does not take int and string", 3),
        ("'abc", "unexpected ''abc'", 1),
        ("1 2", "unexpected '2'", 3),
        ("spec.in", "unexpected '.in'", 6),
        ("[spec.?name]", "a list or map holds an optional value; write [?a], or a.orValue(b)", 1),
        ("{'a': spec.?name}", "a list or map holds an optional value; write {?'key': a}, or a.orValue(b)", 1),
        ("spec.storages.map(s, s.?x)", "a list or map holds an optional value; write [?a], or a.orValue(b)", 1),
    ],
)
def test_says_what_does_not_compile(text: str, message: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        environment().compile(text)
    assert (caught.value.message, caught.value.column) == (message, column)


def test_names_the_line_of_an_error_in_an_expression_of_several_lines() -> None:
    with pytest.raises(ExpressionError) as caught:
        environment().compile("has(spec.name)\n  && nope")
    assert (caught.value.line, caught.value.column) == (2, 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("spec.instances.engin", "there is no 'spec.instances.engin'; did you mean 'engine'?"),
        ("spec.name.first", "there is no 'spec.name.first': spec.name is a text"),
        ("spec.?name.?first", "there is no 'spec.name.first': spec.name is a text"),
        ("spec.nothing.first", "there is no 'spec.nothing.first': spec.nothing is null"),
        ("spec.instances.engin.replicas + 1", "there is no 'spec.instances.engin'; did you mean 'engine'?"),
        ("spec.storages.map(s, s.nme)", "there is no 'nme'"),
        ("spec.storages[7].name", "there is no item 7 in a list of 2"),
        ("spec.name + 1", "'+' does not take string and int"),
        ("spec.name ? 1 : 2", "a condition is neither true nor false"),
        ("spec.ratio.map(x, x)", "only a list or a map can be gone through"),
        ("1 / (spec.instances.engine.replicas - 3)", "division by zero"),
        ("{'a': 1, 'a': spec.name}", "a map has the same key twice"),
        ("{1: spec.name}", "the key 1 of a map is not text"),
        ("b'abc'", "a value of the type bytes is not plain data; make it text with string()"),
        ("[duration('1h')]", "a value of the type duration is not plain data; make it text with string()"),
        ("major('x')", "major(): 'x' does not begin with a number"),
        ("versionAtLeast(spec.ratio, '1')", "versionAtLeast() does not take double and string"),
        ("spec.ratio > 0.4 ? spec.name : spec.?name", None),
        ("true ? spec.name : spec.?name", None),
    ],
)
def test_says_what_fails(text: str, message: str | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    if message is not None:
        assert caught.value.message.startswith(message)
    assert "INVALID_ARGUMENT" not in caught.value.message


@pytest.mark.parametrize("name", ["in", "int", "a-b", "1a", "", "spéc"])
def test_refuses_names_that_cannot_be_variables(name: str) -> None:
    with pytest.raises(ExpressionError):
        Environment([name])


# Functions


def test_calls_functions_of_a_plugin_with_plain_ordered_data() -> None:
    seen: list[Any] = []

    def shards(count: int, labels: dict[str, Any], anything: Any) -> list[Any]:
        seen.append((count, list(labels), anything))
        return [f"rs{number}" for number in range(count)]

    function = FunctionSpec("shards", ("int", "map", "any"), "list", shards)
    text = "shards(spec.n + 0, {'b': 1, 'a': 2}, null).map(x, x + '!')"
    found = environment(function).compile(text).evaluate({"spec": {"n": 2}})
    assert found == ["rs0!", "rs1!"]
    assert seen == [(2, ["a", "b"], None)]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (ValueError("two\nlines"), "f(): two lines"),
        (KeyError(), "f(): KeyError"),
        (5, "f() gave int where string is declared"),
        (None, "f() gave NoneType where string is declared"),
    ],
)
def test_reports_a_function_that_fails_or_breaks_its_promise(result: Any, message: str) -> None:
    def call(_: str) -> Any:
        if isinstance(result, Exception):
            raise result
        return result

    compiled = environment(FunctionSpec("f", ("string",), "string", call)).compile("f(spec)")
    with pytest.raises(ExpressionError, match="f\\(\\)") as caught:
        compiled.evaluate({"spec": "x"})
    assert caught.value.message == message


def test_refuses_a_function_of_a_built_in_name_and_unknown_kinds() -> None:
    with pytest.raises(ExpressionError, match="two functions of the name 'hash'"):
        environment(FunctionSpec("hash", ("string",), "string", str))
    with pytest.raises(ValueError, match="kind 'text'"):
        FunctionSpec("f", ("text",), "string", str)


# What expressions read


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("spec.a.?b", {("spec", "a", "b")}),
        ("has(spec.a.b)", {("spec", "a", "b")}),
        ("spec['a'][?'b']", {("spec", "a", "b")}),
        ("spec.a[item]", {("spec", "a", None), ("item",)}),
        ("spec.s.exists(s, s.t == 'x')", {("spec", "s"), ("spec", "s", None, "t")}),
        ("spec.s.filter(s, s.t).map(t, t.u)", {("spec", "s"), ("spec", "s", None, "t"), ("spec", "s", None, "u")}),
        ("cel.bind(x, item ? spec.a : spec.b, x.c)", {("item",), ("spec", "a", "c"), ("spec", "b", "c")}),
        ("spec.?a.orValue(spec.b).c", {("spec", "a", "c"), ("spec", "b", "c")}),
        ("toJson({'k': spec.a})", {("spec", "a")}),
    ],
)
def test_knows_what_it_reads(text: str, reads: set[tuple[str | None, ...]]) -> None:
    assert environment().compile(text).reads == reads


INSTANCE = Shape("object", {"replicas": Shape("number"), "storage": Shape("object", {"size": TEXT})})
SHAPES = {
    "spec": Shape(
        "object",
        {
            "name": TEXT,
            "instances": Shape("map", item=INSTANCE),
            "fixed": Shape("object", {"engine": INSTANCE, "proxy": INSTANCE}),
            "storages": Shape("list", item=Shape("object", {"name": TEXT, "type": TEXT})),
            "config": ANY,
        },
    )
}


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("spec.nme", ("spec", "nme"), ("name", "instances", "fixed", "storages", "config")),
        ("has(spec.nme.x)", ("spec", "nme"), None),
        ("spec[?'nme']", ("spec", "nme"), None),
        ("spec.instances.any.sorage", ("spec", "instances", "any", "sorage"), ("replicas", "storage")),
        ("spec.fixed.prxy", ("spec", "fixed", "prxy"), ("engine", "proxy")),
        ("spec.fixed.all(c, spec.fixed[c].sorage == '')", ("spec", "fixed", "*", "sorage"), ("replicas", "storage")),
        ("spec.storages[0].nme", ("spec", "storages", "*", "nme"), ("name", "type")),
        ("spec.storages.exists(s, s.nme == '')", ("spec", "storages", "*", "nme"), ("name", "type")),
        ("spec.storages.filter(s, s.type == '').map(s, s.nme)", ("spec", "storages", "*", "nme"), None),
        ("spec.?storages.orValue([]).map(s, s.nme)", ("spec", "storages", "*", "nme"), None),
        ("cel.bind(s, spec.fixed.engine.storage, s.sze)", ("spec", "fixed", "engine", "storage", "sze"), ("size",)),
        ("spec.name.first", ("spec", "name", "first"), ()),
        ("[spec.fixed.engine].map(e, e.?nope)", None, None),
        ("{'a': {'b': spec.nope}}", ("spec", "nope"), None),
        ("true ? spec.nope : 1", ("spec", "nope"), None),
        ("spec.fixed.all(c, c.startsWith('x')) || spec.nope", ("spec", "nope"), None),
    ],
)
def test_finds_fields_that_do_not_exist(
    text: str, path: tuple[str, ...] | None, allowed: tuple[str, ...] | None
) -> None:
    if path is None:
        with pytest.raises(ExpressionError):
            environment().compile(text)
        return
    found = environment().compile(text).check_fields(SHAPES)
    assert [field.path for field in found] == [path]
    assert found[0].name == path[-1]
    assert allowed is None or found[0].allowed == allowed


@pytest.mark.parametrize(
    "text",
    [
        "spec.config.any.thing",
        "spec.instances.whatever.storage.size",
        "spec.instances.all(name, name != '' && spec.instances[name].replicas > 1)",
        "spec.storages.all(s, s.name != '')",
        "(spec.name == '' ? spec.fixed : spec.config).nope",
        "item.anything",
        "toJson(spec.fixed).size() > 1",
        "spec.?storages.orValue([]).size() > 0 && spec.storages[0].type == ''",
    ],
)
def test_accepts_fields_that_exist_or_may_exist(text: str) -> None:
    assert environment().compile(text).check_fields(SHAPES) == []


# Values that are not known yet


def deferred_spec() -> tuple[dict[str, Any], dict[str, Deferred]]:
    leaves = {name: Deferred(("spec", name)) for name in ("size", "secret", "block")}
    spec = {
        "engine": {"size": leaves["size"], "replicas": 3},
        "storages": [{"name": "a", "secret": leaves["secret"]}],
        "block": leaves["block"],
    }
    return spec, leaves


KNOWN = {"size": "10Gi", "secret": "s", "block": {"a": {"b": 1}}}


@pytest.mark.parametrize(
    ("text", "needs", "value"),
    [
        ("'x-' + spec.engine.size", ["size"], "x-10Gi"),
        ("spec.block.a.b", ["block"], 1),
        ("spec.?block.?c", ["block"], ABSENT),
        ("spec.block.a.b + 1", ["block"], 2),
        ("toJson(spec.engine)", ["size"], '{"replicas":3,"size":"10Gi"}'),
        ("spec.storages.map(s, s)", ["secret"], [{"name": "a", "secret": "s"}]),
        ("spec.storages.exists(s, s.secret == 's')", ["secret"], True),
        ("spec.map(key, spec[key] == 1)", ["size", "secret", "block"], [False, False, False]),
        ("spec.engine.size + spec.storages[0].secret", ["size", "secret"], "10Gis"),
        ("has(spec.block.a)", ["block"], True),
    ],
)
def test_waits_for_what_it_reads(text: str, needs: list[str], value: Any) -> None:
    spec, leaves = deferred_spec()
    result = environment().compile(text).evaluate({"spec": spec})
    assert isinstance(result, Computed)
    assert set(result.needs) == {leaves[name] for name in needs}
    assert result.compute({leaves[name]: KNOWN[name] for name in leaves}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("spec.engine.replicas % 2 == 1", True),
        ("has(spec.engine.size)", True),
        ("has(spec.block)", True),
        ("spec.?block.hasValue()", True),
        ("size(spec.storages)", 1),
        ("spec.storages.map(s, s.name)", ["a"]),
        ("spec.engine.map(key, key)", ["replicas", "size"]),
        ("'size' in spec.engine", True),
        ("spec.engine != null", True),
        ("spec.storages.exists(s, s.name == 'b')", False),
        ("spec.?other.?block.orValue('x')", "x"),
    ],
)
def test_does_not_wait_for_what_it_does_not_read(text: str, value: Any) -> None:
    spec, _ = deferred_spec()
    assert environment().compile(text).evaluate({"spec": spec}) == value


def test_passes_a_deferred_value_through_a_chain_as_itself() -> None:
    spec, leaves = deferred_spec()
    assert environment().compile("spec.engine.?size").evaluate({"spec": spec}) is leaves["size"]
    assert environment().compile("spec.engine").evaluate({"spec": spec})["size"] is leaves["size"]


def test_waits_for_the_needs_of_a_computed_value() -> None:
    leaf = Deferred(("spec", "size"))
    computed = Computed((leaf,), lambda known: f"{known[leaf]}!")
    result = environment().compile("item + '?'").evaluate({"spec": {}, "item": computed})
    assert isinstance(result, Computed)
    assert result.needs == (leaf,)
    assert result.compute({leaf: "x"}) == "x!?"


def test_a_late_error_is_an_expression_error() -> None:
    spec, leaves = deferred_spec()
    result = environment().compile("spec.block.zz").evaluate({"spec": spec})
    with pytest.raises(ExpressionError, match=r"there is no 'spec\.block\.zz'"):
        result.compute({leaves["block"]: {}})


# Scopes


def test_a_child_scope_hides_and_adds_variables() -> None:
    outer = Scope({"spec": {"n": 1}, "item": 0})
    inner = outer.child({"item": {"n": 2}})
    compiled = environment().compile("[item, spec].map(x, x)")
    assert compiled.evaluate(inner) == [{"n": 2}, {"n": 1}]
    assert compiled.evaluate(outer) == [0, {"n": 1}]
    deep = inner.child({"spec": {"n": 3}})
    assert environment().compile("spec.n + item.n + int('1')").evaluate(deep) == 6


def test_results_are_the_same_in_every_process() -> None:
    code = (
        "import json\n"
        "from pulumi_everest.expressions.environment import Environment\n"
        "spec = {f'k{i * 7 % 10}': {'v': i, 'w': [i]} for i in range(10)}\n"
        "texts = ['spec.map(k, k)', 'spec.map(k, spec[k].v)', 'spec.filter(k, k != \"k1\")', 'toJson(spec)',\n"
        "         '[spec].map(s, s)[0]', 'merge(spec, {\"z\": 1})', 'spec.map(k, [spec[k]].map(x, x.w))']\n"
        "print([json.dumps(Environment(['spec']).compile(t).evaluate({'spec': spec})) for t in texts])\n"
    )
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(3)}
    assert len(runs) == 1


# Chains

names = st.sampled_from(["a", "b", "c"])
scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 5), st.sampled_from(["", "a", "b", "1.2"]), st.just(0.5))
data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def _chains() -> st.SearchStrategy[str]:
    steps = st.lists(st.tuples(st.sampled_from([".", ".?"]), names), max_size=3)
    return steps.map(lambda found: "spec" + "".join(dot + name for dot, name in found))


def _outcome(compiled: Any, spec: Any) -> Any:
    try:
        return json.dumps(compiled.evaluate({"spec": spec}), sort_keys=True, default=repr)
    except ExpressionError:
        return "error"


@settings(max_examples=examples(100))
@given(text=_chains(), spec=data)
def test_a_chain_gives_what_it_gives_in_a_longer_expression(text: str, spec: Any) -> None:
    chain = environment().compile(text)
    assert chain.chain is not None
    program = environment().compile(f"({text})")  # in brackets it is no plain chain
    assert program.chain is None
    assert _outcome(chain, spec) == _outcome(program, spec)
