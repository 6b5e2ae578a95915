"""The hook for pre-commit and the workflow for pull requests: their commands run as they are written."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / "examples/ci/github-pull-request.yaml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.fixture
def checkout(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone as a workflow has it: origin/main, and a change of clusters/cluster.yaml that is checked out."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    origin, clone = here / "origin", here / "clone"
    (origin / "clusters").mkdir(parents=True)
    (here / "cluster.yaml").rename(origin / "clusters/cluster.yaml")

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    git("init", "-q", "-b", "main", str(origin))
    git("-C", str(origin), "add", "-A")
    git("-C", str(origin), "commit", "-qm", "x")
    git("clone", "-q", str(origin), str(clone))
    git("-C", str(clone), "checkout", "-q", "--detach")
    git("-C", str(clone), "branch", "-D", "main")
    cluster = clone / "clusters/cluster.yaml"
    cluster.write_text(cluster.read_text().replace("replicas: 3", "replicas: 5"))
    monkeypatch.chdir(clone)
    return clone


# The workflow


def steps() -> list[dict[str, Any]]:
    (job,) = WORKFLOW["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def commands() -> list[str]:
    return [step["run"] for step in steps() if "everest " in step.get("run", "")]


def shell(command: str, bin_: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command of a step as GitHub's runner does."""
    bin_.mkdir(exist_ok=True)
    (bin_ / "everest").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pulumi_everest.cli "$@"\n')
    (bin_ / "everest").chmod(0o755)
    path = {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "FORCE_COLOR": ""}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
        capture_output=True, text=True, check=False, env={**os.environ, **path, **environment},
    )  # fmt: skip


def test_the_workflow_is_one_for_pull_requests() -> None:
    assert set(WORKFLOW) == {"name", True, "permissions", "env", "jobs"}  # YAML 1.1 takes `on` for true
    assert set(WORKFLOW[True]) == {"pull_request"}
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    for step in steps():
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
    (checkout,) = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["fetch-depth"] == 0


def test_the_workflow_says_what_is_wrong_and_what_would_change(checkout: Path, tmp_path: Path) -> None:
    validate, preview = commands()
    summary = tmp_path / "summary.md"
    summary.write_text("before\n\n")
    done = shell(validate, tmp_path / "bin", GITHUB_WORKSPACE=str(checkout))
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 cluster, no findings\n", "")
    done = shell(preview, tmp_path / "bin", GITHUB_STEP_SUMMARY=str(summary))
    assert (done.returncode, done.stderr) == (0, "")
    assert "~ spec.replsets[rs0].size: 3 → 5\n" in done.stdout
    before, posted = summary.read_text().split("\n\n", 1)
    assert (before, posted) == ("before", (checkout / "page.md").read_text())
    assert posted.startswith("### 1 cluster compared: 1 change, 0 do not\n")
    assert "- `engine.replicas 3 → 5`: `databases/orders`\n" in posted


def test_the_workflow_shows_what_is_refused_in_the_file_and_on_the_page(checkout: Path, tmp_path: Path) -> None:
    cluster = checkout / "clusters/cluster.yaml"
    cluster.write_text(cluster.read_text().replace("replicas: 5", "replicas: 1"))
    _, preview = commands()
    done = shell(preview, tmp_path / "bin", GITHUB_WORKSPACE=str(checkout), GITHUB_STEP_SUMMARY=str(tmp_path / "page"))
    assert done.returncode == 1
    assert "::error file=clusters/cluster.yaml,line=10" in done.stderr
    assert "**refused**\n\n- `engine.replicas 3 → 1, guard replicas`" in (tmp_path / "page").read_text()


GITLAB = yaml.safe_load((ROOT / "examples/ci/gitlab-merge-request.yaml").read_text())["databases"]

