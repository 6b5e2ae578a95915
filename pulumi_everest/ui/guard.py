"""Which requests are answered: those of the page that the user has opened with the address that the command printed.

The server listens on this machine alone, but every page in the user's browser, and every other user of the machine,
can send it requests. So each must name the server by its own address (no name that somebody else has made lead here)
and come from the page itself. What is not one of the page's own files, which are the same for everybody, also needs
the token. The page gets it behind the # of its address, which browsers send nowhere, and gives it in a header, which no
other page can: cookies would go to all ports of the machine.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pulumi_everest.ui.answers import Answer, refusal

MAX_CONTENT: Final = 2 * 1024 * 1024
"""Bytes that a request may have at most."""
MAX_ADDRESS: Final = 2048
START: Final = "/"
ASKED: Final = "/api/"
"""What paths begin with that need the token."""
TOKEN: Final = "x-everest-token"  # noqa: S105 - the name of a header
"""The header with the token."""


@dataclass(frozen=True)
class Request:
    """A request as it came in: method, target, and the headers by their names in small letters.

    Of a header that is there twice `headers` has both values, with a line break between them, which none of those
    that are wanted has.
    """

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path


@dataclass(frozen=True)
class Guard:
    """Tells which requests are refused. `port` is the server's own, `token` what only the user knows."""

    port: int
    token: str

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that the server goes by."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    def refused(self, request: Request) -> Answer | None:
        """Why a request is not answered; None for one that is."""
        if request.method not in ("GET", "POST"):
            return refusal(405, "only GET and POST are known here")
        if len(request.target) > MAX_ADDRESS or not request.target.startswith("/"):
            return refusal(400, "the address of the request is too long, or none")
        if request.headers.get("host") not in self.hosts:
            return refusal(421, "this server goes by the address that `everest ui` printed, and by no other name")
        return self._foreign(request) or self._unknown(request) or self._content(request)

    def _foreign(self, request: Request) -> Answer | None:
        """Requests of other pages. Only the page itself may be opened from elsewhere: it shows nothing to who did."""
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        own = {f"http://{host}" for host in self.hosts}
        if origin is not None and origin not in own:
            return refusal(403, "another page has asked for this")
        if request.method == "POST" and origin is None:
            return refusal(403, "the request does not say which page it comes from")
        opened = request.method == "GET" and request.path == START
        if site not in (None, "same-origin", "none") and not opened:
            return refusal(403, "another page has asked for this")
        return None

    def _unknown(self, request: Request) -> Answer | None:
        """Requests without the token."""
        given = request.headers.get(TOKEN, "")
        if not request.path.startswith(ASKED) or hmac.compare_digest(given.encode(), self.token.encode()):
            return None
        text = "open the address that `everest ui` printed: it holds a token, which is another one after each start"
        return refusal(401, text)

    def _content(self, request: Request) -> Answer | None:
        """What a request brings must be JSON, of a size that is said and not too large."""
        length = request.headers.get("content-length")
        if "transfer-encoding" in request.headers:
            return refusal(411, "say how long the content is")
        if request.method == "GET":
            return None if length in (None, "0") else refusal(400, "a GET request has no content")
        if length is None or not length.isascii() or not length.isdigit():
            return refusal(411, "say how long the content is")
        if len(length) > 12 or int(length) > MAX_CONTENT:
            return refusal(413, f"a request may have {MAX_CONTENT // 1024 // 1024} MB at most")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return refusal(415, "the content must be application/json")
        return None
