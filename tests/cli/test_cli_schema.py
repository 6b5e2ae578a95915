"""`everest schema`, the committed schemas, and the examples that name them."""

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
from pydantic import ValidationError

from pulumi_everest.cli.schema import KINDS
from pulumi_everest.emit.everest_crds import everest_crds
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.model.plugin_files.form import FormFile
from pulumi_everest.model.plugin_files.templates import TemplateFile
from pulumi_everest.model.schemas.json_schema import DOCUMENTS, document_schema, model_schema
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.mixed_files import read_mixed
from pulumi_everest.review.page.page import CapacityPage, Page

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
PROVIDERS = [plugin.definition.name for plugin in builtin()]


def wrong(schema: dict[str, Any], data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(data)]


# The command


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_schema_and_an_output_file(run: Run, tmp_path: Path, kind: str) -> None:
    result = run("schema", kind)
    data = json.loads(result.stdout)
    Draft202012Validator.check_schema(data)
    assert (result.exit_code, result.stderr) == (0, "")
    results = {"summary": Page, "capacity": CapacityPage}
    assert data == (model_schema(results[kind]) if kind in results else document_schema(kind))
    assert run("schema", kind.upper(), "-o", tmp_path / "x.json").output == ""
    assert (tmp_path / "x.json").read_text() == result.stdout


