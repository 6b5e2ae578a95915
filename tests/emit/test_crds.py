"""The check of emitted objects against CustomResourceDefinitions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.emit.crds import Crds, usual_definition
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError, path_text

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size", "mode"],
            "properties": {
                "size": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 9},
                "mode": {"type": "string", "enum": ["fast", "safe"], "default": "safe"},
                "ratio": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "multipleOf": 0.5},
                "on": {"type": "boolean"},
                "name": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 5},
                "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 2},
                "free": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": True,
                    "properties": {"a": {"type": "string"}},
                },
                "closed": {"type": "object"},
                "either": {"type": "integer", "anyOf": [{"minimum": 5}, {"maximum": 1}]},
                "both": {"type": "integer", "allOf": [{"minimum": 1}, {"maximum": 3}]},
                "small": {"type": "integer", "format": "int32"},
                "large": {"type": "integer", "format": "int64"},
                "below": {"type": "number", "maximum": 1, "exclusiveMaximum": True},
                "odd": {"type": "string", "pattern": "(?P>go)"},
                "any": {},
                "maybe": {"type": "string", "nullable": True},
                "set": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set", "minItems": 1},
                "map": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name", "protocol"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string"}, "protocol": {"type": "string", "default": "TCP"}},
                    },
                },
                "template": {
                    "type": "object",
                    "x-kubernetes-embedded-resource": True,
                    "properties": {"spec": {"type": "object", "properties": {"x": {"type": "string"}}}},
                },
                "one": {
                    "type": "object",
                    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                    "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
                    "not": {"properties": {"a": {"enum": [0]}}, "required": ["a"]},
                },
            },
        }
    },
}
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "dbs.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"kind": "Db"},
        "versions": [
            {"name": "v1", "schema": {"openAPIV3Schema": SCHEMA}},
            {"name": "v0", "schema": {"openAPIV3Schema": {"type": "object"}}},
        ],
    },
}


@pytest.fixture(scope="module")
def crds(tmp_path_factory: pytest.TempPathFactory) -> Crds:
    file = tmp_path_factory.mktemp("crds") / "crd.yaml"
    file.write_text(yaml.safe_dump_all([{"kind": "Other"}, None, CRD]))
    return Crds.load([file])


def db(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Db",
        "metadata": {"name": "x", "namespace": "n", "labels": {"a": "b"}, "finalizers": ["f"]},
        "spec": {"size": 3, **spec},
    }


def messages(crds: Crds, manifest: dict[str, Any]) -> list[str]:
    found = crds.check(manifest)
    assert all(entry.code == "emit.object" for entry in found)
    return [f"{path_text(entry.path)}: {entry.message}" + (f"; {entry.hint}" if entry.hint else "") for entry in found]


@pytest.mark.parametrize(
    "spec",
    [
        {"mode": "fast", "ratio": 1, "on": False, "name": "abc"},
        {"size": 3.0, "ratio": 2.5},
        {"port": 80},
        {"port": "http"},
        {"labels": {"any": "thing"}},
        {"free": {"a": "x", "b": [1, {"c": None}]}},
        {"closed": {}},
        {"maybe": None},
        {"map": [{"name": "a"}, {"name": "a", "protocol": "UDP"}]},
        {"template": {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {}}, "spec": {"x": "y"}}},
        {"one": {"b": 1}},
        {"either": 5},
        {"either": 1},
        {"both": 1},
        {"both": 3},
        {"small": -(2**31), "large": 2**63 - 1},
        {"below": 0.5},
        {"odd": "a pattern of Go's that Python does not know"},
        {"any": None},
        {"any": {"a": [1]}},
        {"size": 1, "ratio": 0.5, "name": "ab", "set": ["a"]},
        {"size": 9, "name": "abcde", "labels": {"a": "", "b": ""}},
        {"map": [{"name": "a"}]},
    ],
)
def test_accepts_what_the_schema_has(crds: Crds, spec: dict[str, Any]) -> None:
    assert messages(crds, db(**spec)) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"siez": 1}, "spec.siez: there is no field 'siez' in the operator's schema; did you mean 'size'?"),
        ({"closed": {"a": 1}}, "spec.closed.a: there is no field 'a' in the operator's schema"),
        (
            {"map": [{"name": "a", "nme": 1}]},
            "spec.map[0].nme: there is no field 'nme' in the operator's schema; did you mean 'name'?",
        ),
        ({"free": {"a": 1}}, "spec.free.a: a whole number stands where a text is expected"),
        ({"size": "3"}, "spec.size: a text stands where a whole number is expected"),
        ({"size": 1.5}, "spec.size: a number stands where a whole number is expected"),
        ({"size": True}, "spec.size: true or false stands where a whole number is expected"),
        ({"size": None}, "spec.size: null stands where a whole number is expected"),
        ({"size": 0}, "spec.size: 0 is out of range: at least 1"),
        ({"size": 10}, "spec.size: 10 is out of range: at most 9"),
        ({"ratio": 0}, "spec.ratio: 0 is out of range: more than 0"),
        ({"ratio": 0.7}, "spec.ratio: 0.7 is not a multiple of 0.5"),
        ({"on": "true"}, "spec.on: a text stands where true or false is expected"),
        ({"mode": "fsat"}, "spec.mode: 'fsat' is not allowed here; did you mean 'fast'?"),
        ({"name": "ABC"}, "spec.name: 'ABC' does not match the pattern ^[a-z]+$"),
        ({"name": "a"}, "spec.name: at least 2 characters are needed, got 1"),
        ({"name": "abcdef"}, "spec.name: at most 5 characters are allowed, got 6"),
        ({"port": 1.5}, "spec.port: a number stands where a whole number or a text is expected"),
        ({"labels": {"a": 1}}, "spec.labels.a: a whole number stands where a text is expected"),
        ({"labels": {"a": "", "b": "", "c": ""}}, "spec.labels: at most 2 keys are allowed, got 3"),
        ({"set": []}, "spec.set: at least 1 items are needed, got 0"),
        ({"set": ["a", "b", "a"]}, "spec.set[2]: the same value is there twice in the list, first in spec.set[0]"),
        ({"set": {}}, "spec.set: a mapping stands where a list is expected"),
        (
            {"map": [{"name": "a"}, {"name": "a", "protocol": "TCP"}]},
            "spec.map[1]: the same name and protocol is there twice in the list, first in spec.map[0]",
        ),
        ({"map": [{"protocol": "TCP"}]}, "spec.map[0].name: 'name' is missing"),
        (
            {"template": {"apiVersion": "v1", "kind": "Pod", "metadata": {"nme": "x"}}},
            "spec.template.metadata.nme: there is no field 'nme' in the operator's schema; did you mean 'name'?",
        ),
        ({"one": {"a": 1, "b": 1}}, "spec.one: a mapping is not just one of what the schema takes here"),
        ({"one": {"a": 0}}, "spec.one: a mapping is excluded by the schema"),
        ({"one": {}}, "spec.one: a mapping is not just one of what the schema takes here"),
        ({"either": 3}, "spec.either: 3 is none of what the schema takes here"),
        ({"both": 4}, "spec.both: 4 is out of range: at most 3"),
        ({"both": 0}, "spec.both: 0 is out of range: at least 1"),
        ({"small": 2**31}, "spec.small: 2147483648 is too large for int32"),
        ({"small": -(2**31) - 1}, "spec.small: -2147483649 is too large for int32"),
        ({"large": 2**63}, "spec.large: 9223372036854775808 is too large for int64"),
        ({"below": 1}, "spec.below: 1 is out of range: less than 1"),
        ({"port": True}, "spec.port: true or false stands where a whole number or a text is expected"),
        ({"port": None}, "spec.port: null stands where a whole number or a text is expected"),
        ({"ratio": True}, "spec.ratio: true or false stands where a number is expected"),
        ({"map": [1]}, "spec.map[0]: a whole number stands where a mapping is expected"),
        (
            {"template": {"kind": "Pod", "metadata": {}, "apiVersion": 1}},
            "spec.template.apiVersion: a whole number stands where a text is expected",
        ),
        ({"template": {"kind": "Pod", "metadata": {}}}, "spec.template.apiVersion: 'apiVersion' is missing"),
    ],
)
def test_refuses_what_the_schema_does_not_have(crds: Crds, spec: dict[str, Any], expected: str) -> None:
    assert messages(crds, db(**spec)) == [expected]


def test_what_every_object_has_is_no_field_that_is_offered_or_looked_into(crds: Crds) -> None:
    (entry,) = crds.check({**db(), "kinds": 1})
    assert path_text(entry.path) == "kinds"
    assert not {"kind", "apiVersion", "metadata"} & {*entry.allowed, str(entry.hint)}


def test_reports_everything_at_once(crds: Crds) -> None:
    manifest = {"apiVersion": "example.com/v1", "kind": "Db", "metadata": {"nam": "x"}, "status": {}, "spec": {"a": 1}}
    assert [message.split(":")[0] for message in messages(crds, manifest)] == [
        "metadata.nam",
        "status",
        "spec.a",
        "spec.size",
    ]


@pytest.mark.parametrize("path", [("size",), ("labels",), ("labels", "a"), ("map",), ("set",)])
def test_a_value_that_is_not_known_passes(crds: Crds, path: tuple[str, ...]) -> None:
    manifest = db(labels={"a": "b"})
    node = manifest["spec"]
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = Deferred()
    assert messages(crds, manifest) == []
    assert messages(crds, {**manifest, "spec": Deferred(), "metadata": Deferred()}) == []
    assert messages(crds, db(set=[Deferred(), "a"], map=[{"name": Deferred()}, Deferred()])) == []


def test_names_the_versions_and_kinds_that_there_are(crds: Crds) -> None:
    (version,) = crds.check({**db(), "apiVersion": "example.com/v2"})
    assert (version.path, version.allowed) == (("apiVersion",), ("example.com/v0", "example.com/v1"))
    (kind,) = crds.check({**db(), "kind": "Dbs"})
    assert (kind.path, kind.hint) == (("kind",), "did you mean 'Db'?")
    assert messages(crds, {"kind": "Db"}) == [": an object needs 'apiVersion' and 'kind'"]


def test_knows_secrets_and_never_shows_their_values(crds: Crds) -> None:
    secret: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque"}
    good = {"data": {"a": "aGVsbG8="}, "stringData": {"b": "hello"}, "immutable": True}
    assert messages(crds, {**secret, **good}) == []
    wrong = {"data": {"a": "hunter2!"}, "stringData": {"b": 12345}, "strData": {}}
    found = messages(crds, {**secret, **wrong})
    assert found == [
        "data.a: the text is not base64",
        "stringData.b: a whole number stands where a text is expected",
        "strData: there is no field 'strData' in the operator's schema; did you mean 'stringData'?",
    ]


OWNER = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1", "controller": True, "blockOwnerDeletion": False}
METADATA = {
    "name": "x", "generateName": "x-", "namespace": "n", "labels": {"a": "b"}, "annotations": {"c": "d"},
    "finalizers": ["f"], "ownerReferences": [OWNER],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        *(((key,), 1, "a whole number stands where a text is expected") for key in ("name", "generateName", "namespace")),
        *(((key,), 1, "a whole number stands where a mapping is expected") for key in ("labels", "annotations")),
        *(((key, "a"), 1, "a whole number stands where a text is expected") for key in ("labels", "annotations")),
        (("finalizers",), "f", "a text stands where a list is expected"),
        (("finalizers",), [1], "a whole number stands where a text is expected"),
        (("finalizers",), ["f", "f"], "the same value is there twice in the list, first in metadata.finalizers[0]"),
        (("ownerReferences",), {}, "a mapping stands where a list is expected"),
        (("ownerReferences",), ["x"], "a text stands where a mapping is expected"),
        *((("ownerReferences", 0, key), 1, "a whole number stands where a text is expected")
          for key in ("apiVersion", "kind", "name", "uid")),
        *((("ownerReferences", 0, key), None, f"'{key}' is missing") for key in ("apiVersion", "kind", "name", "uid")),
        *((("ownerReferences", 0, key), "yes", "a text stands where true or false is expected")
          for key in ("controller", "blockOwnerDeletion")),
        (("ownerReferences", 0, "id"), "x", "there is no field 'id' in the operator's schema"),
        (("resourceVersion",), "1", "there is no field 'resourceVersion' in the operator's schema"),
    ],
)  # fmt: skip
def test_metadata_is_what_a_manifest_may_say(crds: Crds, path: Any, value: Any, expected: str) -> None:
    metadata: Any = yaml.safe_load(yaml.safe_dump(METADATA))
    assert messages(crds, {**db(), "metadata": metadata}) == []
    node = metadata
    for key in path[:-1]:
        node = node[key]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value

    [message] = messages(crds, {**db(), "metadata": metadata})
    assert message.startswith("metadata." + path[0])
    assert expected in message


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("type", 1, "type: a whole number stands where a text is expected"),
        ("immutable", "yes", "immutable: a text stands where true or false is expected"),
        ("stringData", "x", "stringData: a text stands where a mapping is expected"),
        ("data", "x", "data: a text stands where a mapping is expected"),
        ("data", {"a": 1}, "data.a: a whole number stands where a text is expected"),
    ],
)
def test_a_secret_is_what_the_server_takes(crds: Crds, key: str, value: Any, expected: str) -> None:
    assert messages(crds, {"apiVersion": "v1", "kind": "Secret", "metadata": METADATA, key: value}) == [expected]


def test_a_kind_that_is_not_known_yet_is_not_checked(crds: Crds) -> None:
    for key in ("apiVersion", "kind"):
        assert crds.check({**db(siez=1), key: Deferred()}) == []


def test_definitions_are_found_among_documents_and_in_lists_of_them() -> None:
    listed = {"kind": "List", "items": [{"kind": "Other"}, CRD, None]}

    assert Crds.of([listed, {"kind": "List"}]).schemas == Crds.of([CRD]).schemas
    assert set(Crds.of([CRD]).schemas) == {("example.com/v1", "Db"), ("example.com/v0", "Db")}
    assert Crds.of([{"kind": "Other", "spec": CRD["spec"]}]).schemas == {}


@pytest.mark.parametrize(
    ("version", "kind", "known"),
    [
        ("example.com/v1", "Db", True),
        ("example.com/v9", "Db", True),
        ("other.com/v1", "Db", False),
        ("example.com/v1", "Other", False),
        ("v1", "Secret", True),
        ("v1", "Pod", False),
    ],
)
def test_a_kind_is_known_in_any_version_of_its_group(crds: Crds, version: str, kind: str, known: bool) -> None:
    assert crds.has_kind(version, kind) is known


def test_of_two_definitions_of_a_kind_the_later_counts(tmp_path: Path) -> None:
    for name, schema in (("a.yaml", {"type": "object", "required": ["x"]}), ("b.yml", {"type": "object"})):
        versions = [{"name": "v1", "schema": {"openAPIV3Schema": schema}}, {"name": "v2"}]
        (tmp_path / name).write_text(yaml.safe_dump({**CRD, "spec": {**CRD["spec"], "versions": versions}}))  # type: ignore[dict-item]
    (tmp_path / "c.txt").write_text("a: [")

    assert Crds.load([tmp_path]).schemas == {("example.com/v1", "Db"): {"type": "object"}}
    assert Crds.load([tmp_path, tmp_path / "a.yaml"]).schemas[("example.com/v1", "Db")]["required"] == ["x"]


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: [")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    for name, code in (("none.yaml", "source.unreadable"), ("bad.yaml", "source.syntax"), ("binary.yaml", "source.")):
        with pytest.raises(EverestError) as caught:
            Crds.load([tmp_path / name])
        assert caught.value.findings[0].code.startswith(code)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "crd.yaml"
    file.write_text(yaml.safe_dump(CRD))
    assert Crds.load([tmp_path]).schema("example.com/v1", "Db") is not None
    file.write_text(yaml.safe_dump({**CRD, "spec": {**CRD["spec"], "group": "other.example.com"}}))  # type: ignore[dict-item]
    assert Crds.load([tmp_path]).schema("example.com/v1", "Db") is None


@pytest.mark.parametrize("version", ["1.21.1", "1.22.0"])
def test_the_samples_of_a_real_operator_pass(shared: Path, version: str) -> None:
    crds = Crds.load([shared / "crds" / "psmdb" / version])
    checked = 0
    for file in sorted((shared / "samples" / "psmdb" / version).rglob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            if document and crds.schema(document["apiVersion"], document["kind"]) is not None:
                assert messages(crds, document) == [], file
                checked += 1
    assert checked


def test_finds_a_misspelling_in_a_real_sample(shared: Path) -> None:
    crds = Crds.load([shared / "crds" / "psmdb" / "1.22.0" / "crd.yaml"])
    sample = yaml.safe_load((shared / "samples" / "psmdb" / "1.22.0" / "cr.yaml").read_text())
    sample["spec"]["replsets"][0]["volumeSpec"]["persistentVolumeClam"] = {}
    sample["spec"]["replsets"][0]["size"] = "3"
    assert messages(crds, sample) == [
        "spec.replsets[0].size: a text stands where a whole number is expected",
        "spec.replsets[0].volumeSpec.persistentVolumeClam: there is no field 'persistentVolumeClam' in the operator's"
        " schema; did you mean 'persistentVolumeClaim'?",
    ]


NAMES: dict[str, Any] = {"kind": "Db", "plural": "dbs"}
OPEN = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
SCHEMA = {"openAPIV3Schema": {"type": "object"}}


def definition(api_version: str = "v1", **spec: Any) -> dict[str, Any]:
    given = {"group": "example.com", "names": NAMES, **spec}
    return {
        "apiVersion": f"apiextensions.k8s.io/{api_version}",
        "spec": {k: v for k, v in given.items() if v is not None},
    }


@pytest.mark.parametrize(
    "document",
    [
        {"apiVersion": "apiextensions.k8s.io/v1", "spec": "x"},
        {},
        definition(),
        definition(versions=[]),
        definition(versions="v1"),
        definition(versions=[1, {"schema": SCHEMA}, {"name": 1}]),
        definition(version=1),
        definition(group=None, versions=[{"name": "v1"}]),
        definition(names=None, versions=[{"name": "v1"}]),
        definition(names={"plural": "dbs"}, versions=[{"name": "v1"}]),
        definition(versions=[{"name": "v1", "schema": "x"}]),
        definition(versions=[{"name": "v1", "schema": SCHEMA}, {"name": "v2", "schema": [1]}]),
    ],
)
def test_what_no_server_takes_for_a_definition_is_none(document: dict[str, Any]) -> None:
    assert usual_definition(document) is None


def versions_of(document: dict[str, Any]) -> Any:
    usual = usual_definition(document)
    assert usual is not None
    assert usual["apiVersion"] == "apiextensions.k8s.io/v1"
    assert {**usual["spec"], "versions": 0} == {**document["spec"], "versions": 0}
    return usual["spec"]["versions"]


@pytest.mark.parametrize("schema", [SCHEMA, None])
def test_a_definition_of_v1_is_as_it_is(schema: Any) -> None:
    document = definition(versions=[{"name": "v1", "schema": schema, "served": False}])

    assert usual_definition(document) is document


def test_a_definition_of_v1beta1_has_its_one_schema_in_each_version() -> None:
    more = {"subresources": {"status": {}}, "additionalPrinterColumns": [{"name": "State"}]}
    given = [{"name": "v1"}, {"name": "v2", "schema": OPEN, "served": False, "storage": True}]

    assert versions_of(definition("v1beta1", versions=given, validation=SCHEMA, **more)) == [
        {"served": True, "storage": False, **more, "name": "v1", "schema": SCHEMA},
        {"served": False, "storage": True, **more, "name": "v2", "schema": OPEN},
    ]


def test_a_definition_of_v1beta1_may_have_one_version_and_no_schema() -> None:
    assert versions_of(definition("v1beta1", version="v1")) == [
        {"served": True, "storage": True, "name": "v1", "schema": OPEN}
    ]
    assert versions_of(definition("v1beta1", version="v9", versions=[{"name": "v1"}])) == [
        {"served": True, "storage": True, "name": "v1", "schema": OPEN}
    ]


def test_what_all_versions_have_is_written_into_each() -> None:
    of_all = {"subresources": {"status": {}}}

    assert versions_of(definition(versions=[{"name": "v1", "schema": SCHEMA}], **of_all)) == [
        {"served": True, "storage": True, **of_all, "name": "v1", "schema": SCHEMA}
    ]
    assert versions_of(definition(versions=[{"name": "v1"}], validation=SCHEMA)) == [
        {"served": True, "storage": True, "name": "v1", "schema": SCHEMA}
    ]
