"""A template whose values remember where in it they stand.

It is compiled anew, with nodes that mark what they give; all that decides which values there are (loops, conditions,
names for values) is as always, so the objects are those of the template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.check_job import Job, JobKind
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.emit.objects import emit
from pulumi_everest.emit.templates.compile import Compiler, Names
from pulumi_everest.emit.templates.nodes import MARKS, Make, Node
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.expressions.environment import FunctionSpec, Scope
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.source.documents import Document

_DECIDING = frozenset({"let", "forEach", "when"})


class _Text(str):
    """A text that is told apart; it is text to everybody who asks."""

    __slots__ = ("at",)
    at: Path


@dataclass(frozen=True)
class _Value:
    """A number, a truth value, or a value that is not known yet, that is told apart."""

    value: Any
    at: Path


class _Tracing(Compiler):
    """Compiles what objects are made of to nodes that mark their values."""

    def value(self, value: Any, path: Path, names: Names) -> Node:
        node = super().value(value, path, names)
        if isinstance(value, (dict, list)) or _DECIDING.intersection(map(str, path)) or "object" not in path:
            return node
        raw = _marking(node.raw, path) if node.raw is not None else None
        return Node(_marking(node.make, path), node.always, node.full, raw, node.composed)


def _marking(make: Make, path: Path) -> Make:
    def marked(scope: Scope) -> Any:
        return _marked(make(scope), path)

    return marked


def _marked(value: Any, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _marked(below, path) for key, below in value.items()}
    if isinstance(value, list):
        return [_marked(below, path) for below in value]
    if value is None or value.__class__ in MARKS:
        return value
    if isinstance(value, str):
        text = _Text(value)
        text.at = path
        return text
    return _Value(value, path) if isinstance(value, (bool, int, float, Deferred)) else value


class TracedTemplate:
    """The template of a document, whose objects say where each of their values stands in it."""

    def __init__(self, document: Document, functions: Sequence[FunctionSpec], **settings: Any) -> None:
        self.document = document
        self._template = Template.parse(document, functions, compiling=_Tracing, **settings)

    def places(self, resolved: Resolved) -> list[dict[Path, Path]]:
        """For each object, in the order of `emit`, the path in the template of each of its values.

        A value that `overrides`, labels or the namespace of the cluster gave is not among them.
        """
        return [dict(_placed(entry.manifest, ())) for entry in emit(resolved, self._template)]


class TracedJob:
    """The same of backup.yaml or restore.yaml."""

    def __init__(self, kind: JobKind, document: Document, functions: Sequence[FunctionSpec]) -> None:
        self.document = document
        self._template = JobTemplate.parse(kind, document, functions, compiling=_Tracing)

    def places(self, job: Job) -> list[dict[Path, Path]]:
        """For each object, in the order of `JobTemplate.emit`, the path in the template of each of its values."""
        return [dict(_placed(entry.manifest, ())) for entry in self._template.emit(job)]


def _placed(value: Any, path: Path) -> Any:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _placed(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _placed(below, (*path, index))
    elif isinstance(value, (_Text, _Value)):
        yield path, value.at
