"""Findings, secrets, passed-on text and file names."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from pulumi_everest.cli.output.files import file_names, write_objects
from pulumi_everest.cli.output.findings import failed, finding_text, findings_json, summary
from pulumi_everest.cli.output.objects import json_list, object_yaml, yaml_stream
from pulumi_everest.model.findings import Place, finding
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.program.values import UNKNOWN, Secret
from pulumi_everest.review.hidden_values import count_secrets, marked, plain
from pulumi_everest.review.inputs.foreign import misspelt, written_text
from pulumi_everest.review.inputs.groups import Item


def error(**more: Any) -> Any:
    return finding("cluster.unknown-component", ("spec", "instances", "prxy"), "no component 'prxy'", **more)


WARNING = finding("cluster.deprecated-version", (), "old")


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (
            error(
                allowed=["a", "proxy"],
                hint="did you mean 'proxy'?",
                subject="DatabaseCluster x",
                place=Place("c.yaml", 3, 5),
            ),
            "c.yaml:3:5: error: no component 'prxy' [cluster.unknown-component]\n"
            "    at spec.instances.prxy, DatabaseCluster x\n    allowed: a, proxy\n    hint: did you mean 'proxy'?",
        ),
        (
            error(subject="DatabaseCluster x"),
            "DatabaseCluster x: error: no component 'prxy' [cluster.unknown-component]\n    at spec.instances.prxy",
        ),
        (WARNING, "warning: old [cluster.deprecated-version]"),
        (
            finding("program.failed", (), "one\ntwo", place=Place("__main__.py", 3)),
            "__main__.py:3: error: one [program.failed]\n    two",
        ),
        (
            finding("source.syntax", (), "bad \x1b[2J", place=Place("a\x07.yaml")),
            "a\\x07.yaml: error: bad \\x1b[2J [source.syntax]",
        ),
    ],
)  # fmt: skip
def test_a_finding_is_a_block_of_text(entry: Any, text: str) -> None:
    assert click.unstyle(finding_text(entry)) == text


def test_findings_for_machines_have_the_documented_keys() -> None:
    (data,) = json.loads(findings_json([error(place=Place("c.yaml", 3, 5), allowed=["proxy"])]))
    assert data == {
        "code": "cluster.unknown-component",
        "severity": "error",
        "path": "spec.instances.prxy",
        "message": "no component 'prxy'",
        "allowed": ["proxy"],
        "hint": None,
        "file": "c.yaml",
        "line": 3,
        "column": 5,
        "subject": None,
    }


@pytest.mark.parametrize(
    ("found", "clusters", "documents", "text"),
    [
        ([], 3, 4, "3 clusters, no findings"),
        ([], 1, 1, "1 cluster, no findings"),
        ([], 0, 2, "2 documents, no findings"),
        ([error(), WARNING, error()], 3, 3, "2 errors, 1 warning in 3 clusters"),
        ([WARNING], 1, 1, "1 warning in 1 cluster"),
        ([error()], 0, 0, "1 error"),
    ],
)
def test_the_last_line_counts(found: list[Any], clusters: int, documents: int, text: str) -> None:
    assert summary(found, clusters, documents) == text


@pytest.mark.parametrize(
    ("found", "strict", "expected"),
    [([], True, False), ([WARNING], False, False), ([WARNING], True, True), ([error()], False, True)],
)
def test_warnings_fail_only_where_strict(found: list[Any], strict: bool, expected: bool) -> None:
    assert failed(found, strict=strict) is expected


SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "s",
        "annotations": {"a": "b", "kubectl.kubernetes.io/last-applied-configuration": "{hunter2}"},
    },
    "data": {"a": "hunter2"},
    "stringData": {"b": "hunter2", "c": Secret("hunter2")},
}


@pytest.mark.parametrize(
    "data",
    [
        SECRET,
        {"kind": "List", "items": [SECRET]},
        {"kind": "Secret", "stringData": Secret({"a": "hunter2"})},
        {"kind": "Secret", "data": "hunter2"},
        {"kind": "ConfigMap", "data": {"a": Secret("hunter2")}},
        {"kind": "ConfigMap", "data": Secret({"a": ["hunter2"]})},
    ],
)
def test_no_secret_value_is_written_unless_asked_for(data: dict[str, Any]) -> None:
    text = object_yaml(Item(data))
    assert "hunter2" not in text
    assert "<secret>" in text
    assert "hunter2" not in "".join(json_list([Item(data)]))
    assert "hunter2" in object_yaml(Item(data), show=True)
    assert "<secret>" not in object_yaml(Item(data), show=True)
    assert count_secrets(marked(data)) > 0


def test_keys_of_secrets_and_other_objects_are_shown() -> None:
    assert plain(marked({"kind": "Secret", "stringData": Secret({"a": "x"})}), show=False) == {
        "kind": "Secret",
        "stringData": {"a": "<secret>"},
    }
    other = {"kind": "ConfigMap", "data": {"a": "b"}, "x": UNKNOWN}
    assert plain(marked(other), show=False) == {**other, "x": "<unknown>"}


def documents_of(text: str, file: str = "x.yaml") -> list[Any]:
    documents, found = read_yaml(text, file, lambda _version, _kind: ANY)
    assert found == []
    return [(document, written_text(document, text)) for document in documents]


FOREIGN = """\
# a comment
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {a: yes, b: 010, c: 'no', d: 17.10}   # as it is
--- # second
kind: B
apiVersion: v1
text: |
  ---x
  more
