"""Objects that are not as a plugin would make them: what is written all the same, and what is not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from adopted import Manifest, from_program, from_yaml

from pulumi_everest.adoption.adopt import Adopted
from pulumi_everest.adoption.write import program
from pulumi_everest.core.exact import leaves
from pulumi_everest.model.findings import EverestError
from pulumi_everest.plugins.find import builtin

Adopt = Callable[[Manifest], Adopted]


def example(technology: str, name: str) -> Manifest:
    [plugin] = [plugin for plugin in builtin() if plugin.name == technology]
    text = (plugin.folder / "examples" / f"{name}.expected.yaml").read_text()
    others = ("Secret", "PerconaPGBackup", "PerconaPGRestore")
    [found] = [entry for entry in yaml.safe_load_all(text) if entry["kind"] not in others]
    return found


@pytest.fixture
def live() -> Manifest:
    """A small replica set."""
    return deepcopy(example("psmdb", "minimal"))


def test_what_a_server_wrote_is_left_out(live: Manifest, adopt: Adopt) -> None:
    served = deepcopy(live)
    served["metadata"] |= {
        "uid": "1", "resourceVersion": "2", "generation": 3, "creationTimestamp": "x", "managedFields": [{}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
    }  # fmt: skip
    served["status"] = {"state": "ready"}
    served["spec"]["tls"] = None

    assert from_yaml(adopt(served)) == live


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"a": "b"}, "annotations": {"c": "d"}},
        {"finalizers": ["percona.com/delete-psmdb-pods-in-order", "percona.com/delete-psmdb-pvc"]},
        {"finalizers": ["percona.com/delete-pitr-chunks"]},
        {"finalizers": []},
    ],
)
def test_metadata_is_kept(metadata: Manifest, live: Manifest, adopt: Adopt, tmp_path: Path) -> None:
    live["metadata"] |= metadata
    expected = deepcopy(live)
    if metadata.get("finalizers") == []:
        del expected["metadata"]["finalizers"]

    result = adopt(live)

    assert from_yaml(result) == expected
    assert from_program(result, tmp_path) == expected


def test_the_volume_policy_is_found(live: Manifest, adopt: Adopt) -> None:
    live["metadata"]["finalizers"] = ["percona.com/delete-psmdb-pods-in-order", "percona.com/delete-psmdb-pvc"]

    assert adopt(live).options == {"volumePolicy": "delete"}


def test_what_is_switched_off_is_not_said_to_be_on(live: Manifest, adopt: Adopt) -> None:
    live["spec"]["replsets"][0]["expose"] = {"enabled": False, "type": "ClusterIP"}
    live["spec"]["pmm"] = {"enabled": False, "image": "percona/pmm-client:3.6.0", "serverHost": "pmm"}

    result = adopt(live)

    assert from_yaml(result) == live
    assert set(result.spec["instances"]) == {"engine"}
    assert "expose" not in result.spec["instances"]["engine"]
    assert "monitoring" not in result.spec


def test_nothing_made_up_is_written(live: Manifest, adopt: Adopt) -> None:
    """Where a field needs another one beside it, of which the object has nothing."""
    live["spec"]["pmm"] = {"enabled": True, "image": "percona/pmm-client:3.6.0"}
    postgres = deepcopy(example("pg", "minimal"))
    postgres["spec"]["secrets"] = {"customTLSSecret": {"name": "certificate"}}

    for entry in (live, postgres):
        result = adopt(entry)

        assert from_yaml(result)["spec"] == entry["spec"]
        assert "probe" not in str(result.spec)
        assert "everest-adoption" not in str(result.spec)


def test_versions_and_sizes_are_said_even_where_they_are_defaults(live: Manifest, adopt: Adopt) -> None:
    engine = adopt(live).spec["instances"]["engine"]

    assert engine["version"] == live["spec"]["image"].rpartition(":")[2]
    assert engine["replicas"] == 3
    assert engine["storage"]["size"] == "10Gi"


def test_a_registry_of_ones_own_is_found_with_the_versions(adopt: Adopt) -> None:
    live = deepcopy(example("psmdb", "backups"))
    for node in (live["spec"], live["spec"]["backup"]):
        node["image"] = f"registry.example.com/mirror/{node['image']}"

    result = adopt(live)

    assert from_yaml(result) == live
    assert result.spec["images"] == {"registry": "registry.example.com/mirror"}
    assert all("image" not in instance for instance in result.spec["instances"].values())
    assert "overrides" not in result.spec


def test_an_image_of_no_catalog_stays_an_image(live: Manifest, adopt: Adopt) -> None:
    live["spec"]["image"] = "registry.example.com/own/mongod:8.0-patched"

    result = adopt(live)

    assert from_yaml(result) == live
    assert result.spec["instances"]["engine"]["image"] == live["spec"]["image"]
    assert "version" not in result.spec["instances"]["engine"]


@pytest.mark.parametrize(
    ("technology", "image", "version"),
    [
        ("psmdb", "registry/mirror/percona-server-mongodb:7.0.30-16", "7.0.30-16"),
        ("psmdb", "registry.example.com:5000/mongo:8.0.12-4-multi", "8.0.12-4"),
        ("psmdb", "registry.example.com/mongo@sha256:" + "0" * 64, None),
        ("pxc", "registry/mirror/pxc:8.0.44-35.1", "8.0.44-35.1"),
    ],
)
def test_a_mirrored_image_is_taken_with_its_version(
    technology: str, image: str, version: str | None, adopt: Adopt
) -> None:
    live = deepcopy(example(technology, "minimal"))
    (live["spec"] if technology == "psmdb" else live["spec"]["pxc"])["image"] = image

    result = adopt(live)

    assert from_yaml(result) == live
    engine = result.spec["instances"]["engine"]
    assert (engine["image"], engine.get("version")) == (image, version)


def test_a_list_that_fields_cannot_make_is_a_warning_and_hides_no_field(live: Manifest, adopt: Adopt) -> None:
    second = {**deepcopy(live["spec"]["replsets"][0]), "name": "rs1", "size": 5}
    live["spec"]["replsets"].append(second)

    result = adopt(live)

    assert from_yaml(result) == live
    assert [entry.code for entry in result.findings] == ["adopt.list"]
    # The number of replicas decides about unsafeFlags as well, so it does something all the same.
    assert set(result.spec["instances"]["engine"]) == {"version", "replicas"}


def test_a_refused_value_stays_in_overrides(live: Manifest, adopt: Adopt) -> None:
    live["spec"]["replsets"][0]["size"] = 4  # the topology takes odd numbers only

    result = adopt(live)

    assert from_yaml(result) == live
    engine = result.spec["instances"]["engine"]
    assert engine["overrides"] == {"size": 4}
    assert "replicas" not in engine  # 3, the default, would be a lie


@pytest.mark.parametrize(("size", "unsafe"), [(2, True), (4, False), (6, False)])
def test_an_even_number_is_a_field_where_an_arbiter_votes(
    size: int, unsafe: bool, live: Manifest, adopt: Adopt
) -> None:
    live["spec"]["replsets"][0] |= {"size": size, "arbiter": {"enabled": True, "size": 1}}
    if unsafe:
        live["spec"]["unsafeFlags"] = {"replsetSize": True}

    result = adopt(live)

    assert from_yaml(result) == live
    engine = result.spec["instances"]["engine"]
    assert engine["replicas"] == size
    assert result.spec["instances"]["arbiter"] == {"replicas": 1}
    assert "overrides" not in engine
    assert "overrides" not in result.spec


def s3(name: str, **more: Any) -> Manifest:
    return {"type": "s3", "s3": {"bucket": name, "region": "r"}, **more}


def mongodb_storages(storages: Manifest, tasks: Sequence[tuple[str, str]] = (), **member: Any) -> Manifest:
    live = deepcopy(example("psmdb", "minimal"))
    live["spec"]["backup"] = {
        "enabled": True, "image": "percona/percona-backup-mongodb:2.12.0", "storages": storages,
        "tasks": [{"name": n, "enabled": True, "schedule": "0 1 * * *", "storageName": s} for n, s in tasks],
    }  # fmt: skip
    if not tasks:
        del live["spec"]["backup"]["tasks"]
    live["spec"]["replsets"][0] |= member
    return live


NFS = {"name": "backup-volume", "nfs": {"server": "files", "path": "/p"}}
CLAIM = {"name": "dumps", "persistentVolumeClaim": {"claimName": "c"}}
ON_A_VOLUME = {"volume": {"type": "filesystem", "filesystem": {"path": "/mnt/backup/volume"}}}


@pytest.mark.parametrize(
    "live",
    [
        mongodb_storages({"a": s3("a"), "b": s3("b", main=True), "c": s3("c")}, [("y", "c"), ("x", "c")]),
        mongodb_storages({"a": s3("a"), "b": s3("b"), "c": s3("c")}, [("z", "c"), ("y", "a"), ("x", "c")]),
        mongodb_storages({"a": s3("a"), "b": s3("b", main=True)}, [("b", "a"), ("a", "a"), ("c", "b"), ("d", "b")]),
        mongodb_storages(ON_A_VOLUME, sidecarVolumes=[NFS]),
        mongodb_storages(ON_A_VOLUME, sidecarVolumes=[CLAIM]),
        mongodb_storages(ON_A_VOLUME),
        mongodb_storages(ON_A_VOLUME | {"a": s3("a", main=True)}, [("x", "a")]),
        mongodb_storages({"a": {"s3": {"bucket": "a"}}, "b": s3("b", main=True)}, [("x", "b")]),
    ],
)
def test_what_a_proposal_cannot_say_stops_nothing(live: Manifest, adopt: Adopt) -> None:
    """Storages and schedules in any order, on volumes that are none of the plugin's, without what they need."""
    assert from_yaml(adopt(live)) == live


