"""What a template is compiled to: nodes that make plain data of the variables of a cluster.

A node's `make` takes a `Scope` and gives fresh plain data, or says that there is nothing: `ABSENT` where an expression
found no value, `OMITTED` where a `when` is false, `Waiting` where a value that is not known yet decides whether there
is something. Whoever holds such a place in a mapping or list waits as a whole, as a `Computed` that makes it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pulumi_everest.emit.patch import patched
from pulumi_everest.expressions.chain import Chain
from pulumi_everest.expressions.environment import ABSENT, Absent, Expression, ExpressionError, Scope
from pulumi_everest.expressions.evaluation.budget import MOST_TEXT, TOO_LONG
from pulumi_everest.expressions.evaluation.failures import SpentError
from pulumi_everest.expressions.results import copied
from pulumi_everest.model.deferred import SCALARS, Computed, Deferred, leaves_of
from pulumi_everest.model.findings import EverestError, Finding, Place, finding

Make = Callable[[Scope], Any]
Needs = dict[Deferred, None]


class TemplateError(EverestError):
    """A template that could not be evaluated for a cluster, or an object whose existence is not known."""


class Omitted:
    """The type of `OMITTED`: what a part gives whose `when` is false."""

    def __repr__(self) -> str:
        return "OMITTED"


OMITTED: Final = Omitted()


class Waiting:
    """What a part gives of which it is not known whether it is there."""

    def __init__(self, needs: Iterable[Deferred]) -> None:
        self.needs = tuple(needs)


class Present(Computed):
    """A value that waits, and of which is known that it will be neither null nor empty."""

    __slots__ = ()


_NO_VALUE: Final = "there is no value; write ? before the key (in quotes inside of { })"
MARKS: Final = frozenset((Absent, Omitted, Waiting))
_CONTAINERS: Final = frozenset((dict, list))
_PLAIN: Final = frozenset((str, int, bool, float))
_LOOKED_AT: Final = SCALARS | _CONTAINERS


class Spot(NamedTuple):
    """Where in the template something stands, for errors. `text` is how an expression is written, if it is one."""

    path: tuple[str | int, ...]
    locate: Callable[[tuple[str | int, ...]], Place]
    text: str = ""

    def fail(self, scope: Scope, message: str) -> TemplateError:
        """The error of this place, for the cluster that the scope is about."""
        return TemplateError([self.finding(scope, message)])

    def finding(self, scope: Scope, message: str) -> Finding:
        """The same as a finding."""
        said = f"${{{self.text}}}: {message}" if self.text else message
        return finding("emit.template", self.path, said, subject=subject(scope), place=self.locate(self.path))


def subject(scope: Scope) -> str:
    """How errors name the cluster of a scope."""
    metadata = scope.variables.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return f"DatabaseCluster {name if isinstance(name, str) else '<unknown>'}"


@dataclass(frozen=True)
class Node:
    """A part of a template.

    `always`: `make` gives a value in every case. `full`: the value is never null or empty. `raw`, where there is one,
    gives the same as `make`, but may share with the variables: for values that are only looked at. `composed`: a
    mapping whose keys may all be left out.
    """

    make: Make
    always: bool = True
    full: bool = False
    raw: Make | None = None
    composed: bool = False
    look: Make = field(init=False)
    """The way to a value that is not emitted."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "look", self.raw or self.make)


def tolerant(node: Node) -> Node:
    """The node, which gives nothing where an expression in it fails."""

    def make(scope: Scope) -> Any:
        try:
            return node.make(scope)
        except TemplateError:
            return OMITTED

    return Node(make, always=False, composed=node.composed)


def constant(value: Any) -> Node:
    """A scalar that is the same for every cluster."""
    return Node(lambda _scope: value, full=value is not None)


