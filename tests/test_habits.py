"""What contributors rely on: one Makefile that machines and workflows call, and tools that are the same everywhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.lowest_versions import constraints, lowest
from tools.pythons import interpreters, supported

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def would_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a target would run in a folder, whatever the tests themselves were started with."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    handed_on = {"MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "PYTHON", "TESTS"}
    environment = {name: value for name, value in os.environ.items() if name not in handed_on}
    command = ["make", "-n", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def has_python(folder: Path, version: str) -> None:
    """An environment in a folder whose Python says that it is of a version."""
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho {version}\n")
    python.chmod(0o755)


# Which Python


@pytest.mark.parametrize(
    ("there", "named", "used"),
    [
        (None, None, ".venv"),
        (None, sys.executable, ".venv"),
        (HERE, sys.executable, ".venv"),
        ("3.9", sys.executable, f".venvs/{HERE}"),
        ("3.9", None, ".venv"),
    ],
    ids=["nothing there", "the first is named", "the same version", "another version", "none is named"],
)
def test_a_python_of_another_version_has_an_environment_of_its_own(there, named, used, tmp_path):
    if there:
        has_python(tmp_path, there)
    ran = would_run(tmp_path, "test", *([f"PYTHON={named}"] if named else []))
    assert f"{used}/bin/python -m pytest" in ran.stdout, ran


def test_a_python_that_is_not_there_is_said_to_be_missing(tmp_path):
    ran = would_run(tmp_path, "test", "PYTHON=python9.9")
    assert ran.returncode != 0
    assert "there is no Python 'python9.9'" in ran.stderr


def test_the_interpreters_of_supported_versions_are_found(tmp_path, monkeypatch):
    """The one on PATH that only complains is passed over, and of those that pyenv has the newest is taken."""
    installed = {"3.99.9": "3.99", "3.99.10": "3.99", "3.98.1": "something else"}
    for folder, said in installed.items():
        python = tmp_path / ".pyenv" / "versions" / folder / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\necho {said}\n")
        python.chmod(0o755)
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "python3.99").write_text("#!/bin/sh\nexit 127\n")
    (shims / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", str(shims), prepend=os.pathsep)
    assert interpreters(["3.97", "3.98", "3.99"], tmp_path) == [str(tmp_path / ".pyenv/versions/3.99.10/bin/python")]


# Versions of dependencies


def test_the_lowest_versions_are_those_that_the_bounds_allow():
    assert lowest("protobuf>=5.29.5,!=6.30.*,<8") == "protobuf==5.29.5"
    assert lowest("types-PyYAML==6.0.12.20261122") == "types-PyYAML==6.0.12.20261122"
    project = {"dependencies": ["a>=1.2,<2"], "optional-dependencies": {"more": ["b>=3"], "most": ["a>=1.2,<2"]}}
    assert constraints({"project": project, "dependency-groups": {"test": ["c-d>=0.1.3"]}}) == [
        "a==1.2",
        "b==3",
        "c-d==0.1.3",
    ]


@pytest.mark.parametrize("requirement", ["sphinx", "sphinx<9", "sphinx!=8.2"])
def test_a_dependency_without_a_lower_bound_is_refused(requirement):
    with pytest.raises(ValueError, match="has no lower bound"):
        lowest(requirement)


def test_every_dependency_has_a_lower_bound():
    assert "pydantic" in " ".join(constraints(PROJECT))


def test_the_tools_for_lint_are_of_exact_versions():
    assert [tool for tool in PROJECT["dependency-groups"]["lint"] if not re.fullmatch(r"[\w-]+==[\d.]+", tool)] == []


# What others call

WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
TARGETS = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def jobs() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for workflow in WORKFLOWS:
        found |= yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    return found


def test_workflows_call_targets_of_the_makefile_and_nothing_else():
    commands = [step["run"] for job in jobs().values() for step in job["steps"] if "run" in step]
    assert {command.removeprefix("make ") for command in commands} == {
        "lint", "docs", "browser-test", "testenv", "test", "test-lowest",
    }  # fmt: skip
    assert {command.removeprefix("make ") for command in commands} <= set(TARGETS)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_names_versions_of_actions(workflow):
    content = yaml.safe_load(workflow.read_text("utf-8"))
    assert content["permissions"] == {"contents": "read"}
    for job in content["jobs"].values():
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/a@v1"))
            assert step.get("with", {}).get("persist-credentials", False) is False


def test_the_tests_run_with_every_version_of_python_that_the_package_supports():
    versions = supported(PROJECT)
    assert jobs()["tests"]["strategy"]["matrix"]["python"] == versions
    first, last = versions[0], versions[-1]
    following = f"{last.split('.')[0]}.{int(last.split('.')[1]) + 1}"
    assert PROJECT["project"]["requires-python"] == f">={first},<{following}"
    steps = [step.get("with", {}) for step in jobs()["lowest-versions"]["steps"]]
    assert [settings["python-version"] for settings in steps if "python-version" in settings] == [first]


def test_hooks_before_a_commit_are_targets_of_the_makefile():
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["entry"] == hook["name"] == f"make {hook['id']}"
        assert hook["id"] in TARGETS
        assert hook["pass_filenames"] is False


def test_every_folder_of_tests_is_in_the_quick_part_or_left_out_of_it_on_purpose():
    [quick] = re.findall(
        r"^QUICK := \$\(addprefix tests/,(.*)\)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    left_out = {
        "adoption",
        "apiserver",
        "docs",
        "engine",
        "mutants",
        "packaging",
        "plugins",
        "releases",
        "samples",
        "upgrade",
        "wrong",
    }
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith(("_", "."))
    }
    assert set(quick.split()) | left_out == folders
    assert not set(quick.split()) & left_out


# What is not in any file

HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "proxy.go" + "lang.org", "static.crates" + ".io"]
PATHS = [rf"(?<![\w.]){folder}/\w" for folder in ("/wo" + "rk", "/ro" + "ot", "/ho" + r"me/\w+", "/Us" + r"ers/\w+")]
MAIL = (
    r"[\w.+-]+@(?!\w*example|[\w-]+\.(?:example|test)\b|[\w.-]*\bsvc\b|[\w-]*example\.)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b"
)


def committed() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("needs a checkout with git")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine_a_registry_or_a_person():
    wrong = re.compile("|".join([*map(re.escape, HOSTS), *PATHS, MAIL]))
    found = []
    for path in committed():
        text = path.read_text("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in wrong.finditer(text)]
    assert found == []


@pytest.mark.parametrize("text", ["see " + HOSTS[0], "/wo" + "rk/x", "cd /ho" + "me/ann/x", "mail ann.b@firm" + ".org"])
def test_what_names_a_machine_a_registry_or_a_person_is_noticed(text):
    assert re.search("|".join([*map(re.escape, HOSTS), *PATHS, MAIL]), text)


# Speed


SPEED = re.compile(r"process_time\(|perf_counter|assert .*monotonic\(\) - \w+\)? <")
MEASURES = {"patience.py", "test_habits.py", "fuzz.py"}


def test_no_test_fails_because_a_machine_is_busy() -> None:
    """What takes too long is for benchmarks: tests wait with patience.py."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path.name not in MEASURES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if SPEED.search(line)
    ]
    assert found == []


def test_what_is_expected_of_cases_that_are_gone_is_gone() -> None:
    """An entry that no test asks for says nothing; `Said` names its entries after tests."""
    files = {path: path.parents[1] / f"test_{path.stem}.py" for path in ROOT.glob("tests/**/expected/*.yaml")}
    entries = {test: [name for name in yaml.load(path.read_bytes(), yaml.CSafeLoader) if name.startswith("test_")]
               for path, test in files.items() if test.is_file()}  # fmt: skip
    named = {test: set(names) for test, names in entries.items() if names}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *map(str, named)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    collected = set(done.stdout.splitlines())
    gone = [
        f"{test.relative_to(ROOT)}::{name}"
        for test, names in named.items()
        for name in sorted(names)
        if f"{test.relative_to(ROOT)}::{name}" not in collected
    ]
    assert len(named) > 20
    assert gone == []
