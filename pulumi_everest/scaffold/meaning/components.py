"""Which parts of an operator's object are components of a database, and which of their fields are for what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field
from pulumi_everest.scaffold.meaning.field_roles import COUNTS, PARTS, POD, role
from pulumi_everest.scaffold.meaning.names import LEFT_OUT, MONITORS
from pulumi_everest.scaffold.meaning.shapes import is_kubernetes

ENGINE = "engine"
MEMBER, BACKUP, MONITORING = "member", "backup", "monitoring"
OPEN_PODS = ("podSpec", "openPodSpec", "statefulSet", "podTemplate", "podTemplates")
"""Roles of fields with the spec of a pod, or around one."""
IMAGES = ("image", "imageParts", "repository")
_OF_ALL = {
    "paused", "operatorVersion", "usersSecret", "users", "certificate", "internalCertificate", "issuer", "tlsMode",
    "tlsSwitch", "tlsOnly", "stores", "urlStore", "schedules", "pitr", "pmm", "shards", "expansion",
}  # fmt: skip
"""Roles of fields that are the whole cluster's, wherever they stand."""


@dataclass(eq=False)
class Component:
    """A part of the object that is a component: where it stands, and its fields by role, the nearest first."""

    name: str
    kind: str
    place: Field
    fields: dict[str, list[Field]] = field(default_factory=dict)
    within: Component | None = None
    """The component that it stands in."""
    optional: bool = True

    def first(self, *roles: str) -> Field | None:
        """The nearest field of one of the roles."""
        return next((self.fields[name][0] for name in roles if self.fields.get(name)), None)


@dataclass
class Found:
    """All that was found in one kind."""

    components: list[Component] = field(default_factory=list)
    """The engine first, where there is one."""
    whole: dict[str, list[Field]] = field(default_factory=dict)
    """Fields of the whole cluster by role, those nearer to the top first."""
    left_out: list[tuple[Field, str]] = field(default_factory=list)
    """Parts that look like components and are not taken, and why."""
    switches: list[tuple[Field, list[Component]]] = field(default_factory=list)
    """Mappings that can be switched on and have several components in them: topologies."""

    @property
    def engine(self) -> Component | None:
        """The component that has the data."""
        return next((one for one in self.components if one.name == ENGINE), None)


def find(top: Field) -> Found:
    """The components of a kind, whose spec is `top`."""
    found = Found()
    loose = _loose(top, found)
    engine = _engine(found)
    if engine is None:
        # No part has enough of a component: what there is, is the database's.
        engine = Component(ENGINE, MEMBER, top)
        found.components.insert(0, engine)
    engine.name, engine.optional = ENGINE, False
    _share(engine, loose, found)
    _without_copies(found, engine)
    found.components.sort(key=lambda one: one is not engine)
    _within(found)
    _names(found)
    _switches(top, found)
    return found


def _loose(here: Field, found: Found) -> list[tuple[str, Field]]:
    """The fields below `here` with a role that are of no component below it; those nearer first."""
    loose: list[tuple[str, Field]] = []
    for child in here.children.values():
        name = role(child)
        if LEFT_OUT.fullmatch(child.last) and name not in ("replicas",):
            if child.type in ("object", "map", "array") and _has_image(child):
                found.left_out.append((child, "not the database itself"))
            continue
        if name:
            loose.append((name, child))
        elif child.type in ("object", "map", "array") and not is_kubernetes(child):
            loose += _loose(child, found)
    loose.sort(key=lambda one: (len(one[1].path), one[1].last.lower() != one[0].lower()))
    counts = any(name == "replicas" and one.parent is here for name, one in loose)
    if (here.last == ENTRY and not counts) or here.type != "object" or (here.parent is None and not here.children):
        return loose
    return _taken(here, loose, found)


def _has_image(here: Field) -> bool:
    return "image" in here.children or any("image" in one.children for one in here.children.values())


def counted(roles: set[str]) -> set[str]:
    """Of what a component needs two of, those that are among roles."""
    groups = {
        "image": {"image", "imageParts", "repository", "version", "majorVersion"},
        "resources": {"resources", "amounts"},
        "replicas": {"replicas"},
        "storage": {"claim", "claims", "volume", "diskSize", "claimTemplate", "claimTemplates", "statefulSet"},
        "scheduling": POD | {*OPEN_PODS} | PARTS,
    }
    return {name for name in COUNTS if groups[name] & roles}


