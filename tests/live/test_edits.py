"""What was edited of an object since a program wrote it, as an update would take it back; functions, no cluster."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.live.edits import Edit, edited, managers_in
from pulumi_everest.live.managers import Writer, kind_of
from pulumi_everest.model.deferred import Deferred

WRITTEN: dict[str, Any] = {
    "apiVersion": "toy.example.com/v1",
    "kind": "Toy",
    "metadata": {"name": "orders", "labels": {"team": "shop"}, "annotations": {"pulumi.com/waitFor": "x"}},
    "spec": {
        "image": "toy:7.0",
        "size": 3,
        "paused": False,
        "limits": {"cpu": "1", "memory": "1Gi"},
        "volumes": [{"name": "data", "storage": "10Gi"}],
        "version": "1.10",
    },
}


def changed(path: str, value: Any, of: dict[str, Any] = WRITTEN) -> dict[str, Any]:
    """An object with another value at a path; without it where the value is None."""
    made = deepcopy(of)
    *parts, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    node: Any = made
    for part in parts:
        node = node[part]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return made


def fields(path: str) -> dict[str, Any]:
    """What a manager owns, as servers write it: a path of keys, where a list is owned as a whole."""
    made: dict[str, Any] = {}
    for part in reversed(path.split("/")):
        made = {} if part.isdigit() else {f"f:{part}": made}
    return made


def live(of: dict[str, Any], manager: str, path: str, **more: Any) -> dict[str, Any]:
    """The object of a server, in which a manager has written a field."""
    entry = {"manager": manager, "operation": "Update", "time": "2026-03-01T12:00:00Z", "fieldsV1": fields(path)}
    made = deepcopy(of)
    made["metadata"] |= {"uid": "u", "resourceVersion": "7", "managedFields": [entry]}
    return {**made, "status": {"state": "ready"}, **more}


def edits(there: dict[str, Any], now: dict[str, Any] = WRITTEN, known: Any = WRITTEN, **more: Any) -> list[str]:
    return [str(edit) for edit in edited(there, WRITTEN, now, known, operators=("toy-operator",), **more).edits]


MANAGERS = ["kubectl-edit", "kubectl-patch", "helm", "argocd-controller", "node-fetch", "OpenAPI-Generator", "everest"]


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("spec/size", 5, "spec.size 5 → 3"),
        ("spec/image", "toy:8.0", "spec.image toy:8.0 → toy:7.0"),
        ("spec/volumes/0/storage", "200Gi", "spec.volumes[0].storage 200Gi → 10Gi"),
        ("spec/paused", True, "spec.paused true → false"),
        ("spec/limits/memory", "2Gi", "spec.limits.memory 2Gi → 1Gi"),
        ("spec/limits", None, "spec.limits.cpu unset → 1"),
        ("spec/size", None, "spec.size unset → 3"),
        ("metadata/labels/team", "other", "metadata.labels.team other → shop"),
    ],
)
def test_what_somebody_wrote_over_is_taken_back_whoever_it_was(manager: str, path: str, value: Any, said: str) -> None:
    there = live(changed(path, value), manager, path)

    assert edits(there)[0] == said
    # The program changes something else, and what the state says of the object plays no part.
    assert edits(there, changed("spec/version", "1.11"), {})[0] == said


def test_the_object_is_what_it_was_with_the_edits_and_without_what_servers_write() -> None:
    there = live(changed("spec/size", 5, changed("spec/added", "x")), "kubectl-edit", "spec/added")
    found = edited(there, WRITTEN, changed("spec/paused", True), WRITTEN)

    assert found.there == changed("spec/size", 5, changed("spec/added", "x"))
    assert [*managers_in(found.edits)] == ["kubectl-edit"]


def test_a_program_is_named_only_where_nobody_else_has_edited() -> None:
    def of(*managers: str) -> list[str]:
        writers = [Writer(manager, kind_of(manager)) for manager in managers]
        return [*managers_in([Edit(("spec", "size"), 5, 3, writer) for writer in writers])]

    assert of("pulumi-kubernetes-1a2b", "helm", "kubectl-edit", "helm") == ["helm", "kubectl-edit"]
    assert of("pulumi-kubernetes-1a2b") == ["pulumi-kubernetes-1a2b"]
    assert of() == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec/limits/memory", "1024Mi"),
        ("spec/limits/cpu", "1000m"),
        ("spec/limits/cpu", 1),
        ("spec/volumes/0/storage", "10240Mi"),
    ],
)
def test_an_amount_in_other_words_is_no_edit(path: str, value: Any) -> None:
    assert edits(live(changed(path, value), "kubectl-edit", path)) == []


def test_a_version_is_no_amount() -> None:
    assert edits(live(changed("spec/version", "1.1"), "kubectl-edit", "spec/version")) == ["spec.version 1.1 → 1.10"]


def test_what_the_program_says_by_now_is_not_taken_back_and_what_it_changes_too_is_judged_from_there() -> None:
    there = live(changed("spec/size", 5), "kubectl-edit", "spec/size")
    assert edits(there, changed("spec/size", 5)) == []
    assert edited(there, WRITTEN, changed("spec/size", 5), WRITTEN).there["spec"]["size"] == 5
    assert edits(there, changed("spec/size", 4)) == ["spec.size 5 → 4"]
    assert edits(there, changed("spec/size", None)) == ["spec.size 5 → unset"]
    assert edits(there, changed("spec/size", Deferred())) == []


@pytest.mark.parametrize(("manager", "taken"), [("kubectl-edit", True), ("helm", False), ("toy-operator", False)])
def test_what_was_added_goes_only_where_the_update_takes_over_its_field(manager: str, taken: bool) -> None:
    for path, said in (("spec/nodes", "spec.nodes x → unset"), ("metadata/labels/by", "metadata.labels.by x → unset")):
        assert edits(live(changed(path, "x"), manager, path)) == ([said] if taken else [])


def test_what_the_server_had_filled_in_is_no_edit() -> None:
    filled = changed("spec/port", 5432, changed("spec/volumes/0/mode", "rw"))
    there = live(filled, "kubectl-edit", "spec/volumes")
    assert edits(there, known=filled) == []
    # The program says now what was only a default.
    assert edits(there, changed("spec/port", 5433), known=filled) == []


def test_an_image_that_the_operator_has_chosen_is_its_own_and_nothing_else_is() -> None:
    assert edits(live(changed("spec/image", "toy:7.1"), "toy-operator", "spec/image")) == []
    assert edits(live(changed("spec/image", "toy:7.1"), "toy-sidecar", "spec/image")) != []
    assert edits(live(changed("spec/size", 5), "toy-operator", "spec/size")) == ["spec.size 5 → 3"]


@pytest.mark.parametrize("ignored", ["spec.size", "size", "spec"])
def test_paths_that_no_update_writes_are_no_edits(ignored: str) -> None:
    assert edits(live(changed("spec/size", 5), "kubectl-edit", "spec/size"), ignored=(ignored,)) == []


def test_items_are_found_by_their_names_and_additional_ones_go_with_their_writer() -> None:
    two = [{"name": "logs", "storage": "1Gi"}, {"name": "data", "storage": "20Gi"}]
    there = changed("spec/volumes", two)
    assert edits(live(there, "kubectl-edit", "spec/volumes")) == [
        "spec.volumes[1].storage 20Gi → 10Gi",
        "spec.volumes[0] (settings) → unset",
    ]
    assert edits(live(there, "toy-operator", "spec/volumes")) == ["spec.volumes[1].storage 20Gi → 10Gi"]
    assert edits(live(changed("spec/volumes", []), "helm", "spec/volumes")) == [
        "spec.volumes an empty list → (settings)"
    ]


def test_what_tools_keep_in_annotations_is_no_edit() -> None:
    path = "metadata/annotations/kubectl.kubernetes.io~last"
    there = changed("metadata/annotations", {"kubectl.kubernetes.io/last-applied-configuration": "{}"})
    assert edits(live(there, "kubectl-client-side-apply", path)) == []


def test_a_secret_value_is_not_shown() -> None:
    now = changed("spec/size", Concealed(3))
    [edit] = edited(live(changed("spec/size", 5), "helm", "spec/size"), now, now, {}).edits
    assert str(edit) == "spec.size [secret] → [secret]"
