"""Where in a program in Pulumi YAML a value stands that a resource got: the property, not only the resource."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import Document, read_yaml
from pulumi_everest.resources.engine import tokens

if TYPE_CHECKING:
    from pulumi_everest.model.deferred import Path
    from pulumi_everest.model.findings import Finding, Place
    from pulumi_everest.review.inputs.sources import Sources


_KINDS = frozenset(map(tokens.kind_of, (tokens.PROVIDER, tokens.CLUSTER, *tokens.JOBS.values())))


def placed_in_yaml(entry: Finding, sources: Sources) -> Finding:
    """The finding with the place of its property, where its resource is one of a program in YAML."""
    place = entry.place
    if entry.subject.partition(" ")[0] not in _KINDS:
        return entry
    if not entry.path or place is None or place.line is None or place.column is not None:
        return entry
    if not place.file.endswith((".yaml", ".yml", ".json")):
        return entry
    document = _document(sources.text(place.file))
    resources = document.data.get("resources") if document is not None else None
    if document is None or not isinstance(resources, dict):
        return entry
    own = next((name for name in resources if document.place(("resources", name)).line == place.line), None)
    if own is None:
        return entry
    file = place.file

    def locate(path: Path, *, of_value: bool = False) -> Place:
        return replace(document.place(("resources", own, "properties", *path), of_value=of_value), file=file)

    return entry.placed(locate(entry.path, of_value=not entry.of_key), locate)


@lru_cache(maxsize=4)
def _document(text: str) -> Document | None:
    documents, _ = read_yaml(text, "", lambda _version, _kind: ANY)
    return documents[0] if documents else None
