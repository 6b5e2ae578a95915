"""The spec paths that the operators' own samples use, also those that they show in comments.

The samples are full of fields in comments, so they are not read as YAML: the path of a line follows from its
indentation, with or without a ``#`` in the first column. Paths are written in the words of the schema: ``[]`` for the
items of a list and ``*`` for keys that users choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]
FREE = "x-kubernetes-preserve-unknown-fields"
Stack = list[tuple[int, str]]
_LINE = re.compile(
    r"""(?P<indent>\ *)(?P<items>(?:-\ +)*)(?P<key>["']?[\w./*-]+["']?)\ *:(?:\ +(?P<value>.*))?$""", re.X
)
_ITEM = re.compile(r"(?P<indent> *)(?P<items>(?:- +)+)\S")


def kind_of(file: Path) -> tuple[str, str]:
    """The apiVersion and kind of the first object in a sample."""
    return _kind_in(file.read_text(encoding="utf-8"), file)


def _kind_in(text: str, file: Path) -> tuple[str, str]:
    version, kind = (re.search(rf"^{key}: *[\"']?([^\s\"']+)", text, re.MULTILINE) for key in ("apiVersion", "kind"))
    assert version is not None, file
    assert kind is not None, file
    return version[1], kind[1]


def used_paths(file: Path, schema: Schema) -> tuple[dict[str, bool], list[str]]:
    """The leaf paths below ``spec`` in a sample, with whether they are more than a comment; and what no schema has."""
    found: dict[str, bool] = {}
    lost: list[str] = []
    whole = file.read_text(encoding="utf-8")
    # Of several objects in a file those of the kind of the first one.
    parts = [
        part for part in re.split(r"^---.*$", whole, flags=re.MULTILINE) if re.search(r"^kind:", part, re.MULTILINE)
    ]
    texts = [part for part in parts if _kind_in(part, file) == kind_of(file)] if len(parts) > 1 else [whole]
    for tokens, active in _lines("\n".join(texts), schema):
        if tokens[:1] != ("spec",):
            continue
        path = normalised(tokens, schema)
        if path is None:
            lost.append(".".join(tokens).replace(".[]", "[]"))
        else:
            found[path] = found.get(path, False) or active
    leaves = {path: active for path, active in found.items() if not _has_below(path, found)}
    return leaves, [path for path in dict.fromkeys(lost) if not _has_below(path, dict.fromkeys(lost))]


def _has_below(path: str, paths: Mapping[str, Any]) -> bool:
    return any(other.startswith((f"{path}.", f"{path}[")) for other in paths)


def _lines(text: str, schema: Schema) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Each line with a key, as the keys that lead there (``[]`` for an item of a list), and whether it is active."""
    written: Stack = []
    """Where the last line was that is no comment: what follows does not belong to a comment before it."""
    stack: Stack = []
    block: int | None = None
    for line in text.splitlines():
        active = not line.startswith("#")
        plain = line if active else line[1:]
        if not plain.strip() or plain.lstrip().startswith("#"):
            continue
        depth = len(plain) - len(plain.lstrip())
        if block is not None and depth > block:
            continue
        block = None
        match = _LINE.match(plain) or _ITEM.match(plain)
        if match is None:
            continue
        before = written if active else stack
        stack = _stack(before, depth, match)
        if not active and normalised(_keys(stack), schema) is None:
            # Some comments stand a little further out than what they belong to.
            inside = [entry for entry in before if entry[0] <= depth]
            other = [*inside, *_stack([], depth + 2, match)]
            stack = other if normalised(_keys(other), schema) is not None else stack
        if active:
            written = stack
        yield _keys(stack), active
        if (match.groupdict().get("value") or "").startswith(("|", ">")):
            block = depth


def _keys(stack: Stack) -> tuple[str, ...]:
    return tuple(name for _, name in stack)


def _stack(before: Stack, depth: int, match: re.Match[str]) -> Stack:
    """The keys that lead to a line, each with its depth; a list may stand as deep as the key that holds it."""
    items = match["items"].count("-")
    stack = [entry for entry in before if entry[0] < depth or (entry[0] == depth and items and entry[1] != "[]")]
    for number in range(items):
        stack = [*stack, (depth + 2 * number, "[]")]
    key = match.groupdict().get("key")
    return [*stack, (depth + 2 * items, key.strip("\"'"))] if key else stack


def normalised(tokens: tuple[str | int, ...], schema: Schema) -> str | None:
    """A path in the words of the schema; None where the schema does not have it. Below a free place keys are kept."""
    text = ""
    free = False
    for token in tokens:
        item = isinstance(token, int) or token == "[]"
        if item:
            text += "[]"
            if not free:
                if not isinstance(schema.get("items"), Mapping):
                    return None
                schema = schema["items"]
            continue
        properties = schema.get("properties") or {}
        other = schema.get("additionalProperties")
        if not free and token in properties:
            text += f".{token}"
            schema = properties[token]
        elif not free and isinstance(other, Mapping):
            text += ".*"
            schema = other
        elif free or schema.get(FREE):
            free = True
            text += f".{token}"
        else:
            return None
    return text.removeprefix(".")