CURL = """\
#!/usr/bin/env python3
import json, pathlib, sys
where = pathlib.Path(sys.argv[0]).parent / "note"
if "--data" not in sys.argv:
    print(json.dumps([{"id": 7, "body": "a word"}, *([json.loads(where.read_text())] if where.exists() else [])]))
else:
    url, method = sys.argv[-1], sys.argv[sys.argv.index("-X") + 1]
    made = json.loads(pathlib.Path(sys.argv[sys.argv.index("--data") + 1][1:]).read_text())
    assert (method, url) == (("PUT", "notes/8") if where.exists() else ("POST", "notes")), sys.argv
    where.write_text(json.dumps({"id": 8, **made}))
"""


def test_the_job_of_gitlab_writes_one_note_and_changes_it(checkout: Path, tmp_path: Path) -> None:
    bin_, note = tmp_path / "bin", tmp_path / "bin/note"
    bin_.mkdir()
    (bin_ / "curl").write_text(CURL)
    (bin_ / "curl").chmod(0o755)
    (bin_ / "python").symlink_to(sys.executable)
    subprocess.run(["git", "fetch", "-q", "origin", "main"], check=True)
    script = "\n".join(GITLAB["script"])
    for replicas in (5, 7):
        cluster = checkout / "clusters/cluster.yaml"
        cluster.write_text(re.sub("replicas: [0-9]", f"replicas: {replicas}", cluster.read_text()))
        done = shell(script, bin_, NOTES="notes", EVEREST_TOKEN="x")
        assert done.returncode == 0, done.stderr
        assert f"engine.replicas 3 → {replicas}" in json.loads(note.read_text())["body"]


def test_the_workflow_fails_where_something_is_wrong(checkout: Path, tmp_path: Path) -> None:
    cluster = checkout / "clusters/cluster.yaml"
    cluster.write_text(cluster.read_text().replace("engine:", "engin:"))
    validate, preview = commands()
    done = shell(validate, tmp_path / "bin", GITHUB_WORKSPACE=str(checkout))
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=clusters/cluster.yaml,line=10,col=5,title=cluster.unknown-component::")
    assert shell(preview, tmp_path / "bin", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md")).returncode == 1


def test_the_readme_of_the_workflow_shows_commands_that_run(checkout: Path, run: Run) -> None:
    text = (ROOT / "examples/ci/README.md").read_text()
    written = re.findall(r"^everest .*$", text, re.MULTILINE) + re.findall(r"`(everest [^`]*)`", text)
    assert len(written) == 4
    assert run("lock", "clusters").exit_code == 0  # what `lock --check` looks at is committed
    for command in written:
        result = run(*shlex.split(command, comments=True)[1:])
        assert result.exit_code == 0, (command, result.output)


# pre-commit


def test_the_hook_has_what_pre_commit_needs() -> None:
    (hook,) = HOOKS
    assert (hook["id"], hook["language"]) == ("everest-validate", "python")
    assert {"id", "name", "entry", "language"} <= set(hook)
    # It checks folders as a whole: a file that changed may need one that did not.
    assert hook["pass_filenames"] is False
    for name in ("clusters/a.yaml", "a.yml", "infra/__main__.py", "x.json"):
        assert re.search(hook["files"], name)
    assert not re.search(hook["files"], "README.md")


@pytest.mark.parametrize("arguments", [[], ["clusters", "--strict"]])
def test_the_hook_runs_as_it_is_written(checkout: Path, run: Run, arguments: list[str]) -> None:
    (hook,) = HOOKS
    (checkout / "clusters/eu").mkdir()
    (checkout / "clusters/cluster.yaml").rename(checkout / "clusters/eu/cluster.yaml")
    command, *fixed = shlex.split(hook["entry"])
    assert command == "everest"
    result = run(*fixed, *(arguments or hook.get("args", [])))
    assert result.output == "1 cluster, no findings\n"


def test_the_entry_of_the_hook_is_a_command_that_the_package_installs() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert HOOKS[0]["entry"].split()[0] in project["scripts"]
