"""What a template says that it reads of objects is all that makes a difference, whatever words it is written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from changed_data import places, with_change

from pulumi_everest.emit.workload_template import WorkloadTemplate
from pulumi_everest.model.findings import EverestError
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml

OBJECTS: list[Any] = [
    {
        "kind": "Main",
        "metadata": {"name": "db", "labels": {"a": "x", "b": "y"}},
        "spec": {
            "size": 3,
            "on": True,
            "image": "i:1",
            "text": "data",
            "sets": [{"name": "a", "size": 1, "parts": [{"name": "p", "of": "a"}]}, {"name": "b", "size": 2}],
            "map": {"one": {"size": 1, "image": "x"}, "two": {"size": 2}},
            "none": None,
        },
    },
    {"kind": "Pool", "metadata": {"name": "p"}, "spec": {"of": {"name": "db"}, "count": 2, "image": "i:1"}},
    {"kind": "Other", "metadata": {"name": "o"}, "spec": {}},
]
TEMPLATES = {
    "a chain": "{name: a, replicas: '${self.spec.size}', containers: []}",
    "a chain that may end": "{name: a, '?replicas': '${self.spec.?size}', '?running': '${self.?no.?way}', containers: []}",
    "a condition": "{when: '${self.spec.on}', name: a, containers: []}",
    "presence": "{when: '${has(self.spec.none)}', name: a, containers: []}",
    "a ternary": "{name: \"${self.spec.on ? self.spec.text : self.metadata.name}\", containers: []}",
    "text with values in it": "{name: 'x-${self.metadata.name}-${self.spec.text}', containers: []}",
    "a loop over a list": "{forEach: {set: '${self.spec.sets}'}, name: '${set.name}', containers: []}",
    "a loop with positions": "{forEach: {'i, set': '${self.spec.sets}'}, name: 'n${i}', containers: []}",
    "a loop over a map": "{forEach: {'key, one': '${self.spec.map}'}, name: '${key}', replicas: '${one.size}', containers: []}",
    "a loop over two": "{forEach: {set: '${self.spec.sets}', n: [1, 2]}, name: '${set.name}${n}', containers: []}",
    "a loop in a loop": "{forEach: {set: '${self.spec.sets}'}, name: a, containers: [{forEach: {part: '${set.?parts}'}, name: '${part.of}'}]}",
    "a loop over what a name holds": "{let: {all: [{of: '${self.spec.sets[0]}'}, {of: '${self.spec.map.one}'}]}, name: a, containers: [{forEach: {x: '${all}'}, name: '${string(x.of.size)}'}]}",
    "names of names": "{let: {spec: '${self.spec}', sets: '${spec.sets}', first: '${sets[0]}'}, name: '${first.name}', containers: []}",
    "names that nothing uses": "{let: {one: {of: ['${self.spec.sets[0].name}']}, two: 'x${self.spec.text}'}, name: a, containers: []}",
    "a name of a whole part that nothing uses": "{let: {image: '${self.spec.image}'}, name: a, containers: []}",
    "an index that is computed": "{name: '${self.spec.sets[self.spec.size - 2].name}', containers: []}",
    "a key that is computed": "{name: \"${self.metadata.labels[self.spec.on ? 'a' : 'b']}\", containers: []}",
    "a key of the result": "{name: a, nodeSelector: {'${self.spec.text}': x}, containers: []}",
    "the size of a list": "{name: a, replicas: '${size(self.spec.sets)}', containers: []}",
    "the size of a map": "{name: a, replicas: '${size(self.spec.map)}', containers: []}",
    "a filter": "{name: a, replicas: \"${size(self.spec.sets.filter(s, s.size > 1))}\", containers: []}",
    "a map of a list": "{name: \"${self.spec.sets.map(s, s.name).join('-')}\", containers: []}",
    "exists over keys": "{when: \"${self.spec.map.exists(k, k == 'one')}\", name: a, containers: []}",
    "keys of a map": "{name: \"${self.spec.map.map(k, k + string(self.spec.map[k].size)).join('-')}\", containers: []}",
    "what is in a list": "{when: \"${'x' in [self.metadata.labels.a, self.metadata.labels.b]}\", name: a, containers: []}",
    "a key in a map": "{when: \"${'two' in self.spec.map}\", name: a, containers: []}",
    "equality of whole parts": "{when: '${self.spec.sets[0] == self.spec.sets[1]}', name: a, containers: []}",
    "equality with null": "{when: '${self.spec.none == null}', name: a, containers: []}",
    "the kind of a value": "{when: '${type(self.spec.size) == int}', name: a, containers: []}",
    "a whole part of the result": "{name: a, nodeSelector: '${self.metadata.labels}', containers: []}",
    "a merge": "{name: a, nodeSelector: {merge: '${self.metadata.labels}', x: '${self.spec.text}'}, containers: []}",
    "other objects": "{forEach: {o: '${objects}'}, when: \"${o.kind == 'Pool' && o.spec.of.name == self.metadata.name}\", name: '${o.metadata.name}', replicas: '${o.spec.count}', containers: []}",
    "other objects by a filter": "{name: a, replicas: \"${objects.filter(o, o.kind == 'Pool').map(o, o.spec.count)[0]}\", containers: []}",
    "an optional of several": "{name: a, replicas: '${self.spec.?nothing.or(self.spec.?size).orValue(1)}', containers: []}",
    "the first of a list": "{name: \"${self.spec.sets.first().?name.orValue('none')}\", containers: []}",
    "a bound value": "{name: \"${cel.bind(s, self.spec.sets[1], s.name + string(s.size))}\", containers: []}",
    "maps that an expression makes": "{name: \"${{'a': self.spec.sets[0], 'b': self.spec.map}.a.name}\", containers: []}",
}  # fmt: skip


OTHERS: dict[str, Callable[[Any], Any]] = {
    "another of its kind": lambda value: (
        value + 1 if value.__class__ is int else [*value, {"name": "new", "size": 9}] if isinstance(value, list)
        else {**value, "new": {"size": 9}} if isinstance(value, dict) else not value if value.__class__ is bool else "z"
    ),
    "another kind": lambda value: {"a": 1} if not isinstance(value, dict) else ["a"],
    "null": lambda _: None,
    "nothing": lambda _: ...,
}  # fmt: skip


def made_of(template: WorkloadTemplate, objects: list[Any]) -> Any:
    """What becomes of objects, or that nothing does."""
    try:
        return template.make(objects[0], objects[1:])
    except EverestError as error:
        return [entry.message for entry in error.findings]


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_said_to_be_unread_makes_no_difference(name: str) -> None:
    documents, _ = read_yaml(f"workloads:\n  - {TEMPLATES[name]}\n".encode(), "workloads.yaml", lambda *_: ANY)
    template = WorkloadTemplate.parse(documents[0])
    assert template.findings == []
    parts, made = template.decisive(OBJECTS[0], OBJECTS[1:]), made_of(template, OBJECTS)
    assert not isinstance(made, list), made
    equal = 0
    for path in places(OBJECTS):
        for way, make in OTHERS.items():
            if path == (0,) and way != "another of its kind":
                continue  # there is always a main object
            other = with_change(OBJECTS, path, make)
            if repr(template.decisive(other[0], other[1:])) == repr(parts):
                equal += 1
                assert made_of(template, other) == made, (path, way)
    assert equal > 20, "everything counts as read"
