"""`everest preview --against` a revision of git."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pulumi_everest.review.comparison.git import Blob, GitError, Repository

Run = Callable[..., Result]
Git = Callable[..., str]

PROGRAM = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
import pulumi_kubernetes as k8s
from sizes_of_this_test import SIZE

k8s.core.v1.ConfigMap("sizes", metadata={"name": "sizes"}, data={"size": SIZE})
"""


@pytest.fixture
def git(here: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in a repository: clusters/cluster.yaml is committed, and its `main` is tagged v1.0."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    def call(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    call("init", "-q", "-b", "main")
    (here / "clusters").mkdir()
    (here / "cluster.yaml").rename(here / "clusters/cluster.yaml")
    commit(call)
    call("tag", "v1.0")
    return call


def commit(git: Git) -> None:
    git("add", "-A")
    git("commit", "-qm", "x", "--allow-empty")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def state(git: Git) -> tuple[str, str, str]:
    return git("status", "--porcelain=v2", "--branch"), git("stash", "list"), git("worktree", "list")


@pytest.mark.parametrize(
    "revision", ["main", "v1.0", "HEAD", "HEAD~0", "refs/heads/main", "sha", "short", "main^{tree}^0"]
)
def test_a_revision_is_what_there_was(here: Path, run: Run, git: Git, revision: str) -> None:
    sha = git("rev-parse", "HEAD")
    revision = {"sha": sha, "short": sha[:8]}.get(revision, revision)
    edit(here / "clusters/cluster.yaml", "replicas: 3", "replicas: 5")
    before = state(git)
    result = run("preview", "clusters", "--against", revision)
    if "tree" in revision:
        assert "has no revision" in result.stderr
        return
    assert (result.exit_code, result.stderr) == (0, "")
    assert "   ~ spec.replsets[rs0].size: 3 → 5\n" in result.stdout
    assert result.stdout.endswith("\n1 object: 1 changed\n")
    assert run("preview", "clusters", "--against", revision, "--exit-code").exit_code == 1
    assert state(git) == before


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        (".", "clusters/cluster.yaml"),
        (".", "."),
        (".", "./clusters/../clusters"),
        ("clusters", "."),
        ("clusters", "cluster.yaml"),
        ("clusters", "../clusters"),
        ("/", "clusters"),
        (".", "link.yaml"),
        (".", "linked"),
    ],
)
def test_a_path_may_be_written_in_any_way(
    here: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch, folder: str, path: str
) -> None:
    (here / "top.yaml").write_text((here / "clusters/cluster.yaml").read_text().replace("orders", "top"))
    (here / "link.yaml").symlink_to("clusters/cluster.yaml")
    (here / "linked").symlink_to("clusters")
    commit(git)
    edit(here / "clusters/cluster.yaml", "replicas: 3", "replicas: 5")
    edit(here / "top.yaml", "replicas: 3", "replicas: 5")
    if path == ".":
        (here / "link.yaml").unlink()
    monkeypatch.chdir(here / folder)
    result = run("preview", here / path if folder == "/" else path, "--against", "main")
    assert result.exit_code == 0, result.output
    assert "size: 3 → 5\n" in result.stdout


def test_a_file_or_folder_of_that_name_wins(here: Path, run: Run, git: Git) -> None:
    (here / "main").mkdir()
    (here / "main/cluster.yaml").write_text((here / "clusters/cluster.yaml").read_text().replace("3", "7"))
    assert "size: 7 → 3\n" in run("preview", "clusters", "--against", "main").stdout
    assert "1 unchanged" in run("preview", "clusters", "--against", "refs/heads/main").stdout


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("other", "1 object: 1 created"),
        ("clusters/new.yaml", "1 object: 1 created"),
        ("clusters", "2 objects: 1 created, 1 unchanged"),
    ],
)
def test_what_did_not_exist_then_is_new(here: Path, run: Run, git: Git, path: str, count: str) -> None:
    folder = here / ("other" if path == "other" else "clusters")
    folder.mkdir(exist_ok=True)
    (folder / "new.yaml").write_text((here / "clusters/cluster.yaml").read_text().replace("orders", "new"))
    commit(git)
    result = run("preview", path, "--against", "v1.0")
    assert result.exit_code == 0
    assert result.stdout.endswith(f"\n{count}\n")
    noted = f"note: {path} did not exist in v1.0, so all of it is new\n"
    assert result.stderr == ("" if path == "clusters" else noted)


def test_a_folder_without_clusters_then_is_new(here: Path, run: Run, git: Git) -> None:
    (here / "later").mkdir()
    (here / "later/README.md").write_text("soon")
    (here / "later/empty.yaml").write_text("")
    commit(git)
    (here / "later/empty.yaml").write_text((here / "clusters/cluster.yaml").read_text().replace("orders", "new"))
    result = run("preview", "later", "--against", "HEAD")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 object: 1 created")


