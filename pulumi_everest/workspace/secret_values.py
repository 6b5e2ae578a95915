"""Passwords and credentials given as values: which are taken, and the Secrets that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_everest.core.paths import value_at
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.model.deferred import Deferred, Path, leaves
from pulumi_everest.model.findings import Finding, finding, unknown
from pulumi_everest.model.similar_names import Names
from pulumi_everest.model.storage_types import storage_fields
from pulumi_everest.workspace.workspace import Setup

NAMED = 50
"""How many unknown keys of users are named, each with what was meant by it; a loop may make thousands."""


def split_secrets(spec: dict[str, Any], users: Any) -> tuple[dict[str, Any], dict[str, Any], list[Finding]]:
    """The spec without the values that only programs may give, those values, and what has no name for its Secret."""
    secrets: dict[str, Any] = {}
    found: list[Finding] = []
    if users:
        secrets["users"] = users
    if storages := _listed(spec):
        kept = []
        for index, storage in enumerate(storages):
            if not isinstance(storage, dict) or "credentials" not in storage:
                kept.append(storage)
                continue
            values, name = storage["credentials"], storage.get("name")
            if isinstance(name, str) and (isinstance(values, Deferred) or values):
                secrets.setdefault("storages", {})[name] = values
            elif isinstance(name, Deferred) and name.source is not None:
                text = "'name' decides what the Secret of the credentials is called, so it must be known in a preview"
                found.append(finding("value.not-known", ("backup", "storages", index, "name"), text))
            kept.append({key: value for key, value in storage.items() if key != "credentials"})
        spec = {**spec, "backup": {**spec["backup"], "storages": kept}}
    monitoring = spec.get("monitoring")
    if isinstance(monitoring, dict) and "credentials" in monitoring:
        if monitoring["credentials"]:
            secrets["monitoring"] = monitoring["credentials"]
        spec = {**spec, "monitoring": {key: value for key, value in monitoring.items() if key != "credentials"}}
    return spec, secrets, found


def may_hold_secrets(spec: Mapping[str, Any]) -> list[Path]:
    """The places of values that are not known and may hold credentials, of which a Secret is to be made."""
    places: list[Path] = [("backup",), ("backup", "storages"), ("monitoring",)]
    places += [("backup", "storages", index) for index in range(len(_listed(spec)))]
    return [place for place in places if isinstance(value_at(spec, place), Deferred)]


def late_secrets(made: Mapping[str, Any], given: Mapping[str, Any], spec: Mapping[str, Any]) -> list[Finding]:
    """What is wrong with credentials that came out of an output when the objects were made already."""
    late: list[Path] = []
    if "monitoring" in given and "monitoring" not in made:
        late.append(("monitoring", "credentials"))
    names = given.get("storages", {}).keys() - made.get("storages", {}).keys()
    for index, storage in enumerate(_listed(spec)):
        if isinstance(storage, dict) and isinstance(storage.get("name"), str) and storage["name"] in names:
            late.append(("backup", "storages", index, "credentials"))
    text = "a Secret is made of 'credentials', so a preview must know that there are some"
    hint = "give an output for each of their values, or name a Secret, instead of one output for all around them"
    return [finding("value.not-known", path, text, hint=hint) for path in late]


def check_secrets(spec: Mapping[str, Any], secrets: Mapping[str, Any], setup: Setup | None) -> list[Finding]:
    """What is wrong with the names of secret values, and with giving values where a Secret is named too."""
    return [
        *_both(spec, secrets),
        *(_users(secrets["users"], setup) if "users" in secrets and setup is not None else ()),
        *_storages(spec, secrets.get("storages", {})),
        *_values(spec, secrets),
    ]


def _values(spec: Mapping[str, Any], secrets: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with values that are known, in words that do not show them."""
    places: list[tuple[Path, Any]] = [(("users",), secrets.get("users"))]
    places.append((("monitoring", "credentials"), secrets.get("monitoring")))
    for index, storage in enumerate(_listed(spec)):
        name = storage.get("name") if isinstance(storage, dict) else None
        if isinstance(name, str):
            values = secrets.get("storages", {}).get(name)
            places.append((("backup", "storages", index, "credentials"), values))
    for path, values in places:
        for key, value in values.items() if isinstance(values, dict) else ():
            if value == "":
                yield finding("value.secret", (*path, key), f"the value of '{key}' is empty")
            elif isinstance(value, str) and value.endswith(("\n", "\r")) and len(value.splitlines()) == 1:
                text = f"the value of '{key}' ends with a line break, which becomes part of it"
                hint = "take it away with .strip(), or write the file without one (printf, echo -n)"
                yield finding("value.secret", (*path, key), text, hint=hint)


