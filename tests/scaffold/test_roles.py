"""Which kind of an operator is the database, and what the others are to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from tests.scaffold.crds import NUMBER, PLAIN, RESOURCES, TEXT, definition, green, listed, make, mapping, run, sample

GROUP = "lake.example.com"
NAMED = mapping(("name",), name=TEXT)


def kind(name: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    return definition(spec, kind=name, **more)


def main_of(made: Any) -> str:
    assert made.result.exit_code == 0, made.result.output + made.result.stderr
    return str(next(one for one in made.file("resources.yaml")["objects"] if one.get("main"))["object"]["kind"])


def test_the_kind_that_the_others_name_is_the_database(tmp_path: Path) -> None:
    bare = {key: PLAIN[key] for key in ("replicas", "storage")}
    others = [kind(name, {"lakeResourceName": TEXT, "size": NUMBER}) for name in ("Pond", "River", "Stream")]
    made = make(tmp_path, kind("Viewer", PLAIN), kind("Lake", bare), *others)
    assert main_of(made) == "Lake"


def test_the_kind_that_objects_of_another_are_made_from_is_the_database(tmp_path: Path) -> None:
    inner = {**PLAIN, "zone": TEXT}
    cells = listed(mapping(**inner, name=TEXT))
    made = make(tmp_path, kind("Cell", {**inner, "index": NUMBER}), kind("Whole", {"cells": cells}))
    assert main_of(made) == "Whole"


def test_the_kind_that_the_group_and_its_siblings_are_called_after_is_the_database(tmp_path: Path) -> None:
    main = kind("Lake", {"engine": mapping(image=TEXT, version=TEXT)}, group=GROUP)
    others = [
        kind(name, {key: PLAIN[key] for key in ("image", "replicas", "resources")}, group=GROUP)
        for name in ("LakeShore", "LakeBoat", "LakeFish")
    ]
    assert main_of(make(tmp_path, main, *others)) == "Lake"


def test_the_kind_of_the_sample_is_the_database(tmp_path: Path) -> None:
    one = {"apiVersion": "db.example.com/v1", "kind": "Pond", "spec": {"replicas": 2}}
    made = make(tmp_path, kind("Lake", PLAIN), kind("Pond", PLAIN), more=sample(tmp_path, one))
    assert main_of(made) == "Pond"


# A tie


def test_a_tie_is_said_with_what_to_do(tmp_path: Path) -> None:
    made = make(tmp_path, kind("Lake", PLAIN), kind("Pond", PLAIN))
    green(made)
    assert "each of Lake, Pond may be the database; Lake was taken: name another with --main" in made.result.stderr


def test_a_tie_is_asked_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_everest.cli.plugin.new._is_answered", lambda: True)
    monkeypatch.setattr("pulumi_everest.cli.plugin.new._prompt", lambda _answers: None)
    crds = tmp_path / "crds"
    crds.mkdir()
    for name in ("Lake", "Pond"):
        (crds / f"{name}.json").write_text(json.dumps(kind(name, PLAIN)))
    arguments = ["plugin", "new", "mydb", "--from-crd", str(crds), "-o", str(tmp_path / "mydb")]
    result = CliRunner().invoke(everest, arguments, input="Pond\n")
    assert result.exit_code == 0, result.output
    assert "Which kind is the database (Lake, Pond)" in result.stderr
    assert "the database is the kind Pond" in result.output


def test_kinds_of_one_name_are_told_apart_by_their_group(tmp_path: Path) -> None:
    both = [kind("Lake", PLAIN, group=group) for group in ("old.example.com", "new.example.org")]
    made = make(tmp_path, *both)
    green(made)
    assert {"Lake.old.example.com", "Lake.new.example.org"} <= set(
        re.findall(r"Lake\.[a-z.]+[a-z]", made.result.stderr)
    )
    (tmp_path / "again").mkdir()
    other = make(tmp_path / "again", *both, more=("--main", "lake.new.example.org"))
    assert other.object("Lake")["apiVersion"] == "new.example.org/v1"


@pytest.mark.parametrize("wrong", ["Laek", "backup"])
def test_a_main_kind_that_is_not_there_is_wrong_use(tmp_path: Path, wrong: str) -> None:
    made = make(tmp_path, kind("Lake", PLAIN), more=("--main", wrong))
    assert made.result.exit_code == 2
    assert f"there is no kind '{wrong}'" in made.result.stderr
    assert "Lake" in made.result.stderr
    assert not made.folder.exists()


# Parts


def test_the_data_may_be_in_an_object_that_names_the_database(tmp_path: Path) -> None:
    group = kind("StoreGroup", {"cluster": NAMED, **PLAIN}, required=("cluster",))
    made = make(tmp_path, kind("Cluster", {"paused": {"type": "boolean"}}), group)
    green(made)
    assert made.object("StoreGroup")["spec"]["cluster"] == {"name": "${metadata.name}"}
    assert made.object("StoreGroup")["spec"]["replicas"] == "${instance.replicas}"
    assert list(made.file("definition.yaml")["spec"]["components"]) == ["engine"]


def test_the_data_may_be_in_an_object_that_a_label_binds(tmp_path: Path) -> None:
    roles = listed({"type": "string", "enum": ["reader", "writer"]})
    pool = {key: PLAIN[key] for key in ("replicas", "resources", "storage")}
    pools = kind("LakePool", {**pool, "roles": roles}, group=GROUP, required=("replicas", "roles"))
    main = kind("Lake", {"engine": mapping(image=TEXT, version=TEXT)}, group=GROUP)
    made = make(tmp_path, main, pools)
    green(made)
    assert made.object("LakePool")["metadata"]["labels"] == {"example.com/cluster": "${metadata.name}"}
    assert made.object("LakePool")["spec"]["roles"] == ["reader", "writer"]
    assert "which label binds it to Lake?" in made.result.output
    entry = next(one for one in made.file("resources.yaml")["objects"] if one["name"] == "lakePool")
    assert entry["keeps"] == "data"


def test_a_sample_says_which_label_binds_a_part(tmp_path: Path) -> None:
    pool = {key: PLAIN[key] for key in ("replicas", "resources", "storage")}
    api = f"{GROUP}/v1"
    objects = (
        {"apiVersion": api, "kind": "Lake", "metadata": {"name": "garda"}, "spec": {}},
        {"apiVersion": api, "kind": "LakePool", "metadata": {"labels": {"lake.io/of": "garda"}}, "spec": {}},
    )
    main = kind("Lake", {"engine": mapping(image=TEXT)}, group=GROUP)
    made = make(tmp_path, main, kind("LakePool", pool, group=GROUP), more=sample(tmp_path, *objects))
    green(made)
    assert made.object("LakePool")["metadata"]["labels"] == {"lake.io/of": "${metadata.name}"}


def test_a_part_that_is_found_by_the_name_of_its_service_is_a_component(tmp_path: Path) -> None:
    hosts = mapping(nodes=listed(mapping(host=TEXT, port=NUMBER)))
    spec = {key: PLAIN[key] for key in ("image", "replicas", "resources", "storage")}
    made = make(tmp_path, kind("LakeInstall", {**spec, "zookeeper": hosts}), kind("LakeKeeperInstall", spec))
    green(made)
    assert "lakeKeeperInstall" in made.file("definition.yaml")["spec"]["components"]
    assert "which Service has the operator for LakeKeeperInstall?" in made.result.output


def test_what_the_operator_makes_of_a_part_is_no_part(tmp_path: Path) -> None:
    inner = {"image": TEXT, "resources": RESOURCES, "storage": PLAIN["storage"], "zone": TEXT, "flags": TEXT}
    group = {"cluster": NAMED, "replicas": NUMBER, "template": mapping(spec=mapping(**inner))}
    made = make(
        tmp_path,
        kind("Cluster", {"paused": {"type": "boolean"}}),
        kind("Store", {"cluster": NAMED, **inner, "replicas": NUMBER}),
        kind("StoreGroup", group),
    )
    green(made)
    kinds = {one["object"]["kind"] for one in made.file("resources.yaml")["objects"]}
    assert kinds == {"Cluster", "StoreGroup"}


def test_parts_beyond_the_most_likely_ones_are_named_in_a_comment(tmp_path: Path) -> None:
    parts = [kind(f"Part{letter}", {"cluster": NAMED, **PLAIN}) for letter in "ABCDEFGHIJKLMN"]
    made = make(tmp_path, kind("Cluster", {"paused": {"type": "boolean"}}), *parts)
    assert made.result.exit_code == 0, made.result.stderr
    assert "Kinds of the operator that nothing here makes: Part" in (made.folder / "resources.yaml").read_text()
    assert run("check", made.folder).exit_code == 0
