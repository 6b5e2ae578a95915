"""What Everest's first API made of a cluster, as a template of its own: the file legacy.yaml of a plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_everest.emit.templates.value_template import ValueTemplate
from pulumi_everest.expressions.functions import FunctionSpec
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import Document

VARIABLES: Final = (
    "metadata", "spec", "size", "path", "storages", "schedules", "pitr", "monitoring", "affinity", "annotations",
    "available", "catalog", "live", "crVersion", "dataSource", "dns",
)  # fmt: skip
"""What its expressions see; docs/plugins.md says what each is."""


@dataclass(frozen=True)
class BackupKind:
    """The operator's kind of backups: where one names its cluster, its state and its end; states that are good."""

    api_version: str
    kind: str
    cluster: str
    state: str
    completed: str
    done: tuple[str, ...]


@dataclass
class LegacyTemplate:
    """The compiled file; `engine_type` is how the first API calls the technology."""

    engine_type: str = ""
    backups: BackupKind | None = None
    findings: list[Finding] = field(default_factory=list)
    _value: ValueTemplate = field(default_factory=ValueTemplate)

    @classmethod
    def parse(cls, document: Document, functions: Sequence[FunctionSpec] = ()) -> LegacyTemplate:
        """The template of a document. Without an engine type, a kind of backups or an object it is wrong."""
        template = ValueTemplate.parse(document, dict.fromkeys(VARIABLES, ANY), functions)
        data = document.data if isinstance(document.data, dict) else {}
        found = [
            finding("field.missing", (key,), f"legacy.yaml has no '{key}'", place=document.place(()))
            for key in ("engineType", "backups", "object")
            if key not in data
        ]
        kind = _backup_kind(data.get("backups"))
        if kind is None and "backups" in data:
            text = f"write {', '.join(_OF_BACKUPS)} as texts, and done as a list of them"
            found.append(finding("field.type", ("backups",), text, place=document.place(("backups",))))
        return cls(str(data.get("engineType", "")), kind, [*template.findings, *found], template)

    def make(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """All parts for one cluster. Raises TemplateError where an expression fails."""
        made = self._value.make(values)
        return made if isinstance(made, dict) else {}


_OF_BACKUPS: Final = ("apiVersion", "kind", "cluster", "state", "completed")


def _backup_kind(data: Any) -> BackupKind | None:
    if not isinstance(data, dict) or not isinstance(data.get("done"), list):
        return None
    texts = [data.get(key) for key in _OF_BACKUPS]
    if not all(isinstance(text, str) for text in texts):
        return None
    version, kind, cluster, state, completed = map(str, texts)
    return BackupKind(version, kind, cluster, state, completed, tuple(map(str, data["done"])))
