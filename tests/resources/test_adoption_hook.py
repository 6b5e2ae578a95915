"""The hook that compares an object with the program before it is taken over, as a function of what an engine gives it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings

from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.mark import MARK
from pulumi_everest.program.monitor import Log, Message
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.hooks import adoption
from pulumi_everest.resources.hooks.adoption import Adoption, NotTheSameError, both, check_adoption, compare

NAME = {"apiVersion": "shop.example.org/v1", "kind": "Shop", "metadata": {"name": "orders", "namespace": "shop"}}
LIVE: dict[str, Any] = {
    **NAME,
    "metadata": {**NAME["metadata"], "uid": "1", "labels": {"team": "shop"}},
    "spec": {"replicas": 3.0, "size": "10Gi"},
    "status": {"state": "ready"},
    "__inputs": {"a": 1},
    "__fieldManager": "pulumi-kubernetes-1",
}
SAME = {**NAME, "metadata": {**NAME["metadata"], "labels": {"team": "shop"}}, "spec": {"replicas": 3.0, "size": "10Gi"}}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What the hook logs."""
    log = Log()
    monkeypatch.setattr(settings, "get_engine", lambda: log)
    monkeypatch.setattr(adoption, "SETTLED", 0)
    return log.messages


def ask(new: Any, *, old: Any = NAME, live: Any = LIVE) -> None:
    """Call the hook as an engine does."""

    async def call() -> None:
        inputs = new() if callable(new) else new
        asked = SimpleNamespace(urn="urn", old_inputs=old, old_outputs=live, new_inputs=inputs)
        await compare(asked, {})  # type: ignore[arg-type]

    asyncio.run(call())


def test_what_is_the_same_is_taken_over(said: list[Message]) -> None:
    ask(SAME)

    assert said == []


def test_what_differs_is_refused_with_every_value_and_the_way_on(said: list[Message]) -> None:
    with pytest.raises(NotTheSameError) as raised:
        ask({**SAME, "spec": {"replicas": 5.0}})

    [(_, text, _)] = said
    assert text.splitlines() == [
        "Shop shop/orders is not taken over, and nothing was changed: 2 values differ",
        "  spec.replicas: 3 → 5",
        "  spec.size: 10Gi → nothing: the program does not say it, so it would be removed",
        "Left is what the cluster has, right what the program says. Have the program say what is there, and change it "
        "later: everest adopt --from-cluster shop/orders --language python writes it",
    ]
    assert [entry.code for entry in raised.value.findings] == ["adopt.differs", "adopt.differs"]
    assert "spec.size" not in str(raised.value)


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_of_what_stands_beside_a_database_no_command_is_named(said: list[Message], kind: str) -> None:
    name = {**NAME, "apiVersion": "v1", "kind": kind}
    with pytest.raises(NotTheSameError):
        ask({**name, "data": {"a": "1"}}, old=name, live={**name, "data": {"a": "2"}})

    [(_, text, _)] = said
    assert text.splitlines()[-1].endswith("Have the program say what is there, and change it later")


@pytest.mark.parametrize(
    ("old", "live"),
    [
        ({**NAME, "spec": {"replicas": 3.0}}, LIVE),  # any later update
        (None, None),
        (NAME, None),
    ],
)
def test_only_the_first_update_after_an_import_is_compared(old: Any, live: Any, said: list[Message]) -> None:
    ask({**SAME, "spec": {"replicas": 5.0}}, old=old, live=live)

    assert said == []


def test_a_value_that_is_not_known_yet_is_no_difference(said: list[Message]) -> None:
    ask(lambda: {**SAME, "spec": {"replicas": pulumi.UNKNOWN, "size": "10Gi"}})

    assert said == []


def test_a_secret_is_compared_and_never_shown(said: list[Message]) -> None:
    ask(lambda: {**SAME, "spec": pulumi.Output.secret({"replicas": 3.0, "size": "10Gi"})})
    assert said == []

    with pytest.raises(NotTheSameError):
        ask(lambda: {**SAME, "spec": pulumi.Output.secret({"replicas": 3.0, "size": "hidden-value"})})

    assert "spec.size: 10Gi → <secret>" in said[0].text
    assert "hidden-value" not in said[0].text


