"""What a JSON Schema is put together of: parts, what it refers to, and the properties that all of them name."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from pulumi_everest.model.values.unchecked import as_list

COMBINING = ("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas")
"""Keywords that put a schema together of several."""


def named_properties(schema: Any, root: dict[str, Any], seen: set[int] | None = None) -> dict[str, None]:
    """The properties that a schema names, or one that it is combined of; keys beside them are unknown."""
    seen = set() if seen is None else seen
    if not isinstance(schema, dict) or id(schema) in seen:
        return {}
    seen.add(id(schema))
    own = schema.get("properties")
    found = dict.fromkeys(own if isinstance(own, dict) else ())
    parts = [part for name in ("allOf", "anyOf", "oneOf") for part in as_list(schema.get(name))]
    parts += [schema.get(name) for name in ("if", "then", "else")]
    parts.append(target(schema.get("$ref"), root))
    for part in parts:
        found |= named_properties(part, root, seen)
    return found


def target(ref: Any, root: dict[str, Any]) -> Any:
    """What a local reference points at, or None."""
    if not isinstance(ref, str) or not ref.startswith("#"):
        return None
    here: Any = root
    for part in unquote(ref.removeprefix("#")).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isdecimal() and int(key) < len(here):
            here = here[int(key)]
        else:
            return None
    return here
