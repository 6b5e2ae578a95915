"""What the page asks, read from JSON: nothing of it is trusted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar, cast

_DEEPEST: Final = 60
_T = TypeVar("_T")
Mode = Literal["new", "edit"]


class WrongRequestError(Exception):
    """A request that no page of ours makes."""


def always() -> bool:
    """It is still wanted."""
    return True


@dataclass
class Asked:
    """The form that a request is about, and its values.

    `shows` is the tab that is seen: texts that others show are not made. `still_wanted` says whether nobody has asked
    for something else meanwhile; what takes long asks it.
    """

    plugin: str
    topology: str | None
    mode: Mode
    cluster: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    what: str = "yaml"
    over: bool = False
    shows: str | None = None
    still_wanted: Callable[[], bool] = always

    @staticmethod
    def read(content: bytes) -> Asked:
        """The request of a text. Raises WrongRequestError."""
        try:
            data = json.loads(content, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise WrongRequestError("the request is no JSON") from None
        if not isinstance(data, dict):
            raise WrongRequestError("the request is no mapping")
        values = _of(data, "values", dict, {})
        if _depth(values) > _DEEPEST:
            raise WrongRequestError("the values are nested too deeply")
        allow = _of(data, "allow", list, [])
        mode = _of(data, "mode", str, "new")
        what = _of(data, "what", str, "yaml")
        if mode not in ("new", "edit") or what not in ("yaml", "python") or not all(isinstance(o, str) for o in allow):
            raise WrongRequestError("the request is not one of this page")
        return Asked(
            _of(data, "plugin", str, ""), _of(data, "topology", str, None), cast("Mode", mode),
            _of(data, "cluster", str, None), values, tuple(allow), what, _of(data, "over", bool, False),
            _of(data, "shows", str, None),
        )  # fmt: skip


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _of(data: Mapping[str, Any], key: str, kind: type[_T], otherwise: Any) -> Any:
    value = data.get(key)
    if value is None:
        return otherwise
    if not isinstance(value, kind):
        raise WrongRequestError(f"'{key}' of the request is not what it should be")
    return value


def _depth(value: Any) -> int:
    """How deeply data is nested; the reader of JSON has kept it from being endless."""
    deepest, left = 0, [(value, 1)]
    while left:
        here, depth = left.pop()
        deepest = max(deepest, depth)
        below = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        left += [(one, depth + 1) for one in below if isinstance(one, (dict, list))]
    return deepest
