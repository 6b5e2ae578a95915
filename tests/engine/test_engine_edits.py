"""What somebody edits in the cluster, and what transforms write, is seen before an update takes it back or makes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi_engine import Stack
from technologies import ALL, PSMDB, Technology

from pulumi_everest.core.merging import over
from pulumi_everest.testing.apiserver import ApiServer

SEVEN, EIGHT = "7.0.30-16", "8.0.19-7"
HEAD = "import pulumi\nimport pulumi_everest as everest\n"


def write(
    stack: Stack, technology: Technology, namespace: str, before: str = "", opts: str = "", **engine: Any
) -> None:
    """A program with one database of a technology."""
    given = {
        "provider": technology.provider,
        "namespace": namespace,
        "deletion_policy": "delete",
        "instances": {"engine": engine},
    }
    options = f"pulumi.ResourceOptions({opts})"
    stack.write(f"{HEAD}{before}\neverest.DatabaseCluster('orders', {given!r}, {options})\n")


def spec_of(operators: ApiServer, technology: Technology, namespace: str) -> dict[str, Any]:
    found = operators.live.get(technology.api_version, technology.kind, "orders", namespace)
    assert found is not None
    return dict(found["spec"])


def edit(operators: ApiServer, technology: Technology, namespace: str, manager: str, spec: dict[str, Any]) -> None:
    """Put another spec in the place of the object's, in the name of a field manager."""
    there = operators.live.get(technology.api_version, technology.kind, "orders", namespace)
    assert there is not None
    path = operators.live.path(technology.api_version, technology.kind, namespace, "orders")
    operators.live.request("PUT", path, {**there, "spec": spec}, query={"fieldManager": manager})


def larger(spec: dict[str, Any], was: str = "10Gi", now: str = "200Gi") -> dict[str, Any]:
    return json.loads(json.dumps(spec).replace(was, now))  # type: ignore[no-any-return]


@pytest.mark.parametrize("manager", ["kubectl-edit", "helm"])
@pytest.mark.parametrize("technology", ALL, ids=lambda entry: entry.kind)
def test_a_larger_volume_is_not_taken_back_in_passing_not_even_by_the_first_update(
    stack: Stack, operators: ApiServer, namespace: str, technology: Technology, manager: str
) -> None:
    write(stack, technology, namespace, replicas=3, storage={"size": "10Gi"})
    assert stack.up().code == 0, stack.printed()
    edit(operators, technology, namespace, manager, larger(spec_of(operators, technology, namespace)))

    write(stack, technology, namespace, replicas=5, storage={"size": "10Gi"})
    for done in (stack.preview(), stack.up()):
        assert done.code != 0, done.text
        assert "engine.storage.size 200Gi → 10Gi, by guard storage-shrink" in done.text
        assert f"edited in the cluster by {manager}" in done.text, done.text
    assert "200Gi" in json.dumps(spec_of(operators, technology, namespace))

    if manager == "kubectl-edit":
        write(stack, technology, namespace, replicas=5, storage={"size": "200Gi"})
        done = stack.up()
        assert done.code == 0, done.text
        assert "taken back" not in done.text


def test_an_image_that_was_edited_is_not_taken_back_and_all_else_is_a_warning(
    stack: Stack, operators: ApiServer, namespace: str
) -> None:
    write(stack, PSMDB, namespace, replicas=3, version=SEVEN)
    assert stack.up().code == 0, stack.printed()
    spec = spec_of(operators, PSMDB, namespace)
    newer = spec["image"].replace(SEVEN, EIGHT)
    edit(operators, PSMDB, namespace, "kubectl-edit", {**spec, "image": newer})
    write(stack, PSMDB, namespace, replicas=5, version=SEVEN)
    done = stack.preview()
    assert done.code != 0, done.text
    assert "edited in the cluster by kubectl-edit" in done.text
    assert f"engine.version {EIGHT} → {SEVEN}, by guard downgrade" in done.text

    edit(operators, PSMDB, namespace, "kubectl-edit", {**spec, "pause": True})
    for done in (stack.preview(), stack.up()):
        assert done.code == 0, done.text
        assert any("taken back by this update: spec.pause true → unset" in text for text in done.messages("warning"))
    assert "pause" not in spec_of(operators, PSMDB, namespace)

    # What the operator writes of its own is no noise.
    spec = spec_of(operators, PSMDB, namespace)
    own = {"manager": "percona-server-mongodb-operator", "spec": over(PSMDB.filled, spec)}
    edit(operators, PSMDB, namespace, **own)
    write(stack, PSMDB, namespace, replicas=3, version=SEVEN)
    done = stack.up()
    assert done.code == 0, done.text
    assert "edited in the cluster" not in done.text


