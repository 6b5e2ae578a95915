"""Every code block of the pages, those at the top and the examples' READMEs does what the page says.

A block whose first line has a path after the language is that file. By language, a block is

- ``python``: a Pulumi program if it imports pulumi_everest's resources, and then it runs without findings; else it is
  executed, and the tests in it are run;
- ``yaml``, ``toml``, ``json``: parsed; documents of this package's kinds have no findings;
- ``console``: commands that are run where the page's files are, and what they print (``...`` for any lines);
- ``sh``: commands that are there: targets of the Makefile, commands and options of everest;
- ``text`` or nothing: a picture.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import yaml

from pulumi_everest.cli.main import everest
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.program.run import run_program
from pulumi_everest.workspace.workspace import KINDS, Workspace, shape_for

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"docs/findings.md", "docs/operations.md"}
"""Pages with a notation of their own, run by tests/test_findings_page.py and tests/engine/test_operations_page.py."""

KNOWN = {
    "cd": None,
    "eval": None,
    "pip": {"install"},
    "pulumi": {"config", "destroy", "install", "package", "preview", "stack", "state", "up"},
    "kubectl": {"apply", "create", "describe", "get", "logs", "run"},
    "kind": {"create", "delete"},
    "helm": {"upgrade"},
}
"""Commands that pages may name besides make and everest, with their own commands."""


@dataclass(frozen=True)
class Block:
    """A fenced block: where it is, its language, the rest of its first line, and its content."""

    page: str
    line: int
    language: str
    rest: str
    content: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(ROOT).as_posix()
    found = []
    for match in re.finditer(r"^(`{3,})([^\n`]*)\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL):
        language, _, rest = match[2].partition(" ")
        if not language.startswith("{"):  # a directive, which Sphinx checks
            found.append(Block(name, text[: match.start()].count("\n") + 1, language, rest.strip(), match[3]))
    return found


def pages() -> list[Path]:
    top = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")]
    found = [*top, *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("examples/**/README.md"))]
    return [page for page in found if page.relative_to(ROOT).as_posix() not in ELSEWHERE]


PAGES = {page.relative_to(ROOT).as_posix(): blocks_of(page) for page in pages()}
BLOCKS = [block for blocks in PAGES.values() for block in blocks]


def of_language(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


def test_no_block_is_written_in_a_way_that_is_not_found() -> None:
    hidden = re.compile(
        r"^([ \t>]+```|~~~|:::+\{(?!tab-|admonition)|```+ *\{(code|code-block|code-cell|sourcecode|parsed-literal)\})",
        re.MULTILINE,
    )
    assert [page.name for page in pages() if hidden.search(page.read_text(encoding="utf-8"))] == []


def test_every_block_has_a_language_that_is_tested() -> None:
    known = {"python", "yaml", "toml", "json", "console", "sh", "typescript", "go", "text", ""}
    assert [f"{block}: {block.language}" for block in BLOCKS if block.language not in known] == []
    assert of_language("python")
    assert of_language("console")


def is_program(block: Block) -> bool:
    return re.search(r"^import pulumi_everest\b", block.content, re.MULTILINE) is not None


@pytest.fixture
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("block", [b for b in of_language("python") if is_program(b) and not b.rest], ids=str)
def test_a_program_runs_without_findings(block: Block, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: page\nruntime: python\n")
    for file in [other for other in PAGES[block.page] if other.language == "yaml" and other.rest]:
        (tmp_path / file.rest).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.rest).write_text(file.content)
    (tmp_path / "__main__.py").write_text(block.content)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    run = run_program(tmp_path)
    # An upgrade is never made without a word.
    assert [one_line(entry) for entry in run.findings if entry.code != "upgrade.downtime"] == []
    assert run.clusters > 0


@pytest.mark.parametrize("block", [b for b in of_language("python") if not is_program(b) and not b.rest], ids=str)
@pytest.mark.usefixtures("at_the_top")
def test_other_python_runs(block: Block, tmp_path: Path) -> None:
    if not re.search(r"^(def )?test_", block.content, re.MULTILINE):
        exec(compile(block.content, str(block), "exec"), {})
        return
    (tmp_path / "test_block.py").write_text(block.content, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", tmp_path]
    done = subprocess.run([*command, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("api_server")
def test_the_test_on_the_page_about_testing_passes(shared: Path, tmp_path: Path) -> None:
    [block] = [block for block in of_language("python") if block.rest == "test_objects.py"]
    (tmp_path / block.rest).write_text(block.content)
    shutil.copytree(shared / "crds" / "valkey-io" / "0.5.0", tmp_path / "crds")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("block", of_language("yaml"), ids=str)
def test_yaml_is_valid(block: Block) -> None:
    parsed = list(yaml.safe_load_all(block.content))
    assert parsed
    if not any(isinstance(document, dict) and document.get("kind") in KINDS for document in parsed):
        return
    documents, found = read_yaml(block.content.encode(), str(block), shape_for)
    workspace = Workspace(Plugins(), documents)
    found += workspace.plan().findings
    assert [one_line(entry) for entry in found] == []


@pytest.mark.parametrize("block", of_language("toml", "json"), ids=str)
def test_toml_and_json_are_valid(block: Block) -> None:
    assert (tomllib.loads if block.language == "toml" else json.loads)(block.content)


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it prints."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].strip(), ""))
        else:
            command, output = found.pop()
            found.append((command, output + line))
    return found


def pattern(output: str) -> str:
    """A regular expression for what a page shows, in which a line of three dots stands for any lines."""
    lines = ["(.*\n)*" if line.strip() == "..." else re.escape(line) for line in output.splitlines(keepends=True)]
    return "".join(lines) + r"\Z"


@pytest.mark.parametrize("page", [page for page in PAGES if any(b.language == "console" for b in PAGES[page])])
def test_commands_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }
    for block in PAGES[page]:
        if block.rest:
            (tmp_path / block.rest).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.rest).write_text(block.content, encoding="utf-8")
        for command, output in commands(block.content) if block.language == "console" else ():
            assert "everest " in command, f"{block}: only everest is run, not {command}"
            done = subprocess.run(
                ["sh", "-c", command], cwd=tmp_path, env=environment, text=True, encoding="utf-8",
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
            assert done.returncode in (0, 1), done.stdout
            assert re.match(pattern(output), done.stdout), f"{block}: $ {command}\n{done.stdout}"


def parse(name: str, arguments: list[str]) -> None:
    """Read a command line of everest without running it. Raises UsageError."""
    with click.Context(everest, info_name="everest") as context:
        command = everest.get_command(context, name)
        assert command is not None, name
        command.make_context(name, arguments, parent=context).close()


@pytest.mark.parametrize("block", of_language("sh"), ids=str)
@pytest.mark.usefixtures("at_the_top")
def test_a_command_exists(block: Block) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for line in block.content.splitlines():
        words = shlex.split(line, comments=True)
        match words:
            case []:
                pass
            case ["make", *targets]:
                assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets if "=" not in target)
            case ["everest", name, *arguments]:
                try:
                    parse(name, arguments)
                except click.UsageError as error:
                    pytest.fail(f"{block}: {line}: {error.format_message()}")
            case [assigned, *rest] if "=$(" in assigned:
                program = assigned.partition("=$(")[2]
                assert rest[0] in (KNOWN[program] or ()), f"{block}: {line}"
            case [program, *rest]:
                assert program in KNOWN, f"{block}: {program}"
                known = KNOWN[program]
                assert known is None or rest[0] in known, f"{block}: {line}"


@pytest.mark.parametrize("block", of_language("typescript"), ids=str)
def test_typescript_parses(block: Block, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    module = tmp_path / "index.mjs"  # the pages have no types in it, so it is JavaScript as well
    module.write_text(block.content, encoding="utf-8")
    done = subprocess.run([node, "--check", module], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", of_language("go"), ids=str)
def test_go_parses(block: Block, tmp_path: Path) -> None:
    gofmt = shutil.which("gofmt")
    if gofmt is None:
        pytest.skip("needs gofmt")
    source = tmp_path / "main.go"
    source.write_text(block.content, encoding="utf-8")
    done = subprocess.run([gofmt, "-e", source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == block.content