def expression(compiled: Expression, spot: Spot) -> Node:
    """``${expr}`` alone: the value with its type."""
    evaluate = compiled.evaluate
    certain = compiled.returns in ("bool", "int", "uint", "double", "string")

    def raw(scope: Scope) -> Any:
        try:
            value = evaluate(scope)
        except ExpressionError as error:
            raise spot.fail(scope, error.message) from None
        if scope.deferred and isinstance(value, Computed):
            return _guarded(value, scope, spot, certain)
        return value

    def copying(scope: Scope) -> Any:
        try:
            value = evaluate(scope)
        except ExpressionError as error:
            raise spot.fail(scope, error.message) from None
        if value.__class__ in _CONTAINERS:
            return _budgeted_copy(value, scope, spot)
        if scope.deferred and isinstance(value, Computed):
            return _guarded(value, scope, spot, certain)
        return value

    if compiled.chain is not None:
        look, make = _looked_up(compiled.chain, raw, copying)
        return Node(make, not compiled.optional, raw=look)
    return Node(raw if certain else copying, not compiled.optional, certain, raw)


def _looked_up(chain: Chain, raw: Make, copying: Make) -> tuple[Make, Make]:
    """Quicker ways to what a chain of selects finds: `raw` and `copying` are for what they do not know."""
    follow = chain.follow

    def quick_raw(scope: Scope) -> Any:
        value = follow(scope.variables)
        return value if value is ABSENT or value.__class__ in _LOOKED_AT else raw(scope)

    def quick_copying(scope: Scope) -> Any:
        value = follow(scope.variables)
        return value if value is ABSENT or value.__class__ in SCALARS else copying(scope)

    return quick_raw, quick_copying


def _budgeted_copy(value: Any, scope: Scope, spot: Spot) -> Any:
    """A copy of a list or mapping, to be part of what is made."""
    try:
        return copied(value, scope.allowance)
    except SpentError as error:
        raise spot.fail(scope, error.message) from None


def _guarded(value: Computed, scope: Scope, spot: Spot, certain: bool) -> Computed:
    """A value that waits, whose errors are those of the template when it is computed."""

    def compute(known: Mapping[Deferred, Any]) -> Any:
        try:
            found = value.compute(known)
        except ExpressionError as error:
            raise spot.fail(scope, error.message) from None
        if found is ABSENT:
            raise spot.fail(scope, _NO_VALUE)
        return found

    kind = Present if certain or isinstance(value, Present) else Computed
    return kind(value.needs, compute)


def text(pieces: list[str | tuple[Expression, Spot]]) -> Node:
    """Text with expressions in it."""
    parts: list[tuple[str, Make | None, Spot | None]] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append((piece, None, None))
        else:
            parts.append(("", expression(*piece).look, piece[1]))

    def make(scope: Scope) -> Any:
        result = ""
        needs: Needs = {}
        for plain, part, spot in parts:
            if part is None or spot is None:
                result += plain
                continue
            value = part(scope)
            if value.__class__ is str:
                result += value
            elif isinstance(value, Deferred):
                needs.update(dict.fromkeys(leaves_of(value)))
            else:
                result += _as_text(value, scope, spot)
            if len(result) > MOST_TEXT:
                raise spot.fail(scope, TOO_LONG)
        if len(result) > _LONG:
            _take(len(result), scope, parts)
        return Present(tuple(needs), lambda known: make(scope.known(known))) if needs else result

    return Node(make, full=True)


_LONG: Final = 1_000  # characters; shorter texts cost nothing to speak of


def _take(length: int, scope: Scope, parts: list[tuple[str, Make | None, Spot | None]]) -> None:
    try:
        scope.allowance.text(length)
    except SpentError as error:
        spot = next(spot for _, _, spot in parts if spot is not None)
        raise spot.fail(scope, error.message) from None


def _as_text(value: Any, scope: Scope, spot: Spot) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    raise spot.fail(scope, f"{kind_of(value)} cannot be put in text")


def kind_of(value: Any) -> str:
    """What a value is, in words and without the value."""
    if value is ABSENT:
        return "a value that is not there"
    kinds: dict[type, str] = {
        type(None): "null",
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a mapping",
    }
    return kinds.get(type(value), "something else")


class Field(NamedTuple):
    """A key of a mapping and its value. `optional`: the key was written with ``?``."""

    key: str | Node
    value: Node
    optional: bool
    spot: Spot


