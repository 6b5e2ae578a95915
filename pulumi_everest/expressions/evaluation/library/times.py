"""Times and durations: read from text, written as text, taken apart, and kept in their bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pulumi_everest.expressions.evaluation.failures import EvaluationError, no_overload
from pulumi_everest.expressions.evaluation.values import INT_MAX, INT_MIN, Duration, Timestamp

_SECOND: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_FIRST: Final = (date.min.toordinal() - _EPOCH_DAY) * 86_400 * _SECOND
_LAST: Final = ((date.max.toordinal() - _EPOCH_DAY + 1) * 86_400) * _SECOND - 1
_LONGEST: Final = 315_576_000_000 * _SECOND + 999_999_999
_UNITS: Final = {"h": 3600 * _SECOND, "m": 60 * _SECOND, "s": _SECOND, "ms": 1_000_000, "us": 1_000, "ns": 1}
_AMOUNT: Final = re.compile(r"(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<unit>h|ms|m|s|us|ns)")
_MOMENT: Final = re.compile(
    r"\s*(?P<year>-?[0-9]+)-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})[Tt]"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:\.(?P<part>[0-9]+))?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2})(?::?(?P<seconds>[0-9]{2}))?)?)\s*",
    re.ASCII,
)


def checked_timestamp(nanos: int) -> Timestamp:
    """A moment of the years 1 to 9999."""
    if _FIRST <= nanos <= _LAST:
        return Timestamp(nanos)
    raise EvaluationError("timestamp overflow")


def checked_duration(first: int, second: int) -> Duration:
    """The sum of two spans in nanoseconds, in the bounds that sums have."""
    total = clamped(first) + clamped(second)
    if INT_MIN <= total <= INT_MAX:
        return Duration(total)
    raise EvaluationError("integer overflow")


def between(later: Timestamp, earlier: Timestamp) -> Duration:
    """How long it is from one moment to another."""
    nanos = later.nanos - earlier.nanos
    if INT_MIN <= nanos <= INT_MAX:
        return Duration(nanos)
    raise EvaluationError("integer overflow")


def clamped(nanos: int) -> int:
    """A number of nanoseconds in 64 bits."""
    return max(INT_MIN, min(INT_MAX, nanos))


def read_duration(text: str) -> Duration:
    """A duration such as ``1h30m`` or ``-1.5s``."""
    failure = EvaluationError("String to Duration conversion failed")
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return Duration(0)
    if rest == "inf":
        raise _out_of_range(text, sign)
    if not rest:
        raise failure
    nanos = at = 0
    while at < len(rest):
        found = _AMOUNT.match(rest, at)
        if found is None or not (found["whole"] or found["part"]):
            raise failure
        unit = _UNITS[found["unit"]]
        whole, part = int(found["whole"][:40] or 0), found["part"] or ""
        if whole > INT_MAX:
            raise failure
        nanos += whole * unit + int(part[:18] or 0) * unit // 10 ** len(part[:18])
        at = found.end()
    nanos *= sign
    if abs(nanos) > _LONGEST:
        raise _out_of_range(text, sign)
    return Duration(nanos)


def _out_of_range(text: str, sign: int) -> EvaluationError:
    bound = "below minimum" if sign < 0 else "above maximum"
    return EvaluationError(
        f'Duration "{text}" {bound} allowed duration "{"-" if sign < 0 else ""}87660000h0.999999999s"'
    )


def write_duration(value: Duration) -> str:
    """A duration in seconds: ``5400s``, ``-1.500s``."""
    seconds, nanos = divmod(abs(value.nanos), _SECOND)
    return f"{'-' if value.nanos < 0 else ''}{seconds}{fraction(nanos)}s"


def fraction(nanos: int) -> str:
    """The part of a second, with 3, 6 or 9 digits; nothing for none."""
    if nanos == 0:
        return ""
    if nanos % 1_000_000 == 0:
        return f".{nanos // 1_000_000:03d}"
    return f".{nanos // 1_000:06d}" if nanos % 1_000 == 0 else f".{nanos:09d}"


def read_timestamp(text: str) -> Timestamp:
    """A moment such as ``2026-03-01T12:00:00.5+02:00``."""
    failure = EvaluationError("String to Timestamp conversion failed")
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise failure
    numbers = {name: int(found[name] or 0) for name in ("month", "day", "hour", "minute", "second", "hours")}
    offset = numbers["hours"] * 3600 + int(found["minutes"] or 0) * 60 + int(found["seconds"] or 0)
    if (
        numbers["hour"] > 23 or numbers["minute"] > 59 or numbers["second"] > 60 or numbers["hours"] > 23
        or int(found["minutes"] or 0) > 59 or int(found["seconds"] or 0) > 59 or len(found["year"]) > 20
    ):  # fmt: skip
        raise failure
    year = int(found["year"])
    if not date.min.year <= year <= date.max.year:
        raise EvaluationError("timestamp overflow")
    try:
        day = date(year, numbers["month"], numbers["day"]).toordinal() - _EPOCH_DAY
    except ValueError:
        raise failure from None
    seconds = day * 86_400 + numbers["hour"] * 3600 + numbers["minute"] * 60 + numbers["second"]
    seconds -= -offset if found["sign"] == "-" else offset
    part = "" if numbers["second"] == 60 else (found["part"] or "")
    return checked_timestamp(seconds * _SECOND + int(part[:9].ljust(9, "0")))


def write_timestamp(value: Timestamp) -> str:
    """A moment in UTC: ``2026-03-01T10:00:00.500Z``."""
    seconds, nanos = divmod(value.nanos, _SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()}{fraction(nanos)}Z"


def _local(value: Timestamp, zone: str) -> tuple[datetime, int]:
    """A moment as the clock of a time zone shows it, in whole seconds, and how many years more that is.

    A clock of the first and last year may show a year that Python does not have. So these are read four hundred years
    nearer, when the calendar is the same.
    """
    moment = _EPOCH + timedelta(seconds=value.nanos // _SECOND)
    if not zone:
        return moment, 0
    more = {date.min.year: 400, date.max.year: -400}.get(moment.year, 0)
    moment = moment.replace(year=moment.year + more)
    try:
        return moment.astimezone(ZoneInfo(zone)), more
    except (KeyError, ValueError, OSError):
        pass
    try:
        return moment + timedelta(microseconds=read_duration(f"{zone.replace(':', 'h')}m").nanos // 1000), more
    except (EvaluationError, OverflowError):
        raise EvaluationError("Invalid timezone") from None


_PARTS: Final[dict[str, Callable[[datetime], int]]] = {
    "getFullYear": lambda moment: moment.year,
    "getMonth": lambda moment: moment.month - 1,
    "getDayOfYear": lambda moment: moment.timetuple().tm_yday - 1,
    "getDayOfMonth": lambda moment: moment.day - 1,
    "getDate": lambda moment: moment.day,
    "getDayOfWeek": lambda moment: moment.isoweekday() % 7,
    "getHours": lambda moment: moment.hour,
    "getMinutes": lambda moment: moment.minute,
    "getSeconds": lambda moment: moment.second,
}
_SPANS: Final = {"getHours": 3600 * _SECOND, "getMinutes": 60 * _SECOND, "getSeconds": _SECOND}
ACCESSORS: Final = (*_PARTS, "getMilliseconds")
"""The functions that take a part of a time or duration."""


def accessor(name: str) -> Callable[..., int]:
    """The function that gives a part of a time, in UTC or a zone, or of a duration."""
    part = _PARTS.get(name)
    span = _SPANS.get(name)

    def call(value: Any, *zone: Any) -> int:
        if value.__class__ is Timestamp and all(text.__class__ is str for text in zone):
            moment, more = _local(value, *(zone or ("",)))
            if part is None:
                return value.nanos % _SECOND // 1_000_000
            return part(moment) - (more if name == "getFullYear" else 0)
        if value.__class__ is Duration and not zone and (part is None or span is not None):
            amount = abs(value.nanos) // (span or 1_000_000) % (1000 if span is None else INT_MAX)
            return -amount if value.nanos < 0 else amount
        raise no_overload(name, value, *zone)

    return call
