"""What an API server makes of an object: whether everything that was sent is still there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import path_text


def not_kept(live: LiveCluster, objects: Iterable[Mapping[str, Any]], namespace: str, *, threads: int = 4) -> list[str]:
    """Create each different object as a dry run: what the server refuses, and what it drops or changes.

    A dry run goes through everything but the storage, and gives the object as it would be stored. Fields are validated
    strictly; objects of any namespace are created in the one given.
    """
    different = {json.dumps(manifest): manifest for manifest in objects}.values()

    def problems(manifest: Mapping[str, Any]) -> list[str]:
        sent = {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}
        try:
            return lost(sent, live.create(sent, strict=True, dry_run=True))
        except LiveError as error:
            return [error.message]

    with ThreadPoolExecutor(threads) as pool:
        return [problem for found in pool.map(problems, different) for problem in found]


def lost(sent: Any, stored: Any) -> list[str]:
    """What of an object as sent is not in the object as stored: ``path: what was sent, what is there``.

    What the server adds, such as defaults and its own metadata, is none of it. Lists have the same items in the same
    order.
    """
    return [f"{path_text(path)}: {text}" for path, text in _lost(sent, stored, ())]


def _lost(sent: Any, stored: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(sent, dict) and isinstance(stored, dict):
        for key, value in sent.items():
            if key in stored:
                yield from _lost(value, stored[key], (*path, key))
            else:
                yield (*path, key), f"sent {json.dumps(value)}, not there"
    elif isinstance(sent, list) and isinstance(stored, list) and len(sent) == len(stored):
        for index, (one, other) in enumerate(zip(sent, stored, strict=True)):
            yield from _lost(one, other, (*path, index))
    elif sent != stored or isinstance(sent, bool) is not isinstance(stored, bool):
        yield path, f"sent {json.dumps(sent)}, there is {json.dumps(stored)}"