def test_other_managers_are_named(said: list[Message]) -> None:
    managed = [{"manager": "helm", "fieldsV1": {"f:spec": {"f:size": {}}}}, {"manager": "kubectl", "fieldsV1": {}}]
    ask(SAME, live={**LIVE, "metadata": {**LIVE["metadata"], "managedFields": managed}})

    [(_, text, _)] = said
    assert "helm (1)" in text
    assert "kubectl" not in text
    assert "pulumi.com/patchForce" in text


def test_an_engine_without_hooks_takes_nothing_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adoption, "has_engine", lambda: True)  # other tests may have left their mocks
    monkeypatch.setattr(adoption, "supports", lambda: False)

    [found] = check_adoption({"name": "orders", "namespace": "shop"}, "protect", None)

    assert found.path == ("adopt",)
    assert "calls no hooks" in found.message


def controlled(by: str) -> Any:
    return SimpleNamespace(technology=SimpleNamespace(is_controlled=by == "everest"))


@pytest.mark.parametrize(
    ("metadata", "policy", "by", "expected"),
    [
        ({}, "protect", "pulumi", []),
        ({"name": None}, "protect", "pulumi", [
            ("field.missing", "name", "with adopt=True the field 'name' says where the object is", None)]),
        ({"namespace": None}, "retain", "pulumi", [
            ("field.missing", "namespace", "with adopt=True the field 'namespace' says where the object is", None)]),
        ({"name": Deferred()}, "protect", "pulumi", [
            ("value.not-known", "name",
             "'name' says which object is taken over, so it must be known in a preview", None)]),
        ({}, "delete", "pulumi", [
            ("field.conflict", "deletionPolicy",
             "what is taken over is protected, so that no mistake deletes it; deletion_policy cannot be 'delete' with it",
             "adopt first; then take adopt=True out and set the policy")]),
        ({}, "protect", "everest", [
            ("field.conflict", "adopt",
             "with reconcile_by='everest' a controller makes the operator's object, which it also has to take over",
             "set reconcile_by='pulumi'")]),
    ],
)  # fmt: skip
def test_an_adoption_says_what_it_needs_and_what_it_contradicts(
    metadata: dict[str, Any], policy: str, by: str, expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "has_engine", lambda: False)
    found = list(check_adoption({"name": "orders", "namespace": "shop", **metadata}, policy, controlled(by)))

    assert [(entry.code, path_text(entry.path), entry.message, entry.hint) for entry in found] == expected
    assert list(check_adoption({"name": "orders", "namespace": "shop"}, "protect", None)) == []


def test_the_hooks_of_two_bindings_are_all_called() -> None:
    first, second = object(), object()
    bindings = (
        pulumi.ResourceHookBinding(before_update=[first]),  # type: ignore[list-item]
        pulumi.ResourceHookBinding(before_update=[second], on_error=[second]),  # type: ignore[list-item]
    )

    found = both(*bindings)

    assert found is not None
    assert found.before_update == [first, second]
    assert found.on_error == [second]
    assert both(None, bindings[0]) is bindings[0]
    assert both(None, None) is None


class Server:
    """A cluster that fills in what is not said: a reach to it, for the hook."""

    def __init__(self, *, access: bool = True, fails: bool = False) -> None:
        self.access, self.fails, self.asked = ClusterAccess() if access else None, fails, list[Any]()

    async def of(self, _: object) -> Any:
        return SimpleNamespace(access=self.access)

    def live(self, _: ClusterAccess) -> Server:
        return self

    def create(self, manifest: Any, **_: Any) -> Any:
        if self.fails:
            raise LiveError.of("unreachable", "nobody answers")
        self.asked.append(manifest)
        return {**manifest, "spec": {"size": "10Gi", "kept": True, **manifest["spec"]}}


def updated(wanted: Any, live: Any, reach: Any, *, old: Any = NAME, **noted: Any) -> None:
    """Ask the hook that all objects share, of one that was noted."""
    hooks, token = Adoption(reach), noted.pop("token", "kubernetes:shop.example.org/v1:Shop")
    hooks.note(token, "orders", **noted)

    async def call() -> None:
        inputs = wanted() if callable(wanted) else wanted
        given = {"old_inputs": old, "old_outputs": live, "new_inputs": inputs}
        asked = SimpleNamespace(urn="urn", type=token, name="orders", **given)
        await hooks.before_update(asked)  # type: ignore[arg-type]

    asyncio.run(call())


