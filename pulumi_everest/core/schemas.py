"""JSON Schemas of a definition: compiled once, with unknown keys refused at every depth.

A schema that does not say otherwise takes only the properties it names. References stay inside the schema: nothing is
ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from pulumi_everest.core.merging import copied
from pulumi_everest.expressions.patterns import SchemaValidator, is_pattern, matches
from pulumi_everest.model.deferred import Deferred, Path, find
from pulumi_everest.model.findings import Finding, did_you_mean, finding
from pulumi_everest.model.reading import described
from pulumi_everest.model.shapes import ANY, BOOL, NUMBER, TEXT, Shape

_COMBINING = ("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas")
_CLOSING = ("additionalProperties", "unevaluatedProperties")
_OPENING = ("additionalProperties", "patternProperties")
_UNCHECKED = object()


class ConfigSchema:
    """One schema of a definition, ready to check values and to fill in their defaults."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self._validator: Any = _UNCHECKED

    def findings(self) -> list[tuple[Path, str]]:
        """What is wrong with the schema itself: path inside it and message. Slow (milliseconds): for loading only."""
        problems: list[tuple[Path, str]] = []
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(self.schema):
            problems.append((tuple(error.absolute_path), _schema_problem(error)))
        problems += [(path, f"'{ref}' is not found in the schema") for path, ref in self._broken_references()]
        problems += _broken_patterns(self.schema, ())
        if self.schema.get("type", "object") != "object":
            problems.append((("type",), "config is a mapping, so the schema's type must be object"))
        if not problems:
            for path, default in _defaults(self.schema, ()):
                owner = _at(self.schema, path[:-1])
                for broken in self._errors(owner, default):
                    problems.append((path, f"the default does not pass its own schema: {_plain(broken)}"))
        return problems

    def _broken_references(self) -> Iterator[tuple[Path, str]]:
        for path, ref in _references(self.schema, ()):
            if not ref.startswith("#"):
                yield path, ref
                continue
            resolver = Registry().with_resource("", _resource(self.schema)).resolver()
            try:
                resolver.lookup(ref)
            except (Unresolvable, ValueError, AttributeError, TypeError):
                yield path, ref

    def _errors(self, schema: Any, value: Any) -> list[ValidationError]:
        whole = {**copied(schema), "$defs": {**self.schema.get("$defs", {}), **_own_defs(schema)}}
        try:
            return list(SchemaValidator(whole, registry=Registry()).iter_errors(value))
        except (Unresolvable, RecursionError):
            return []

    @property
    def closed(self) -> dict[str, Any]:
        """The schema with unknown keys refused at every depth."""
        return _closed(copied(self.schema), self.schema)  # type: ignore[no-any-return]

    @property
    def validator(self) -> Any:
        """The compiled schema, closed against unknown keys."""
        if self._validator is _UNCHECKED:
            self._validator = SchemaValidator(self.closed, registry=Registry())
        return self._validator

    def check(self, config: dict[str, Any], path: Path) -> list[Finding]:
        """Findings about a value that the schema describes, at `path`. Deferred leaves are checked when known."""
        waiting = list(_paths_of_deferred(config, ()))
        value = _without_deferred(config) if waiting else config
        found: list[Finding] = []
        try:
            errors = sorted(self.validator.iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path])
        except RecursionError:
            return [finding("cluster.config", path, "the value is nested too deeply to be checked")]
        for error in errors:
            at = tuple(error.absolute_path)
            if waiting and _waits(error, at, waiting):
                continue
            found += _findings(error, (*path, *at))
        for place in waiting:
            found += self._unknown_key(place, path)
        return found

    def _unknown_key(self, place: Path, path: Path) -> Iterator[Finding]:
        shape = self.shape
        for depth, key in enumerate(place):
            if shape.kind == "object" and isinstance(key, str) and key not in shape.fields:
                yield _unknown_key_finding((*path, *place[: depth + 1]), key, list(shape.fields))
                return
            shape = shape.at(key)

    @property
    def shape(self) -> Shape:
        """The shape of the values, for reading and for checks of expressions."""
        return _shape(self.schema, self.schema, 0)

    def filled(self, config: dict[str, Any]) -> dict[str, Any]:
        """`config` with the defaults of properties that it leaves out, at every depth that is there."""
        return _filled(config, self.schema, self.schema, 0)  # type: ignore[no-any-return]


def _resource(schema: dict[str, Any]) -> Any:
    from referencing.jsonschema import DRAFT202012

    return DRAFT202012.create_resource(schema)


def _own_defs(schema: Any) -> dict[str, Any]:
    return schema.get("$defs", {}) if isinstance(schema, dict) else {}


