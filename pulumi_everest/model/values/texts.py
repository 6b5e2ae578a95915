"""Texts that name a place in a storage for backups: buckets, folders and regions.

Each ``check_*`` gives None for good text, and otherwise a message that says how to write it instead.
"""

from __future__ import annotations

import re
from typing import Final

from pulumi_everest.model.findings import shortened

_UNFIT: Final = re.compile(r"[\s\x00-\x1f\x7f]")


def check_bucket(text: str) -> str | None:
    """The name of a bucket or container: no URL, and no path in it."""
    wrong = _check(text, "the name of a bucket or container", "backups")
    if wrong is not None:
        return wrong
    if "://" in text:
        rest = text.split("://", 1)[1].split("/", maxsplit=1)[0]
        return f"'{shortened(text)}' is a URL, not the name of a bucket or container" + (
            f"; write {rest}" if rest else ""
        )
    if "/" in text:
        first, _, rest = text.strip("/").partition("/")
        hint = f"; write {first}" + (f", and {rest} as 'prefix'" if rest else "") if first else ""
        return f"'{shortened(text)}' has a '/', which the name of a bucket or container has not{hint}"
    return None


def check_folder(text: str) -> str | None:
    """A folder in a storage; one that is empty is the storage itself."""
    if not text:
        return None
    wrong = _check(text, "the name of a folder", "shop/orders", blanks=True)
    if wrong is None and "://" in text:
        return f"'{shortened(text)}' is a URL, not a folder inside the storage"
    return wrong


def check_region(text: str) -> str | None:
    """The name of a region."""
    return _check(text, "the name of a region", "eu-central-1")


def _check(text: str, what: str, example: str, *, blanks: bool = False) -> str | None:
    if not text.strip():
        return f"{what} is empty; leave it out, or write one such as {example}"
    fits = text.isprintable() if blanks else not _UNFIT.search(text) and text.isprintable()
    if fits and text == text.strip():
        return None
    return f"'{shortened(text)}' is not {what}: it has blanks in it" + (
        f"; write {text.strip()}" if text.strip().isprintable() and not _UNFIT.search(text.strip()) else ""
    )
