"""Changes of databases by the real engine: said at the resource, refused all at once, and never kept when refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_engine import Engine, Stack


@pytest.fixture
def stack(engine: Engine, tmp_path: Path) -> Stack:
    """A stack whose objects are rendered to files, so no cluster is needed."""
    made = Stack(engine, tmp_path / "infra")
    made.write("")
    made.run("config", "set", "kubernetes:renderYamlToDirectory", "rendered")
    return made


def write(stack: Stack, *names: str, before: str = "", **arguments: Any) -> None:
    """A program with databases of these names, all with the same arguments."""
    given = {"provider": "psmdb-operator", "namespace": "shop", "deletion_policy": "delete", **arguments}
    made = "\n".join(f"everest.DatabaseCluster({name!r}, {given!r})" for name in names)
    stack.write(f"import pulumi\nimport pulumi_everest as everest\n{before}\n{made}\n")


def engine_of(**values: Any) -> dict[str, Any]:
    return {"engine": values}


def kept(stack: Stack, name: str) -> dict[str, Any]:
    """The cluster as the state has it."""
    found = [
        e for e in stack.resources().values() if e["type"].endswith(":DatabaseCluster") and e["urn"].endswith(name)
    ]
    return json.loads(found[0]["inputs"]["cluster"])["spec"]  # type: ignore[no-any-return]


def test_a_change_is_said_with_its_impact_and_made(stack: Stack) -> None:
    write(stack, "orders")
    assert stack.up().code == 0, stack.printed()

    write(stack, "orders", instances=engine_of(replicas=5, resources={"limits": {"memory": "4Gi"}}))
    done = stack.preview()

    said = "orders: engine.resources.limits.memory unset → 4Gi, rolling restart; engine.replicas 3 → 5, online"
    assert done.code == 0, done.text
    assert any(said in text for text in done.messages("warning"))
    assert stack.up().code == 0, stack.printed()
    assert kept(stack, "orders")["instances"]["engine"]["replicas"] == 5
    assert stack.up().only_same, stack.printed()


def test_all_that_is_refused_is_said_at_once_and_the_state_stays(stack: Stack) -> None:
    write(stack, "orders", "carts", "users", instances=engine_of(storage={"size": "20Gi"}))
    assert stack.up().code == 0, stack.printed()

    write(stack, "orders", "carts", "users", instances=engine_of(storage={"size": "10Gi", "storageClass": "fast"}))
    done = stack.preview()

    assert done.code != 0
    assert "6 changes are refused, and nothing was changed" in done.text
    assert "Traceback" not in done.text
    for name in ("orders", "carts", "users"):
        assert f"{name}: 2 changes are refused" in done.text
    assert "how to go on: a smaller volume takes a new cluster, filled with a backup" in done.text

    for _ in range(2):  # the refused change is not in the state, so the next run refuses it too
        assert stack.up().code != 0
        assert kept(stack, "orders")["instances"]["engine"]["storage"] == {"size": "20Gi"}


SMALLER = {"volumeSpec": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "5Gi"}}}}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (engine_of(version="8.0.17-6", image="mine/mongod:7.0.18-11"), "mine/mongod:7.0.18-11, by guard downgrade"),
        (engine_of(image="mine/mongod:tested"), "mine/mongod:tested, by guard image-version"),
        (engine_of(version="8.0.17-6", overrides=SMALLER), "by guard storage-shrink"),
    ],
    ids=["an older image", "an image without a version", "a volume in overrides"],
)
def test_what_reaches_the_database_is_judged_by_whatever_road(stack: Stack, change: dict[str, Any], said: str) -> None:
    write(stack, "orders", instances=engine_of(version="8.0.17-6"))
    assert stack.up().code == 0, stack.printed()

    write(stack, "orders", instances=change)
    for done in (stack.preview(), stack.up()):
        assert done.code != 0
        assert said in done.text, done.text
    engine = kept(stack, "orders")["instances"]["engine"]
    assert engine["image"] == "percona/percona-server-mongodb:8.0.17-6"
    assert "overrides" not in engine


def test_allow_lets_one_change_through_and_asks_to_be_taken_away(stack: Stack) -> None:
    write(stack, "orders", instances=engine_of(storage={"size": "20Gi"}))
    assert stack.up().code == 0, stack.printed()

    write(stack, "orders", instances=engine_of(storage={"size": "10Gi"}), allow=["storage-shrink"])
    done = stack.up()
    assert done.code == 0, done.text
    assert any(
        "allow: storage-shrink lifted for engine.storage.size 20Gi → 10Gi" in t for t in done.messages("warning")
    )

    done = stack.preview()
    assert done.only_same, done.text
    assert any("allow: no change meets storage-shrink" in text for text in done.messages("warning"))


def test_a_value_that_is_known_only_in_the_update_is_refused_there(stack: Stack) -> None:
    write(stack, "orders", instances=engine_of(storage={"size": "20Gi"}))
    assert stack.up().code == 0, stack.printed()

    late = (
        "import pulumi_kubernetes as k8s\n"
        "made = k8s.core.v1.ConfigMap('sizes', metadata={'name': 'sizes', 'namespace': 'shop'}, data={'size': '10Gi'})\n"
        "size = made.id.apply(lambda _: '10Gi')\n"
        "everest.DatabaseCluster('orders', provider='psmdb-operator', namespace='shop', deletion_policy='delete',\n"
        "    instances={'engine': {'storage': {'size': size}}})\n"
    )
    write(stack, before=late)
    assert stack.preview().code == 0, stack.printed()

    done = stack.up()
    assert done.code != 0
    assert "engine.storage.size 20Gi → 10Gi, by guard storage-shrink" in done.text
    assert kept(stack, "orders")["instances"]["engine"]["storage"] == {"size": "20Gi"}


@pytest.fixture
def releases(root: Path, tmp_path: Path) -> dict[str, Path]:
    """Two releases of a plugin, between which the default version moves."""
    folders = {}
    for release, version in (("old", "1.0.1"), ("new", "1.0.2")):
        folder = folders[release] = tmp_path / release
        shutil.copytree(root / "tests/resources/toydb", folder)
        definition = yaml.safe_load((folder / "definition.yaml").read_text())
        for entry in definition["spec"]["componentTypes"]["toyd"]["versions"]:
            entry["default"] = entry["version"] == version
        (folder / "definition.yaml").write_text(yaml.safe_dump(definition))
    return folders


def test_a_default_that_moves_in_a_newer_release_upgrades_nothing(stack: Stack, releases: dict[str, Path]) -> None:
    def use(release: str, **arguments: Any) -> None:
        stack.run("config", "set", "everest:plugins", json.dumps([str(releases[release])]))
        write(stack, "orders", provider="toydb-operator", **arguments)

    use("old")
    assert stack.up().code == 0, stack.printed()

    use("new")
    done = stack.preview()
    assert done.code != 0
    assert "engine.version 1.0.1 → 1.0.2, by guard default-moved" in done.text
    assert "everest lock" in done.text
    use("new", instances=engine_of(version="1.0.1"))
    assert not any(kind == "update" for kind, name in stack.preview().steps("ToyDB"))
    use("new", instances=engine_of(version="1.0.2"))
    done = stack.up()
    assert done.code == 0, done.text
    assert ("update", "orders") in done.steps("ToyDB")