def _references(schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield (*path, key), value
            elif key not in ("enum", "const", "default", "examples"):
                yield from _references(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _references(value, (*path, index))


def _defaults(schema: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(schema, dict):
        if "default" in schema and path[-1:] != ("properties",):
            yield (*path, "default"), schema["default"]
        for key, value in schema.items():
            if key not in ("enum", "const", "default", "examples"):
                yield from _defaults(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _defaults(value, (*path, index))


def _broken_patterns(schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Patterns that cannot be run, or not safely."""
    if isinstance(schema, dict):
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict):
            for pattern in patterns:
                if not is_pattern(pattern):
                    yield (*path, "patternProperties", pattern), _NO_PATTERN
            if any(name in schema for name in (*_COMBINING, "unevaluatedProperties")):
                yield (*path, "patternProperties"), "patternProperties and combined schemas do not go together here"
        if isinstance(schema.get("pattern"), str) and not is_pattern(schema["pattern"]):
            yield (*path, "pattern"), _NO_PATTERN
        for key, value in schema.items():
            if key not in ("enum", "const", "default", "examples"):
                yield from _broken_patterns(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _broken_patterns(value, (*path, index))


_NO_PATTERN = "the pattern is not in the syntax of RE2, which has neither look-around nor back references"


def _at(schema: Any, path: Path) -> Any:
    for key in path:
        schema = schema[key]
    return schema


def _closed(schema: Any, root: dict[str, Any], seen: tuple[int, ...] = ()) -> Any:
    """The schema of one place with unknown keys refused, there and below."""
    if not isinstance(schema, dict) or id(schema) in seen:
        return schema
    seen = (*seen, id(schema))
    for name in ("properties", "patternProperties", "$defs"):
        if isinstance(schema.get(name), dict):
            schema[name] = {key: _closed(value, root, seen) for key, value in schema[name].items()}
    for name in ("items", "additionalProperties", "contains", "unevaluatedProperties"):
        if isinstance(schema.get(name), dict):
            schema[name] = _closed(schema[name], root, seen)
    if isinstance(schema.get("prefixItems"), list):
        schema["prefixItems"] = [_closed(value, root, seen) for value in schema["prefixItems"]]
    if any(name in schema for name in _CLOSING):
        return schema
    if any(name in schema for name in _COMBINING):
        if "properties" in schema or _names_properties(schema, root, 0):
            schema["unevaluatedProperties"] = False
    elif isinstance(schema.get("properties"), dict) or "patternProperties" in schema:
        schema["additionalProperties"] = False
    return schema


def _names_properties(schema: Any, root: dict[str, Any], depth: int) -> bool:
    """Whether a schema, or one it is combined of, names properties; then keys beside them are unknown."""
    if not isinstance(schema, dict) or depth > 20:
        return False
    if isinstance(schema.get("properties"), dict):
        return True
    parts = [part for name in ("allOf", "anyOf", "oneOf") for part in _as_list(schema.get(name))]
    parts += [schema.get(name) for name in ("if", "then", "else")]
    parts.append(_target(schema.get("$ref"), root))
    return any(_names_properties(part, root, depth + 1) for part in parts)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _target(ref: Any, root: dict[str, Any]) -> Any:
    """What a local reference points at, or None."""
    if not isinstance(ref, str) or not ref.startswith("#"):
        return None
    here: Any = root
    for part in ref.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and key in here:
            here = here[key]
        else:
            return None
    return here


def _shape(schema: Any, root: dict[str, Any], depth: int) -> Shape:
    if not isinstance(schema, dict) or depth > 20:
        return ANY
    if "$ref" in schema and "properties" not in schema:
        return _shape(_target(schema["$ref"], root), root, depth + 1)
    if any(name in schema for name in ("allOf", "anyOf", "oneOf", "if")):
        return ANY
    kind = schema.get("type")
    if isinstance(schema.get("properties"), dict) and not any(name in schema for name in _OPENING):
        fields = {key: _shape(value, root, depth + 1) for key, value in schema["properties"].items()}
        return Shape("object", fields)
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        return Shape("map", item=_shape(schema["additionalProperties"], root, depth + 1))
    if kind == "object" and schema.get("additionalProperties") is False and isinstance(schema.get("properties"), dict):
        fields = {key: _shape(value, root, depth + 1) for key, value in schema["properties"].items()}
        return Shape("object", fields)
    if kind == "array":
        return Shape("list", item=_shape(schema.get("items"), root, depth + 1))
    scalars = {"string": TEXT, "boolean": BOOL, "integer": NUMBER, "number": NUMBER}
    return scalars.get(kind, ANY) if isinstance(kind, str) else ANY


def _filled(value: Any, schema: Any, root: dict[str, Any], depth: int) -> Any:
    if isinstance(schema, dict) and "$ref" in schema and "properties" not in schema:
        schema = _target(schema["$ref"], root)
    if not isinstance(schema, dict) or depth > 20:
        return value
    properties = schema.get("properties")
    if isinstance(value, dict) and isinstance(properties, dict):
        result = {}
        for key, below in properties.items():
            if key in value:
                result[key] = _filled(value[key], below, root, depth + 1)
            elif isinstance(below, dict) and below.get("default") is not None:
                result[key] = copied(below["default"])
        result.update({key: own for key, own in value.items() if key not in result})
        return result
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_filled(item, schema["items"], root, depth + 1) for item in value]
    return value


def _paths_of_deferred(data: Any, path: Path) -> Iterator[Path]:
    if isinstance(data, Deferred):
        yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _paths_of_deferred(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _paths_of_deferred(value, (*path, index))


def _without_deferred(data: Any) -> Any:
    """Plain data without deferred values in mappings; a list with one in it is left out as a whole."""
    if isinstance(data, dict):
        return {k: _without_deferred(v) for k, v in data.items() if not _is_waiting(v)}
    if isinstance(data, list):
        return [_without_deferred(v) for v in data]
    return data


def _is_waiting(value: Any) -> bool:
    return isinstance(value, Deferred) or (isinstance(value, list) and any(True for _ in find(value)))


def _waits(error: ValidationError, at: Path, waiting: list[Path]) -> bool:
    """Whether an error may go away when the deferred values are known: it is about something that holds one."""
    if error.validator in ("additionalProperties", "unevaluatedProperties", "type", "propertyNames"):
        return False
    return any(place[: len(at)] == at for place in waiting)


def _findings(error: ValidationError, path: Path) -> Iterator[Finding]:
    rule: Any = error.validator_value
    got: Any = error.instance
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties" if isinstance(got, dict):
            known = _known_keys(error)
            patterns = list(error.schema.get("patternProperties", {}))  # type: ignore[union-attr]
            for key in got:
                if key not in known and not any(matches(key, pattern) for pattern in patterns):
                    yield _unknown_key_finding((*path, key), key, known)
        case "required":
            missing = [key for key in rule if key not in got] if isinstance(got, dict) else []
            named = next((key for key in missing if f"'{key}'" in error.message), None)
            yield finding("cluster.config", (*path, named or "?"), f"'{named}' is needed")
        case "enum":
            allowed = [str(value) for value in rule]
            hint = did_you_mean(str(got), allowed)
            yield finding("cluster.config", path, f"{described(got)} is not allowed here", allowed=allowed, hint=hint)
        case "const":
            yield finding("cluster.config", path, f"{described(got)} is not allowed here", allowed=[str(rule)])
        case _:
            yield finding("cluster.config", path, _plain(error))


def _unknown_key_finding(path: Path, key: str, known: list[str]) -> Finding:
    message = f"'{key}' is not a known key here"
    return finding("cluster.config", path, message, allowed=known, hint=did_you_mean(key, known))


def _known_keys(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    instance: Any = error.instance
    keys: dict[str, None] = dict.fromkeys(schema.get("properties", {}))
    for name in ("allOf", "anyOf", "oneOf"):
        for part in _as_list(schema.get(name)):
            keys |= dict.fromkeys(part.get("properties", {}) if isinstance(part, dict) else {})
    if error.validator == "unevaluatedProperties":
        named = [key for key in instance if f"'{key}'" in error.message]
        keys |= dict.fromkeys(key for key in instance if key not in named)
    return list(keys)


_SENTENCES: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda rule, got: f"expected {_kinds(rule)}, got {described(got)}",
    "minimum": lambda rule, got: f"{described(got)} is too small, the least is {rule}",
    "maximum": lambda rule, got: f"{described(got)} is too large, the greatest is {rule}",
    "exclusiveMinimum": lambda rule, got: f"{described(got)} is too small, it must be greater than {rule}",
    "exclusiveMaximum": lambda rule, got: f"{described(got)} is too large, it must be less than {rule}",
    "multipleOf": lambda rule, got: f"{described(got)} is not a multiple of {rule}",
    "pattern": lambda rule, got: f"{described(got)} has not the form {rule}",
    "format": lambda rule, got: f"{described(got)} is not a valid {rule}",
    "minLength": lambda rule, got: f"{described(got)} is too short, at least {rule} characters",
    "maxLength": lambda rule, got: f"{described(got)} is too long, at most {rule} characters",
    "minItems": lambda rule, got: f"too few items: {len(got)}, at least {rule}",
    "maxItems": lambda rule, got: f"too many items: {len(got)}, at most {rule}",
    "uniqueItems": lambda _rule, _got: "two items are the same",
    "minProperties": lambda rule, got: f"too few keys: {len(got)}, at least {rule}",
    "maxProperties": lambda rule, got: f"too many keys: {len(got)}, at most {rule}",
}


def _plain(error: ValidationError) -> str:
    """An error in one sentence that never shows more of the value than needed."""
    sentence = _SENTENCES.get(str(error.validator))
    if sentence is not None:
        return sentence(error.validator_value, error.instance)
    return f"{described(error.instance)} does not pass '{error.validator}' of the schema"


def _schema_problem(error: ValidationError) -> str:
    """What is wrong with a schema. Its `type` gets a sentence of its own, being what is mistyped most."""
    if error.absolute_path and error.absolute_path[-1] == "type" and isinstance(error.instance, str):
        kinds = ("array", "boolean", "integer", "null", "number", "object", "string")
        hint = did_you_mean(error.instance, kinds)
        return f"'{error.instance}' is no type of JSON Schema; {hint or 'there are ' + ', '.join(kinds)}"
    return _plain(error)


def _kinds(rule: Any) -> str:
    names = {
        "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
        "object": "a mapping", "array": "a list", "null": "nothing",
    }  # fmt: skip
    return " or ".join(names.get(str(kind), str(kind)) for kind in (rule if isinstance(rule, list) else [rule]))
