"""`install_crds` with the engine: the definitions come first, are shared by stacks, and are never deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from patience import until
from pulumi_engine import Done, Engine, Stack

from pulumi_everest.emit.everest_crds import everest_crds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer

API = "everest.percona.com/v2alpha1"
NAMES = [definition["metadata"]["name"] for definition in everest_crds()]
CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
PATCH = "CustomResourceDefinitionPatch"


@pytest.fixture
def bare(api_server: ApiServer) -> Iterator[LiveCluster]:
    """The API server without the definitions; nothing of them is left behind."""
    remove(api_server.live)
    yield api_server.live
    remove(api_server.live)


def remove(live: LiveCluster) -> None:
    for name in NAMES:
        live.delete(*CRD, name)
    until(lambda: not live.crds(NAMES), "the definitions do not go away")
    live.forget_kinds()


def program(*providers: str, namespace: str, cluster: str = "orders", more: str = "install_crds=True, ") -> str:
    made = "\n".join(
        f'everest.Provider("{name}", database_cluster_definition="{name}", {more}reconcile_by="everest")'
        for name in providers
    )
    return dedent(f"""\
        import pulumi_everest as everest
        {made.replace(chr(10), chr(10) + " " * 8)}
        everest.DatabaseCluster(
            "{cluster}", provider="{providers[-1]}", namespace="{namespace}", deletion_policy="delete",
        )
        """)


PG, PXC = "pg-operator", "pxc-operator"


def stack_of(engine: Engine, folder: Path, server: ApiServer, name: str = "test") -> Stack:
    return Stack(engine, folder / name, server.kubeconfig, name)


def fine(done: Done) -> Done:
    assert done.code == 0, done.text
    return done


def test_the_definitions_come_before_the_first_objects_and_stay_when_all_else_goes(
    engine: Engine, api_server: ApiServer, bare: LiveCluster, namespace: str, tmp_path: Path
) -> None:
    stack = stack_of(engine, tmp_path, api_server)
    stack.write(program(PG, namespace=namespace))
    fine(stack.preview())
    assert bare.crds(NAMES) == []
    done = fine(stack.up())
    assert sorted(done.steps(PATCH)) == [("create", name) for name in sorted(NAMES)]
    assert len(bare.crds(NAMES)) == len(NAMES)
    bare.forget_kinds()
    cluster = bare.get(API, "DatabaseCluster", "orders", namespace)
    assert cluster is not None
    assert cluster["spec"]["provider"] == PG

    assert fine(stack.up()).only_same
    assert fine(stack.refresh()).only_same
    assert fine(stack.up()).only_same

    # Without the argument the definitions are forgotten, not deleted.
    stack.write(program(PG, namespace=namespace, more=""))
    done = fine(stack.up())
    assert {operation for operation, _ in done.steps(PATCH)} <= {"delete", "discard"}
    assert len(bare.crds(NAMES)) == len(NAMES)
    kept = bare.get(API, "DatabaseCluster", "orders", namespace)
    assert kept is not None
    assert kept["metadata"]["uid"] == cluster["metadata"]["uid"]

    # With it again they are taken over as they are.
    stack.write(program(PG, namespace=namespace))
    fine(stack.up())
    fine(stack.destroy())
    assert bare.get(API, "DatabaseCluster", "orders", namespace) is None
    assert len(bare.crds(NAMES)) == len(NAMES)


def test_two_stacks_share_the_definitions_and_each_can_go(
    engine: Engine, api_server: ApiServer, bare: LiveCluster, namespace: str, tmp_path: Path
) -> None:
    first, second = (stack_of(engine, tmp_path, api_server, name) for name in ("first", "second"))
    first.write(program(PG, namespace=namespace, cluster="a"))
    second.write(program(PXC, namespace=namespace, cluster="b"))
    fine(first.up())
    fine(second.up())
    bare.forget_kinds()

    fine(first.destroy())

    assert len(bare.crds(NAMES)) == len(NAMES)
    assert bare.get(API, "DatabaseCluster", "a", namespace) is None
    assert bare.get(API, "DatabaseCluster", "b", namespace) is not None
    assert fine(second.up()).only_same
    fine(first.up())
    fine(first.destroy())
    fine(second.destroy())


def test_the_provider_that_brought_the_definitions_can_go_before_another(
    engine: Engine, api_server: ApiServer, bare: LiveCluster, namespace: str, tmp_path: Path
) -> None:
    stack = stack_of(engine, tmp_path, api_server)
    stack.write(program(PG, PXC, namespace=namespace))
    fine(stack.up())
    stack.write(program(PXC, namespace=namespace))

    done = fine(stack.up())

    assert done.steps(PATCH) == []
    assert len(bare.crds(NAMES)) == len(NAMES)
    fine(stack.destroy())
