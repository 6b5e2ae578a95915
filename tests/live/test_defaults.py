"""What a server fills in, where it answers a dry run and where only definitions tell."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.live.defaults import Defaults
from pulumi_everest.live.errors import LiveError

SCHEMA = {"properties": {"spec": {"properties": {"size": {"default": 3}, "mode": {}}}}}
DEFINITION = {
    "spec": {
        "group": "toy.example.com",
        "names": {"kind": "Toy"},
        "versions": [{"name": "v1", "schema": {"openAPIV3Schema": SCHEMA}}],
    }
}
TOY = {"apiVersion": "toy.example.com/v1", "kind": "Toy", "metadata": {"name": "a"}, "spec": {"mode": "x"}}
OTHER = {**TOY, "apiVersion": "other.example.com/v1"}


class Live:
    """A cluster that answers dry runs with this, and definitions with that."""

    def __init__(self, dry_run: Any, definitions: Any) -> None:
        self.dry_run, self.definitions, self.read = dry_run, definitions, 0

    def create(self, manifest: Any, **_: Any) -> Any:
        if isinstance(self.dry_run, Exception):
            raise self.dry_run
        return {**manifest, **self.dry_run}

    def crds(self) -> Any:
        self.read += 1
        if isinstance(self.definitions, Exception):
            raise self.definitions
        return self.definitions


def filled(live: Live, *manifests: Any) -> list[Any]:
    defaults = Defaults(live)  # type: ignore[arg-type]
    return [defaults.filled(manifest).get("spec") for manifest in manifests]


FORBIDDEN = LiveError.of("refused", "no", code=403)


def test_a_server_that_tells_is_asked_for_nothing_else() -> None:
    live = Live({"spec": {"size": 5}}, [DEFINITION])
    assert filled(live, TOY) == [{"size": 5}]
    assert live.read == 0


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        ([DEFINITION], [{"mode": "x", "size": 3}, {"mode": "x"}, {"mode": "x", "size": 3}]),
        (FORBIDDEN, [{"mode": "x"}] * 3),
    ],
)
def test_where_it_refuses_definitions_tell_and_are_read_once_for_all(definitions: Any, expected: Any) -> None:
    live = Live(FORBIDDEN, definitions)
    assert filled(live, TOY, OTHER, TOY) == expected
    assert live.read == 1


def test_a_cluster_that_cannot_be_reached_is_an_error() -> None:
    with pytest.raises(LiveError):
        filled(Live(LiveError.of("unreachable", "no"), []), TOY)
