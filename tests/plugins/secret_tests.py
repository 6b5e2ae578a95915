"""Tests of values that a program gives, the same for every plugin: a plugin's module imports them, and has the tables.

The tables are `ROWS` and `UNKNOWN`, which `unknown` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from places import Path, at, places, texts, unknown_parts, with_unknown

from pulumi_everest.emit.crds import Crds
from pulumi_everest.expressions.absent import without_absent
from pulumi_everest.model.deferred import Deferred, substitute
from pulumi_everest.model.findings import one_line
from pulumi_everest.plugins.plugin import Plugin

Spec = dict[str, Any]

AZURE = {"AZURE_STORAGE_ACCOUNT_NAME": "account", "AZURE_STORAGE_ACCOUNT_KEY": "key"}
AWS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}
PMM: Spec = {"monitoring": {"serverUrl": "https://pmm.example.com"}}
PMM2: Spec = {**PMM, "components": {"versions": {"pmm": {"version": "2.44.1-1"}}}}

# All that is common to clusters with every field set.
POD: Spec = {
    "replicas": 3,
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
    "storage": {"size": "20Gi", "storageClass": "fast"},
}
EXPOSED: Spec = {
    "type": "LoadBalancer",
    "annotations": {"a": "b"},
    "sourceRanges": ["192.0.2.7"],
    "loadBalancerClass": "nlb",
}
S3_STORAGE: Spec = {
    "name": "main",
    "type": "s3",
    "bucket": "bucket",
    "prefix": "prefix",
    "region": "region",
    "endpointUrl": "https://s3.example.com",
    "verifyTLS": True,
    "forcePathStyle": True,
    "credentialsSecret": "credentials",
    "schedules": [{"name": "nightly", "cron": "0 3 * * *", "enabled": True, "retention": {"count": 7}}],
    "pitr": {"enabled": True, "intervalSeconds": 60},
}


def secret(name: str, values: Spec, **metadata: Any) -> Spec:
    """The Secret that is emitted for values."""
    metadata = {"name": name, "namespace": "apps", **metadata}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": values}


@pytest.mark.table("ROWS", "spec, secrets, expected")
def test_secrets_are_made_of_values(
    emitted: Callable[..., Any], spec: Spec, secrets: Spec, expected: list[Any]
) -> None:
    *made, main = emitted(spec, secrets=secrets)

    assert made == expected
    assert {"pw", "key", "id", "account", "robot@example.com"}.isdisjoint(texts(main))


def unknown(
    spec: Spec, small: Mapping[Path, set[str]], name: str = "", *, known: Callable[[Path], bool]
) -> Iterator[Any]:
    """Every value of a spec that a program may not know yet, with the parts that it leaves unknown as a whole.

    `known` says which values must be known. All others leave their own places unknown and nothing around them, but for
    those in `small`: the smallest part that a value decides.
    """
    for path in places(spec):
        if not known(path):
            yield pytest.param(spec, path, small.get(path, set()), id=f"{name}{'.'.join(map(str, path))}")


@pytest.mark.table("UNKNOWN", "spec, path, small")
def test_an_unknown_value_leaves_only_its_place_unknown(
    plugin: Plugin, emitted: Callable[..., Any], crds: Callable[[str], Crds], spec: Spec, path: Path, small: set[str]
) -> None:
    leaf = Deferred(path, source=object())
    known = emitted(spec)

    waiting = emitted(with_unknown(spec, path, leaf))

    parts = list(unknown_parts(waiting[-1]["spec"]))
    assert parts, "the value is in no place at all"
    whole = {part for part in parts if not isinstance(at(known[-1]["spec"], part), (str, int, bool, float))}
    assert {".".join(map(str, part)) for part in whole} <= small
    assert [without_absent(substitute(manifest, {leaf: at(spec, path)})) for manifest in waiting] == known
    newest = crds(plugin.manifest.operator.default)
    assert [one_line(entry) for manifest in waiting for entry in newest.check(manifest)] == []