def left(operators: ApiServer, namespace: str) -> list[dict[str, Any]]:
    """What the operator has made of a database, and does not delete with it: a volume and a Secret."""
    labels = {"app.kubernetes.io/name": "percona-server-mongodb", "app.kubernetes.io/instance": "orders"}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
    volume = {"kind": "PersistentVolumeClaim", "spec": spec}
    made = [(volume, "mongod-data-orders-rs0-0", labels), ({"kind": "Secret"}, "orders-secrets", {})]
    return [
        operators.live.create(
            {"apiVersion": "v1", **body, "metadata": {"name": name, "namespace": namespace, "labels": own}}
        )
        for body, name, own in made
    ]


def test_what_a_lost_database_has_left_is_named_and_it_is_made_again(
    stack: Stack, operators: ApiServer, namespace: str
) -> None:
    live = operators.live
    write(stack, PSMDB, namespace, storage={"size": "10Gi"})
    assert stack.up().code == 0, stack.printed()
    [volume, _] = left(operators, namespace)
    live.delete(PSMDB.api_version, PSMDB.kind, "orders", namespace)
    main = {"apiVersion": PSMDB.api_version, "kind": PSMDB.kind}
    live.merge({**main, "metadata": {"name": "orders", "namespace": namespace, "finalizers": None}})
    assert live.get(PSMDB.api_version, PSMDB.kind, "orders", namespace) is None
    assert stack.refresh().code == 0, stack.printed()

    preview = stack.preview()
    assert preview.code == 0, preview.text
    said = "has left the volume mongod-data-orders-rs0-0; the Secret orders-secrets. Now the operator takes up volumes"
    assert any(said in text for text in preview.messages("warning"))
    done = stack.up()
    assert done.code == 0, done.text
    assert live.get(PSMDB.api_version, PSMDB.kind, "orders", namespace) is not None

    # Nothing here lets go of a volume that is deleted.
    head = {key: volume[key] for key in ("apiVersion", "kind")}
    live.merge({**head, "metadata": {"name": volume["metadata"]["name"], "namespace": namespace, "finalizers": None}})


SMALLER = """
def smaller(args):
    if not args.type_.endswith("PerconaServerMongoDB"):
        return None
    import json
    spec = json.loads(json.dumps(args.props["spec"]).replace("10Gi", "5Gi"))
    return pulumi.ResourceTransformResult({**args.props, "spec": spec}, args.opts)
"""


def test_what_a_transform_writes_is_judged(stack: Stack, operators: ApiServer, namespace: str) -> None:
    write(stack, PSMDB, namespace, storage={"size": "10Gi"})
    assert stack.up().code == 0, stack.printed()

    write(stack, PSMDB, namespace, SMALLER, "transforms=[smaller]", storage={"size": "10Gi"})
    for done in (stack.preview(), stack.up()):
        assert done.code != 0, done.text
        assert "engine.storage.size 10Gi → 5Gi, by guard storage-shrink" in done.text
        assert "what is written is not what the program plans" in done.text
    assert "5Gi" not in json.dumps(spec_of(operators, PSMDB, namespace))


def test_a_forced_replacement_is_refused_before_anything_is_deleted(
    stack: Stack, operators: ApiServer, namespace: str
) -> None:
    write(stack, PSMDB, namespace, storage={"size": "10Gi"})
    assert stack.up().code == 0, stack.printed()
    before = operators.live.get(PSMDB.api_version, PSMDB.kind, "orders", namespace)
    assert before is not None
    [main] = [urn for urn in stack.resources() if f":{PSMDB.kind}::" in urn]

    preview, up = stack.preview("--replace", main), stack.up("--replace", main)
    assert preview.code != 0
    assert up.code != 0
    assert f"{PSMDB.kind} {namespace}/orders is there already" in preview.text
    after = operators.live.get(PSMDB.api_version, PSMDB.kind, "orders", namespace)
    assert after is not None
    assert (after["metadata"]["uid"], "deletionTimestamp" in after["metadata"]) == (before["metadata"]["uid"], False)
    assert stack.up().only_same