LESS = {**SAME, "spec": {"replicas": 3.0}}
FULLER = {**LIVE, "spec": {**LIVE["spec"], "kept": True}}


def test_what_the_server_fills_in_again_is_no_difference(said: list[Message]) -> None:
    server = Server()
    updated(LESS, FULLER, server)

    assert said == []
    [sent] = server.asked
    assert sent["spec"] == {"replicas": 3}


def test_what_the_plugin_says_is_filled_in_needs_no_question(said: list[Message]) -> None:
    server = Server()
    updated(LESS, LIVE, server, defaults={"spec.size": "10Gi"})

    assert (said, server.asked) == ([], [])


@pytest.mark.parametrize(
    ("server", "live"),
    [
        (Server(access=False), FULLER),
        (Server(fails=True), FULLER),
        (Server(), {**LIVE, "spec": {**LIVE["spec"], "kept": False}}),  # it would be filled in as something else
        (None, FULLER),
    ],
)
def test_what_nobody_fills_in_again_is_refused(server: Any, live: Any, said: list[Message]) -> None:
    with pytest.raises(NotTheSameError):
        updated(LESS, live, server)

    assert "spec.kept" in said[0].text


def test_a_server_is_asked_with_secret_values_and_without_those_that_are_not_known(said: list[Message]) -> None:
    server = Server()

    def wanted() -> Any:
        items = [pulumi.Output.secret("a"), {"b": 1}]
        return {**LESS, "spec": {"replicas": pulumi.Output.secret(3.0), "later": pulumi.UNKNOWN, "items": items}}

    there = {**FULLER["spec"], "items": ["a", {"b": 1}], "later": "x"}
    updated(wanted, {**LIVE, "spec": there}, server)

    assert said == []
    assert server.asked[0]["spec"] == {"replicas": 3, "items": ["a", {"b": 1}]}


SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "orders", "namespace": "shop"}}
PORTS = {"ports": [{"port": 1}]}


def test_a_list_that_is_secret_is_compared_item_by_item_and_not_shown(said: list[Message]) -> None:
    live = {**LIVE, "spec": {**LIVE["spec"], "items": ["a", {"b": "hidden-value"}]}}

    def wanted(*items: Any) -> Any:
        return lambda: {**SAME, "spec": {**SAME["spec"], "items": pulumi.Output.secret([*items])}}

    updated(wanted("a", {"b": "hidden-value"}), live, None)
    assert said == []
    with pytest.raises(NotTheSameError):
        updated(wanted("a", {"b": "another-value"}), live, None)
    assert "spec.items" in said[0].text
    assert "another-value" not in said[0].text


def test_of_kubernetes_own_kinds_it_is_known_what_a_server_fills_in(said: list[Message]) -> None:
    wanted, live = {**SERVICE, "spec": PORTS}, {**SERVICE, "spec": {**PORTS, "clusterIP": "10.0.0.1"}}

    updated(wanted, live, None, old=SERVICE, token="kubernetes:core/v1:Service")
    assert said == []
    with pytest.raises(NotTheSameError):  # a kind of that name of somebody else
        updated(wanted, live, None, old=SERVICE, token="kubernetes:shop.example.org/v1:Service")


