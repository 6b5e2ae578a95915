"""What text stands for: quantities, durations, names, images, URLs and times.

Each ``check_*`` gives None for good text, and otherwise a message that says how to write it instead.
"""

from __future__ import annotations

import ipaddress
import math
import re
from datetime import datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from pulumi_everest.model.findings import shortened
from pulumi_everest.model.values.cron import check_cron
from pulumi_everest.model.values.image_reference import check_image

__all__ = [
    "check_cidr",
    "check_cron",
    "check_dns_label",
    "check_dns_subdomain",
    "check_duration",
    "check_image",
    "check_quantity",
    "check_time",
    "check_url",
    "check_version",
    "duration_seconds",
    "quantity_value",
]

# Kubernetes: apimachinery, pkg/api/resource, the grammar in the documentation of Quantity.
_QUANTITY: Final = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))"
    r"(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<exponent>[+-]?[0-9]{1,3}))?\Z"
)
_DECIMAL_POWERS: Final = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_POWERS: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_EXACT: Final = Context(prec=400)
_LONGEST: Final = 64  # characters of a quantity; more are no number of bytes or cores that there could be
_QUANTITY_LIKE: Final = re.compile(r"\s*([+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+))\s*([A-Za-zµ]*)\s*\Z")
_CORES: Final = frozenset({"c", "core", "cores", "cpu", "cpus", "vcpu", "vcpus", "b", "byte", "bytes"})
_MILLI_CORES: Final = re.compile(r"m(?:illi)?(?:cpu|core)s?|milli")
_LARGE: Final = {"kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E"}


def check_quantity(text: str, positive: bool = True) -> str | None:
    """A Kubernetes quantity (``10Gi``, ``500m``, ``1e3``); with `positive` it must be more than nothing."""
    if not _is_quantity(text):
        return _quantity_message(text)
    value = quantity_value(text)
    if positive and value <= 0:
        return f"'{shortened(text)}' is not more than nothing; write a quantity such as 10Gi or 500m"
    if abs(value) >= 2**63:
        return f"'{shortened(text)}' is too large; a quantity is less than 8Ei"
    return None


@lru_cache(maxsize=1024)
def quantity_value(text: str) -> Decimal:
    """The exact number of bytes or cores of a quantity. ValueError has the message of `check_quantity`."""
    match = _QUANTITY.match(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(_quantity_message(text))
    number, suffix, exponent = Decimal(match["number"]), match["suffix"], match["exponent"]
    if suffix in _BINARY_POWERS:
        return _EXACT.multiply(number, Decimal(2 ** _BINARY_POWERS[suffix]))
    power = int(exponent) if exponent else _DECIMAL_POWERS.get(suffix or "", 0)
    return _EXACT.multiply(number, Decimal(f"1e{power}"))


def _is_quantity(text: str) -> bool:
    return len(text) <= _LONGEST and _QUANTITY.match(text) is not None


def _quantity_message(text: str) -> str:
    if not text.strip():
        return "a quantity is empty; write one such as 10Gi or 500m"
    wrong = f"'{shortened(text)}' is not a quantity"
    match = _QUANTITY_LIKE.match(text[:_LONGEST])
    if match is not None and len(text) <= _LONGEST and not re.search(",[0-9]{3}", text):
        number = match[1].replace(",", ".")
        forms = [number + suffix for suffix in _near_suffixes(match[2])]
        if forms and all(map(_is_quantity, forms)):
            return f"{wrong}; write {' or '.join(forms)}"
    return f"{wrong}; write a number with a unit of Kubernetes, such as 10Gi, 500m or 2"


def _near_suffixes(unit: str) -> tuple[str, ...]:
    """The suffixes that someone who wrote `unit` may have meant."""
    if unit in _DECIMAL_POWERS or unit in _BINARY_POWERS:
        return (unit,)
    small = unit.lower()
    if small in _CORES or not small:
        return ("",)
    if _MILLI_CORES.fullmatch(small):
        return ("m",)
    if unit in ("µ", "U"):
        return ("u",)
    binary = re.fullmatch(r"([kmgtpe])i(?:b|bytes?)?|([kmgtpe])(?:ebi|ibi|bi)(?:bytes?)?", small)
    if binary:
        return ((binary[1] or binary[2]).upper() + "i",)
    for word, letter in _LARGE.items():
        if small.startswith(word) and small[len(word) :] in ("", "byte", "bytes"):
            return (letter, f"{letter.upper()}i")
    if re.fullmatch(r"[kmgtpe](b|bytes?|bit)?", small):
        letter = "k" if small[0] == "k" else small[0].upper()
        return (letter, f"{letter.upper()}i")
    return ()


_DURATION: Final = re.compile(r"(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ms|us|µs|ns|[smhdw]))+\Z")
_DURATION_PART: Final = re.compile(r"([0-9.]+)(ms|us|µs|ns|[smhdw])")
_SECONDS: Final = {
    "w": Decimal(604_800), "d": Decimal(86_400), "h": Decimal(3_600), "m": Decimal(60), "s": Decimal(1),
    "ms": Decimal("1e-3"), "us": Decimal("1e-6"), "µs": Decimal("1e-6"), "ns": Decimal("1e-9"),
}  # fmt: skip
_UNIT_WORDS: Final = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d", "w": "w", "wk": "w", "week": "w", "weeks": "w",
}  # fmt: skip
_CALENDAR: Final = {
    "mo": 30,
    "mon": 30,
    "month": 30,
    "months": 30,
    "y": 365,
    "yr": 365,
    "year": 365,
    "years": 365,
}
_DURATION_LIKE: Final = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([A-Za-z]+)\s*\Z")
_ISO_DURATION: Final = re.compile(
    r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?\Z", re.ASCII
)


