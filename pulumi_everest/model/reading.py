"""From plain data to a model: pydantic's errors become findings, with paths, allowed values and the nearest match."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pulumi_everest.model.codes import CODES
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, described, finding, path_text, shortened, unknown
from pulumi_everest.model.mark import without_mark
from pulumi_everest.model.part import DEFERRED, KNOWN
from pulumi_everest.model.shapes import ANY, Shape, field_names, shape_of

M = TypeVar("M", bound=BaseModel)

SERVER_WRITTEN = frozenset(
    {
        "uid", "creationTimestamp", "resourceVersion", "generation", "managedFields", "ownerReferences",
        "finalizers", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName",
    }
)  # fmt: skip
"""Metadata that a server writes: read and left alone."""

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_MAPPING = "a mapping"
_TYPE_NAMES = {
    "string_type": "text", "int_type": "a whole number", "int_from_float": "a whole number",
    "bool_type": "true or false", "dict_type": _MAPPING, "model_type": _MAPPING,
    "model_attributes_type": _MAPPING, "list_type": "a list", "float_type": "a number",
}  # fmt: skip
_CHOICES = {"literal_error", "enum"}
_RANGE = {"greater_than_equal", "less_than_equal", "string_too_short", "string_too_long", "too_short", "too_long"}


def read_model(model: type[M], data: Any) -> tuple[M | None, list[Finding]]:
    """`data` as a `model`, or the findings about it (all of them)."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, findings_of(error, data, shape_of(model), model)


def read_leniently(model: type[M], data: dict[str, Any], *, defer: bool) -> tuple[M | None, list[Finding]]:
    """Like `read_model`, but what is wrong is reported and set aside, so that checks of the rest can go on.

    With `defer` a refused value becomes a `Deferred` (for models that take it), otherwise it is left out. The model
    is None only where nothing useful is left.
    """
    found, said, misspelt = list[Finding](), _Said(), set[Path]()
    for _ in range(12):
        read, findings = read_model(model, data)
        new = [entry for entry in findings if not said.covers(entry)]
        misspelt |= {place for entry in new if (place := meant(entry)) is not None}
        new = [entry for entry in new if entry.code != "field.missing" or entry.path not in misspelt]
        found += new
        if read is not None:
            return read, found
        rest = set_aside(data, findings, defer=defer)
        if rest is None:
            break
        said.add(new)
        data = rest
    return None, found


def meant(entry: Finding) -> Path | None:
    """Where the field stands that a name was meant to be which is not known: it is not missing, too."""
    match = _MEANT.fullmatch(entry.hint or "") if entry.code == "field.unknown" else None
    return (*entry.path[:-1], match[1]) if match is not None else None


_MEANT = re.compile(r"did you mean '(.*)'\?")


class _Said:
    """What was said in former rounds, by code: at which places, and around them."""

    def __init__(self) -> None:
        self._at: set[tuple[str, Path]] = set()
        self._around: set[tuple[str, Path]] = set()

    def add(self, found: Iterable[Finding]) -> None:
        """Remember the findings of a round."""
        for entry in found:
            for code in (entry.code, _ANY_CODE):
                self._at.add((code, entry.path))
                self._around |= {(code, entry.path[:depth]) for depth in range(len(entry.path) + 1)}

    def covers(self, entry: Finding) -> bool:
        """Whether a finding only repeats what was said about the same place, or one inside or around it."""
        code = _ANY_CODE if entry.code == "field.missing" else entry.code
        if (code, entry.path) in self._around:
            return True
        return any((code, entry.path[:depth]) in self._at for depth in range(len(entry.path)))


_ANY_CODE: Final = ""


_HERE, _GONE = object(), object()


