"""What a technology takes, from the definitions and schemas themselves: the same source as `everest explain`.

```{technology} psmdb-operator
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from pulumi_everest.cli.output.explain.technologies import overview, shown_default
from pulumi_everest.core.definitions.cluster_fields import Field, Tree
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace


class Technology(Directive):
    """The overview of a Provider, and a table of all fields of its clusters."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The block and the table."""
        provider = self.arguments[0]
        setup, _ = Workspace(Plugins()).setup(provider)
        if setup is None or setup.plugin is None:
            raise self.error(f"there is no Provider {provider}")
        text = click.unstyle(overview(setup.technology, setup.plugin.presets))
        tree = Tree(setup.technology)
        rows = [
            (".".join(field.names), field.type, shown_default(field), field.description)
            for field in _all(tree, tree.children(tree.root))
        ]
        title = nodes.rubric("", "All fields")
        return [
            nodes.literal_block(text, text, language="text"),
            title,
            _table(("field", "takes", "default", "what"), rows),
        ]


def _all(tree: Tree, fields: Iterable[Field]) -> Iterator[Field]:
    """Fields with all that is below them; what is inside of a pod's scheduling is Kubernetes' own."""
    for field in fields:
        yield field
        if len(field.names) < 5:
            yield from _all(tree, tree.children(field))


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (4, 1, 1, 4)), cols=len(titles))
    head = nodes.thead("", nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in titles)))
    body = nodes.tbody("", *(nodes.row("", *_cells(row)) for row in rows))
    group += [head, body]
    return nodes.table("", group)


def _cells(row: tuple[str, ...]) -> Iterator[nodes.entry]:
    for column, text in enumerate(row):
        inner = nodes.literal("", text) if column in (0, 2) and text else nodes.Text(text.replace("`", ""))
        yield nodes.entry("", nodes.paragraph("", "", inner))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("technology", Technology)
    return {"parallel_read_safe": True}