def check_duration(text: str) -> str | None:
    """A duration longer than nothing, as Go writes it (``90s``, ``1h30m``), or in days and weeks (``7d``)."""
    if not _is_duration(text):
        return _duration_message(text)
    if _exact_seconds(text) <= 0:
        return f"'{shortened(text)}' is not longer than nothing"
    return None


def duration_seconds(text: str) -> int:
    """The seconds of a duration, rounded up. ValueError has the message of `check_duration`."""
    if not _is_duration(text):
        raise ValueError(_duration_message(text))
    return math.ceil(_exact_seconds(text))


def _is_duration(text: str) -> bool:
    return len(text) <= _LONGEST and _DURATION.match(text) is not None


def _exact_seconds(text: str) -> Decimal:
    parts = (_EXACT.multiply(Decimal(number), _SECONDS[unit]) for number, unit in _DURATION_PART.findall(text))
    return sum(parts, Decimal(0))


def _duration_message(text: str) -> str:
    if not text.strip():
        return "a duration is empty; write one such as 90s, 1h30m or 7d"
    wrong = f"'{shortened(text)}' is not a duration"
    if len(text) <= _LONGEST:
        if re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", text):
            number = text.strip()
            return f"{wrong}, it has no unit; write {number}s, {number}m, {number}h or {number}d"
        if text.startswith("-") and _is_duration(text[1:]):
            return f"{wrong}, it is negative; write {text[1:]}"
        iso = _ISO_DURATION.match(text)
        if iso and any(iso.groups()):
            short = "".join(n + unit for n, unit in zip(iso.groups(), "wdhms", strict=True) if n)
            return f"{wrong}; write {short}"
        match = _DURATION_LIKE.match(text)
        if match and match[2].lower() in _UNIT_WORDS:
            return f"{wrong}; write {match[1]}{_UNIT_WORDS[match[2].lower()]}"
        if match and match[2].lower() in _CALENDAR and match[1].isdigit():
            days = int(match[1]) * _CALENDAR[match[2].lower()]
            return f"{wrong}, months and years differ in length; write days, such as {days}d"
        joined = re.sub(r"[\s,]+", "", text).lower()
        if _is_duration(joined):
            return f"{wrong}; write {joined}"
    return f"{wrong}; write one such as 90s, 1h30m, 7d or 2w"


def check_cidr(text: str) -> str | None:
    """A block of IP addresses in CIDR form whose address is the network's.

    A single address needs its ``/32`` or ``/128``: a Service's loadBalancerSourceRanges take nothing else.
    """
    address, slash, length = text.partition("/")
    try:
        if len(text) > _LONGEST or "%" in text or not text.isascii():
            raise ValueError
        ip = ipaddress.ip_address(address)
        if not slash:
            return f"'{text}' is a single address; write {ip}/{ip.max_prefixlen}"
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        hint = f"; write {text.strip()}" if text != text.strip() and check_cidr(text.strip()) is None else ""
        return f"'{shortened(text)}' is not a CIDR block{hint or ', such as 10.0.0.0/8'}"
    if not re.fullmatch(r"0|[1-9][0-9]*", length):
        return f"'{text}' is not a CIDR block; write {network}"
    if ip != network.network_address:
        one = f"{ip}/{ip.max_prefixlen}"
        return f"'{text}' is an address inside a block; write {network} for the block or {one} for the address"
    return None


_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")


def check_dns_label(text: str) -> str | None:
    """A name of lower-case letters, digits and ``-``, at most 63 characters (RFC 1123 label)."""
    return _check_name(text, 63, dots=False)


