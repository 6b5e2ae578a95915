"""The outputs of a cluster, made when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import ExpressionError, Scope
from pulumi_everest.expressions.messages import brief
from pulumi_everest.expressions.results import LimitError
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import finding
from pulumi_everest.resources.children.join import joined
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.hooks.stored_state import HELD

if TYPE_CHECKING:
    from pulumi_everest.resources.candidates.cluster_candidate import ClusterCandidate
    from pulumi_everest.resources.candidates.gate import Batch

REGISTERED = ("name", "namespace", "host", "port", "connection_secret_name")
"""Outputs that are kept in the state: only scalars, since each costs."""


class Outputs:
    """The outputs of one component by name. Those of a refused cluster raise what was found."""

    def __init__(self, component: pulumi.ComponentResource, batch: Batch, subject: str) -> None:
        self._component, self._batch, self._subject = component, batch, subject
        self._values: dict[str, Any] | None = None
        self._made: dict[str, pulumi.Output[Any]] = {}
        self._held: dict[str, Any] = {}

    def fill(self, candidate: ClusterCandidate, main: pulumi.CustomResource) -> dict[str, Any]:
        """Take the values of a cluster whose objects are made, and give them."""
        self._values = _values(candidate, main)
        kept = candidate.checked.policy != "delete"
        self._held = {HELD: dict.fromkeys(sorted(candidate.secret_names()), kept)}
        return self._values

    def has(self, name: str) -> bool:
        """Whether there is such an output."""
        return self._values is not None and name in self._values

    def __getitem__(self, name: str) -> pulumi.Output[Any]:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> pulumi.Output[Any]:
        if self._values is None:
            return self._batch.gate.apply(lambda _: None)
        if name not in self._values:
            return self._not_asked_for(name)
        value = joined(self._values[name])

        async def nothing() -> None:
            return None

        async def known() -> bool:
            return True

        # Whoever uses an output waits for the database's objects, though its value is known before they are made.
        here: pulumi.Output[Any] = pulumi.Output({self._component}, nothing(), known())
        return pulumi.Output.all(here, value).apply(lambda both: both[1])

    def _not_asked_for(self, name: str) -> pulumi.Output[Any]:
        """An error like that of a wrong argument, since what the program does with such an output is not known."""
        text = f"the program uses the output '{name}', which there is only with connection_secret"
        problem = finding("field.missing", ("connection_secret",), text, hint="set it to True", subject=self._subject)
        if self._batch.open:
            raise ClusterError([problem], late=True)
        self._batch.add([problem])
        return self._batch.gate.apply(lambda _: None)

    def registered(self) -> dict[str, Any]:
        """What the component registers as its outputs; among them its Secrets, which its guard asks for (`HELD`)."""
        return {**{_camel(name): value for name, value in self.scalars().items()}, **self._held}

    def scalars(self) -> dict[str, Any]:
        """The same by their names in a program."""
        values = self._values or {}
        return {name: joined(values[name]) for name in REGISTERED if values.get(name) is not None}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _values(candidate: ClusterCandidate, main: pulumi.CustomResource) -> dict[str, Any]:
    resolved, metadata = candidate.checked.resolved, dict(candidate.checked.cluster.metadata)
    assert resolved is not None  # a cluster without errors is resolved
    if metadata.get("namespace") is None:
        metadata["namespace"] = _namespace_of(main)
    values: dict[str, Any] = {"name": metadata["name"], "namespace": metadata["namespace"]}
    values |= {"host": None, "port": None, "connection_secret_name": None}
    connection = candidate.manifest.connection if candidate.manifest is not None else None
    if connection is not None:
        waiting = resolved.deferred or isinstance(metadata["namespace"], Deferred)
        scope = Scope({"spec": resolved.spec, "metadata": metadata, "types": resolved.types}, waiting)
        values["port"] = _filled(connection.port, scope) if isinstance(connection.port, str) else connection.port
        values["host"] = _filled(connection.host, scope)
        values["connection_secret_name"] = _filled(connection.secret, scope)
    instances = resolved.spec["instances"]
    for plural, field in (("versions", "version"), ("images", "image")):
        values[plural] = {name: entry[field] for name, entry in instances.items() if field in entry}
    values["objects"] = [
        {"kind": entry.manifest["kind"], "name": entry.manifest["metadata"]["name"]} for entry in candidate.objects
    ]
    if candidate.connection is not None:
        values["objects"].append({"kind": "Secret", "name": candidate.connection.name})
    return values


def _filled(text: str, scope: Scope) -> Any:
    """A connection text; nothing where it cannot be filled in, which plugin checks report, or here what they cannot."""
    try:
        return filled(text, scope)
    except LimitError as error:
        pulumi.log.warn(f"the plugin's text '{brief(text)}' about connections cannot be filled in: {error}")
        return None
    except (ExpressionError, ValueError):
        return None


def _namespace_of(main: pulumi.CustomResource) -> Deferred:
    """The namespace that the Kubernetes provider chose, as it stands in the object."""
    metadata: pulumi.Output[Any] = main.metadata  # type: ignore[attr-defined]

    def namespace(data: Any) -> str:
        value = data.get("namespace") if isinstance(data, dict) else getattr(data, "namespace", None)
        return value or "default"

    return Deferred(("namespace",), Constant(metadata.apply(namespace)))


class Constant:
    """Stands where a leaf does, for an output that is not of the arguments."""

    def __init__(self, output: pulumi.Output[Any], *, secret: bool = False) -> None:
        self.result, self.secret = output, secret
