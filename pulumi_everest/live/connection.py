"""The connection to an API server: requests over connections that are kept, and errors in words that help.

On the standard library: what it takes to read a cluster is little, and so every preview can (docs/architecture.md).
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import tempfile
from base64 import b64encode
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from os import PathLike
from selectors import EVENT_READ, DefaultSelector
from threading import Lock
from time import monotonic
from typing import Any, Final, Protocol
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import finalize

from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.kubeconfig import Target, target
from pulumi_everest.live.login import Login, content

AGENT: Final = "everest"
"""The name by which API servers know who wrote a field, where nothing else is said."""
JSON: Final = "application/json"
KEPT: Final = 8
"""How many connections are kept that nobody uses."""
FRESH: Final = 60.0
"""Seconds for which one is kept: API servers end those that nobody used for 90, and what is between may be quicker."""
ENDED: Final = (ConnectionError, HTTPException, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How a connection shows that the other side has ended it."""


class Connection(Protocol):
    """Sends requests to one API server."""

    def send(
        self, method: str, path: str, body: bytes | None, content_type: str, timeout: float, accept: str = JSON
    ) -> bytes:
        """The body of the answer. Raises LiveError unless the server did what it was asked."""
        ...

    def close(self) -> None:
        """End the connections that nobody uses."""
        ...


def connect(kubeconfig: str | PathLike[str] | None, context: str | None) -> Connection:
    """A connection as a kubeconfig (a path, its text, or the usual ones) describes it. Raises LiveError."""
    return _Requests(target(kubeconfig, context))


class _Requests:
    """Requests to a server, from any thread. Connections are kept, so that each costs one handshake."""

    def __init__(self, there: Target) -> None:
        self._there, self._url = there, urlsplit(there.server)
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise LiveError.of("config", f"the kubeconfig names no server that can be asked: {there.server}")
        self._proxy = _proxy(there, self._url)
        self._login, self._lock = Login(there), Lock()
        self._idle: list[_Kept] = []
        self._tls: ssl.SSLContext | None = None
        finalize(self, _end, self._idle)

    def send(
        self, method: str, path: str, body: bytes | None, content_type: str, timeout: float, accept: str = JSON
    ) -> bytes:
        try:
            code, data = self._asked(method, path, body, content_type, timeout, accept)
            if code == 401 and self._login.renews:  # what was kept may have ended
                with self._lock:
                    self._login.forget()
                    self._tls = None
                    _end(self._idle)
                code, data = self._asked(method, path, body, content_type, timeout, accept)
        except (OSError, HTTPException, ValueError) as error:
            text = f"the cluster at {self._there.server} cannot be reached: {_cause(error)}"
            raise LiveError.of("unreachable", text) from None
        if code >= 400:
            raise _refused(code, data)
        return data

    def _asked(
        self, method: str, path: str, body: bytes | None, content_type: str, timeout: float, accept: str
    ) -> tuple[int, bytes]:
        with self._lock:
            headers = [("Accept", accept), ("User-Agent", AGENT), *self._login.headers().items(), *self._login.groups()]
            made = self._kept()
        if body is not None:
            headers += [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        if made is not None:
            try:
                return self._over(made, method, path, body, headers, timeout)
            except ENDED:
                # It may have ended just now; what only reads can be asked once more.
                if method != "GET":
                    raise
        return self._over(self._new(timeout), method, path, body, headers, timeout)

    def _kept(self) -> _Kept | None:
        """A connection that is still there, of those that nobody uses."""
        while self._idle:
            made = self._idle.pop()
            if made.usable():
                return made
            made.close()
        return None

    def _over(
        self, made: _Kept, method: str, path: str, body: bytes | None, headers: list[tuple[str, str]], timeout: float
    ) -> tuple[int, bytes]:
        try:
            answer = made.ask(method, self._url.path.rstrip("/") + path, body, headers, timeout)
            data = answer.read()
        except BaseException:
            made.close()
            raise
        with self._lock:
            if answer.will_close or len(self._idle) >= KEPT:
                made.close()
            else:
                made.since = monotonic()
                self._idle.append(made)
        return answer.status, data

    def _new(self, timeout: float) -> _Kept:
        with self._lock:
            if self._tls is None and self._url.scheme == "https":
                self._tls = _context(self._there, self._login)
            return _Kept(self._url, self._there.cluster.get("tls-server-name"), self._tls, self._proxy, timeout)

    def close(self) -> None:
        """End the connections that nobody uses."""
        with self._lock:
            _end(self._idle)


class _Kept(HTTPConnection):
    """One connection to a server, through a proxy if there is one, that knows the name in the server's certificate."""

    def __init__(
        self, url: SplitResult, name: Any, tls: ssl.SSLContext | None, proxy: SplitResult | None, timeout: float
    ) -> None:
        host, port = str(url.hostname), url.port or (443 if url.scheme == "https" else 80)
        through = proxy or url
        super().__init__(str(through.hostname), through.port or (port if proxy is None else 3128), timeout=timeout)
        self._tls, self._name = tls, str(name or host)
        self.since = monotonic()
        self._prefix = ""
        self._proxy_login: dict[str, str] = {}
        if proxy is not None and tls is not None:
            self.set_tunnel(host, port, _proxy_login(proxy))
        elif proxy is not None:
            self._prefix, self._proxy_login = f"http://{url.netloc}", _proxy_login(proxy)

    def connect(self) -> None:
        super().connect()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)

    def usable(self) -> bool:
        """Whether a connection that waits was used lately and the server has not ended it: nothing is to be read."""
        if self.sock is None or monotonic() - self.since > FRESH:
            return False
        with suppress(OSError, ValueError), DefaultSelector() as selector:
            selector.register(self.sock, EVENT_READ)
            return not selector.select(timeout=0)
        return False

    def ask(
        self, method: str, path: str, body: bytes | None, headers: list[tuple[str, str]], timeout: float
    ) -> HTTPResponse:
        """One request, and the head of its answer."""
        if self.sock is not None:
            self.sock.settimeout(timeout)
        self.putrequest(method, self._prefix + path, skip_accept_encoding=True)
        for key, value in [*headers, *self._proxy_login.items()]:
            self.putheader(key, value)
        self.endheaders(body)
        return self.getresponse()


