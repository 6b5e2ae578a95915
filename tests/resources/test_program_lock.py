"""Programs with a lock beside them, on the SDK's mocks: where it is found, and what it does to their objects."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pytest
from mocked_run import Source, run
from pulumi.runtime import settings

from pulumi_everest import DatabaseCluster

LOCK = """\
version: 1
stacks:
  stack:
    orders:
      provider: toydb-operator
      operatorVersion: 1.0.0
      components: {engine: {version: 1.0.1, image: "toy/toyd:old"}}
"""
TODAY = ("1.1.0", "toy/toyd:1.0.2")
LOCKED = ("1.0.0", "toy/toyd:old")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a lock."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "everest.lock").write_text(LOCK)
    return tmp_path


def orders(resource: str = "orders", **arguments):
    return DatabaseCluster(resource, provider="toydb-operator", **arguments)


def made(result):
    spec = result.main.inputs["spec"]
    return (spec["operator"], spec["engine"]["image"])


@pytest.mark.parametrize("preview", [True, False])
def test_the_lock_counts_in_previews_and_updates(here, preview):
    result = run(orders, preview=preview)

    assert (made(result), result.log) == (LOCKED, [])


def test_the_outputs_say_what_is_locked(here):
    def program():
        cluster = orders()
        return {"versions": cluster.versions, "images": cluster.images}

    assert run(program).values == {"versions": {"engine": "1.0.1"}, "images": {"engine": "toy/toyd:old"}}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, LOCKED),
        ({"everest:noLock": "true"}, TODAY),
        ({"everest:noLock": "false"}, LOCKED),
        ({"everest:noLock": '["orders"]'}, TODAY),
        ({"everest:noLock": '["carts"]'}, LOCKED),
    ],
)
def test_the_stacks_config_says_whether_the_lock_counts(here, config, expected):
    result = run(orders, config=config)

    assert (made(result), result.log) == (expected, [])


@pytest.mark.parametrize("value", ["yes", "1", "{}", "[1]"])
def test_another_value_of_that_config_is_a_finding(here, value):
    result = run(orders, config={"everest:noLock": value})

    (entry,) = result.error.findings
    assert (entry.code, entry.path) == ("field.value", ("everest:noLock",))
    assert result.objects == []


def test_the_lock_is_beside_the_project_file_wherever_the_program_runs(here, tmp_path, monkeypatch):
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setattr(settings.SETTINGS, "root_directory", str(tmp_path), raising=False)

    assert made(run(orders)) == LOCKED


def test_what_a_program_says_counts_and_the_preview_warns(here):
    result = run(lambda: orders(instances={"engine": {"version": "1.0.2"}}))

    assert made(result) == ("1.0.0", "toy/toyd:1.0.2")
    (warning,) = result.log
    assert "instances.engine.version: the lock is out of date for cluster 'orders': engine 1.0.1 → 1.0.2" in warning


def test_a_cluster_that_the_lock_lacks_follows_defaults_and_the_preview_warns(here):
    result = run(lambda: orders("carts"))

    assert made(result) == TODAY
    assert ["lock.missing" in message for message in result.log] == [True]


def test_a_renamed_resource_has_the_entry_of_its_former_name(here):
    result = run(lambda: orders("orders-db", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="orders")])))

    assert (made(result), result.log) == (LOCKED, [])


def test_a_cluster_whose_name_and_namespace_are_not_known_yet_has_its_entry(here):
    def program():
        source = Source()
        orders(name=source.gives("orders"), namespace=source.gives("shop"))

    result = run(program)

    assert made(result) == LOCKED


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LOCK.replace("1.0.1", "0.1"), "lock.unknown-version"),
        (LOCK.replace("operatorVersion: 1.0.0", "operatorVersion: 0.1.0"), "lock.unknown-version"),
        (LOCK.replace("version: 1\n", "version: 3\n"), "lock.file"),
        (LOCK.replace("components", "component"), "field.missing"),
    ],
    ids=["text0-lock.unknown-version", "text1-lock.unknown-version", "text2-lock.file", "text3-field.missing"],
)
def test_what_is_wrong_with_the_lock_is_raised_with_its_place_before_anything_is_made(here, text, code):
    (here / "everest.lock").write_text(text)

    result = run(orders)

    assert result.objects == []
    entry = next(found for found in result.error.findings if found.code == code)
    assert entry.place.file == "everest.lock"
    assert entry.place.line is not None
    assert str(here) not in str(result.error)
