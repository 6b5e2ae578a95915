"""Where clients of each technology and topology sign in: host, port, Secret, user and URI (reference: operators, 3.3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.model.plugin_files.manifest import Connection
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

EXPOSED = {"expose": {"type": "LoadBalancer"}}
SHARDED = {"topology": {"type": "sharded"}}


def instances(**components: Any) -> dict[str, Any]:
    return {"instances": components}


def resolved(plugin: str, spec: dict[str, Any]) -> tuple[Resolved, Connection]:
    workspace = Workspace(Plugins())
    cluster = ClusterInput({"name": "db", "namespace": "apps"}, {"provider": f"{plugin}-operator", **spec})
    found, setup, problems = workspace.check(cluster)
    assert found is not None
    assert problems == []
    assert setup is not None
    assert setup.plugin is not None
    assert setup.plugin.manifest.connection is not None
    return found, setup.plugin.manifest.connection


# fmt: off
CLUSTERS = [
    # plugin, spec, host, Secret, URI for user `u` with password `p`
    ("psmdb", {}, "db-rs0.apps.svc.cluster.local", "db-secrets",
     "mongodb://u:p@db-rs0.apps.svc.cluster.local:27017/admin?authSource=admin&replicaSet=rs0"),
    ("psmdb", instances(engine=EXPOSED), "db-rs0.apps.svc.cluster.local", "db-secrets",
     "mongodb://u:p@db-rs0.apps.svc.cluster.local:27017/admin?authSource=admin&replicaSet=rs0"),
    ("psmdb", {"tls": {"mode": "requireTLS"}, "usersSecret": "own"}, "db-rs0.apps.svc.cluster.local", "own",
     "mongodb://u:p@db-rs0.apps.svc.cluster.local:27017/admin?authSource=admin&replicaSet=rs0&tls=true"),
    ("psmdb", SHARDED, "db-mongos.apps.svc.cluster.local", "db-secrets",
     "mongodb://u:p@db-mongos.apps.svc.cluster.local:27017/admin?authSource=admin"),
    ("psmdb", {**SHARDED, "tls": {"mode": "requireTLS"}, **instances(proxy=EXPOSED)},
     "db-mongos.apps.svc.cluster.local", "db-secrets",
     "mongodb://u:p@db-mongos.apps.svc.cluster.local:27017/admin?authSource=admin&tls=true"),
    ("pxc", {}, "db-haproxy.apps.svc.cluster.local", "db-secrets",
     "mysql://u:p@db-haproxy.apps.svc.cluster.local:3306/"),
    ("pxc", {"topology": {"type": "proxysql"}, **instances(proxysql=EXPOSED), "usersSecret": "own"}, "db-proxysql.apps.svc.cluster.local", "own",
     "mysql://u:p@db-proxysql.apps.svc.cluster.local:3306/"),
    ("pg", {}, "db-primary.apps.svc", "db-pguser-db",
     "postgresql://u:p@db-primary.apps.svc:5432/db?sslmode=require"),
    ("pg", {**instances(proxy=EXPOSED), "usersSecret": "own"}, "db-pgbouncer.apps.svc", "db-pguser-db",
     "postgresql://u:p@db-pgbouncer.apps.svc:5432/db?sslmode=require"),
]
# fmt: on


@pytest.mark.parametrize(("plugin", "spec", "host", "secret", "uri"), CLUSTERS)
def test_clients_find_the_cluster(plugin: str, spec: dict[str, Any], host: str, secret: str, uri: str) -> None:
    found, connection = resolved(plugin, spec)
    scope = Scope({"spec": found.spec, "metadata": found.metadata, "types": found.types})
    assert (filled(connection.host, scope), filled(connection.secret, scope)) == (host, secret)
    more = scope.child({"host": host, "port": connection.port, "username": "u", "password": "p"})
    assert connection.uri is not None
    assert filled(connection.uri, more) == uri


@pytest.mark.parametrize("plugin", ["psmdb", "pxc", "pg"])
def test_a_uri_has_the_parts_that_libraries_read(plugin: str) -> None:
    found, connection = resolved(plugin, {})
    scope = Scope({"spec": found.spec, "metadata": found.metadata, "types": found.types})
    variables = {"host": "h.x", "port": connection.port, "username": "a%40b", "password": "%2F%3A%3F%23%25%5B%20"}
    parts = urlsplit(str(filled(str(connection.uri), scope.child(variables))))
    assert (parts.scheme, parts.hostname, parts.port) == (connection.type, "h.x", connection.port)
    assert (unquote(str(parts.username)), unquote(str(parts.password))) == ("a@b", "/:?#%[ ")


USERS = [
    # plugin, the key of the user, the user where there is no key, the key of the password
    ("psmdb", "MONGODB_DATABASE_ADMIN_USER", "databaseAdmin", "MONGODB_DATABASE_ADMIN_PASSWORD"),
    ("pxc", None, "root", "root"),
    ("pg", "user", None, "password"),
]


@pytest.mark.parametrize(("plugin", "key", "name", "password"), USERS)
def test_clients_sign_in_as_the_user_that_the_operator_makes(
    plugin: str, key: str | None, name: str | None, password: str
) -> None:
    _, connection = resolved(plugin, {})
    assert (connection.username_key, connection.username, connection.password_key) == (key, name, password)
