"""A real Kubernetes API server on loopback, for tests: etcd, kube-apiserver and what deletes objects.

It has no nodes and runs no pods: it stores and checks objects as any cluster does. The pytest fixtures are in
`pulumi_everest.testing.fixtures`.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError

START = 240.0
"""Seconds that the server has to become ready."""
LASTING = 3.0
"""Seconds after which what this machine lacks is believed: a certificate may only be half written."""
GROUP = "system:masters"


class ApiServer:
    """One API server with its etcd. `start` it, use `kubeconfig` or `live`, and `stop` it; or use it in a ``with``.

    It listens on loopback on free ports, RBAC is on, and `kubeconfig` is that of an administrator. Its processes end
    with `stop`, and also when this process is killed. Without kube-controller-manager among the binaries, objects
    that are deleted in the foreground, and namespaces, never go away.
    """

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path()
        self.port = 0
        self._ports: dict[str, int] = {}
        self._supervisors: list[subprocess.Popen[bytes]] = []

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig of an administrator."""
        return self.folder / "kubeconfig"

    @property
    def kubectl(self) -> Path | None:
        """The kubectl among the binaries, if there is one."""
        return self.binaries / "kubectl" if (self.binaries / "kubectl").is_file() else None

    @property
    def deletes(self) -> bool:
        """Whether something deletes what waits for others, such as the objects of a namespace."""
        return (self.binaries / "kube-controller-manager").is_file()

    @cached_property
    def live(self) -> LiveCluster:
        """A client of it, as an administrator."""
        return LiveCluster(kubeconfig=self.kubeconfig, timeout=START)

    def start(self) -> None:
        """Start it, and wait until it is ready. Raises RuntimeError with the end of its log if it is not in time.

        Raises LiveError at once where waiting would not help.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="everest-apiserver-"))
        with ExitStack() as held:
            # Held until all are chosen, so that no two are the same.
            names = ("etcd", "peer", "apiserver")
            self._ports = {name: _free_port(held) for name in names}
        self.port = self._ports["apiserver"]
        self._write_identity()
        self.resume()

    def stop(self) -> None:
        """End its processes, and remove what they stored."""
        self.pause()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pause(self) -> None:
        """End its processes and keep what they stored, as when a control plane goes down."""
        while self._supervisors:
            supervisor = self._supervisors.pop()
            assert supervisor.stdin is not None
            supervisor.stdin.close()
            supervisor.wait()

    def resume(self) -> None:
        """Start the processes again, on the same ports and data."""
        try:
            self._run(self._server())
            self._wait()
            # It reads the certificate that the API server makes at its first start.
            self._run(self._controllers())
        except BaseException:
            self.pause()
            raise

    def _run(self, processes: dict[str, dict[str, str]]) -> None:
        commands = [
            {
                "name": name,
                "command": [str(self.binaries / name), *(f"--{key}={value}" for key, value in arguments.items())],
                "log": str(self.folder / f"{name}.log"),
            }
            for name, arguments in processes.items()
        ]
        if not commands:
            return
        plan = self.folder / f"{commands[0]['name']}.json"
        plan.write_text(json.dumps(commands), encoding="utf-8")
        command = [sys.executable, "-m", "pulumi_everest.testing.supervisor", str(plan)]
        self._supervisors.append(subprocess.Popen(command, stdin=subprocess.PIPE))

    def __enter__(self) -> ApiServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _server(self) -> dict[str, dict[str, str]]:
        local = {name: f"http://127.0.0.1:{port}" for name, port in self._ports.items()}
        keys = str(self.folder / "accounts.key")
        return {
            "etcd": {
                "data-dir": str(self.folder / "etcd"),
                "listen-client-urls": local["etcd"],
                "advertise-client-urls": local["etcd"],
                "listen-peer-urls": local["peer"],
                "initial-advertise-peer-urls": local["peer"],
                "initial-cluster": f"default={local['peer']}",
                "unsafe-no-fsync": "true",
            },
            "kube-apiserver": {
                "etcd-servers": local["etcd"],
                "bind-address": "127.0.0.1",
                "secure-port": str(self.port),
                "cert-dir": str(self.folder / "certificates"),
                "token-auth-file": str(self.folder / "tokens.csv"),
                "authorization-mode": "RBAC",
                "service-cluster-ip-range": "10.0.0.0/24",
                "service-account-issuer": "https://kubernetes.default.svc",
                "service-account-key-file": keys,
                "service-account-signing-key-file": keys,
                # There is no controller that makes the accounts that this would ask for.
                "disable-admission-plugins": "ServiceAccount",
                "shutdown-delay-duration": "0s",
            },
        }

    def _controllers(self) -> dict[str, dict[str, str]]:
        if not self.deletes:
            return {}
        return {
            "kube-controller-manager": {
                "kubeconfig": str(self.kubeconfig),
                "controllers": "garbage-collector-controller,namespace-controller",
                "leader-elect": "false",
                "bind-address": "127.0.0.1",
                "secure-port": "0",
                "kube-api-qps": "200",
                "kube-api-burst": "400",
            }
        }

    def _write_identity(self) -> None:
        """The administrator's token, the key of service accounts and the kubeconfig."""
        token = secrets.token_urlsafe(32)
        (self.folder / "tokens.csv").write_text(f'{token},admin,admin,"{GROUP}"\n', encoding="utf-8")
        (self.folder / "accounts.key").write_text(_private_key(), encoding="utf-8")
        entry = {"name": "everest-test"}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                entry
                | {
                    "cluster": {
                        "server": f"https://127.0.0.1:{self.port}",
                        # The API server makes it at its first start, signed by itself.
                        "certificate-authority": str(self.folder / "certificates" / "apiserver.crt"),
                    }
                }
            ],
            "users": [entry | {"user": {"token": token}}],
            "contexts": [entry | {"context": {"cluster": "everest-test", "user": "everest-test"}}],
            "current-context": "everest-test",
        }
        self.kubeconfig.write_text(yaml.safe_dump(config), encoding="utf-8")
        self.kubeconfig.chmod(0o600)

    def _wait(self) -> None:
        until = time.monotonic() + START
        lasting = 0.0
        while time.monotonic() < until:
            if any(supervisor.poll() is not None for supervisor in self._supervisors):
                break
            try:
                if (self.folder / "certificates" / "apiserver.crt").is_file() and self.live.ready():
                    return
            except LiveError as error:
                lasting = lasting or time.monotonic()
                if not _may_pass(error) and time.monotonic() - lasting > LASTING:
                    raise
                self.__dict__.pop("live", None)
            time.sleep(0.1)
        raise RuntimeError(f"the API server did not become ready\n{self.log_tail()}")

    def install_crds(self, definitions: Sequence[Mapping[str, Any]]) -> list[str]:
        """Bring CustomResourceDefinitions, in place of others of their names; returns when they are served."""
        for definition in definitions:
            self.live.apply(definition, "everest-test", force=True)
        names = [str(definition["metadata"]["name"]) for definition in definitions]
        until = time.monotonic() + START
        while time.monotonic() < until:
            if all(_served(found) for found in self.live.crds(names)) and self._serves(definitions):
                return names
            time.sleep(0.05)
        missing = [text for definition in definitions if (text := self._not_served(definition)) is not None]
        raise RuntimeError(f"these definitions are not served: {'; '.join(missing)}")

    def _serves(self, definitions: Sequence[Mapping[str, Any]]) -> bool:
        self.live.forget_kinds()
        return all(self._serves_all_of(definition) for definition in definitions)

    def _serves_all_of(self, definition: Mapping[str, Any]) -> bool:
        spec = definition["spec"]
        served = (version["name"] for version in spec["versions"] if version["served"])
        return all(self.live.serves(f"{spec['group']}/{version}", spec["names"]["kind"]) for version in served)

    def _not_served(self, definition: Mapping[str, Any]) -> str | None:
        """A definition that is not served, with what the server says of it."""
        name = str(definition["metadata"]["name"])
        conditions = [
            str(entry.get("message"))
            for found in self.live.crds([name])
            for entry in (found.get("status") or {}).get("conditions") or []
            if entry["status"] != "True" and entry["type"] != "Terminating"
        ]
        if not conditions and self._serves_all_of(definition):
            return None
        return f"{name} ({', '.join(conditions)})" if conditions else name

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of each process's log."""
        parts = []
        for log in sorted(self.folder.glob("*.log")):
            text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            parts.append("\n".join([f"--- {log.name}", *text]))
        return "\n".join(parts)


def _may_pass(error: LiveError) -> bool:
    """Whether an error is one of a server that only is not ready: not one of what this machine lacks."""
    return all(entry.code in ("live.unreachable", "live.refused") for entry in error.findings)


def _served(definition: Mapping[str, Any]) -> bool:
    conditions = (definition.get("status") or {}).get("conditions") or []
    return any(entry["type"] == "Established" and entry["status"] == "True" for entry in conditions)


def _free_port(held: ExitStack) -> int:
    listener = held.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    return port


def _private_key() -> str:
    """A private key of the curve P-256 (RFC 5915): any number below the curve's order is one."""
    number = bytes([secrets.randbelow(0xFF)]) + os.urandom(31)
    curve = bytes.fromhex("06082a8648ce3d030107")
    body = b"\x02\x01\x01" + b"\x04\x20" + number + b"\xa0" + bytes([len(curve)]) + curve
    text = base64.b64encode(b"\x30" + bytes([len(body)]) + body).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n"
