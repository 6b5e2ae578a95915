"""What the server answers, with the headers that keep a page to itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""The content security policy of every answer: scripts and styles of the page's own files alone, and no text that
becomes markup."""

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Answer:
    """One answer: its status, its content and the type of that."""

    status: int
    content: bytes
    type: str


def data_answer(data: Any, status: int = 200) -> Answer:
    """Plain data, as JSON."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode("utf-8", errors="replace"), "application/json")


def refusal(status: int, message: str) -> Answer:
    """Why something is not done, for people."""
    return data_answer({"error": message}, status)
