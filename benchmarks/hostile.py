"""Inputs that would take hours or all memory, and are refused: what each takes until then, against a cluster.

The baseline is reading and checking one sharded cluster with plain values, by turns with each input.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.clusters import document
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.templates.template import Template, TemplateError
from pulumi_everest.expressions.environment import Environment, ExpressionError
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

TURNS = 5
HEAD = """\
objects:
- name: thing
  main: true
  object:
    apiVersion: example.com/v1
    kind: Thing
    metadata: {name: orders, namespace: shop}
    spec:
"""
ALIASES = "a0: &a0 [x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)
TEXTS = {
    "a document whose aliases multiply": ALIASES,
    "a document of 100,000 brackets": "a: " + "[" * 100_000,
    "a document of 10,000 wrong documents": "a: b: c\n---\n" * 10_000,
}
EXPRESSIONS = {
    "an expression of loops in loops": "range(10000).filter(a, range(10000).exists(b, b == a))",
    "an expression that makes long texts": "'x'" + ".replace('x', 'xxxxxxxxxx')" * 25,
    "an expression with a slow pattern": "range(9000).map(a, spec.matches('(a|aa)+$'))",
    "an expression that writes much": "range(9000).map(a, toYaml(range(9000)))",
}
SPECS = {
    "a template of loops in loops": (
        'x: [{forEach: {i: "${range(10000)}"}, do: [{forEach: {j: "${range(10000)}"}, do: x}]}]'
    ),
    "a template that evaluates much": 'x: [{forEach: {i: "${range(10000)}"}, do: "${range(900).size()}"}]',
    "a template of many long texts": f"x: {['${range(9000).map(i, strings.quote(string(i))).join()}'] * 500}",
}


def _read(text: str) -> None:
    _, found = read_yaml(text, "hostile.yaml", lambda _version, _kind: ANY)
    assert found


def _evaluate(text: str) -> None:
    try:
        Environment(("spec",)).compile(text).evaluate({"spec": "a" * 100_000})
    except ExpressionError:
        return
    raise AssertionError(f"evaluated: {text[:60]}")


def _emit(text: str) -> None:
    documents, found = read_yaml(f"{HEAD}      {text}", "resources.yaml", lambda _version, _kind: ANY)
    parsed = Template.parse(documents[0], ())
    assert not [*found, *parsed.findings], parsed.findings
    try:
        parsed.emit(Resolved({"name": "orders", "namespace": "shop"}, {}, {}))
    except TemplateError:
        return
    raise AssertionError(f"made: {text[:60]}")


def _took(step: Callable[[], Any]) -> float:
    gc.collect()
    start = time.process_time()
    step()
    return time.process_time() - start


def main() -> dict[str, Any]:
    workspace, plain = Workspace(Plugins()), document(1)

    def checked() -> None:
        for _ in range(50):
            _, _, found = workspace.check(ClusterInput(plain["metadata"], plain["spec"]))
            assert not found

    steps: dict[str, tuple[Callable[[str], None], str]] = {
        **{name: (_read, text) for name, text in TEXTS.items()},
        **{name: (_evaluate, text) for name, text in EXPRESSIONS.items()},
        **{name: (_emit, text) for name, text in SPECS.items()},
    }
    checked()
    turns: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(TURNS):
        cluster = _took(checked) / 50
        for name, (step, text) in steps.items():
            taken = _took(lambda step=step, text=text: step(text))  # type: ignore[misc]
            turns[name].append((taken, taken / cluster))
    found = {}
    for name, taken in turns.items():
        found[f"{name}, s"] = statistics.median(seconds for seconds, _ in taken)
        found[f"{name}, clusters checked in that time (bound 5,000)"] = statistics.median(times for _, times in taken)
    return found


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3f}")