def _end(idle: list[_Kept]) -> None:
    while idle:
        idle.pop().close()


def _context(there: Target, login: Login) -> ssl.SSLContext:
    """What is trusted, and the certificate that is shown. Raises LiveError."""
    authority = content(there.cluster, "certificate-authority")
    try:
        made = ssl.create_default_context(cadata=authority.decode() if authority else None)
        # Certificates of clusters seldom have all that newer releases of Python ask for, and kubectl does not.
        made.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        if there.cluster.get("insecure-skip-tls-verify"):
            made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        pair = login.certificate()
        if pair is not None:
            _show(made, *pair)
    except (ssl.SSLError, ValueError, OSError) as error:
        raise LiveError.of("config", f"a certificate of the kubeconfig cannot be used: {error}") from None
    return made


def _show(made: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Load a certificate and its key, which OpenSSL takes from a file only; it is there just for that."""
    handle, path = tempfile.mkstemp(prefix="everest-")  # of mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(certificate + b"\n" + key)
        made.load_cert_chain(path)
    finally:
        os.unlink(path)


def _proxy(there: Target, url: SplitResult) -> SplitResult | None:
    """The proxy of the kubeconfig, or of the environment."""
    given = there.cluster.get("proxy-url")
    if not given:
        if _is_here(str(url.hostname)) or proxy_bypass(str(url.hostname)):
            return None
        given = getproxies().get(url.scheme)
    if not given:
        return None
    proxy = urlsplit(given if "://" in given else f"http://{given}")
    if proxy.scheme != "http":
        text = f"the proxy {proxy.scheme}://{proxy.hostname} cannot be used"
        raise LiveError.of("config", text, hint="of proxies those with http:// are known")
    return proxy


def _is_here(host: str) -> bool:
    """Whether a host is this machine, which kubectl never looks for behind a proxy of the environment."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _proxy_login(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _cause(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _refused(code: int, data: bytes) -> LiveError:
    try:
        status = json.loads(data)
        message, reason = str(status["message"]), str(status.get("reason") or "")
    except (ValueError, KeyError, TypeError):
        message, reason = data.decode(errors="replace").strip() or f"HTTP {code}", ""
    return LiveError.of("refused", f"the cluster refuses: {message}", reason=reason, code=code)
