"""A lock in the folder of a program in another language: the provider process runs there."""

from __future__ import annotations

import pytest
from fake_engine import CLUSTER, Refused, plugin

LOCK = """\
version: 1
stacks:
  dev:
    orders:
      provider: toydb-operator
      operatorVersion: 1.0.0
      components: {engine: {version: 1.0.1, image: "toy/toyd:old"}}
    carts:
      provider: toydb-operator
      components: {engine: {version: 0.0.1}}
"""


@pytest.fixture(scope="module")
def locked(root, tmp_path_factory):
    """A provider process in a folder that has a lock."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "everest.lock").write_text(LOCK)
    with plugin(root, folder) as process:
        yield process


def test_the_lock_of_the_folder_that_the_process_runs_in_counts(locked, preview, toydb):
    made = locked.construct(preview, CLUSTER, "orders", {"provider": "toydb-operator"}, config=toydb)

    assert made.state["images"] == {"engine": "toy/toyd:old"}
    (entry,) = preview.objects
    assert (entry.inputs["spec"]["operator"], entry.inputs["spec"]["engine"]["image"]) == ("1.0.0", "toy/toyd:old")


def test_the_config_of_the_stack_makes_it_not_count(locked, preview, toydb):
    config = {**toydb, "everest:noLock": "true"}

    made = locked.construct(preview, CLUSTER, "orders", {"provider": "toydb-operator"}, config=config)

    assert made.state["images"] == {"engine": "toy/toyd:1.0.2"}


def test_a_locked_version_that_is_not_there_is_refused_with_its_place(locked, preview, toydb):
    with pytest.raises(Refused) as refused:
        locked.construct(preview, CLUSTER, "carts", {"provider": "toydb-operator"}, config=toydb)

    assert "everest.lock:10:" in str(refused.value)
    assert "lock.unknown-version" in str(refused.value)
    assert preview.objects == []
