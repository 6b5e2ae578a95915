"""`everest upgrade --operator`: the steps, and what is in their way, told from the input alone."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import split
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest
from pulumi_everest.model.plugin_files.manifest import Operator
from pulumi_everest.upgrade.operators.steps import Place, jumps, way_of

Object = dict[str, Any]


def cluster(provider: str, name: str = "orders", **spec: Any) -> str:
    metadata = {"name": name, "namespace": "shop"}
    head = {"apiVersion": "everest.percona.com/v2alpha1", "kind": "DatabaseCluster", "metadata": metadata}
    return yaml.safe_dump({**head, "spec": {"provider": provider, **spec}})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def call(version: str, *documents: str, arguments: tuple[str, ...] = ("--format", "json")) -> Result:
        Path("input.yaml").write_text("---\n".join(documents))
        return CliRunner().invoke(everest, ["upgrade", "input.yaml", "--operator", version, *arguments])

    return call


def steps_of(result: Result) -> list[Object]:
    [upgrade] = json.loads(result.stdout)["upgrades"]
    steps: list[Object] = upgrade["steps"]
    return steps


PINNED = {"instances": {"engine": {"version": "8.0.12-4"}}}


def test_one_minor_version_at_a_time_definitions_before_operator_before_cr_version_before_images(run: Any) -> None:
    result = run("1.23.0", cluster("psmdb-operator", operatorVersion="1.21.2", **PINNED))

    assert [step["id"] for step in steps_of(result)] == [
        f"{version}-{kind}" for version in ("1.22.0", "1.23.0") for kind in ("definitions", "operator", "crVersion", "images")
    ]  # fmt: skip
    assert [step["state"] for step in steps_of(result)] == ["next", *["later"] * 7]
    assert (result.exit_code, json.loads(result.stdout)["upgrades"][0]["prerelease"]) == (0, True)
    assert all(step["commands"] and step["see"] and step["back"] for step in steps_of(result))


def test_the_definitions_of_a_pre_release_are_those_of_its_branch(run: Any) -> None:
    commands = [
        step["commands"] for step in steps_of(run("1.23.0", cluster("psmdb-operator", operatorVersion="1.22.0")))
    ]
    [definitions] = [command for one in commands for command in one if "crd.yaml" in command]

    assert definitions.endswith("percona-server-mongodb-operator/main/deploy/crd.yaml")


def test_versions_that_the_newer_operator_does_not_run_move_before_and_those_that_only_it_runs_along_with_it(
    run: Any,
) -> None:
    storages = [{"name": "a", "type": "s3", "bucket": "b", "credentialsSecret": "c"}]
    spec = {
        "operatorVersion": "1.21.1",
        "instances": {"engine": {"version": "7.0.14-8"}},
        "backup": {"storages": storages},
    }
    steps = {step["kind"]: step for step in steps_of(run("1.22.0", cluster("psmdb-operator", **spec)))}

    assert steps["versions"]["clusters"] == {"shop/orders": ["engine.version 7.0.14-8 → 7.0.24-13, rolling restart"]}
    assert steps["crVersion"]["clusters"]["shop/orders"] == [
        "operatorVersion 1.21.1 → 1.22.0, rolling restart", "backupAgent.version 2.11.0 → 2.12.0, rolling restart",
    ]  # fmt: skip
    assert steps["images"]["clusters"] == {"shop/orders": ["engine.version 7.0.24-13 → 7.0.30-16, rolling restart"]}
    # The default is of another series, which an upgrade of the lock would go to.
    assert steps["images"]["commands"][0].startswith("$EDITOR")


def test_versions_that_follow_defaults_are_recorded_first(run: Any) -> None:
    steps = steps_of(run("1.20.0", cluster("pxc-operator", operatorVersion="1.19.0")))

    assert (steps[0]["kind"], steps[0]["commands"]) == ("record", ["everest lock input.yaml"])
    assert steps[-1]["commands"][0] == "everest lock input.yaml --upgrade"


def test_paths_and_programs_are_named_as_a_shell_takes_them(run: Any) -> None:
    folder, program = Path("our files"), Path("our program")
    folder.mkdir()
    (folder / "one.yaml").write_text(cluster("pxc-operator", operatorVersion="1.19.0"))
    program.mkdir()
    (program / "Pulumi.yaml").write_text("{name: infra, runtime: python}")
    (program / "__main__.py").write_text("")
    result = CliRunner().invoke(
        everest, ["upgrade", *map(str, (folder, program)), "--operator", "1.20.0", "--format", "json"]
    )
    said = {command for step in steps_of(result) for command in (*step["commands"], *step["see"])}

    assert "everest lock 'our files' 'our program'" in said
    assert {"pulumi preview --cwd 'our program'", "pulumi up --cwd 'our program'"} < said
    assert "everest render 'our files' | kubectl apply --server-side -f -" in said


def test_the_cluster_is_named_as_a_shell_takes_it() -> None:
    place = Place("shop", ["infra"], options=["--kubeconfig", "our clusters/config", "--context", "a'b"])

    assert split(place.kubectl) == ["kubectl", "--kubeconfig", "our clusters/config", "--context", "a'b"]


def test_fields_that_the_newer_definitions_lack_move_before_these_come(run: Any) -> None:
    overrides = {"haproxy": {"serviceType": "LoadBalancer", "replicasServiceAnnotations": {"a": "b"}}}
    steps = steps_of(run("1.20.0", cluster("pxc-operator", operatorVersion="1.19.0", overrides=overrides)))

    kinds = [step["kind"] for step in steps]
    assert kinds.index("fields") < kinds.index("definitions")
    assert next(step for step in steps if step["kind"] == "fields")["clusters"] == {
        "shop/orders": [
            "spec.haproxy.serviceType → spec.haproxy.exposePrimary.type: LoadBalancer",
            "spec.haproxy.replicasServiceAnnotations → spec.haproxy.exposeReplicas.annotations: {'a': 'b'}",
        ]
    }


@pytest.mark.parametrize(
    ("version", "documents", "said"),
    [
        ("1.19.0", [cluster("pxc-operator", operatorVersion="1.20.0")], "is older than 1.20.0, which the input is for"),
        ("1.42.0", [cluster("pxc-operator")], "no plugin of the input has operator version '1.42.0'"),
        ("1.20.0", ["apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"], "no cluster whose operator"),
    ],
)
def test_what_is_no_way_is_an_error(run: Any, version: str, documents: list[str], said: str) -> None:
    result = run(version, *documents)

    [entry] = [entry for entry in json.loads(result.stdout)["findings"] if entry["severity"] == "error"]
    assert (result.exit_code, entry["code"]) == (1, "upgrade.operator")
    assert said in entry["message"]


def test_nothing_is_to_be_done_where_the_input_is_that_far(run: Any) -> None:
    result = run("1.20.0", cluster("pxc-operator", operatorVersion="1.20.0"), arguments=())

    assert result.exit_code == 0
    assert "nothing to do" in result.stdout


def test_a_minor_version_that_the_plugin_lacks_is_no_way() -> None:
    operator = Operator(name="a", versions=["1.0.0", "1.1.0", "1.1.3", "1.3.0"], default="1.0.0")

    assert way_of(operator, "1.0.0", "1.3.0") == ["1.1.3", "1.3.0"]
    assert jumps("1.0.0", ["1.1.3", "1.3.0"]) == [("1.1.3", "1.3.0")]
    assert way_of(operator, "1.3.0", "1.0.0") == []


def test_a_pre_release_is_marked_wherever_it_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(cluster("psmdb-operator", operatorVersion="1.23.0"))

    result = CliRunner().invoke(everest, ["validate", str(tmp_path)])

    assert result.exit_code == 0
    assert "operator version 1.23.0 is not released" in result.stdout + result.stderr
