"""Technologies and their fields as `everest explain` shows them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from pulumi_everest.cli.output.findings import counted
from pulumi_everest.cli.output.wrapping import wrapped
from pulumi_everest.cli.output.write import screen_of
from pulumi_everest.core.definitions.cluster_fields import Field, Tree
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.reference.versions import offered
from pulumi_everest.review.yaml_text import scalar_text, yaml_text

_MANY = 8


def overview(technology: Technology, presets: Mapping[str, Any]) -> str:
    """A technology as a whole: its operator, topologies, versions, presets and fields."""
    manifest, definition = technology.manifest, technology.definition
    lines = [_bold(technology.provider) + (f": {manifest.title}" if manifest is not None else "")]
    if manifest is not None:
        if manifest.description:
            lines += _broken(" ".join(manifest.description.split()))
        versions = [
            f"{version} (default)" if version == manifest.operator.default else version
            for version in manifest.operator.versions
        ]
        lines += ["", _title("Operator"), f"  {manifest.operator.name} {', '.join(versions)}"]
    lines += ["", _title("Topologies (topology.type)")]
    for name, topology in definition.spec.topologies.items():
        members = [
            f"[{component}]" if entry.optional else component
            for component, entry in definition.topology_components(name).items()
        ]
        mark = " (default)" if topology.default else ""
        lines += _broken(f"  {_bold(name)}{mark}: {', '.join(members)}")
    lines += ["", _title("Versions (instances.<component>.version)")]
    operator = manifest.operator.default if manifest is not None else None
    for component in definition.spec.components:
        kind = definition.type_of(component)
        names = [
            f"{one.entry.version} (default)" if one.is_default else one.entry.version
            for one in offered(technology, kind, operator)
        ]
        more = [f"and {len(names) - _MANY} more"] if len(names) > _MANY else []
        lines += _broken(f"  {_bold(component)} ({kind}): {', '.join([*names[:_MANY], *more])}")
    if presets:
        lines += ["", _title("Presets (preset)"), f"  {', '.join(presets)}"]
    tree = Tree(technology)
    lines += ["", _title("Fields"), *_listed(tree.children(tree.root))]
    example = f"everest explain {technology.provider}.instances.{next(iter(definition.spec.components), 'engine')}"
    return "\n".join([*lines, "", f"More: {example}"])


def field_text(technology: Technology, presets: Mapping[str, Any], tree: Tree, field: Field) -> str:
    """One field: what it is, takes, has if nothing is said, and what is below it."""
    lines = [f"{_bold('.'.join((technology.provider, *field.names)))}: {field.type}"]
    lines += _broken(on_one_line(field.description)) if field.description else []
    if 0 < len(field.topologies) < len(technology.definition.spec.topologies):
        lines.append(f"in: {', '.join(field.topologies)}")
    lines += [f"default: {shown_default(field)}"] if field.defaults else []
    lines += [field.bounds] if field.bounds else []
    known = list(_versions(technology, field.names)) or list(_presets(field.names, presets))
    if known:
        return "\n".join([*lines, "", *known])
    if field.allowed:
        lines += _broken(f"allowed: {', '.join(map(scalar_text, field.allowed))}")
    below = tree.children(field)
    return "\n".join([*lines, *(["", _title("Fields"), *_listed(below)] if below else [])])


def _versions(technology: Technology, names: tuple[str, ...]) -> Iterator[str]:
    """The versions that a field may have, each with where it may go."""
    match names:
        case ("instances", component, "version"):
            kinds = technology.definition.choices(component)
        case ("components", "versions", kind, "version"):
            kinds = [kind]
        case _:
            return
    operator = technology.manifest.operator.default if technology.manifest is not None else None
    for kind in kinds:
        yield _title(f"Versions of {kind}" + (f", with the operator {operator}" if operator else ""))
        for one in offered(technology, kind, operator):
            marks = [
                text for text, is_so in (("default", one.is_default), ("deprecated", one.entry.deprecated)) if is_so
            ]
            head = f"  {_bold(one.entry.version)}" + (f" ({', '.join(marks)})" if marks else "")
            goes = f"may go to {', '.join(one.goes_to)}" if one.goes_to else "goes to no other one"
            yield from _broken(f"{head}: {goes}")


def _presets(names: tuple[str, ...], presets: Mapping[str, Any]) -> Iterator[str]:
    """The presets, with what is in each."""
    if names != ("preset",):
        return
    for name, content in presets.items():
        yield _title(name)
        yield from (f"  {line}" for line in yaml_text(content).splitlines())


def _listed(fields: Sequence[Field]) -> Iterator[str]:
    """Fields in lines: name, type, what is there if nothing is said, what it is."""
    rows = [(field.names[-1], field.type, field) for field in fields]
    widths = [max(map(len, column), default=0) for column in ([row[0] for row in rows], [row[1] for row in rows])]
    for name, kind, field in rows:
        facts = [f"default {shown_default(field)}"] if field.defaults else []
        facts += ["needed"] if field.is_required else []
        about = on_one_line(field.description.split(". ")[0].rstrip("."))
        said = "; ".join(filter(None, [about, *facts]))
        yield from _broken(f"  {_bold(name.ljust(widths[0]))}  {kind.ljust(widths[1])}  {said}".rstrip())


def shown_default(field: Field) -> str:
    """What a field has if nothing is said, by topology where that differs."""
    parts = [
        scalar_text(value) if topology is None else f"{scalar_text(value)} ({topology})"
        for topology, value in field.defaults.items()
    ]
    return ", ".join(parts)


def list_text(rows: Sequence[tuple[str, ...]], titles: tuple[str, ...], what: str) -> str:
    """A table, and how many lines it has."""
    widths = [max(len(row[column]) for row in [titles, *rows]) for column in range(len(titles))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [titles, *rows]
    ]
    return "\n".join([_title(lines[0]), *lines[1:], "", counted(len(rows), what)])


def _broken(line: str) -> list[str]:
    return wrapped(line, screen_of(sys.stdout).line_width)


def _bold(text: str) -> str:
    return click.style(text, bold=True)


_title = _bold
