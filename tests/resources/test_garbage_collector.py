"""The collector is spared where the process ends with the program, and nowhere else."""

from __future__ import annotations

import gc
import threading

import pytest

from pulumi_everest.resources.engine import garbage_collector as collector


@pytest.fixture
def spared(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the collector was spared, without doing so to the tests' own process."""
    called: list[bool] = []
    monkeypatch.setattr(gc, "freeze", lambda: called.append(True))
    return called


def test_a_program_of_an_engine_spares_it(spared: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "has_engine", lambda: True)
    collector.freeze_loaded_objects()
    assert spared == [True]


def test_a_program_in_a_thread_of_another_one_does_not(spared: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "has_engine", lambda: True)
    thread = threading.Thread(target=collector.freeze_loaded_objects)
    thread.start()
    thread.join()
    assert spared == []


def test_a_program_on_mocks_does_not(spared: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "has_engine", lambda: False)
    collector.freeze_loaded_objects()
    assert spared == []


def test_a_process_that_serves_programs_does_not(spared: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "has_engine", lambda: True)
    collector.freeze_loaded_objects(served=True)
    assert spared == []
