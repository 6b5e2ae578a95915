"""What is looked up among the objects of the first API is what looking through all of them finds, in their order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.upgrade.legacy.objects import API_VERSION, LegacyObjects, name_of, owners_of
from pulumi_everest.upgrade.legacy.ownership import Owner

NAMES = st.sampled_from(["a", "b", "c", "", None, 3])
KINDS = (
    (API_VERSION, "DatabaseClusterBackup"), (API_VERSION, "DataImportJob"), (API_VERSION, "BackupStorage"),
    ("v1", "Secret"),
)  # fmt: skip
REFERENCE = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.sampled_from([API_VERSION, "v1", "example.com/v1"]),
        "kind": st.sampled_from(["DatabaseCluster", "Pod"]),
        "name": NAMES,
        "uid": NAMES,
    },
)


@st.composite
def some_object(draw: st.DrawFn) -> dict[str, Any]:
    api_version, kind = draw(st.sampled_from(KINDS))
    metadata = {
        "name": draw(st.sampled_from(["x", "y", "z"])),
        "namespace": draw(st.sampled_from(["one", "two"])),
        "uid": draw(NAMES),
        "ownerReferences": draw(st.one_of(st.none(), st.lists(REFERENCE, max_size=3))),
    }
    spec = {"dbClusterName": draw(NAMES), "targetClusterName": draw(NAMES)}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def last_of_each(objects: list[dict[str, Any]], kind: tuple[str, str], namespace: str) -> list[dict[str, Any]]:
    """The objects of a kind in a namespace: of two with one name the later one, where the first one stood."""
    found = {name_of(entry): entry for entry in objects if (entry["apiVersion"], entry["kind"]) == kind}
    return [entry for entry in found.values() if name_of(entry)[0] == namespace]


@given(st.lists(some_object(), max_size=12), st.sampled_from(["a", "b", "c"]))
def test_lookups_find_what_looking_through_all_finds(objects: list[dict[str, Any]], name: str) -> None:
    all_of = LegacyObjects(objects)
    between = last_of_each(objects, KINDS[0], "one")
    assert list(all_of.all("DatabaseClusterBackup", "one")) == between
    own = [entry for entry in between if entry["spec"]["dbClusterName"] == name]
    assert all_of.of_clusters("DatabaseClusterBackup", "one", name) == sorted(own, key=name_of)
    imports = [entry for entry in last_of_each(objects, KINDS[1], "one") if entry["spec"]["targetClusterName"] == name]
    assert all_of.of_clusters("DataImportJob", "one", name) == sorted(imports, key=name_of)

    cluster = {"metadata": {"name": name, "namespace": "one", "uid": "c"}}
    owner = Owner.of(cluster, all_of.between("DatabaseClusterBackup", "one", name))
    assert owner == Owner.of(cluster, between)
    secrets = last_of_each(objects, KINDS[3], "one")
    there = all_of.with_owner("v1", "Secret", "one", owner.uids, name)
    assert list(owner.owned(there)) == list(owner.owned(secrets))


@given(st.lists(some_object(), max_size=12))
def test_no_other_namespace_is_looked_into(objects: list[dict[str, Any]]) -> None:
    all_of = LegacyObjects(objects)
    for kind in KINDS[:2]:
        assert all(name_of(entry)[0] == "two" for entry in all_of.between(kind[1], "two", "a"))
    assert all(owners_of(entry) for entry in all_of.with_owner("v1", "Secret", "two", ["a", "b"], "c"))
    names = [name_of(entry)[1] for entry in all_of.all("BackupStorage")]
    assert list(all_of.names("BackupStorage")) == names
