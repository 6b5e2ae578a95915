"""`everest plugin new` knows fields by their shapes, wherever an operator has them and whatever it calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from tests.scaffold.crds import (
    CLAIM,
    NUMBER,
    OPEN,
    PLAIN,
    QUANTITY,
    RESOURCES,
    TEXT,
    definition,
    green,
    listed,
    make,
    mapping,
    sample,
)

SIZE = "${instance.storage.size}"
CLAIMED = {"mixin": "volumeClaim", "accessModes": ["ReadWriteOnce"]}


@pytest.mark.parametrize(
    ("fields", "becomes"),
    [
        ({"volumes": listed(CLAIM)}, [CLAIMED]),
        ({"diskSize": QUANTITY}, SIZE),
        (
            {"pvc": mapping(requestStorage=QUANTITY, storageClassName=TEXT)},
            {"requestStorage": SIZE, "?storageClassName": "${instance.storage.?storageClass}"},
        ),
        ({"volumeClaimTemplate": OPEN}, {"spec": CLAIMED}),
        (
            {"statefulSet": mapping(spec=OPEN)},
            {"spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": CLAIMED}]}},
        ),
    ],
)
def test_a_volume_is_found_in_each_of_its_forms(tmp_path: Path, fields: dict[str, Any], becomes: Any) -> None:
    spec = {key: PLAIN[key] for key in ("image", "replicas", "resources")} | fields
    made = make(tmp_path, definition(spec))
    green(made)
    found = made.spec[next(iter(fields))]
    if isinstance(found, dict) and "statefulSet" in fields:
        found["spec"].pop("template", None)
        found["spec"].pop("?template", None)
    assert found == becomes


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"image": mapping(("name",), name=TEXT, pullPolicy=TEXT)}, {"name": "${instance.image}"}),
        (
            {"serverImage": mapping(repository=TEXT, tag=TEXT)},
            {
                "repository": "${instance.image.substring(0, instance.image.lastIndexOf(':'))}",
                "tag": "${instance.image.substring(instance.image.lastIndexOf(':') + 1)}",
            },
        ),
    ],
)
def test_an_image_may_be_a_mapping(tmp_path: Path, fields: dict[str, Any], wanted: dict[str, str]) -> None:
    spec = {key: PLAIN[key] for key in ("replicas", "resources", "storage")} | fields
    made = make(tmp_path, definition(spec))
    green(made)
    image = made.spec[next(iter(fields))]
    assert {key: image[key] for key in wanted} == wanted


def test_an_image_may_be_a_repository_beside_a_version(tmp_path: Path) -> None:
    spec = {key: PLAIN[key] for key in ("replicas", "resources", "storage")}
    made = make(tmp_path, definition({**spec, "repository": TEXT, "version": TEXT}))
    green(made)
    assert made.spec["repository"] == "${instance.image.substring(0, instance.image.lastIndexOf(':'))}"
    assert made.spec["version"] == "${instance.version}"


def test_what_has_an_image_of_its_own_is_not_the_database(tmp_path: Path) -> None:
    beside = mapping(image=TEXT, resources=RESOURCES)
    made = make(tmp_path, definition({**PLAIN, "tuner": beside, "metrics": mapping(image=TEXT)}))
    green(made)
    assert "tuner" not in made.spec
    assert "metrics" not in made.spec


def test_a_component_with_containers_of_its_own_is_no_pod(tmp_path: Path) -> None:
    members = mapping(containers=listed(OPEN), volumes=mapping(wal=CLAIM), **{**PLAIN, "image": OPEN})
    made = make(tmp_path, definition({"image": TEXT, "members": listed(members)}))
    green(made)
    assert made.spec["members"][0]["replicas"] == "${instance.replicas}"


def test_resources_and_volumes_may_stand_in_a_part_of_what_has_the_replicas(tmp_path: Path) -> None:
    inner = mapping(resources=RESOURCES, storage=PLAIN["storage"])
    made = make(tmp_path, definition({"image": TEXT, "rack": mapping(replicas=NUMBER, server=inner)}))
    green(made)
    assert list(made.file("definition.yaml")["spec"]["components"]) == ["engine"]
    assert made.spec["rack"]["server"]["storage"]["size"] == SIZE


def test_a_number_that_is_called_in_the_singular_is_no_number_of_pods(tmp_path: Path) -> None:
    listeners = listed(mapping(("broker",), broker=NUMBER, host=TEXT))
    spec = {key: PLAIN[key] for key in ("image", "resources", "storage")}
    made = make(tmp_path, definition({**spec, "listeners": listeners}))
    green(made)
    assert "listeners" not in made.spec


def test_a_part_of_any_name_gets_the_name_that_a_sample_has(tmp_path: Path) -> None:
    node = mapping(("role", "replicas"), role=TEXT, **{key: PLAIN[key] for key in ("replicas", "resources", "storage")})
    nodes = {"type": "object", "additionalProperties": node}
    one = {"image": "example.com/db:7.1", "nodes": {"main": {"role": "writer", "replicas": 2}}}
    cluster = {"apiVersion": "db.example.com/v1", "kind": "Database", "spec": one}
    made = make(tmp_path, definition({"image": TEXT, "nodes": nodes}), more=sample(tmp_path, cluster))
    green(made)
    assert made.spec["nodes"]["main"]["replicas"] == "${instance.replicas}"
    assert made.spec["nodes"]["main"]["role"] == "writer"


# What a definition needs


def test_a_mapping_that_needs_what_nobody_knows_is_not_begun(tmp_path: Path) -> None:
    directory = mapping(("url", "passwordSecret"), url=TEXT, passwordSecret=TEXT)
    made = make(tmp_path, definition({**PLAIN, "auth": mapping(directory=directory)}))
    green(made)
    assert "auth" not in made.spec


def test_a_secret_that_the_definition_needs_has_a_name_in_each_cluster(tmp_path: Path) -> None:
    made = make(tmp_path, definition({**PLAIN, "adminSecret": TEXT}, required=("adminSecret",)))
    green(made)
    assert made.spec["adminSecret"] == "${spec.?usersSecret.orValue(metadata.name + '-users')}"


def test_the_keys_of_the_secret_of_users_are_those_of_the_sample(tmp_path: Path) -> None:
    objects = (
        {"apiVersion": "db.example.com/v1", "kind": "Database", "spec": {"adminSecret": "my-users"}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "my-users"},
            "stringData": {"root": "x", "app": "y"},
        },
    )
    made = make(tmp_path, definition({**PLAIN, "adminSecret": TEXT}), more=sample(tmp_path, *objects))
    green(made)
    assert made.file("plugin.yaml")["secrets"] == {"users": ["root", "app"], "requiredUsers": ["root", "app"]}
    assert made.spec["adminSecret"] == {"when": "${has(spec.usersSecret) || has(secrets.users)}", "do": "${users}"}


@pytest.mark.parametrize("required", [(), ("password",)])
def test_the_key_that_the_object_names_is_that_of_the_secret_of_users(
    tmp_path: Path, required: tuple[str, ...]
) -> None:
    password = mapping(("name", "key"), name=TEXT, key=TEXT)
    made = make(tmp_path, definition({**PLAIN, "auth": mapping(required, password=password)}, required=("auth",)))
    green(made)
    assert made.file("plugin.yaml")["secrets"]["users"] == ["password"]


def test_storages_and_schedules_of_a_running_database_are_adopted(tmp_path: Path) -> None:
    bucket = mapping(("bucket",), bucket=TEXT, region=TEXT, secret=TEXT)
    task = mapping(("name", "schedule", "storageName"), name=TEXT, schedule=TEXT, storageName=TEXT)
    storages = {"type": "object", "additionalProperties": mapping(s3=bucket)}
    made = make(tmp_path, definition({**PLAIN, "backup": mapping(storages=storages, tasks=listed(task))}))
    green(made)
    running = made.folder / "examples/backups.expected.yaml"
    adopted = CliRunner().invoke(everest, ["adopt", str(running), "--plugin", str(made.folder)])
    assert adopted.exit_code == 0, adopted.output
    cluster = yaml.safe_load(adopted.stdout)
    assert cluster["spec"]["backup"] == made.file("examples/backups.yaml")["spec"]["backup"]
    assert "overrides" not in cluster["spec"]


def test_a_mapping_that_the_definition_needs_is_there_when_nothing_is_in_it(tmp_path: Path) -> None:
    parameters = {"type": "object", "additionalProperties": TEXT}
    made = make(tmp_path, definition({**PLAIN, "engine": mapping(parameters=parameters)}, required=("engine",)))
    green(made)
    assert "engine" in made.spec


def test_a_list_of_storages_that_needs_one_is_there_with_storages_alone(tmp_path: Path) -> None:
    bucket = mapping(bucket=TEXT, region=TEXT, secret=TEXT)
    places = listed(mapping(("name",), name=TEXT, s3=bucket), minItems=1)
    made = make(tmp_path, definition({**PLAIN, "backup": mapping(("places",), places=places)}))
    green(made)
    assert made.spec["backup"]["when"] == "${spec.?backup.?storages.orValue([]).size() > 0}"


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "string", "enum": ["9.6", "10", "11"]}, "11"),
        ({"type": "string", "pattern": r"^(\d+)\.(\d+)\.(\d+)$"}, "1.0.0"),
        ({"type": "string", "pattern": r"^\d+$"}, "1"),
    ],
)
def test_the_version_that_stands_in_for_one_is_of_the_definition(
    tmp_path: Path, schema: dict[str, Any], wanted: str
) -> None:
    made = make(tmp_path, definition({**PLAIN, "version": schema}, required=("version",)))
    green(made)
    assert made.file("definition.yaml")["spec"]["componentTypes"]["mydb"]["versions"][0]["version"] == wanted


def test_a_pattern_of_go_is_a_pattern(tmp_path: Path) -> None:
    name = {"type": "string", "pattern": r"^[^\pZ\pC]+$"}
    green(make(tmp_path, definition({**PLAIN, "owner": name})))


# What a new cluster begins with


def test_a_storage_that_a_new_cluster_begins_with_is_found(tmp_path: Path) -> None:
    bucket = mapping(("bucket",), bucket=TEXT, region=TEXT, secret=TEXT)
    places = {"type": "object", "additionalProperties": mapping(s3=bucket)}
    begins = mapping(mode=TEXT, place=mapping(s3=bucket))
    made = make(tmp_path, definition({**PLAIN, "storages": places, "dataSource": begins}))
    green(made)
    assert made.spec["dataSource"]["when"] == "${spec.?dataSource.?storage.hasValue()}"
    assert made.spec["dataSource"]["?place"]["s3"]["bucket"] == "${storage.bucket}"


def test_a_list_of_named_places_is_what_a_new_cluster_begins_with(tmp_path: Path) -> None:
    keys = mapping(accessKeyId=mapping(name=TEXT, key=TEXT), secretAccessKey=mapping(name=TEXT, key=TEXT))
    store = mapping(("url",), destinationPath=TEXT, s3Credentials=keys)
    store["required"] = ["destinationPath"]
    origins = listed(mapping(("name",), name=TEXT, store=store))
    spec = {
        **PLAIN,
        "backup": mapping(store=store),
        "origins": origins,
        "bootstrap": mapping(recovery=mapping(source=TEXT)),
    }
    made = make(tmp_path, definition(spec))
    green(made)
    assert made.spec["bootstrap"]["recovery"]["source"]["do"] == made.spec["?origins"][0]["name"]
    assert made.spec["?origins"][0]["store"]["destinationPath"].endswith("/${spec.?dataSource.?path.orValue('')}")


def test_credentials_are_mounted_where_storages_have_no_place_for_them(tmp_path: Path) -> None:
    mounts = listed(mapping(configMap=mapping(name=TEXT), secret=mapping(name=TEXT)))
    repos = listed(mapping(("name",), name=TEXT, s3=mapping(("bucket",), bucket=TEXT, region=TEXT)))
    made = make(tmp_path, definition({**PLAIN, "backups": mapping(repos=repos, files=mounts)}))
    green(made)
    secret = made.spec["?backups"]["?files"][0]["secret"]
    assert secret == {"name": {"mixin": "storageCredentials"}}


def test_tls_alone_is_a_mode_of_tls(tmp_path: Path) -> None:
    made = make(tmp_path, definition({**PLAIN, "tlsOnly": {"type": "boolean"}}))
    green(made)
    assert made.spec["tlsOnly"]["do"] == "${spec.tls.mode == 'required'}"


def test_a_restore_without_the_backup_that_it_needs_is_refused(tmp_path: Path) -> None:
    restore = definition({"database": TEXT, "backupName": TEXT}, kind="DatabaseRestore", required=("backupName",))
    bucket = mapping(("bucket",), bucket=TEXT, region=TEXT, secret=TEXT)
    places = {"type": "object", "additionalProperties": mapping(s3=bucket)}
    made = make(tmp_path, definition({**PLAIN, "storages": places}), restore)
    green(made)
    assert any(rule["cel"] == "has(spec.backup)" for rule in made.file("restore.yaml")["rules"])
