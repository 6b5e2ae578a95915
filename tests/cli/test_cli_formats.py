"""Findings for other programs: SARIF and GitHub's workflow commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from jsonschema import Draft202012Validator

from pulumi_everest.cli.output.github import workflow_commands
from pulumi_everest.cli.output.sarif import sarif_text
from pulumi_everest.model.codes import CODES
from pulumi_everest.model.findings import Finding, Place, finding

Run = Callable[..., Result]


HERE = Place("a.yaml", 3, 5)


def error(message: str = "no", place: Place | None = HERE, **more: Any) -> Finding:
    return finding("field.value", more.pop("path", ()), message, place=place, **more)


@pytest.fixture(autouse=True)
def _no_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


# GitHub


@pytest.mark.parametrize(
    ("entry", "command"),
    [
        (error(), "::error file=a.yaml,line=3,col=5,title=field.value::no"),
        (error(place=Place("a.yaml", 3)), "::error file=a.yaml,line=3,title=field.value::no"),
        (error(place=Place("a.yaml")), "::error file=a.yaml,title=field.value::no"),
        (error(place=None), "::error title=field.value::no"),
        (error(place=Place("<stdin>", 3, 5)), "::error title=field.value::<stdin>: no"),
        (error("50% a,b: c\r\nd"), "::error file=a.yaml,line=3,col=5,title=field.value::50%25 a,b: c\\r%0Ad"),
        (error(place=Place("a,b:c%d.yaml")), "::error file=a%2Cb%3Ac%25d.yaml,title=field.value::no"),
        (error(place=Place("./x/../a.yaml")), "::error file=a.yaml,title=field.value::no"),
        (
            error(hint="x?", allowed=["x", "y"], path=("spec", "a"), subject="DatabaseCluster o"),
            "::error file=a.yaml,line=3,col=5,title=field.value::"
            "no%0Ahint: x?%0Aallowed: x, y%0Aat spec.a, DatabaseCluster o",
        ),
        (finding("cluster.deprecated-version", (), "old"), "::warning title=cluster.deprecated-version::old"),
    ],
)  # fmt: skip
def test_a_finding_is_a_workflow_command(entry: Finding, command: str) -> None:
    assert workflow_commands([entry]) == command


def test_no_message_can_begin_a_command_of_its_own() -> None:
    text = workflow_commands([error("a\n::add-mask::x\r::error::y\x1b")])
    assert text.count("\n") == 0
    assert "\r" not in text


def test_files_are_named_from_the_top_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "infra/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "infra/deep")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    for shown, path in (
        ("a.yaml", "infra/deep/a.yaml"),
        ("../a.yaml", "infra/a.yaml"),
        (str(tmp_path / "a.yaml"), "a.yaml"),
        ("/elsewhere/a.yaml", "/elsewhere/a.yaml"),
    ):
        assert f"file={path}," in workflow_commands([error(place=Place(shown))])


def test_validate_writes_annotations_and_a_last_line(here: Path, run: Run) -> None:
    assert run("validate", ".", "--format", "github").output == "1 cluster, no findings\n"
    (here / "cluster.yaml").write_text((here / "cluster.yaml").read_text().replace("engine:", "engin:"))
    result = run("validate", ".", "--format", "github")
    first, last = result.stdout.splitlines()
    assert first.startswith("::error file=cluster.yaml,line=10,col=5,title=cluster.unknown-component::definition")
    assert (last, result.exit_code) == ("1 error in 1 cluster", 1)


@pytest.mark.parametrize("command", ["render", "preview"])
def test_render_and_preview_annotate_on_standard_error(here: Path, run: Run, command: str) -> None:
    assert run(command, ".", "--format", "github").stdout == run(command, ".").stdout
    (here / "cluster.yaml").write_text((here / "cluster.yaml").read_text().replace("engine:", "engin:"))
    result = run(command, ".", "--format", "github")
    assert result.stdout == ""
    assert result.stderr.startswith("::error file=cluster.yaml,line=10")


def test_sarif_is_not_for_objects(here: Path, run: Run) -> None:
    result = run("render", ".", "--format", "sarif")
    assert result.exit_code == 2
    assert "'sarif' is a file of findings: everest validate --format sarif" in result.stderr


FORGED = "a\n::error file=x::pwned\n0 errors"


@pytest.mark.parametrize("format_", ["text", "github"])
@pytest.mark.parametrize("command", [["validate"], ["render"], ["preview"], ["preview", "--against", "before.yaml"]])
@pytest.mark.parametrize(
    "data",
    [
        {"metadata": {"name": FORGED}},
        {"spec": {"provider": FORGED}},
        {"spec": {"instances": {FORGED: {}}}},
        {"spec": {"instances": {"engine": {"version": FORGED}}}},
        {"spec": {"topology": {"type": FORGED}}},
        {"metadata": {"annotations": {"note": FORGED}}},
        {"spec": {"instances": {"engine": {"engineConfig": FORGED}}}},
        {"metadata": {"labels": {FORGED: "x"}}},
    ],
)
def test_no_text_of_the_input_forges_a_line_of_a_log(
    here: Path, run: Run, command: list[str], data: dict[str, Any], format_: str
) -> None:
    cluster = yaml.safe_load((here / "cluster.yaml").read_text())
    (here / "before.yaml").write_text(yaml.safe_dump(cluster))
    for part, values in data.items():
        cluster[part] = {**cluster[part], **values}
    (here / "cluster.yaml").write_text(yaml.safe_dump(cluster))
    result = run(*command, "cluster.yaml", *([] if command == ["render"] else ["--format", format_]))
    lines = (result.stdout + result.stderr).split("\n")
    ours = [line for line in lines if line.lstrip().startswith("::") and "title=" in line.partition("::")[2]]
    assert format_ == "github" or not ours
    assert not [line for line in lines if line.lstrip().startswith("::") and line not in ours]
    assert not [line for line in lines if line.startswith("0 errors")]


# SARIF

TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 1}},
    "required": ["text"],
    "additionalProperties": False,
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
ARTIFACT = {
    "type": "object",
    "properties": {
        "uri": {"type": "string", "pattern": r"^(?!.*[\s<>\\^`{|}\"])(?!\.\.?/).+$"},
        "uriBaseId": {"type": "string"},
    },
    "required": ["uri"],
    "additionalProperties": False,
}
REGION = {
    "type": "object",
    "properties": {"startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1}},
    "dependentRequired": {"startColumn": ["startLine"]},
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "properties": {
        "physicalLocation": {
            "type": "object",
            "properties": {"artifactLocation": ARTIFACT, "region": REGION},
            "required": ["artifactLocation"],
            "additionalProperties": False,
        },
        "logicalLocations": {"type": "array", "uniqueItems": True, "items": {"required": ["fullyQualifiedName"]}},
    },
    "additionalProperties": False,
}
MESSAGE = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": MESSAGE,
        "helpUri": {"type": "string", "format": "uri"},
        "defaultConfiguration": {"properties": {"level": LEVEL}, "additionalProperties": False},
    },
    "required": ["id", "shortDescription", "help"],
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "properties": {
        "ruleId": {"enum": list(CODES)},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "items": LOCATION},
    },
    "required": ["message", "ruleId", "level"],
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "tool": {
                        "type": "object",
                        "properties": {
                            "driver": {
                                "type": "object",
                                "properties": {
                                    "name": {"const": "everest"},
                                    "version": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                                },
                                "required": ["name", "rules"],
                                "additionalProperties": False,
                            }
                        },
                        "required": ["driver"],
                        "additionalProperties": False,
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "originalUriBaseIds": {"type": "object", "additionalProperties": {"properties": {"uri": {"pattern": "/$"}, "description": TEXT}, "additionalProperties": False}},
                    "results": {"type": "array", "items": RESULT},
                },
                "required": ["tool", "results"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["version", "runs"],
    "additionalProperties": False,
}  # fmt: skip
"""What the SARIF 2.1.0 schema asks of the parts that are used here, and nothing else may be there."""

ENTRIES = [
    error("50% a\nb", hint="x?", allowed=["x"], path=("spec", "a"), subject="DatabaseCluster o"),
    error(place=Place("a.yaml", 3)),
    error(place=Place("dir/ü b#c?.yaml")),
    error(place=Place("/elsewhere/a b.yaml", 1, 1)),
    error(place=Place("../outside.yaml", 1, 1)),
    error(place=Place("<stdin>", 3, 5)),
    error(place=None, subject="DatabaseCluster o"),
    finding("cluster.deprecated-version", (), "old"),
]


def log(entries: list[Finding]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(sarif_text(entries))
    return data


@pytest.mark.parametrize("entries", [[], ENTRIES])
def test_a_log_has_the_form_of_sarif(entries: list[Finding]) -> None:
    assert [e.message for e in Draft202012Validator(SARIF).iter_errors(log(entries))] == []


def test_every_code_is_a_rule_and_results_point_at_theirs() -> None:
    (run,) = log(ENTRIES)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    for rule in rules:
        assert rule["defaultConfiguration"]["level"] == CODES[rule["id"]].severity.value
        assert CODES[rule["id"]].meaning in rule["help"]["text"]
    for entry, result in zip(ENTRIES, run["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == entry.code
        assert result["level"] == entry.severity.value
        base = result.get("locations", [{}])[0].get("physicalLocation", {}).get("artifactLocation", {}).get("uriBaseId")
        assert base is None or base in run["originalUriBaseIds"]


@pytest.mark.parametrize(
    ("index", "location"),
    [
        (
            0,
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a.yaml", "uriBaseId": "SRCROOT"},
                    "region": {"startLine": 3, "startColumn": 5},
                },
                "logicalLocations": [{"fullyQualifiedName": "DatabaseCluster o: spec.a"}],
            },
        ),
        (2, {"physicalLocation": {"artifactLocation": {"uri": "dir/%C3%BC%20b%23c%3F.yaml", "uriBaseId": "SRCROOT"}}}),
        (
            3,
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "file:///elsewhere/a%20b.yaml"},
                    "region": {"startLine": 1, "startColumn": 1},
                }
            },
        ),
        (5, None),
        (6, {"logicalLocations": [{"fullyQualifiedName": "DatabaseCluster o"}]}),
        (7, None),
    ],
)
def test_a_result_has_the_place_of_its_finding(index: int, location: dict[str, Any] | None) -> None:
    result = log(ENTRIES)["runs"][0]["results"][index]
    assert result.get("locations") == (None if location is None else [location])


def test_validate_writes_sarif_to_a_file_the_same_each_time(here: Path, run: Run) -> None:
    (here / "cluster.yaml").write_text((here / "cluster.yaml").read_text().replace("engine:", "engin:"))
    result = run("validate", ".", "--format", "sarif", "-o", "out.sarif")
    assert (result.exit_code, result.output) == (1, "")
    text = (here / "out.sarif").read_text()
    assert run("validate", ".", "--format", "sarif").stdout == text
    (found,) = json.loads(text)["runs"][0]["results"]
    assert found["message"]["text"].startswith("definition 'psmdb-operator' has no component 'engin'\nhint: did you")
    assert re.fullmatch(r"[\w.-]+", found["ruleId"])


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ("apiVersion: v1\nkind: A\n", "1 document of other groups, not checked"),
        ("apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\n", "2 documents of other groups, not checked"),
        ("apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A}]\n", "1 document of other groups, not checked"),
    ],
)
def test_an_input_of_other_groups_says_that_nothing_was_checked(documents, said, run):
    result = run("validate", "-", stdin=documents)
    assert (result.exit_code, result.output.strip()) == (0, said)
