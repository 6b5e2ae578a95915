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
    if connection.read:
        username, password = _read(connection, candidate, children, made, found)
    else:
        username, password = (pulumi.Output.secret(joined(v)) for v in (connection.username, connection.password))
    namespace, host, port = found["namespace"], found["host"], found["port"]
    variables = dict(connection.scope.variables)
    variables["metadata"] = {**variables["metadata"], "namespace": namespace}
    for name, value in (("username", username), ("password", password)):
        in_url: pulumi.Output[str] = value.apply(lambda text: quote(text, safe=""))
        variables[name] = Deferred((name,), Constant(in_url, secret=True))
    uri = filled(connection.text.uri or "", Scope({**variables, "host": host, "port": port}))
    values = {
        "type": connection.text.type,
        "host": joined(host),
        "port": str(port),
        "username": username,
        "password": password,
        "uri": pulumi.Output.secret(joined(uri)),
    }
    metadata = {**connection.scope.variables["metadata"], "name": connection.name}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": values}
    policy = kept_with(candidate.checked.policy)
    children.make(f"{children.name}-conn", manifest, children.options(policy=policy, after=[made.main]))
    return values


def _read(
    connection: Connection,
    candidate: ClusterCandidate,
    children: Children,
    made: Made,
    found: Mapping[str, Any],
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """User and password from the Secret that the operator writes. Unknown until the main object is made."""
    from pulumi_kubernetes.core.v1 import Secret

    # The id makes it wait: that of an object which does not exist yet is unknown, and nothing is read.
    place = pulumi.Output.all(made.main.id, joined(found["namespace"]), joined(connection.source))
    secret = Secret.get(
        f"{children.name}-credentials",
        place.apply(lambda parts: f"{parts[1]}/{parts[2]}"),
        opts=pulumi.ResourceOptions(parent=children.component, depends_on=made.all),
    )
    parts: pulumi.Output[Any] = pulumi.Output.all(place, secret.data, joined(connection.fallback))
    parts, text = pulumi.Output.secret(parts), connection.text

    def value(key: str | None, parts: Any, otherwise: str | None = None) -> str:
        (_, namespace, name), data = parts[0], parts[1] or {}
        if key in data:
            return b64decode(data[key]).decode()
        if otherwise is not None:
            return otherwise
        where = f"Secret '{name}' in namespace '{namespace}'"
        message = f"{where}, from which clients get user and password, has no key '{key}'"
        problem = finding("field.missing", PATH, message, allowed=sorted(data))
        raise ClusterError(candidate.arguments.shown([problem]), late=True)

    username = parts.apply(lambda known: value(text.username_key, known, otherwise=known[2]))
    return username, parts.apply(lambda known: value(text.password_key, known))