def set_aside(data: dict[str, Any], found: Collection[Finding], *, defer: bool) -> dict[str, Any] | None:
    """`data` without the values that findings are about: a `Deferred` in their places, or nothing. It is not changed.

    An unknown field is always left out. Without `defer`, a field that is missing takes what holds it along; the result
    is None where that is all of it.
    """
    tree: dict[Any, Any] = {}
    if not found:
        return data
    for entry in found:
        node = tree
        for part in entry.path:
            node = node.setdefault(part, {})
        node[_HERE] = entry.path if defer and entry.code not in ("field.unknown", "cluster.secret-in-yaml") else None
    kept = _kept(data, tree)
    return kept if isinstance(kept, dict) else None


def _kept(data: Any, aside: dict[Any, Any]) -> Any:
    if _HERE in aside or not isinstance(data, (dict, list)):
        place = aside.get(_HERE)
        return Deferred(place) if place is not None else _GONE
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    result = {key: _kept(value, aside[key]) if key in aside else value for key, value in entries}
    for key, below in aside.items():
        if key not in result and _HERE in below:
            if below[_HERE] is None:
                return _GONE
            result[key] = Deferred(below[_HERE])
    kept = {key: value for key, value in result.items() if value is not _GONE}
    return kept if isinstance(data, dict) else list(kept.values())


def without_server_fields(data: dict[str, Any]) -> dict[str, Any]:
    """A document without what a server writes into it: status, parts of metadata, kubectl's record."""
    kept = {key: value for key, value in data.items() if key != "status"}
    metadata = kept.get("metadata")
    if isinstance(metadata, dict):
        metadata = {key: value for key, value in metadata.items() if key not in SERVER_WRITTEN}
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict) and _LAST_APPLIED in annotations:
            metadata["annotations"] = {k: v for k, v in annotations.items() if k != _LAST_APPLIED}
        kept["metadata"] = metadata
    return kept