CLAIM = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data-0", "namespace": "shop"}}
ROLE = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "orders", "namespace": "shop"}}
OF_GROUP = {"kind": "User", "name": "a"}
CLASS = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 9}
OF_KUBERNETES: dict[str, tuple[Any, Any]] = {
    "core/v1:Service": (
        {**SERVICE, "spec": PORTS},
        {
            **SERVICE,
            "spec": {
                "ports": [{"port": 1, "nodePort": 30001, "protocol": "TCP", "targetPort": 1}],
                "allocateLoadBalancerNodePorts": True, "clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"],
                "externalTrafficPolicy": "Cluster", "healthCheckNodePort": 30002, "internalTrafficPolicy": "Cluster",
                "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", "sessionAffinity": "None", "type": "ClusterIP",
            },
        },
    ),
    "core/v1:PersistentVolumeClaim": (
        {**CLAIM, "spec": {"accessModes": ["ReadWriteOnce"]}},
        {
            **CLAIM,
            "metadata": {
                **CLAIM["metadata"],  # type: ignore[dict-item]
                "finalizers": ["kubernetes.io/pvc-protection"],
                "annotations": {
                    "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
                    "volume.beta.kubernetes.io/storage-provisioner": "csi", "volume.kubernetes.io/storage-provisioner": "csi",
                },
            },
            "spec": {
                "accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "volumeMode": "Filesystem", "volumeName": "pv",
            },
        },
    ),
    "rbac.authorization.k8s.io/v1:RoleBinding": (
        {**ROLE, "kind": "RoleBinding", "subjects": [OF_GROUP]},
        {**ROLE, "kind": "RoleBinding", "subjects": [{**OF_GROUP, "apiGroup": "rbac.authorization.k8s.io"}]},
    ),
    "rbac.authorization.k8s.io/v1:ClusterRoleBinding": (
        {**ROLE, "kind": "ClusterRoleBinding", "subjects": [OF_GROUP]},
        {**ROLE, "kind": "ClusterRoleBinding", "subjects": [{**OF_GROUP, "apiGroup": "rbac.authorization.k8s.io"}]},
    ),
    "core/v1:ServiceAccount": (
        {**SERVICE, "kind": "ServiceAccount", "automountServiceAccountToken": False},
        {
            **SERVICE, "kind": "ServiceAccount", "automountServiceAccountToken": False,
            "secrets": [{"name": "orders-token-1"}],
        },
    ),
    "scheduling.k8s.io/v1:PriorityClass": (
        CLASS, {**CLASS, "globalDefault": False, "preemptionPolicy": "PreemptLowerPriority"},
    ),
}  # fmt: skip
"""What a program says of an object, and what a server makes of it."""


@pytest.mark.parametrize("token", OF_KUBERNETES)
def test_what_a_server_fills_in_is_no_difference(token: str, said: list[Message]) -> None:
    wanted, live = OF_KUBERNETES[token]
    updated(wanted, live, None, old=SERVICE, token=f"kubernetes:{token}")
    assert said == []


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, paths in adoption.FILLED_BY_SERVER.items() for path in paths]
)
def test_nothing_else_would_take_it_for_filled_in(
    kind: str, path: str, said: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    token, (wanted, live) = next((token, both) for token, both in OF_KUBERNETES.items() if token.endswith(f":{kind}"))
    monkeypatch.setattr(adoption, "FILLED_BY_SERVER", {kind: [p for p in adoption.FILLED_BY_SERVER[kind] if p != path]})
    with pytest.raises(NotTheSameError):
        updated(wanted, live, None, old=SERVICE, token=f"kubernetes:{token}")
    assert said


def test_of_kubernetes_own_kinds_an_import_knows_all_so_every_update_is_compared(said: list[Message]) -> None:
    old, new = {**SERVICE, "spec": PORTS}, {**SERVICE, "spec": {"ports": [{"port": 2}]}}

    updated(new, old, None, old=old, token="kubernetes:core/v1:Service")
    assert said == []
    with pytest.raises(NotTheSameError):
        updated(new, old, None, old=old, token="kubernetes:core/v1:Service", adopting=True)
    updated(new, LIVE, None, old=old, adopting=True)  # of other kinds it is a later update
    assert len(said) == 1


@pytest.mark.parametrize(("other", "expected"), [({}, 1), ({MARK: "another"}, 0), (None, 0)])
def test_what_the_stack_itself_had_begun_is_said_to_be_taken_over(
    other: dict[str, str] | None, expected: int, said: list[Message]
) -> None:
    def marked(manifest: Any, mark: dict[str, str] | None) -> Any:
        annotations = {"annotations": {MARK: "own", **mark}} if mark is not None else {}
        return {**manifest, "metadata": {**manifest["metadata"], **annotations}}

    updated(marked(SAME, {}), marked(LIVE, other), None)

    assert [text for _, text, _ in said] == expected * [
        "orders: made by this stack before, taken over: an update that did not end had begun it. Nothing of it changes."
    ]
