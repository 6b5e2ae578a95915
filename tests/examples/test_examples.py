"""The examples are valid, and what they become is what is in expected/ (EVEREST_UPDATE_EXPECTED=1 writes it anew)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pulumi_everest.cli.main import everest

EXPECTED = Path(__file__).parent / "expected"
SECRETS = ["--config", "awsSecretAccessKey=example", "--config", "pmmToken=example"]
EXAMPLES: dict[str, list[str]] = {
    "quickstart": ["examples/quickstart"],
    "mongodb-sharded": ["examples/mongodb-sharded", *SECRETS],
    "plain-yaml": ["examples/plain-yaml"],
    "plain-yaml-everest": ["examples/plain-yaml", "--reconcile-by", "everest"],
}


@pytest.fixture(autouse=True)
def _at_the_top(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    for name in ("PULUMI_STACK", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def output_of(*arguments: str) -> str:
    result = CliRunner().invoke(everest, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_no_findings(name: str) -> None:
    assert output_of("validate", "--strict", *EXAMPLES[name]) == "1 cluster, no findings\n"


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(("command", "suffix"), [("render", "yaml"), ("preview", "txt")])
def test_an_example_becomes_what_is_expected(name: str, command: str, suffix: str) -> None:
    text = output_of(command, *EXAMPLES[name])
    path = EXPECTED / f"{name}.{command}.{suffix}"
    if os.environ.get("EVEREST_UPDATE_EXPECTED"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_differs_in_nothing_from_what_it_becomes(name: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "out")
    output_of("render", *EXAMPLES[name], "-o", folder)
    text = output_of("preview", *EXAMPLES[name], "--against", folder, "--exit-code")
    assert re.search(r"^\d+ objects?: \d+ unchanged$", text, re.MULTILINE)


def test_the_top_folder_runs_the_quickstart() -> None:
    assert output_of("render", ".") == output_of("render", "examples/quickstart")


def test_the_quickstart_is_the_cluster_of_the_plain_files_with_other_versions() -> None:
    program, files = (yaml.safe_load(output_of("render", *EXAMPLES[name])) for name in ("quickstart", "plain-yaml"))
    files["metadata"].pop("namespace")

    def without_images(data: object) -> object:
        if isinstance(data, dict):
            return {key: without_images(value) for key, value in data.items() if key != "image"}
        return [without_images(item) for item in data] if isinstance(data, list) else data

    assert without_images(program) == without_images(files)


def test_no_secret_of_an_example_is_shown() -> None:
    for command in ("render", "preview"):
        assert "hunter2" not in output_of(
            command, "examples/mongodb-sharded", *(s.replace("=example", "=hunter2") for s in SECRETS)
        )


def test_the_plain_files_are_the_documents_of_the_architecture(shared: Path) -> None:
    (text,) = [path.read_text() for path in (shared / "seed").glob("*.md")]
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    filled = "- {version: 0.47.2, image: percona/mongodb_exporter:0.47.2}"
    documents = [
        yaml.safe_load(block.replace("        ...\n", f"        {filled}\n").replace("x.y.z", "0.47.2"))
        for block in blocks
    ]
    written = [
        yaml.safe_load(Path(f"examples/plain-yaml/{name}.yaml").read_text())
        for name in ("definition", "provider", "cluster")
    ]
    assert documents == written


def test_the_clusters_of_the_yaml_program_have_no_findings_as_documents(root: Path) -> None:
    """With Pulumi's engine the program itself is run: tests/engine/test_engine_other_languages.py."""
    program = yaml.safe_load((root / "examples/other-languages/yaml/Pulumi.yaml").read_text())
    api = "everest.percona.com/v2alpha1"
    documents = []
    for name, resource in program["resources"].items():
        spec = dict(resource["properties"])
        kind = {"everest:DatabaseCluster": "DatabaseCluster", "everest:DatabaseProvider": "Provider"}[resource["type"]]
        metadata = {"name": name} | ({"namespace": spec.pop("namespace")} if kind == "DatabaseCluster" else {})
        if kind == "DatabaseCluster":
            spec["provider"] = re.sub(r"^\$\{(.*)\.name\}$", r"\1", spec["provider"])
        documents.append({"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec})

    result = CliRunner().invoke(everest, ["validate", "--strict", "-"], input=yaml.safe_dump_all(documents))

    assert result.output == "1 cluster, no findings\n"
