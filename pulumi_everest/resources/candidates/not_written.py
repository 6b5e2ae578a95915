"""Fields of a main object that the program says, and that `ignore_changes` keeps the engine from writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_everest.core.exact import leaves
from pulumi_everest.model.findings import Finding, finding, path_text

_SHOWN: Final = 8


def not_written(main: Mapping[str, Any] | None, ignored: Sequence[str], subject: str) -> list[Finding]:
    """A warning that names the fields of the spec which paths of `ignore_changes` cover."""
    if not ignored:
        return []
    covered = [re.compile(_pattern(path)) for path in ignored]
    fields = [text for text in _fields(main or {}) if any(pattern.match(text) for pattern in covered)]
    if not fields or main is None:
        return []
    named = ", ".join(fields[:_SHOWN]) + (f" and {len(fields) - _SHOWN} more" if len(fields) > _SHOWN else "")
    text = (
        f"ignore_changes keeps the {main.get('kind')} from what the program says of {named}: that is written when the "
        "object is made, and never again"
    )
    hint = "say of them what the object has, or take the paths out"
    return [finding("cluster.not-written", ("opts", "ignore_changes"), text, hint=hint, subject=subject)]


def _fields(main: Mapping[str, Any]) -> Iterator[str]:
    for path in leaves(main.get("spec") or {}, ("spec",)):
        yield path_text(path)


def _pattern(path: str) -> str:
    """What a path of the engine's notation covers: itself and all that is below it."""
    plain = re.sub(r"""\[["']([^"'\]]+)["']\]""", r".\1", path).strip(".")
    whole = re.escape(plain).replace(r"\[\*\]", r"\[\d+\]").replace(r"\*", r"[^.\[]+")
    return rf"{whole}(?=$|[.\[])"
