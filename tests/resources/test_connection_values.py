"""What clients need beside host, port, user and password: another endpoint, a CA certificate, a mechanism."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from mocked_run import Recorder, Result, Source, is_unknown, run
from test_connection_secret import Operated, WithSecrets, conn

from pulumi_everest import DatabaseCluster
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.load import load_plugin

SHELFDB = Path(__file__).parents[1] / "plugins" / "shelfdb"
SPLIT: dict[str, Any] = {"topology": {"type": "split"}}
USERS: dict[str, Any] = {"users": {"OWNER_PASSWORD": "p@ss"}}
WRITTEN = {"apps/orders-ca": {"ca.crt": "PEM"}, "apps/orders-users": {"OWNER_PASSWORD": "made-up"}}


@pytest.fixture(autouse=True)
def _written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WithSecrets, "secrets", WRITTEN)


def shelf(*, preview: bool = False, monitor: type[Recorder] = Operated, **arguments: Any) -> Result:
    def program() -> dict[str, Any]:
        given = {name: value() if callable(value) else value for name, value in arguments.items()}
        made = DatabaseCluster("orders", provider="shelf-operator", namespace="apps", connection_secret=True, **given)
        return {"connection": made.connection, "port": made.port}

    return run(program, preview=preview, monitor=monitor, config={"everest:plugins": json.dumps([str(SHELFDB)])})


def waited_for(result: Result) -> set[str]:
    annotated = {one.name: one.inputs["metadata"].get("annotations") or {} for one in result.objects}
    return {name for name, found in annotated.items() if "pulumi.com/waitFor" in found}


@pytest.mark.parametrize(
    ("arguments", "port", "more"),
    [
        (USERS, 7000, {"mechanism": "SCRAM-SHA-512"}),
        ({**USERS, **SPLIT}, 7001, {"mechanism": "SCRAM-SHA-512", "caCertificate": "PEM"}),
        (
            {**USERS, **SPLIT, "instances": {"reader": {}}},
            7001,
            {
                "mechanism": "SCRAM-SHA-512",
                "caCertificate": "PEM",
                "readHost": "orders-read.apps.svc.cluster.local",
                "readPort": "7002",
            },
        ),
    ],
)
def test_the_secret_has_what_the_plugin_says_beside_the_rest(
    arguments: dict[str, Any], port: int, more: dict[str, str]
) -> None:
    result = shelf(**arguments)
    values = conn(result).inputs["stringData"]
    assert values == {
        "type": "shelf",
        "host": "orders.apps.svc.cluster.local",
        "port": str(port),
        "username": "owner",
        "password": "p@ss",
        "uri": f"shelf://owner:p%40ss@orders.apps.svc.cluster.local:{port}",
        **more,
    }
    assert result.values["connection"] == values
    assert result.values["port"] == port


def test_what_the_operator_writes_is_waited_for_and_unknown_in_a_first_preview() -> None:
    result = shelf(preview=True, **USERS, **SPLIT)
    assert is_unknown(conn(result).inputs["stringData"])
    assert {"orders", "orders-engine", "orders-keeper"} <= waited_for(result)


def test_nothing_is_waited_for_where_the_operator_writes_nothing() -> None:
    result = shelf(preview=True, **USERS)
    assert waited_for(result) == set()


def test_not_to_wait_is_refused_with_what_the_operator_writes() -> None:
    [found] = shelf(preview=True, wait_for=False, **USERS, **SPLIT).error.findings  # type: ignore[union-attr]
    assert found.code == "field.conflict"
    assert found.message.startswith("'caCertificate' is the operator's own")


def test_a_password_of_the_operator_and_a_certificate_are_read_from_their_secrets() -> None:
    values = conn(shelf(**SPLIT)).inputs["stringData"]
    assert (values["password"], values["caCertificate"]) == ("made-up", "PEM")


def test_a_port_that_depends_on_an_output_waits_for_it(tmp_path: Path) -> None:
    folder = changed(tmp_path, port="${7000 + spec.instances.engine.replicas}")

    def program() -> dict[str, Any]:
        replicas = Source().gives(3)
        made = DatabaseCluster(
            "orders", provider="shelf-operator", namespace="apps", instances={"engine": {"replicas": replicas}}
        )
        return {"port": made.port}

    config = {"everest:plugins": json.dumps([str(folder)])}
    assert is_unknown(run(program, config=config).values["port"])
    assert run(program, preview=False, config=config).values["port"] == 7003


def changed(tmp_path: Path, **connection: Any) -> Path:
    folder = tmp_path / "shelfdb"
    shutil.copytree(SHELFDB, folder)
    data = yaml.safe_load((folder / "plugin.yaml").read_text())
    data["connection"] |= connection
    (folder / "plugin.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    return folder


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ({"port": "7000"}, "'port' takes a number, or one expression that gives one"),
        ({"port": "${metadata.name}"}, "'port' takes a number, or one expression that gives one"),
        ({"port": "${spec.nothing}"}, "there is no 'spec.nothing'"),
        ({"more": {"host": {"value": "x"}}}, "'host' is what the connection itself says"),
        ({"more": {"a": {}}}, "'a' needs either 'value', or 'secret' and 'key'"),
        ({"more": {"a": {"value": "x", "secret": "y", "key": "z"}}}, "'a' needs either 'value', or 'secret' and 'key'"),
        ({"more": {"a": {"secret": "y"}}}, "'a' needs either 'value', or 'secret' and 'key'"),
        ({"more": {"a": {"value": "${host}:${prt}"}}}, "prt"),
        ({"more": {"a": {"secret": "${host}", "key": "z"}}}, "host"),
        ({"more": {"a": {"value": "x", "when": "true"}}}, "'when' takes one expression"),
        ({"more": {"a": {"valeu": "x"}}}, "did you mean 'value'?"),
        ({"more": {"a b": {"value": "x"}}}, ""),
    ],
)
def test_what_is_wrong_with_it_is_found_when_the_plugin_is_loaded(
    tmp_path: Path, connection: dict[str, Any], said: str
) -> None:
    plugin, found = load_plugin(changed(tmp_path, **connection))
    found = found if plugin is None else [*found, *check_plugin(plugin)]
    assert found
    assert said in "; ".join(f"{entry.message} {entry.hint or ''}" for entry in found)
