"""What the pages name is there: files and folders, modules and what is in them, targets of the Makefile, links."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pulumi_everest"
TOP = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")]
READMES = sorted(ROOT.glob("examples/**/README.md"))
PAGES = [*TOP, *sorted(ROOT.glob("docs/*.md")), *READMES]
BASES = [ROOT, PACKAGE, PACKAGE / "resources", PACKAGE / "plugins" / "psmdb"]
"""Where a path may begin: at the top, in the package (the page about architecture), in a plugin."""
FOLDERS = {folder.name for base in BASES for folder in base.iterdir() if folder.is_dir()} - {"build", "dist"}
TARGETS = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def named(page: Path) -> Iterator[str]:
    """What stands in single backquotes, outside of code blocks."""
    text = re.sub(r"^(`{3,}).*?^\1$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def ids(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_a_file_that_a_page_names_is_there(page):
    paths = [text for text in named(page) if re.fullmatch(r"[\w.-]+(/[\w.<>*-]*)+", text)]
    own = [path for path in paths if path.split("/")[0] in FOLDERS]
    patterns = {path: re.sub(r"<\w+>", "*", path).rstrip("/") for path in own}
    endings = {path: (pattern, f"{pattern}.py") for path, pattern in patterns.items()}  # a module needs none
    assert [p for p, ways in endings.items() if not any(list(base.glob(way)) for base in BASES for way in ways)] == []


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    module, rest = name, []
    while "." in module:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            rest.insert(0, last)
        else:
            for part in rest:
                found = getattr(found, part, None)
            return found is not None
    return rest[-1:] != [] and hasattr(importlib.import_module(module), rest[0])


@pytest.mark.parametrize("page", PAGES, ids=ids)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_module_that_a_page_names_is_there(page):
    names = re.findall(r"\bpulumi_everest(?:\.\w+)+", page.read_text("utf-8"))
    groups = {"pulumi_everest.plugins"}  # the group of entry points has the name of the package's folder
    assert [name for name in dict.fromkeys(names) if name not in groups and not is_there(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_a_target_of_the_makefile_that_a_page_names_is_there(page):
    commands = [re.split(r"\s+", text)[1:] for text in named(page) if re.match(r"make\s", text)]
    assert [
        word for words in commands for word in words if re.fullmatch(r"[a-z-]+", word) and word not in TARGETS
    ] == []


@pytest.mark.parametrize("page", [*TOP, *READMES], ids=ids)
def test_a_link_to_a_file_leads_there(page):
    """Sphinx looks at those of the pages in docs."""
    links = [
        link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")) if "://" not in link
    ]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_what_is_not_there_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("`core/nothing.py` and ``x`` and `make none`\n```sh\n`core/hidden.py`\n```\n")
    assert list(named(page)) == ["core/nothing.py", "make none"]
    assert is_there("pulumi_everest.core.resolve.resolve")
    assert is_there("pulumi_everest.raise_findings")
    assert not is_there("pulumi_everest.core.expressions")
    assert not is_there("pulumi_everest.core.resolve.nothing")
