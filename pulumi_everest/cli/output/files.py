"""Objects as files of a folder, one each."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from pulumi_everest.cli.output.objects import text_of
from pulumi_everest.cli.output.write import cannot_write, listed, write_file
from pulumi_everest.review.inputs.groups import Item

_NOT_IN_NAMES = re.compile(r"[^a-z0-9.-]+")
_LONGEST = 200


def check_folder(folder: Path) -> None:
    """Raises UsageError where the folder cannot be one."""
    if folder.exists() and not folder.is_dir():
        raise click.BadParameter(f"'{folder}' is a file, not a folder", param_hint="'-o' / '--output'")


def file_names(items: Sequence[Item]) -> list[str]:
    """A name for each object: ``<kind>-<namespace>-<name>``, with the API group where two would be the same."""
    names = [_name(item, "") for item in items]
    twice = {name for name, count in Counter(names).items() if count > 1}
    if twice:
        told = [_name(item, item.key[0], item.kubernetes) for item in items]
        names = [own if name in twice else name for own, name in zip(told, names, strict=True)]
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return unique


def _name(item: Item, group: str, kubernetes: str = "") -> str:
    _, kind, namespace, name = item.key
    kind = f"{kind}.{group}" if group else kind
    text = "-".join(part for part in (kind, kubernetes, namespace, name) if part).lower()
    text = _NOT_IN_NAMES.sub("_", text).strip(".") or "object"
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def write_objects(items: Sequence[Item], folder: Path, *, as_json: bool, show: bool) -> tuple[int, str]:
    """Write each object to a file; how many, and which files of the folder are not of this run.

    Raises UsageError where a file cannot be written.
    """
    suffix = ".json" if as_json else ".yaml"
    mode = 0o600 if show else None
    written = set()
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700 if show else 0o777)
        for item, name in zip(items, file_names(items), strict=True):
            path = folder / f"{name}{suffix}"
            write_file(path, text_of(item, as_json=as_json, show=show), mode=mode)
            written.add(path.name)
        others = [p.name for p in folder.iterdir() if p.suffix in (".yaml", ".yml", ".json") and p.name not in written]
    except OSError as error:
        raise cannot_write(path, error) from None
    return len(items), listed(sorted(others))