def test_a_proposal_is_made_as_far_as_it_goes(adopt: Adopt) -> None:
    live = mongodb_storages(ON_A_VOLUME | {"a": s3("a", main=True)}, [("nightly", "a")], sidecarVolumes=[NFS])

    [storage] = adopt(live).spec["backup"]["storages"]

    assert (storage["name"], storage["schedules"]) == ("a", [{"name": "nightly", "cron": "0 1 * * *"}])


REPOSITORY = {"storage": "minio", "path": "/shop/orders"}


@pytest.mark.parametrize(
    ("changed", "source", "left"),
    [
        ({"options": ["--type=immediate"]}, REPOSITORY, None),
        ({"options": None}, REPOSITORY | {"pointInTime": "latest"}, None),
        (
            {"options": ["--type=time", '--target="2026-03-01 11:00:00+00"']},
            REPOSITORY | {"pointInTime": "2026-03-01T11:00:00Z"},
            None,
        ),
        (
            {"options": ["--set=20260301-030000F", "--type=immediate"]},
            {"storage": "minio", "path": "/shop/orders/backup/db/20260301-030000F"},
            None,
        ),
        # What no field says stays in overrides, beside what one says.
        ({"options": ["--delta"]}, REPOSITORY | {"pointInTime": "latest"}, {"options": ["--delta"]}),
        (
            {"options": ["--type=time", "--target=yesterday"]},
            REPOSITORY | {"pointInTime": "latest"},
            {"options": ["--type=time", "--target=yesterday"]},
        ),
    ],
)
def test_what_a_postgresql_cluster_was_filled_with_is_a_field(
    changed: Manifest, source: Manifest, left: Manifest | None, adopt: Adopt
) -> None:
    live = deepcopy(example("pg", "restored"))
    from_ = live["spec"]["dataSource"]["pgbackrest"]
    from_ |= changed
    if from_["options"] is None:
        del from_["options"]

    result = adopt(live)

    assert from_yaml(result) == live
    assert result.spec["dataSource"] == source
    assert (result.spec.get("overrides") or {}).get("dataSource") == (left and {"pgbackrest": left})


