"""The preview for people: clusters, their objects, and the fields of these, or what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from pulumi_everest.cli.output.changes import change_lines
from pulumi_everest.cli.output.findings import counted
from pulumi_everest.cli.output.objects import object_data
from pulumi_everest.cli.output.yaml_lines import Line, yaml_lines
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.review.clusters import Compared
from pulumi_everest.review.comparison.object_diff import Change, Difference
from pulumi_everest.review.hidden_values import plain
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.review.yaml_text import scalar_text, yaml_text

_COLOURS = {"+": "green", "-": "red", "~": "yellow"}
_OWN = "cyan"
_KINDS = {"provider": "Provider"}
_SIGNS = {"created": "+", "removed": "-", "changed": "~", "same": " ", "added": "+"}


@dataclass(frozen=True)
class Glyphs:
    """The lines of the tree."""

    fork: str
    last: str
    bar: str
    arrow: str
    own: str


LINES = Glyphs("├─ ", "└─ ", "│  ", "→", "•")
ASCII = Glyphs("|- ", "`- ", "|  ", "->", "*")


def glyphs_for(encoding: str | None) -> Glyphs:
    """Lines that the encoding of a terminal or file can show."""
    return LINES if (encoding or "").lower().replace("-", "").startswith("utf") else ASCII


def tree(groups: Sequence[Group], glyphs: Glyphs) -> str:
    """Everything that would exist, what of it follows what the user says, and how much it is; nothing of no groups."""
    blocks = []
    for group in groups:
        branches = [(_title(item), _marked_fields(item, glyphs)) for item in group.items]
        blocks.append("\n".join(_branches(group_title(group), branches, glyphs)))
    return "\n\n".join([*blocks, _summary(groups, glyphs)]) if blocks else ""


def _summary(groups: Sequence[Group], glyphs: Glyphs) -> str:
    """How many objects and clusters there are, and what the mark at a line means."""
    objects = counted(sum(len(group.items) for group in groups), "object")
    clusters = sum(group.kind == "cluster" for group in groups)
    lines = [f"{objects} of {counted(clusters, 'cluster')}" if clusters else objects]
    if any(item.own is not None for group in groups for item in group.items):
        what = "follows what you say; all other values are defaults, versions and templates of the plugin"
        lines.append(f"{click.style(glyphs.own, fg=_OWN)} {what}")
    return "\n".join(lines)


def _marked_fields(item: Item, glyphs: Glyphs) -> list[str]:
    """The fields of an object, with a mark where the user says what is there, as far as that is known."""
    if item.own is None:
        return [line.text for line in _fields(item, frozenset())]
    own, other = click.style(f"{glyphs.own} ", fg=_OWN), "  "
    return [
        own + click.style(line.text, bold=True) if line.is_own else other + line.text
        for line in _fields(item, item.own())
    ]


def diff_tree(
    groups: Sequence[Group], differences: Sequence[Difference], glyphs: Glyphs, compared: Sequence[Compared] = ()
) -> str:
    """Everything that differs, under its cluster, after what that does to it; what is no longer there comes last."""
    by_item = {id(difference.item): difference for difference in differences}
    by_cluster = {id(entry.cluster): entry for entry in compared}
    blocks = []
    for group in groups:
        branches = [_difference(by_item[id(item)], glyphs) for item in group.items]
        block = list(_branches(group_title(group), branches, glyphs))
        entry = by_cluster.get(id(group.cluster))
        if entry is not None:
            block += change_lines(entry, glyphs.arrow)
        blocks.append("\n".join(block))
    gone = [_difference(d, glyphs) for d in differences if d.kind == "removed"]
    if gone:
        blocks.append("\n".join(_branches(click.style("no longer there", bold=True), gone, glyphs)))
    return "\n\n".join([*blocks, diff_summary(differences)])


def diff_summary(differences: Sequence[Difference]) -> str:
    """``1 created, 2 changed, 3 unchanged``."""
    words = {"created": "created", "changed": "changed", "removed": "removed", "same": "unchanged"}
    kinds = [difference.kind for difference in differences]
    parts = [f"{kinds.count(kind)} {word}" for kind, word in words.items() if kind in kinds]
    return f"{counted(len(kinds), 'object')}: {', '.join(parts)}" if parts else "no objects"


def group_title(group: Group) -> str:
    """What a group is, in one line."""
    about = ", ".join(f"{key} {value}" for key, value in group.about.items())
    name = group.name if group.kind == "other" else f"{_KINDS.get(group.kind, group.kind)} {group.name}"
    title = click.style(on_one_line(name), bold=True)
    return f"{title} ({on_one_line(about)})" if about else title


def _branches(title: str, branches: Sequence[tuple[str, list[str]]], glyphs: Glyphs) -> Iterator[str]:
    yield title
    for number, (head, lines) in enumerate(branches):
        last = number == len(branches) - 1
        yield (glyphs.last if last else glyphs.fork) + head
        for line in lines:
            yield ("   " if last else glyphs.bar) + line


def _title(item: Item, sign: str = "") -> str:
    version, where = str(item.manifest.get("apiVersion", "")), item.key[2]
    text = click.style(on_one_line(item.title), fg=_COLOURS.get(sign), bold=True)
    return text + click.style(on_one_line(f"  {version}{f'  in {where}' if where else ''}"), dim=True)


def _fields(item: Item, own: frozenset[Path]) -> list[Line]:
    """The fields of an object; its name and namespace stand in its title."""
    data = object_data(item)
    metadata = data.get("metadata")
    if isinstance(metadata, Mapping):
        data["metadata"] = {key: value for key, value in metadata.items() if key not in ("name", "namespace")}
    shown = {key: value for key, value in data.items() if key not in ("apiVersion", "kind") and value != {}}
    return yaml_lines(shown, own)


def _difference(difference: Difference, glyphs: Glyphs) -> tuple[str, list[str]]:
    sign = _SIGNS[difference.kind]
    word = {"same": "unchanged"}.get(difference.kind, difference.kind)
    head = f"{_styled(sign, sign)} {_title(difference.item, sign)}  {_styled(word, sign)}"
    if difference.kind == "created":
        return head, [_styled(f"+ {line.text}", "+") for line in _fields(difference.item, frozenset())]
    return head, [line for change in difference.changes for line in _change(change, glyphs)]


def _styled(text: str, sign: str) -> str:
    return click.style(text, fg=_COLOURS[sign]) if sign in _COLOURS else click.style(text, dim=True)


def _change(change: Change, glyphs: Glyphs) -> Iterator[str]:
    sign, where = {"added": "+", "removed": "-", "changed": "~"}[change.kind], on_one_line(change.where)
    by = click.style(on_one_line(f"  (by {change.by})"), dim=True) if change.by is not None else ""
    if change.kind == "changed":
        was, now = plain(change.old, show=False), plain(change.new, show=False)
        if not _is_tall(was) and not _is_tall(now):
            more = " (another value)" if was == now else ""
            yield f"{_styled(f'{sign} {where}:', sign)} {scalar_text(was)} {glyphs.arrow} {scalar_text(now)}{more}{by}"
            return
        yield _styled(f"{sign} {where}:", sign) + by
        yield from _value(was, "-")
        yield from _value(now, "+")
        return
    value = plain(change.new if change.kind == "added" else change.old, show=False)
    if _is_tall(value):
        yield _styled(f"{sign} {where}:", sign) + by
        yield from _value(value, sign)
    else:
        yield _styled(f"{sign} {where}: {scalar_text(value)}", sign) + by


def _is_tall(value: Any) -> bool:
    return (isinstance(value, (dict, list)) and bool(value)) or (isinstance(value, str) and "\n" in value)


def _value(value: Any, sign: str) -> Iterator[str]:
    lines = value.splitlines() if isinstance(value, str) else yaml_text(value).splitlines()
    for line in lines:
        yield _styled(f"{sign}   {on_one_line(line)}", sign)
