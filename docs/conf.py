"""The documentation site: `make docs` builds it with Sphinx into build/docs."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import click
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from pulumi_everest.cli.main import everest

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "pulumi-everest"
author = "The pulumi-everest authors"
version = release = version_of("pulumi-everest")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton", "sphinx_design", "pictures", "technologies"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
# What is copied of a session are its commands, without what they print.
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
html_theme = "furo"
html_title = f"pulumi-everest {version}"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]  # the page of findings shows YAML that is wrong

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
default_role = "literal"  # docstrings have code in single backquotes
nitpicky = True
# Named in signatures, but not described here.
nitpick_ignore_regex = [
    ("py:class", r"(pulumi|collections|os|pathlib)\..*"),
    ("py:class", r"pulumi_everest\.(core|model|plugins|program|testing\.probes|workspace)\..*"),
    ("py:class", r"(Affinity|Toleration|TopologySpreadConstraint)Args"),  # of pulumi_kubernetes
    ("py:class", r"dict\[str"),  # the first half of a type that is cut at a comma
]


_WIDTH = 84
"""Columns that fit into a page."""


class CommandHelp(Directive):
    """A section for each command of `everest`, with the help that the command itself prints."""

    def run(self) -> list[nodes.Node]:
        """The sections."""
        context = click.Context(everest, info_name="everest", terminal_width=_WIDTH)
        found = [_help_text(context)]
        for name in everest.list_commands(context):
            command = everest.get_command(context, name)
            assert command is not None  # it is one of the listed
            section = nodes.section(ids=[f"everest-{name}"], names=[f"everest {name}"])
            section += nodes.title("", "", nodes.literal("", f"everest {name}"))
            inner = click.Context(command, info_name=name, parent=context, terminal_width=_WIDTH)
            section += _help_text(inner)
            found.append(section)
        return found


def _help_text(context: click.Context) -> nodes.Node:
    text = context.get_help()
    return nodes.literal_block(text, text, language="text")


def _captions(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Show what stands after the language of a block, such as the name of a file, above the block."""
    source[0] = re.sub(r"^```(\w+) (.+)$", r'```{code-block} \1\n:caption: "`\2`"\n', source[0], flags=re.MULTILINE)


def _links(_app: Sphinx, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Make links of the pages that docstrings name."""
    lines[:] = [re.sub(r"\bdocs/([\w-]+)\.md\b", r":doc:`\1`", line) for line in lines]


def _fields_once(_app: Sphinx, what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Leave out what help() says about the fields of a part, which the page has anyway."""
    title = "Fields, of which any value may be an output:"
    if what == "class" and title in lines:
        del lines[lines.index(title) :]


def setup(app: Sphinx) -> None:
    """Add what is special about this site."""
    app.add_directive("command-help", CommandHelp)
    app.connect("source-read", _captions)
    app.connect("autodoc-process-docstring", _links)
    app.connect("autodoc-process-docstring", _fields_once)
