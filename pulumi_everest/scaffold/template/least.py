"""The least that an object has to say: values for what a schema needs and nothing of a cluster gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field, Path
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.template.placing import Tree, has
from pulumi_everest.scaffold.template.tree import DIRECTIVES, Guess

_TEXTS: Final = (
    "example", "a", "default", "1", "1.0.0", "10Gi", "1h", "0 0 * * *", "2026-01-01T00:00:00Z", "1.2.3.4", "1.2.3.4/32",
    "http://example.com", "example.com", "repo1", "a/b", "/a", "A", "a1", "10", "100m", "a-b", "a.b", "a:1", "s3://a",
)  # fmt: skip
_DEEP = 6


def fill(tree: Tree, field: Field, sample: Sample) -> None:
    """Put in what the mappings of a tree need and have no default for, as far as nothing gives it."""
    if isinstance(tree.get("do"), (str, list)) or any("${" in key for key in tree):
        return
    for child in field.children.values():
        if child.last in (ITEM, ENTRY):
            continue
        value = tree.get(child.last, tree.get(f"?{child.last}"))
        if value is None and child.required:
            tree[child.last] = _needed(child, sample)
        elif value is not None:
            _into(value, child, sample)


def _into(value: Any, field: Field, sample: Sample) -> None:
    if isinstance(value, Guess):
        value = value.value
    if isinstance(value, dict) and field.type == "object":
        fill(value, field, sample)
    elif isinstance(value, dict) and ENTRY in field.children:
        for key, below in value.items():
            if "${" in key and not isinstance(below, str):
                _into(below, field.children[ENTRY], sample)
    elif isinstance(value, list) and ITEM in field.children:
        for one in value:
            _into(one, field.children[ITEM], sample)


def _needed(field: Field, sample: Sample) -> Guess:
    said = sample.at(field.path)
    if said is not None and not isinstance(said, (dict, list)):
        return Guess(said, f"{field.last} of the sample", note="from the sample")
    if field.type == "string" and len(field.path) == 1 and field.last.lower() in ("name", "clustername"):
        return Guess("${metadata.name}", f"{field.last}, which the definition needs")
    value = least(field, sample)
    ask = "" if field.enum or field.type in ("object", "array") else "the definition needs it"
    return Guess(value, f"{field.last}, which the definition needs", ask=ask)


def least(field: Field, sample: Sample | None = None, depth: int = 0) -> Any:
    """The least value that a schema takes."""
    if sample is not None:
        said = sample.at(field.path)
        if isinstance(said, (str, int, float, bool)):
            return said
    if field.enum:
        return next((one for one in field.enum if one not in ("", None)), field.enum[0])
    kind = field.type
    if kind == "object":
        needed = [one for one in field.children.values() if one.required] if depth < _DEEP else []
        return {one.last: least(one, sample, depth + 1) for one in needed}
    if kind == "array":
        count = field.schema.get("minItems")
        item = field.children.get(ITEM)
        return (
            [least(item, sample, depth + 1)] * count
            if isinstance(count, int) and 0 < count < 5 and item is not None
            else []
        )
    return _scalar(field.schema, kind)


def _scalar(schema: Mapping[str, Any], kind: str) -> Any:
    if kind in ("integer", "number"):
        low = schema.get("minimum")
        return int(low) + bool(schema.get("exclusiveMinimum")) if isinstance(low, (int, float)) else 1
    if kind == "boolean":
        return False
    if kind == "quantity":
        return "1Gi" if "pattern" in schema else 1
    if kind == "string":
        return text_for(schema)
    return {}


def text_for(schema: Mapping[str, Any]) -> str:
    """A text that a schema takes, as far as a few tries find one."""
    form = schema.get("format")
    if form == "date-time":
        return "2026-01-01T00:00:00Z"
    pattern = schema.get("pattern")
    most, fewest = schema.get("maxLength"), schema.get("minLength")
    for text in _TEXTS:
        if (isinstance(most, int) and len(text) > most) or (isinstance(fewest, int) and len(text) < fewest):
            continue
        if not isinstance(pattern, str) or _matches(pattern, text):
            return text
    return "example"


def _matches(pattern: str, text: str) -> bool:
    if len(pattern) > 500:
        return False
    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError):
        return False


def constants(tree: Tree, top: Field, sample: Sample, left: re.Pattern[str]) -> None:
    """Put in the plain values of a sample at fields that nothing of a cluster reaches, in mappings that are there."""
    for path, value in _leaves(sample.spec, ()):
        if len(path) > 4 or any(left.fullmatch(part) for part in path) or has(tree, path):
            continue
        field = top.at(*path)
        if field is None or field.type in ("object", "array", "map") or not _there(tree, path[:-1]):
            continue
        here: Any = tree
        for part in path[:-1]:
            here = here.get(part, here.get(f"?{part}"))
        if path[-1] not in DIRECTIVES and not _is_a_name(value):
            here[path[-1]] = Guess(value, f"{path[-1]} of the sample", note="from the sample")


def _is_a_name(value: Any) -> bool:
    """Whether a text may be the name of another object: those of a sample are not there."""
    return isinstance(value, str) and bool(re.search(r"-", value)) and not re.search(r"\s|\*", value)


def _there(tree: Any, path: Path) -> bool:
    here = tree
    for part in path:
        here = here.get(part, here.get(f"?{part}")) if isinstance(here, dict) else None
        if not isinstance(here, dict) or "forEach" in here or "do" in here:
            return False
    return True


def _leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:
    if isinstance(value, Mapping) and len(path) < _DEEP:
        return [
            leaf
            for name, below in list(value.items())[:200]
            if isinstance(name, str)
            for leaf in _leaves(below, (*path, name))
        ]
    return [(path, value)] if isinstance(value, (str, int, float, bool)) else []
