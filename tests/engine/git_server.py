"""A git repository behind HTTPS on loopback, as a forge has it: what `pulumi package add URL` asks.

The forge has a name of its own and no port, since Pulumi makes folders of both, and Python makes no environment in a
folder with a colon. A proxy leads that name to the server, and all others to where they are.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_SYSTEM = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


HOST = "git.example.com"


@dataclass(frozen=True)
class Served:
    """Where the repositories of a folder are, the certificates to trust them by, and the proxy that leads there."""

    url: str
    certificates: Path
    proxy: str

    def environment(self) -> dict[str, str]:
        """What a command needs in its environment to reach it."""
        return {
            "SSL_CERT_FILE": str(self.certificates),
            "PIP_CERT": str(self.certificates),
            "HTTPS_PROXY": self.proxy,
            "https_proxy": self.proxy,
        }


@contextmanager
def served(repositories: Path, folder: Path) -> Iterator[Served]:
    """Serve the repositories of a folder; what the server needs is written into another one."""
    certificate, key = folder / "server.crt", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    # Whoever trusts it must go on trusting what it trusted: an index of packages, too.
    known = os.environ.get("SSL_CERT_FILE") or next((file for file in _SYSTEM if Path(file).is_file()), None)
    both = folder / "certificates.pem"
    both.write_text((Path(known).read_text() if known else "") + "\n" + certificate.read_text())

    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(repositories))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), _proxy(server.server_port))
    both_servers = (server, proxy)
    for one in both_servers:
        Thread(target=one.serve_forever, daemon=True).start()
    try:
        yield Served(f"https://{HOST}", both, f"http://127.0.0.1:{proxy.server_port}")
    finally:
        for one in both_servers:
            one.shutdown()
            one.server_close()


def _proxy(port: int) -> type[BaseHTTPRequestHandler]:
    class Tunnel(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            host, _, wanted = self.path.rpartition(":")
            there = ("127.0.0.1", port) if host == HOST else (host, int(wanted))
            with socket.create_connection(there, timeout=30) as other:
                self.send_response(200)
                self.end_headers()
                ends = {self.connection: other, other: self.connection}
                while True:
                    readable, _, _ = select.select(list(ends), [], [], 60)
                    if not readable:
                        return
                    for end in readable:
                        data = end.recv(1 << 16)
                        if not data:
                            return
                        ends[end].sendall(data)

        def log_message(self, *_: object) -> None:
            pass

    return Tunnel


def _handler(repositories: Path) -> type[BaseHTTPRequestHandler]:
    class Git(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def _answer(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            asked = {
                "GIT_PROJECT_ROOT": str(repositories),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
                "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
            }
            done = subprocess.run(
                ["git", "http-backend"], input=body, capture_output=True, env={**os.environ, **asked}, check=False
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
            headers = {line[0]: line[1] for line in lines if len(line) == 2}
            self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Git
