"""What the guard sees at an object that keeps data beside the main one, where its component says nothing of a change."""

from __future__ import annotations

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mocked_run import run

from pulumi_everest import DatabaseCluster
from pulumi_everest.adoption.program_cluster import ProgramCluster
from pulumi_everest.core.changes.compare import compare
from pulumi_everest.program.monitor import Log
from pulumi_everest.resources.hooks.guard import Guard, RefusedError
from pulumi_everest.resources.hooks.judge import ComponentUpdate

SHELFDB = Path(__file__).parents[1] / "plugins" / "shelfdb"
TOKEN = "kubernetes:library.example.com/v1:ShelfPool"
COMPONENT = "urn:pulumi:test::infra::everest:index:DatabaseCluster::orders"


def pool(kind: str) -> str:
    return f"urn:pulumi:test::infra::everest:index:DatabaseCluster${TOKEN}::orders-{kind}"


def made(**instances: Any) -> tuple[ProgramCluster, dict[str, Any]]:
    """A cluster of a program, and its objects by name."""
    found: list[Any] = []

    def program() -> None:
        given = {"provider": "shelf-operator", "namespace": "db", "topology": {"type": "split"}, "instances": instances}
        candidate = DatabaseCluster("orders", given)._candidate  # type: ignore[arg-type]
        objects = {entry.manifest["metadata"]["name"]: entry.manifest for entry in candidate.objects}
        found.append((candidate.program_cluster(), objects))

    result = run(program, config={"everest:plugins": json.dumps([str(SHELFDB)])})
    assert result.error is None, result.error
    return found[0]  # type: ignore[no-any-return]


def sized(size: str) -> dict[str, Any]:
    return {"storage": {"size": size}}


def ask(
    new: tuple[ProgramCluster, dict[str, Any]], was: dict[str, Any], kind: str, asked: ComponentUpdate | None = None
) -> list[str]:
    """What is said at the object, of which the engine asks. Raises where the change is refused."""
    cluster, objects = new
    log, name = Log(), f"orders-{kind}"
    guard = Guard(_engine=log, _dry_run=False)
    if asked is not None:
        guard.updates[COMPONENT] = asked
    guard.objects.others._clusters[TOKEN, name] = [("orders", lambda: cluster)]
    args: Any = SimpleNamespace(
        urn=pool(kind), name=name, type=TOKEN, id=f"db/{name}", old_outputs=None, old_inputs=was,
        new_inputs=objects[name],
    )  # fmt: skip
    asyncio.run(guard.objects.others.before_update(args))
    return [entry.text for entry in log.messages]


@pytest.mark.parametrize("kind", ["engine", "keeper"])
def test_a_volume_that_shrinks_is_refused_at_its_object(kind: str) -> None:
    _, before = made(**{kind: sized("9Gi")})
    with pytest.raises(RefusedError, match=f"{kind}.storage.size 9Gi → 5Gi, by guard storage-shrink"):
        ask(made(**{kind: sized("5Gi")}), before[f"orders-{kind}"], kind)


def test_a_downgrade_is_refused_at_its_object() -> None:
    _, before = made(engine={"version": "5.1.0"})
    with pytest.raises(RefusedError, match=r"engine\.image shelf/shelfd:5\.1\.0 → shelf/shelfd:5\.0\.0, by guard"):
        ask(made(engine={"version": "5.0.0"}), before["orders-engine"], "engine")


def test_what_is_allowed_is_said() -> None:
    _, before = made(engine={"replicas": 3})
    assert ask(made(engine={"replicas": 5}), before["orders-engine"], "engine") == [
        "orders: engine.replicas 3 → 5, online"
    ]


def test_what_the_component_has_said_is_not_said_again() -> None:
    old, new = made(engine={"replicas": 3}), made(engine={"replicas": 5})
    result = compare(old[0].snapshot, new[0].snapshot, new[0].setup.technology)
    update = ComponentUpdate(old[0].snapshot, result)
    assert ask(new, old[1]["orders-engine"], "engine", update) == []


def test_an_edit_that_no_field_explains_is_a_warning() -> None:
    new = made(engine={"replicas": 3})
    was = deepcopy(new[1]["orders-engine"])
    was["spec"]["role"] = "other"
    [said] = ask(new, was, "engine")
    assert said.startswith("orders-engine: what this does to the running database is not known")


def test_the_same_object_is_nothing_to_say() -> None:
    new = made()
    assert ask(new, deepcopy(new[1]["orders-engine"]), "engine") == []
