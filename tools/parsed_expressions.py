"""Write expressions/syntax/parsed.json, the trees of the built-in plugins' expressions: `make schemas`."""

from __future__ import annotations

import json
from unittest.mock import patch

from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.rules import Rules
from pulumi_everest.expressions import environment
from pulumi_everest.expressions.environment import Environment
from pulumi_everest.expressions.syntax.parsed import FILE, Written, write
from pulumi_everest.expressions.syntax.tree import Tree
from pulumi_everest.plugins.find import builtin


def written() -> str:
    """The file: what CEL says of the expressions in rules, changes, objects, jobs and workloads of built-in plugins."""
    found: dict[str, Written] = {}

    def checked(self: Environment, text: str) -> tuple[Tree, str]:
        tree, returns = self.checker.check(text)
        entry = write(tree, returns, self.variables)
        if entry is not None:
            found[text] = entry
        return tree, returns

    with patch.object(environment.Environment, "checked", checked):
        for plugin in builtin():
            rules = Rules(plugin.definition)
            for topology in plugin.definition.spec.topologies:
                rules.compiled(topology)
            Policies(plugin.definition)
            _ = plugin.template, plugin.backup, plugin.restore, plugin.upgrade, plugin.workloads
    rows = [f"{json.dumps(text)}: {json.dumps(found[text], separators=(',', ':'))}" for text in sorted(found)]
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
