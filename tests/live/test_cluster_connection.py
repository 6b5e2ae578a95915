"""Requests to a running cluster: what a kubeconfig says goes with each, whatever release of the client is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from pulumi_everest.live.connection import connect


@contextmanager
def server() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The URL of something that answers as an API server does, and the headers of the requests that it has got."""
    got: list[dict[str, str]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            got.append(dict(self.headers))
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}", got
    finally:
        listening.shutdown()
        listening.server_close()


@pytest.mark.parametrize(
    ("user", "sent"),
    [({"token": "abc"}, "Bearer abc"), ({"username": "ann", "password": "x"}, "Basic YW5uOng="), ({}, None)],
    ids=["token", "password", "nothing"],
)
def test_the_login_of_the_kubeconfig_goes_with_a_request(
    user: dict[str, Any], sent: str | None, tmp_path: Path
) -> None:
    with server() as (url, got):
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": {"server": url}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
            "users": [{"name": "admin", "user": user}],
            "current-context": "here",
        }
        (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
        body = b'{"spec": {}}'
        answer = connect(tmp_path / "kubeconfig", None).send("PATCH", "/x", body, "application/merge-patch+json", 5)

    assert answer == body
    [headers] = [{name.lower(): value for name, value in entry.items()} for entry in got]
    assert headers.get("authorization") == sent
    assert headers["content-type"] == "application/merge-patch+json"
    assert headers["accept"] == "application/json"
