"""Checks of one expression of a definition or plugin: it compiles, names what there is, and is true or false."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pulumi_everest.expressions.environment import Environment, Expression, ExpressionError
from pulumi_everest.expressions.messages import brief
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, path_text, unknown
from pulumi_everest.model.shapes import Shape


def compile_checked(
    text: str,
    environment: Environment,
    shapes: Mapping[str, Shape],
    at: Path,
    *,
    code: str,
    wrong: str,
    missing: Callable[[str], str],
) -> tuple[Expression | None, list[Finding]]:
    """The expression, None where it does not compile, and what is wrong with it.

    `code` is that of an expression that does not compile, of whose message `wrong` is the beginning; the code with
    ``-field`` behind it is that of a field that does not exist, of which `missing` makes the message.
    """
    try:
        expression = environment.compile(text)
    except ExpressionError as error:
        return None, [finding(code, at, f"{wrong}: {error}")]
    found = []
    for field in expression.check_fields(shapes):
        message = missing(brief(path_text(field.path)))
        found.append(unknown(f"{code}-field", at, message, str(field.name), field.allowed))
    return expression, found


def condition_findings(
    text: str,
    environment: Environment,
    shapes: Mapping[str, Shape],
    at: Path,
    *,
    what: str,
    where: str = "",
    code: str = "definition.expression",
    code_of_result: str = "definition.rule-result",
) -> Iterator[Finding]:
    """What is wrong with a rule or condition, of a definition unless the codes say otherwise.

    `what` it is for people, `where` says what has it. `code` is that of `compile_checked`, `code_of_result` that of an
    expression that is neither true nor false.
    """
    expression, found = compile_checked(
        text, environment, shapes, at, code=code, wrong=f"the {what} does not compile",
        missing=lambda path: f"'{path}' does not exist{where}",
    )  # fmt: skip
    yield from found
    result = wrong_result(expression, shapes) if expression is not None else None
    if result is not None:
        yield finding(code_of_result, at, f"a {what} is true or false, and this one gives {result}")


def wrong_result(expression: Expression, shapes: Mapping[str, Shape]) -> str | None:
    """What a rule gives, for people, if that is certainly not true or false."""
    if expression.optional:
        return "a value that may be absent; end it with .orValue(false)"
    return result_name(expression, shapes)


def result_name(expression: Expression, shapes: Mapping[str, Shape]) -> str | None:
    """What an expression gives, for people, if that is certainly not true or false where it is there."""
    kind = expression.shape(shapes).kind
    return _RESULTS.get(expression.returns if kind == "any" else kind)


_RESULTS = {
    "number": "a number", "int": "a number", "uint": "a number", "double": "a number", "text": "text",
    "string": "text", "bytes": "bytes", "list": "a list", "map": "a mapping", "object": "a mapping",
}  # fmt: skip
