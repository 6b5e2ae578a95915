"""The page's own files: their texts, by the paths that they are served under."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from pulumi_everest.ui.answers import Answer

_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@cache
def page_files() -> dict[str, Answer]:
    """All of them. No path of a request ever names a file: it is looked up here."""
    found = {}
    for file in resources.files("pulumi_everest.ui").joinpath("page").iterdir():
        kind = _TYPES.get(file.name.rpartition(".")[2])
        if kind is not None:
            found[f"/{file.name}"] = Answer(200, file.read_bytes(), kind)
    found["/"], found["/favicon.ico"] = found["/index.html"], found["/icon.svg"]
    return found