@pytest.mark.parametrize(
    "source",
    [
        {"postgresCluster": {"clusterName": "orders", "repoName": "repo1"}},
        {"pgbackrest": {"stanza": "db", "repo": {"name": "repo4", "s3": {"bucket": "elsewhere", "region": "r"}}}},
        {"pgbackrest": {"stanza": "db"}},
    ],
)
def test_what_no_storage_of_the_cluster_filled_stays_in_overrides(source: Manifest, adopt: Adopt) -> None:
    live = deepcopy(example("pg", "restored"))
    live["spec"]["dataSource"] = source

    result = adopt(live)

    assert from_yaml(result) == live
    assert "dataSource" not in result.spec
    assert result.spec["overrides"]["dataSource"] == source


def test_true_is_not_taken_for_one(live: Manifest, adopt: Adopt) -> None:
    live["spec"]["replsets"][0]["size"] = True

    result = adopt(live)

    assert from_yaml(result)["spec"]["replsets"][0]["size"] is True


@pytest.mark.parametrize(("technology", "name"), [("psmdb", "minimal"), ("pxc", "single-node"), ("pg", "single-node")])
def test_whatever_is_done_to_an_object_comes_back(technology: str, name: str, adopt: Adopt) -> None:
    chance = random.Random(technology)
    original = example(technology, name)
    for _ in range(4):
        live = deepcopy(original)
        for path in chance.sample(sorted(leaves(live["spec"]), key=str), 3):
            change(live["spec"], path, chance)

        assert from_yaml(adopt(live)) == live


def change(spec: Any, path: Any, chance: random.Random) -> None:
    """Remove a value, or set another, or add one beside it."""
    node = spec
    for part in path[:-1]:
        node = node[part]
    match chance.randrange(3):
        case 0 if isinstance(node, dict) and len(node) > 1:
            del node[path[-1]]
        case 1 if isinstance(node, dict):
            node["beside"] = {"list": [{"name": "x"}], "text": "on", "number": 1.5, "flag": False}
        case _:
            node[path[-1]] = "other"


def test_two_clusters_of_one_name_are_two_resources(live: Manifest, adopt: Adopt) -> None:
    other = deepcopy(live)
    other["metadata"]["namespace"] = "elsewhere"
    first = live["metadata"]["name"]

    text = program([adopt(live), adopt(other)])

    assert f'"elsewhere-{first}",\n' in text
    assert text.count(f'    name="{first}",\n') == 2
    compile(text, "__main__.py", "exec")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "Service", "apiVersion": "v1"}, "adopt.kind"),
        ({"metadata": {"name": "not.a.label", "namespace": "shop"}}, "adopt.unreachable"),
        ({"metadata": {"name": "x" * 60, "namespace": "shop"}}, "adopt.unreachable"),
    ],
)
def test_what_cannot_be_is_said(change: Manifest, code: str, live: Manifest, adopt: Adopt) -> None:
    with pytest.raises(EverestError) as raised:
        adopt({**live, **change})

    assert code in [entry.code for entry in raised.value.findings]
