"""The expressions of a form at work: what is shown, and what is wrong with what is typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_everest.expressions.environment import ExpressionError, Scope
from pulumi_everest.form.filled.context import item_value, items_value, original_variables, typed, variables_of
from pulumi_everest.form.filled.demands import field_messages, list_messages
from pulumi_everest.form.filled.environment import compiled, environment_of
from pulumi_everest.form.filled.shown import is_empty
from pulumi_everest.form.tree import Field, FormTree, GroupPart, ListPart, Model, Part, Rule, all_parts


class Message(Model):
    """What is wrong with a value."""

    address: str
    """The part that it is about."""
    message: str
    """What is wrong, for people."""


class State(Model):
    """What the values of a form make of it."""

    hidden: list[str] = []
    """Addresses of parts that are not shown, and names of such sections; what is in them is not listed."""
    messages: list[Message] = []
    """What is wrong by the form's own rules, in the order of the parts. What the definition says is not among it."""

    def as_data(self) -> dict[str, Any]:
        """The state as JSON has it."""
        return self.model_dump(mode="json", by_alias=True)


def state(tree: FormTree, values: Mapping[str, Any], original: Mapping[str, Any] | None = None) -> State:
    """Which parts of a form are shown with some values, and what is wrong with these; `original` is what is edited."""
    asking = _Asking(tree, values, original)
    return State(hidden=sorted(asking.hidden), messages=list(asking.messages()))


def hidden_parts(
    tree: FormTree, values: Mapping[str, Any], original: Mapping[str, Any] | None = None
) -> frozenset[str]:
    """The addresses of the parts that are not shown with some values, and the names of such sections."""
    return frozenset(_Asking(tree, values, original).hidden)


@dataclass(frozen=True)
class _Place:
    """Where parts stand: the beginning of their addresses, their values, and the item of a list around them."""

    prefix: str
    values: Mapping[str, Any]
    item: Any = None

    def address(self, part: Part) -> str:
        """The address of a part."""
        return f"{self.prefix}{part.key}"


class _Asking:
    """Evaluates the expressions of one form with some values."""

    def __init__(self, tree: FormTree, values: Mapping[str, Any], original: Mapping[str, Any] | None) -> None:
        self.tree, self.values, self._document = tree, values, original
        parts = list(all_parts(tree))
        self.environment = environment_of(part.id for part in parts if isinstance(part, Field) and part.id is not None)
        self._original = {"original": original_variables(tree, original)} if original is not None else {}
        self.hidden: set[str] = set()
        self.variables = self._variables()
        self._hide(len([part for part in (*tree.sections, *parts) if part.show_if is not None]))

    def _variables(self) -> dict[str, Any]:
        return variables_of(self.tree, self.values, self._document, self.hidden) | self._original

    def _hide(self, most: int) -> None:
        """Find what is not shown. What is not shown has no value, so hiding one part may hide others."""
        for _ in range(most):
            found = set(self._not_shown())
            if found <= self.hidden:
                return
            self.hidden |= found
            self.variables = self._variables()

    def _not_shown(self) -> Iterator[str]:
        for section in self.tree.sections:
            if section.show_if is not None and self.answer(section.show_if, {}) is not True:
                yield section.name
            else:
                yield from self._hidden_below(section.parts, _Place("", self.values))

    def _hidden_below(self, parts: Sequence[Part], place: _Place) -> Iterator[str]:
        for part in parts:
            if part.show_if is not None and self.answer(part.show_if, self._local(part, place)) is not True:
                yield place.address(part)
            elif isinstance(part, GroupPart):
                yield from self._hidden_below(part.parts, place)
            elif isinstance(part, ListPart):
                for inside in self._items(part, place):
                    yield from self._hidden_below(part.parts, inside)

    def _items(self, part: ListPart, place: _Place) -> Iterator[_Place]:
        """The items of a list, as places."""
        items = place.values.get(part.key)
        for index, own in enumerate(items if isinstance(items, list) else ()):
            if isinstance(own, Mapping):
                prefix = f"{place.address(part)}[{index}]."
                yield _Place(prefix, own, item_value(part, own, prefix, self.hidden))

    def _local(self, part: Part, place: _Place) -> dict[str, Any]:
        """The variables of one part: itself, and the item around it."""
        own: dict[str, Any] = {} if place.item is None else {"item": place.item}
        value = place.values.get(part.key)
        if isinstance(part, Field) and not is_empty(value):
            own["self"] = typed(part, value)
        elif isinstance(part, ListPart) and not is_empty(value):
            own["self"] = items_value(part, value, place.address(part), self.hidden)
        return own

    def answer(self, text: str, own: Mapping[str, Any]) -> bool | None:
        """What an expression says; None where it reads what is not there, or is neither true nor false."""
        try:
            scope = Scope({**self.variables, **own}, deferred=False)
            result = compiled(self.environment, text).evaluate(scope)
        except ExpressionError:
            return None
        return result if isinstance(result, bool) else None

    def messages(self) -> Iterator[Message]:
        """What is wrong with the values, by the form's own rules."""
        for section in self.tree.sections:
            if section.name not in self.hidden:
                yield from self._wrong(section.parts, _Place("", self.values))

    def _wrong(self, parts: Sequence[Part], place: _Place) -> Iterator[Message]:
        for part in parts:
            address, value = place.address(part), place.values.get(part.key)
            if address in self.hidden:
                continue
            if isinstance(part, GroupPart):
                if part.look != "toggleable" or value is True:
                    yield from self._wrong(part.parts, place)
            elif isinstance(part, ListPart):
                yield from _about(address, [*list_messages(part, value), *self._broken(part.rules, part, place)])
                for inside in self._items(part, place):
                    yield from self._wrong(part.parts, inside)
            elif isinstance(part, Field) and part.kind != "hidden":
                yield from _about(address, [*field_messages(part, value), *self._broken(part.rules, part, place)])

    def _broken(self, rules: Iterable[Rule], part: Part, place: _Place) -> Iterator[str]:
        own = self._local(part, place) if rules else {}
        for rule in rules:
            if self.answer(rule.cel, own) is False:
                yield rule.message


def _about(address: str, texts: Iterable[str]) -> Iterator[Message]:
    return (Message(address=address, message=text) for text in texts)
