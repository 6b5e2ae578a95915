"""Resource options of a component: which are taken, and which of them are for the component itself."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.resources.arguments.walk import OUTPUT_TEXT
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.engine.tokens import kind_of

_NO_OBJECT = "the component has no object of its own"
_REFUSED = {
    "import_": (f"{_NO_OBJECT} to import", "adopt=True takes over an object that exists"),
    "id": (f"{_NO_OBJECT} to read", None),
    "urn": ("a component is made by the program and cannot be read from the state", None),
    "env_var_mappings": ("environment variables are for Pulumi providers", "set them at the Kubernetes provider"),
}
"""Options that can mean nothing here, though whoever sets one expects it to: what is wrong, and how to go on."""


def _sequence_of(*kinds: type) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        return (
            isinstance(value, Sequence)
            and not isinstance(value, str)
            and all(isinstance(item, kinds) for item in value)
        )

    return check


def _is_function_list(value: Any) -> bool:
    return isinstance(value, list) and all(callable(item) for item in value)


def _is_providers(value: Any) -> bool:
    return _sequence_of(pulumi.ProviderResource)(list(value.values()) if isinstance(value, Mapping) else value)


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "parent": (_is(pulumi.Resource), "a resource"),
    "deleted_with": (_is(pulumi.Resource), "a resource"),
    "provider": (_is(pulumi.ProviderResource), "a Kubernetes provider"),
    "providers": (_is_providers, "a list of Pulumi providers"),
    "protect": (_is(bool), "true or false"),
    "retain_on_delete": (_is(bool), "true or false"),
    "ignore_changes": (_sequence_of(str), "a list of paths"),
    "aliases": (_sequence_of(object), "a list of aliases"),
    "custom_timeouts": (_is(pulumi.CustomTimeouts, dict), "a pulumi.CustomTimeouts"),
    "transforms": (_is_function_list, "a list of functions"),
    "transformations": (_is_function_list, "a list of functions"),
    "hooks": (_is(pulumi.ResourceHookBinding), "a pulumi.ResourceHookBinding"),
}
"""Options that the SDK would fail on later, or take apart into letters: what a value must be, in code and in words."""


def taken(opts: object) -> tuple[pulumi.ResourceOptions, list[Finding]]:
    """A copy of the options without those that are refused, and why they are."""
    if opts is None:
        return pulumi.ResourceOptions(), []
    if not isinstance(opts, pulumi.ResourceOptions):
        text = f"opts is a pulumi.ResourceOptions, got a value of type {type(opts).__name__}"
        return pulumi.ResourceOptions(), [finding("field.type", ("opts",), text)]
    own, found = copy.copy(opts), []
    for name in _REFUSED.keys() | _KINDS.keys():
        value = getattr(opts, name, None)
        wrong = None if value is None else _wrong(name, value)
        if wrong is not None:
            found.append(wrong)
            setattr(own, name, None)
    return own, sorted(found, key=lambda entry: entry.path[-1])


def _wrong(name: str, value: Any) -> Finding | None:
    path = ("opts", name)
    if name in _REFUSED:
        text, hint = _REFUSED[name]
        return finding("field.unknown", path, text, hint=hint)
    check, wanted = _KINDS[name]
    if check(value):
        return None
    hint = None
    if name == "provider" and isinstance(value, pulumi.ComponentResource):
        hint = "pass a pulumi_everest.Provider as the argument provider=..."
    return finding("field.type", path, f"expected {wanted}, got a value of type {type(value).__name__}", hint=hint)


def for_component(
    opts: pulumi.ResourceOptions,
    *,
    gate: pulumi.Output[None] | None = None,
    hooks: pulumi.ResourceHookBinding | None = None,
) -> pulumi.ResourceOptions:
    """The options of the component itself: without those that are for its main object.

    It is registered when `gate` opens, and has `hooks` beside those of the user.
    """
    own = copy.copy(opts)
    own.ignore_changes = None
    if gate is not None:
        wait: Any = [gate]
        if own.depends_on is None:
            own.depends_on = wait
        else:
            own = pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=wait))
    if hooks is not None:
        given = own.hooks or pulumi.ResourceHookBinding()
        own.hooks = pulumi.ResourceHookBinding(
            **{**vars(given), "before_update": [*(hooks.before_update or []), *(given.before_update or [])]}
        )
    return own


def check_name(token: str, name: object) -> None:
    """Raise what is wrong with the name of a resource at once, since there is no resource without one."""
    if isinstance(name, str) and OUTPUT_TEXT.search(name):
        text = "an Output was put into the name of a resource, which must be known when the program is written"
        raise ClusterError([finding("value.output-text", ("resource_name",), text, subject=kind_of(token))])
    if isinstance(name, str) and name:
        return
    got = "an empty one" if isinstance(name, str) else f"a value of type {type(name).__name__}"
    text = f"the name of a resource is a text, got {got}"
    raise ClusterError([finding("field.type", ("resource_name",), text, subject=kind_of(token))])
