"""The formats of texts that an API server checks in custom resources, as far as it does.

What is let through in doubt is let through here as well: a server knows more forms of some of them than RFCs have.
"""

from __future__ import annotations

import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import date
from typing import Final

# apiextensions-apiserver checks what github.com/go-openapi/strfmt calls these formats.
_CLOCK: Final = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_DURATION: Final = re.compile(r"[+-]?(?:[0-9]*\.?[0-9]+\s*[a-zµ]+\s*)+|0", re.IGNORECASE)
_MAC: Final = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{4}(\.[0-9a-f]{4}){2}", re.IGNORECASE)
_UUID: Final = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_HOSTNAME: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\.?")


def check_format(text: str, name: str) -> str | None:
    """What a text is not that has not the format of that name, such as ``a time ...``; None where it has it."""
    known = _FORMATS.get(name)
    if known is None:
        return None
    has_it, what = known
    try:
        return None if has_it(text) else what
    except ValueError:  # binascii.Error is one
        return what


def _is_base64(text: str) -> bool:
    binascii.a2b_base64(text, strict_mode=True)
    return True


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and bool(date.fromisoformat(text))


def _is_time(text: str) -> bool:
    day, _, clock = text.lower().partition("t")
    match = _CLOCK.fullmatch(clock)
    return match is not None and _is_date(day) and int(match[1]) < 24 and int(match[2]) < 60 and int(match[3]) < 60


def _is_cidr(text: str) -> bool:
    return "/" in text and bool(ipaddress.ip_network(text, strict=False))


_FORMATS: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "byte": (_is_base64, "base64"),
    "date": (_is_date, "a date such as 2026-01-31"),
    **dict.fromkeys(("date-time", "datetime"), (_is_time, "a time in RFC 3339 such as 2026-01-31T09:30:00Z")),
    "duration": (lambda text: _DURATION.fullmatch(text) is not None, "a duration such as 1h30m"),
    "ipv4": (lambda text: bool(ipaddress.IPv4Address(text)), "an IPv4 address such as 10.0.0.1"),
    "ipv6": (lambda text: bool(ipaddress.IPv6Address(text)), "an IPv6 address such as fd00::1"),
    "cidr": (_is_cidr, "a block of addresses such as 10.0.0.0/8"),
    "mac": (lambda text: _MAC.fullmatch(text) is not None, "a MAC address such as 00:1b:44:11:3a:b7"),
    "email": (lambda text: 0 < text.rfind("@") < len(text) - 1, "an address of e-mail"),
    "hostname": (lambda text: len(text) < 256 and _HOSTNAME.fullmatch(text) is not None, "a host name"),
    "uri": (lambda text: re.match(r"[a-zA-Z][\w+.-]*:|/", text) is not None, "a URI such as https://example.com"),
    "uuid": (lambda text: _UUID.fullmatch(text) is not None, "a UUID"),
}
"""How a format is checked, and what it is for people."""
