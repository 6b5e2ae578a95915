"""The same tables on an API server: what concerns one object alone, it refuses too; what it cannot see has a reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from test_wrong_inputs import MARK, cases, check_text, input_of, without_marks

from pulumi_everest.emit.everest_crds import GROUP, everest_crds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.source.documents import Document, read_yaml
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.workspace.workspace import shape_for

REASONS = {
    "definition": "the cluster's definition says it, which is another object",
    "others": "it is about two objects",
    "plugin": "the plugin says it, which is no object",
    "free-form": "it is inside a field that holds anything, which rules of a server cannot look into",
    "expression": "it is inside an expression, which the server does not compile",
    "text": "the text is no document, so no client sends it",
    "dropped": "the server drops it without a word",
}
"""Why a server does not see a mistake."""

SEEN = {
    "field.unknown", "field.missing", "field.type", "field.value", "field.range", "field.conflict", "field.duplicate",
    "value.name", "value.quantity", "value.cron", "value.duration", "value.cidr", "value.time", "value.url",
    "value.image", "value.version", "value.label", "value.text", "cluster.secret-in-yaml", "source.kind",
    "definition.unknown-type", "definition.unknown-component", "definition.unknown-version", "definition.unknown-path",
    "definition.no-versions", "definition.default-version", "definition.duplicate-version",
    "definition.default-topology", "definition.no-topologies", "definition.bundle", "definition.replicas",
    "form.name",
}  # fmt: skip
"""Codes of mistakes that one object shows."""

UNSEEN = {
    **dict.fromkeys(
        (
            "cluster.unknown-topology", "cluster.topology-needed", "cluster.unknown-component",
            "cluster.component-not-in-topology", "cluster.unknown-type", "cluster.unknown-version",
            "cluster.unused-version", "cluster.unknown-bundle", "cluster.block-unsupported", "cluster.block-missing",
            "cluster.config-no-schema", "cluster.engine-config", "cluster.replicas",
        ),
        "definition",
    ),
    **dict.fromkeys(("provider.unknown", "provider.unknown-definition", "provider.duplicate"), "others"),
    "cluster.duplicate": "others",
    **dict.fromkeys(
        ("backup.unknown-cluster", "backup.not-configured", "backup.mismatch", "backup.duplicate"), "others"
    ),
    "cluster.rule": "plugin",
    "cluster.rule-warning": "plugin",
    **dict.fromkeys(
        (
            "cluster.field-not-honoured", "cluster.unknown-preset", "provider.operator-version", "plugin.not-found",
            "definition.not-honoured",
        ),
        "plugin",
    ),
    **dict.fromkeys(("definition.schema", "definition.defaults", "form.path"), "free-form"),
    **dict.fromkeys(("definition.expression", "definition.expression-field", "definition.rule-result"), "expression"),
    **dict.fromkeys(
        (
            "source.syntax", "source.duplicate-key", "source.alias", "source.tag", "source.key", "source.document",
            "source.empty",
        ),
        "text",
    ),
}  # fmt: skip
"""Codes of mistakes that one object does not show, with the reason; rows of the tables name exceptions as `unseen`."""

TABLES = ("clusters.yaml", "definitions.yaml", "texts.yaml")
ROWS = [row for table in TABLES for row in cases(table)]


def reason(entry: Finding, row: dict[str, Any]) -> str | None:
    """Why a server does not see a mistake; None where it does."""
    own = row.get("unseen", {}).get(path_text(entry.path))
    if own is not None:
        return str(own)
    assert entry.code in SEEN or entry.code in UNSEEN, f"say in this file whether a server sees {entry.code}"
    return UNSEEN.get(entry.code)


def sent(row: dict[str, Any]) -> Iterator[tuple[Document, list[Finding]]]:
    """The objects of a row that a client can send, with what is wrong with each."""
    text, _ = without_marks(input_of(row), "input.yaml")
    documents, _ = read_yaml(text, "input.yaml", shape_for)
    documents = [entry for entry in documents if {"apiVersion", "kind", "metadata"} <= entry.data.keys()]
    found = [entry for entry in check_text(text) if entry.place is not None]
    starts = [entry.place(()).line or 0 for entry in documents]
    for document, first, end in zip(documents, starts, [*starts, text.count("\n") + 2][1:], strict=True):
        if document.data["apiVersion"].startswith(f"{GROUP}/"):
            yield document, [entry for entry in found if first <= _line(entry) < end]


def _line(entry: Finding) -> int:
    return (entry.place.line if entry.place is not None else None) or 0


def refusal(live: LiveCluster, manifest: dict[str, Any]) -> str | None:
    try:
        live.create(manifest, dry_run=True)
    except LiveError as error:
        return error.message
    return None


OTHER_WORDS = {
    r"\bObjectMeta\b": "metadata",
    r'namespaces ".*" not found': "metadata.namespace",
    r"the cluster has no kind": "apiVersion kind",
}
"""How a server, or its client, speaks of what stands at a place."""


def names(refused: str, path: str) -> bool:
    """Whether the server's answer is about a field, what holds it, or something inside it."""
    plain = re.sub(r"\[([A-Za-z][\w.-]*)\]", r".\1", refused)
    for words, place in OTHER_WORDS.items():
        plain = re.sub(words, place, plain)
    places = re.findall(r"\b(?:spec|metadata|kind|apiVersion)\b(?:\.[\w-]+|\[\d+\])*", plain)
    return any(path.startswith(place) or place.startswith(path) for place in places)


@pytest.fixture(scope="module")
def server(api_server: ApiServer) -> LiveCluster:
    api_server.install_crds(everest_crds())
    return api_server.live


@pytest.mark.parametrize("row", ROWS)
def test_a_server_refuses_the_mistakes_that_one_object_shows(row: dict[str, Any], server: LiveCluster) -> None:
    objects = list(sent(row))
    assert objects or all(reason(entry, row) == "text" for entry in check_text(input_of(row).replace(MARK, "")))
    for document, found in objects:
        seen = [path_text(entry.path) for entry in found if reason(entry, row) is None]
        refused = refusal(server, document.data)

        if seen:
            assert refused is not None, seen
            assert any(names(refused, path) for path in seen), (refused, seen)
        else:
            assert refused is None


def test_what_a_server_does_not_see_has_a_reason(record_property: Callable[[str, object], None]) -> None:
    rows = [row.values[0] for row in ROWS]
    found = {row["name"]: check_text(without_marks(input_of(row), "input.yaml")[0]) for row in rows}
    reasons = {row["name"]: [reason(entry, row) for entry in found[row["name"]]] for row in rows}
    seen = [name for name, given in reasons.items() if None in given]
    count = Counter(given for name in reasons for given in reasons[name] if given is not None)

    assert set(count) == set(REASONS)
    assert all(
        path in map(path_text, (e.path for e in found[row["name"]])) for row in rows for path in row.get("unseen", {})
    )
    lines = [f"{len(seen)} of {len(rows)} wrong inputs are refused by the server as well; mistakes it does not see:"]
    lines += [f"  {count[key]:3} {key}: {text}" for key, text in REASONS.items()]
    record_property("shown", "\n".join(lines))