---

---
apiVersion: v1
kind: C
...
"""


def test_documents_are_passed_on_as_they_were_written() -> None:
    texts = [text for _, text in documents_of(FOREIGN)]
    assert texts == [
        FOREIGN.partition("--- #")[0],
        " # second\nkind: B\napiVersion: v1\ntext: |\n  ---x\n  more\n",
        "apiVersion: v1\nkind: C\n",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: A\r\nb: 1\r\n", "kind: A\nb: 1\n"),
        ("kind: A", "kind: A\n"),
        ("%YAML 1.1\n---\nkind: A\n", None),
        ("%TAG !e! tag:yaml.org,2002:\n---\nkind: !e!str 1\n", None),
        ("--- {kind: A}\n", " {kind: A}\n"),
    ],
)
def test_text_that_cannot_stand_alone_is_written_anew(text: str, expected: str | None) -> None:
    ((_, written),) = documents_of(text)
    assert written == expected


def test_json_files_are_written_anew() -> None:
    ((_, written),) = documents_of('{"kind": "A"}', "a.json")
    assert written is None


def test_a_passed_on_secret_is_not_shown() -> None:
    text = "kind: Secret\nstringData: {a: hunter2}\n"
    ((document, written),) = documents_of(text)
    assert object_yaml(Item(document.data, text=written)) == "kind: Secret\nstringData:\n  a: <secret>\n"
    assert object_yaml(Item(document.data, text=written), show=True) == text


@pytest.mark.parametrize(
    ("version", "kind", "found"),
    [
        ("everest.percona.com/v2alpha1", "DatabaseCluster", True),
        ("everest.percona.io/v2alpha1", "DatabaseCluster", True),
        ("Everest.Percona.com/v2alpha1", "Provider", True),
        ("everest.percona.io/v2alpha1", "Something", False),
        ("apps.kubeblocks.io/v1", "DatabaseCluster", False),
        ("pkg.crossplane.io/v1", "Provider", False),
    ],
)
def test_a_group_that_is_nearly_ours_is_found(version: str, kind: str, found: bool) -> None:
    ((document, _),) = documents_of(f"apiVersion: {version}\nkind: {kind}\n")
    assert bool(list(misspelt(document))) is found


def made(kind: str, name: str | None, namespace: str | None = None, version: str = "v1", **more: Any) -> Item:
    metadata = {key: value for key, value in (("name", name), ("namespace", namespace)) if value is not None}
    return Item({"apiVersion": version, "kind": kind, "metadata": metadata, **more})


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ([made("Secret", "a", "ns"), made("Namespace", "ns")], ["secret-ns-a", "namespace-ns"]),
        ([made("ClusterRole", "system:x/../y")], ["clusterrole-system_x_.._y"]),
        ([made("A", "../../etc/passwd", "..")], ["a-..-.._.._etc_passwd"]),
        (
            [made("Backup", "x", "n", "a.io/v1"), made("Backup", "x", "n", "b.io/v1")],
            ["backup.a.io-n-x", "backup.b.io-n-x"],
        ),
        ([made("A", None), made("A", None)], ["a", "a-2"]),
        ([made("A", "ü")], ["a-_"]),
    ],
)  # fmt: skip
def test_each_object_gets_a_file_name(items: list[Item], names: list[str]) -> None:
    assert file_names(items) == names


def test_very_long_names_are_cut_and_stay_apart() -> None:
    first, second = file_names([made("A", "x" * 300 + "1"), made("A", "x" * 300 + "2")])
    assert first != second
    assert len(first) < 240


def test_files_are_written_and_others_are_named_not_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "old.yaml").write_text("x")
    (folder / "README.md").write_text("x")
    written, others = write_objects([made("A", "x", "ns")], folder, as_json=False, show=False)
    assert (written, others) == (1, "old.yaml")
    assert (folder / "a-ns-x.yaml").read_text() == ("apiVersion: v1\nkind: A\nmetadata:\n  name: x\n  namespace: ns\n")
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "a-ns-x.yaml", "old.yaml"]


def test_files_with_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "secret-s.yaml").write_text("old")
    (folder / "secret-s.yaml").chmod(0o644)
    write_objects([Item(SECRET)], folder, as_json=False, show=True)
    path = folder / "secret-s.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "hunter2" in path.read_text()


def test_a_stream_separates_documents() -> None:
    text = "".join(yaml_stream([made("A", "x"), made("B", "y")]))
    assert text.count("---\n") == 1
    assert [d.data["kind"] for d, _ in documents_of(text)] == ["A", "B"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_is_said_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(
        "apiVersion: everest.percona.com/v2alpha1\nkind: DatabaseCluster\nmetadata: {name: orders}\n"
        "spec: {provider: psmdb-operator, instances: {engine: {}}}\n"
    )
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "pulumi_everest.cli", "render", "orders.yaml"]
        ran = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "everest: cannot write standard output, which is not complete: No space left on device\n"
