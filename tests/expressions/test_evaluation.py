"""Evaluation in Python: what CEL gives, what may be spent, and what used to end the process."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
from pathlib import Path
from typing import Any

import by_binding
import pytest
import yaml
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import fuse

from pulumi_everest.expressions.environment import ABSENT, Environment, ExpressionError, FunctionSpec, Scope
from pulumi_everest.expressions.evaluation.budget import Budget
from pulumi_everest.expressions.evaluation.library import matching
from pulumi_everest.model.deferred import Computed, Deferred

VARIABLES: dict[str, Any] = {
    "spec": {"a": None, "d": 1.5, "s": "x", "l": [1], "u": {}, "b": True},
    "item": None,
}
CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
GIVE = [(text, value) for group in CASES.values() for text, value in group.get("give", {}).items()]
FAIL = [(text, message) for group in CASES.values() for text, message in group.get("fail", {}).items()]


def compiled(text: str, *functions: FunctionSpec) -> Any:
    return Environment(["spec", "item"], functions).compile(text)


def evaluate(text: str, *functions: FunctionSpec) -> Any:
    return compiled(text, *functions).evaluate(VARIABLES)


@pytest.mark.parametrize(("text", "value"), GIVE)
def test_gives_what_cel_gives(text: str, value: Any) -> None:
    expression = compiled(text)
    found = expression.evaluate(VARIABLES)
    theirs = by_binding.evaluate(text, VARIABLES, optional=expression.optional)
    assert repr("absent" if found is ABSENT else found) == repr(value)
    assert repr(theirs) == repr(value)


@pytest.mark.parametrize(("text", "message"), FAIL)
def test_fails_where_cel_fails(text: str, message: str) -> None:
    expression = compiled(text)
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate(VARIABLES)
    with pytest.raises(by_binding.Failed) as theirs:
        by_binding.evaluate(text, VARIABLES, optional=expression.optional)
    assert caught.value.message == message
    assert str(theirs.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("spec.s || false", "'||' does not take string and bool"),
        ("[1].all(x, dyn(x))", "'&&' does not take bool and int"),
        ("!spec.s", "'!' does not take string"),
        ("spec.s in spec.s", "'in' does not take string and string"),
        ("spec.d.orValue(1)", "orValue() does not take double"),
        ("optional.none().or(spec.d)", "or() does not take optional and double"),
        ("(spec.?s.?b)", "'.?' does not take string and string"),
        ("['a', spec.d].join()", "join() takes a list of texts, and there is double in it"),
    ],
)
def test_names_the_kinds_that_an_operator_does_not_take(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    assert caught.value.message == message


def test_takes_the_end_of_a_text_for_the_end_of_a_substring() -> None:
    """Which the binding does not, against the description of the function."""
    assert evaluate("'abc'.substring(1, 3)") == "bc"


_CHARACTER = st.sampled_from(["a", "b", "Z", "0", "9", "_", "/", ":"])
_CLASS = st.builds(
    lambda negated, parts: f"[{negated}{''.join(parts)}]",
    st.sampled_from(["", "^"]),
    st.lists(_CHARACTER | st.sampled_from(["a-z", "A-Z", "0-9", "a-b"]), min_size=1, max_size=3),
)


@settings(max_examples=examples(100))
@given(
    pattern=st.lists(_CHARACTER | _CLASS, min_size=1, max_size=4).map(lambda parts: f"^{''.join(parts)}"),
    text=st.text(st.sampled_from("abcZ09_/:-\n \u00e4\U0001f600"), max_size=5),
)
def test_a_pattern_of_a_beginning_finds_what_re2_finds(pattern: str, text: str) -> None:
    assert matching._of_beginning(pattern) is not None
    environment, program = matching._binding()
    theirs = program.eval(environment.Activation({"text": text, "pattern": pattern})).value()
    assert matching.search(text, pattern, Budget()) is theirs


@pytest.mark.parametrize(
    "pattern", ["a", "^a+", "^a|b", "^(a)", "^a$", "^.", "^\\d", "^[[:alpha:]]", "^[z-a]", "^[a-]", "^"]
)
def test_all_other_patterns_are_left_to_re2(pattern: str) -> None:
    assert matching._of_beginning(pattern) is None


# What used to end the process

HOLDS = "a list or map holds an optional value; write"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("toJson({'a': ['x'].first()})", HOLDS),
        ("toJson([['x'].last()])", HOLDS),
        ("toYaml([spec.l.first()])", HOLDS),
        ("merge({'a': spec.l.first()}, {})", HOLDS),
        ("keysInOrder({'a': [[1].first()]})", HOLDS),
        ("quantity([spec.l.first()])", HOLDS),
        ("toJson(cel.bind(x, [1].first(), [x]))", HOLDS),
        ("toJson([[1].first().or([2].last())])", HOLDS),
        ("toJson([1].map(x, [x].first()))", HOLDS),
        ("toJson([1].map(x, dyn([x].first())))", HOLDS),
        ("toJson({'a': {'b': [dyn(spec.?s)]}})", HOLDS),
        ("toJson(dyn(optional.of(optional.of(1))))", "the value itself"),
        ("toJson(optional.of(1))", "toJson() does not take optional"),
        ("toJson(dyn(['x'].first()))", "toJson() does not take optional"),
        ("[dyn(optional.of(1))]", HOLDS),
        ("{'a': [1].first()}", HOLDS),
        ("[[1].first()]", HOLDS),
        ("{'a': dyn([1].first())}", HOLDS),
    ],
)
def test_an_optional_value_in_a_list_or_map_is_a_clear_error(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("spec.l.first()", 1),
        ("[].last()", ABSENT),
        ("toJson({?'a': ['x'].first()})", '{"a":"x"}'),
        ("toJson([?['x'].last(), ?[].first()])", '["x"]'),
        ("spec.l.first().orValue(2) + 1", 2),
        ("[1, 2].map(x, [x].first().value())", [1, 2]),
    ],
)
def test_first_and_last_give_optional_values(text: str, value: Any) -> None:
    assert evaluate(text) == value


def test_null_takes_no_reference_of_none() -> None:
    texts = ("[spec.a, null, spec.a]", "range(300).map(i, null)", "spec.a", "(spec.a)", "toJson([null])", "spec['a']")
    expressions = [compiled(text) for text in texts]
    before = sys.getrefcount(None)
    for expression in expressions * 100:
        expression.evaluate(VARIABLES)
    assert abs(sys.getrefcount(None) - before) < 100


def test_evaluations_leave_nothing_behind() -> None:
    function = FunctionSpec("same", ("any",), "any", lambda value: value)
    expression = compiled("same([spec, {'a': [spec.l, 'x']}, 1]).map(x, toJson(x))", function)
    expression.evaluate(VARIABLES)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(200):
        expression.evaluate(VARIABLES)
    gc.collect()
    assert len(gc.get_objects()) - before < 20


def test_one_expression_is_evaluated_by_several_threads_at_once() -> None:
    expression = compiled("range(item).map(i, i * 2).filter(x, x % 4 == 0).map(y, cel.bind(z, y, z + item))")
    found: dict[int, Any] = {}
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(50):
                found[number] = expression.evaluate({"item": number, "spec": None})
        except BaseException as error:  # noqa: BLE001 - whatever it is
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(2, 10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    assert found == {number: [x * 2 + number for x in range(number) if x % 2 == 0] for number in range(2, 10)}


def test_expressions_compiled_in_one_thread_are_evaluated_in_another() -> None:
    expression = compiled("toJson(merge({'a': item}, {})) + string('ab'.matches('^a'))")
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(expression.evaluate({"item": 1, "spec": None})))
    thread.start()
    thread.join()
    assert found == ['{"a":1}true']


# What may be spent


def doubled(levels: int, start: str, step: str, end: str) -> str:
    """A name for twice the one before it, again and again."""
    text = end.format(f"a{levels}")
    for level in reversed(range(levels)):
        text = f"cel.bind(a{level + 1}, {step.format(f'a{level}')}, {text})"
    return f"cel.bind(a0, {start}, {text})"


BOMBS = {
    "range(10000).map(a, range(10000)).size()": "it takes too much work",
    "range(10000).map(a, range(10)).map(b, b.map(c, c)).size()": "its loops turn more than 10,000 times",
    "range(100).map(a, range(100).map(b, range(100)))": "it takes too much work",
    "range(200).filter(a, range(200).exists(b, b == a))": "its loops turn more than 10,000 times",
    "range(10000).filter(a, range(10000).exists(b, b == a))": "it takes too much work",
    "range(9000).filter(a, a in range(9000))": "it takes too much work",
    "range(400).map(a, range(300))": "it gives more than 100,000 values",
    "range(9000).map(a, toYaml(range(9000)))": "it takes too much work",
    "range(9000).map(a, toJson(item))": "it takes too much work",
    "range(9000).map(a, hash(spec))": "it takes too much work",
    "range(9000).map(a, spec.matches('(a|aa)+$'))": "it takes too much work",
    "range(9000).map(a, spec.matches('(x{100}){9}'))": "it takes too much work",
    "range(9000).map(a, spec.lastIndexOf('b' + spec))": "it takes too much work",
    "range(9000).map(a, spec == spec.replace('a', 'b'))": "it takes too much work",
    "range(9000).map(a, item == item + [1])": "it takes too much work",
    "range(9000).map(a, '%s'.format([item]))": "it takes too much work",
    "range(9000).map(a, merge({'a': item}, {}))": "it takes too much work",
    "'x'" + ".replace('', 'xxxxxxxxxx')" * 25: "it makes a text of more than 1,000,000 characters",
    "'x'" + ".replace('x', 'xxxxxxxxxx')" * 25: "it makes a text of more than 1,000,000 characters",
    doubled(25, "'xxxxxxxxxx'", "{0} + {0}", "{0}"): "it makes a text of more than 1,000,000 characters",
    doubled(25, "'xxxxxxxxxx'", "[{0}, {0}].join({0})", "{0}"): "it makes a text of more than 1,000,000 characters",
    doubled(
        25, "'xxxxxxxxxx'", "'%s%s'.format([{0}, {0}])", "{0}"
    ): "it makes a text of more than 1,000,000 characters",
    doubled(25, "['x']", "{0} + {0}", "{0}.size()"): "it takes too much work",
    doubled(25, "['x']", "[{0}, {0}]", "toJson({0})"): "it takes too much work",
    doubled(25, "['x']", "[{0}, {0}]", "{0}"): "it gives more than 100,000 values",
    doubled(25, "['x']", "[{0}, {0}]", "{0} == [{0}[0], {0}[1]]"): "it takes too much work",
    doubled(25, "['x']", "[{0}, {0}]", "'%s'.format([{0}])"): "it takes too much work",
    doubled(25, "['x']", "{{'a': {0}, 'b': {0}}}", "toYaml({0})"): "it takes too much work",
    "optional.of(1)" + ".optMap(x, x)" * 25: "optMap() doubles what stands before it",
    "optional.of(1)" + ".optFlatMap(x, optional.of(x))" * 25: "optMap() doubles what stands before it",
    "(" * 25 + "optional.of(1)" + ".optMap(x, x))" * 25: "optMap() doubles what stands before it",
    "(" * 60 + "1" + ")" * 60: "the expression is nested too deeply",
    "[" * 40 + "1" + "]" * 40: "the expression is nested too deeply",
    "1" + " + 1" * 2_000: "the expression is nested too deeply",
    "spec.a" + " || spec.a" * 9_000: "the expression has more than 10,000 parts",
    "'" + "x" * 100_000 + "'": "an expression has at most 100,000 characters",
    "matches('a', '" + "(a|b)" * 5_000 + "')": "a regular expression has more than 10,000 characters",
    "'\ud800'": "a character that cannot be encoded",
}


@pytest.mark.parametrize(("text", "says"), BOMBS.items(), ids=[text[:60] for text in BOMBS])
def test_what_would_take_minutes_or_all_memory_is_refused(text: str, says: str) -> None:
    with fuse(), pytest.raises(ExpressionError) as caught:
        compiled(text).evaluate({"spec": "a" * 100_000, "item": list(range(5_000))})
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("range(10000).map(a, a).size()", 10_000),
        ("range(100).map(a, range(99)).size()", 100),
        ("range(90).all(a, range(90).exists(b, b == a))", True),
        ("'x'" + ".replace('', 'xxxx')" * 5, None),
        ("range(5000).map(a, string(a)).join(',').size()", 23889),
        ("[" + "1, " * 4_000 + "1].size()", 4_001),
        ("'" + "x" * 90_000 + "'.size()", 90_000),
        ("true" + " && true" * 1_000, True),
        ("1" + " + 1" * 20, 21),
        ("spec.?s.optMap(x, x + 'y').optMap(x, x + 'z').optMap(x, x + '!')", "xyz!"),
    ],
)
def test_what_is_only_large_is_evaluated(text: str, value: Any) -> None:
    found = evaluate(text)
    assert found == value or (value is None and len(found) > 1_000)


@pytest.mark.parametrize(
    "macro",
    ["[1].map(v{0}, {1})", "[1].exists(v{0}, {1})", "cel.bind(v{0}, 1, {1})", "[1].filter(v{0}, dyn({1}) != null)"],
)
def test_macros_in_macros_are_evaluated_or_said_to_be_too_deep(macro: str) -> None:
    for levels in (5, 15, 25, 40):
        text = "true"
        for level in range(levels):
            text = macro.format(level, text)
        if levels == 40:
            with pytest.raises(ExpressionError, match="the expression is nested too deeply"):
                evaluate(text)
        elif levels == 5:
            assert evaluate(text)
        else:
            with contextlib.suppress(ExpressionError):
                evaluate(text)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("text", ["[item]", "toJson(item)", "item == [item]", "item in [item]", "'%s'.format([item])"])
def test_data_that_is_nested_very_deeply_is_no_traceback(text: str) -> None:
    assert compiled(text).evaluate(Scope({"item": nested(50)}, deferred=False)) is not None
    with pytest.raises(ExpressionError, match="nested"):
        compiled(text).evaluate(Scope({"item": nested(3_000)}, deferred=False))


# Functions


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (2**63, "f() gave a number that is too large"),
        ([2**70], "f() gave a number that is too large"),
        ({1.5: 1}, "f() gave a map with a key that is no text"),
        ({"a": {1, 2}}, "f() gave set, which is not plain data"),
        (object(), "f() gave object, which is not plain data"),
        (nested(500), "nested more than 100 deep"),
        ("x" * 2_000_000, "a text of more than 1,000,000 characters"),
    ],
)
def test_what_a_function_gives_is_checked(result: Any, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("f(1)", FunctionSpec("f", ("int",), "any", lambda _: result))
    assert says in caught.value.message


def test_a_function_gets_copies() -> None:
    def changed(value: Any) -> Any:
        value["l"].append(2)
        return value

    assert evaluate("f(spec).l", FunctionSpec("f", ("map",), "map", changed)) == [1, 2]
    assert VARIABLES["spec"]["l"] == [1]


@pytest.mark.parametrize("kind", ["timestamp('2024-01-01T00:00:00Z')", "duration('1h')", "b'a'", "type(1)"])
def test_a_function_gets_plain_data_only(kind: str) -> None:
    with pytest.raises(ExpressionError, match="is not plain data; make it text with string"):
        evaluate(f"toYaml([{kind}])")


# Names, and what is not there


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("google.protobuf.Struct{}", "'google.protobuf.Struct' cannot be made here; write the value itself"),
        ("google.protobuf.Int32Value{value: 1}", "cannot be made here"),
        ("google.protobuf.NullValue.NULL_VALUE", "'google.protobuf.NullValue.NULL_VALUE' is not known here"),
        ("spec.existsOne(x, x)", "is not known here"),
    ],
)
def test_messages_and_their_names_are_refused(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(text)
    assert says in caught.value.message


def test_a_variable_without_a_value_is_said() -> None:
    with pytest.raises(ExpressionError, match="'item' has no value here"):
        compiled("item + 1").evaluate({"spec": {}})


def test_a_value_that_is_not_known_yet_counts_for_nothing_where_it_does_not_matter() -> None:
    unknown = Deferred(("spec", "size"))
    spec = {"size": unknown, "name": "x"}
    expression = compiled("cel.bind(size, spec.size, spec.name == 'x' ? 'small' : 'large')")
    assert expression.evaluate({"spec": spec, "item": None}) == "small"
    later = compiled("[spec].map(s, s)").evaluate({"spec": spec, "item": None})
    assert isinstance(later, Computed)
