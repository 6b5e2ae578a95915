"""What would be lost or changed of a live object if a program took it over: every leaf that the two do not share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, finding, path_text, shortened
from pulumi_everest.model.mark import MARK
from pulumi_everest.model.reading import own_part

TOOL = "pulumi.com/"
"""Annotations by which programs tell Pulumi what to do; they say nothing about the object."""
FILLED: Final = object()
"""Stands in `defaults` for whatever the server writes there; in such a path `[*]` is any item of a list."""
_INDEX: Final = re.compile(r"\[\d+\]")
_LONG = 80


def lost_or_changed(
    live: Mapping[str, Any], wanted: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
) -> list[Finding]:
    """What taking over the object `live` with the manifest `wanted` would change, leaf by leaf.

    A `Deferred` in `wanted` is not known yet, and may turn out to be what is there. A `Concealed` value is not shown.
    `defaults` are what the server fills in where nothing is said, by path: it would do so again.
    """
    own = own_part(live)
    metadata = wanted.get("metadata") or {}
    found: list[Finding] = []
    if (live.get("metadata") or {}).get("deletionTimestamp") is not None:
        text = "the object is being deleted, so it cannot be taken over"
        found.append(finding("adopt.differs", ("metadata", "deletionTimestamp"), text))
    there = _mapping(own["metadata"].get("annotations"))
    given = _mapping(metadata.get("annotations"))
    annotations = {k: v for k, v in given.items() if k != MARK and (not k.startswith(TOOL) or k in there)}
    parts: list[tuple[Path, Any, Any]] = [
        (("metadata", "labels"), _mapping(own["metadata"].get("labels")), _mapping(metadata.get("labels"))),
        (("metadata", "annotations"), there, annotations),
        (("metadata",), _finalizers(own["metadata"]), _finalizers(metadata)),
    ]
    rest = [key for key in {**own, **wanted} if key not in ("apiVersion", "kind", "metadata", "status")]
    parts.append(((), _without_empty(own, wanted, rest), _without_empty(wanted, own, rest)))
    for path, here, said in parts:
        found += _differing(here, said, path)
    return [entry for entry in found if not _filled_in(entry.path, live, wanted, defaults or {})]


def _filled_in(path: Path, live: Mapping[str, Any], wanted: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    if value_at(wanted, path) is not None:
        return False
    text = path_text(path)
    if text in defaults and same(value_at(live, path), defaults[text]):
        return True
    return defaults.get(_INDEX.sub("[*]", text)) is FILLED


def _without_empty(one: Mapping[str, Any], other: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The parts of an object, without empty ones that the other does not have."""
    return {key: one[key] for key in keys if key in one and (one[key] or key in other)}


def _finalizers(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The finalizers, if there are any."""
    return {"finalizers": metadata["finalizers"]} if metadata.get("finalizers") else {}


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _differing(live: Any, wanted: Any, path: Path) -> Iterator[Finding]:
    if isinstance(wanted, Deferred):
        return
    if isinstance(live, dict) and isinstance(wanted, dict):
        for key in [*live, *(key for key in wanted if key not in live)]:
            yield from _values(live, wanted, key, path)
    elif isinstance(live, list) and isinstance(wanted, list) and len(live) == len(wanted):
        for index, (here, said) in enumerate(zip(live, wanted, strict=True)):
            yield from _differing(here, said, (*path, index))
    elif not same(live, wanted.value if isinstance(wanted, Concealed) else wanted):
        yield _finding(path, f"{_text(live)} → {_text(wanted)}")


def _values(live: dict[str, Any], wanted: dict[str, Any], key: str, path: Path) -> Iterator[Finding]:
    at = (*path, key)
    if key not in wanted:
        for below, value in leaves(live[key], at).items():
            yield _finding(below, f"{_text(value)} → nothing: the program does not say it, so it would be removed")
    elif key not in live:
        if not isinstance(wanted[key], Deferred):
            for below, value in leaves(wanted[key], at).items():
                yield _finding(below, f"nothing → {_text(value)}")
    else:
        yield from _differing(live[key], wanted[key], at)


def _finding(path: Path, text: str) -> Finding:
    return finding("adopt.differs", path, text)


def _text(value: Any) -> str:
    if isinstance(value, Concealed):
        return "<secret>"
    if isinstance(value, Deferred):
        return "<unknown>"
    if isinstance(value, str):
        return shortened(value, _LONG)
    return shortened(json.dumps(value, ensure_ascii=False, default=lambda _: "<unknown>"), _LONG)
