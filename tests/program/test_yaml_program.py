"""Programs in Pulumi YAML: the resources of this package are checked in place, with what is known of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from pulumi_everest.model.findings import path_text
from pulumi_everest.program.run import ProgramRun, run_program

HEAD = "name: shop\nruntime: yaml\n"
CLUSTER = """\
resources:
  orders:
    type: everest:DatabaseCluster
    properties:
      provider: pxc-operator
      instances:
        engine: {replicas: REPLICAS, storage: {size: SIZE}}
"""


def cluster(replicas: str = "3", size: str = "20Gi") -> str:
    return CLUSTER.replace("REPLICAS", replicas).replace("SIZE", size)


@pytest.fixture
def run(project: Any) -> Any:
    def runs(text: str, files: dict[str, str] | None = None, **options: Any) -> ProgramRun:
        return run_program(project("", files, pulumi_yaml=HEAD + text), **options)

    return runs


def engine(result: ProgramRun) -> dict[str, Any]:
    assert [entry.message for entry in result.findings if entry.is_error] == []
    return result.manifests()[0]["spec"]["pxc"]


def test_a_cluster_is_made_as_the_engine_would_have_it_made(run: Any) -> None:
    result = run(cluster())
    assert engine(result)["size"] == 3
    assert result.clusters == 1
    assert [entry.name for entry in result.resources if entry.type.startswith("everest:")] == ["orders"]


@pytest.mark.parametrize("runtime", ["runtime: {name: yaml, options: {}}\n", "runtime: yaml\nmain: src\n"])
def test_the_program_may_stand_elsewhere(project: Any, runtime: str) -> None:
    inside = "main" not in runtime
    text = f"name: shop\n{runtime}{cluster() if inside else ''}"
    folder = project("", {} if inside else {"src/Main.yaml": cluster()}, pulumi_yaml=text)
    assert engine(run_program(folder))["size"] == 3


def test_config_variables_and_resources_of_this_package_are_known(run: Any) -> None:
    text = """\
config: {nodes: {type: integer, default: 3}, size: {type: string}}
variables: {amount: "${size}Gi", copies: "${nodes}"}
resources:
  mysql: {type: everest:index:DatabaseProvider, properties: {name: mysql, plugin: pxc}}
  orders:
    type: everest:index/databaseCluster:DatabaseCluster
    properties:
      provider: ${mysql}
      labels: {stack: "${pulumi.project}-${pulumi.stack}", provider: "${mysql.name}", money: $${x}}
      instances: {engine: {replicas: "${copies}", storage: {size: "${amount}"}}}
"""
    result = run(text.replace(", money: $${x}", ""), config={"size": "40"}, stack="prod")
    assert engine(result)["size"] == 3
    assert engine(result)["volumeSpec"]["persistentVolumeClaim"]["resources"]["requests"]["storage"] == "40Gi"
    assert result.manifests()[0]["metadata"]["labels"]["stack"] == "shop-prod"


def test_what_is_not_known_waits(run: Any) -> None:
    result = run(cluster(size='"${bucket.size}"') + "  bucket: {type: aws:s3:Bucket}\n")
    assert engine(result)["size"] == 3
    assert [path_text(entry.path) for entry in result.unknown()] == [
        "spec.pxc.volumeSpec.persistentVolumeClaim.resources.requests.storage"
    ]
    for value in ("{fn::invoke: {function: aws:x}}", '"a-${bucket.size}"', '"${none.at.all}"'):
        assert run(cluster(size=value)).unknown()


def test_a_secret_value_is_one(run: Any) -> None:
    result = run(cluster() + "      users: {root: {fn::secret: hunter22}}\n")
    [secret] = [entry for entry in result.manifests() if entry["kind"] == "Secret"]
    assert "hunter22" not in str(secret)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (cluster(replicas="2"), "Pulumi.yaml:9:28", "2 replicas are not possible"),
        (cluster(replicas='"3"'), "Pulumi.yaml:9:28", "expected a whole number, got the text '3'"),
        (cluster(size="10GB"), "Pulumi.yaml:9:47", "'10GB' is not a quantity"),
        (cluster().replace("replicas", "replcas"), "Pulumi.yaml:9:18", "has no field 'replcas'"),
        (cluster().replace("provider:", "deletionPolicy: never\n      provider:"), "Pulumi.yaml:7:23", "'never' is not allowed"),
        (cluster().replace("DatabaseCluster", "DatabaseClustr"), "Pulumi.yaml:5:11", "no resource of type"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_where_it_stands(project: Any, text: str, place: str, said: str) -> None:
    folder: Path = project("", pulumi_yaml=HEAD + text)
    for path in (folder, folder / "Pulumi.yaml"):
        result = CliRunner().invoke(everest, ["validate", str(path)])
        assert result.exit_code == 1
        assert f"{folder}/{place}: error: " in result.output
        assert said in result.output
        assert "Traceback" not in result.output


def test_findings_have_the_names_of_yaml(run: Any) -> None:
    found = run(cluster().replace("size: 20Gi", "storageClas: a")).findings
    assert [(path_text(entry.path), entry.hint) for entry in found] == [
        ("instances.engine.storage.storageClas", "did you mean 'storageClass'?")
    ]


@pytest.mark.parametrize(
    "text", ["resources: [a]\n", "resources: {a: b}\n", "resources:\n", "variables: {a: '${a}'}\n", ""]
)
def test_programs_without_such_resources_have_none(run: Any, text: str) -> None:
    result = run(text)
    assert (result.manifests(), [entry.message for entry in result.findings]) == ([], [])