def check_dns_subdomain(text: str) -> str | None:
    """Labels with dots between them, at most 253 characters (RFC 1123 subdomain)."""
    return _check_name(text, 253, dots=True)


def _check_name(text: str, longest: int, *, dots: bool) -> str | None:
    if not text:
        return "a name is empty"
    if len(text) > longest:
        return f"'{shortened(text)}' is {len(text)} characters long, a name has at most {longest}"
    if all(_LABEL.match(part) for part in (text.split(".") if dots else [text])):
        return None
    near = re.sub(r"[^a-z0-9.]+" if dots else r"[^a-z0-9]+", "-", text.lower()).strip("-.")
    near = ".".join(part.strip("-") for part in near.split(".") if part.strip("-"))
    allowed = "lower-case letters, digits, '-' and '.'" if dots else "lower-case letters, digits and '-'"
    hint = f"; write {near}" if near else ""
    return f"'{shortened(text)}' is not a valid name: only {allowed}, a letter or digit at both ends{hint}"


def check_portion(value: int | str) -> str | None:
    """A number of pods, or a percentage of them."""
    if isinstance(value, str):
        number = value[:-1]
        if value.endswith("%") and number.isascii() and number.isdigit() and int(number) <= 100 and len(number) < 4:
            return None
    elif 0 <= value <= 1000:
        return None
    return f"'{shortened(str(value))}' is neither a number of pods, such as 1, nor a percentage, such as 50%"


_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?\Z")


def check_url(text: str) -> str | None:
    """An ``http`` or ``https`` URL with a host, without a user and password in it."""
    wrong = f"'{shortened(text)}' is not a URL"
    if re.search(r"[\s\x00-\x1f\x7f]", text) or not text:
        stripped = text.strip()
        hint = f"; write {stripped}" if stripped and stripped != text and check_url(stripped) is None else ""
        return f"{wrong}{hint or ', such as https://s3.example.com'}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        return f"{wrong}: {shortened(str(error)[:1].lower() + str(error)[1:], 100)}"
    if parts.scheme not in ("http", "https") or "://" not in text:
        if parts.scheme not in ("http", "https") and "://" not in text and check_url(f"https://{text}") is None:
            return f"{wrong}; write https://{shortened(text)}"
        return f"{wrong} that starts with https:// or http://"
    if "@" in parts.netloc:
        return "a URL with a user or password in it is not accepted; name a Secret instead"
    if not host:
        return f"{wrong}, it has no host, such as https://s3.example.com"
    if ":" not in host and not _HOST.match(host):
        return f"{wrong}: '{shortened(host)}' is not a host name"
    if port == 0:
        return f"{wrong}: the port is one of 1 to 65535"
    return None


_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_TIME_LIKE: Final = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)(?:[Tt\s]\s*(\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)?\s*([Zz]|[+-]\d\d:?\d\d|UTC|GMT)?\s*\Z",
    re.ASCII,
)


def check_time(text: str) -> str | None:
    """A time with its zone as in RFC 3339: ``2026-01-31T09:30:00Z``, ``2026-01-31T09:30:00+02:00``."""
    wrong = f"'{shortened(text)}' is not an RFC 3339 time"
    match = _TIME.match(text)
    if match is None:
        like = _TIME_LIKE.match(text) if len(text) <= _LONGEST else None
        if like is not None:
            zone = like[5] if like[5] and like[5][0] in "+-" else "Z"
            zone = f"{zone[:3]}:{zone[-2:]}" if zone != "Z" else zone
            near = f"{like[1]}T{like[2] or '00:00'}{like[3] or ':00'}{like[4] or ''}{zone}"
            if near != text and check_time(near) is None:
                return f"{wrong}; write {near}"
        return f"{wrong}, such as 2026-01-31T09:30:00Z"
    try:
        datetime.fromisoformat(f"{match[1]}T{match[2]}{'+00:00' if match[4] == 'Z' else match[4]}")
    except ValueError as error:
        return f"{wrong}: {error}"
    return None


_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+~-]{0,127}\Z")


def check_version(text: str) -> str | None:
    """A version as it stands in a definition or an image's tag: ``8.0.12-4``, ``17.10``."""
    if _VERSION.match(text):
        return None
    if not text.strip():
        return "a version is empty"
    stripped = text.strip()
    if stripped != text and _VERSION.match(stripped):
        return f"'{shortened(text)}' has blanks around the version; write {shortened(stripped)}"
    if re.search(r"[<>=^~*|,]|\s", text):
        return f"'{shortened(text)}' is not one version; write it in full, such as 8.0.12-4"
    return f"'{shortened(text)}' is not a version, such as 8.0.12-4"
