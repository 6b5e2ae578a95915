"""What commands read: the folders below, the working folder, standard input; and what they say while one waits."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import Result

from pulumi_everest.cli.main import everest
from pulumi_everest.review.inputs.programs import program_groups
from pulumi_everest.review.inputs.search import found_below

Run = Callable[..., Result]
PROGRAM = """\
import pulumi_everest as everest
everest.DatabaseCluster("shop", provider="psmdb-operator", instances={"engine": {}})
"""


@pytest.fixture
def repository(here: Path) -> Path:
    """A folder as a repository is: clusters in folders below, and YAML of other tools beside them."""
    text = (here / "cluster.yaml").read_text()
    files = {
        "clusters/prod/orders.yaml": text.replace("name: orders", "name: prod"),
        "clusters/stage/deep/orders.yml": text.replace("name: orders", "name: stage"),
        "clusters/list.json": '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}}]}',
        "infra/Pulumi.yaml": "name: infra\nruntime: python\n",
        "infra/__main__.py": PROGRAM,
        "infra/data/orders.yaml": text,
        "web/Pulumi.yaml": "name: web\nruntime: {name: nodejs}\n",
        "mkdocs.yml": "site_name: docs\n",
        "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\n",
        "charts/shop/templates/all.yaml": "apiVersion: v1\nkind: {{ .Kind }}\n",
        "plugins/mine/plugin.yaml": "name: mine\n",
        "plugins/mine/examples/a.yaml": text,
        ".github/workflows/ci.yaml": "apiVersion: x\nkind: y\n",
        "node_modules/a/b.yaml": text,
        "venv/pyvenv.cfg": "",
        "venv/lib/c.yaml": text,
    }
    for name, content in files.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(content)
    return here


def test_a_search_finds_programs_and_documents_and_passes_over_what_is_not_ours(repository: Path) -> None:
    found = found_below(Path())
    assert [path.as_posix() for path in found.paths] == [
        "cluster.yaml", "clusters/list.json", "clusters/prod/orders.yaml", "clusters/stage/deep/orders.yml", "infra",
    ]  # fmt: skip
    assert [path.as_posix() for path in found.folders] == [".", "clusters", "clusters/prod", "clusters/stage/deep"]
    assert found.left_out == [
        "charts/shop, a Helm chart",
        "plugins/mine, a plugin: everest plugin check",
        "web, a program for the runtime 'nodejs'",
    ]


def test_a_search_ends_where_folders_lead_back(here: Path) -> None:
    (here / "a").mkdir()
    (here / "a/back").symlink_to(here)
    assert [path.as_posix() for path in found_below(Path()).paths] == ["cluster.yaml"]


@pytest.mark.parametrize("text", ["apiVersion: everest.percona.com/v2alpha1\n", "kind: DatabaseCluster\n"])
def test_a_search_reads_a_document_of_ours_that_lacks_something(here: Path, run: Run, text: str) -> None:
    (here / "below").mkdir()
    (here / "below/a.yaml").write_text(text)
    result = run("validate", "-R")
    assert "below/a.yaml" in result.output
    assert result.exit_code == 1


def test_clusters_in_folders_below_are_checked_with_r(repository: Path, run: Run) -> None:
    result = run("validate", "-R")
    assert result.stdout == "4 clusters, no findings\n"
    assert "note: left out: web, a program for the runtime 'nodejs'" in result.stderr
    (repository / "clusters/prod/orders.yaml").write_text(
        (repository / "cluster.yaml").read_text().replace("engine", "enigne")
    )
    result = run("validate", "--recursive", "clusters")
    assert result.stdout.startswith("clusters/prod/orders.yaml:10:5: error: ")


def test_a_search_that_finds_nothing_says_so(here: Path, run: Run) -> None:
    (here / "empty/below").mkdir(parents=True)
    result = run("validate", "-R", "empty")
    assert "neither the folder nor one below it has a Pulumi.yaml or a document of Kubernetes" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize("command", ["validate", "render", "preview", "lock --check", "adopt", "migrate"])
def test_without_a_path_it_is_the_working_folder(here: Path, run: Run, command: str) -> None:
    alone, named = run(*command.split()), run(*command.split(), ".")
    assert (alone.exit_code, alone.output) == (named.exit_code, named.output)
    assert "Usage" not in alone.output


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_plugin_that_is_not_named_is_that_of_the_working_folder(here: Path, run: Run, command: str) -> None:
    assert ". is no plugin: it has no plugin.yaml" in run("plugin", command).output


# At a terminal


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, *arguments: str, stdin: str = "") -> str:
    """Run a command at a terminal, and give what it says on standard error."""
    error = _Terminal(io.BytesIO(), encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdin", _Terminal(io.BytesIO(stdin.encode()), encoding="utf-8"))
    monkeypatch.setattr(sys, "stderr", error)
    with suppress(click.UsageError):
        everest.main(list(arguments), prog_name="everest", standalone_mode=False)
    error.seek(0)
    return click.unstyle(error.read())


def test_standard_input_on_a_terminal_says_that_it_waits(here: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (here / "cluster.yaml").read_text()
    assert "note: reading standard input; Ctrl-D" in on_terminal(monkeypatch, "validate", "-", stdin=text)
    assert "reading standard input" in on_terminal(monkeypatch, "lock", "--from-state", "-", stdin="{}")
    assert "reading" not in run("validate", "-", stdin=text).output


@pytest.mark.parametrize(("seconds", "is_said"), [(0.01, True), (60.0, False)])
def test_a_program_that_runs_long_says_so_on_a_terminal(
    project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, seconds: float, is_said: bool
) -> None:
    project(f"import time\n{PROGRAM}time.sleep(0.1)\n")
    monkeypatch.setattr(program_groups, "LONG", seconds)
    said = on_terminal(monkeypatch, "validate", ".")
    assert ("note: .: the program still runs; --timeout ends it after 60 s" in said) == is_said


def test_a_program_that_runs_long_says_nothing_into_a_log(
    project: Callable[[str], Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(f"import time\n{PROGRAM}time.sleep(0.1)\n")
    monkeypatch.setattr(program_groups, "LONG", 0.01)
    assert run("validate", ".").stderr == ""
