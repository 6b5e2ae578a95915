"""What overrides change of that which decides what there is: topology, backup storages, data to fill a cluster with.

Such fields show all over an object, or by what is missing in it. The plugin's adopt.yaml says what they are: it is
asked about the object with overrides and about the one without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pulumi_everest.core.changes.policies import Policies
from pulumi_everest.core.exact import leaves, same
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import EverestError

Adoption = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_UNKNOWN: Final = "everest-not-known"
_TYPE: Final[Path] = ("topology", "type")


def structural_changes(
    adoption: Adoption, main: Mapping[str, Any], plain: Mapping[str, Any], spec: Mapping[str, Any], policies: Policies
) -> Iterator[tuple[Path, Any]]:
    """The guarded fields that the object `main` decides otherwise than `plain`, the one without overrides."""
    try:
        now, was = adoption(_known(main)), adoption(_known(plain))
    except EverestError:
        return
    yield from _single(now, was, policies)
    if not same(now.get("dataSource"), was.get("dataSource")) and policies.guards(("dataSource",)):
        yield ("dataSource",), now.get("dataSource")
    for path in policies.ordered:
        named, before = (_by_name(value_at(side, path)) for side in (now, was))
        if list(named) != list(before):
            own = _by_name(value_at(spec, path))
            yield path, [own.get(name, item) for name, item in named.items()]


def _single(now: Mapping[str, Any], was: Mapping[str, Any], policies: Policies) -> Iterator[tuple[Path, Any]]:
    after, before = leaves(dict(now)), leaves(dict(was))
    for path in dict.fromkeys([*after, *before]):
        field = tuple(part for part in path if isinstance(part, str))
        if not path or len(field) < len(path) or path[0] == "dataSource" or same(after.get(path), before.get(path)):
            continue
        if (path == _TYPE or policies.guards(field)) and after.get(path) != _UNKNOWN:
            yield path, after.get(path)


def _by_name(items: Any) -> dict[str, Any]:
    listed = items if isinstance(items, list) else []
    return {item["name"]: item for item in listed if isinstance(item, dict) and isinstance(item.get("name"), str)}


def _known(data: Any) -> Any:
    """The object with a text in place of what is not known: it is read by expressions."""
    if isinstance(data, Deferred):
        return _UNKNOWN
    if isinstance(data, dict):
        return {key: _known(value) for key, value in data.items()}
    return [_known(value) for value in data] if isinstance(data, list) else data
