"""Cron lines of five fields, as Kubernetes reads them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pulumi_everest.model.findings import shortened

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class _Field(NamedTuple):
    name: str
    least: int
    greatest: int
    names: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What may stand there, for people."""
        numbers = f"{self.least} to {self.greatest}"
        return f"{numbers} or {self.names[0]} to {self.names[-1]}" if self.names else numbers

    def number(self, text: str) -> int | None:
        """The number that a text stands for; None where it is none, in or out of range."""
        if re.fullmatch(r"[0-9]{1,9}", text):
            return int(text)
        name = text.upper()
        return self.least + self.names.index(name) if name in self.names else None


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)
_ORDER: Final = "minute, hour, day of month, month, day of week"
_MACROS: Final = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}  # fmt: skip
_LONGEST: Final = 1_000
_MONTH_DAYS: Final = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def check_cron(text: str) -> str | None:
    """A cron line of five fields: minute, hour, day of month, month, day of week.

    Numbers, names, ranges, steps and lists; no macros, seconds, years, time zones or Quartz's L, W and #.
    """
    line = f"'{shortened(text)}'"
    if not text.strip():
        return "a cron line is empty; write five fields, such as 0 3 * * * (every day at 3:00)"
    if len(text) > _LONGEST:
        return f"{line} is too long for a cron line"
    if not text.isascii() or re.search(r"[^ \t!-~]", text):
        return f"{line} holds characters that no cron line has (a line break, perhaps)"
    parts = text.split()
    if parts[0].startswith("@"):
        form = _MACROS.get(text.strip().lower())
        return f"{line} is not accepted; write {form or 'five fields, such as 0 3 * * *'}"
    if re.match(r"(CRON_)?TZ=", parts[0], re.IGNORECASE):
        return f"{line} sets a time zone, which is not accepted; write the five fields in UTC"
    if len(parts) != len(_FIELDS):
        count = "1 field" if len(parts) == 1 else f"{len(parts)} fields"
        return f"{line} has {count}, a cron line has five ({_ORDER}){_five_of(parts)}"
    sets: list[set[int]] = []
    for field, part in zip(_FIELDS, parts, strict=True):
        values = _values(field, part)
        if isinstance(values, str):
            return f"{line}: {field.name} {values}"
        sets.append(values)
    return _never(line, parts, sets)


def _five_of(parts: list[str]) -> str:
    """How to write a line of six or seven fields (with seconds, with a year) with five."""
    candidates = []
    if len(parts) == 6:
        candidates = [parts[1:]] if parts[0].isdigit() else [parts[:5]]
    elif len(parts) == 7:
        candidates = [parts[1:6]]
    for five in candidates:
        plain = ["*" if part == "?" else part for part in five]
        if check_cron(" ".join(plain)) is None:
            return f"; without seconds and year it is {' '.join(plain)}"
    return ""


def _values(field: _Field, part: str) -> set[int] | str:
    """The numbers of one field, or what is wrong with it."""
    values: set[int] = set()
    for item in part.split(","):
        found = _item(field, item)
        if isinstance(found, str):
            return found
        values |= found
    return values


def _item(field: _Field, item: str) -> set[int] | str:
    """The numbers of one item of a field's list: ``*``, ``5``, ``MON-FRI``, with or without a step ``/2``."""
    shown = shortened(item, 20)
    span, slash, step_text = item.partition("/")
    first_text, dash, last_text = span.partition("-")
    if span in ("*", "?"):
        if span == "?" and (field.name not in ("day of month", "day of week") or slash):
            return f"'{shown}' has a '?' where '*' is meant"
        first, last = field.least, field.greatest
    else:
        bounds = [field.number(bound) for bound in ((first_text, last_text) if dash else (first_text,))]
        if None in bounds:
            hint = ""
            if re.fullmatch(r"L|LW|[0-9]*W|[A-Z0-9]+(#[0-9]|L)|L-[0-9]+", span.upper()):
                hint = "; L, W and # are not accepted"
            return f"'{shown}' is no number, name, range, step or list (allowed: {field.allowed}){hint}"
        numbers = [bound for bound in bounds if bound is not None]
        for number in numbers:
            if not field.least <= number <= field.greatest:
                hint = "; write 0 for Sunday" if field.names == _DAYS and number == 7 else ""
                return f"{number} is out of range (allowed: {field.allowed}){hint}"
        first = numbers[0]
        last = numbers[-1] if dash or not slash else field.greatest
        if first > last:
            ends = f"{first_text}-{field.names[-1] if field.names else field.greatest}"
            starts = f"{field.names[0] if field.names else field.least}-{last_text}"
            return f"'{shown}' goes backwards; write {ends},{starts}"
    step = 1
    if slash:
        if not re.fullmatch(r"[0-9]{1,9}", step_text) or int(step_text) == 0:
            return f"'{shown}' has a step that is not a number from 1 on"
        step = int(step_text)
        if step > field.greatest:
            return f"'{shown}' has a step larger than {field.greatest}"
    return set(range(first, last + 1, step))


def _never(line: str, parts: list[str], sets: list[set[int]]) -> str | None:
    """A message for a line that never comes true, such as the 31st of February."""
    days, months = sets[2], sets[3]
    if parts[4] in ("*", "?") and all(min(days) > _MONTH_DAYS.get(month, 31) for month in months):
        return f"{line} never happens: no month it names has a day {min(days)}"
    return None


def _digits(least: int, greatest: int) -> str:
    """An expression for the numbers from `least`, below 10, to `greatest`, below 100; with any zeros before them."""
    tens, ones = divmod(greatest, 10)
    parts = [f"[{least}-{greatest if tens == 0 else 9}]"]
    full = tens if ones == 9 else tens - 1
    if full > 0:
        parts.append(f"{'1' if full == 1 else f'[1-{full}]'}[0-9]")
    if tens > 0 and ones != 9:
        parts.append(f"{tens}[0-{ones}]")
    return f"0*({'|'.join(parts)})"


def _field_pattern(field: _Field) -> str:
    """An expression for one field: a list of single values, ranges and ``*``, each with or without a step."""
    number = _digits(field.least, field.greatest)
    bound = f"({number}|(?i:{'|'.join(field.names)}))" if field.names else number
    item = rf"(\*|{bound}(-{bound})?)(/{_digits(1, field.greatest)})?"
    if field.name.startswith("day"):
        item = rf"({item}|\?)"
    return f"{item}(,{item})*"


_BLANKS: Final = r"[ \t]"
CRON_PATTERN: Final = f"^{_BLANKS}*{f'{_BLANKS}+'.join(map(_field_pattern, _FIELDS))}{_BLANKS}*$"
"""What `check_cron` takes as an expression of RE2, which knows neither ranges that go backwards nor the calendar."""