def with_own_finalizers(data: dict[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """A DatabaseCluster with the finalizers that are for its main object: all but those of the document itself.

    Those are put there by Kubernetes, and by a controller of this API group.
    """
    metadata, written = data.get("metadata"), (document.get("metadata") or {})
    finalizers = written.get("finalizers") if isinstance(written, dict) else None
    if not isinstance(metadata, dict) or finalizers is None:
        return data
    if isinstance(finalizers, list):
        kept = [entry for entry in finalizers if not (isinstance(entry, str) and _is_of_the_document(entry))]
        if finalizers and not kept:
            return data
        finalizers = kept
    return {**data, "metadata": {**metadata, "finalizers": finalizers}}


def _is_of_the_document(finalizer: str) -> bool:
    return finalizer in ("foregroundDeletion", "orphan") or finalizer.startswith("everest.percona.com/")


def own_part(live: Mapping[str, Any]) -> dict[str, Any]:
    """An object of a cluster without what a server writes into it, and without the mark of a stack.

    It has its finalizers; null counts as left out.
    """
    own = _without_nulls(without_server_fields(dict(live)))
    metadata = without_mark(own.get("metadata") or {})
    finalizers = (live.get("metadata") or {}).get("finalizers")
    if finalizers:
        metadata["finalizers"] = list(finalizers)
    for key in ("labels", "annotations"):
        if not metadata.get(key):
            metadata.pop(key, None)
    return {**own, "metadata": metadata}


def _without_nulls(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_nulls(value) for key, value in data.items() if value is not None}
    return [_without_nulls(value) for value in data] if isinstance(data, list) else data


def findings_of(error: ValidationError, data: Any, shape: Shape, model: type[BaseModel] | None = None) -> list[Finding]:
    """A finding for each place that one of pydantic's errors is about.

    Where a value may have one of several types there is an error for each, of which one is made.
    """
    found: dict[Path, Finding] = {}
    wanted: dict[Path, list[str]] = {}
    for detail in error.errors(include_url=False):
        labels = [part for part in detail["loc"] if isinstance(part, str)]
        if DEFERRED in labels and labels.index(DEFERRED) == len(labels) - 1 and detail["type"] == "is_instance_of":
            continue
        entry, kind = _finding(detail, data, shape), _wanted(detail)
        other = found.setdefault(entry.path, entry)
        kinds = wanted.setdefault(entry.path, [kind] if kind is not None and other is entry else [])
        if other.code == "field.value" and entry.code.startswith("value."):
            found[entry.path] = replace(entry, hint=f"or write {' or '.join(other.allowed)}")
        elif kinds and kind is not None and kind not in kinds:
            kinds.append(kind)
            found[entry.path] = replace(other, message=_not_of_type(", or ".join(kinds), detail))
    return [
        _with_shape_hint(entry, data, shape, model if wanted.get(path) == [_MAPPING] else None)
        for path, entry in found.items()
    ]


def _with_shape_hint(entry: Finding, data: Any, shape: Shape, model: type[BaseModel] | None) -> Finding:
    """A finding about one of the commonest wrong shapes, with how to write it. `model` is for one about no mapping."""
    hint = None
    if entry.code == "field.unknown":
        from pulumi_everest.model.wrong_shapes import further_down

        hint = further_down(shape, entry.path, _value_at(data, entry.path))
    elif model is not None and entry.hint is None:
        from pulumi_everest.model.wrong_shapes import mapping_for

        written = mapping_for(model, entry.path, _value_at(data, entry.path))
        if written is not None and entry.path:
            hint = f"write {written}" if isinstance(entry.path[-1], int) else f"write {entry.path[-1]}: {written}"
    return replace(entry, hint=hint) if hint is not None else entry


def _value_at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key] if _has(data, key) else None
    return data


def _wanted(detail: ErrorDetails) -> str | None:
    """The type that a value has not, where an error is about that."""
    if detail["type"] in _CHOICES:
        return "text" if _is_no_choice(detail.get("input")) else None
    if detail["type"] == "union_tag_not_found":
        return None if isinstance(detail.get("input"), dict) else _MAPPING
    return _TYPE_NAMES.get(detail["type"])


def _not_of_type(wanted: str, detail: ErrorDetails) -> str:
    return f"expected {wanted}, got {described(detail.get('input'))}"


def _is_no_choice(got: Any) -> bool:
    """Whether a value is not even of the kind that a choice among texts is made of."""
    return got is None or isinstance(got, (dict, list))


def _path(loc: tuple[int | str, ...], data: Any) -> Path:
    """The path of a value in the data: pydantic's location without the labels of union members."""
    path: list[str | int] = []
    here = data
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        if _has(here, part):
            here = here[part]
        elif part in (KNOWN, DEFERRED) or not last or not isinstance(here, dict) or _is_label(part):
            continue
        path.append(part)
    return tuple(path)


def _has(data: Any, key: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(key, int) and 0 <= key < len(data)
    return isinstance(data, dict) and key in data


def _is_label(part: int | str) -> bool:
    return isinstance(part, str) and (part in ("str", "int", "bool", "[key]") or "[" in part)


def _finding(detail: ErrorDetails, data: Any, shape: Shape) -> Finding:
    path = _path(detail["loc"], data)
    kind, got, context = detail["type"], detail.get("input"), detail.get("ctx", {})
    if kind in CODES:
        of_key = context.get("of_key", _of_key(detail))
        allowed, hint = context.get("allowed") or (), context.get("hint")
        first = context.get("first")
        if first is not None:
            first = (*path[: len(path) - context["depth"]], *first)
        message = context.get("message", detail["msg"])
        return finding(kind, path, message, allowed=allowed, hint=hint, of_key=of_key, first=first)
    if kind == "extra_forbidden":
        names = field_names(shape, path[:-1])
        where = f"'{path_text(path[:-1])}'" if path[:-1] else "the document"
        return unknown(
            "field.unknown", path, f"{where} has no field '{shortened(str(path[-1]))}'", str(path[-1]), names
        )
    if kind == "missing":
        return finding("field.missing", path, f"the field '{path[-1] if path else ''}' is needed")
    wanted = _wanted(detail)
    if kind in _CHOICES:
        allowed = [text.strip("'") for text in context["expected"].replace(" or ", ", ").split(", ")]
        if wanted is not None:
            return finding("field.type", path, _not_of_type(wanted, detail), allowed=allowed)
        return unknown("field.value", path, f"{described(got)} is not allowed here", str(got), allowed)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag_finding(path, got, context)
    if kind in _RANGE:
        return finding("field.range", path, _range_message(kind, got, context))
    if wanted is not None:
        return finding("field.type", path, _not_of_type(wanted, detail), hint=_type_hint(kind, got))
    if kind == "string_pattern_mismatch":
        return finding("field.value", path, f"{described(got)} has not the form {context['pattern']}")
    return finding("field.type", path, f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, got {described(got)}")


def _tag_finding(path: Path, got: Any, context: dict[str, Any]) -> Finding:
    """A finding about the key that says what kind of thing something is: it is not there, or says none of them."""
    key = context["discriminator"].rsplit(" | ", 1)[-1].strip("'")
    if "tag" not in context:
        if not isinstance(got, dict):
            return finding("field.type", path, f"expected a mapping, got {described(got)}")
        return finding("field.missing", (*path, key), f"the field '{key}' is needed")
    allowed = [text.strip("'") for text in context["expected_tags"].split(", ")]
    return unknown(
        "field.value", (*path, key), f"{described(context['tag'])} is not allowed here", context["tag"], allowed
    )


def _of_key(detail: ErrorDetails) -> bool | None:
    """Whether an error of pydantic's is about the key of a mapping, which it says with a label of its own."""
    return True if detail["loc"] and detail["loc"][-1] == "[key]" else None


def _range_message(kind: str, got: Any, context: dict[str, Any]) -> str:
    if kind == "greater_than_equal":
        return f"{described(got)} is too small, the least is {context['ge']}"
    if kind == "less_than_equal":
        return f"{described(got)} is too large, the greatest is {context['le']}"
    bound = context.get("min_length", context.get("max_length"))
    long = "short, at least" if kind.endswith("short") else "long, at most"
    return f"{described(got)} is too {long} {bound}"


def _type_hint(kind: str, got: Any) -> str | None:
    if kind == "string_type" and isinstance(got, (int, float)):
        return f"put it in quotes: '{str(got).lower() if isinstance(got, bool) else got}'"
    if kind.startswith("int") and isinstance(got, str) and got.strip().lstrip("+-").isdigit():
        return f"write {got.strip()} without quotes"
    if kind == "bool_type" and isinstance(got, str) and got.lower() in ("true", "false", "yes", "no", "on", "off"):
        return "write true or false without quotes"
    if isinstance(got, str) and got.strip() in ("...", "…"):
        return "this looks like a placeholder that is still to be filled"
    return None


_PLAIN = frozenset((str, int, bool))


def plain(data: Any, shape: Shape) -> Any:
    """Data that has passed its model, in one form: no None where a field is left out, whole numbers as integers.

    Parameters are texts, as YAML reads them. Values that the model does not describe (`overrides`, `config`) stay as
    they are.
    """
    if shape.kind == "map" and shape.item is ANY:
        return data
    if shape.kind == "text-or-map" and isinstance(data, dict):
        return {key: _as_text(value) for key, value in data.items()}
    if isinstance(data, dict) and shape.kind in ("object", "map"):
        if shape.kind == "map" and shape.at("").kind == "object":
            # An item that is null, such as `backupAgent:`, says nothing; its name may still be a wrong one.
            return {key: None if value is None else plain(value, shape.at(key)) for key, value in data.items()}
        rest = ANY if shape.kind == "object" or shape.item is None else shape.item
        return {
            key: value if value.__class__ in _PLAIN else plain(value, shape.fields.get(key, rest))
            for key, value in data.items()
            if value is not None
        }
    if isinstance(data, list) and shape.kind == "list":
        return [plain(value, shape.at(0)) for value in data]
    if type(data) is float and shape.kind in ("number", "number-or-text") and data.is_integer():
        return int(data)
    return data


def _as_text(value: Any) -> Any:
    """A parameter as YAML reads it, wherever it comes from: a text, for a number or boolean as well."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else value
