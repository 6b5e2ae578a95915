"""What a plugin offers, as data for a terminal, and as a page of reference with the capabilities that were proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_everest.core.check_job import JOB_KINDS
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.capabilities import Capability


def shown(plugin: Plugin) -> dict[str, Any]:
    """A plugin as data: what it is, its operator, versions, topologies, components, presets and honoured fields."""
    manifest, spec = plugin.manifest, plugin.definition.spec
    return {
        "name": plugin.name,
        "title": manifest.title,
        "provider": plugin.definition.name,
        "operator": {"name": manifest.operator.name, "versions": list(manifest.operator.versions)},
        "types": {name: [one.version for one in kind.versions] for name, kind in spec.component_types.items()},
        "topologies": {
            name: {
                "default": one.default,
                "components": {
                    part: {"type": spec.components[part].type, "optional": member is not None and bool(member.optional)}
                    for part, member in one.components.items()
                },
            }
            for name, one in spec.topologies.items()
        },
        "presets": list(plugin.presets),
        "fields": {
            "cluster": sorted(manifest.spec_fields()),
            **{name: sorted(manifest.instance_fields(name) or ()) for name in spec.components},
        },
        "jobs": [kind for kind in JOB_KINDS if getattr(plugin, kind) is not None],
    }


def shown_text(data: Mapping[str, Any]) -> str:
    """The same for people."""
    lines = [f"{data['name']}: {data['title']}", f"  provider   {data['provider']}"]
    lines.append(f"  operator   {data['operator']['name']} {', '.join(data['operator']['versions'])}")
    for name, versions in data["types"].items():
        lines.append(f"  type       {name}: {', '.join(versions)}")
    for name, one in data["topologies"].items():
        parts = [f"{part}{' (optional)' if member['optional'] else ''}" for part, member in one["components"].items()]
        lines.append(f"  topology   {name}{'*' if one['default'] else ''}: {', '.join(parts)}")
    lines.append(f"  presets    {', '.join(data['presets']) or '-'}")
    lines.append(f"  jobs       {', '.join(data['jobs']) or '-'}")
    lines += [f"  fields     {name}: {', '.join(fields) or '-'}" for name, fields in data["fields"].items()]
    return "\n".join(lines)


def page(plugin: Plugin, capabilities: Sequence[Capability]) -> str:
    """A page of reference in Markdown."""
    return "\n".join(_page(plugin, shown(plugin), capabilities)) + "\n"


def _page(plugin: Plugin, data: Mapping[str, Any], capabilities: Sequence[Capability]) -> Iterator[str]:
    yield from (f"# {data['title']}", "")
    if plugin.manifest.description:
        yield from (plugin.manifest.description, "")
    operator = data["operator"]
    versions = ", ".join(operator["versions"])
    yield f"The Provider is `{data['provider']}`; the objects are for {operator['name']} {versions}."
    yield from ("", "## Topologies", "")
    for name, one in data["topologies"].items():
        yield from (
            f"### {name}{' (default)' if one['default'] else ''}",
            "",
            "| component | type | |",
            "|---|---|---|",
        )
        for part, member in one["components"].items():
            yield f"| `{part}` | {member['type']} | {'optional' if member['optional'] else ''} |"
        yield ""
    yield from ("## Versions", "", "| type | version | image | |", "|---|---|---|---|")
    for name, kind in plugin.definition.spec.component_types.items():
        for version in kind.versions:
            notes = [word for word, said in (("default", version.default), ("deprecated", version.deprecated)) if said]
            notes += [f"operator {version.operator}"] if version.operator else []
            image = version.image or kind.image or ""
            yield f"| {name} | {version.version} | `{image}` | {', '.join(notes)} |"
    yield from ("", "## Fields", "", "All others are refused.", "", "| of | fields |", "|---|---|")
    for name, fields in data["fields"].items():
        yield f"| {name if name == 'cluster' else f'`{name}`'} | {', '.join(f'`{one}`' for one in fields)} |"
    if data["presets"]:
        yield from ("", "## Presets", "", ", ".join(f"`{one}`" for one in data["presets"]))
    yield from ("", "## What it is proved to do", "", "| capability | |", "|---|---|")
    for row in capabilities:
        yield f"| {row.title} | {row.state} |"
