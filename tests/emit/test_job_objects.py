"""The objects of this package's own kinds that stand for a job, for a controller."""

from __future__ import annotations

from typing import cast

import pytest

from pulumi_everest.core.check_job import Job, JobKind
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.emit.job_objects import job_object


@pytest.mark.parametrize(
    ("kind", "name"), [("backup", "DatabaseBackup"), ("restore", "DatabaseRestore"), ("upgrade", "DatabaseUpgrade")]
)
def test_a_job_is_an_object_with_what_is_asked_for(kind: JobKind, name: str) -> None:
    metadata, spec = {"name": "now", "labels": {"a": "b"}}, {"cluster": "orders", "config": {"level": 3}}
    made = job_object(Job(kind, metadata, spec, cast(Technology, None), None))

    assert made.manifest == {"apiVersion": API_VERSION, "kind": name, "metadata": metadata, "spec": spec}
    assert (made.name, made.main, made.when_ready, made.in_loop) == (kind, True, False, False)
    made.manifest["metadata"]["labels"]["a"] = made.manifest["spec"]["config"]["level"] = 0
    assert (metadata["labels"], spec["config"]) == ({"a": "b"}, {"level": 3})