def mapping(fields: list[Field], merge: tuple[Node, Spot] | None) -> Node:
    """The fields of a mapping, then the patch over them.

    A mapping in it of which nothing is left is left out: where a server-side apply empties a mapping that had keys, the
    API server makes null of it, and refuses that.
    """
    rows = [
        (
            f.key if isinstance(f.key, str) else "",
            f.key.make if isinstance(f.key, Node) else None,
            f.value.make,
            not (f.optional or f.value.composed or isinstance(f.key, Node)),
            f.optional,
            f.value.composed,
            f.spot,
        )
        for f in fields
    ]
    full = merge is None and any(not f.optional and f.value.always and not f.value.composed for f in fields)
    kind = Present if full else Computed

    def make(scope: Scope) -> Any:
        result: dict[str, Any] = {}
        needs: Needs = {}
        for name, key_of, value_of, simple, optional, composed, spot in rows:
            value = value_of(scope)
            if simple and value.__class__ not in MARKS:
                result[name] = value
                continue
            if value.__class__ in MARKS:
                if value is ABSENT:
                    if not optional:
                        raise spot.fail(scope, _NO_VALUE)
                elif isinstance(value, Waiting):
                    needs.update(dict.fromkeys(value.needs))
                continue
            if key_of is None and (value.__class__ in _PLAIN or (value.__class__ in _CONTAINERS and value)):
                result[name] = value
                continue
            if composed and not optional:
                if value == {}:
                    continue
                if isinstance(value, Computed) and not isinstance(value, Present):
                    value = _unless_empty(value)
            if optional:
                if value is None or (value.__class__ in _CONTAINERS and not value):
                    continue
                if isinstance(value, Computed) and not isinstance(value, Present):
                    needs.update(dict.fromkeys(value.needs))
                    continue
            if key_of is None:
                result[name] = value
                continue
            key = key_of(scope)
            if isinstance(key, Deferred):
                needs.update(dict.fromkeys(leaves_of(key)))
                continue
            if not isinstance(key, str):
                raise spot.fail(scope, f"{kind_of(key)} cannot be a key")
            if key in result:
                raise spot.fail(scope, f"the key '{key}' is there twice")
            result[key] = value
        if merge is not None and not needs:
            result = _merged(result, merge, scope, needs)
        return kind(tuple(needs), lambda known: make(scope.known(known))) if needs else result

    return Node(make, full=full, composed=not full and bool(fields or merge))


def _unless_empty(value: Computed) -> Computed:
    """A mapping that waits, and is absent if nothing is in it when it is computed."""

    def compute(known: Mapping[Deferred, Any]) -> Any:
        result = value.compute(known)
        return ABSENT if result == {} else result

    return Computed(value.needs, compute)


def _merged(result: dict[str, Any], merge: tuple[Node, Spot], scope: Scope, needs: Needs) -> dict[str, Any]:
    patch = merge[0].look(scope)
    if isinstance(patch, Waiting):
        needs.update(dict.fromkeys(patch.needs))
    elif isinstance(patch, Deferred):
        needs.update(dict.fromkeys(leaves_of(patch)))
    elif isinstance(patch, dict):
        return patched(result, _budgeted_copy(patch, scope, merge[1]))  # type: ignore[no-any-return]
    elif patch is not None and patch.__class__ not in MARKS:
        raise merge[1].fail(scope, f"merge takes a mapping, got {kind_of(patch)}")
    return result


class Spread(NamedTuple):
    """An item of a list that may be any number of items."""

    make: Make


def sequence(items: list[Node | Spread]) -> Node:
    """A list. An item that is a `Spread` gives any number of items."""
    rows = [(item.make, isinstance(item, Spread), isinstance(item, Node) and item.always) for item in items]
    full = any(always for _, _, always in rows)
    kind = Present if full else Computed

    def make(scope: Scope) -> Any:
        result: list[Any] = []
        needs: Needs = {}
        for value_of, spread, always in rows:
            value = value_of(scope)
            if value.__class__ in MARKS:
                if isinstance(value, Waiting):
                    needs.update(dict.fromkeys(value.needs))
            elif spread:
                result += value
            elif not always and isinstance(value, Computed):  # may turn out to be absent, and then it is no item
                needs.update(dict.fromkeys(value.needs))
            else:
                result.append(value)
        return kind(tuple(needs), lambda known: make(scope.known(known))) if needs else result

    return Node(make, full=full)
