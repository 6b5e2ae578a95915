"""Write docs/capabilities.md, what the built-in plugins are proved to do: `python -m tools.capabilities`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.conformance import Probe, probe
from pulumi_everest.testing.probes.capabilities import JOBS, Capability, capabilities

PAGE = Path(__file__).parents[1] / "docs" / "capabilities.md"
_HEAD = """\
# What the built-in plugins can do

Proved means that the [conformance kit](plugins.md) has changed a field and seen an object of the operator change by it,
in that topology and with the plugin's default version of the operator. The numbers are of fields: those that change
something, of all that there are for it. The others are refused, since nothing would be done with them; some have one
value only. `everest plugin test --format json` gives the same of any plugin, field by field. `make capabilities` writes
this page.
"""


def page(probes: Mapping[str, Sequence[Probe]]) -> str:
    """The page, from the probes of each built-in plugin with the default version of its operator."""
    return "\n".join([_HEAD, *(_section(plugin, probes[plugin.name]) for plugin in builtin())])


def _section(plugin: Plugin, probes: Sequence[Probe]) -> str:
    topologies = list(plugin.definition.spec.topologies)
    found = [capabilities([probe for probe in probes if probe.topology == name]) for name in topologies]
    jobs = {row.name: row for rows in found for row in rows if row.name in JOBS and row.fields}
    lines = [f"## {plugin.manifest.title}\n", f"With version {plugin.manifest.operator.default} of the operator.\n"]
    lines += [f"| capability | | {' | '.join(topologies)} |", f"|---|---|{'---|' * len(topologies)}"]
    for rows in zip(*found, strict=True):
        cells = " | ".join(_cell(jobs.get(row.name, row)) for row in rows)
        lines.append(f"| {rows[0].name} | {rows[0].title} | {cells} |")
    return "\n".join(lines) + "\n"


def _cell(row: Capability) -> str:
    """The state, and how many fields of all have an effect. Jobs are tried once, and made alike in all topologies."""
    effects = sum(outcome == "effect" for outcome in row.fields.values())
    return f"{row.state}, {effects} of {len(row.fields)}" if effects else row.state


if __name__ == "__main__":
    found = {plugin.name: probe(plugin, operators=[plugin.manifest.operator.default]).probes for plugin in builtin()}
    PAGE.write_text(page(found), encoding="utf-8")
