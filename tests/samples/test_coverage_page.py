"""docs/coverage.md: every path of the operators' samples is reached by a field, or there is a reason why not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sample_paths import used_paths
from table import PAGE, SAMPLES, Table, page, tables


@pytest.fixture(scope="module")
def found(shared: Path) -> list[Table]:
    return list(tables(shared))


def test_every_path_has_a_field_or_a_reason(found: list[Table]) -> None:
    assert [f"{table.plugin}: {path}" for table in found for path in table.missing] == []


def test_the_page_is_up_to_date(found: list[Table]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(found), "run 'make coverage'"


def test_whole_samples_are_read(found: list[Table]) -> None:
    assert {table.plugin for table in found} == set(SAMPLES)
    assert len({table.kind for table in found}) == len(found)
    percona = [table for table in found if table.kind.startswith("Percona")]
    clusters = [table for table in percona if not table.kind.endswith(("Backup", "Restore", "Upgrade"))]
    assert len(clusters) == 3
    assert len(percona) == 3 + 2 * 3 + 1  # a backup and a restore each, and an upgrade of PostgreSQL
    for table in clusters:
        assert sum(table.counts.values()) > 350, table.plugin
        assert table.counts["fields"] > 80, table.plugin


@pytest.mark.parametrize(("kind", "paths"), [("ClickHouseInstallation", 120), ("Cluster", 120), ("ValkeyCluster", 30)])
def test_the_samples_of_the_other_operators_are_read(kind: str, paths: int, found: list[Table]) -> None:
    [table] = [table for table in found if table.kind == kind]
    assert sum(table.counts.values()) > paths


def test_every_reason_is_needed(found: list[Table]) -> None:
    reasons = yaml.safe_load((Path(__file__).parent / "reasons.yaml").read_text(encoding="utf-8"))
    needed: dict[str, set[str]] = {}
    for table in found:
        needed.setdefault(table.plugin, set()).update(table.reasons)
    needed["every"] = set().union(*needed.values())
    idle = [
        (name, entry) for name, entries in reasons.items() for entry in entries if entry["path"] not in needed[name]
    ]

    assert idle == []
    assert all({"path"} < set(entry) <= {"path", "by", "why"} for entries in reasons.values() for entry in entries)


SCHEMA = {
    "properties": {
        "spec": {
            "properties": {
                "size": {"type": "integer"},
                "labels": {"additionalProperties": {"type": "string"}},
                "free": {"x-kubernetes-preserve-unknown-fields": True},
                "items": {"items": {"properties": {"name": {}, "deep": {"properties": {"er": {}}}}}},
                "text": {"type": "string"},
            }
        }
    }
}
SAMPLE = """\
apiVersion: v1
kind: Thing
spec:
#  size: 3
  # labels of something
  labels:
    a/b: c
#    rack: two
  free:
    some: {thing: else}
#  items:
#  - name: one
#    deep:
#      er: 1
#  - name: two
  items:
    - name: three
#  text: |
#    size: 4
#    nothing: here
#  wrong: 5
"""


def test_paths_are_read_from_comments_too(tmp_path: Path) -> None:
    (tmp_path / "cr.yaml").write_text(SAMPLE, encoding="utf-8")

    paths, misplaced = used_paths(tmp_path / "cr.yaml", SCHEMA)

    assert paths == {
        "spec.size": False,
        "spec.labels.*": True,
        "spec.free.some": True,
        "spec.items[].deep.er": False,
        "spec.items[].name": True,
        "spec.text": False,
    }
    assert misplaced == ["spec.wrong"]
