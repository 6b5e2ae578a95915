"""What an API server refuses in the scheduling of a pod beside the schema: fields that need each other, and names.

The source is Kubernetes' own validation of pods (pkg/apis/core/validation), which has no form as data. Each function
is given a value that has the form of its definition, in which anything may be deferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.kubernetes.labels import check_label_key, check_label_value, label_findings
from pulumi_everest.model.values.scalars import check_dns_label
from pulumi_everest.model.values.unchecked import as_list

Value = dict[str, Any]


def toleration(value: Value) -> Iterator[Finding]:
    """Operator and key, value and effect of a toleration belong together."""
    key, operator, own = value.get("key"), value.get("operator"), value.get("value")
    if key:
        yield from _named(("key",), key, check_label_key)
    elif not isinstance(key, Deferred) and not isinstance(operator, Deferred) and operator != "Exists":
        text = "a toleration without a key tolerates every taint, which is written 'operator: Exists'"
        yield finding("field.missing", ("key",), text, hint="name the key of the taint, or write 'operator: Exists'")
    if operator == "Exists" and isinstance(own, str) and own:
        text = "'value' and 'operator: Exists' exclude each other"
        yield finding("field.conflict", ("value",), text, hint="leave out 'operator' to compare the value")
    elif operator != "Exists" and isinstance(own, str):
        yield from _named(("value",), own, check_label_value)
    seconds, effect = value.get("tolerationSeconds"), value.get("effect")
    if seconds is not None and effect != "NoExecute" and not isinstance(effect, Deferred):
        text = "'tolerationSeconds' needs 'effect: NoExecute'"
        yield finding("field.conflict", ("tolerationSeconds",), text)


def spread(value: Value) -> Iterator[Finding]:
    """The numbers of a spread constraint, and what `minDomains` needs."""
    for field in ("maxSkew", "minDomains"):
        number = value.get(field)
        if isinstance(number, int) and number < 1:
            yield finding("field.range", (field,), f"the number {number} is too small, the least is 1")
    yield from _topology_key(value.get("topologyKey"))
    when = value.get("whenUnsatisfiable")
    if value.get("minDomains") is not None and when == "ScheduleAnyway":
        yield finding("field.conflict", ("minDomains",), "'minDomains' needs 'whenUnsatisfiable: DoNotSchedule'")


def pod_term(value: Value) -> Iterator[Finding]:
    """The topology key and namespaces of a term about other pods."""
    yield from _topology_key(value.get("topologyKey"))
    for index, name in enumerate(as_list(value.get("namespaces"))):
        yield from _named(("namespaces", index), name, check_dns_label, "value.name")


def requirement(value: Value) -> Iterator[Finding]:
    """How many values the operator of a requirement takes."""
    yield from _named(("key",), value.get("key"), check_label_key)
    operator, values = value.get("operator"), value.get("values")
    if isinstance(operator, Deferred) or isinstance(values, Deferred):
        return
    count = len(values or [])
    if operator in ("In", "NotIn") and not count:
        yield finding("field.missing", ("values",), f"the operator '{operator}' needs 'values'")
    elif operator in ("Exists", "DoesNotExist") and count:
        text = f"the operator '{operator}' takes no 'values'"
        other = "In" if operator == "Exists" else "NotIn"
        yield finding("field.conflict", ("values",), text, hint=f"write 'operator: {other}' to compare values")
    elif operator in ("Gt", "Lt") and count != 1:
        yield finding("field.value", ("values",), f"the operator '{operator}' takes one value, got {count}")


def label_requirement(value: Value) -> Iterator[Finding]:
    """The same, for labels of pods, whose values are those of labels."""
    yield from requirement(value)
    for index, text in enumerate(as_list(value.get("values"))):
        yield from _named(("values", index), text, check_label_value)


def label_selector(value: Value) -> Iterator[Finding]:
    """The labels of a selector."""
    labels = value.get("matchLabels")
    if isinstance(labels, dict):
        yield from (entry.at(("matchLabels",)) for entry in label_findings(labels))


def node_selector(value: Value) -> Iterator[Finding]:
    """There is at least one term, and its values are those of labels."""
    terms = value.get("nodeSelectorTerms")
    if terms == []:
        yield finding("field.range", ("nodeSelectorTerms",), "at least 1 term is needed, got 0")
    for index, term in enumerate(as_list(terms)):
        for number, entry in enumerate(as_list(term.get("matchExpressions") if isinstance(term, dict) else None)):
            for position, text in enumerate(as_list(entry.get("values") if isinstance(entry, dict) else None)):
                path: Path = ("nodeSelectorTerms", index, "matchExpressions", number, "values", position)
                yield from _named(path, text, check_label_value)


def weighted(value: Value) -> Iterator[Finding]:
    """Weights are 1 to 100."""
    weight = value.get("weight")
    if isinstance(weight, int) and not 1 <= weight <= 100:
        yield finding("field.range", ("weight",), f"the number {weight} is out of range, a weight is 1 to 100")


RULES: Final[dict[str, Callable[[Value], Iterator[Finding]]]] = {
    "Toleration": toleration,
    "TopologySpreadConstraint": spread,
    "PodAffinityTerm": pod_term,
    "NodeSelectorRequirement": requirement,
    "LabelSelectorRequirement": label_requirement,
    "LabelSelector": label_selector,
    "NodeSelector": node_selector,
    "PreferredSchedulingTerm": weighted,
    "WeightedPodAffinityTerm": weighted,
}
"""The rules by the definitions whose values they are about."""


def _topology_key(key: Any) -> Iterator[Finding]:
    yield from _named(("topologyKey",), key, check_label_key)


def _named(path: Path, text: Any, check: Callable[[str], str | None], code: str = "value.label") -> Iterable[Finding]:
    wrong = check(text) if isinstance(text, str) else None
    return [finding(code, path, wrong)] if wrong is not None else []
