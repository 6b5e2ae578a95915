"""Parameters of an engine's configuration: texts, whatever way they come in."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.reading import plain
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.workspace.workspace import shape_for

UNKNOWN = Deferred(source=1)


def configured(value: Any) -> dict[str, Any]:
    return {"provider": "p", "instances": {"engine": {"engineConfig": value}}}


def written(value: str) -> Any:
    """What YAML reads where a value is written so."""
    text = f"""\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {{name: db}}
spec: {{provider: p, instances: {{engine: {{engineConfig: {{a: {value}}}}}}}}}
"""
    [document], _ = read_yaml(text.encode(), "a.yaml", shape_for)
    return document.data["spec"]["instances"]["engine"]["engineConfig"]["a"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(48, "48"), (48.0, "48"), (1.5, "1.5"), (True, "true"), (False, "false"), ("on", "on"), ("48", "48")],
)
def test_a_program_gives_what_yaml_gives(value: Any, expected: str) -> None:
    spec = plain(configured({"a": value}), shape_of(DatabaseClusterSpec))

    assert spec["instances"]["engine"]["engineConfig"] == {"a": expected} == {"a": written(expected)}


@pytest.mark.parametrize("value", [[1], {"b": 1}, UNKNOWN])
def test_what_is_no_parameter_or_not_known_stays_for_the_check(value: Any) -> None:
    spec = plain(configured({"a": value}), shape_of(DatabaseClusterSpec))

    assert spec["instances"]["engine"]["engineConfig"] == {"a": value}


def test_configuration_as_text_stays_as_it_is() -> None:
    assert plain(configured("a=48\n"), shape_of(DatabaseClusterSpec)) == configured("a=48\n")


def test_a_state_of_before_has_the_same_parameters() -> None:
    """A number in a state is no change to the text that it is now."""
    data = {"metadata": {"name": "db"}, "spec": configured({"a": 48, "b": False}), "options": {}}

    assert Snapshot.from_data(data).spec == configured({"a": "48", "b": "false"})
