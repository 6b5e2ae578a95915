"""Several components of one deployment, and several deployments at once, in one process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine_wire import Out
from fake_engine import CLUSTER, PROVIDER, WAIT, Refused

from pulumi_everest.emit.everest_crds import everest_crds

EAST = "urn:pulumi:dev::shop::pulumi:providers:kubernetes::east::east-id"
WEST = "urn:pulumi:dev::shop::pulumi:providers:kubernetes::west::west-id"


def meeting(parties):
    """Something to call with each registration: those of components wait for each other."""
    barrier = threading.Barrier(parties)

    def before(request):
        if not request.custom:
            barrier.wait(WAIT / 2)

    return before


def both(*calls):
    """What calls give that are made at the same time: answers and refusals."""

    def run(call):
        try:
            return call()
        except Refused as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(WAIT) for future in [pool.submit(run, call) for call in calls]]


def test_two_deployments_at_once_do_not_mix(served, preview, update, toydb):
    preview.before = update.before = meeting(2)
    first, second = both(
        lambda: served.construct(
            preview,
            CLUSTER,
            "orders",
            {"provider": "toydb-operator", "namespace": "east", "instances": {"engine": {"replicas": 1}}},
            config=toydb,
            providers={"kubernetes": EAST},
        ),
        lambda: served.construct(
            update,
            CLUSTER,
            "orders",
            {"provider": "psmdb-operator", "namespace": "west", "instances": {"engine": {"replicas": 5}}},
            providers={"kubernetes": WEST},
        ),
    )
    assert (first.state["namespace"], second.state["namespace"]) == ("east", "west")
    assert [entry.inputs["kind"] for entry in preview.objects] == ["ToyDB"]
    assert [entry.inputs["kind"] for entry in update.objects] == ["PerconaServerMongoDB"]
    assert (preview["orders"].request.provider, update["orders"].request.provider) == (EAST, WEST)
    assert preview["orders"].inputs["spec"]["engine"]["size"] == 1
    assert update["orders"].inputs["spec"]["replsets"][0]["size"] == 5


def test_two_components_of_one_program_at_once_go_to_their_own_kubernetes_cluster(served, preview, toydb):
    preview.before = meeting(2)

    def make(name, provider, namespace):
        arguments = {"provider": "toydb-operator", "name": "orders", "namespace": namespace}
        return served.construct(preview, CLUSTER, name, arguments, config=toydb, providers={"kubernetes": provider})

    answers = both(lambda: make("east", EAST, "shop"), lambda: make("west", WEST, "shop"))
    assert [answer.state["name"] for answer in answers] == ["orders", "orders"]
    assert (preview["east"].request.provider, preview["west"].request.provider) == (EAST, WEST)


def test_findings_of_one_do_not_reach_another(served, preview, toydb):
    good, bad = both(
        lambda: served.construct(preview, CLUSTER, "good", {"provider": "toydb-operator"}, config=toydb),
        lambda: served.construct(preview, CLUSTER, "bad", {"provider": "toydb-operator", "typo": 1}, config=toydb),
    )
    assert good.state["name"] == "good"
    assert isinstance(bad, Refused)
    assert bad.paths == ["typo"]
    assert [entry.request.name for entry in preview.objects] == ["good"]


def test_many_at_once_each_hear_their_own_findings(served, preview, toydb):
    def call(number):
        arguments = {"provider": "toydb-operator", "namespace": f"n{number}"}
        if number % 3 == 0:
            arguments |= {f"typo{number}": 1, "instances": {"engine": {"image": Out(known=False)}}}
        if number % 3 == 1:
            arguments |= {"operatorVersion": Out(known=False)}
        return lambda: served.construct(preview, CLUSTER, f"c{number}", arguments, config=toydb)

    for number, answer in enumerate(both(*(call(number) for number in range(12)))):
        if number % 3 == 0:
            assert answer.paths == [f"typo{number}"]
        elif number % 3 == 1:
            assert answer.paths == ["operatorVersion"]
        else:
            assert answer.state["namespace"] == f"n{number}"
    assert sorted(entry.request.name for entry in preview.objects) == ["c11", "c2", "c5", "c8"]


def test_clusters_find_the_providers_of_their_program_only(served, preview, update, toydb):
    served.construct(preview, PROVIDER, "toys", {"plugin": "toydb"}, config=toydb)
    served.construct(preview, CLUSTER, "orders", {"provider": "toys"}, config=toydb)
    with pytest.raises(Refused) as refused:
        served.construct(update, CLUSTER, "orders", {"provider": "toys"}, config=toydb)
    assert refused.value.paths == ["provider"]


def test_a_provider_that_comes_after_a_cluster_that_names_it_is_refused(served, preview, toydb):
    """Components are made at once, so a name alone would work or not by chance."""
    served.construct(preview, CLUSTER, "orders", {"provider": "toydb-operator"}, config=toydb)
    with pytest.raises(Refused) as refused:
        served.construct(preview, PROVIDER, "toydb-operator", {"operatorVersion": "1.0.0"}, config=toydb)
    assert refused.value.paths == ["name"]
    assert "provider.too-late" in refused.value.reasons[0][1]


def test_two_clusters_of_one_name_in_one_place_are_refused(served, preview, update, toydb):
    def make(to, resource, **options):
        arguments = {"provider": "toydb-operator", "name": "orders", "namespace": "shop"}
        return served.construct(to, CLUSTER, resource, arguments, config=toydb, **options)

    make(preview, "one")
    make(preview, "other", providers={"kubernetes": EAST})
    make(update, "two")
    with pytest.raises(Refused) as refused:
        make(preview, "three")
    assert refused.value.paths == ["name"]
    assert "cluster.duplicate" in refused.value.reasons[0][1]
    assert sorted(entry.request.name for entry in preview.objects) == ["one", "other"]


def test_clusters_of_unknown_names_are_not_taken_for_one(served, preview, toydb):
    for resource in ("one", "two"):
        arguments = {"provider": "toydb-operator", "name": Out(known=False), "namespace": "shop"}
        served.construct(preview, CLUSTER, resource, arguments, config=toydb)
    assert len(preview.objects) == 2


def test_two_providers_of_one_name_are_refused(served, preview, toydb):
    served.construct(preview, PROVIDER, "one", {"name": "toys", "plugin": "toydb"}, config=toydb)
    with pytest.raises(Refused) as refused:
        served.construct(preview, PROVIDER, "two", {"name": "toys", "plugin": "toydb"}, config=toydb)
    assert refused.value.paths == ["name"]
    assert "provider.duplicate" in refused.value.reasons[0][1]


def test_the_definitions_for_a_controller_are_brought_once_to_each_kubernetes_cluster(served, update, toydb):
    def provider(name, **options):
        inputs = {"databaseClusterDefinition": "toydb-operator", "reconcileBy": "everest", "installCrds": True}
        served.construct(update, PROVIDER, name, inputs, config=toydb, **options)

    def definitions():
        return sorted(e.request.name for e in update.objects if e.inputs["kind"] == "CustomResourceDefinition")

    names = sorted(definition["metadata"]["name"] for definition in everest_crds())
    provider("one")
    provider("two")
    assert definitions() == names
    depends = {urn.rpartition("::")[2] for urn in update["two"].request.dependencies}
    assert depends >= set(names)

    provider("three", providers={"kubernetes": EAST})
    provider("four", providers={"kubernetes": EAST})
    assert definitions() == sorted([*names, *(f"east-{name}" for name in names)])
    assert update[f"east-{names[0]}"].request.provider == EAST
    assert update[f"east-{names[0]}"].request.retainOnDelete is True
