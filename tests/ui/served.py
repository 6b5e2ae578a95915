"""A server of the page at work, and requests to it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from patience import PATIENCE

from pulumi_everest.review.options import Options
from pulumi_everest.ui.server import Server
from pulumi_everest.ui.session import Session, Wanted

TOKEN = "t" * 43


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.content)


@dataclass
class Page:
    """A server, and requests to it as its page sends them, unless told otherwise."""

    server: Server
    session: Session
    log: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(
        self, method: str, target: str, headers: dict[str, str | None] | None = None, content: bytes | None = None
    ) -> Answered:
        """Send a request; a header that is None is left out."""
        given: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "X-Everest-Token": TOKEN,
            "Sec-Fetch-Site": "same-origin",
        }
        if method == "POST":
            given |= {
                "Origin": self.origin,
                "Content-Type": "application/json",
                "Content-Length": str(len(content or b"")),
            }
        given |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(content)
        answer = connection.getresponse()
        found = Answered(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found

    def ask(self, path: str, data: Any) -> Answered:
        return self.send("POST", path, content=json.dumps(data).encode())


@contextmanager
def serving(wanted: Wanted | None = None, *, token: str = TOKEN, port: int = 0) -> Iterator[Page]:
    """A server of its own. `Page` knows the usual token only."""
    log: list[str] = []
    session = Session(wanted or Wanted(Options()), log.append)
    server = Server(session, token, port=port, log=log.append)
    session.start()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Page(server, session, log)
    finally:
        session.end()
        server.shutdown()
        server.server_close()
        thread.join()
