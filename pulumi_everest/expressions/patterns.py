"""Regular expressions of definitions, run by RE2: in linear time, whatever the expression and the text.

It is the syntax that Kubernetes has in its schemas too, without look-around and back references. CEL brings it along.
"""

from __future__ import annotations

from pulumi_everest.expressions.evaluation.budget import Budget
from pulumi_everest.expressions.evaluation.failures import EvaluationError, SpentError
from pulumi_everest.expressions.evaluation.library.matching import search


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found in the text. A pattern that RE2 does not take is found nowhere."""
    try:
        return search(text, pattern, Budget())
    except (EvaluationError, SpentError):
        return False


def is_pattern(pattern: str) -> bool:
    """Whether RE2 takes the pattern."""
    try:
        search("", pattern, Budget())
    except (EvaluationError, SpentError):
        return False
    return True
