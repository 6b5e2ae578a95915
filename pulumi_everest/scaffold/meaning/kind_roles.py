"""What each kind of an operator is: the database itself, a part of it, a backup, a restore, or something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pulumi_everest.scaffold.definitions.crd_files import Kind
from pulumi_everest.scaffold.definitions.fields import ITEM, Field, Path, fields_of
from pulumi_everest.scaffold.meaning.components import Found, counted, find

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]+")
_NOT_MAIN = re.compile(
    r"backup|restore|catalog|config(?:uration)?$|template|user|role|topic|policy|schedule|binding|quorum|node$"
    r"|import|engine$|storage$|upgrade",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"monitoring|exporter|dashboard|pooler|proxy|gateway|agent|bridge|connect(?:or)?$", re.IGNORECASE)
"""Names of kinds that may be parts of a database, but are seldom one."""
MOST_PARTS = 10
"""How many kinds are taken for parts of a database."""
_SET = re.compile(r"(?:Cluster|Datacenter)$")
_JOB = re.compile(r"backup|restore", re.IGNORECASE)
_TEMPLATE, _FEWEST = 6, 5
"""How deep, and of how many fields at least, a mapping is that objects of another kind may be made from."""


@dataclass
class Roles:
    """The kinds by what they are; `main` is None where there are no kinds at all."""

    main: Kind | None = None
    parts: list[Kind] = field(default_factory=list)
    """Kinds that name the main one, the more a part has of a database the earlier."""
    labelled: list[Kind] = field(default_factory=list)
    """Kinds that hold the data of a main one without pods of its own, and that a label binds to it."""
    served: dict[str, Path] = field(default_factory=dict)
    """Kinds that the main one finds by the name of their Service, with the list of hosts in its spec."""
    bare: bool = False
    """Whether the main kind has neither pods nor volumes of its own."""
    backups: list[Kind] = field(default_factory=list)
    restores: list[Kind] = field(default_factory=list)
    others: list[Kind] = field(default_factory=list)
    ties: list[Kind] = field(default_factory=list)
    """Kinds that might be the main one as well."""


def roles_of(kinds: Iterable[Kind], main: str = "", shown: Iterable[str] = ()) -> Roles:
    """The role of each kind; `main` names the main one, where it is known, `shown` are kinds that a sample has."""
    listed = list(kinds)
    if not listed:
        return Roles()
    made_of = parents_of(listed)
    weights = {id(kind): _weight(kind, listed, made_of, set(shown)) for kind in listed}
    named = [kind for kind in listed if main and main.lower() in kind.names]
    order = sorted(listed, key=lambda kind: weights[id(kind)], reverse=True)
    roles = Roles(named[0] if named else order[0])
    assert roles.main is not None
    if not named:
        best = weights[id(order[0])]
        roles.ties = [kind for kind in order[1:] if weights[id(kind)][:2] == best[:2] and best[0] > 0]
    roles.served = {
        one.kind: at.path for one in listed if one is not roles.main and (at := hosts_of(one, roles.main)) is not None
    }
    roles.ties = [one for one in roles.ties if one.kind not in roles.served]
    roles.bare = not {"replicas", "storage"} & _basics(found_in(roles.main))
    for kind in listed:
        if kind is not roles.main:
            _place(kind, roles, roles.main)
    _sort_parts(roles, made_of, set(shown))
    return roles


def _sort_parts(roles: Roles, made_of: Mapping[str, list[Kind]], shown: set[str]) -> None:
    """Take the parts that people make, not those that the operator makes of them, and of many the most likely."""
    named = {one.kind for one in roles.parts}
    order = sorted(
        (one for one in roles.parts if not named & _kinds(made_of.get(one.kind))),
        key=lambda one: (one.kind not in shown, "storage" not in (has := _basics(found_in(one))), -len(has)),
    )
    taken = order[:MOST_PARTS]
    roles.others += [one for one in roles.parts if one not in taken]
    roles.parts = taken


def called(kind: Kind, kinds: Iterable[Kind]) -> str:
    """What a kind is called among others: with its group where another group has a kind of that name."""
    alone = sum(one.kind == kind.kind for one in kinds) < 2
    return kind.kind if alone else f"{kind.kind}.{kind.group}"


def parents_of(kinds: list[Kind]) -> dict[str, list[Kind]]:
    """By kind, those of which some mapping has nearly all of its fields: their objects are what it is made from."""
    names = {kind.kind: {*fields_of(kind.part("spec"), deepest=1).children} for kind in kinds}
    found: dict[str, list[Kind]] = {}
    for kind in kinds:
        inside = [set(one.children) for one in fields_of(kind.part("spec"), deepest=_TEMPLATE).below()]
        inside = [one for one in inside if len(one) >= _FEWEST]
        for other in kinds:
            own = names[other.kind]
            if other is not kind and len(own) >= _FEWEST and any(len(own & one) > 0.6 * len(own) for one in inside):
                found.setdefault(other.kind, []).append(kind)
    return {
        kind: those for kind, those in found.items() if not any(kind in _kinds(found.get(one.kind)) for one in those)
    }


def _kinds(listed: list[Kind] | None) -> set[str]:
    return {one.kind for one in listed or ()}


def _weight(kind: Kind, kinds: list[Kind], made_of: Mapping[str, list[Kind]], shown: set[str]) -> tuple[int, int, int]:
    found = found_in(kind)
    has = _basics(found)
    state = any(re.search(r"Ready|\.(?:state|phase|status)\b", column) for column in kind.columns)
    points = 2 * len(has) + 2 * kind.scales + bool(kind.part("status")) + state
    points += (
        bool(found.whole.get("operatorVersion")) + bool(found.whole.get("stores")) + bool(found.whole.get("paused"))
    )
    others = [one for one in kinds if one is not kind]
    points -= 4 * bool(_NOT_MAIN.search(kind.kind) or _BESIDE.search(kind.kind)) + 6 * _names_another(kind, others)
    points += _named_by(kind, others)
    points += 4 * (len(has) > 1 and any(kind in those for those in made_of.values())) - 4 * (kind.kind in made_of)
    points += 6 * (kind.kind in shown) + 8 * _gives_names(kind, others) + 2 * bool(_SET.search(kind.kind))
    points += 8 * any(_JOB.search(one.kind) and one.group == kind.group and refers(one, kind) for one in others)
    points += 2 * any(hosts_of(one, kind) is not None for one in others)
    points -= 3 * (not kind.namespaced)
    return points, len(found.components), -len(kind.kind)


def _names_another(kind: Kind, others: list[Kind]) -> bool:
    """Whether the objects of a kind name one of another kind that may be a database."""
    return any(refers(kind, one, by_name=bool(_NOT_MAIN.search(one.kind))) is not None for one in others)


def _basics(found: Found) -> set[str]:
    """Of what a component has two or more, what the engine of a kind has."""
    return counted(set(found.engine.fields)) if found.engine is not None else set()


def _named_by(kind: Kind, others: list[Kind]) -> int:
    """What it counts that others name objects of a kind: most when most of them do."""
    count = sum(refers(one, kind, by_name=True) is not None for one in others)
    return 12 if count > 2 and count * 2 >= len(others) else 2 * min(4, count)


def _gives_names(kind: Kind, others: list[Kind]) -> bool:
    """Whether the API group, and most of the other kinds, are called after a kind, and none is a whole database."""
    word = kind.kind.lower()
    called = [one for one in others if one.kind.lower().startswith(word)]
    if kind.group.partition(".")[0] != word or len(called) * 2 <= len(others):
        return False
    return not any({"image", "replicas", "storage"} <= _basics(found_in(one)) for one in called)


def _place(kind: Kind, roles: Roles, main: Kind) -> None:
    named = kind.kind.lower()
    to = refers(kind, main)
    if re.search(r"restore", named) and to is not None:
        roles.restores.append(kind)
    elif re.search(r"backup", named) and to is not None:
        roles.backups.append(kind)
    elif (to is not None and _is_reference(kind, to, main) and _is_part(kind)) or kind.kind in roles.served:
        roles.parts.append(kind)
    elif to is None and roles.bare and not roles.labelled and {"replicas", "storage"} <= _basics(found_in(kind)):
        roles.labelled.append(kind)
    else:
        roles.others.append(kind)


def hosts_of(kind: Kind, main: Kind) -> Field | None:
    """The list of hosts by which the objects of a kind find those of another that is no database by itself.

    It stands in a mapping that shares a word with the other kind: hosts in `zookeeper` are those of a `Keeper`.
    """
    known = {word.lower() for word in _WORDS.findall(main.kind)}
    words = {word.lower() for word in _WORDS.findall(kind.kind) if len(word) > 4} - known
    if not words or kind.group.split(".")[-2:] != main.group.split(".")[-2:] or not _basics(found_in(kind)):
        return None
    for one in fields_of(main.part("spec"), deepest=5).below():
        item = one.children.get(ITEM)
        named = {part.lower() for part in one.path}
        if item is not None and item.has("host", "port") and any(word in part for word in words for part in named):
            return one
    return None


def _is_reference(kind: Kind, to: Field, main: Kind) -> bool:
    """Whether a field names an object: a text may be a name for something else, unless it says which kind it is of."""
    return (
        to.type != "string"
        or bool(re.search(r"ref(?:erence)?\Z", to.last, re.I))
        or bool(refers(kind, main, by_name=True))
    )


def _is_part(kind: Kind) -> bool:
    engine = find(fields_of(kind.part("spec"))).engine
    if engine is None or _NOT_MAIN.search(kind.kind):
        return False
    return bool({"replicas"} & counted(set(engine.fields)))


def found_in(kind: Kind) -> Found:
    """The components and fields of a kind."""
    return find(fields_of(kind.part("spec")))


def refers(kind: Kind, main: Kind, *, by_name: bool = False) -> Field | None:
    """The field by which a kind names an object of another: as text, or as a mapping with its name.

    With `by_name` a field counts only if it is called after the other kind as a whole.
    """
    words = [word.lower() for word in _WORDS.findall(main.kind)]
    if not words:
        return None
    called = [re.escape(main.kind.lower()), *([] if by_name else [re.escape(words[-1]), "cluster"])]
    names = re.compile(
        rf"(?:db|pg|pxc|psmdb|ps|\w{{0,12}})?(?:{'|'.join(called)})_?(?:resource)?_?(?:name|refs?|reference)?\Z",
        re.IGNORECASE,
    )
    top = fields_of(kind.part("spec"), deepest=3)
    for one in top.children.values():
        if not names.match(one.last) or "repl" in one.last.lower():
            continue
        if one.type == "string" and not one.enum:
            return one
        named = one.children.get(ITEM, one) if by_name else one
        at = named.child("name")
        if named.type == "object" and at is not None and at.type == "string" and len(named.children) <= 6:
            return one
    return None
