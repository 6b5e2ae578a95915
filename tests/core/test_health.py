"""How a database is, by the expressions of a plugin over the live object, and what is wrong with these."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said

from pulumi_everest.core.health import Health, check_health, check_topologies, health
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.plugin_files.object_settings import ObjectSettings

SAID = Said(__file__)
said_in_full = SAID.fixture()

LIVE = {"status": {"state": "ready", "message": "all is well", "count": 3}}


def manifest(**expressions: Any) -> PluginManifest:
    data = {
        "name": "toy",
        "title": "Toy",
        "operator": {"name": "toy", "versions": ["1.0"], "default": "1.0"},
        "components": {},
    }
    return PluginManifest.model_validate({**data, **expressions})


def test_of_an_object_without_a_state_nothing_is_said() -> None:
    found = health(manifest(), {})
    assert (found.state, found.message, found.ready, found.failed) == ("", "", None, None)


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        ({}, Health()),
        ({"state": "self.status.state"}, Health(state="ready")),
        ({"message": "self.status.message"}, Health(message="all is well")),
        ({"ready": "self.status.state == 'ready'"}, Health(ready=True)),
        ({"failed": "self.status.state == 'error'"}, Health(failed=False)),
        ({"state": "self.status.phase", "ready": "self.status.state == 'ready'"}, Health(ready=True)),
        ({"state": "self.status.count", "ready": "self.status.state"}, Health()),
    ],
)
def test_what_an_expression_cannot_tell_is_left_out(expressions: dict[str, str], expected: Health) -> None:
    assert health(manifest(**expressions), LIVE) == expected


ENDLESS = "range(10000).map(a, range(10000)).size() > 0"


@pytest.mark.parametrize("name", ["ready", "failed", "state", "message"])
def test_an_expression_that_takes_more_than_it_may_is_said(name: str) -> None:
    text = ENDLESS if name in ("ready", "failed") else f"{ENDLESS} ? 'a' : 'b'"
    said = {"message": "self.status.message"} if name != "message" else {}
    found = health(manifest(**{**said, name: text}), LIVE)

    assert (found.ready, found.failed, found.state) == (None, None, "")
    assert found.message.startswith("all is well; " if said else "the plugin's ")
    assert f"the plugin's '{name}' cannot be evaluated: " in SAID(found.message)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("state", "self.status.state", None),
        ("ready", "self.status.state == 'ready'", None),
        ("ready", "self.", "self.: "),
        ("ready", "self.?status.?ready", "'ready' gives a value that may be absent; end it with .orValue(false)"),
        ("state", "self.?status.?state", "'state' gives a value that may be absent; end it with .orValue('')"),
        ("failed", "'text'", "'failed' is true or false, and this is string"),
        ("message", "1 + 1", "'message' is text, and this is int"),
    ],
)
def test_an_expression_gives_what_it_is_for(name: str, text: str, message: str | None) -> None:
    found = SAID(
        list(check_health(manifest(**{name: text, "state" if name != "state" else "message": "self.status.state"})))
    )

    assert [(entry.code, entry.path) for entry in found] == ([("plugin.expression", (name,))] if message else [])
    assert message is None or found[0].message.startswith(message)


def test_every_expression_is_checked() -> None:
    wrong: dict[str, Any] = dict.fromkeys(("ready", "failed", "state", "message"), "nothing")

    assert [entry.path for entry in SAID(list(check_health(manifest(**wrong))))] == [(name,) for name in wrong]


BY_TOPOLOGY: dict[str, Any] = {
    "ready": {"one": "true", "too": "true"},
    "failed": {"two": "true"},
    "waitFor": {"one": "condition=Ready", "two": "condition=Ready"},
}


def test_what_is_said_by_topology_is_said_of_each_and_of_no_other() -> None:
    found = SAID(list(check_topologies(manifest(**BY_TOPOLOGY), ("one", "two"), ("at",))))

    assert [entry.path for entry in found] == [("at", "ready", "too"), ("at", "ready"), ("at", "failed")]
    assert list(check_topologies(manifest(ready="true"), ("one", "two"))) == []


def test_an_object_that_not_every_topology_has_need_not_be_told_of_in_all() -> None:
    [found] = SAID(list(check_topologies(ObjectSettings.model_validate(BY_TOPOLOGY), ("one", "two"))))

    assert found.path == ("ready", "too")


def test_a_cluster_is_judged_by_what_is_said_of_its_topology() -> None:
    says = manifest(state="self.status.state", ready={"one": "self.status.count == 3", "two": "false"})

    assert [health(says, LIVE, topology).ready for topology in ("one", "two", "three", None)] == [
        True,
        False,
        None,
        None,
    ]
