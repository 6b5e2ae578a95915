"""Warnings about resources: the engine's log shows them; without an engine they stay findings."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import replace

import pulumi

from pulumi_everest.model.findings import Finding, one_line

WITHOUT_ENGINE: ContextVar[list[Finding] | None] = ContextVar("without_engine", default=None)
"""Where warnings are collected, if a program runs without an engine."""


def warn(found: Iterable[Finding], component: pulumi.Resource) -> None:
    """Say the warnings and notes among the findings at a component. Errors are said where they are raised."""
    collected = WITHOUT_ENGINE.get()
    for entry in found:
        if entry.is_error:
            continue
        if collected is not None:
            collected.append(entry)
        else:
            pulumi.log.warn(one_line(replace(entry, subject="")), resource=component)