def _both(spec: Mapping[str, Any], secrets: Mapping[str, Any]) -> Iterator[Finding]:
    pairs: list[tuple[Any, Any, Path]] = [
        (secrets.get("users"), spec.get("usersSecret"), ("users",)),
        (
            secrets.get("monitoring"),
            value_at(spec, ("monitoring", "credentialsSecret")),
            ("monitoring", "credentials"),
        ),
    ]
    for index, storage in enumerate(_listed(spec)):
        if isinstance(storage, dict) and isinstance(storage.get("name"), str):
            values = secrets.get("storages", {}).get(storage["name"])
            pairs.append((values, storage.get("credentialsSecret"), ("backup", "storages", index, "credentials")))
    for values, named, path in pairs:
        if values is not None and named is not None:
            instead = "usersSecret" if path == ("users",) else "credentialsSecret"
            text = f"values are given in '{path[-1]}', and a Secret that holds them is named in '{instead}'"
            yield finding("field.conflict", path, text, allowed=[str(path[-1]), instead])


def _users(users: Any, setup: Setup) -> Iterator[Finding]:
    manifest = setup.technology.manifest
    if manifest is None or not isinstance(users, dict):
        return
    known = Names(manifest.secrets.users)
    others = [key for key in users if key not in manifest.secrets.users]
    for key in others[:NAMED]:
        text = f"provider '{setup.technology.provider}' has no user key '{key}'"
        yield unknown("field.unknown", ("users", key), text, key, known)
    if len(others) > NAMED:
        text = f"provider '{setup.technology.provider}' has none of {len(others) - NAMED} more user keys either"
        yield finding("field.unknown", ("users",), text, allowed=known)
    for key in manifest.secrets.required_users:
        if key not in users:
            text = f"users are given, so '{key}' is needed too"
            yield finding("field.missing", ("users", key), text)


def _storages(spec: Mapping[str, Any], credentials: Mapping[str, Any]) -> Iterator[Finding]:
    for index, storage in enumerate(_listed(spec)):
        if not isinstance(storage, dict) or not isinstance(storage.get("name"), str):
            continue
        values, kind = credentials.get(storage["name"]), storage.get("type")
        path: Path = ("backup", "storages", index, "credentials")
        taken = storage_fields(kind)
        if taken is None:
            continue
        if values is not None and not taken.has_credentials:
            yield finding("field.conflict", path, f"'credentials' mean nothing for a storage of type '{kind}'")
        keys = taken.credential_keys
        if not keys or not isinstance(values, dict):
            continue
        for key in values:
            if key not in keys:
                text = f"credentials of a storage of type '{kind}' have no '{key}'"
                yield unknown("field.unknown", (*path, key), text, key, keys)
        for key in keys:
            if key not in values:
                yield finding("field.missing", (*path, key), f"credentials of a storage of type '{kind}' need '{key}'")


def _listed(spec: Mapping[str, Any]) -> list[Any]:
    """The storages of a spec, as far as they are known."""
    storages = value_at(spec, ("backup", "storages"))
    return storages if isinstance(storages, list) else []


def _given(secrets: Mapping[str, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Each set of values: what it is for, the storage's name, and the values."""
    for kind in ("users", "monitoring"):
        if kind in secrets:
            yield kind, None, secrets[kind]
    for name, values in secrets.get("storages", {}).items():
        yield "storages", name, values


def unused_secrets(secrets: Mapping[str, Any], objects: Sequence[Emitted]) -> list[Finding]:
    """Values that got into no Secret, since whoever gives one expects it to matter, or into another object as well."""
    if not secrets:
        return []
    used = {leaf for entry in objects if entry.manifest.get("kind") == "Secret" for leaf in leaves(entry.manifest)}
    others = {leaf for entry in objects if entry.manifest.get("kind") != "Secret" for leaf in leaves(entry.manifest)}
    found = []
    for _, _, values in _given(secrets):
        for leaf in leaves(values):
            if leaf not in used:
                text = f"nothing is done with the value '{leaf.path[-1]}' here"
                found.append(finding("cluster.field-not-honoured", leaf.path, text))
            elif leaf in others:
                text = f"the secret value '{leaf.path[-1]}' would stand in an object that is no Secret"
                found.append(finding("emit.template", leaf.path, text))
    return found


def name_secrets(secrets: Mapping[str, Any], objects: Sequence[Emitted]) -> None:
    """Name the Secrets made of values in the DatabaseCluster, where a controller looks for them."""
    spec = next(entry.manifest["spec"] for entry in objects if entry.main)
    made = [(set(leaves(o.manifest)), o.manifest["metadata"]["name"]) for o in objects if not o.main]
    for kind, storage, values in _given(secrets):
        needed = set(leaves(values))
        names = [name for held, name in made if needed & held]
        if not names:
            continue
        if kind == "users":
            spec["usersSecret"] = names[0]
        elif kind == "monitoring":
            own = {**spec["monitoring"], "credentialsSecret": names[0]}
            spec["monitoring"] = own
        else:
            _name_storage(spec["backup"]["storages"], storage, names[0])


def _name_storage(storages: list[Any], name: str | None, secret: str | Deferred) -> None:
    for storage in storages:
        if isinstance(storage, dict) and storage.get("name") == name:
            storage["credentialsSecret"] = secret
