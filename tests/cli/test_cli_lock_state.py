"""`everest lock --from-state`: what is running is recorded, whatever the program would get today."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.program.run import run_program

Run = Callable[..., Result]

TOYDB = Path(__file__).parents[1] / "resources" / "toydb"
PROGRAM = """\
import pulumi
import pulumi_everest as everest

secret = pulumi.Config().get_secret("size")
everest.DatabaseCluster("orders", namespace="shop", provider="toydb-operator")
everest.DatabaseCluster("carts", provider="toydb-operator", operator_version="1.0.0", images={"registry": "r.example.com"},
    instances={"engine": {"version": "1.0.1", "image": "mine/toyd:1", "storage": {"size": secret or "1Gi"}}})
"""


@pytest.fixture
def infra(project: Callable[[str], Path]) -> Path:
    """A program, and the working folder."""
    return project(PROGRAM)


def exported(folder: Path, stack: str = "prod", **changed: Any) -> str:
    """What `pulumi stack export` writes of the program's stack."""
    config = {"everest:plugins": json.dumps([str(TOYDB)])}
    ran = run_program(folder, stack=stack, config=config)
    assert ran.findings == []
    resources = [
        {"urn": entry.urn, "type": entry.type, "custom": False, "inputs": entry.inputs, **changed}
        for entry in ran.resources
    ]
    return json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": resources}})


def test_the_versions_of_the_state_are_recorded_for_its_stack(run: Run, infra: Path) -> None:
    result = run("lock", "--from-state", "-", stdin=exported(infra))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "everest.lock, stack prod",
        "  orders: operator version 1.1.0 (new)",
        "  orders: engine 1.0.2 (new)",
        "  carts: operator version 1.0.0 (new)",
        "  carts: engine 1.0.1 (new)",
        "2 clusters recorded",
    ]
    assert yaml.safe_load((infra / "everest.lock").read_text())["stacks"]["prod"] == {
        "carts": {
            "provider": "toydb-operator",
            "operatorVersion": "1.0.0",
            "components": {"engine": {"version": "1.0.1"}},
        },
        "orders": {
            "provider": "toydb-operator",
            "operatorVersion": "1.1.0",
            "components": {"engine": {"version": "1.0.2", "image": "toy/toyd:1.0.2"}},
        },
    }


def test_what_is_recorded_fits_the_program(run: Run, infra: Path) -> None:
    run("lock", "--from-state", "-", stdin=exported(infra))

    result = run("validate", ".", "--stack", "prod", "--plugin", TOYDB, "--strict")

    assert (result.exit_code, result.stdout) == (0, "2 clusters, no findings\n")


def test_a_program_in_another_language_need_not_run(run: Run, infra: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(exported(infra))
    (infra / "__main__.py").unlink()
    (infra / "Pulumi.yaml").write_text("name: shop\nruntime: nodejs\n")

    assert run("lock", infra, "--from-state", state).exit_code == 0
    assert (infra / "everest.lock").exists()
    assert run("lock", infra, "--from-state", state, "--check").exit_code == 0


def test_other_entries_stay(run: Run, infra: Path) -> None:
    state = exported(infra)
    (infra / "everest.lock").write_text(
        "version: 1\nstacks:\n  dev: {a: {provider: x, components: {e: {version: '1'}}}}\n"
        "  prod: {b: {provider: x, components: {e: {version: '1'}}}}\n"
    )

    run("lock", "--from-state", "-", stdin=state)

    stacks = yaml.safe_load((infra / "everest.lock").read_text())["stacks"]
    assert {name: sorted(clusters) for name, clusters in stacks.items()} == {
        "dev": ["a"],
        "prod": ["b", "carts", "orders"],
    }


def test_a_cluster_whose_versions_the_state_does_not_say_is_named(run: Run, infra: Path) -> None:
    result = run("lock", "--from-state", "-", stdin=exported(infra, inputs={}))

    assert result.exit_code == 0
    assert "the state does not say the versions of orders, carts" in result.stderr
    assert result.stdout == "there is no cluster to record\n"
    assert not (infra / "everest.lock").exists()


def test_what_waits_for_its_deletion_is_not_recorded(run: Run, infra: Path) -> None:
    result = run("lock", "--from-state", "-", stdin=exported(infra, delete=True))

    assert result.stdout == "there is no cluster to record\n"
    assert not (infra / "everest.lock").exists()


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (["--from-state", "-"], "", "--from-state -: this is not JSON"),
        (["--from-state", "-"], "[]", "this is not what 'pulumi stack export' writes"),
        (["--from-state", "-"], '{"deployment": {"resources": {}}}', "this is not what 'pulumi stack export' writes"),
        (["--from-state", "staet.json"], "", "there is no file 'staet.json'; did you mean 'state.json'?"),
        (["--from-state", "-", "--upgrade"], "{}", "name one"),
        (["--from-state", "-", "--stack", "prod"], "{}", "--stack: with --from-state no program runs"),
        (["--from-state", "-", "a", "b"], "{}", "needs one PATH"),
        (["--from-state", "-", ".."], "{}", "needs one PATH"),
    ],
)
def test_wrong_use_is_said(run: Run, infra: Path, words: list[str], stdin: str, said: str) -> None:
    (infra / "state.json").write_text("{}")

    result = run("lock", *words, stdin=stdin)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_a_broken_lock_is_a_finding(run: Run, infra: Path) -> None:
    state = exported(infra)
    (infra / "everest.lock").write_text("version: 7\n")

    result = run("lock", "--from-state", "-", stdin=state)

    assert result.exit_code == 1
    assert "everest.lock:1:10: error: " in result.stderr
