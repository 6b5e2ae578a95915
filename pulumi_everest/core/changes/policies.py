"""The `changes` of a definition at work: which entry a difference meets, and what that makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi_everest.core.changes.default_policies import DEFAULT_POLICIES
from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.core.changes.quantities import amount
from pulumi_everest.core.changes.spec_differences import Difference, plain
from pulumi_everest.core.paths import FieldPath, parse
from pulumi_everest.core.technology import Definition
from pulumi_everest.expressions.environment import Environment, Expression, ExpressionError, Scope
from pulumi_everest.expressions.messages import brief
from pulumi_everest.expressions.results import LimitError
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import Change as Entry

VARIABLES = ("new", "old")
"""What `when` may name: the specs before and after."""


class Specs:
    """The specs before and after, and which conditions hold for them, each of which is evaluated once."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._scope = Scope({"old": old, "new": new})
        self._held: dict[Expression, bool | Deferred] = {}
        self.untold: dict[Expression, str] = {}
        """Why it is not known whether a condition holds, since it takes more than it may."""

    def hold(self, condition: Expression) -> bool | Deferred:
        """Whether a condition holds; one that fails does not."""
        if condition not in self._held:
            try:
                result = condition.evaluate(self._scope)
            except LimitError as error:
                result = False
                self.untold[condition] = f"the condition '{brief(condition.text)}' cannot be evaluated: {error}"
            except ExpressionError:
                result = False
            self._held[condition] = result if isinstance(result, Deferred) else result is True
        return self._held[condition]


UNNAMED: Final = Impact.RESTART
"""The impact of a change that no entry names: the operator does something with it, and most of that restarts pods."""

_IMPACTS: Final = {
    "none": Impact.NONE,
    "online": Impact.ONLINE,
    "restart": Impact.RESTART,
    "downtime": Impact.DOWNTIME,
    "grow-only": Impact.ONLINE,
}
_ORDERS: Final = frozenset({"keep-order", "keep-first"})
_ALWAYS: Final = frozenset({("version",), ("image",), ("replicas",), ("storage", "size"), ("storage", "storageClass")})
"""Fields of components that are guarded whatever the definition says."""
_REFUSING: Final = frozenset({"immutable", "grow-only", *_ORDERS})
_GRAVE: Final = frozenset({"immutable", "grow-only", "downtime"})
_GUARDS: Final[Mapping[FieldPath, str]] = {
    ("storage", "size"): "storage-shrink",
    ("storage", "storageClass"): "storage-class",
    ("topology", "type"): "topology",
    ("tls", "mode"): "tls",
}
"""Names of guards by the end of the path."""


@dataclass(frozen=True)
class Policy:
    """One entry of `changes`, read."""

    entry: Entry
    path: FieldPath
    when: Expression | None

    @property
    def guard(self) -> str:
        """Name of the guard that the entry is."""
        return self.entry.guard or guard_of(self.path)

    @property
    def is_size(self) -> bool:
        """Whether the entry is about the size of volumes."""
        return self.path[-2:] == ("storage", "size")

    def names(self, field: FieldPath) -> bool:
        """Whether the entry is about a field."""
        return len(self.path) <= len(field) and all(
            own in ("*", part) for own, part in zip(self.path, field, strict=False)
        )


def guard_of(path: FieldPath) -> str:
    """The name of a guard for a path that gives it none: what the path ends with."""
    if path[-2:] in _GUARDS:
        return _GUARDS[path[-2:]]
    last = next((part for part in reversed(path) if part != "*"), "change")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", last).lower()


def guards_of(definition: Definition) -> list[str]:
    """The names of the guards that the `changes` of a definition are, with the usual ones."""
    entries = (entry for entry in (*definition.spec.changes, *DEFAULT_POLICIES) if entry.policy in _REFUSING)
    return list(dict.fromkeys(entry.guard or guard_of(parse(entry.path)) for entry in entries))


