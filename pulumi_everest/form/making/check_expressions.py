"""Whether the expressions of a form compile, name what there is, and are true or false."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.expressions.check import condition_findings
from pulumi_everest.form.filled.environment import can_be_named, environment_of
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding
from pulumi_everest.model.shapes import ANY, Shape


class Expressions:
    """Checks the expressions of one form. `shapes` are those of `spec` and `metadata`."""

    def __init__(self, shapes: Mapping[str, Shape], ids: Collection[str]) -> None:
        self.environment = environment_of(ids)
        spec = shapes["spec"]
        own = dict(spec.fields) if spec.kind == "object" else {}
        document = Shape("object", {**own, **shapes})
        self.spec = spec
        self.shapes: dict[str, Shape] = {**own, **shapes, "original": document}

    def cannot_be_named(self, name: str) -> str | None:
        """Why an id is no name in expressions."""
        if can_be_named(name):
            return None
        return f"the id '{name}' is a word that expressions know as something else"

    def condition(self, text: str | None, path: Path, item_of: FieldPath | None) -> Iterator[Finding]:
        """What is wrong with a condition."""
        if text is not None:
            yield from self._findings(text, path, item_of, "condition")

    def rules(self, part: Any, path: Path, item_of: FieldPath | None) -> Iterator[Finding]:
        """What is wrong with the conditions on a value, in all modes."""
        validation = getattr(part, "validation", None)
        if validation is None:
            return
        at: Path = (*path, "validation")
        places = [(validation, at)]
        modes = getattr(validation, "modes", None) or {}
        places += [(of_mode, (*at, "modes", mode)) for mode, of_mode in modes.items()]
        for own, place in places:
            for index, rule in enumerate(own.cel_expressions or ()):
                where = (*place, "celExpressions", index, "celExpr")
                yield from self._findings(rule.cel_expr, where, item_of, "rule")

    def _findings(self, text: str, path: Path, item_of: FieldPath | None, what: str) -> Iterator[Finding]:
        shapes = {**self.shapes, "item": self._item(item_of)}
        yield from condition_findings(
            text, self.environment, shapes, path, what=what, code="form.expression", code_of_result="form.expression"
        )

    def _item(self, item_of: FieldPath | None) -> Shape:
        shape = self.spec
        for name in (item_of or ())[1:]:
            shape = shape.at(0) if shape.kind == "list" else shape
            shape = shape.at(name)
        return (shape.at(0) if shape.kind == "list" else ANY) if item_of is not None else ANY
