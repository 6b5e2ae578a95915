"""Changes of clusters of programs in other languages: the hook of the provider process, asked by an engine."""

from __future__ import annotations

import json

import pytest
from engine_wire import Secret, plain
from fake_engine import CLUSTER, Monitor, Refused, monitor

ARGUMENTS = {"provider": "toydb-operator", "instances": {"engine": {"storage": {"size": "20Gi"}}}}
SMALLER = {"provider": "toydb-operator", "instances": {"engine": {"storage": {"size": "10Gi"}}}}
LARGER = {"provider": "toydb-operator", "instances": {"engine": {"storage": {"size": "30Gi"}}}}


@pytest.fixture
def after(served, preview, toydb):
    """The monitor of a deployment that knows what two clusters were."""
    for name in ("orders", "carts"):
        served.construct(preview, CLUSTER, name, ARGUMENTS, config=toydb)
    with monitor() as second:
        second.state = {name: preview.component(name).request.object for name in ("orders", "carts")}
        yield second


def test_the_component_keeps_its_cluster_as_one_text_without_secrets(served, preview, toydb):
    given = {**ARGUMENTS, "users": {"ROOT_PASSWORD": "pa55word"}}
    served.construct(preview, CLUSTER, "orders", given, config=toydb)

    inputs = plain(preview.component("orders").request.object)
    assert inputs.keys() == {"cluster", "secrets"}
    assert json.loads(inputs["cluster"])["spec"]["instances"]["engine"]["storage"] == {"size": "20Gi"}
    assert inputs["secrets"]["secrets"]["stringData"] == {"ROOT_PASSWORD": Secret("pa55word")}
    assert str(inputs).count("pa55word") == 1


@pytest.mark.parametrize(
    ("argument", "lets"),
    [({"enableSecretMutable": "true"}, True), ({"enableSecretMutable": "false"}, False), ({}, False)],
)
def test_a_new_password_is_refused_unless_the_engine_says_that_the_provider_changes_secrets_in_place(
    served, preview, toydb, argument, lets
):
    def arguments(password):
        return {**ARGUMENTS, "users": {"ROOT_PASSWORD": Secret(password)}}

    kubernetes = "urn:pulumi:dev::shop::pulumi:providers:kubernetes::east"
    options = {"config": toydb, "providers": {"kubernetes": f"{kubernetes}::east-id"}}
    served.construct(preview, CLUSTER, "orders", arguments("pa55-one"), **options)
    with monitor() as second:
        second.state = {"orders": preview.component("orders").request.object}
        second.known = {kubernetes: argument}
        if lets:
            served.construct(second, CLUSTER, "orders", arguments("pa55-two"), **options)
            said = "\n".join(text for _, text in served.log.messages[-2:])  # the cluster cannot be read, either
        else:
            with pytest.raises(Refused) as raised:
                served.construct(second, CLUSTER, "orders", arguments("pa55-two"), **options)
            said = str(raised.value)

    assert ("users.ROOT_PASSWORD changed, rolling restart" if lets else "by guard secret-replaced") in said
    assert ("enableSecretMutable" in said) is not lets
    assert "pa55" not in said


def test_a_refused_change_ends_the_preview_with_what_why_and_how_to_go_on(served, after: Monitor, toydb):
    with pytest.raises(Refused) as raised:
        served.construct(after, CLUSTER, "orders", SMALLER, config=toydb)

    assert "engine.storage.size 20Gi → 10Gi, by guard storage-shrink" in str(raised.value)
    assert "why: a volume cannot get smaller" in str(raised.value)
    assert "allow: [storage-shrink]" in str(raised.value)
    assert after.objects == []


def test_one_hook_serves_all_clusters_of_a_deployment(served, after: Monitor, toydb):
    served.construct(after, CLUSTER, "orders", LARGER, config=toydb)
    served.construct(after, CLUSTER, "carts", LARGER, config=toydb)

    assert {"pulumi-everest:changes", "pulumi-everest:failures"} <= set(after.hooks)  # each taken once only
    said = [text for urn, text in served.log.messages if urn.endswith(("::orders", "::carts"))]
    assert [text.partition(",")[0] for text in said[-2:]] == [
        "orders: engine.storage.size 20Gi → 30Gi",
        "carts: engine.storage.size 20Gi → 30Gi",
    ]


def test_allow_lifts_a_guard(served, after: Monitor, toydb):
    served.construct(after, CLUSTER, "orders", {**SMALLER, "allow": ["storage-shrink"]}, config=toydb)

    assert [entry.request.name for entry in after.objects] == ["orders"]
    assert any("allow: storage-shrink lifted" in text for _, text in served.log.messages)


def test_an_unknown_guard_is_a_finding_with_the_nearest_one(served, preview, toydb):
    with pytest.raises(Refused) as raised:
        served.construct(preview, CLUSTER, "orders", {**ARGUMENTS, "allow": ["storage_shrnk"]}, config=toydb)

    assert raised.value.paths == ["allow[0]"]
    assert "did you mean 'storage-shrink'?" in raised.value.reasons[0][1]
