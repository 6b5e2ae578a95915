"""A git repository behind HTTPS on loopback, as a forge has it: what `pulumi package add URL` asks."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_SYSTEM = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True)
class Served:
    """Where the repositories of a folder are, and the certificates with which they are to be trusted."""

    url: str
    certificates: Path


@contextmanager
def served(repositories: Path, folder: Path) -> Iterator[Served]:
    """Serve the repositories of a folder; what the server needs is written into another one."""
    certificate, key = folder / "server.crt", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
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
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Served(f"https://localhost:{server.server_port}", both)
    finally:
        server.shutdown()
        server.server_close()


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
