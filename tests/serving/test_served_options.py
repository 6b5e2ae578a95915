"""Resource options given in another language: what they do for the component and its children."""

from __future__ import annotations

import json

import pytest
from engine_wire import plain
from fake_engine import CLUSTER, PROVIDER
from pulumi.runtime.proto import alias_pb2, provider_pb2

ARGUMENTS = {"provider": "toydb-operator", "users": {"ROOT_PASSWORD": "pw"}}
EAST = "urn:pulumi:dev::shop::pulumi:providers:kubernetes::east::east-id"
NETWORK = "urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::network"
OWNER = "urn:pulumi:dev::shop::shop:index:Platform::platform"


@pytest.fixture
def made(served, preview, toydb):
    """Component, Secret and main object of a cluster that was made with options."""

    def make(arguments=(), **options):
        served.construct(preview, CLUSTER, "orders", {**ARGUMENTS, **dict(arguments)}, config=toydb, **options)
        return preview.component("orders").request, preview["orders-secrets"].request, preview["orders"].request

    return make


def test_without_options_the_database_is_protected_and_nothing_else_is_said(made):
    component, secret, main = made()
    assert main.protect is True
    assert not secret.HasField("protect")
    for request in (component, secret, main):
        assert not request.HasField("customTimeouts") or request.customTimeouts.create == ""
        assert request.HasField("retainOnDelete") is (request is not component)  # --ignore-protect deletes none
        assert request.provider == ""
    assert not component.HasField("protect")
    assert (secret.parent, main.parent) == (component_urn(main), component_urn(main))


def component_urn(request):
    assert request.parent == "urn:pulumi:dev::shop::everest:index:DatabaseCluster::orders"
    return request.parent


def test_custom_timeouts_reach_the_children(made):
    timeouts = provider_pb2.ConstructRequest.CustomTimeouts(create="7m", delete="1h")
    for request in made(customTimeouts=timeouts)[1:]:
        assert request.customTimeouts.create in ("7m", "420s")
        assert request.customTimeouts.delete in ("1h", "3600s")
        assert request.customTimeouts.update == ""


def test_ignored_changes_reach_the_main_object(made):
    component, secret, main = made(ignoreChanges=["spec.engine.size"])
    assert "spec.engine.size" in main.ignoreChanges
    assert "spec.items" in main.ignoreChanges, "the operator's own fields stay ignored"
    assert list(secret.ignoreChanges) == list(component.ignoreChanges) == []


def test_protect_reaches_the_children(made):
    component, _, main = made({"deletionPolicy": "delete"}, protect=True)
    assert component.protect is True
    assert main.protect is True


def test_a_database_may_be_left_running(made):
    component, secret, main = made({"deletionPolicy": "retain"})
    assert (secret.retainOnDelete, main.retainOnDelete) == (True, True)
    assert not main.HasField("protect")
    assert not component.HasField("retainOnDelete")


def test_aliases_reach_the_component_and_its_children(made):
    alias = alias_pb2.Alias(spec=alias_pb2.Alias.Spec(name="old-orders"))
    component, _, main = made(aliases=[alias, alias_pb2.Alias(urn=OWNER)])
    assert [entry.spec.name or entry.urn for entry in component.aliases] == ["old-orders", OWNER]
    assert main.parent == component_urn(main), "the engine derives aliases of children from those of the parent"
    assert [entry.spec.type for entry in main.aliases if not entry.urn] == [
        "kubernetes:toy.example.com/v1alpha1:ToyDB"
    ], "former types of the object are aliases of it alone"
    # The engine derives none once it has the component under its new name.
    former = [entry.urn.rpartition("::") for entry in main.aliases if entry.urn]
    assert [name for _, _, name in former] == ["old-orders", OWNER.rpartition("::")[2]]
    assert all(f"{CLUSTER}$kubernetes:" in start for start, _, _ in former[:1])


def test_dependencies_reach_every_child(made):
    for request in made(dependencies=[NETWORK]):
        assert NETWORK in request.dependencies


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_kubernetes_provider_reaches_every_child(made, turn):
    """Also once the SDK of the provider has been loaded, which then makes its own resource of the reference."""
    component, secret, main = made(providers={"kubernetes": EAST})
    assert (secret.provider, main.provider) == (EAST, EAST)
    assert dict(component.providers) == {"kubernetes": EAST}


def test_the_parent_is_kept(made):
    component, _, main = made(parent=OWNER)
    assert component.parent == OWNER
    assert main.parent.endswith("shop:index:Platform$everest:index:DatabaseCluster::orders")


def test_a_provider_that_a_controller_reads_has_children_with_the_same_options(served, preview, toydb):
    served.construct(
        preview,
        PROVIDER,
        "toys",
        {"plugin": "toydb", "reconcileBy": "everest"},
        config=toydb,
        providers={"kubernetes": EAST},
        customTimeouts=provider_pb2.ConstructRequest.CustomTimeouts(create="7m"),
    )
    kinds = sorted(entry.inputs["kind"] for entry in preview.objects)
    assert kinds == ["DatabaseClusterDefinition", "Provider"]
    for entry in preview.objects:
        assert entry.request.provider == EAST
        assert entry.request.customTimeouts.create in ("7m", "420s")
    served.construct(preview, CLUSTER, "orders", {"provider": "toys"}, config=toydb)
    made = preview["orders"]
    assert made.inputs["kind"] == "DatabaseCluster"
    assert {entry.urn for entry in preview.objects if entry is not made} <= set(made.request.dependencies)


def test_plugins_of_the_stack_and_of_a_provider_are_found(served, preview, root):
    folder = str(root / "tests" / "resources" / "toydb")
    served.construct(preview, PROVIDER, "toys", {"plugin": "toydb", "plugins": [folder]})
    served.construct(preview, CLUSTER, "orders", {"provider": "toys"})
    assert preview["orders"].inputs["kind"] == "ToyDB"
    config = {"everest:plugins": json.dumps([folder])}
    served.construct(preview, CLUSTER, "carts", {"provider": "toydb-operator"}, config=config)
    assert preview["carts"].inputs["kind"] == "ToyDB"


@pytest.mark.parametrize("adopt", [True, False])
def test_an_object_that_exists_is_taken_over_and_compared(made, adopt):
    _, secret, main = made({"adopt": adopt, "namespace": "db", "finalizers": ["a.example.com/b"]})
    assert main.importId == ("db/orders" if adopt else "")
    assert secret.importId == ""
    # The hook of main objects compares what is taken over, too (tests/resources/test_hook_bindings.py).
    assert main.hooks.before_update == ["pulumi-everest:object-changes"]
    assert plain(main.object)["metadata"]["finalizers"] == ["a.example.com/b"]
