"""Reading the files of a plugin, with the mixins of the plugin and of this package put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pulumi_everest.emit.templates.mixins import has_mixins, mixed
from pulumi_everest.model.deferred import Path as ValuePath
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.shapes import ANY, Shape
from pulumi_everest.model.source.documents import Document, read_file

MIXINS: Final = "mixins.yaml"
"""The mixins of a plugin."""
_PACKAGE: Final = Path(__file__).parent / "mixins"


def read_mixed(folder: Path, name: str, shape: Shape, found: list[Finding]) -> Document | None:
    """A file of a plugin with all its mixins, or None where it cannot be read; what is wrong goes to `found`."""
    document = only_document(folder / name, shape, found)
    if document is None or not has_mixins(document):
        return document
    own = only_document(folder / MIXINS, ANY, found) if (folder / MIXINS).is_file() else None
    mixins = [*([own] if own is not None else []), _of_package(_FILES.get(name, "templates"))]
    made, problems = mixed(document, mixins, _PLACES.get(name, _anywhere))
    found += problems
    return made


def mixed_definition(document: Document, found: list[Finding]) -> Document:
    """A definition that is a document of its own, with the mixins of this package."""
    if not has_mixins(document):
        return document
    made, problems = mixed(document, [_of_package("rules")], _in_lists)
    found += problems
    return made


def only_document(path: Path, shape: Shape, found: list[Finding]) -> Document | None:
    """The one document of a file, or None where it cannot be read; what is wrong with it goes to `found`."""
    documents, problems = read_file(path, lambda _version, _kind: shape)
    found += problems
    for document in documents[1:]:
        text = f"{path.name} holds one document, and this is another"
        found.append(finding("plugin.file", (), text, place=document.place(())))
    return documents[0] if documents else None


@cache
def _of_package(name: str) -> Document:
    found: list[Finding] = []
    document = only_document(_PACKAGE / f"{name}.yaml", ANY, found)
    if document is None or found:
        raise RuntimeError(f"the mixins of the package are broken: {found}")
    return document


def _anywhere(_path: ValuePath) -> bool:
    return True


def _at_top(path: ValuePath) -> bool:
    return path == ()


def _in_lists(path: ValuePath) -> bool:
    """Whether it is an item of the lists of a definition that may have mixins."""
    return len(path) > 2 and path[-2] in ("rules", "changes") and path[0] == "spec"


_FILES: Final[Mapping[str, str]] = {"plugin.yaml": "manifest", "definition.yaml": "rules", "ui.yaml": "forms"}
_PLACES: Final[Mapping[str, Callable[[ValuePath], bool]]] = {"plugin.yaml": _at_top, "definition.yaml": _in_lists}
