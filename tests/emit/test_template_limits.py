"""Templates that would take all time or memory: texts, lists and loops that double, and where that is said."""

from __future__ import annotations

from typing import Any

import pytest
from patience import fuse
from template_cases import emitted_spec

from pulumi_everest.emit.templates.template import TemplateError


def named(first: str, step: str, end: str, count: int = 40) -> str:
    """Names for values, each made of the one before it by `step`, where ``@`` is that one."""
    lines = [f"  a0: {first}"]
    lines += [f"  a{number + 1}: {step.replace('@', f'a{number}')}" for number in range(count)]
    return "let:\n" + "\n".join(lines) + f"\nx: {end.replace('@', f'a{count}')}"


TEXT = "a text of more than 1,000,000 characters"
VALUES = "it gives more than 100,000 values"
WORK = "what is made for this cluster takes too much work, all together"
DEEP = "lists and maps are nested more than 100 deep"
LONG = "${range(9000).map(i, strings.quote(string(i))).join()}"
BOMBS = {
    "a text of texts": (named("xxxxxxxxxx", '"${@}${@}"', '"${@}"'), TEXT),
    "a text of sums": (named("xxxxxxxxxx", '"${@ + @}"', '"${@}"'), TEXT),
    "a mapping of mappings": (named("{k: v}", '{x: "${@}", y: "${@}"}', '"${@}"'), WORK),
    "a list of lists": (named("[1]", '["${@}", "${@}"]', '"${@}"'), WORK),
    "merged mappings": (named("{k: v}", '{x: {merge: "${@}"}, y: {merge: "${@}"}}', '"${@}"'), WORK),
    "a list of lists in an expression": (named("[1]", '"${[@, @]}"', '"${@}"'), VALUES),
    "a sum of lists": (named("[1]", '"${@ + @}"', '"${@}"'), VALUES),
    "lists in lists": (named("[1]", '["${@}"]', '"${@}"', 2_000), DEEP),
    "lists in lists in expressions": (named("[1]", '"${[@]}"', '"${@}"', 2_000), DEEP),
    "mappings in mappings": (named("{a: 1}", '{a: "${@}"}', '"${@}"', 2_000), DEEP),
    "loops in loops": (
        'x: [{forEach: {i: "${range(10000)}"}, do: [{forEach: {j: "${range(10000)}"}, do: x}]}]', WORK
    ),
    "loops over pairs": ('x: [{forEach: {i: "${range(10000)}", j: "${range(10000)}"}, do: x}]', WORK),
    "loops over a name": (
        'let: {l: "${range(3000)}"}\nx: [{forEach: {i: "${l}", j: "${l}", k: "${l}"}, do: x}]', WORK
    ),
    "a loop with much in it": (f'x: [{{forEach: {{i: "${{range(10000)}}"}}, do: {["x"] * 3_000}}}]', WORK),
    "a loop of evaluations": ('x: [{forEach: {i: "${range(10000)}"}, do: "${range(900).size()}"}]', "too much work"),
    "many long lists": (f"x: {['${range(10000)}'] * 500}", WORK),
    "many long texts": (f"x: {[LONG] * 500}", "too much work"),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "says"), BOMBS.values(), ids=BOMBS)
def test_what_would_take_all_time_or_memory_is_an_error_of_the_template(spec: str, says: str) -> None:
    with fuse(), pytest.raises(TemplateError) as caught:
        emitted_spec(spec)
    (found,) = caught.value.findings
    assert found.code == "emit.template"
    assert found.place is not None
    assert says in found.message


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ('x: [{forEach: {i: "${range(2000)}"}, name: "n-${i}", value: "${i}"}]', 2_000),
        ('x: [{forEach: {i: "${range(100)}", j: "${range(100)}"}, do: "${i}-${j}"}]', 10_000),
        ('x: "${range(10000)}"', 10_000),
    ],
)
def test_what_is_only_large_is_made(spec: str, size: int) -> None:
    assert len(emitted_spec(spec)["x"]) == size


def test_a_text_is_as_long_as_a_text_of_an_expression_may_be() -> None:
    part = '${"x"' + '.replace("x", "xxxxxxxxxx")' * 5 + "}"  # a hundred thousand characters
    head = f"let:\n  t: '{part}'\nx: "
    assert len(emitted_spec(head + "${t}" * 10)["x"]) == 1_000_000
    with pytest.raises(TemplateError) as caught:
        emitted_spec(head + "${t}" * 10 + "!")
    assert TEXT in caught.value.findings[0].message


def test_each_cluster_has_all_that_may_be_spent() -> None:
    spec = 'x: [{forEach: {i: "${range(9000)}"}, do: "${i + 0}"}]'
    made: list[Any] = [emitted_spec(spec)["x"] for _ in range(10)]
    assert made == [list(range(9_000))] * 10
