"""What guards do not see, as docs/changes.md lists it: each line is still true."""

from __future__ import annotations

from typing import Any

from pulumi_engine import Stack
from technologies import PSMDB

from pulumi_everest.testing.apiserver import ApiServer

TRANSFORMS = """
def smaller(args):
    if not args.type_.endswith("PerconaServerMongoDB"):
        return None
    import json
    spec = json.loads(json.dumps(args.props["spec"]).replace("10Gi", "5Gi"))
    return pulumi.ResourceTransformResult({**args.props, "spec": spec}, args.opts)


def unguarded(args):
    args.opts.hooks = None
    return smaller(args)


def replacing(args):
    if not args.type_.endswith("PerconaServerMongoDB"):
        return None
    labels = {**args.props["metadata"], "labels": {"team": "other"}}
    args.opts.delete_before_replace, args.opts.replace_on_changes = True, ["*"]
    return pulumi.ResourceTransformResult({**args.props, "metadata": labels}, args.opts)
"""


def write(stack: Stack, namespace: str, transforms: str = "") -> None:
    given = {
        "provider": "psmdb-operator",
        "namespace": namespace,
        "deletion_policy": "delete",
        "finalizers": [],
        "instances": {"engine": {"storage": {"size": "10Gi"}}},
    }
    options = f"pulumi.ResourceOptions(transforms=[{transforms}])"
    stack.write(
        f"import pulumi\nimport pulumi_everest as everest\n{TRANSFORMS}\n"
        f"everest.DatabaseCluster('orders', {given!r}, {options})\n"
    )


def there(operators: ApiServer, namespace: str) -> dict[str, Any]:
    found = operators.live.get(PSMDB.api_version, PSMDB.kind, "orders", namespace)
    assert found is not None
    return found


def test_an_edit_is_not_seen_while_nothing_changes_and_a_transform_is_not_when_an_object_is_made(
    stack: Stack, operators: ApiServer, namespace: str
) -> None:
    write(stack, namespace, "smaller")
    assert stack.up().code == 0, stack.printed()
    found = there(operators, namespace)
    assert "5Gi" in str(found["spec"])

    path = operators.live.path(PSMDB.api_version, PSMDB.kind, namespace, "orders")
    found["spec"]["replsets"][0]["size"] = 7
    operators.live.request("PUT", path, found, query={"fieldManager": "kubectl-edit"})
    done = stack.up()
    assert done.only_same
    assert "edited in the cluster" not in done.text
    assert there(operators, namespace)["spec"]["replsets"][0]["size"] == 7


def test_a_transform_that_removes_hooks_is_not_seen(stack: Stack, operators: ApiServer, namespace: str) -> None:
    write(stack, namespace)
    assert stack.up().code == 0, stack.printed()
    write(stack, namespace, "unguarded")
    assert stack.up().code == 0, stack.printed()
    assert "5Gi" in str(there(operators, namespace)["spec"])


def test_a_transform_that_forces_a_deletion_first_is_refused_where_the_cluster_can_be_read(
    stack: Stack, operators: ApiServer, namespace: str
) -> None:
    write(stack, namespace)
    assert stack.up().code == 0, stack.printed()
    before = there(operators, namespace)["metadata"]["uid"]
    write(stack, namespace, "replacing")
    for done in (stack.preview(), stack.up()):
        assert done.code != 0, done.text
        assert there(operators, namespace)["metadata"]["uid"] == before
