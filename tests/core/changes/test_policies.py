"""The `changes` of a definition at work: which entry a difference meets, and what that makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from expected import Said
from toy_definition import toy_definition

from pulumi_everest.core.changes.impact import Concealed
from pulumi_everest.core.changes.policies import Policies, Specs, guard_of, guards_of
from pulumi_everest.core.changes.spec_differences import differences
from pulumi_everest.core.definitions.samples import field_paths
from pulumi_everest.core.technology import Definition
from pulumi_everest.model.cluster import DatabaseClusterSpec, Instance
from pulumi_everest.model.deferred import Deferred

SAID = Said(__file__)
said_in_full = SAID.fixture()


def definition(*changes: dict[str, Any]) -> Definition:
    return Definition(toy_definition(*changes))


def entry(path: str, policy: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "policy": policy, **more}


def judged(old: dict[str, Any], new: dict[str, Any], *changes: dict[str, Any]) -> list[str]:
    policies = Policies.of(definition(*changes))
    found = SAID([policies.judged(difference, Specs(old, new)) for difference in differences(old, new)])
    return [" ".join(filter(None, [c.where, str(c.impact), c.guard, c.why])) for c in found if c is not None]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], ["paused downtime"]),
        ([entry("paused", "none")], []),
        ([entry("paused", "online")], ["paused online"]),
        ([entry("paused", "restart")], ["paused rolling restart"]),
        ([entry("paused", "downtime", message="it stops")], ["paused downtime it stops"]),
        ([entry("paused", "immutable")], ["paused refused paused the definition does not allow it"]),
        ([entry("paused", "immutable", guard="g", message="no")], ["paused refused g no"]),
        ([entry("usersSecret", "online")], ["paused downtime"]),
        # The first that fits
        ([entry("paused", "online"), entry("paused", "downtime")], ["paused online"]),
        ([entry("paused", "online", when="!new.paused"), entry("paused", "downtime")], ["paused downtime"]),
        ([entry("paused", "online", when="new.paused"), entry("paused", "downtime")], ["paused online"]),
        ([entry("paused", "online", when="old.paused"), entry("paused", "downtime")], ["paused downtime"]),
    ],
)
def test_a_change_is_what_the_first_entry_that_fits_makes_of_it(
    changes: list[dict[str, Any]], expected: list[str]
) -> None:
    assert judged({}, {"paused": True}, *changes) == expected


def test_an_entry_whose_condition_is_not_known_yet_says_nothing() -> None:
    waits = entry("paused", "immutable", when="new.usersSecret == 'x'")

    assert judged({}, {"paused": True, "usersSecret": Deferred()}, waits) == []
    assert judged({}, {"paused": True, "usersSecret": "y"}, waits) == [
        "paused downtime",
        "usersSecret rolling restart the passwords become those of the other Secret; the operator makes up the ones that "
        "it does not hold",
    ]  # fmt: skip


ENDLESS = "range(10000).map(a, range(10000)).size() == 0"
UNTOLD = f"the condition '{ENDLESS}' cannot be evaluated: "


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("immutable", "paused refused paused the definition does not allow it; "),
        ("none", "paused downtime it stops; "),
        ("online", "paused downtime it stops; "),
    ],
)
def test_an_entry_whose_condition_takes_more_than_it_may_counts_only_if_it_refuses(policy: str, expected: str) -> None:
    more = entry("paused", "downtime", message="it stops")
    [found] = judged({}, {"paused": True}, entry("paused", policy, when=ENDLESS), more)

    assert found.startswith(expected + UNTOLD)


def test_a_condition_that_takes_more_than_it_may_is_said_of_a_change_that_means_nothing_else() -> None:
    endless, harmless = entry("paused", "downtime", when=ENDLESS), entry("paused", "none")
    [found] = judged({}, {"paused": True}, endless, harmless)

    assert found.startswith("paused rolling restart " + UNTOLD)


@pytest.mark.parametrize("field", ["version", "image", "replicas", "storage.size", "storage.storageClass"])
def test_some_fields_of_components_are_guarded_whatever_a_definition_says(field: str) -> None:
    policies = Policies.of(definition())
    assert policies.guards(("instances", "engine", *field.split(".")))
    assert not policies.guards(("backup", "storages", *field.split(".")))


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("storage", {"storageClass": "fast"}, "refused storage-class volumes keep their class"),
        ("storage", {"size": "1Gi"}, "refused storage-shrink a volume cannot get smaller"),
        ("storage", {"size": "3Gi"}, "online needs a StorageClass that allows volume expansion"),
        ("expose", {"type": "NodePort"}, "online addresses of clients change with the Service"),
        ("replicas", 5, "online"),
        ("engineConfig", "x", "rolling restart"),
        ("config", {"a": 1}, "rolling restart"),
    ],
)
def test_a_definition_that_says_nothing_of_a_field_has_the_usual_entry_for_it(
    field: str, value: Any, expected: str
) -> None:
    old = {"storage": {"size": "2Gi", "storageClass": "slow"}}
    changed = {**old, field: {**old[field], **value} if field in old else value}
    before, after = {"instances": {"engine": old}}, {"instances": {"engine": changed}}
    [said] = judged(before, after)
    [own] = judged(before, after, entry("instances.engine", "online", message="m"))

    assert said.split(" ", 1)[1] == expected
    assert own.split(" ", 1)[1] == "online m"


def size(value: Any) -> dict[str, Any]:
    return {"instances": {"engine": {"storage": {"size": value}}}}


GROW = entry("instances.*.storage.size", "grow-only", message="takes a while")
SMALLER = "engine.storage.size refused storage-shrink a volume cannot get smaller"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1Gi", "2Gi", ["engine.storage.size online takes a while"]),
        ("2Gi", "1Gi", [SMALLER]),
        ("1024Mi", "1Gi", []),
        (None, "1Gi", ["engine.storage.size online takes a while"]),
        ("1Gi", None, [SMALLER]),
        ("1Gi", "much", [SMALLER]),
        ("much", "1Gi", [SMALLER]),
        (Concealed("2Gi"), "1Gi", [SMALLER]),
    ],
)
def test_what_may_only_grow_is_refused_where_it_does_not_certainly_grow(old: Any, new: Any, expected: Any) -> None:
    assert judged(size(old), size(new), GROW) == expected


def test_a_refused_size_says_how_to_go_on_and_another_number_that_it_may_only_grow() -> None:
    grow = entry("backup.pitr.intervalSeconds", "grow-only")
    policies = Policies.of(definition(GROW, grow))

    def one(old: dict[str, Any], new: dict[str, Any]) -> Any:
        [difference] = differences(old, new)
        return policies.judged(difference, Specs(old, new))

    shrunk = one(size("2Gi"), size("1Gi"))
    assert (shrunk.why, shrunk.hint) == (
        "a volume cannot get smaller", "a smaller volume takes a new cluster, filled with a backup",
    )  # fmt: skip
    less = one(*({"backup": {"pitr": {"intervalSeconds": n}}} for n in (60, 30)))
    assert (less.guard, less.why, less.hint) == ("interval-seconds", "it can only become more", "")


def storages(*names: str) -> dict[str, Any]:
    return {"backup": {"storages": [{"name": name} for name in names]}}


@pytest.mark.parametrize(
    ("policy", "old", "new", "refused"),
    [
        ("keep-order", "ab", "ba", True),
        ("keep-order", "ab", "abc", False),
        ("keep-order", "ab", "cab", True),
        ("keep-order", "abc", "ab", False),
        ("keep-order", "abc", "bc", True),
        ("keep-first", "ab", "ba", True),
        ("keep-first", "abc", "acb", False),
        ("keep-first", "ab", "b", True),
        ("keep-first", "", "a", False),
        ("keep-first", "a", "", False),
    ],
)
def test_items_of_a_list_keep_their_places_or_the_first_one_does(
    policy: str, old: str, new: str, refused: bool
) -> None:
    changes = [entry("backup.storages", policy), entry("backup", "online")]
    found = judged(storages(*old), storages(*new), *changes)

    assert ("backup.storages refused storages the definition does not allow it" in found) is refused
    assert all("refused" not in line for line in found) is not refused


def test_a_new_order_that_no_entry_fits_means_nothing() -> None:
    old, new = storages("a", "b"), storages("b", "a")

    assert judged(old, new, entry("backup", "immutable")) == []
    assert judged(old, new, entry("backup.storages", "keep-order", when="false")) == []
    assert judged({**old, "usersSecret": "x"}, {**new, "usersSecret": "x"}, entry("usersSecret", "keep-order")) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], ["backup.storages[b] online"]),
        ([entry("backup.storages", "online", message="m")], ["backup.storages[b] online m"]),
        ([entry("backup.storages.name", "downtime"), entry("backup", "online")], ["backup.storages[b] downtime"]),
        ([entry("backup", "immutable"), entry("backup", "online")], ["backup.storages[b] online"]),
        ([entry("backup.storages", "none")], []),
        ([entry("backup.storages.name", "none"), entry("backup", "none")], []),
    ],
)
def test_an_item_that_comes_is_what_its_own_entry_says_or_the_strongest_of_its_values(
    changes: list[dict[str, Any]], expected: list[str]
) -> None:
    assert judged(storages("a"), storages("a", "b"), entry("usersSecret", "online"), *changes) == expected


@pytest.mark.parametrize(
    ("path", "guard"),
    [
        (("instances", "*", "storage", "size"), "storage-shrink"),
        (("instances", "engine", "storage", "storageClass"), "storage-class"),
        (("topology", "type"), "topology"),
        (("tls", "mode"), "tls"),
        (("topology", "config", "shards"), "shards"),
        (("usersSecret",), "users-secret"),
        (("instances", "*"), "instances"),
        (("*",), "change"),
    ],
)
def test_a_guard_without_a_name_is_called_after_the_end_of_its_path(path: tuple[str, ...], guard: str) -> None:
    assert guard_of(path) == guard


def test_the_guards_of_a_definition_are_its_entries_that_refuse() -> None:
    changes = [
        entry("paused", "online", message="m"),
        entry("topology.type", "immutable"),
        GROW,
        entry("backup.storages", "keep-order", guard="places"),
        entry("backup.storages", "keep-first"),
    ]

    assert guards_of(definition(*changes)) == [
        "topology", "storage-shrink", "places", "storages", "storage-class", "data-source",
    ]  # fmt: skip


def spec_with(path: tuple[str, ...], value: Any) -> Any:
    """A spec with one field, in items called ``a`` of the lists on the way."""
    if not path:
        return value
    below = spec_with(path[1:], value)
    in_list = path[0] in ("storages", "schedules") and len(path) > 1
    return {path[0]: [{"name": "a", **below}] if in_list else below}


FIELDS = [*field_paths(DatabaseClusterSpec), *((("instances", "engine", *p), v) for p, v in field_paths(Instance))]


@pytest.mark.parametrize(("path", "values"), [pytest.param(*field, id=".".join(field[0])) for field in FIELDS])
def test_a_field_of_which_a_definition_says_nothing_does_what_is_usual(path: tuple[str, ...], values: Any) -> None:
    first, second = (*values, None)[:2] if values else ("probe-a", "probe-b")

    there, back = (
        judged(spec_with(path, old), spec_with(path, new)) for old, new in ((first, second), (second, first))
    )
    assert there or back, "whatever changes does something"


@pytest.mark.parametrize(
    ("field", "is_guarded"),
    [
        ("operatorVersion", True),
        ("instances.engine.version", True),
        ("instances.engine.image", True),
        ("instances.proxy.replicas", True),
        ("instances.engine.storage.size", True),
        ("instances.engine.storage.storageClass", True),
        ("instances.engine.storage", False),
        ("instances.engine.resources.limits.cpu", False),
        ("storage.size", False),
        ("paused", True),  # it stops the database
    ],
)
def test_some_fields_are_guarded_whatever_a_definition_says(field: str, is_guarded: bool) -> None:
    policies = Policies.of(definition(entry("instances.engine.storage.size", "online")))
    assert policies.guards(tuple(field.split("."))) is is_guarded
