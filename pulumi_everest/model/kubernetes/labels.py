"""Labels and annotations as an API server takes them: qualified names, and the texts beside them.

Each ``check_*`` gives None for good text, and otherwise a message that says how to write it instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, shortened
from pulumi_everest.model.values.scalars import check_dns_subdomain

# apimachinery, pkg/util/validation: IsQualifiedName, IsValidLabelValue
NAME: Final = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
_NAME: Final = re.compile(rf"{NAME}\Z")
_LONGEST: Final = 63
_ANNOTATIONS: Final = 256 * 1024  # bytes of all of them: apimachinery, pkg/api/validation, TotalAnnotationSizeLimitB
_ALLOWED: Final = "only letters, digits, '-', '_' and '.', a letter or digit at both ends"


def check_label_value(text: str) -> str | None:
    """The value of a label: empty, or letters, digits, ``-``, ``_`` and ``.``, at most 63."""
    return None if not text else _check(text, text, "the value of a label")


def check_label_key(text: str) -> str | None:
    """The key of a label: a name, in front of which may stand a DNS name and ``/``."""
    return _check_qualified(text, "the key of a label")


def check_qualified_name(text: str) -> str | None:
    """A name such as ``example.com/protect``."""
    return _check_qualified(text, "a name here")


def check_annotation_key(text: str) -> str | None:
    """The key of an annotation: as that of a label, in letters of any size."""
    return _check_qualified(text, "the key of an annotation", lower=True)


def _check_qualified(text: str, what: str, *, lower: bool = False) -> str | None:
    prefix, slash, name = text.rpartition("/")
    if slash and not prefix:
        return f"'{shortened(text)}' is not {what}: a DNS name stands before '/', as in example.com/team"
    if prefix:
        wrong = check_dns_subdomain(prefix.lower() if lower else prefix)
        if wrong is not None:
            return f"'{shortened(text)}' is not {what}: before '/' stands a DNS name; {wrong}"
    if not name:
        return f"'{shortened(text)}' is not {what}: it has no name" if text else f"{what} is empty"
    return _check(name, text, what)


def _check(name: str, text: str, what: str) -> str | None:
    if len(name) > _LONGEST:
        return f"'{shortened(text)}' is not {what}: {len(name)} characters, at most {_LONGEST}"
    if _NAME.match(name):
        return None
    near = re.sub(r"[^-A-Za-z0-9_.]+", "-", name).strip("-_.")
    hint = f"; write {text[: len(text) - len(name)]}{near}" if near else ""
    return f"'{shortened(text)}' is not {what}: {_ALLOWED}{hint}"


def label_findings(labels: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with labels, with paths from them on. A value that is no text is let through."""
    for key, value in labels.items():
        path: Path = (key,)
        wrong = check_label_key(key)
        of_value = check_label_value(value) if isinstance(value, str) and wrong is None else None
        if wrong is not None or of_value is not None:
            yield finding("value.label", path, wrong or str(of_value), of_key=wrong is not None)


def annotation_findings(annotations: Mapping[str, Any]) -> Iterator[Finding]:
    """The same for annotations, whose values may be any text that is not too long."""
    size = 0
    for key, value in annotations.items():
        wrong = check_annotation_key(key)
        if wrong is not None:
            yield finding("value.label", (key,), wrong, of_key=True)
        size += len(key.encode()) + (len(value.encode(errors="replace")) if isinstance(value, str) else 0)
    if size > _ANNOTATIONS:
        text = f"the annotations are {size} bytes long together, a server takes {_ANNOTATIONS}"
        yield finding("field.range", (), text)
