"""The API server of the tests: real, on loopback only, with rights, and never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from patience import until

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.fixtures import InstallCrds

TOY_CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "toys.toy.example.com"},
    "spec": {
        "group": "toy.example.com",
        "names": {"kind": "Toy", "plural": "toys"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {"size": {"type": "integer", "default": 1}, "text": {"type": "string"}},
                            },
                            "status": {"type": "object", "properties": {"state": {"type": "string"}}},
                        },
                    }
                },
            }
        ],
    },
}


def toy(name: str, namespace: str, **spec: object) -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "toy.example.com/v1", "kind": "Toy", "metadata": metadata, "spec": spec}


@pytest.fixture
def toys(install_crds: InstallCrds, tmp_path: Path) -> list[str]:
    (tmp_path / "toys.yaml").write_text(yaml.safe_dump(TOY_CRD))
    return install_crds(tmp_path / "toys.yaml")


def test_it_is_a_kubernetes_api_server(live: LiveCluster) -> None:
    assert live.ready()
    assert live.version().startswith("v1.")
    assert {entry["metadata"]["name"] for entry in live.list("v1", "Namespace")} >= {"default", "kube-system"}


def test_it_listens_on_loopback_only(api_server: ApiServer) -> None:
    own = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in own - {"127.0.0.1"}:
        if not address.startswith("127."):
            with pytest.raises(OSError, match=r"."), socket.create_connection((address, api_server.port), timeout=1):
                pass
    with socket.create_connection(("127.0.0.1", api_server.port), timeout=1):
        pass


def test_an_account_without_rights_is_refused(
    live: LiveCluster, namespace: str, api_server: ApiServer, tmp_path: Path
) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody", "namespace": namespace}}
    live.create(account)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    answer = live.request("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/nobody/token", asked)
    config = yaml.safe_load(api_server.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": answer["status"]["token"]}
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))

    with pytest.raises(LiveError, match="cannot list resource") as raised:
        LiveCluster(tmp_path / "kubeconfig").list("v1", "Secret", namespace)

    assert raised.value.code == 403


@pytest.mark.usefixtures("toys")
def test_an_unknown_field_is_refused_when_asked_for_and_dropped_otherwise(live: LiveCluster, namespace: str) -> None:
    with pytest.raises(LiveError, match=r'unknown field "spec\.sise"'):
        live.create(toy("strict", namespace, sise=3))

    assert live.create(toy("lax", namespace, sise=3), strict=False)["spec"] == {"size": 1}
    assert live.get("toy.example.com/v1", "Toy", "strict", namespace) is None


@pytest.mark.usefixtures("toys")
def test_objects_are_created_applied_merged_listed_and_deleted(live: LiveCluster, namespace: str) -> None:
    live.create(toy("one", namespace, size=2), dry_run=True)
    assert live.list("toy.example.com/v1", "Toy", namespace) == []

    live.create(toy("one", namespace, size=2))
    with pytest.raises(LiveError, match="already exists") as raised:
        live.create(toy("one", namespace))
    assert (raised.value.code, raised.value.reason) == (409, "AlreadyExists")

    with pytest.raises(LiveError, match="conflict"):
        live.apply(toy("one", namespace, size=3), "somebody")
    assert live.apply(toy("one", namespace, size=3), "somebody", force=True)["spec"]["size"] == 3
    live.merge(toy("one", namespace) | {"spec": {"text": "merged"}})
    live.merge(toy("one", namespace) | {"status": {"state": "ready"}}, status=True)

    [found] = live.list("toy.example.com/v1", "Toy", namespace)
    assert (found["kind"], found["spec"], found["status"]) == ("Toy", {"size": 3, "text": "merged"}, {"state": "ready"})
    assert live.get("toy.example.com/v1", "Toy", "one", namespace) == found
    assert live.delete("toy.example.com/v1", "Toy", "one", namespace)
    assert not live.delete("toy.example.com/v1", "Toy", "one", namespace)


def test_lists_are_read_whole(live: LiveCluster, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        metadata = {"name": f"map-{number}", "namespace": namespace, "labels": {"half": str(number % 2)}}
        live.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    pages: list[str] = []
    ask = live.request

    def in_pages_of_two(
        method: str, path: str, body: object = None, *, query: dict[str, str] | None = None, **more: object
    ) -> object:
        pages.append(path)
        return ask(method, path, body, query={**(query or {}), "limit": "2"}, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(live, "request", in_pages_of_two)
    names = [entry["metadata"]["name"] for entry in live.list("v1", "ConfigMap", namespace)]

    assert names == [f"map-{number}" for number in range(5)]
    assert len(pages) >= 3
    assert len(live.list("v1", "ConfigMap", namespace, labels="half=1")) == 2


def test_a_kind_that_is_not_there_has_no_objects_and_cannot_be_written(live: LiveCluster, namespace: str) -> None:
    assert live.get("nowhere.example.com/v1", "Thing", "one", namespace) is None
    assert live.list("nowhere.example.com/v1", "Thing") == []
    with pytest.raises(LiveError, match="no kind Thing in nowhere"):
        live.create({"apiVersion": "nowhere.example.com/v1", "kind": "Thing", "metadata": {"name": "one"}})


def test_a_namespace_goes_away_with_what_is_in_it(live: LiveCluster, api_server: ApiServer) -> None:
    if not api_server.deletes:
        pytest.skip("needs kube-controller-manager among the binaries")
    live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "goes"}})
    live.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "in-it", "namespace": "goes"}})
    live.delete("v1", "Namespace", "goes")
    until(lambda: live.get("v1", "Namespace", "goes") is None)


def test_it_keeps_its_objects_while_it_is_down_and_says_nothing_then(api_server: ApiServer) -> None:
    with ApiServer(api_server.binaries) as own:
        own.live.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept", "namespace": "default"}})
        own.pause()
        with pytest.raises(LiveError, match="cannot be reached"):
            own.live.version()
        own.resume()
        assert own.live.get("v1", "ConfigMap", "kept", "default") is not None
        folder = own.folder
    assert not folder.exists()


def children_of(folder: Path) -> list[int]:
    """The processes whose command names a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in command:
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes in /proc")
def test_nothing_is_left_running_when_the_tests_are_killed(api_server: ApiServer) -> None:
    program = (
        "import sys, time; from pathlib import Path; from pulumi_everest.testing.apiserver import ApiServer\n"
        "server = ApiServer(Path(sys.argv[1])); server.start(); print(server.folder, flush=True); time.sleep(6_000)"
    )
    command = [sys.executable, "-c", program, str(api_server.binaries)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        assert len(children_of(folder)) >= 2
        os.kill(owner.pid, signal.SIGKILL)
    until(lambda: children_of(folder) == [])


def test_a_server_that_cannot_start_says_what_its_log_says(tmp_path: Path, api_server: ApiServer) -> None:
    (tmp_path / "etcd").symlink_to(api_server.binaries / "etcd")
    (tmp_path / "kube-apiserver").write_text("#!/bin/sh\necho 'no such flag' >&2\nexit 1\n")
    (tmp_path / "kube-apiserver").chmod(0o755)
    broken = ApiServer(tmp_path)

    with pytest.raises(RuntimeError, match="no such flag"):
        broken.start()

    assert children_of(broken.folder) == []
    broken.stop()
