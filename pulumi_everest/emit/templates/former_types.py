"""The API versions that an object had: those that the template gives it for other versions of the operator.

A program needs them as aliases: for the engine an object of another API version is another object, which it would make
beside the one that is there, and delete that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.emit.templates.controls import Controls, named
from pulumi_everest.emit.templates.nodes import Node
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.model.findings import EverestError


@dataclass(frozen=True)
class Head:
    """What says of which kind an object is: as it is written, and compiled where it is not the same for all."""

    name: str
    api_version: Any
    kind: Any
    controls: Controls = field(default_factory=Controls)
    node: Node | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same for every cluster."""
        return not any("${" in str(text) for text in (self.api_version, self.kind))


class FormerTypes:
    """The API versions of the objects of a template, for all versions of the operator."""

    def __init__(self, heads: Iterable[Head | None] = (), operators: Sequence[str] = ()) -> None:
        known = [head for head in heads if head is not None]
        self._moving = [head for head in known if not head.is_fixed]
        self._fixed = [(head.name, str(head.api_version), str(head.kind)) for head in known if head.is_fixed]
        self._operators = operators

    def of(self, name: str, manifest: Mapping[str, Any], scope: Scope, lets: Sequence[tuple[str, Node]]) -> list[str]:
        """The API versions of an object of the entry `name`, and of its kind in the same group."""
        group = _group(manifest["apiVersion"])
        found = [*self._fixed, *(one for head in self._moving for one in self._versions(head, scope, lets))]
        return [
            version
            for entry, version, kind in found
            if kind == manifest["kind"] and (entry == name or _group(version) == group)
        ]

    def _versions(self, head: Head, scope: Scope, lets: Sequence[tuple[str, Node]]) -> Iterator[tuple[str, str, str]]:
        assert head.node is not None  # it is not fixed
        for operator in self._operators:
            variables = scope.variables
            spec = {**variables["spec"], "operatorVersion": operator}
            other = Scope({**variables, "spec": spec, "operator": operator}, scope.deferred)
            try:
                made = head.controls.results(named(lets, other) if lets else other, head.node.make)
            except EverestError:
                continue  # a cluster that this version of the operator cannot have
            for one in made if isinstance(made, list) else ():
                version, kind = (one.get("apiVersion"), one.get("kind")) if isinstance(one, dict) else (None, None)
                if isinstance(version, str) and isinstance(kind, str):
                    yield head.name, version, kind


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]
