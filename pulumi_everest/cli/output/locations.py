"""Files as other tools name them: by their path in the repository, whatever the working directory is."""

from __future__ import annotations

import os
from pathlib import PurePath

from pulumi_everest.model.findings import Place
from pulumi_everest.review.options import STDIN


def standing(place: Place) -> Place:
    """A place in a file that is there today: of one of a former revision the file is known, and no line."""
    return place if place.today is None else Place(place.today)


def repository_path(file: str) -> str | None:
    """The path of a file from the top of the repository, with ``/`` between its parts; None for standard input.

    The top is GITHUB_WORKSPACE in a workflow of GitHub, else the working directory. What is outside of it keeps its
    absolute path.
    """
    if file == STDIN or not file:
        return None
    top = os.environ.get("GITHUB_WORKSPACE") or os.getcwd()
    try:
        absolute = os.path.abspath(file)
        below = os.path.relpath(absolute, top)
        if below == ".." or below.startswith(f"..{os.sep}"):
            below = os.path.relpath(os.path.realpath(absolute), os.path.realpath(top))
    except ValueError:
        return file
    outside = below == ".." or below.startswith(f"..{os.sep}")
    return PurePath(absolute if outside else below).as_posix()
