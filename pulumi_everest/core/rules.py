"""The rules of a definition: CEL over the resolved cluster, compiled once per definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pulumi_everest.core.paths import parse
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.rule_places import ANY_MEMBER, missing_place, places
from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.expressions.check import condition_findings, wrong_result
from pulumi_everest.expressions.environment import Environment, Expression, ExpressionError, Scope
from pulumi_everest.expressions.messages import brief
from pulumi_everest.model.cluster import DatabaseClusterSpec, Metadata
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.definition import Rule
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.shapes import ANY, Shape, shape_of

VARIABLES = ("metadata", "secrets", "spec")
"""What rules may name. `secrets` holds what a program gave as values; a rule may ask whether it is there."""

CompiledRule = tuple[Rule, Expression]


class Rules:
    """The compiled rules of one definition, by topology."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._compiled: dict[str, list[CompiledRule]] = {}

    @staticmethod
    def of(technology: Technology) -> Rules:
        """The rules of a technology's definition; made once."""
        return technology.definition.derived(Rules)

    @cached_property
    def environment(self) -> Environment:
        """What rules may name."""
        return Environment(VARIABLES)

    def compiled(self, topology: str) -> list[CompiledRule]:
        """The rules of a topology that can be asked; others are findings of the definition.

        A rule for all topologies cannot be asked of one without the components that it names.
        """
        if topology not in self._compiled:
            shapes = rule_shapes(self.definition, topology)
            rules = [*self.definition.spec.rules, *self.definition.topology(topology).rules]
            self._compiled[topology] = compiled(rules, self.environment, shapes)
        return self._compiled[topology]

    def check(self, resolved: Resolved) -> Iterator[Finding]:
        """The rules that the cluster breaks. A rule that reads an unknown value waits until it is known."""
        rules = self.compiled(resolved.spec["topology"]["type"])
        if not rules:
            return
        variables = {"spec": resolved.spec, "metadata": resolved.metadata, "secrets": resolved.secrets}
        yield from broken_rules(rules, variables, deferred=resolved.deferred)


def compiled(rules: Sequence[Rule], environment: Environment, shapes: Mapping[str, Shape]) -> list[CompiledRule]:
    """The rules that can be asked. What is wrong with the others is said by `rule_findings`."""
    pairs = []
    for rule in rules:
        try:
            expression = environment.compile(rule.cel)
        except ExpressionError:
            continue
        if not expression.check_fields(shapes) and wrong_result(expression, shapes) is None:
            pairs.append((rule, expression))
    return pairs


def rule_findings(
    rules: Sequence[Rule], environment: Environment, shapes: Mapping[str, Shape], path: Path, where: str
) -> Iterator[Finding]:
    """What is wrong with rules: each compiles, names what there is, and is true or false. `where` says what has it."""
    for index, rule in enumerate(rules):
        at = (*path, index)
        found = list(condition_findings(rule.cel, environment, shapes, (*at, "cel"), what="rule", where=f" in {where}"))
        yield from found
        if rule.path is not None and not any(entry.code == "definition.expression" for entry in found):
            yield from _missing_path(rule.path, shapes, (*at, "path"))


def broken_rules(rules: Sequence[CompiledRule], variables: Mapping[str, Any], *, deferred: bool) -> Iterator[Finding]:
    """The rules that do not hold. One that reads an unknown value waits until it is known."""
    activation = Scope(variables, deferred)
    for rule, expression in rules:
        try:
            result = expression.evaluate(activation)
        except ExpressionError as error:
            text = f"the rule '{brief(rule.cel, 200)}' could not be evaluated: {error}"
            yield finding("cluster.rule-failed", _path(rule), text, hint="has() tells whether an optional field is set")
            continue
        if result is False:
            code = "cluster.rule" if rule.severity == "error" else "cluster.rule-warning"
            for path in _broken_places(rule, expression, variables, deferred=deferred):
                yield finding(code, path, rule.message)
        elif result is not True and not isinstance(result, Deferred):
            text = f"the rule '{brief(rule.cel, 200)}' gives neither true nor false"
            yield finding("cluster.rule-failed", _path(rule), text)


def _missing_path(text: str, shapes: Mapping[str, Shape], at: Path) -> Iterator[Finding]:
    path = parse(text)
    missing = missing_place(path, shapes)
    if missing is not None:
        index, allowed = missing
        part = path[index] if index < len(path) else path[-1]
        yield unknown("definition.unknown-path", at, f"'{text}' is no field: there is no '{part}'", part, allowed)


def _path(rule: Rule) -> Path:
    return tuple(part for part in parse(rule.path or "") if part != ANY_MEMBER)


def _broken_places(
    rule: Rule, expression: Expression, variables: Mapping[str, Any], *, deferred: bool
) -> Iterable[Path]:
    """Where a rule that does not hold is broken: at each item of lists, and each member, that breaks it."""

    def asks(spec: Mapping[str, Any]) -> bool | None:
        try:
            result = expression.evaluate(Scope({**variables, "spec": spec}, deferred))
        except ExpressionError:
            return None  # it asks for more than is left
        return result if isinstance(result, bool) else None

    return places(parse(rule.path or ""), variables["spec"], asks)


def rule_shapes(definition: Definition, topology: str) -> dict[str, Shape]:
    """What the variables of a topology's rules look like, for the check that fields exist."""
    return {"metadata": shape_of(Metadata), "secrets": ANY, "spec": spec_shape(definition, topology)}


def spec_shape(definition: Definition, topology: str) -> Shape:
    """The spec's shape with the components of a topology and the definition's own config in it."""
    base = shape_of(DatabaseClusterSpec)
    instance = base.fields["instances"].item
    fields: dict[str, Any] = dict(base.fields)
    instances = {}
    for name in definition.topology_components(topology):
        schema = definition.component_schema(name)
        own = dict(instance.fields) if instance else {}
        own["config"] = schema.shape if schema is not None else Shape("object")
        instances[name] = Shape("object", own)
    fields["instances"] = Shape("object", instances)
    schema = definition.topology_schema(topology)
    topology_fields = dict(base.fields["topology"].fields)
    topology_fields["config"] = schema.shape if schema is not None else Shape("object")
    fields["topology"] = Shape("object", topology_fields)
    own_schema = definition.config_schema()
    fields["config"] = own_schema.shape if own_schema is not None else Shape("object")
    return Shape("object", fields)
