"""What stands before the fields of a mapping in a template: loops, names for values, conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from pulumi_everest.emit.templates.nodes import (
    MARKS,
    OMITTED,
    Make,
    Needs,
    Node,
    Omitted,
    Spot,
    Spread,
    TemplateError,
    Waiting,
    kind_of,
)
from pulumi_everest.expressions.environment import ABSENT, Scope
from pulumi_everest.expressions.evaluation.budget import VALUE
from pulumi_everest.expressions.evaluation.failures import SpentError
from pulumi_everest.model.deferred import SCALARS, Computed, Deferred, leaves, leaves_of


class Loop(NamedTuple):
    """``forEach``: `source` gives a list or mapping, `names` are one name or two (the index or key first).

    `parts` is how much of the template is made anew in each turn.
    """

    names: tuple[str, ...]
    source: Node
    spot: Spot
    parts: int

    def turns(self, scope: Scope) -> list[Scope] | Waiting:
        """The scope of each turn."""
        value = self.source.look(scope)
        if isinstance(value, Waiting):
            return value
        if isinstance(value, Deferred):
            return Waiting(leaves_of(value))
        if value is None or value.__class__ in MARKS:
            return []
        pairs: Iterable[tuple[Any, Any]]
        if isinstance(value, dict):
            pairs = value.items()
        elif isinstance(value, list):
            pairs = enumerate(value)
        else:
            raise self.spot.fail(scope, f"forEach takes a list or a mapping, got {kind_of(value)}")
        try:
            scope.allowance.spend(len(value) * (VALUE + self.parts))
        except SpentError as error:
            raise self.spot.fail(scope, error.message) from None
        if len(self.names) == 1:
            return [scope.child({self.names[0]: item}) for _, item in pairs]
        first, second = self.names
        return [scope.child({first: key, second: item}) for key, item in pairs]


class Controls(NamedTuple):
    """What stands before the fields of a mapping, in this order: loops, names for values, a condition.

    `later` are the names that the condition does not need: values that may only exist where it holds. `tolerant`: a
    turn of which an expression fails is left out.
    """

    loops: tuple[Loop, ...] = ()
    lets: tuple[tuple[str, Node], ...] = ()
    when: tuple[Node, Spot] | None = None
    later: tuple[tuple[str, Node], ...] = ()
    tolerant: bool = False

    @property
    def are_none(self) -> bool:
        """Whether nothing stands before the fields."""
        return not (self.loops or self.lets or self.when or self.later)

    def enter(self, scope: Scope) -> Scope | Omitted | Waiting:
        """The scope with the names added, if the condition holds."""
        if self.lets:
            scope = named(self.lets, scope)
        if self.when is not None:
            node, spot = self.when
            value = node.look(scope)
            if value is False or value is None or value is ABSENT:
                return OMITTED
            if isinstance(value, Deferred):
                return Waiting(leaves_of(value))
            if value is not True:
                raise spot.fail(scope, f"when takes true or false, got {kind_of(value)}")
        return named(self.later, scope) if self.later else scope

    def results(self, scope: Scope, body: Make) -> list[Any] | Waiting:
        """What `body` gives in each turn, without the turns in which there is nothing."""
        turns = self._turns(scope) if self.loops else [scope]
        if isinstance(turns, Waiting):
            return turns
        result: list[Any] = []
        needs: Needs = {}
        for turn in turns:
            value = self._turn(turn, body)
            if isinstance(value, Waiting):
                needs.update(dict.fromkeys(value.needs))
            elif value.__class__ not in MARKS:
                result.append(value)
        return Waiting(needs) if needs else result

    def _turn(self, scope: Scope, body: Make) -> Any:
        try:
            inner = self.enter(scope)
            return body(inner) if inner.__class__ is Scope else inner
        except TemplateError:
            if self.tolerant:
                return OMITTED
            raise

    def _turns(self, scope: Scope) -> list[Scope] | Waiting:
        turns = [scope]
        for loop in self.loops:
            needs: Needs = {}
            inner: list[Scope] = []
            for turn in turns:
                found = loop.turns(turn)
                if isinstance(found, Waiting):
                    needs.update(dict.fromkeys(found.needs))
                else:
                    inner += found
            if needs:
                return Waiting(needs)
            turns = inner
        return turns


def named(lets: Iterable[tuple[str, Node]], scope: Scope) -> Scope:
    """The scope with values named; each may use those before it."""
    inner = scope.child({})
    if not scope.deferred:  # a value that waits keeps its scope, which must not have names that are given after it
        for name, node in lets:
            inner.variables[name] = _named_value(node, inner)
        return inner
    found: dict[str, Any] = {}
    for name, node in lets:
        found[name] = _named_value(node, inner)
        inner = inner.child({name: found[name]})
    return inner if len(found) == 1 else scope.child(found)


def _named_value(node: Node, scope: Scope) -> Any:
    value = node.look(scope)
    if value.__class__ in SCALARS or value.__class__ in (dict, list):
        return value
    if isinstance(value, Waiting) or (isinstance(value, Computed) and not node.always):
        return Computed(value.needs, lambda known: _named_value(node, scope.known(known)))
    return ABSENT if value.__class__ in MARKS else value


def controlled(controls: Controls, body: Node) -> Node:
    """A mapping with controls as the value of a field: one value, or with a loop the turns merged into one."""
    if not controls.loops:

        def once(scope: Scope) -> Any:
            inner = controls.enter(scope)
            return body.make(inner) if inner.__class__ is Scope else inner

        return Node(once, always=controls.when is None and body.always, full=body.full, composed=body.composed)

    spot = controls.loops[0].spot

    def merged(scope: Scope) -> Any:
        turns = controls.results(scope, body.make)
        needs: Needs = dict.fromkeys(turns.needs) if isinstance(turns, Waiting) else {}
        result: dict[str, Any] = {}
        for turn in turns if isinstance(turns, list) else []:
            if isinstance(turn, Deferred):
                needs.update(dict.fromkeys(leaves_of(turn)))
            elif isinstance(turn, dict):
                _add(result, turn, needs)
            else:
                raise spot.fail(scope, f"the turns of a loop outside a list are mappings, got {kind_of(turn)}")
        return Computed(tuple(needs), lambda known: merged(scope.known(known))) if needs else result

    return Node(merged, composed=True)


def _add(result: dict[str, Any], turn: dict[str, Any], needs: Needs) -> None:
    """Put the mapping of a turn into the result; mappings are merged deeply, else the later turn wins."""
    for key, value in turn.items():
        there = result.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            _add(there, value, needs)
            continue
        if (isinstance(there, Deferred) and isinstance(value, (dict, Deferred))) or (
            isinstance(there, dict) and isinstance(value, Deferred)
        ):  # both may turn out to be mappings
            needs.update(dict.fromkeys([*leaves(there), *leaves(value)]))
        result[key] = value


def spread(controls: Controls, body: Node) -> Spread:
    """An item of a list with controls: no item, one, or one for each turn."""
    return Spread(lambda scope: controls.results(scope, body.make))