def _taken(here: Field, loose: list[tuple[str, Field]], found: Found) -> list[tuple[str, Field]]:
    """Make a component of `here` if it is one; what is left over for what it stands in."""
    own = [(name, one) for name, one in loose if name not in _OF_ALL and _counts_for(here, name, one)]
    roles = {name for name, _ in own}
    has = counted(roles)
    kind = _kind(here, loose, has, any(one.kind == MEMBER for one in found.components))
    if kind is None:
        return loose
    if not kind:
        found.left_out.append((here, "runs beside the database"))
        return []
    component = Component(here.name or ENGINE, kind, here)
    for name, one in own:
        component.fields.setdefault(name, []).append(one)
    _without_others(component)
    component.optional = _is_optional(here)
    found.components.append(component)
    return [(name, one) for name, one in loose if name in _OF_ALL]


def _counts_for(here: Field, name: str, one: Field) -> bool:
    """Whether a field is of the component `here`: a number of pods is near it, and an image not one of an exporter."""
    between = one.path[len(here.path) : -1]
    if name == "replicas":
        return len(between) < 5 and between.count(ITEM) < 2
    return name not in IMAGES or not any(MONITORS.search(part) for part in between)


def _without_others(component: Component) -> None:
    """Leave out fields that stand in a mapping with an image of its own, which is another container's."""
    image = component.first(*IMAGES)
    if image is None:
        return
    for name, listed in list(component.fields.items()):
        kept = [one for one in listed if one is image or not _is_of_another(one, image, component.place)]
        if kept:
            component.fields[name] = kept
        else:
            del component.fields[name]


def _is_of_another(one: Field, image: Field, place: Field) -> bool:
    for above in one.above():
        if above is place:
            return False
        images = [below for below in above.children.values() if role(below) in IMAGES]
        if images and image not in images:
            return True
    return False


def _kind(here: Field, loose: list[tuple[str, Field]], has: set[str], members: bool) -> str | None:
    """What a mapping is: a kind of component, "" for what runs beside the database, None for a part of what it is in.

    `members` says whether components were found already; what stands around those is none itself, as a rule.
    """
    roles = {name for name, _ in loose}
    own = {name for name, one in loose if one.parent is here}
    direct = {name for name, one in loose if one.parent in {here, *here.children.values()}}
    if here.parent is None:
        has_own = counted(own)
        whole = ("replicas" in own and len(has_own) > 1) or ("image" in own and has_own & {"storage", "resources"})
        return MEMBER if whole or (not members and len(has) > 1) else None
    stores = "stores" in roles or "schedules" in roles
    if len(has) < 2 and not (has == {"image"} and stores):
        return None
    if not {"replicas", "image"} & has and here.parent is not None and _has_pods(here.parent):
        return None
    if "replicas" in has or ("storage" in has and has & {"image", "resources"}):
        if stores and "replicas" not in own:
            return BACKUP
        return MEMBER if "replicas" in direct or "storage" in has else None
    if stores and "image" in has:
        return BACKUP
    if {"image", "resources"} <= has:
        if MONITORS.search(here.name):
            return MONITORING
        if "enabled" in here.children:
            return ""
    return None


def _has_pods(here: Field) -> bool:
    """Whether a mapping says how many pods there are, which resources and volumes in a part of it are for."""
    return any(role(child) == "replicas" for child in here.children.values())


def _is_optional(here: Field) -> bool:
    """Whether an object may be without a part of it: it, or one that it stands in, is switched on or not needed."""
    return any(
        "enabled" in one.children or not one.required for one in (here, *here.above()) if one.path and one.last != ITEM
    )


