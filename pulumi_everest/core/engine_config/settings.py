"""The settings that an engine of one version has, as its own servers describe them: types, bounds, when they count."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pulumi_everest.model.findings import shortened
from pulumi_everest.model.similar_names import Names
from pulumi_everest.model.values.setting_text import as_text

# PostgreSQL: src/backend/utils/misc/guc.c, the tables of units.
_BYTES: Final = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_SECONDS: Final = {
    "us": Decimal("1e-6"), "ms": Decimal("1e-3"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600),
    "d": Decimal(86400),
}  # fmt: skip
_NUMBER: Final = re.compile(
    r"\s*([+-]?(?:0[xX][0-9A-Fa-f]+|[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+\.))\s*([A-Za-z]*)\s*\Z"
)
_UNIT: Final = re.compile(r"([0-9]*)([A-Za-z]+)\Z")
_WORDS: Final = ("true", "yes", "on", "1", "false", "no", "off", "0")


@dataclass(frozen=True)
class Setting:
    """One setting. `context` says when a change of it counts, in the engine's words."""

    name: str
    type: str
    context: str
    unit: str | None = None
    min: str | None = None
    max: str | None = None
    enum: tuple[str, ...] = ()

    def problem(self, value: Any) -> tuple[str, tuple[str, ...]] | None:
        """What is wrong with a value, and what is allowed instead; None where nothing is."""
        text = as_text(value)
        match self.type:
            case "bool":
                return None if _is_bool(text) else (f"'{shortened(text)}' is not on or off", ("on", "off"))
            case "enum":
                taken = {value.lower() for value in self.enum}
                # What servers take, but do not list: other words for on and off, and one for debug2.
                if text.lower() in taken or ({"on", "off"} <= taken and _is_bool(text)):
                    return None
                if text.lower() == "debug" and "debug2" in taken:
                    return None
                return f"'{shortened(text)}' is not allowed here", self.enum
            case "integer" | "real":
                wrong = self._number(text)
                return (wrong, ()) if wrong is not None else None
        return None

    def _number(self, text: str) -> str | None:
        match = _NUMBER.match(text)
        if match is None:
            kind = "a whole number" if self.type == "integer" else "a number"
            return f"'{shortened(text)}' is not {kind}{self._with_unit()}"
        number = Decimal(int(match[1], 16)) if "x" in match[1].lower() else Decimal(match[1])
        if match[2]:
            factor = self._factor(match[2])
            if factor is None:
                return f"'{shortened(text)}' has a unit that is none of the setting's{self._with_unit()}"
            number *= factor
        rounded = number.to_integral_value() if self.type == "integer" else number
        if self.min is not None and rounded < Decimal(self.min):
            return f"'{shortened(text)}' is too small, the least is {self._shown(self.min)}"
        if self.max is not None and rounded > Decimal(self.max):
            return f"'{shortened(text)}' is too large, the greatest is {self._shown(self.max)}"
        return None

    def _factor(self, unit: str) -> Decimal | None:
        """By how much a number with a unit is to be multiplied for one in the setting's own."""
        own = _UNIT.match(self.unit or "")
        if own is None:
            return None
        times = int(own[1] or 1)
        for table in (_BYTES, _SECONDS):
            if own[2] in table and unit in table:
                return Decimal(table[unit]) / (Decimal(table[own[2]]) * times)
        return None

    def _with_unit(self) -> str:
        own = _UNIT.match(self.unit or "")
        if own is None:
            return ""
        units = _BYTES if own[2] in _BYTES else _SECONDS
        return f", which may have one of the units {', '.join(units)}"

    def _shown(self, bound: str) -> str:
        own = _UNIT.match(self.unit or "")
        if own is None or bound.startswith("-") or bound == "0":
            return bound
        return f"{bound} ({int(own[1] or 1) * Decimal(bound)} {own[2]})" if own[1] else f"{bound} {own[2]}"


@dataclass
class Settings:
    """All settings of one version of an engine. Names are the same in capital letters."""

    version: str
    source: str
    by_name: Mapping[str, Setting]
    restart: Collection[str] = ()
    """Contexts of settings that count from the next start on."""
    fixed: Collection[str] = ()
    """Contexts of settings that nobody sets."""
    former: Mapping[str, str] = field(default_factory=dict)
    """Names that settings had, which servers still take."""
    _names: Names | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        version: str,
        data: Mapping[str, Any],
        restart: Collection[str],
        fixed: Collection[str],
        former: Mapping[str, str],
    ) -> Settings:
        """The settings of a file."""
        known = {
            name.lower(): Setting(name, **{**own, "enum": tuple(own.get("enum", ()))})
            for name, own in data["settings"].items()
        }
        return cls(version, data["source"], known, restart, fixed, former)

    def get(self, name: str) -> Setting | None:
        """A setting by its name, or one that it had."""
        small = name.lower()
        return self.by_name.get(small) or self.by_name.get(self.former.get(small, small).lower())

    def is_free(self, name: str) -> bool:
        """Whether a name is one that an extension may have: those have a dot."""
        return "." in name

    @property
    def names(self) -> Names:
        """The names of settings that can be set."""
        if self._names is None:
            self._names = Names(own.name for own in self.by_name.values() if own.context not in self.fixed)
        return self._names

    def needs_restart(self, name: str) -> bool | None:
        """Whether a change of a setting counts from the next start on; None where that is not known."""
        own = self.get(name)
        return own.context in self.restart if own is not None else None


def _is_bool(text: str) -> bool:
    """Whether PostgreSQL reads a text as a boolean: any beginning of a word for one that is of no other."""
    small = text.strip().lower()
    return bool(small) and small != "o" and any(word.startswith(small) for word in _WORDS)
