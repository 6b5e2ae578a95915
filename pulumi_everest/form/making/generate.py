"""A form made from what a topology takes: a section for each component, a part for each field, by its type.

The form is plain data as it stands in ui.yaml, so that it can be written as a first one, to be made nicer by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.core.technology import Technology
from pulumi_everest.form.making.facts import Fact, Facts
from pulumi_everest.form.making.words import spoken

Data = dict[str, Any]

_GENERAL: Final = ("preset", "bundle", "operatorVersion", "paused", "usersSecret", "config")
_OF_THEIR_OWN: Final = ("backup", "monitoring", "dataSource", "tls", "images")
_LEFT_OUT: Final = frozenset(("overrides", "image"))
"""Fields that a form of its own accord does not offer: what wants them is better written by hand."""
_LINES: Final = frozenset(("requests", "limits", "storage"))
"""Fields whose parts stand in a row."""
_FOLDED: Final = frozenset(("expose", "scheduling", "podDisruptionBudget", "resources"))
"""Fields whose parts are not open from the start."""
_TITLES: Final[Mapping[str, str]] = {
    "requests": "Reserved", "limits": "At most", "expose": "Access from outside", "scheduling": "Placement of pods",
    "podDisruptionBudget": "Disruption budget", "pitr": "Point-in-time recovery", "engineConfig": "Configuration",
    "dataSource": "Fill with a backup", "tls": "Encryption", "pointInTime": "Point in time", "config": "Settings",
    "type": "Type", "usersSecret": "Secret with users' passwords", "sourceRanges": "Source ranges",
}  # fmt: skip
_NEW_ONLY: Final = frozenset((("spec", "dataSource"),))
"""What is asked for only when a cluster is made."""
_SECRETS: Final = ("secret", "Secret")


def generated(technology: Technology, topology: str) -> Data:
    """The form of a topology, as ui.yaml has it, made from what the topology takes."""
    return generated_form(Facts(technology, topology))


def generated_form(facts: Facts) -> Data:
    """The same, of a topology whose fields are known."""
    return _Generator(facts).form()


def generated_parts(facts: Facts, path: FieldPath, start: FieldPath) -> Data | None:
    """The parts of a field with all that is below it, with paths that begin after `start`; None where it has none."""
    fact = facts.at(path)
    if fact is None or fact.kind != "object":
        return None
    return _Generator(facts).parts(fact, start)


class _Generator:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def form(self) -> Data:
        sections: Data = {}
        general = {**self.named(_GENERAL), **self.versions()}
        if general:
            sections["general"] = {"label": "General", "components": general}
        topology = self.facts.at(("spec", "topology", "config"))
        if topology is not None and (parts := self.parts(topology, ("spec",))):
            sections["topology"] = {"label": "Topology", "components": parts}
        members = self.facts.technology.definition.topology_components(self.facts.topology)
        for name, member in sorted(members.items(), key=lambda item: item[1].optional):
            section = self.component(name, is_optional=member.optional)
            if section is not None:
                sections[name] = section
        for name in _OF_THEIR_OWN:
            parts = self.named((name,))
            if parts:
                sections[name] = {"label": _TITLES.get(name, spoken(name)), **self.opened(name, parts)}
        return {"sections": sections}

    def versions(self) -> Data:
        """The versions of the types that several components have."""
        made: Data = {}
        for kind in sorted(self.shared):
            fact = self.facts.at(("spec", "components", "versions", kind, "version"))
            if fact is not None and (part := self.part(fact, ("spec",))) is not None:
                part["fieldParams"]["label"] = f"Version of {kind}"
                made[f"{kind}Version"] = part
        return made

    @cached_property
    def shared(self) -> set[str]:
        """The component types that several components of the topology have, and no other ones."""
        definition = self.facts.technology.definition
        choices = [definition.choices(name) for name in definition.topology_components(self.facts.topology)]
        kinds = [kind for one in choices for kind in one]
        return {one[0] for one in choices if len(one) == 1 and kinds.count(one[0]) > 1}

    def named(self, names: Iterable[str]) -> Data:
        made: Data = {}
        for name in names:
            fact = self.facts.at(("spec", name))
            if fact is not None and (part := self.part(fact, ("spec",))) is not None:
                made[name] = part
        return made

    @staticmethod
    def opened(name: str, parts: Data) -> Data:
        """The parts of a section of one group: of what may be missing as a whole a switch, else without the group."""
        group = parts[name]
        needed = any(part.get("validation", {}).get("required") for part in group.get("components", {}).values())
        if group["uiType"] != "group" or needed or "modes" in group:
            return {"components": parts}
        return {"components": group["components"]}

    def component(self, name: str, *, is_optional: bool) -> Data | None:
        fact = self.facts.at(("spec", "instances", name))
        if fact is None:
            return None
        parts = self.parts(fact, ("spec",))
        section: Data = {"label": spoken(name)}
        if not is_optional:
            return {**section, "components": parts} if parts else None
        switch = {
            "uiType": "group", "groupType": "toggleable", "label": f"With {spoken(name).lower()}",
            "groupParams": {"path": f"instances.{name}"}, "components": parts,
        }  # fmt: skip
        return {**section, "components": {"settings": switch}}

    def parts(self, fact: Fact, start: FieldPath) -> Data:
        """The parts for all fields below one, by name."""
        made = ((below.path[-1], self.part(below, start)) for below in self.facts.below(fact))
        return {name: part for name, part in made if part is not None}

    def part(self, fact: Fact, start: FieldPath) -> Data | None:
        """The part for a field, with a path that begins after `start`; None where a form has nothing for it."""
        name = fact.path[-1]
        if name in _LEFT_OUT or fact.schema.get("const") is not None or self.is_versioned_by_type(fact):
            return None
        part = self._group(fact, start) if fact.kind == "object" else self._value(fact, start)
        if part is not None and fact.path in _NEW_ONLY:
            part["modes"] = {"edit": {"uiType": "hidden"}}
        return part

    def is_versioned_by_type(self, fact: Fact) -> bool:
        """Whether it is the version of a component that shares it with others."""
        if len(fact.path) != 4 or fact.path[1] != "instances" or fact.path[3] != "version":
            return False
        return self.facts.technology.definition.type_of(fact.path[2]) in self.shared

    def _group(self, fact: Fact, start: FieldPath) -> Data | None:
        name = fact.path[-1]
        if _is_deep(fact, self.facts):
            return self._text(fact, start)
        parts = self.parts(fact, start)
        if not parts:
            return None
        group: Data = {"uiType": "group", "label": _label(fact)}
        if name in _LINES or (len(parts) <= 3 and all(part["uiType"] in _SMALL for part in parts.values())):
            return {**group, "groupType": "line", "components": parts}
        if name in _FOLDED and start == ("spec",):
            return {**group, "groupType": "accordion", "components": parts}
        if len(fact.path) == 2 and any(part.get("validation", {}).get("required") for part in parts.values()):
            switch = {"groupType": "toggleable", "groupParams": {"path": name}}
            return {**group, **switch, "components": parts}
        return {**group, "groupType": "bordered", "components": parts}

    def _value(self, fact: Fact, start: FieldPath) -> Data | None:
        kind = fact.kind
        if kind == "list":
            return self._list(fact, start)
        if kind == "texts":
            return self._texts(fact, start)
        if kind == "any":
            return self._text(fact, start)
        path = ".".join(fact.path[len(start) :])
        part: Data = {"uiType": _UI_TYPES[kind], "path": path, "fieldParams": {"label": _label(fact)}}
        choices = self.facts.choices(fact)
        if choices is not None and kind in ("text", "number"):
            part["uiType"] = "select"
        elif any(fact.path[-1].endswith(word) for word in _SECRETS) and kind == "text":
            part |= {"uiType": "select", "dataSource": {"provider": "secrets"}}
        elif fact.path[-1] == "storageClass":
            part |= {"uiType": "select", "dataSource": {"provider": "storageClasses"}}
        elif fact.path[-1] == "engineConfig" and kind == "text":
            part["fieldParams"] |= {"multiline": True, "minRows": 3, "maxRows": 12}
        if (fact.is_required and start != ("spec",)) or (fact.is_required and len(fact.path) == 3):
            part["validation"] = {"required": True}
        return part

    def _list(self, fact: Fact, start: FieldPath) -> Data | None:
        parts = self.parts(fact, fact.path)
        if not parts or _is_deep(fact, self.facts):
            return self._text(fact, start)
        path = ".".join(fact.path[len(start) :])
        return {
            "uiType": "array", "path": path, "fieldParams": {"label": _label(fact)}, "item": {"components": parts}
        }  # fmt: skip

    def _texts(self, fact: Fact, start: FieldPath) -> Data:
        path = ".".join(fact.path[len(start) :])
        params = {"label": _label(fact)}
        if fact.allowed:
            return {"uiType": "select", "path": path, "fieldParams": {**params, "multiple": True}}
        value = {"uiType": "text", "path": ".", "fieldParams": {"label": "Value"}}
        return {"uiType": "array", "path": path, "fieldParams": params, "item": {"components": {"value": value}}}

    @staticmethod
    def _text(fact: Fact, start: FieldPath) -> Data:
        """A field for what is best written as YAML."""
        params = {"label": f"{_label(fact)} (YAML)", "multiline": True, "minRows": 3, "maxRows": 12}
        return {"uiType": "text", "path": ".".join(fact.path[len(start) :]), "fieldParams": params}


_UI_TYPES: Final[Mapping[str, str]] = {"text": "text", "number": "number", "bool": "toggle", "map": "map"}
_SMALL: Final = frozenset(("text", "number", "select", "toggle"))
_DEEPEST: Final = 4


def _is_deep(fact: Fact, facts: Facts) -> bool:
    """Whether there is more below a field than a form shows well, and nothing near at hand."""
    if fact.path[:1] != ("spec",) or _depth(fact, facts) <= _DEEPEST:
        return False
    return all(below.kind in ("object", "list") for below in facts.below(fact))


def _depth(fact: Fact, facts: Facts) -> int:
    if len(fact.path) < 3 or fact.path[1] == "backup":
        return 0  # what has sections of its own
    return max((1 + _levels(below, facts) for below in facts.below(fact)), default=0)


def _levels(fact: Fact, facts: Facts, most: int = _DEEPEST + 1) -> int:
    if most == 0 or fact.kind not in ("object", "list"):
        return 0
    return max((1 + _levels(below, facts, most - 1) for below in facts.below(fact)), default=0)


def _label(fact: Fact) -> str:
    return _TITLES.get(fact.path[-1]) or fact.title or spoken(fact.path[-1])