def _engine(found: Found) -> Component | None:
    """The component with the data: it has volumes and replicas, cannot be left out, and is near the top."""

    def weight(one: Component) -> tuple[int, ...]:
        has = counted(set(one.fields))
        if any(role(beside) == "image" for above in one.place.above() for beside in above.children.values()):
            has.add("image")  # one that stands above is the engine's
        around = any(one.place in other.place.above() for other in found.components)
        named = re.search(
            r"proxy|router|pool(?!s)|balancer|monitor|exporter|sentinel|arbiter|keeper|dashboard|console|gateway",
            one.place.name,
            re.IGNORECASE,
        )
        depth = sum(part not in (ITEM, ENTRY) for part in one.place.path)
        return (
            2 * ("storage" in has) + ("replicas" in has) + len(has) - 3 * bool(named) + 2 * around + (not one.optional),
            -depth,
            not one.optional,
            len(one.fields),
        )

    members = [one for one in found.components if one.kind == MEMBER]
    return max(members, key=weight, default=None)


def _share(engine: Component, loose: list[tuple[str, Field]], found: Found) -> None:
    """Give fields that are of no component to the engine, which lacks them, or to the whole cluster."""
    for name, one in loose:
        if name in _OF_ALL:
            found.whole.setdefault(name, []).append(one)
        elif name in ("pullPolicy", "pullSecrets"):
            if len(one.path) == 1:
                found.whole.setdefault(name, []).append(one)
        elif _is_beside(one, engine, name) or _is_image_of(one, engine, name):
            nearer = engine.fields.get(name, [])
            if not nearer or name == "expose":
                engine.fields.setdefault(name, []).append(one)


def _is_beside(one: Field, engine: Component, name: str) -> bool:
    """Whether a field stands in something that the engine stands in, or just below that where it is a configuration."""
    around = {engine.place, *engine.place.above()}
    stands = {one.parent} if name not in ("configMap", "configText") else {one.parent, one.parent and one.parent.parent}
    return bool(around & stands)


def _is_image_of(one: Field, engine: Component, name: str) -> bool:
    """Whether the engine, which has no image of its own, has that of a mapping beside it, such as `general`."""
    if name not in (*IMAGES, "version") or engine.first(*IMAGES) not in (None, one) or MONITORS.search(one.path[0]):
        return False
    return len(one.path) < 3 and ("enabled" not in one.parent.children if one.parent is not None else False)


def _without_copies(found: Found, engine: Component) -> None:
    """Leave out components inside others than the engine that the engine has as well, such as its arbiters."""
    inside = {one.place.last for one in found.components if engine.place in one.place.above() and one is not engine}
    if not engine.place.path:
        return
    for one in list(found.components):
        stands = engine.place in one.place.above()
        if one is not engine and one.place.last in inside and not stands:
            found.components.remove(one)
            found.left_out.append((one.place, "the engine has the same"))


def _within(found: Found) -> None:
    by_place = {one.place: one for one in found.components}
    for one in found.components:
        one.within = next((by_place[above] for above in one.place.above() if above in by_place), None)


_WORD = re.compile(r"[^A-Za-z0-9]+")


def _names(found: Found) -> None:
    """Names of components: that of the field, with what it stands in where two would be the same."""
    taken: set[str] = set()
    for one in found.components:
        parts = [part for part in one.place.path if part not in (ITEM, ENTRY)]
        name = _name(one.place.name) if one.name != ENGINE else ENGINE
        while name in taken and len(parts) > 1:
            parts.pop()
            name = _name(parts[-1]) + name[0].upper() + name[1:]
        number = 2
        while name in taken:
            name, number = f"{name}{number}", number + 1
        one.name = name
        taken.add(name)


def _name(text: str) -> str:
    words = [word for word in _WORD.split(text) if word]
    name = "".join([words[0], *(word[0].upper() + word[1:] for word in words[1:])]) if words else "part"
    return name[0].lower() + name[1:] if name[0].isalpha() else "part" + name


def _switches(top: Field, found: Found) -> None:
    """Mappings with `enabled` in which two or more components stand."""
    for here in _mappings(top):
        inside = [one for one in found.components if here in one.place.above() and one.name != ENGINE]
        if here.path and "enabled" in here.children and len(inside) > 1:
            found.switches.append((here, inside))


def _mappings(here: Field) -> Iterator[Field]:
    for child in here.children.values():
        if child.type == "object":
            yield child
            if len(child.path) < 4:
                yield from _mappings(child)
