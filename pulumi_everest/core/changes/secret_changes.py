"""The Secrets that are made of values which a program gives: what is kept of them, and what a change of one does.

Pulumi's Kubernetes provider changes a Secret in place only if it is told to. Else it deletes the old one before it
makes the new one, and an operator that sees none in between makes one with passwords of its own.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_everest.core.changes.impact import Change, Concealed, Impact
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.deferred import Deferred, Path, leaves
from pulumi_everest.model.findings import path_text

GUARD: Final = "secret-replaced"
IN_PLACE: Final = (
    "have the Kubernetes provider change Secrets in place, once and for all: `pulumi config set "
    "kubernetes:enableSecretMutable true`, or enable_secret_mutable=True (enableSecretMutable: true) where the program "
    "makes the provider itself"
)


USERS: Final[Path] = ("users",)


@dataclass(frozen=True)
class SecretHandling:
    """How the Secrets of a cluster are handled: whether its Kubernetes provider changes them in place, and their names.

    `names` are all texts in the main object, which names its Secrets among other things; `made` are the names of the
    Secrets that are made for it, as far as they are known. `config_maps` says whether that provider changes ConfigMaps
    in place; None where there is no such provider.
    """

    in_place: bool = False
    names: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    config_maps: bool | None = None


@dataclass(frozen=True)
class StoredSecret:
    """A Secret as the state has it, and as it is compared.

    `values` are what it holds by key, None where that is not known as a whole; `places` say where each was given, and
    `place` all of them. `form` is what nobody can change in place: its type, and whether it is immutable.
    """

    name: Any
    place: Path
    places: Mapping[str, Path]
    form: tuple[Any, Any] = (None, None)
    values: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> StoredSecret:
        """What `stored_secret` gave, with its values as plain data."""
        places = data.get("places")
        return cls(
            data.get("name"),
            _path(data.get("place")),
            {key: _path(place) for key, place in (places if isinstance(places, dict) else {}).items()},
            (data.get("type"), data.get("immutable")),
            _values(data.get("data"), data.get("stringData")),
        )


def stored_secret(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an emitted Secret, as plain data with its values as they are."""
    held = {key: manifest[key] for key in ("type", "immutable", "data", "stringData") if manifest.get(key) is not None}
    places = {
        key: list(_common([leaf.path for leaf in given]))
        for part in (held.get("data"), held.get("stringData"))
        for key, value in (part.items() if isinstance(part, dict) else ())
        if (given := leaves(value))
    }
    parts = [held[part] for part in ("data", "stringData") if part in held]
    return {"name": manifest["metadata"].get("name"), "place": list(_place(parts)), "places": places, **held}


def _place(parts: Sequence[Any]) -> Path:
    """The field that the values of a Secret were given in; of several that of the users, whose Secret it is then."""
    whole = [part.path for part in parts if isinstance(part, Deferred)]
    fields = whole or [leaf.path[:-1] for part in parts for leaf in leaves(part)]
    return USERS if USERS in fields else _common(fields)


def _common(paths: Sequence[Path]) -> Path:
    """What all paths begin with."""
    common: list[str | int] = []
    for parts in zip(*paths, strict=False):
        if any(part != parts[0] for part in parts):
            break
        common.append(parts[0])
    return tuple(common)


def names_in(manifest: Any) -> frozenset[str]:
    """All texts in an object, among them the names of the Secrets that it needs."""
    if isinstance(manifest, dict):
        return frozenset[str]().union(*map(names_in, manifest.values()))
    if isinstance(manifest, list):
        return frozenset[str]().union(*map(names_in, manifest))
    return frozenset([manifest]) if isinstance(manifest, str) else frozenset()


def _path(place: Any) -> Path:
    return tuple(place) if isinstance(place, (list, tuple)) else ()


def _values(encoded: Any, plain: Any) -> Mapping[str, Any] | None:
    """What a Secret holds, however it is written: the server decodes the one, and the other wins."""
    if isinstance(encoded, Deferred) or isinstance(plain, Deferred):
        return None
    values = {key: _decoded(value) for key, value in (encoded or {}).items()} | dict(plain or {})
    return {key: value for key, value in values.items() if value is not None}


def _decoded(value: Any) -> Any:
    try:
        return b64decode(value, validate=True).decode("utf-8", "surrogateescape") if isinstance(value, str) else value
    except (Base64Error, ValueError):
        return value


StoredSecrets = Mapping[str, StoredSecret]
"""The Secrets of a cluster by the names of their resources."""


