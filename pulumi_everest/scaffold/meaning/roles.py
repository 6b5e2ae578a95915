"""What each kind of an operator is: the database itself, a part of it, a backup, a restore, or something else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pulumi_everest.scaffold.definitions.crd_files import Kind
from pulumi_everest.scaffold.definitions.fields import Field, fields_of
from pulumi_everest.scaffold.meaning.components import Found, counted, find

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]+")
_NOT_MAIN = re.compile(
    r"backup|restore|catalog|config(?:uration)?$|template|user|role|topic|policy|schedule|binding|quorum|node$"
    r"|import|engine$|storage$|upgrade",
    re.IGNORECASE,
)


@dataclass
class Roles:
    """The kinds by what they are; `main` is None where there are no kinds at all."""

    main: Kind | None = None
    parts: list[Kind] = field(default_factory=list)
    backups: list[Kind] = field(default_factory=list)
    restores: list[Kind] = field(default_factory=list)
    others: list[Kind] = field(default_factory=list)
    ties: list[Kind] = field(default_factory=list)
    """Kinds that might be the main one as well."""


def roles_of(kinds: Iterable[Kind], main: str = "") -> Roles:
    """The role of each kind; `main` names the main one, where it is known."""
    listed = list(kinds)
    if not listed:
        return Roles()
    weights = {id(kind): _weight(kind, listed) for kind in listed}
    named = [kind for kind in listed if main and main.lower() in (kind.kind.lower(), kind.plural.lower())]
    order = sorted(listed, key=lambda kind: weights[id(kind)], reverse=True)
    roles = Roles(named[0] if named else order[0])
    assert roles.main is not None
    if not named:
        best = weights[id(order[0])]
        roles.ties = [kind for kind in order[1:] if weights[id(kind)][:2] == best[:2] and best[0] > 0]
    for kind in listed:
        if kind is not roles.main:
            _place(kind, roles, roles.main)
    return roles


def _weight(kind: Kind, kinds: list[Kind]) -> tuple[int, int, int]:
    found = find(fields_of(kind.part("spec")))
    engine = found.engine
    has = counted(set(engine.fields)) if engine is not None else set()
    state = any(re.search(r"Ready|\.(?:state|phase|status)\b", column) for column in kind.columns)
    points = 2 * len(has) + 2 * kind.scales + bool(kind.part("status")) + state
    points += (
        bool(found.whole.get("operatorVersion")) + bool(found.whole.get("stores")) + bool(found.whole.get("paused"))
    )
    points -= 4 * bool(_NOT_MAIN.search(kind.kind)) + 6 * any(
        refers(kind, one) is not None for one in kinds if one is not kind
    )
    points -= 3 * (not kind.namespaced)
    return points, len(found.components), -len(kind.kind)


def _place(kind: Kind, roles: Roles, main: Kind) -> None:
    named = kind.kind.lower()
    to = refers(kind, main)
    if re.search(r"restore", named) and to is not None:
        roles.restores.append(kind)
    elif re.search(r"backup", named) and to is not None:
        roles.backups.append(kind)
    elif to is not None and _is_part(kind):
        roles.parts.append(kind)
    else:
        roles.others.append(kind)


def _is_part(kind: Kind) -> bool:
    engine = find(fields_of(kind.part("spec"))).engine
    if engine is None or _NOT_MAIN.search(kind.kind):
        return False
    return bool({"replicas"} & counted(set(engine.fields)))


def found_in(kind: Kind) -> Found:
    """The components and fields of a kind."""
    return find(fields_of(kind.part("spec")))


def refers(kind: Kind, main: Kind) -> Field | None:
    """The field by which a kind names an object of another: as text, or as a mapping with its name."""
    words = [word.lower() for word in _WORDS.findall(main.kind)]
    if not words:
        return None
    last = words[-1]
    names = re.compile(
        rf"(?:db|pg|pxc|psmdb|ps|\w{{0,12}})?(?:{re.escape(main.kind.lower())}|{re.escape(last)}|cluster)_?(?:name|ref|reference)?\Z",
        re.IGNORECASE,
    )
    top = fields_of(kind.part("spec"))
    for one in top.children.values():
        if not names.match(one.last) or "repl" in one.last.lower():
            continue
        if one.type == "string" and not one.enum:
            return one
        at = one.child("name")
        if one.type == "object" and at is not None and at.type == "string" and len(one.children) <= 6:
            return one
    return None