class Policies:
    """The entries of one definition, and the usual ones behind them."""

    def __init__(self, definition: Definition) -> None:
        environment = Environment(VARIABLES)
        self.policies = [
            Policy(entry, parse(entry.path), _compiled(environment, entry.when))
            for entry in (*definition.spec.changes, *DEFAULT_POLICIES)
        ]

    @staticmethod
    def of(definition: Definition) -> Policies:
        """The policies of a definition; made once."""
        return definition.derived(Policies)

    def judged(self, difference: Difference, specs: Specs) -> Change | None:
        """What a difference is; None where it means nothing, or cannot be told yet.

        An entry of which nobody knows whether it fits refuses if it is one that does, and else does not count.
        """
        change = self._judged(difference, specs)
        untold = [specs.untold[policy.when] for policy in self._about(difference) if policy.when in specs.untold]
        if not untold:
            return change
        change = change or change_of(difference, UNNAMED)
        return replace(change, why="; ".join(filter(None, [change.why, *dict.fromkeys(untold)])))

    def _about(self, difference: Difference) -> Iterator[Policy]:
        """The entries that have a condition and name a difference, or a part of it."""
        for policy in self.policies:
            if policy.when is not None and any(map(policy.names, (difference.field, *difference.parts))):
                yield policy

    def _judged(self, difference: Difference, specs: Specs) -> Change | None:
        if difference.reordered:
            return self._reordered(difference, specs)
        if difference.parts:
            return self._whole(difference, specs)
        policy = self._first(difference.field, specs)
        if isinstance(policy, Deferred):
            return None
        if policy is None:
            return change_of(difference, UNNAMED)
        if policy.entry.policy == "immutable" or (policy.entry.policy == "grow-only" and _is_less(difference)):
            return refused_by(policy, difference)
        impact = _IMPACTS[policy.entry.policy]
        return None if impact is Impact.NONE else change_of(difference, impact, policy.entry.message or "")

    @property
    def ordered(self) -> list[FieldPath]:
        """The lists whose order an entry keeps."""
        return list(dict.fromkeys(policy.path for policy in self.policies if policy.entry.policy in _ORDERS))

    def guards(self, field: FieldPath) -> bool:
        """Whether a change of a field may be refused, or stop the database: by this package, or by an entry."""
        if field == ("operatorVersion",) or (field[:1] == ("instances",) and field[2:] in _ALWAYS):
            return True
        for policy in self.policies:
            if policy.entry.policy not in _ORDERS and policy.names(field):
                if policy.entry.policy in _GRAVE:
                    return True
                if policy.when is None:
                    return False
        return False

    def needs(self, field: FieldPath) -> list[str]:
        """What of the main object's spec must be true, one of these, for the operator to do anything with a field."""
        return next((policy.entry.needs for policy in self.policies if policy.entry.needs and policy.names(field)), [])

    def impact(self, field: FieldPath, specs: Specs) -> tuple[Impact, str]:
        """What an allowed change of a field does, and what is to be known of it."""
        return self._impact(self._first(field, specs, allowing=True))

    def _impact(self, policy: Policy | Deferred | None) -> tuple[Impact, str]:
        if policy is None or isinstance(policy, Deferred):
            return UNNAMED, ""
        return _IMPACTS[policy.entry.policy], policy.entry.message or ""

    def _first(
        self, field: FieldPath, specs: Specs, *, allowing: bool = False, exact: bool = False
    ) -> Policy | Deferred | None:
        """The first entry that fits: with `allowing` of those that do not refuse, with `exact` that name the field."""
        for policy in self.policies:
            if policy.entry.policy in _ORDERS or (allowing and policy.entry.policy in ("immutable", "grow-only")):
                continue
            if policy.names(field) and (not exact or len(policy.path) == len(field)):
                fits = _fits(policy, specs)
                if isinstance(fits, Deferred):
                    return fits
                if fits:
                    return policy
        return None

    def _whole(self, difference: Difference, specs: Specs) -> Change | None:
        """A component or an item that comes or goes: what the entry for it says, else the strongest of its values."""
        own = self._first(difference.field, specs, allowing=True, exact=True)
        found = [self._impact(own)] if own is not None else [self.impact(part, specs) for part in difference.parts]
        impact, message = max(found, key=lambda pair: pair[0].rank)
        return None if impact is Impact.NONE else change_of(difference, impact, message)

    def _reordered(self, difference: Difference, specs: Specs) -> Change | None:
        for policy in self.policies:
            if policy.entry.policy in _ORDERS and policy.names(difference.field) and _fits(policy, specs) is True:
                if _moves(policy.entry.policy, difference.old, difference.new):
                    return refused_by(policy, difference)
                return None
        return None


def change_of(difference: Difference, impact: Impact, why: str = "") -> Change:
    """An allowed change."""
    return Change(difference.path, short(difference.where), difference.old, difference.new, impact, why=why)


def refused_by(policy: Policy, difference: Difference) -> Change:
    """A change that an entry refuses."""
    why, hint = policy.entry.message, policy.entry.hint
    if policy.entry.policy == "grow-only":  # the message is about getting more
        why = "a volume cannot get smaller" if policy.is_size else "it can only become more"
        hint = hint or ("a smaller volume takes a new cluster, filled with a backup" if policy.is_size else None)
    return Change(
        difference.path,
        short(difference.where),
        difference.old,
        difference.new,
        Impact.REFUSED,
        guard=policy.guard,
        why=why or "the definition does not allow it",
        hint=hint or "",
    )


def short(where: str) -> str:
    """A place as people call it: the settings of a component by its name."""
    return where.removeprefix("instances.")


def _moves(policy: str, old: list[str], new: list[str]) -> bool:
    """Whether items move (of those that are still there), or another becomes the first one."""
    if policy == "keep-first":
        return bool(old) and bool(new) and old[0] != new[0]
    return any(old.index(name) != new.index(name) for name in old if name in new)


def _is_less(difference: Difference) -> bool:
    old, new = plain(difference.old), plain(difference.new)
    if old is None:
        return False
    if new is None:
        return True
    before, after = amount(old), amount(new)
    return before is None or after is None or after < before


def _compiled(environment: Environment, text: str | None) -> Expression | None:
    return environment.compile(text) if text is not None else None


def _fits(policy: Policy, specs: Specs) -> bool | Deferred:
    if policy.when is None:
        return True
    held = specs.hold(policy.when)
    return policy.entry.policy in _REFUSING if policy.when in specs.untold else held