def secret_changes(
    old: StoredSecrets,
    new: StoredSecrets,
    spec: Mapping[str, Any],
    handling: SecretHandling,
    online: Collection[str],
    held: Mapping[str, bool] | None = None,
) -> Iterator[Change]:
    """What becomes of the values of Secrets that a cluster has, as far as they are known; never what they are.

    `spec` is the new one, and `online` are the keys of users whose passwords change without a restart. `held` are the
    names of all Secrets that were made for it, and whether they are kept when they leave the program; None where nobody
    knows.
    """
    yield from _given_up(old, new, spec, handling, held or {})
    for key, was in old.items():
        now = new.get(key)
        if now is None:
            continue
        changed = [] if was.values is None or now.values is None else list(_changed(was, now))
        if was.form != now.form or (changed and (was.form[1] or not handling.in_place)):
            yield _replaced(was, now, changed, spec)
            continue
        for name in changed:
            before, after = (_concealed(side.values, name) for side in (was, now))
            place = now.places.get(name) or was.places.get(name) or now.place
            impact = _impact(place, online)
            yield Change(place, _where(place, spec), before, after, impact)


def _given_up(
    old: StoredSecrets,
    new: StoredSecrets,
    spec: Mapping[str, Any],
    handling: SecretHandling,
    held: Mapping[str, bool],
) -> Iterator[Change]:
    """What becomes of Secrets that the program does not make any more."""
    gone = {was.name: was for key, was in old.items() if key not in new and isinstance(was.name, str)}
    for name, was in gone.items():
        kept, used = held.get(name, False), _is_used(was, spec, handling.names)
        yield _removed(was) if used and not kept else _let_go(name, kept=kept, used=used)
    known = {was.name for was in old.values()} | {now.name for now in new.values()} | handling.made
    for name, kept in held.items():
        if name not in known:
            yield _let_go(name, kept=kept, used=False)


def _let_go(name: str, *, kept: bool, used: bool) -> Change:
    becomes = "deleted, as the cluster no longer needs it"
    if kept:
        becomes = "let go: it stays, and the database goes on using it" if used else "let go: it stays in the cluster"
    return Change(("secrets", name), f"Secret {name}", "of this cluster", becomes, Impact.ONLINE)


def _changed(was: StoredSecret, now: StoredSecret) -> Iterator[str]:
    """The keys whose values differ, and are known."""
    before, after = was.values or {}, now.values or {}
    for key in [*after, *(key for key in before if key not in after)]:
        values = before.get(key), after.get(key)
        if not any(isinstance(value, Deferred) for value in values) and values[0] != values[1]:
            yield key


def _concealed(values: Mapping[str, Any] | None, key: str) -> Concealed | None:
    return Concealed(values[key]) if values is not None and key in values else None


def _impact(place: Path, online: Collection[str]) -> Impact:
    """Credentials of backups are read by the next one; a password may be known to pods by their environment."""
    restarts = place[0] != "backup" and place[-1] not in online if place else False
    return Impact.RESTART if restarts else Impact.ONLINE


def _replaced(was: StoredSecret, now: StoredSecret, changed: list[str], spec: Mapping[str, Any]) -> Change:
    places = list(dict.fromkeys(now.places.get(key) or was.places.get(key) or now.place for key in changed))
    where = ", ".join(_where(place, spec) for place in places) or f"the form of {_called(now)}"
    why = (
        f"{_called(was)} would be deleted before it is made again, and in between the operator may make one with "
        "values of its own, so that the database has other passwords, and the new one cannot be made"
    )
    fixed = was.form != now.form or was.form[1]
    hint = "keep its type and `immutable`, which no Secret can change" if fixed else IN_PLACE
    path = places[0] if places else now.place
    return Change(path, where, _CHANGED, _CHANGED, Impact.REFUSED, guard=GUARD, why=why, hint=hint)


def _removed(was: StoredSecret) -> Change:
    where = path_text(was.place)
    why = (
        f"{_called(was)} would be deleted while the database uses it, and the operator may make one with values of its "
        "own"
    )
    hint = (
        f"keep {where}; or set the deletion policy to retain and run `pulumi up`, so that the Secret is left alone, "
        "and then take them away"
    )
    return Change(was.place, where, _CHANGED, None, Impact.REFUSED, guard=GUARD, why=why, hint=hint)


_CHANGED: Final = Concealed("")


def _called(secret: StoredSecret) -> str:
    return f"Secret {secret.name}" if isinstance(secret.name, str) else "the Secret"


def _is_used(was: StoredSecret, spec: Mapping[str, Any], names: frozenset[str]) -> bool:
    """Whether the cluster needs a Secret of that name though the program gives no values for it any more."""
    if not isinstance(was.name, str):
        return False
    # Not every object names the Secret of its users: an operator may know it by the name of the cluster.
    return was.name in names or (was.place == USERS and spec.get("usersSecret") is None)


def _where(place: Path, spec: Mapping[str, Any]) -> str:
    """A place as people read it, with the names of storages instead of their positions."""
    storages = value_at(spec, place[:2]) if place[:2] == ("backup", "storages") else None
    if isinstance(storages, list) and len(place) > 2 and isinstance(place[2], int) and place[2] < len(storages):
        name = storages[place[2]].get("name") if isinstance(storages[place[2]], dict) else None
        if isinstance(name, str):
            rest = path_text(place[3:])
            return f"backup.storages[{name}]{'.' if rest else ''}{rest}"
    return path_text(place)
