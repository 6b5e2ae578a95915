"""The walk of plain data along a structural schema, as Kubernetes defines it for custom resources."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, did_you_mean, finding
from pulumi_everest.model.similar_names import Names
from pulumi_everest.model.values.formats import check_format

Schema = Mapping[str, Any]
Kind = Literal["unknown", "missing", "type", "value", "range", "duplicate"]
"""What may be wrong with a value."""

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_IMPLIED = ("apiVersion", "kind", "metadata")
_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_INTEGER_FORMATS = {"int32": 31, "int64": 63}


class SchemaCheck:
    """One check of an object. `metadata` is the schema of its metadata; values of a `secret` are never shown."""

    of = "the operator's schema"
    """Whose schema it is, for messages."""

    def __init__(self, metadata: Schema, *, secret: bool = False) -> None:
        self._metadata = metadata
        self._secret = secret
        self._findings: list[Finding] = []

    def root(self, manifest: Mapping[str, Any], schema: Schema) -> list[Finding]:
        """All that is wrong with a whole object."""
        self._resource(dict(manifest), schema, ())
        return self._findings

    def code(self, _kind: Kind) -> str:
        """The code of findings of one kind."""
        return "emit.object"

    def wrong_type(self, value: Any, wanted: str) -> str:
        """The message about a value of another type than is wanted."""
        return f"{'null' if value is None else _said(value)} stands where {wanted} is expected"

    def _add(
        self, kind: Kind, path: Path, message: str, allowed: list[str] | None = None, hint: str | None = None
    ) -> None:
        of_key = kind in ("unknown", "missing")
        self._findings.append(finding(self.code(kind), path, message, allowed=allowed or (), hint=hint, of_key=of_key))

    def _resource(self, value: dict[str, Any], schema: Schema, path: Path) -> None:
        """An object with apiVersion, kind and metadata, which its schema need not name."""
        for key in _IMPLIED:
            if value.get(key) is None:
                self._add("missing", (*path, key), f"'{key}' is missing")
        for key in ("apiVersion", "kind"):
            if key in value:
                self._value(value[key], {"type": "string"}, (*path, key))
        if "metadata" in value:
            self._value(value["metadata"], self._metadata, (*path, "metadata"))
        self._object(value, schema, path, skipped=_IMPLIED)

    def _value(self, value: Any, schema: Schema, path: Path) -> None:
        if isinstance(value, Deferred):
            return
        if value is None:
            if not schema.get("nullable") and (schema.get("type") or schema.get(_INT_OR_STRING)):
                self._add("type", path, self.wrong_type(None, self._wanted(schema)))
            return
        if not self._has_type(value, schema):
            self._add("type", path, self.wrong_type(value, self._wanted(schema)), hint=self.type_hint(value, schema))
            return
        self._limits(value, schema, path)
        if isinstance(value, dict):
            if schema.get("x-kubernetes-embedded-resource"):
                self._resource(value, schema, path)
            else:
                self._object(value, schema, path)
        elif isinstance(value, list):
            self._list(value, schema, path)

    def type_hint(self, _value: Any, _schema: Schema) -> str | None:
        """How to write a value of a wrong type instead."""
        return None

    @staticmethod
    def _has_type(value: Any, schema: Schema) -> bool:
        if schema.get(_INT_OR_STRING):
            return isinstance(value, (int, str)) and not isinstance(value, bool)
        whole = (isinstance(value, int) and not isinstance(value, bool)) or (
            isinstance(value, float) and value.is_integer()
        )
        match schema.get("type"):
            case "object":
                return isinstance(value, dict)
            case "array":
                return isinstance(value, list)
            case "string":
                return isinstance(value, str)
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                return whole
            case "number":
                return whole or isinstance(value, float)
        return True

    @staticmethod
    def _wanted(schema: Schema) -> str:
        return (
            "a whole number or a text" if schema.get(_INT_OR_STRING) else _KINDS.get(str(schema.get("type")), "a value")
        )

    def _object(self, value: dict[str, Any], schema: Schema, path: Path, skipped: tuple[str, ...] = ()) -> None:
        properties: Mapping[str, Schema] = schema.get("properties") or {}
        other = schema.get("additionalProperties")
        names: Names | None = None
        free = bool(schema.get(_PRESERVE)) or other is True or ("type" not in schema and not properties)
        for key, item in value.items():
            if key in skipped:
                continue
            if key in properties:
                self._value(item, properties[key], (*path, key))
            elif isinstance(other, Mapping):
                self._value(item, other, (*path, key))
            elif not free:
                names = names or Names(name for name in properties if name not in skipped)
                message = f"there is no field '{key}' in {self.of}"
                self._add(
                    "unknown", (*path, key), message, names.by_similarity(str(key)), did_you_mean(str(key), names)
                )
        for key in schema.get("required") or ():
            if key not in value and key not in skipped and "default" not in properties.get(key, {}):
                self._add("missing", (*path, key), f"'{key}' is missing")

    def _list(self, value: list[Any], schema: Schema, path: Path) -> None:
        items = schema.get("items")
        if isinstance(items, Mapping):
            for index, item in enumerate(value):
                self._value(item, items, (*path, index))
        kind = schema.get("x-kubernetes-list-type")
        if kind == "map":
            keys = schema.get("x-kubernetes-list-map-keys") or ()
            self._twins([_key(item, keys, items) for item in value], path, f"the same {' and '.join(keys)}")
        elif kind == "set":
            self._twins([_frozen(item) for item in value], path, "the same value")

    def _twins(self, keys: list[str | None], path: Path, what: str) -> None:
        seen: dict[str, int] = {}
        for index, key in enumerate(keys):
            if key is not None and seen.setdefault(key, index) != index:
                message = f"{what} is there twice in the list"
                code, first = self.code("duplicate"), (*path, seen[key])
                self._findings.append(finding(code, (*path, index), message, first=first))

    def _limits(self, value: Any, schema: Schema, path: Path) -> None:
        """Everything that a schema says of a value beside its type."""
        allowed = schema.get("enum")
        if allowed is not None and value not in allowed:
            texts = [str(entry) for entry in allowed if entry != ""]
            self._add(
                "value", path, f"{self._shown(value)} is not allowed here", texts, did_you_mean(str(value), texts)
            )
        if isinstance(value, str):
            self._text(value, schema, path)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self._number(value, schema, path)
        for least, most, kind, what in (
            ("minLength", "maxLength", str, "characters"),
            ("minItems", "maxItems", list, "items"),
            ("minProperties", "maxProperties", dict, "keys"),
        ):
            if isinstance(value, kind):
                if len(value) < schema.get(least, 0):
                    self._add("range", path, f"at least {schema[least]} {what} are needed, got {len(value)}")
                if len(value) > schema.get(most, len(value)):
                    self._add("range", path, f"at most {schema[most]} {what} are allowed, got {len(value)}")
        for part in schema.get("allOf") or ():
            self._value(value, part, path)
        self._choices(value, schema, path)

    def _choices(self, value: Any, schema: Schema, path: Path) -> None:
        any_of, one_of, not_ = schema.get("anyOf"), schema.get("oneOf"), schema.get("not")
        if any_of and not any(self._passes(value, part) for part in any_of):
            self._add("value", path, f"{self._shown(value)} is none of what the schema takes here")
        if one_of and sum(self._passes(value, part) for part in one_of) != 1:
            self._add("value", path, f"{self._shown(value)} is not just one of what the schema takes here")
        if not_ is not None and self._passes(value, not_):
            self._add("value", path, f"{self._shown(value)} is excluded by the schema")

    def _passes(self, value: Any, part: Schema) -> bool:
        """Whether a value passes a part of a schema, which limits values and names no fields of its own."""
        check = type(self)(self._metadata, secret=self._secret)
        check._value(value, {**part, _PRESERVE: True}, ())
        return not check._findings

    def _text(self, value: str, schema: Schema, path: Path) -> None:
        pattern = _pattern(schema["pattern"]) if "pattern" in schema else None
        if pattern is not None and pattern.search(value) is None:
            self._add("value", path, f"{self._shown(value)} does not match the pattern {schema['pattern']}")
        wrong = check_format(value, str(schema["format"])) if "format" in schema else None
        if wrong is not None:
            self._add(
                "value", path, f"the text is not {wrong}" if self._secret else f"{self._shown(value)} is not {wrong}"
            )

    def _number(self, value: float, schema: Schema, path: Path) -> None:
        for bound, wrong, sign in (("minimum", value.__lt__, "least"), ("maximum", value.__gt__, "most")):
            limit = schema.get(bound)
            if limit is None:
                continue
            exclusive = bool(schema.get(f"exclusive{bound.capitalize()}")) and value == limit
            if wrong(limit) is True or exclusive:
                than = f"{'more' if sign == 'least' else 'less'} than" if exclusive else f"at {sign}"
                self._add("range", path, f"{self._shown(value)} is out of range: {than} {limit}")
        bits = _INTEGER_FORMATS.get(str(schema.get("format")))
        if bits is not None and not -(2**bits) <= value < 2**bits:
            self._add("range", path, f"{self._shown(value)} is too large for {schema['format']}")
        step = schema.get("multipleOf")
        if step and value % step:
            self._add("value", path, f"{self._shown(value)} is not a multiple of {step}")

    def _shown(self, value: Any) -> str:
        if self._secret or isinstance(value, (dict, list)):
            return _said(value)
        return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _said(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return _KINDS.get(kinds.get(type(value), ""), "a value")


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error:  # a pattern of Go's that Python does not know
        return None


def _key(item: Any, names: tuple[str, ...], schema: Any) -> str | None:
    """The key of an item of a list that is a map, with the defaults of the schema; None where it is not known."""
    if not isinstance(item, dict):
        return None
    properties = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    return _frozen([item.get(name, properties.get(name, {}).get("default")) for name in names])


def _frozen(value: Any) -> str | None:
    try:
        return json.dumps(value, sort_keys=True)
    except TypeError:  # something in it is not known
        return None
