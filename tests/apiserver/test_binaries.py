"""Where the binaries come from, and what is said where there are none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_everest.testing.binaries import NEEDED, assets

HERE = Path(__file__).parent


def folder_with(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("")
    return folder


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_the_named_folder_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder_with(tmp_path / "cache/pulumi-everest/testenv/kubernetes-v1.34.4-etcd-v3.6.4", *NEEDED)
    named = folder_with(tmp_path / "named", *NEEDED)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(named))

    assert assets() == named


def test_a_named_folder_that_lacks_a_binary_is_not_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = folder_with(tmp_path / "named", "etcd")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(named))

    assert assets() == f"KUBEBUILDER_ASSETS names {named}, which lacks kube-apiserver"


def test_of_several_built_ones_the_newest_whole_one_counts(tmp_path: Path) -> None:
    cache = tmp_path / "cache/pulumi-everest/testenv"
    folder_with(cache / "kubernetes-v1.9.0-etcd-v3.6.4", *NEEDED)
    newest = folder_with(cache / "kubernetes-v1.34.4-etcd-v3.6.4", *NEEDED)
    folder_with(cache / "kubernetes-v1.35.0-etcd-v3.6.4", "etcd")

    assert assets() == newest


def test_without_any_the_text_says_how_to_get_them() -> None:
    assert "make testenv" in str(assets())


def run_a_test_that_needs_the_server(tmp_path: Path, require: str) -> str:
    (tmp_path / "test_it.py").write_text(
        "pytest_plugins = ['pulumi_everest.testing.fixtures']\n\n\ndef test_it(live):\n    live.version()\n"
    )
    environment = {**os.environ, "EVEREST_REQUIRE": require}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-ra",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False).stdout


def test_without_them_a_test_is_skipped_with_the_reason_and_counted(tmp_path: Path) -> None:
    printed = run_a_test_that_needs_the_server(tmp_path, "")

    assert "1 skipped" in printed
    assert re.search(r"SKIPPED \[1\].*no binaries of a Kubernetes API server", printed)


def test_without_them_a_test_fails_where_the_server_is_required(tmp_path: Path) -> None:
    printed = run_a_test_that_needs_the_server(tmp_path, "apiserver,crds")

    assert "1 error" in printed
    assert "EVEREST_REQUIRE asks for apiserver: no binaries" in printed


def build(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / "build.py")]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_the_builder_takes_what_is_there(tmp_path: Path) -> None:
    named = folder_with(tmp_path / "named", *NEEDED)

    done = build(KUBEBUILDER_ASSETS=str(named))

    assert (done.returncode, done.stdout.strip()) == (0, str(named))


def test_without_go_and_binaries_the_builder_says_what_to_do() -> None:
    done = build(PATH="/nowhere")

    assert done.returncode == 1
    assert "needs Go to build it" in done.stderr
    assert "KUBEBUILDER_ASSETS" in done.stderr


def test_all_parts_of_kubernetes_are_pinned_to_one_release() -> None:
    text = (HERE / "go.mod").read_text()
    release = re.search(r"^\tk8s\.io/kubernetes v1\.(\S+)$", text, re.MULTILINE)
    assert release is not None
    replaced = re.findall(r"^\t(k8s\.io/\S+) => (\S+) (\S+)$", text, re.MULTILINE)

    assert len(replaced) > 20
    assert {(new, version) for _, new, version in replaced} == {
        (old, f"v0.{release.group(1)}") for old, _, _ in replaced
    }
