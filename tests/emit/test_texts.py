"""Single texts of plugin.yaml that are templates: what they become, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.emit.templates.texts import check_texts, filled
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.model.deferred import Computed, Deferred
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.plugin_files.manifest import PluginManifest

MANIFEST: dict[str, Any] = {
    "name": "toy",
    "title": "Toy",
    "operator": {"name": "toy", "versions": ["1.0"], "default": "1.0"},
    "components": {},
}
CONNECTION = {
    "type": "db",
    "host": "${metadata.name}.local",
    "port": 5432,
    "secret": "${metadata.name}-users",
    "uri": "db://${host}:${port}",
}


def scope(*, deferred: bool = False, **variables: Any) -> Scope:
    return Scope(variables, deferred)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${port}", 5432),
        ("${host}:${port}/x", "db:5432/x"),
        ("a${host}", "adb"),
    ],
)
def test_a_text_has_its_expressions_filled_in(text: str, expected: Any) -> None:
    assert filled(text, scope(host="db", port=5432)) == expected


def test_a_text_of_what_is_not_known_waits_for_all_of_it() -> None:
    host, name = Deferred(("host",)), Deferred(("name",))
    found = filled("${host}/${username}/${host}", scope(deferred=True, host=host, username=name))

    assert isinstance(found, Computed)
    assert found.needs == (host, name)
    assert found.compute({host: "db", name: "root"}) == "db/root/db"
    assert filled("${host}", scope(deferred=True, host=host)) is host


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"connection": CONNECTION}, []),
        ({"connection": {**CONNECTION, "host": "${host}"}}, [("plugin.expression", "connection.host", "${host}: 'host' is")]),
        ({"connection": {**CONNECTION, "secret": "${nope}"}}, [("plugin.expression", "connection.secret", "${nope}: 'nope'")]),
        ({"connection": {**CONNECTION, "username": "${"}}, [("plugin.template", "connection.username", "'${' is never")]),
        ({"connection": {**CONNECTION, "uri": "${metadata.nam}"}},
         [("plugin.expression-field", "connection.uri", "${metadata.nam}: there is no 'metadata.nam'")]),
        ({"waitFor": "condition=Ready"}, []),
        ({"waitFor": "jsonpath={.status.state}=${spec.paused ? 'paused' : 'ready'}"}, []),
        ({"waitFor": "ready"}, [("field.value", "waitFor", "'ready'")]),
        ({"waitFor": "jsonpath={.status.state}=${spec.pausd}"},
         [("plugin.expression-field", "waitFor", "${spec.pausd}: there is no 'spec.pausd'")]),
        ({"waitFor": "condition=${"}, [("plugin.template", "waitFor", "'${' is never")]),
        ({"waitFor": "jsonpath={.a}=${host}"}, [("plugin.expression", "waitFor", "${host}: 'host' is")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_text_is_said_where_it_stands(change: dict[str, Any], expected: Any) -> None:
    found = list(check_texts(PluginManifest.model_validate({**MANIFEST, **change})))

    assert [(entry.code, path_text(entry.path)) for entry in found] == [(code, path) for code, path, _ in expected]
    assert all(entry.message.startswith(text) for entry, (_, _, text) in zip(found, expected, strict=True))


def test_a_uri_may_have_the_user_and_the_password_in_it() -> None:
    uri = "db://${username}:${password}@${host}:${port}"

    found = list(check_texts(PluginManifest.model_validate({**MANIFEST, "connection": {**CONNECTION, "uri": uri}})))

    assert found == []
