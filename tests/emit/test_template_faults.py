"""What is found in a template when it is loaded, although each of its expressions compiles."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from bare_plugin import HEAD

from pulumi_everest.emit.templates.template import Template, variable_shapes
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml


def template(spec: str) -> Template:
    text = HEAD + textwrap.indent(spec, " " * 8)
    documents, found = read_yaml(text, "resources.yaml", lambda _version, _kind: ANY)
    assert found == []
    return Template.parse(documents[0], shapes=variable_shapes(["engine", "proxy"]))


def lines(found: Any) -> list[str]:
    return [one_line(entry).removeprefix("resources.yaml:").partition("object.")[2] for entry in found]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("a: ${spec.instances.engin.replicas}", "there is no 'spec.instances.engin'; did you mean 'engine'?"),
        ("?a: ${spec.instances.?prox.?image}", "there is no 'spec.instances.prox'; did you mean 'proxy'?"),
        ("a: ${has(types.engin)}", "there is no 'types.engin'; did you mean 'engine'?"),
        ("a: {when: '${metadata.name}', b: 1}", "'when' takes true or false, and ${metadata.name} gives text"),
        ("a: {when: '${spec.?backup}', b: 1}", "'when' takes true or false, and ${spec.?backup} gives a mapping"),
        ("a: {when: \"${'x' + metadata.name}\", b: 1}", "gives text"),
        ("a: {when: '${size(metadata.name)}', b: 1}", "gives a number"),
    ],
)
def test_a_misspelt_component_and_a_condition_that_is_none_are_errors(spec: str, said: str) -> None:
    found = lines(template(spec).findings)

    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    "spec",
    [
        "a: {when: '${spec.?paused}', b: 1}",
        "a: {when: '${spec.?config.?on}', b: 1}",
        "a: {when: '${spec.instances.engine.replicas > 1}', b: 1}",
        "a: {when: false, b: 1}",
        "a: '${spec.instances.all(name, spec.instances[name].replicas > 0)}'",
    ],
)
def test_a_condition_that_may_be_one_is_none(spec: str) -> None:
    assert lines(template(spec).findings) == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("a: ${spec.?paused}", ["spec.a: ${spec.?paused} may be absent, and then the object cannot be made; write ?a"]),
        ("a: {b: [{c: '${spec.?paused}'}]}", ["spec.a.b[0].c: ${spec.?paused} may be absent"]),
        ("?a: ${spec.?paused}", []),
        ("a: x${spec.?paused}", []),
        ("a: ${spec.?paused.orValue(false)}", []),
        ("a: {when: '${has(spec.paused)}', b: '${spec.?paused}'}", []),
        ("a: {when: '${has(spec.tls)}', b: '${spec.?paused}'}", ["spec.a.b: ${spec.?paused} may be absent"]),
        ("a: {when: '${has(spec.tls)}', b: '${spec.tls.?mode}'}", ["spec.a.b: ${spec.tls.?mode} may be absent"]),
        ("a: {let: {x: '${spec.?paused}'}, ?b: '${x}'}", []),
        ("a: {merge: '${spec.?overrides}', b: 1}", []),
        (
            "a: [{foreach: {x: '${range(2)}'}, b: 1}]",
            ["spec.a[0].foreach: 'foreach' is taken for a field here; the word of"],
        ),
        (
            "a: {When: true, b: 1}",
            ["spec.a.When: 'When' is taken for a field here; the word of templates is written when"],
        ),
        ("a: {'?when': true, b: 1}", ["spec.a.?when: '?when' is taken for a field here"]),
        ("a: {for_each: {x: [1]}, mixins: pod}", ["spec.a.for_each: 'for_each' is", "spec.a.mixins: 'mixins' is"]),
        ("a: {\\foreach: [1], \\when: 1}", []),
    ],
)
def test_a_key_that_may_be_absent_and_a_word_in_another_spelling_are_warnings(spec: str, said: list[str]) -> None:
    made = template(spec)
    found = lines(made.warnings())

    assert made.findings == []
    assert [line.startswith(expected) for line, expected in zip(found, said, strict=True)] == [True] * len(said), found
