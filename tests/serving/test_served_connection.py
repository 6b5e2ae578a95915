"""The connection of a database in other languages: a secret output, from values given or from the operator's Secret."""

from __future__ import annotations

from typing import Any

import pytest
from engine_wire import UNKNOWN_TEXT, Out, Secret
from fake_engine import CLUSTER, Refused

MYSQL = {"provider": "pxc-operator", "namespace": "apps", "connectionSecret": True}
HOST = "orders-haproxy.apps.svc.cluster.local"


def secret_of(value: Any) -> Any:
    """The value of a secret output, however it is wrapped."""
    if isinstance(value, Out):
        assert value.secret
        return value.value
    assert isinstance(value, Secret)
    return value.value


def test_a_password_that_is_given_comes_out_as_a_secret(served, preview):
    made = served.construct(preview, CLUSTER, "orders", {**MYSQL, "users": {"root": Secret("a/b")}})
    expected = {
        "type": "mysql", "host": HOST, "port": "3306", "username": "root", "password": "a/b",
        "uri": f"mysql://root:a%2Fb@{HOST}:3306/",
    }  # fmt: skip
    assert secret_of(made.state["connection"]) == expected
    assert preview["orders-conn"].request.type == "kubernetes:core/v1:Secret"
    assert preview.read == []


def test_the_operators_password_is_read_once_the_database_is_there(served, preview, update):
    served.construct(preview, CLUSTER, "orders", MYSQL)
    assert preview.read == [UNKNOWN_TEXT]
    update.secrets["apps/orders-secrets"] = {"root": "made-up"}
    made = served.construct(update, CLUSTER, "orders", MYSQL)
    assert update.read == ["apps/orders-secrets"]
    assert secret_of(made.state["connection"])["password"] == "made-up"
    annotations = update["orders"].inputs["metadata"]["annotations"]
    assert annotations["pulumi.com/waitFor"] == "jsonpath={.status.state}=ready"


def test_without_the_request_there_is_no_such_output(served, preview):
    made = served.construct(preview, CLUSTER, "orders", {**MYSQL, "connectionSecret": False})
    assert "connection" not in made.state


@pytest.mark.parametrize("name", ["Not_a_name", "orders-secrets"])
def test_a_name_that_cannot_be_is_refused_at_its_property(served, preview, name):
    with pytest.raises(Refused) as raised:
        served.construct(preview, CLUSTER, "orders", {**MYSQL, "connectionSecret": name})
    assert raised.value.paths == ["connectionSecret"]


def test_two_databases_of_a_program_share_their_hooks(served, preview, update):
    for monitor in preview, update:
        for name in "orders", "shop":
            served.construct(monitor, CLUSTER, name, {"provider": "pxc-operator"})
        hooks = {kind.name for kind, names in monitor["shop"].request.hooks.ListFields() if names}
        assert {"before_update", "on_error"} <= hooks
