"""`everest plugin new`: what it writes is green as it stands, and maps what the definitions show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scaffold.crds import NUMBER, PLAIN, RESOURCES, SWITCH, TEXT, Made, definition, green, make, run


def test_the_fields_of_a_plain_database_are_mapped(tmp_path: Path) -> None:
    made = make(tmp_path, definition(PLAIN, {"state": {"type": "string", "enum": ["starting", "ready", "failed"]}}))
    green(made)
    assert made.spec["image"] == "${instance.image}"
    assert made.spec["replicas"] == "${instance.replicas}"
    assert made.spec["?resources"] == "${instance.?resources}"
    assert made.spec["storage"]["size"] == "${instance.storage.size}"
    assert made.file("plugin.yaml")["ready"] == "self.?status.?state.orValue('') == 'ready'"
    assert made.file("plugin.yaml")["failed"] == "self.?status.?state.orValue('') == 'failed'"


def test_what_is_asked_is_marked_and_counted_and_listed(tmp_path: Path) -> None:
    made = make(tmp_path, definition(PLAIN))
    marks = made.result.output.partition(" places to ask:")
    asked = marks[2].strip().splitlines()
    assert int(marks[0].split()[-1]) == len(asked)
    assert any("--image mydb=IMAGE" in line for line in asked)
    told = run("check", made.folder)
    assert told.output.count("[plugin.ask]") == len(asked)


def test_flags_answer_what_would_be_asked(tmp_path: Path) -> None:
    more = (
        "--image",
        "mydb=example.com/mydb:8.0.1",
        "--title",
        "My database",
        "--port",
        "5432",
        "--connection-type",
        "my",
    )
    made = make(tmp_path, definition(PLAIN), more=more)
    green(made)
    assert made.file("plugin.yaml")["title"] == "My database"
    assert made.file("plugin.yaml")["connection"]["port"] == 5432
    versions = made.file("definition.yaml")["spec"]["componentTypes"]["mydb"]["versions"]
    assert versions == [{"version": "8.0.1", "image": "example.com/mydb:8.0.1", "default": True}]
    assert "image of mydb" not in made.result.output


def test_a_plugin_from_nothing_is_green(tmp_path: Path) -> None:
    result = run("new", "fresh", "-o", tmp_path / "fresh")
    assert result.exit_code == 0
    tested = run("test", tmp_path / "fresh")
    assert tested.exit_code == 0, tested.output


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mydb").mkdir()
    (tmp_path / "mydb/notes.txt").write_text("mine")
    result = run("new", "mydb", "-o", tmp_path / "mydb")
    assert result.exit_code == 2
    assert "not empty" in result.stderr
    assert [file.name for file in (tmp_path / "mydb").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["My", "a b", "-a", "a/b", ""])
def test_a_name_that_no_plugin_may_have_is_wrong_use(tmp_path: Path, name: str) -> None:
    assert run("new", "-o", tmp_path / "out", "--", name).exit_code == 2


# Definitions that are odd


def test_a_definition_of_v1beta1_counts(tmp_path: Path) -> None:
    old = definition(PLAIN)
    schema = old["spec"]["versions"][0]["schema"]
    spec = {key: value for key, value in old["spec"].items() if key != "versions"} | {
        "version": "v1",
        "validation": schema,
    }
    made = make(tmp_path, {**old, "apiVersion": "apiextensions.k8s.io/v1beta1", "spec": spec})
    green(made)
    assert made.spec["replicas"] == "${instance.replicas}"


@pytest.mark.parametrize(
    ("what", "spec"),
    [
        ("no schema", None),
        ("any field", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
        ("no field", {"type": "object", "properties": {}}),
    ],
)
def test_a_definition_that_says_nothing_gives_a_green_plugin(
    tmp_path: Path, what: str, spec: dict[str, Any] | None
) -> None:
    bare = definition({})
    schema = {"type": "object", "properties": {"spec": spec}} if spec else None
    bare["spec"]["versions"][0]["schema"] = {"openAPIV3Schema": schema} if schema else {}
    if schema is None:
        bare["apiVersion"] = "apiextensions.k8s.io/v1beta1"
    green(make(tmp_path, bare))


def test_fields_of_a_sample_stand_in_for_those_of_a_definition_that_says_nothing(tmp_path: Path) -> None:
    bare = definition({})
    bare["spec"]["versions"][0]["schema"] = {
        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    }
    sample = tmp_path / "sample.yaml"
    spec = {"image": "example.com/db:7.1", "replicas": 2, "mode": "quick"}
    sample.write_text(json.dumps({"apiVersion": "db.example.com/v1", "kind": "Database", "spec": spec}))
    made = make(tmp_path, bare, more=("--sample", str(sample)))
    assert made.spec["image"] == "${instance.image}"
    assert made.spec["mode"] == "quick"
    versions = made.file("definition.yaml")["spec"]["componentTypes"]["mydb"]["versions"]
    assert versions[0]["version"] == "7.1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "no CustomResourceDefinition"),
        ("kind: CustomResourceDefinition", "without a group"),
        ("kind: CustomResourceDefinition\nspec: {group: 5, names: [], versions: {a: 1}}", "without a group"),
        ("# CustomResourceDefinition\na: [", "not valid YAML"),
    ],
)
def test_what_is_no_definition_is_a_finding(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "crd.yaml"
    file.write_text(text)
    result = run("new", "mydb", "--from-crd", file, "-o", tmp_path / "mydb")
    assert result.exit_code == 1
    assert said in " ".join(result.stderr.split())
    assert not (tmp_path / "mydb").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not valid YAML"),
        ("a: &a {b: *a}", "deeper than"),
        (
            "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))]),
            "parts",
        ),
    ],
)
def test_a_sample_that_cannot_be_read_is_a_finding(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "sample.yaml"
    file.write_text(text)
    made = make(tmp_path, definition(PLAIN), more=("--sample", str(file)))
    assert made.result.exit_code == 1
    assert said in " ".join(made.result.stderr.split())


def test_a_sample_of_another_operator_is_said_to_be_one(tmp_path: Path) -> None:
    file = tmp_path / "sample.yaml"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "Service"}))
    made = make(tmp_path, definition(PLAIN), more=("--sample", str(file)))
    assert made.result.exit_code == 0
    assert "the sample has no object of the operator's kinds, only Service" in made.result.stderr


def test_a_definition_whose_aliases_go_in_a_circle_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "crd.yaml"
    text = json.dumps(definition({"child": "HERE"}))
    spec = '{"type": "object", "properties": {"child": "HERE"}}'
    file.write_text(text.replace(spec, '&loop {"type": "object", "properties": {"child": *loop }}'))
    result = run("new", "mydb", "--from-crd", file, "-o", tmp_path / "mydb")
    assert result.exit_code == 1
    assert "deeper than" in result.stderr


# What fields are for


def test_a_rule_of_the_definition_brings_the_component_that_it_asks_for(tmp_path: Path) -> None:
    proxy = {"type": "object", "properties": {"enabled": SWITCH, "image": TEXT, "replicas": NUMBER}}
    wanted = definition({**PLAIN, "proxy": proxy})
    spec = wanted["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    spec["x-kubernetes-validations"] = [{"rule": "self.proxy.enabled", "message": "needs a proxy"}]
    made = make(tmp_path, wanted)
    green(made)
    components = made.file("definition.yaml")["spec"]["topologies"]["standard"]["components"]
    assert "optional" not in components["proxy"]


def test_a_field_that_came_later_is_for_the_versions_that_have_it(tmp_path: Path) -> None:
    crds = tmp_path / "crds"
    for version, spec in (("1.0.0", {key: PLAIN[key] for key in ("image", "replicas", "storage")}), ("1.1.0", PLAIN)):
        (crds / version).mkdir(parents=True)
        (crds / version / "crd.json").write_text(json.dumps(definition(spec)))
    result = run("new", "mydb", "--from-crd", crds, "-o", tmp_path / "mydb")
    made = Made(tmp_path / "mydb", crds, result)
    assert result.exit_code == 0, result.stderr
    assert made.file("plugin.yaml")["operator"]["versions"] == ["1.0.0", "1.1.0"]
    assert made.spec["?resources"] == "${versionAtLeast(operator, '1.1.0') ? instance.?resources : optional.none()}"


def test_the_engine_is_what_other_components_stand_in(tmp_path: Path) -> None:
    members = {
        "size": NUMBER,
        "resources": RESOURCES,
        "storage": PLAIN["storage"],
        "arbiter": {"type": "object", "properties": {"enabled": SWITCH, "size": NUMBER, "resources": RESOURCES}},
    }
    search = {"type": "object", "properties": PLAIN}
    sets = {"type": "array", "items": {"type": "object", "required": ["size"], "properties": {**members, "name": TEXT}}}
    made = make(tmp_path, definition({"image": TEXT, "sets": sets, "search": search}))
    green(made)
    assert made.spec["image"] == "${spec.instances.engine.image}"
    assert made.spec["sets"][0]["size"] == "${instance.replicas}"
    assert made.spec["sets"][0]["arbiter"]["when"] == "${instance != null}"


def test_a_component_that_came_later_is_refused_for_older_operators(tmp_path: Path) -> None:
    crds = tmp_path / "crds"
    proxy = {"type": "object", "properties": {"image": TEXT, "replicas": NUMBER, "resources": RESOURCES}}
    for version, spec in (("1.0.0", PLAIN), ("1.1.0", {**PLAIN, "proxy": proxy})):
        (crds / version).mkdir(parents=True)
        (crds / version / "crd.json").write_text(json.dumps(definition(spec)))
    result = run("new", "mydb", "--from-crd", crds, "-o", tmp_path / "mydb")
    assert result.exit_code == 0, result.stderr
