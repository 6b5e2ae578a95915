"""Completion in a shell: what is offered for each argument and option, and the scripts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result

from pulumi_everest.cli.main import everest
from pulumi_everest.cli.schema import KINDS

Run = Callable[..., Result]
KUBECONFIG = "apiVersion: v1\nkind: Config\ncontexts:\n- {name: stage, context: {}}\n- {name: prod, context: {}}\n"


def offered(*typed: str) -> list[str]:
    """What a shell is offered for the last word: names, or ``<file>`` and ``<dir>`` for what it knows itself."""
    items = ShellComplete(everest, {}, "everest", "_EVEREST_COMPLETE").get_completions(list(typed[:-1]), typed[-1])
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in items]


@pytest.mark.parametrize(
    "typed",
    [
        ["validate", ""], ["validate", "-R", "clu"], ["render", ""], ["preview", ""], ["status", ""], ["adopt", ""],
        ["migrate", "x"], ["preview", "--against", ""], ["validate", "--crds", ""], ["validate", "-o", ""],
        ["status", "--kubeconfig", ""], ["lock", "--from-state", ""],
    ],
)  # fmt: skip
def test_files_are_left_to_the_shell(here: Path, typed: list[str]) -> None:
    assert offered(*typed) == ["<file>"]


@pytest.mark.parametrize("typed", [["validate", "--plugin", ""], ["migrate", "-o", ""]])
def test_folders_are_left_to_the_shell(typed: list[str]) -> None:
    assert offered(*typed) == ["<dir>"]


def test_names_that_are_always_the_same_are_offered() -> None:
    assert offered("comp") == ["completion"]
    assert offered("schema", "") == list(KINDS)
    assert offered("schema", "--provider", "p") == ["pg-operator", "psmdb-operator", "pxc-operator"]
    assert offered("schema", "--provider", "ps") == ["psmdb-operator"]
    assert "psmdb" in offered("plugin", "check", "p")
    assert offered("completion", "") == ["bash", "zsh", "fish"]
    assert "sarif" in offered("validate", "--format", "")


def test_codes_providers_and_the_fields_below_them_are_offered() -> None:
    assert offered("explain", "lock.") == [
        "lock.file",
        "lock.unknown-version",
        "lock.missing",
        "lock.out-of-date",
        "lock.stays",
    ]
    assert offered("explain", "ps") == ["psmdb-operator"]
    assert "pxc-operator.instances.proxy" in offered("explain", "pxc-operator.instances.p")
    assert not [name for name in offered("explain", "pxc-operator.instances.p") if ".instances.p" not in name]


def test_stacks_are_those_of_the_program(project: Callable[[str], Path]) -> None:
    folder = project("")
    for stack in ("dev", "prod"):
        (folder / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    assert offered("validate", "--stack", "") == ["dev", "prod"]
    assert offered("validate", str(folder), "--stack", "p") == ["prod"]
    assert offered("validate", "nowhere", "--stack", "") == []


def test_clusters_are_those_of_documents_and_programs(here: Path) -> None:
    (here / "infra").mkdir()
    (here / "infra/Pulumi.yaml").write_text("name: infra\nruntime: python\n")
    (here / "infra/__main__.py").write_text("raise SystemExit\neverest.DatabaseCluster('shop', provider='x')\n")
    (here / "yaml").mkdir()
    (here / "yaml/Pulumi.yaml").write_text(
        "name: y\nruntime: yaml\nresources: {basket: {type: 'everest:index:DatabaseCluster'}}\n"
    )
    assert offered("lock", "--upgrade", "") == ["<file>", "orders"]
    assert offered("lock", "-R", "") == ["<file>", "basket", "orders", "shop"]


def test_guards_are_offered_for_all_clusters_and_for_one(here: Path) -> None:
    guards = offered("preview", "--allow", "")
    assert {"data-loss", "orders:"} <= set(guards) or {"orders:"} <= set(guards)
    assert offered("preview", "--allow", "orders:") == [f"orders:{name}" for name in guards if not name.endswith(":")]
    assert offered("preview", "--allow", "orders:engine.s")[:1] != ["orders:"]


def test_contexts_are_those_of_the_kubeconfig(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "config").write_text(KUBECONFIG)
    assert offered("status", "--kubeconfig", "config", "--context", "") == ["prod", "stage"]
    monkeypatch.setenv("KUBECONFIG", str(here / "config"))
    assert offered("status", "--context", "s") == ["stage"]
    (here / "config").write_text("[")
    assert offered("status", "--context", "s") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_one(run: Run, tmp_path: Path, shell: str) -> None:
    script = run("completion", shell).stdout
    assert "_EVEREST_COMPLETE" in script
    if shutil.which(shell) is not None:
        (tmp_path / "script").write_text(script)
        subprocess.run([shell, "-n", tmp_path / "script"], check=True)


def test_bash_completes_files_and_names(here: Path, run: Run, root: Path) -> None:
    """The words that bash gets, by the function that the script defines."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    (here / "script").write_text(run("completion", "bash").stdout)
    import sys

    (here / "everest").write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m pulumi_everest.cli "$@"\n')
    (here / "everest").chmod(0o755)
    asked = "COMP_WORDS=(everest schema --provider ps); COMP_CWORD=3; _everest_completion ./everest"
    command = f'. ./script; {asked}; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run([bash, "-c", command], cwd=here, capture_output=True, text=True, check=False)
    assert done.stdout == "psmdb-operator\n", done.stderr
