"""Programs in TypeScript and YAML as an engine passes them on, compared with the same programs in Python."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import engine_wire
import pytest
from fake_engine import CLUSTER, Monitor, Plugin, Refused

from pulumi_everest.model.mark import MARK
from pulumi_everest.program import run, values

RECORDED = Path(__file__).parent / "recorded"
SECRETS = {"awsSecretAccessKey": "hidden", "pmmToken": "token"}
PROGRAMS = [
    # recorded, the same in Python, its config
    ("typescript", "examples/mongodb-sharded", SECRETS),
    ("yaml", "examples/quickstart", {}),
]


def play(served: Plugin, to: Monitor, language: str) -> list[dict[str, Any]]:
    """Make the components that a program asks for, one after the other. Gives their outputs."""
    answers = []
    for request in json.loads((RECORDED / language / "requests.json").read_text("utf-8")):
        came_from = {key: entry["urns"] for key, entry in request.get("inputDependencies", {}).items()}
        made = served.construct(to, request["type"], request["name"], request["inputs"], came_from=came_from)
        answers.append(made.state)
    return answers


def shown(value: Any) -> Any:
    """A value with its secrets in one form, whoever read it."""
    if isinstance(value, (engine_wire.Secret, values.Secret)):
        return ("secret", shown(value.value))
    if isinstance(value, dict):
        # Without an engine there is no stack to be marked by.
        annotations = {key: below for key, below in value.get("annotations", {}).items() if key != MARK}
        value = {key: below for key, below in value.items() if key != "annotations"}
        return {
            key: shown(below) for key, below in (value | ({"annotations": annotations} if annotations else {})).items()
        }
    return [shown(below) for below in value] if isinstance(value, list) else value


def last(urns: list[str]) -> set[str]:
    """The names of the objects among URNs."""
    return {urn.rpartition("::")[2] for urn in urns if "kubernetes:" in urn}


@pytest.mark.parametrize(("language", "folder", "config"), PROGRAMS, ids=[entry[0] for entry in PROGRAMS])
def test_the_objects_are_those_of_the_python_program(served, preview, root, language, folder, config):
    states = play(served, preview, language)
    python = run.run_program(root / folder, stack="dev", config=config)
    assert python.findings == []
    expected = {
        (entry.type, entry.name): (shown(entry.inputs), entry.protect, last(entry.dependencies))
        for entry in filter(run.is_object, python.resources)
    }
    assert expected
    got = {
        (entry.request.type, entry.request.name): (
            shown(entry.inputs),
            entry.request.protect if entry.request.HasField("protect") else None,
            last(entry.request.dependencies),
        )
        for entry in preview.objects
    }
    assert got == expected
    components = {(entry.type, entry.name) for entry in python.resources if entry.type.startswith("everest:")}
    assert components == {(e.request.type, e.request.name) for e in preview.found if not e.request.custom}
    assert states[0] == {"name": "psmdb-operator"}
    assert python.exports["host"] == states[1]["host"]


def test_the_findings_are_those_of_the_python_program(served, preview):
    with pytest.raises(Refused) as refused:
        play(served, preview, "wrong-typescript")
    python = run.run_program(RECORDED / "wrong-typescript" / "python").findings
    expected = [(in_camel_case(entry.as_data()["path"]), entry.code, entry.hint) for entry in python]
    assert len(expected) > 9
    got = []
    for path, reason in refused.value.reasons:
        code = re.search(r"\[([a-z.-]+)\]\Z", reason)
        assert code is not None
        got.append((path, code[1]))
    assert sorted(got) == sorted((path, code) for path, code, _ in expected)
    reasons = " ".join(reason for _, reason in refused.value.reasons)
    for _, _, hint in expected:
        assert hint is None or in_camel_case(hint) in reasons
    assert f"{len(expected)} problems" in refused.value.message
    assert preview.objects == []


def in_camel_case(text: str) -> str:
    """Names of fields as other languages have them; keys of users have no small letters."""
    return re.sub(r"(?<=[a-z])_([a-z])", lambda match: match[1].upper(), text)


def test_recorded_inputs_are_those_that_the_schema_has(root):
    """What generated SDKs send: only properties of the schema, with its defaults."""
    schema = json.loads((root / "schemas" / "pulumi.json").read_text("utf-8"))
    for language, _, _ in PROGRAMS:
        for request in json.loads((RECORDED / language / "requests.json").read_text("utf-8")):
            known = schema["resources"][request["type"]]
            assert set(request["inputs"]) <= set(known["inputProperties"])
            assert set(known.get("requiredInputs", [])) <= set(request["inputs"])
            if language == "typescript":
                defaults = {n: p["default"] for n, p in known["inputProperties"].items() if "default" in p}
                assert defaults.items() <= request["inputs"].items()
    assert CLUSTER in schema["resources"]
