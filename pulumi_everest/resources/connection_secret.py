"""The Secret for clients, `<cluster>-conn`: the same keys for every technology, and the same as an output."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pulumi

from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import finding
from pulumi_everest.resources.candidates.cluster_candidate import ClusterCandidate
from pulumi_everest.resources.children.children import Children, Made, kept_with
from pulumi_everest.resources.children.join import joined
from pulumi_everest.resources.cluster_outputs import Constant
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.workspace.connection import PATH, Connection


def make_connection(
    candidate: ClusterCandidate, children: Children, made: Made, found: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the Secret, after the main object. Gives what is in it by key; user, password and URI are secret.

    `found` are the outputs of the cluster so far: among them its host, and the namespace that the Kubernetes provider
    may have decided.
    """
    connection = candidate.connection
    assert connection is not None  # else nobody asks
    reading = Reading(candidate, children, made, found["namespace"])
    if connection.signs_in_by_operator:
        username, password = _signing_in(connection, reading)
    else:
        username, password = (pulumi.Output.secret(joined(v)) for v in (connection.username, connection.password))
    scope = _scope(connection, found, username, password)
    values = {
        "type": connection.text.type,
        "host": joined(found["host"]),
        "port": _as_text(found["port"]),
        "username": username,
        "password": password,
        "uri": pulumi.Output.secret(joined(filled(connection.text.uri or "", scope))),
    }
    for name, more in connection.more.items():
        if more.secret is not None:
            values[name] = reading.value(filled(more.secret, scope), more.key)
        else:
            values[name] = _as_text(filled(more.value or "", scope))
    metadata = {**connection.scope.variables["metadata"], "name": connection.name}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": values}
    policy = kept_with(candidate.checked.policy)
    options = children.options(policy=policy, after=[made.main])
    if policy == "delete":
        # Clients alone read it, so where the Kubernetes provider does not change it in place it is replaced. One that
        # is kept is never deleted, and its replacement would end at the one that is there.
        options.delete_before_replace = True
    children.make(f"{children.name}-conn", manifest, options)
    return values


def _scope(
    connection: Connection, found: Mapping[str, Any], username: pulumi.Output[str], password: pulumi.Output[str]
) -> Scope:
    """What the texts of the connection may use; user and password as a URL has them."""
    variables = dict(connection.scope.variables)
    variables["metadata"] = {**variables["metadata"], "namespace": found["namespace"]}
    for name, value in (("username", username), ("password", password)):
        in_url: pulumi.Output[str] = value.apply(lambda text: quote(text, safe=""))
        variables[name] = Deferred((name,), Constant(in_url, secret=True))
    return Scope({**variables, "host": found["host"], "port": found["port"]})


def _as_text(value: Any) -> Any:
    """A value of a Secret, which is a text."""
    if isinstance(value, Deferred):
        known: pulumi.Output[Any] = joined(value)
        return known.apply(str)
    return str(value)


def _signing_in(connection: Connection, reading: Reading) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """User and password from the Secret that the operator writes."""
    text, source = connection.text, connection.source
    username = reading.value(source, text.username_key, otherwise=connection.fallback)
    return username, reading.value(source, text.password_key)


class Reading:
    """Reads the Secrets that the operator writes. Their values are unknown until all objects are made."""

    def __init__(self, candidate: ClusterCandidate, children: Children, made: Made, namespace: Any) -> None:
        self._candidate, self._children, self._made, self._namespace = candidate, children, made, namespace
        self._read: dict[Any, pulumi.Output[Any]] = {}

    def value(self, secret: Any, key: str | None, otherwise: Any = None) -> pulumi.Output[str]:
        """What a key of a Secret holds, as a secret; `otherwise` where there is no such key."""
        parts: pulumi.Output[Any] = pulumi.Output.all(self._of(secret), joined(otherwise))

        def found(known: Any) -> str:
            (place, data), instead = known
            return self._found(place, data or {}, key, instead)

        return pulumi.Output.secret(parts).apply(found)

    def _found(self, place: Any, data: Any, key: str | None, otherwise: str | None) -> str:
        _, namespace, name = place
        if key in data:
            return b64decode(data[key]).decode()
        if otherwise is not None:
            return otherwise
        where = f"Secret '{name}' in namespace '{namespace}'"
        message = f"{where}, from which clients get what they need, has no key '{key}'"
        problem = finding("field.missing", PATH, message, allowed=sorted(data))
        raise ClusterError(self._candidate.arguments.shown([problem]), late=True)

    def _of(self, name: Any) -> pulumi.Output[Any]:
        """Where a Secret is, and what it holds; each is read once."""
        if name not in self._read:
            from pulumi_kubernetes.core.v1 import Secret

            made, children = self._made, self._children
            # The id makes it wait: that of an object which does not exist yet is unknown, and nothing is read.
            place = pulumi.Output.all(made.main.id, joined(self._namespace), joined(name))
            title = f"{children.name}-credentials" + (f"-{len(self._read)}" if self._read else "")
            secret = Secret.get(
                title,
                place.apply(lambda parts: f"{parts[1]}/{parts[2]}"),
                opts=pulumi.ResourceOptions(parent=children.component, depends_on=made.all),
            )
            self._read[name] = pulumi.Output.all(place, secret.data)
        return self._read[name]