def test_what_is_gone_is_shown(here: Path, run: Run, git: Git) -> None:
    (here / "clusters/more.yaml").write_text((here / "clusters/cluster.yaml").read_text().replace("orders", "more"))
    commit(git)
    (here / "clusters/more.yaml").unlink()
    result = run("preview", "clusters", "--against", "main")
    assert "no longer there\n└─ - PerconaServerMongoDB more" in result.stdout


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("mian", "has no revision 'mian' [source.unreadable]\n    hint: did you mean 'main'?"),
        ("v1", "has no revision 'v1' [source.unreadable]\n    hint: did you mean 'v1.0'?"),
        ("qqqqqq", "there is no file or folder 'qqqqqq', and the repository "),
        ("clustres", "has no revision 'clustres'; did you mean 'clusters'?"),
        ("--all", "has no revision '--all'"),
        ("main:clusters", "has no revision 'main:clusters'"),
        ("", "there is no file or folder ''"),
        ("a b\x1b[2J", "has no revision 'a b\\x1b[2J'"),
    ],
)
def test_an_unknown_revision_is_said(here: Path, run: Run, git: Git, revision: str, said: str) -> None:
    result = run("preview", "clusters", f"--against={revision}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"error: in --against: {said}" in result.stderr or said in result.stderr
    data = json.loads(run("preview", "clusters", f"--against={revision}", "--format", "json").stdout)
    assert [entry["code"] for entry in data["findings"]] == ["source.unreadable"]


def test_a_shallow_clone_says_how_to_go_on(here: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(git)
    git("clone", "-q", "--depth", "1", "--no-tags", f"file://{here}", "clone")
    monkeypatch.chdir(here / "clone")
    result = run("preview", "clusters", "--against", "release")
    assert (
        "hint: the clone is shallow: fetch the revision first (git fetch; in a workflow, fetch-depth: 0)"
        in result.stderr
    )


def test_without_git_it_is_said(here: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = run("preview", "clusters", "--against", "main")
    assert result.exit_code == 1
    assert "there is no file or folder 'main', and git is not installed, so no revision can be read" in result.stderr


def test_standard_input_has_no_revision(here: Path, run: Run, git: Git) -> None:
    result = run("preview", "-", "--against", "main", stdin="")
    assert result.exit_code == 2
    assert "--against main is no file or folder, and no revision holds standard input" in result.stderr


def test_what_was_wrong_then_has_the_name_that_git_gives_it(here: Path, run: Run, git: Git) -> None:
    edit(here / "clusters/cluster.yaml", "engine:", "engin:")
    (here / "clusters/twin.yaml").write_text((here / "clusters/cluster.yaml").read_text())
    commit(git)
    (here / "clusters/twin.yaml").unlink()
    edit(here / "clusters/cluster.yaml", "engin:", "engine:")
    result = run("preview", "clusters", "--against", "main")
    assert result.exit_code == 1
    assert "main:clusters/cluster.yaml:10:5: error: in --against: definition" in result.stderr
    assert "   10 |     engin: {replicas: 3" in result.stderr
    assert "in namespace 'databases', the first at main:clusters/cluster.yaml:4:9 [" in result.stderr
    assert "everest-" not in result.stderr


def test_a_program_runs_as_it_was_with_what_it_imports(here: Path, run: Run, git: Git) -> None:
    for folder in ("infra", "lib"):
        (here / folder).mkdir()
    (here / "infra/Pulumi.yaml").write_text("name: infra\nruntime: python\n")
    (here / "infra/__main__.py").write_text(PROGRAM)
    (here / "lib/sizes_of_this_test.py").write_text("SIZE = '3'\n")
    commit(git)
    (here / "lib/sizes_of_this_test.py").write_text("SIZE = '55'\n")
    result = run("preview", "infra", "--against", "main")
    assert result.exit_code == 0, result.output
    assert '~ data.size: "3" → "55"\n' in result.stdout
    (here / "lib/sizes_of_this_test.py").write_text("SIZE = '3'\n")
    (here / "infra/__main__.py").write_text("raise ValueError('then')\n")
    commit(git)
    (here / "infra/__main__.py").write_text(PROGRAM)
    result = run("preview", "infra", "--against", "main")
    assert result.exit_code == 1
    assert "main:infra/__main__.py:1: error: in --against: ValueError: then" in result.stderr
    assert "    1 | raise ValueError('then')" in result.stderr


def test_a_plugin_of_the_repository_is_read_from_the_revision(here: Path, run: Run, git: Git, root: Path) -> None:
    plugin = here / "plugins/psmdb"
    plugin.mkdir(parents=True)
    for name in ("plugin.yaml", "definition.yaml", "resources.yaml", "restore.yaml", "mixins.yaml"):
        (plugin / name).write_text((root / "pulumi_everest/plugins/psmdb" / name).read_text())
    arguments = ["preview", "clusters", "--plugin", "plugins/psmdb", "--against", "main"]
    assert "1 unchanged" in run(*arguments).stdout  # it is new, so it is taken for both sides
    commit(git)
    edit(plugin / "resources.yaml", "updateStrategy: SmartUpdate", "updateStrategy: OnDelete")
    assert "~ spec.updateStrategy: SmartUpdate → OnDelete\n" in run(*arguments).stdout


def test_a_plugin_that_was_not_there_is_said_to_be_the_same_on_both_sides(
    here: Path, run: Run, git: Git, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    known = root / "examples/plugin-cache/cache"
    shutil.copytree(known, here / "moved")
    arguments = ("preview", "clusters", "--against", "main", "--plugin")
    assert run(*arguments, "moved").stderr == (
        "note: plugin moved did not exist in main, so it is taken as it is now on both sides\n"
    )
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "cache"
    shutil.copytree(known, elsewhere)
    assert run(*arguments, elsewhere).stderr == ""


def test_attributes_and_links_of_the_repository_do_no_harm(here: Path, run: Run, git: Git, tmp_path: Path) -> None:
    (here / ".gitattributes").write_text("*.yaml export-ignore filter=none eol=crlf\n")
    (here / "outside.yaml").symlink_to("/etc/hostname")
    (here / "clusters/up.yaml").symlink_to("../../../outside.yaml")
    commit(git)
    (here / "clusters/up.yaml").unlink()
    assert "1 unchanged" in run("preview", "clusters", "--against", "main").stdout
    repository = Repository.holding(here)
    target = tmp_path / "target"
    repository.write(repository.files(git("rev-parse", "HEAD"), ""), target)
    assert sorted(path.name for path in target.rglob("*.yaml")) == ["cluster.yaml"]


def test_paths_of_a_tree_that_lead_out_are_left_out(here: Path, git: Git, tmp_path: Path) -> None:
    blob = git("rev-parse", "HEAD:clusters/cluster.yaml")
    blobs = [
        Blob(path, "100644", blob) for path in ("../out.yaml", "/tmp/everest-out.yaml", "a/../../x.yaml", "in.yaml")
    ]
    Repository.holding(here).write(blobs, tmp_path / "t/target")
    assert [str(path.relative_to(tmp_path / "t")) for path in (tmp_path / "t").rglob("*.yaml")] == ["target/in.yaml"]
    assert not Path("/tmp/everest-out.yaml").exists()


@pytest.mark.parametrize("name", ["ü b.yaml", "-x.yaml", "a*[b]?.yaml", ":(top)x.yaml", "a'\"b.yaml"])
def test_names_are_taken_as_they_are(here: Path, run: Run, git: Git, name: str) -> None:
    (here / "odd").mkdir()
    (here / "odd" / name).write_text((here / "clusters/cluster.yaml").read_text())
    commit(git)
    assert "1 unchanged" in run("preview", f"odd/{name}", "--against", "main").stdout


def test_a_hook_of_another_repository_changes_nothing(
    here: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert "1 unchanged" in run("preview", "clusters", "--against", "main").stdout


def test_no_files_are_left_behind(here: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(here / "tmp"))
    for revision in ("main", "nope"):
        run("preview", "clusters", "--against", revision)
    assert list((here / "tmp").iterdir()) == []


def test_a_folder_outside_of_a_repository_is_said(here: Path) -> None:
    with pytest.raises(GitError, match=r"clusters is in no git repository"):
        Repository.holding(here / "clusters")


@pytest.mark.parametrize("folder", [".", "clusters"])
def test_tools_are_told_where_the_file_of_a_cluster_that_is_gone_stands(
    here: Path, git: Git, run: Run, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (here / "clusters/other.yaml").write_text((here / "clusters/cluster.yaml").read_text().replace("orders", "carts"))
    commit(git)
    (here / "clusters/other.yaml").unlink()
    monkeypatch.setenv("GITHUB_WORKSPACE", os.fspath(here))
    monkeypatch.chdir(here / folder)

    arguments = ("preview", here / "clusters", "--against", "HEAD", "--format")
    (removed,) = json.loads(run(*arguments, "sarif").stdout)["runs"][0]["results"]
    assert removed["ruleId"] == "change.removed"
    place = {"artifactLocation": {"uri": "clusters/other.yaml", "uriBaseId": "SRCROOT"}}
    assert removed["locations"][0]["physicalLocation"] == place
    said = run(*arguments, "github").stderr
    assert said.startswith("::warning file=clusters/other.yaml,title=change.removed::carts is no longer there")
