"""A provider process that lasts: what a component or a deployment needed goes with it, and the process with its engine."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import grpc
import pytest
from fake_engine import CLUSTER, PROVIDER, Log, Monitor, Plugin, Refused, _first_line, listening, monitor
from patience import PATIENCE, until
from pulumi.runtime.proto import (
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2_grpc,
    resource_pb2_grpc,
)

from pulumi_everest.resources.candidates.cluster_candidate import ClusterCandidate
from pulumi_everest.serving import engine_link, serve

TOY = {"provider": "toydb-operator", "users": {"ROOT_PASSWORD": "pw"}}
BACKUP = "everest:index:DatabaseBackup"


def descriptors(process: Plugin) -> int:
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def many(process, to, count, config):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: process.construct(to, CLUSTER, f"c{n}", TOY, config=config), range(count)))


@pytest.fixture
def own(root, tmp_path):
    """A process of its own with its engine, which can be stopped."""
    from fake_engine import plugin

    with plugin(root, tmp_path) as process:
        yield process


def test_components_of_a_deployment_share_their_descriptors(own, toydb):
    with monitor() as to:
        many(own, to, 4, toydb)
        before = descriptors(own)
        many(own, to, 24, toydb)
        assert descriptors(own) <= before + 2


def test_a_deployment_that_is_over_leaves_no_descriptors(own, toydb):
    with monitor() as first:
        many(own, first, 2, toydb)
        before = descriptors(own)
    for number in range(4):
        with monitor(preview=number % 2 == 0) as to:
            many(own, to, 2, toydb)
    until(lambda: descriptors(own) <= before)


def test_an_endpoint_that_is_used_again_is_another_deployment(own, toydb):
    """The engine's port may be that of an earlier one, whose Providers are nothing to this one."""
    with monitor() as first:
        own.construct(first, PROVIDER, "toys", {"plugin": "toydb"}, config=toydb)
    time.sleep(engine_link.PAUSE * (engine_link.ENDED + 2))
    second = Monitor(preview=True)
    second.endpoint = first.endpoint
    server = grpc.server(ThreadPoolExecutor(4))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(second, server)
    assert server.add_insecure_port(first.endpoint)
    server.start()
    try:
        with pytest.raises(Refused) as refused:
            own.construct(second, CLUSTER, "orders", {"provider": "toys"}, config=toydb)
        assert refused.value.paths == ["provider"]
        own.construct(second, CLUSTER, "carts", TOY, config=toydb)
    finally:
        server.stop(None).wait(5)


@pytest.fixture
def here(tmp_path):
    """The process's server in this process, so that what it holds can be seen."""
    log, ready, ports = Log(), threading.Event(), []
    with listening(lambda server: engine_pb2_grpc.add_EngineServicer_to_server(log, server)) as engine:
        loop = asyncio.new_event_loop()

        def announce(port):
            ports.append(port)
            ready.set()

        async def run():
            task = asyncio.ensure_future(serve.serve(engine, announce))
            stop.append(lambda: loop.call_soon_threadsafe(task.cancel))
            with suppress(asyncio.CancelledError):
                await task

        stop = []
        thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
        thread.start()
        assert ready.wait(PATIENCE)
        with grpc.insecure_channel(f"127.0.0.1:{ports[0]}") as channel:
            yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), log, tmp_path / "none", os.getpid())
        stop[0]()
        thread.join(PATIENCE)
        loop.close()


def candidates():
    gc.collect()
    return sum(isinstance(entry, ClusterCandidate) for entry in gc.get_objects())


def test_what_components_were_made_of_goes_with_their_answers(here, toydb):
    before = candidates()
    with monitor(preview=False) as to:
        for number in range(6):
            here.construct(to, CLUSTER, f"c{number}", TOY, config=toydb)
        for number in range(6):
            with pytest.raises(Refused):
                here.construct(to, CLUSTER, f"wrong{number}", {**TOY, "typo": 1}, config=toydb)
        # What the first call set up for the deployment has the context of that call; the last ones may not be over.
        until(lambda: candidates() - before <= 4)


def test_a_backup_finds_a_cluster_that_was_let_go_of(own):
    arguments = {
        "provider": "psmdb-operator",
        "namespace": "shop",
        "waitFor": True,
        "backup": {"storages": [{"name": "main", "type": "s3", "bucket": "b", "credentialsSecret": "keys"}]},
    }
    with monitor() as to:
        own.construct(to, CLUSTER, "orders", arguments)
        own.construct(to, BACKUP, "night", {"cluster": "orders", "storage": "main"})
        made = to["night"]
        assert made.inputs["metadata"]["namespace"] == "shop"
        assert made.inputs["spec"]["clusterName"] == "orders"
        assert to.component("orders").urn in made.request.dependencies
        with pytest.raises(Refused) as refused:
            own.construct(to, BACKUP, "other", {"cluster": "orders", "storage": "mian"})
    assert refused.value.paths == ["storage"]


# The engine


@contextmanager
def started(root, folder, engine):
    """A process of the project at `root` that an engine has started, with its stub."""
    with (folder / "stderr.txt").open("wb") as errors:
        command = [sys.executable, str(root), engine]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=errors)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{_first_line(process)}") as channel:
            yield process, provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def engine():
    return listening(lambda server: engine_pb2_grpc.add_EngineServicer_to_server(Log(), server))


def test_the_process_ends_when_its_engine_is_gone(root, tmp_path):
    going = engine()
    with started(root, tmp_path, going.__enter__()) as (process, _):
        time.sleep(5)  # for the process to reach it
        assert process.poll() is None
        going.__exit__(None, None, None)
        assert process.wait(PATIENCE) == 0
    assert (tmp_path / "stderr.txt").read_text() == ""


def test_a_process_that_was_attached_to_stays(root, tmp_path):
    going = engine()
    with engine() as other, started(root, tmp_path, going.__enter__()) as (process, stub):
        time.sleep(5)
        stub.Attach(plugin_pb2.PluginAttach(address=other), timeout=PATIENCE)
        going.__exit__(None, None, None)
        time.sleep(engine_link.PAUSE * (serve.MISSES + 2))
        assert process.poll() is None


def test_a_process_whose_engine_was_never_there_stays(root, tmp_path):
    """A developer started it, for an engine to attach to."""
    with started(root, tmp_path, "127.0.0.1:1") as (process, _):
        time.sleep(engine_link.PAUSE * (serve.MISSES + 2))
        assert process.poll() is None


def test_one_missed_try_does_not_count(monkeypatch):
    monkeypatch.setattr(engine_link, "PAUSE", 0)
    answers = iter([False, True, False, True, False, False, False])
    tries = []

    async def answer(address):
        tries.append(address)
        return next(answers)

    monkeypatch.setattr(engine_link, "_answers", answer)
    asyncio.run(engine_link.gone("127.0.0.1:1", 3))
    assert len(tries) == 7
