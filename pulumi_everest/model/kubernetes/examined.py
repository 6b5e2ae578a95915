"""Annotations of models for values that are Kubernetes' own: each is examined as a whole, and says all that is wrong.

The findings keep their places inside the value: pydantic takes errors that stand further down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from pydantic import AfterValidator, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, described, without_first
from pulumi_everest.model.kubernetes.definitions import DEFINITION, definition, plain_schema, shape
from pulumi_everest.model.kubernetes.labels import annotation_findings, label_findings
from pulumi_everest.model.kubernetes.scheduling import RULES
from pulumi_everest.model.schema_check import Kind, Schema, SchemaCheck
from pulumi_everest.model.shapes import Shape


class Examined(AfterValidator):
    """A validator that makes an error of each finding about a value, at its place."""

    examine: Callable[[Any], Iterable[Finding]]

    def __init__(self, examine: Callable[[Any], Iterable[Finding]]) -> None:
        object.__setattr__(self, "examine", examine)

        def validate(value: Any) -> Any:
            errors = [_error(entry) for entry in examine(value)]
            if errors:
                raise ValidationError.from_exception_data("value", cast("Any", errors))
            return value

        super().__init__(validate)


def _error(entry: Finding) -> dict[str, Any]:
    said: dict[str, Any] = {"message": without_first(entry), "allowed": list(entry.allowed), "hint": entry.hint}
    said |= {"of_key": entry.of_key, "first": entry.first, "depth": len(entry.path)}
    kind = PydanticCustomError(cast("Any", entry.code), "{message}", said)
    return {"type": kind, "loc": entry.path, "input": None}


class Defined(Examined):
    """A value that one of Kubernetes' definitions describes."""

    def __init__(self, name: str) -> None:
        super().__init__(lambda value: _Check.of_definition(name, value))
        object.__setattr__(self, "name", name)

    name: str

    @property
    def shape(self) -> Shape:
        """The shape of the value, for the reader."""
        return shape(self.name)

    @property
    def schema(self) -> dict[str, Any]:
        """The structural schema of the value."""
        return plain_schema(self.name)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema for editors, in which no other fields are allowed."""
        return _closed(plain_schema(self.name))  # type: ignore[no-any-return]


def _closed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if not key.startswith("x-") and key != "format"}
    if "properties" in kept:
        kept["properties"] = {key: _closed(below) for key, below in kept["properties"].items()}
        kept["additionalProperties"] = False
    if "items" in kept:
        kept["items"] = _closed(kept["items"])
    return kept


_ELSEWHERE: Final = {
    "antiAffinityTopologyKey": "set scheduling.antiAffinityTopologyKey, beside affinity",
    "advanced": "write what is in it directly below affinity",
}
"""What operators have in an affinity that is none of Kubernetes', copied from their samples, and how to say it here."""


class _Check(SchemaCheck):
    """The check of a value of the user's, in the codes and words that all fields have."""

    of = "Kubernetes' schema"

    @classmethod
    def of_definition(cls, name: str, value: Any) -> list[Finding]:
        """All that is wrong with a value."""
        check = cls({})
        check._value(value, definition(name), ())
        return check._findings

    def _add(
        self, kind: Kind, path: Path, message: str, allowed: list[str] | None = None, hint: str | None = None
    ) -> None:
        if kind == "unknown":
            hint = _ELSEWHERE.get(str(path[-1]), hint)
        super()._add(kind, path, message, allowed, hint)

    def code(self, kind: Kind) -> str:
        """The code that fields have everywhere."""
        return f"field.{kind}"

    def wrong_type(self, value: Any, wanted: str) -> str:
        """The message that fields have everywhere."""
        return f"expected {wanted.removeprefix('a ') if wanted == 'a text' else wanted}, got {described(value)}"

    def _value(self, value: Any, schema: Schema, path: Path) -> None:
        if value is None:  # a field that is null is one that is left out
            return
        said = len(self._findings)
        super()._value(value, schema, path)
        rule = RULES.get(str(schema.get(DEFINITION)))
        if rule is not None and isinstance(value, dict) and len(self._findings) == said:
            self._findings += [entry.at(path) for entry in rule(value)]


LABELS = Examined(label_findings)
ANNOTATIONS = Examined(annotation_findings)
