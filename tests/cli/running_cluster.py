"""A running cluster as commands ask it, for tests: one that serves all kinds and has nothing of them."""

from __future__ import annotations

from typing import Any

from pulumi_everest.live.errors import LiveError


class RunningCluster:
    """Stands for `LiveCluster`. What else there is says who derives from it; with an `error` nothing can be asked."""

    error: LiveError | None = None

    def __init__(self, kubeconfig: str | None = None, context: str | None = None) -> None:
        self.named = (kubeconfig, context)

    def serves(self, *_: str) -> bool:
        if self.error is not None:
            raise self.error
        return True

    def crds(self, _names: Any) -> list[Any]:
        return []

    def create(self, manifest: Any, **_: Any) -> Any:
        return manifest

    def get(self, *_key: str) -> Any:
        return None

    def list(self, *_: Any) -> Any:
        return []
