"""What may be wrong with a template that compiles: keys whose value may be absent, words in another spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_everest.emit.templates.compile import WORDS, Compiler, only_code
from pulumi_everest.emit.templates.mixins import MIXIN
from pulumi_everest.expressions.environment import Expression
from pulumi_everest.expressions.messages import brief
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding

_Reads = frozenset[tuple[str | None, ...]]
_SPELLINGS: Final = {word.lower(): word for word in (*WORDS, MIXIN)} | {"lets": "let", "mixins": MIXIN}


def faults(compiler: Compiler, objects: Any) -> Iterator[Finding]:
    """The warnings about the objects of a template."""
    for index, entry in enumerate(objects if isinstance(objects, list) else ()):
        if isinstance(entry, dict):
            guarded = _guarded(compiler, entry, frozenset())
            yield from _below(compiler, entry.get("object"), ("objects", index, "object"), guarded)


def _below(compiler: Compiler, data: Any, path: Path, guarded: _Reads) -> Iterator[Finding]:
    """The faults of a part. `guarded` is what the conditions around it read."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _below(compiler, item, (*path, index), guarded)
    elif isinstance(data, dict):
        guarded = _guarded(compiler, data, guarded)
        for key, value in data.items():
            at = (*path, key)
            yield from _spelling(compiler, key, at)
            if key in {"let", "forEach"}:
                continue
            if key not in WORDS and not key.startswith("?"):
                yield from _unmarked(compiler, value, at, guarded)
            yield from _below(compiler, value, at, guarded)


def _guarded(compiler: Compiler, data: Mapping[str, Any], guarded: _Reads) -> _Reads:
    condition = _expression(compiler, data.get("when"))
    return guarded | condition.reads if condition is not None else guarded


def _unmarked(compiler: Compiler, value: Any, path: Path, guarded: _Reads) -> Iterator[Finding]:
    compiled = _expression(compiler, value)
    if compiled is None or not compiled.optional:
        return
    if any(read[: len(own)] == own for own in compiled.reads for read in guarded):
        return  # a condition asks whether it is there
    text = f"${{{brief(compiled.text)}}} may be absent, and then the object cannot be made"
    hint = f"write ?{path[-1]}"
    yield finding("plugin.unmarked", path, text, hint=hint, place=compiler.document.place(path))


def _spelling(compiler: Compiler, key: str, path: Path) -> Iterator[Finding]:
    if key.startswith("\\") or key in _SPELLINGS.values():
        return
    word = _SPELLINGS.get(re.sub(r"[^a-z$]", "", key.lower()))
    if word is not None:
        text = f"'{key}' is taken for a field here; the word of templates is written {word}"
        hint = f"write \\{key} where it is a field"
        yield finding("plugin.misspelt-word", path, text, hint=hint, place=compiler.document.place(path))


def _expression(compiler: Compiler, value: Any) -> Expression | None:
    """The expression that a value consists of."""
    code = only_code(value)
    compiled = compiler.compiled(code) if code is not None else None
    return compiled if isinstance(compiled, Expression) else None
