"""What the value of a field must be: what ui.yaml says and what the definition says, the narrower of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.form.making.facts import Fact
from pulumi_everest.form.tree import Limits
from pulumi_everest.model.definition import ReplicaLimits
from pulumi_everest.model.plugin_files.form_field import Validation


class Counted(Protocol):
    """What knows how many replicas there may be."""

    def replica_limits(self, path: FieldPath) -> ReplicaLimits | None:
        """How many replicas there may be, where the path is theirs."""
        ...


_SAME: Final = ("gt", "lt", "multiple_of", "safe", "length", "starts_with", "includes")


def limits_of(rules: Validation, fact: Fact | None = None, facts: Counted | None = None) -> Limits:
    """The limits of a number or text; without a fact, those of ui.yaml alone."""
    schema = fact.schema if fact is not None and fact.kind in ("number", "text") else {}
    counted = facts.replica_limits(fact.path) if fact is not None and facts is not None else None
    least = [_of(rules, "min"), *_bounds(schema, "minimum", "minLength"), counted.min if counted else None]
    most = [_of(rules, "max"), *_bounds(schema, "maximum", "maxLength"), counted.max if counted else None]
    said: dict[str, Any] = {name: _of(rules, name) for name in _SAME}
    said["required"] = True if rules.required and fact is None and facts is None else None
    said["min"] = max(known) if (known := _known(least)) else None
    said["max"] = min(known) if (known := _known(most)) else None
    said["int"] = True if _of(rules, "int") or (fact is not None and fact.is_whole) else None
    said["odd"] = True if counted is not None and counted.odd and not counted.odd_with else None
    said["format"] = next((name for name in ("email", "url", "uuid") if _of(rules, name)), None)
    regex = _of(rules, "regex")
    if regex is not None:
        said |= {"pattern": regex.pattern, "pattern_message": regex.message}
    elif isinstance(schema.get("pattern"), str):
        said["pattern"] = schema["pattern"]
    said["gt"] = said["gt"] if said["gt"] is not None else schema.get("exclusiveMinimum")
    said["lt"] = said["lt"] if said["lt"] is not None else schema.get("exclusiveMaximum")
    said["multiple_of"] = said["multiple_of"] if said["multiple_of"] is not None else schema.get("multipleOf")
    return Limits(**{name: value for name, value in said.items() if value is not None})


def _of(rules: Validation, name: str) -> Any:
    return getattr(rules, name, None)


def _bounds(schema: Mapping[str, Any], *names: str) -> list[Any]:
    return [schema.get(name) for name in names]


def _known(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]
