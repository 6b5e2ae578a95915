"""The server: it listens on this machine alone, asks the guard about each request, and hands it to what answers.

The standard library's is enough: one user, some ten addresses, no proxy in between.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol

from pulumi_everest.ui.answers import HEADERS, Answer, refusal
from pulumi_everest.ui.guard import Guard, Request

ADDRESS: Final = "127.0.0.1"
PORT: Final = 8467
"""Where the page is if nothing else is said. What was typed is kept by the browser for this address, so it is the same
one every day; where it is taken, the next ones are tried."""
_TRIED: Final = 20
_SECONDS: Final = 30.0
"""How long a request may take to come in."""
_CONNECTIONS: Final = 64


class Answers(Protocol):
    """What answers requests that the guard lets through."""

    def answer(self, request: Request, content: bytes) -> Answer:
        """The answer to a request. Whatever is wrong with it is an answer, too."""
        ...

    def events(self) -> Iterator[bytes]:
        """The events of one page, each as it is sent, until it is no longer read or the server ends."""
        ...


class TakenError(OSError):
    """No port is free."""


class Server(ThreadingHTTPServer):
    """A server for one page. It has its port when it is made; `serve_forever` answers, `shutdown` ends that."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(
        self, answers: Answers, token: str, *, port: int | None = None, log: Callable[[str], None] | None = None
    ) -> None:
        self.answers, self.log = answers, log
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        self._open(port)
        self.guard = Guard(self.server_address[1], token)

    def _open(self, port: int | None) -> None:
        ports = [port] if port is not None else [*range(PORT, PORT + _TRIED), 0]
        for number in ports:
            try:
                super().__init__((ADDRESS, number), _Handler)
            except OSError as error:
                problem = error
                continue
            return
        raise TakenError(problem.errno, problem.strerror)

    def server_bind(self) -> None:
        """Take the port, without asking who else goes by the machine's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    @property
    def address(self) -> str:
        """The address that opens the page, with the token."""
        return f"http://{ADDRESS}:{self.server_port}/#{self.guard.token}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own, unless there are too many already."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The thread of a connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is nothing to be said; anything else is a defect, said without what was sent."""
        del request, client_address
        error = sys.exception()
        if not isinstance(error, (OSError, ValueError)) and self.log is not None:
            self.log(f"this should not happen: {type(error).__name__}")


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "everest", ""
    timeout = _SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def _handle(self) -> None:
        request = Request(self.command, self.path, _headers(self))
        refused = self.server.guard.refused(request)
        if refused is not None:
            self.close_connection = True  # what it brings is not read
            self._send(refused)
            return
        if request.path == "/api/events":
            self._send_events()
            return
        length = int(request.headers.get("content-length", "0"))
        content = self.rfile.read(length)
        if len(content) < length:
            self.close_connection = True
            return
        self._send(self.server.answers.answer(request, content))

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _handle  # noqa: N815 - as it is called

    def _send(self, answer: Answer) -> None:
        self._begin(answer.status, answer.type)
        self.send_header("Content-Length", str(len(answer.content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)
        self.wfile.flush()
        if self.server.log is not None:
            self.server.log(f"{self.command} {self.path.partition('?')[0][:80]!r} {answer.status}")

    def _begin(self, status: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        for name, value in HEADERS.items():
            self.send_header(name, value)

    def _send_events(self) -> None:
        self.close_connection = True
        self._begin(200, "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in self.server.answers.events():
            try:
                self.wfile.write(event)
                self.wfile.flush()
            except OSError:
                return  # the page has gone

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library itself refuses: nothing of the request is repeated."""
        del message, explain
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        self.path = getattr(self, "path", None) or "/"
        if getattr(self, "request_version", "") == "HTTP/0.9":
            self.request_version = "HTTP/1.1"
        self._send(refusal(code, "the request is not understood"))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what is logged is logged by `_send`."""


def _headers(handler: BaseHTTPRequestHandler) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in handler.headers.items():
        small = name.lower()
        found[small] = f"{found[small]}\n{value}" if small in found else value
    return found
