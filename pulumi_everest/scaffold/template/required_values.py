"""The least that an object has to say: values for what a schema needs and nothing of a cluster gives."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pulumi_everest.expressions.patterns import matches
from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field, Path
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.shapes import is_resources
from pulumi_everest.scaffold.template.placing import Tree, has
from pulumi_everest.scaffold.template.tree import DIRECTIVES, Guess, Note, guesses

_TEXTS: Final = (
    "example", "a", "default", "1", "1.0.0", "10Gi", "1h", "0 0 * * *", "2026-01-01T00:00:00Z", "1.2.3.4", "1.2.3.4/32",
    "http://example.com", "example.com", "repo1", "a/b", "/a", "A", "a1", "10", "100m", "a-b", "a.b", "a:1", "s3://a",
)  # fmt: skip
_DEEP = 6
NEEDED: Final = "the definition needs it"
"""The mark of a value that stands in for one that nobody knows."""
UNSAID: Final = "what stands here where a cluster says nothing of it?"
_BASIC: Final = re.compile(r"instances\.\w+\.(?:image|version|replicas|resources|storage)")
_CHAIN: Final = re.compile(r"\$\{([A-Za-z_.?]+\.\?\w+)\}")
"""An expression that is nothing but a value that may be absent."""
_SECRET: Final = re.compile(r"\$\{spec\.((?:\w+\.)*\w+Secret)\}")


def fill_required(tree: Tree, field: Field, sample: Sample, *, whole: bool = False) -> None:
    """Put in what the mappings of a tree need and have no default for, as far as nothing gives it.

    What the definition needs is always there, though a cluster may say nothing of it. A mapping that the definition
    does not need, and that would begin with values nobody knows, is left out, unless the tree is one guess as a
    `whole`, which is there under a condition.
    """
    if isinstance(tree.get("do"), (str, list)) or any("${" in key for key in tree):
        return
    for child in field.children.values():
        if child.last in (ITEM, ENTRY):
            continue
        key = child.last if child.last in tree else f"?{child.last}"
        value = tree.get(key)
        if value is None:
            if child.required:
                tree[child.last] = _needed(child, sample)
            continue
        _into(value, child, sample, whole=whole)
        if child.required and _loops_over_storages(value) and child.schema.get("minItems"):
            tree["when"] = _and_storages(tree.get("when"))
        if child.required:
            _replace(tree, key, child.last, always(value, child))
        elif not whole and _is_begun_for_nothing(value):
            names = ", ".join(dict.fromkeys(one.path[-1] for one in guesses(value) if one.ask == NEEDED))
            text = f"{child.last}: left out, since it needs {names}, which nothing of a cluster gives"
            _replace(tree, key, f"#{child.last}", Note(text))


def _loops_over_storages(value: Any) -> bool:
    inner = value.value if isinstance(value, Guess) else value
    return isinstance(inner, list) and any(isinstance(one, dict) and "forEach" in one for one in inner)


def _and_storages(said: Any) -> str:
    """A condition, and that there are storages: for a part of an object that needs one at least."""
    there = "spec.?backup.?storages.orValue([]).size() > 0"
    known = str(said or "").removeprefix("${").removesuffix("}")
    return f"${{{known} && {there}}}" if known else f"${{{there}}}"


def _replace(tree: Tree, key: str, name: str, value: Any) -> None:
    """Put another entry in the place of one."""
    entries = [(name, value) if one == key else (one, below) for one, below in tree.items()]
    tree.clear()
    tree.update(entries)


def _is_begun_for_nothing(value: Any) -> bool:
    """Whether a part of an object would be there with values that stand in for what nobody knows."""
    inner = value.value if isinstance(value, Guess) else value
    if not isinstance(inner, (dict, list)) or "when" in inner:
        return False
    inside = list(guesses(value))
    basic = any(_BASIC.match(read) for one in inside for read in one.reads)
    return not basic and any(one.ask == NEEDED for one in inside)


def always(value: Any, field: Field) -> Any:
    """What stands at a field that the definition needs: it is there whatever a cluster says."""
    inner = value.value if isinstance(value, Guess) else value
    ask = ""
    if isinstance(inner, str):
        chain = _CHAIN.fullmatch(inner)
        made: Any = f"${{{chain[1]}.orValue({_default(chain[1], field)})}}" if chain is not None else inner
        ask = UNSAID if chain is not None and not chain[1].endswith("Secret") and not field.enum else ""
    elif isinstance(inner, dict):
        made = inner.get("do") if inner.get("do") == "${users}" else inner
        if "name" in inner:
            made = {key: _said(below) for key, below in inner.items() if key != "when"}
    else:
        made = inner
    if not isinstance(value, Guess):
        return Guess(made, field.last, kept=True) if isinstance(made, (dict, list)) else made
    value.value, value.kept, value.ask = made, True, value.ask or ask
    return value


def _said(value: Any) -> Any:
    """The name of a Secret that a cluster may leave out."""
    path = _SECRET.fullmatch(value) if isinstance(value, str) else None
    return f"${{spec.?{'.?'.join(path[1].split('.'))}.orValue({_secret_name(path[1])})}}" if path is not None else value


def _secret_name(path: str) -> str:
    return f"metadata.name + '-{'tls' if 'tls' in path else 'users'}'"


def _default(chain: str, field: Field) -> str:
    """What stands for a value that a cluster may leave out, in an expression."""
    if chain.endswith("Secret"):
        return _secret_name(chain)
    if is_resources(field):
        return "{'requests': {'cpu': '100m', 'memory': '512Mi'}}"
    value = least_value(field)
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _into(value: Any, field: Field, sample: Sample, *, whole: bool) -> None:
    if isinstance(value, Guess):
        value = value.value
        whole = whole or (isinstance(value, dict) and "when" in value)
    if isinstance(value, dict) and field.type == "object":
        fill_required(value, field, sample, whole=whole)
    elif isinstance(value, dict) and ENTRY in field.children:
        for key, below in value.items():
            if key not in DIRECTIVES and not isinstance(below, str):
                _into(below, field.children[ENTRY], sample, whole=whole)
    elif isinstance(value, list) and ITEM in field.children:
        for one in value:
            _into(one, field.children[ITEM], sample, whole=whole)


def _needed(field: Field, sample: Sample) -> Guess:
    said = sample.at(field.path)
    if said is not None and (not isinstance(said, (dict, list)) or _is_plain(said)):
        return Guess(said, f"{field.last} of the sample", note="from the sample")
    if field.type == "string" and len(field.path) == 1 and field.last.lower() in ("name", "clustername"):
        return Guess("${metadata.name}", f"{field.last}, which the definition needs")
    value = least_value(field, sample)
    ask = "" if field.enum or field.type in ("object", "array") else NEEDED
    return Guess(value, f"{field.last}, which the definition needs", ask=ask, path=field.path)


def _is_plain(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, (str, int)) for one in value)


def least_value(field: Field, sample: Sample | None = None, depth: int = 0) -> Any:
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
        return {one.last: least_value(one, sample, depth + 1) for one in needed}
    if kind == "array":
        count = field.schema.get("minItems")
        item = field.children.get(ITEM)
        if item is not None and item.enum and field.required:
            return list(item.enum)  # as roles of pods: one that has them all can do everything
        return (
            [least_value(item, sample, depth + 1)] * count
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


def text_for(schema: Mapping[str, Any], first: str = "example") -> str:
    """A text that a schema takes, as far as a few tries find one; `first` is tried before all others."""
    form = schema.get("format")
    if form == "date-time":
        return "2026-01-01T00:00:00Z"
    pattern = schema.get("pattern")
    most, fewest = schema.get("maxLength"), schema.get("minLength")
    for text in (first, *_TEXTS):
        if (isinstance(most, int) and len(text) > most) or (isinstance(fewest, int) and len(text) < fewest):
            continue
        if not isinstance(pattern, str) or matches(text, pattern):
            return text
    return first


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
