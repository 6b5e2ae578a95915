"""All that is said to somebody who runs a program, in every test of this folder, is what stands in expected/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from expected import assert_expected, file_for, is_always_the_same

from pulumi_everest.resources.engine import log
from pulumi_everest.resources.engine.errors import ClusterError

ROOT = Path(__file__).parents[2]
LATE = frozenset({"test_deferred", "test_odd_values"})
"""Tests of values that become known at some time: which of them is said to be wrong first is not always the same."""


@pytest.fixture(autouse=True)
def _said_in_full(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take what is said at resources, and what a program ends with, and compare it: each text once, in no order."""
    folders = {str(ROOT): "(project)"}
    if "tmp_path" in request.fixturenames:
        folders[str(request.getfixturevalue("tmp_path"))] = "(folder)"
    said: list[Any] = []
    requests, made = log.engine_pb2.LogRequest, ClusterError.__init__

    def logged(**request: Any) -> Any:
        said.append(request["message"])
        return requests(**request)

    def raised(error: ClusterError, *arguments: Any, **options: Any) -> None:
        made(error, *arguments, **options)
        said.append(error)

    monkeypatch.setattr(log, "engine_pb2", SimpleNamespace(LogRequest=logged))
    monkeypatch.setattr(ClusterError, "__init__", raised)
    yield
    texts = sorted({everywhere(str(part if isinstance(part, str) else part.args[0]), folders) for part in said})
    if texts and is_always_the_same(request) and request.path.stem not in LATE:
        assert_expected(file_for(request.path), request.node.name, texts)


def everywhere(text: str, folders: Mapping[str, str]) -> str:
    """A text without what is another on each machine and in each run."""
    for folder, name in folders.items():
        text = text.replace(folder, name)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text)
    return re.sub("found when values became known|nothing of these resources was created", "sooner or later", text)
