"""The example plugin of two kinds that hold data: on an API server, ready when both are, and in a program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.authoring.check import check
from pulumi_everest.authoring.on_server import create
from pulumi_everest.core.health import health
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.fixtures import InstallCrds

STRATA = Path(__file__).parents[2] / "examples/plugin-strata"


@pytest.fixture(scope="module")
def plugin() -> Plugin:
    loaded, found = load_plugin(STRATA / "strata")
    assert loaded is not None, found
    return loaded


def test_the_api_server_takes_the_objects_of_the_examples(
    plugin: Plugin, api_server: ApiServer, install_crds: InstallCrds
) -> None:
    install_crds(STRATA / "crds.yaml")
    taken = create(api_server.live, check(plugin).examples)
    assert (taken.objects, taken.findings) == (9, [])


def test_the_database_and_its_catalog_hold_data_and_are_waited_for(plugin: Plugin) -> None:
    settings = {entry.name: entry for entry in plugin.template._entries}
    assert [name for name, entry in settings.items() if entry.main or entry.settings.keeps_data] == [
        "catalog",
        "strata",
    ]


@pytest.mark.parametrize(
    ("live", "ready"),
    [
        ({"status": {"phase": "Ready"}}, True),
        ({"status": {"phase": "Paused"}}, False),
        ({"spec": {"paused": True}, "status": {"phase": "Paused"}}, True),
        ({}, False),
    ],
)
def test_a_paused_database_is_ready_when_it_is_paused(plugin: Plugin, live: dict[str, Any], ready: bool) -> None:
    assert health(plugin.manifest, live, "single").ready is ready
