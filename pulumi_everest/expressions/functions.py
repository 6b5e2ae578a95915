"""The functions that expressions may call besides those of CEL: the built-in ones, and a plugin's declared ones.

All of them are pure: plain data in, plain data out. Maps come with their keys sorted, so what a function makes of them
is the same in every process.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import yaml

KINDS: Mapping[str, tuple[str, ...]] = {
    "string": ("STRING",),
    "bool": ("BOOL",),
    "int": ("INT", "UINT"),
    "double": ("DOUBLE", "INT", "UINT"),
    "list": ("LIST",),
    "map": ("MAP",),
    "any": ("NULL", "BOOL", "INT", "UINT", "DOUBLE", "STRING", "LIST", "MAP"),
}
"""The kinds of arguments and results, and the types of CEL that each stands for."""
# There is an overload for each: so CEL's checker refuses an optional value or a time where `any` is declared.
_MOST_OVERLOADS = 600


@dataclass(frozen=True)
class FunctionSpec:
    """A function that expressions may call.

    `arguments` and `returns` are kinds: string, bool, int, double, list, map or any. `call` gets plain data; what
    it raises becomes the message of an `ExpressionError`. `steps` is what it takes for each value that it is given,
    in tenths of a microsecond.
    """

    name: str
    arguments: tuple[str, ...]
    returns: str
    call: Callable[..., Any]
    steps: int = 10

    def __post_init__(self) -> None:
        """Raise ValueError for a kind that does not exist, or for more `any` than CEL can tell apart."""
        for kind in (*self.arguments, self.returns):
            if kind not in KINDS:
                raise ValueError(f"{self.name}() has the kind '{kind}'; kinds are {', '.join(KINDS)}")
        count = 1
        for kind in self.arguments:
            count *= len(KINDS[kind])
        if count > _MOST_OVERLOADS:
            raise ValueError(f"{self.name}() takes more than three arguments of any kind")


def merge(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both mappings as one, deeply; where both have a value that is not a mapping the second wins."""
    result = dict(first)
    for key, value in second.items():
        known = result.get(key)
        result[key] = merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def _version_at_least(version: str, wanted: str) -> bool:
    from pulumi_everest.model.values.versions import version_key

    return version_key(version) >= version_key(wanted)


def _major(version: str) -> int:
    from pulumi_everest.model.values.versions import major

    return int(major(version))


def _quantity(text: Any) -> float:
    from pulumi_everest.model.values.scalars import quantity_value

    return float(quantity_value(str(text)))


def _seconds(text: str) -> int:
    from pulumi_everest.model.values.scalars import duration_seconds

    return int(duration_seconds(text))


def _host_of(url: str) -> str:
    host = urlsplit(url if "//" in url else f"//{url}").hostname
    if not host:
        raise ValueError(f"'{url}' names no host")
    return host


def _utc(text: str) -> str:
    """``2026-03-01 10:00:00`` of ``2026-03-01T12:00:00+02:00``; a fraction of a second stays."""
    moment, zone = (text[:-1], "+00:00") if text[-1] in "zZ" else (text[:-6], text[-6:])
    whole, point, fraction = moment.partition(".")
    shifted = datetime.fromisoformat(f"{whole}{zone}").astimezone(UTC)
    return f"{shifted.replace(tzinfo=None).isoformat(' ')}{point}{fraction}"


def _folder(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0]


def _range(count: int) -> list[int]:
    if not 0 <= count <= MOST_NUMBERS:
        raise ValueError(f"{count} is out of range (allowed: 0 to {MOST_NUMBERS})")
    return list(range(count))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _to_yaml(value: Any) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(value, Dumper=dumper, sort_keys=True, allow_unicode=True, width=1_000_000)
    return text.removesuffix("...\n")


def _to_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _to_properties(settings: Mapping[str, Any]) -> str:
    """A line ``name=value`` for each, sorted; a text over several lines is refused, since it would make others."""
    return "".join(f"{_name(key, '=:')}={_setting(key, settings[key])}\n" for key in sorted(settings))


def _to_ini(sections: Mapping[str, Any]) -> str:
    """Sections with a line ``name = value`` for each setting; settings outside of any come first."""
    top = {key: value for key, value in sections.items() if not isinstance(value, dict)}
    text = _ini_lines(top)
    for name in sorted(sections.keys() - top.keys()):
        text += f"[{_name(name, '[]')}]\n{_ini_lines(sections[name])}"
    return text


def _ini_lines(settings: Mapping[str, Any]) -> str:
    return "".join(f"{_name(key, '=:[]')} = {_setting(key, settings[key])}\n" for key in sorted(settings))


def _name(key: str, refused: str) -> str:
    if not key or key != key.strip() or key[0] in "#;!" or any(sign in key for sign in f"{refused}\n\r"):
        raise ValueError(f"'{key}' cannot be the name of a setting")
    return key


def _setting(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(_setting(key, item) for item in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value is None or isinstance(value, dict):
        raise ValueError(f"the setting '{key}' is a mapping or null, which cannot stand on one line")
    text = str(value)
    if "\n" in text or "\r" in text:
        raise ValueError(f"the value of '{key}' has several lines")
    return text


MOST_NUMBERS = 10_000
"""How many numbers `range` gives at most."""

BUILT_IN: tuple[FunctionSpec, ...] = (
    FunctionSpec("versionAtLeast", ("string", "string"), "bool", _version_at_least, steps=50),
    FunctionSpec("major", ("string",), "int", _major, steps=50),
    FunctionSpec("quantity", ("any",), "double", _quantity, steps=50),
    FunctionSpec("seconds", ("string",), "int", _seconds),
    FunctionSpec("hostOf", ("string",), "string", _host_of, steps=50),
    FunctionSpec("utc", ("string",), "string", _utc, steps=50),
    FunctionSpec("folder", ("string",), "string", _folder),
    FunctionSpec("range", ("int",), "list", _range),
    FunctionSpec("hash", ("string",), "string", _hash),
    FunctionSpec("toYaml", ("any",), "string", _to_yaml, steps=400),
    FunctionSpec("toJson", ("any",), "string", _to_json),
    FunctionSpec("toProperties", ("map",), "string", _to_properties),
    FunctionSpec("toIni", ("map",), "string", _to_ini),
    FunctionSpec("merge", ("map", "map"), "map", merge),
    FunctionSpec("keysInOrder", ("map",), "list", list),
)
