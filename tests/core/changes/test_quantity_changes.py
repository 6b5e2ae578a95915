"""Quantities that are written otherwise are no changes, in whatever field; others are."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.quantities import amount
from pulumi_everest.core.changes.spec_differences import differences
from pulumi_everest.core.paths import FieldPath
from pulumi_everest.model.values.scalars import check_quantity

FIELDS: list[FieldPath] = [
    ("instances", "engine", "storage", "size"),
    ("instances", "backupAgent", "storage", "size"),
    *[("instances", "proxy", "resources", part, what) for part in ("requests", "limits") for what in ("cpu", "memory")],
    *[("monitoring", "resources", part, what) for part in ("requests", "limits") for what in ("cpu", "memory")],
]
SAME: list[list[Any]] = [
    ["1", "1000m", "1.0", "1e0", "01", "1000000u", 1, 1.0],
    ["500m", "0.5", ".5", "5e-1", 0.5],
    ["10Gi", "10240Mi", "10485760Ki", "10737418240", "10737418240000m", 10737418240],
    ["1Ti", "1024Gi", "1048576Mi"],
    ["10G", "10000M", "1e10", "10000000k", "10e9", "10000000000"],
]
OTHER = [
    ("10Gi", "10G"),
    ("10Gi", "10241Mi"),
    ("1", "1001m"),
    ("1", "999m"),
    ("1M", "1m"),
    ("1Ki", "1k"),
    ("2", "20e1"),
]


def spec(field: FieldPath, value: Any) -> dict[str, Any]:
    made: Any = value
    for key in reversed(field):
        made = {key: made}
    return dict(made)


def changed(field: FieldPath, old: Any, new: Any) -> list[str]:
    return [difference.where for difference in differences(spec(field, old), spec(field, new))]


@pytest.mark.parametrize("field", FIELDS, ids=".".join)
@pytest.mark.parametrize("forms", SAME, ids=lambda forms: str(forms[0]))
def test_one_quantity_in_other_words_is_no_change(field: FieldPath, forms: list[Any]) -> None:
    assert all(check_quantity(str(form)) is None for form in forms)
    for old, new in permutations(forms, 2):
        assert changed(field, old, new) == [], (old, new)
        assert changed(field, Concealed(old), new) == [], (old, new)


@pytest.mark.parametrize("field", FIELDS, ids=".".join)
@pytest.mark.parametrize(("old", "new"), OTHER)
def test_another_quantity_is_a_change(field: FieldPath, old: str, new: str) -> None:
    assert amount(old) != amount(new)
    assert changed(field, old, new) == [".".join(field)]
    assert changed(field, old, None) == [".".join(field)]


@pytest.mark.parametrize("field", [("usersSecret",), ("instances", "engine", "version"), ("operatorVersion",)])
def test_what_is_no_quantity_is_compared_as_it_is_written(field: FieldPath) -> None:
    assert changed(field, "1", "1000m") == [".".join(field)]
    assert changed(field, "1.0", "1") == [".".join(field)]
