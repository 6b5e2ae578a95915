"""Who wrote what of an object: by its managed fields, in mappings, and in lists that are maps by keys, or sets."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.live.managers import ItemFields, Writers

FIELDS: dict[str, Any] = {
    'k:{"name":"a"}': {"f:size": {}},
    'k:{"containerPort":1,"protocol":"TCP"}': {"f:x": {}},
    'v:"finalizer"': {},
}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"name": "a", "size": 1}, {"f:size": {}}),
        ({"name": "b"}, None),
        ({"protocol": "TCP", "containerPort": 1}, {"f:x": {}}),
        ({"protocol": "UDP", "containerPort": 1}, None),
        ({"protocol": "TCP", "containerPort": "1"}, None),
        ("finalizer", {}),
        ("other", None),
        (None, None),
    ],
)
def test_what_was_written_of_an_item_is_found_by_its_keys_or_its_value(item: Any, expected: Any) -> None:
    assert ItemFields(FIELDS).of(item) == expected


def test_the_last_writer_of_each_item_of_a_list_is_found() -> None:
    names = [f"rs{n}" for n in range(50)]
    live = {
        "metadata": {
            "managedFields": [
                {"manager": "pulumi-kubernetes", "time": "1", "fieldsV1": {"f:spec": {"f:replsets": {}}}},
                {
                    "manager": "kubectl-edit",
                    "time": "2",
                    "fieldsV1": {
                        "f:spec": {
                            "f:replsets": {f'k:{{"name":"{name}"}}': {"f:size": {}} for name in names[::2]},
                        }
                    },
                },
            ]
        },
        "spec": {"replsets": [{"name": name, "size": 3} for name in names]},
    }
    writers = Writers(live)
    for number, name in enumerate(names):
        expected = "kubectl-edit" if number % 2 == 0 else "pulumi-kubernetes"
        for step in (name, number):
            found = writers.of(["spec", "replsets", step, "size"])
            assert found is not None
            assert found.manager == expected
    unknown = writers.of(["spec", "other"])
    assert unknown is None


@pytest.mark.parametrize("order", [1, -1])
def test_who_wrote_a_value_comes_before_who_wrote_the_mapping_around_it(order: int) -> None:
    """What is left of an update that wrote a whole object owns the mapping, not the value that another wrote since."""
    entries = [
        {"manager": "helm", "fieldsV1": {"f:spec": {"f:requests": {"f:storage": {}}}}},
        {"manager": "pulumi-kubernetes", "fieldsV1": {"f:spec": {".": {}, "f:requests": {}, "f:size": {}}}},
    ]
    writers = Writers({"metadata": {"managedFields": entries[::order]}, "spec": {"requests": {"storage": "1Gi"}}})

    def by(*path: str) -> str | None:
        found = writers.of(path)
        return found.manager if found is not None else None

    assert by("spec", "requests", "storage") == "helm"
    assert by("spec", "requests", "cpu") == by("spec", "size") == "pulumi-kubernetes"
    assert by("spec", "other") is None