def test_every_document_that_has_a_model_is_a_kind() -> None:
    assert list(KINDS) == [*DOCUMENTS, "summary", "capacity"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_schema_of_a_provider_knows_its_topologies(run: Run, provider: str) -> None:
    data = json.loads(run("schema", "--provider", provider).stdout)
    Draft202012Validator.check_schema(data)
    (plugin,) = [plugin for plugin in builtin() if plugin.definition.name == provider]
    kind = data["$defs"]["DatabaseClusterSpec"]["properties"]["topology"]["properties"]["type"]
    assert kind["enum"] == list(plugin.definition.spec.topologies)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A plugin of one's own: that for MongoDB under another name."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("plugin.yaml", "definition.yaml", "resources.yaml", "restore.yaml", "mixins.yaml"):
        text = (ROOT / "pulumi_everest/plugins/psmdb" / name).read_text()
        (folder / name).write_text(
            text.replace("name: psmdb-operator", "name: mine").replace("name: psmdb\n", "name: mine\n")
        )
    return folder


def test_a_provider_of_ones_own_plugin_has_a_schema(run: Run, mine: Path) -> None:
    data = json.loads(run("schema", "--provider", "mine", "--plugin", mine).stdout)
    assert data["$defs"]["DatabaseClusterSpec"]["properties"]["provider"]["const"] == "mine"


def test_a_plugin_that_is_wrong_has_no_schema(run: Run, mine: Path) -> None:
    (mine / "plugin.yaml").write_text("name: mine\n")
    result = run("schema", "--provider", "mine", "--plugin", mine)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "plugin.yaml:1:1: error:" in result.stderr
    assert "    1 | name: mine\n" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give one of KIND, --provider NAME, --all and --crds; a KIND is DatabaseCluster, "),
        (["--crds", "--all", "-o", "x"], "give one of KIND"),
        (["--crds", "--plugin", "."], "the schema of a kind is the same for all plugins"),
        (["--crds", "-o", "file"], "'file' is a file, not a folder"),
        (["Provider", "--provider", "psmdb-operator"], "give one of KIND"),
        (["DatabaseClster"], "there is no kind 'DatabaseClster'; did you mean 'DatabaseCluster'?"),
        (["ui.yml"], "did you mean 'ui.yaml'?"),
        (["qqqq"], "there is no kind 'qqqq' (DatabaseCluster, "),
        (["--provider", "psmdb"], "no plugin has a Provider 'psmdb'; did you mean 'psmdb-operator'?"),
        (["--provider", "qqqq"], "no plugin has a Provider 'qqqq' ("),
        (["Provider", "--plugin", "."], "the schema of a kind is the same for all plugins"),
        (["--all"], "--all needs -o DIR"),
        (["--all", "-o", "file"], "'file' is a file, not a folder"),
        (["Provider", "-o", "."], "'.' is a folder, not a file"),
        (["Provider", "-o", "nowhere/x"], "cannot write nowhere/x"),
    ],
)
def test_wrong_use_says_what_is_right(here: Path, run: Run, arguments: list[str], said: str) -> None:
    (here / "file").write_text("")
    result = run("schema", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_the_committed_schemas_are_those_of_the_models(run: Run, tmp_path: Path) -> None:
    result = run("schema", "--all", "-o", tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert result.stderr == f"{len(names)} schemas written to {tmp_path}\n"
    assert names == sorted(f"{name.removesuffix('.yaml')}.json" for name in [*KINDS, *PROVIDERS])
    stale = [name for name in names if not (ROOT / "schemas" / name).is_file()]
    stale += [
        name
        for name in set(names) - set(stale)
        if (tmp_path / name).read_bytes() != (ROOT / "schemas" / name).read_bytes()
    ]
    assert stale == [], "run 'make schemas'"


def test_definitions_for_a_server_are_written_as_a_stream_or_as_the_committed_files(run: Run, tmp_path: Path) -> None:
    result = run("schema", "--crds")
    assert result.stderr == ""
    assert list(yaml.safe_load_all(result.stdout)) == everest_crds()
    assert (
        run("schema", "--crds", "-o", tmp_path).stderr == f"{len(everest_crds())} definitions written to {tmp_path}\n"
    )
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (ROOT / "schemas/crds").iterdir()}, "run 'make schemas'"


# The examples


def example_files() -> list[Path]:
    examples = [
        *(ROOT / "examples/plain-yaml").glob("*.yaml"),
        *(ROOT / "pulumi_everest/plugins").glob("*/examples/*.yaml"),
    ]
    named = [path for path in (ROOT / "examples").rglob("*.yaml") if NAMED.match(path.read_text())]
    return sorted({path for path in [*examples, *named] if not path.name.endswith(".expected.yaml")})


@pytest.mark.parametrize("path", example_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_an_example_names_its_schema_and_passes_it(path: Path) -> None:
    line = NAMED.match(path.read_text())
    assert line is not None, "the first line names the schema: # yaml-language-server: $schema=..."
    schema = (path.parent / line[1]).resolve()
    assert schema.parent == ROOT / "schemas"
    # The first document is what the file is an example of; jobs that follow have schemas of their own.
    first, *jobs = yaml.safe_load_all(path.read_text())
    assert wrong(json.loads(schema.read_text()), first) == []
    for job in jobs:
        assert wrong(document_schema(job["kind"]), job) == []


def plugin_files() -> list[Path]:
    folders = [plugin.folder for plugin in builtin()]
    names = ("plugin.yaml", "definition.yaml", "resources.yaml", "ui.yaml")
    return [folder / name for folder in folders for name in names if (folder / name).is_file()]


@pytest.mark.parametrize("path", plugin_files(), ids=lambda path: "/".join(path.parts[-2:]))
def test_a_file_of_a_built_in_plugin_passes_its_schema(path: Path) -> None:
    kind = "DatabaseClusterDefinition" if path.name == "definition.yaml" else path.name
    assert wrong(document_schema(kind), yaml.safe_load(path.read_text())) == []


# resources.yaml

OBJECT = {"apiVersion": "example.com/v1", "kind": "A", "metadata": {"name": "${metadata.name}"}}


def template(**more: Any) -> dict[str, Any]:
    return {"objects": [{"name": "a", "main": True, "object": {**OBJECT, **more}}]}


TEMPLATES: list[tuple[dict[str, Any], bool]] = [
    (template(), True),
    (template(spec={"?a": "${spec.?paused}", "b": [1, None, {"when": "${spec.provider == 'x'}", "do": "x"}]}), True),
    (template(spec={"forEach": {"i, s": "${[1]}"}, "let": {"x": "${s}"}, "${string(x)}": 1}), True),
    (template(spec={"forEach": {"s": [1, 2]}, "do": "${s}"}), True),
    (template(spec={"merge": "${spec.?overrides}", "when": True, "\\when": 3, "\\?x": 1}), True),
    (template(spec={"when": ">-\n  no"}), False),
    (template(spec={"when": "yes"}), False),
    (template(spec={"forEach": {"a, b, c": "${[1]}"}}), False),
    (template(spec={"forEach": {"a-b": "${[1]}"}}), False),
    (template(spec={"forEach": "${[1]}"}), False),
    (template(spec={"forEach": {"a": "x"}}), False),
    (template(spec={"let": {"a b": 1}}), False),
    (template(spec={"let": ["a"]}), False),
    (template(spec={"merge": "x"}), False),
    (template(spec={"do": 1}), False),
    (template(spec={"when": True, "do": 1, "x": 1}), False),
    (template(spec={"when": True, "do": 1, "merge": {}}), False),
    ({"objects": []}, False),
    ({}, False),
    ({**template(), "lets": {}}, False),
    ({"objects": [{"name": "a", "main": "yes", "object": OBJECT}]}, False),
    ({"objects": [{"name": "a", "main": True, "object": {"kind": "A"}}]}, False),
    ({"objects": [{"name": "a", "main": True, "objekt": OBJECT, "object": OBJECT}]}, False),
    ({"objects": [{"main": True, "object": OBJECT}]}, False),
    ({"objects": ["x"]}, False),
]  # fmt: skip


@pytest.mark.parametrize(("data", "fine"), TEMPLATES, ids=range(len(TEMPLATES)))
def test_the_schema_of_templates_takes_what_the_compiler_takes(data: dict[str, Any], fine: bool) -> None:
    ((document,), found) = read_yaml(json.dumps(data), "resources.yaml", lambda _version, _kind: ANY)
    assert found == []
    assert (Template.parse(document).findings == []) is fine
    assert (wrong(document_schema("resources.yaml"), data) == []) is fine


def test_the_built_in_templates_pass_the_model() -> None:
    for plugin in builtin():
        document = read_mixed(plugin.folder, "resources.yaml", ANY, [])
        assert document is not None
        TemplateFile.model_validate(document.data)
        data = yaml.safe_load((plugin.folder / "resources.yaml").read_text())
        assert wrong(document_schema("resources.yaml"), data) == []


# ui.yaml

FIELD: dict[str, Any] = {"uiType": "number", "path": "instances.engine.replicas"}
ITEM = {"components": {"name": {"uiType": "text", "path": "name"}}}


def form(**parts: Any) -> dict[str, Any]:
    return {"standard": {"sections": {"basic": {"label": "Basic", "components": parts}}, "sectionsOrder": ["basic"]}}


FORMS: list[tuple[Any, bool]] = [
    (form(), True),
    (form(a={**FIELD, "fieldParams": {"label": "A", "step": 2, "badge": "Gi", "badgeToApi": True}, "validation": {"min": 1, "int": True}}), True),
    (form(a={**FIELD, "path": ["a.b", "c.d"], "modes": {"edit": {"uiType": "hidden"}}}), True),
    (form(a={"uiType": "text", "id": "x", "validation": {"regex": {"pattern": "x"}, "celExpressions": [{"celExpr": "self != ''", "message": "m"}], "modes": {"edit": {"inheritShared": False, "min": 3}}}}), True),
    (form(a={"uiType": "select", "path": "x", "fieldParams": {"options": [{"label": "a", "value": 1}], "multiple": True}}), True),
    (form(a={"uiType": "select", "path": "x", "dataSource": {"provider": "storageClasses"}}), True),
    (form(a={"uiType": "toggle", "path": "x", "showIf": "spec.instances.a.replicas > 1"}), True),
    (form(a={"uiType": "group", "groupType": "line", "components": {"b": FIELD, "c": {"uiType": "group", "components": {}}}}), True),
    (form(a={"uiType": "array", "path": "backup.storages", "item": {"components": {**ITEM["components"], "s": {"uiType": "array", "path": "schedules", "item": ITEM}}}, "maxItems": 3}), True),
    (form(a={"uiType": "widget", "widgetType": "podSchedulingPolicy"}), True),
    (form(a={"uiType": "hidden", "path": "x", "fieldParams": {"defaultValue": {"a": [1]}}}), True),
    ({}, True),
    (form(a={**FIELD, "uiType": "nmber"}), False),
    (form(a={"path": "x"}), False),
    (form(a={"uiType": "number"}), False),
    (form(a={**FIELD, "id": "x"}), False),
    (form(a={**FIELD, "path": []}), False),
    (form(a={**FIELD, "path": "a[0].b"}), False),
    (form(a={**FIELD, "fieldParams": {"rows": 3}}), False),
    (form(a={**FIELD, "validation": {"email": True}}), False),
    (form(a={**FIELD, "modes": {"edt": {"uiType": "hidden"}}}), False),
    (form(a={"uiType": "array", "path": "x"}), False),
    (form(a={"uiType": "group"}), False),
    (form(a={"uiType": "group", "groupType": "row", "components": {}}), False),
    (form(a={"uiType": "group", "components": {"b": {"uiType": "text"}}}), False),
    (form(a={"uiType": "select", "path": "x", "fieldParams": {"options": ["a"]}}), False),
    (form(a={"uiType": "select", "path": "x", "fieldParams": {"options": [{"label": "a", "value": 1}], "optionsPath": "y"}}), False),
    ({"standard": {"sections": []}}, False),
    ({"standard": {"section": {}}}, False),
    ([], False),
]  # fmt: skip


@pytest.mark.parametrize(("data", "fine"), FORMS, ids=range(len(FORMS)))
def test_the_schema_of_forms_takes_what_the_model_takes(data: Any, fine: bool) -> None:
    assert (wrong(document_schema("ui.yaml"), data) == []) is fine
    try:
        FormFile.model_validate(data)
    except ValidationError:
        assert not fine
    else:
        assert fine
