"""Where in its template each value of an object stands, whatever made it."""

from __future__ import annotations

import textwrap
from typing import Any

from bare_plugin import HEAD

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.explain.traced import TracedTemplate
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml

SPEC = """
text: plain
number: 3
flag: true
nothing: null
of: ${spec.instances.engine.replicas}
inside: "a-${metadata.name}"
list: [1, "${spec.config.list}"]
each: [{forEach: {i: "${spec.config.list}"}, name: "${i}"}]
chosen: {when: "${true}", do: {a: 1}}
merged: {merge: "${spec.config.patch}", own: 1}
later: ${spec.config.later}
"""


def places(spec: str, cluster: dict[str, Any]) -> dict[str, str]:
    text = HEAD + textwrap.indent(textwrap.dedent(spec), " " * 8)
    documents, found = read_yaml(text, "resources.yaml", lambda _version, _kind: ANY)
    assert found == []
    resolved = Resolved({"name": "orders"}, cluster, {"engine": "db"})
    [told] = TracedTemplate(documents[0], ()).places(resolved)
    assert all(origin[:3] == ("objects", 0, "object") for origin in told.values())
    return {path_text(path): path_text(origin[3:]) for path, origin in told.items()}


def test_each_value_says_where_it_stands() -> None:
    cluster = {
        "instances": {"engine": {"replicas": 3}},
        "config": {
            "list": ["x", "y"],
            "patch": {"more": {"deep": "z"}},
            "later": Deferred(("spec", "config", "later")),
        },
    }
    found = places(SPEC, cluster)

    assert found == {
        "apiVersion": "apiVersion",
        "kind": "kind",
        "metadata.name": "metadata.name",
        "spec.text": "spec.text",
        "spec.number": "spec.number",
        "spec.flag": "spec.flag",
        "spec.of": "spec.of",
        "spec.inside": "spec.inside",
        "spec.list[0]": "spec.list[0]",
        "spec.list[1][0]": "spec.list[1]",
        "spec.list[1][1]": "spec.list[1]",
        "spec.each[0].name": "spec.each[0].name",
        "spec.each[1].name": "spec.each[0].name",
        "spec.chosen.a": "spec.chosen.do.a",
        "spec.merged.own": "spec.merged.own",
        "spec.merged.more.deep": "spec.merged.merge",
        "spec.later": "spec.later",
    }
