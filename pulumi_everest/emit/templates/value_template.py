"""A template that makes one value instead of objects: the language of resources.yaml over other variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.emit.templates.compile import Compiler, Names
from pulumi_everest.emit.templates.nodes import MARKS, Node
from pulumi_everest.expressions.environment import FunctionSpec, Scope
from pulumi_everest.model.findings import Finding, sort_findings
from pulumi_everest.model.source.documents import Document


@dataclass
class ValueTemplate:
    """The compiled template. `findings` is all that is wrong with it; only one without any makes a value."""

    findings: list[Finding] = field(default_factory=list)
    _node: Node | None = None

    @classmethod
    def parse(
        cls, document: Document, names: Names, functions: Sequence[FunctionSpec] = (), *, tolerant: bool = False
    ) -> ValueTemplate:
        """The template of a document, which may use the variables `names`.

        With `tolerant` it makes what it can: a part of which an expression fails is left out.
        """
        compiler = Compiler(document, names, functions, tolerant=tolerant)
        node = compiler.value(document.data, (), names)
        return cls(sort_findings(compiler.findings), node)

    def make(self, values: Mapping[str, Any]) -> Any:
        """The value, or None where there is nothing. Raises TemplateError where an expression fails."""
        assert self._node is not None  # parse always gives one
        value = self._node.make(Scope(dict(values), False))
        return None if value.__class__ in MARKS else value
