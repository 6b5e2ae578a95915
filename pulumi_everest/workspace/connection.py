"""How clients sign in to a cluster: which Secret says it, and what of it is known before the operator wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.emit.wait_conditions import condition_findings
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.model.deferred import Deferred, substitute
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.plugin_files import manifest
from pulumi_everest.model.values.scalars import check_dns_subdomain
from pulumi_everest.workspace.workspace import Setup

PATH = ("connectionSecret",)
_STAND_IN = "cluster"


@dataclass(frozen=True)
class Connection:
    """What is asked for: a Secret `name` with what clients need. Any value may be a `Deferred`.

    `source` is the Secret that holds user and password. Where a program gave the password they are here; else they are
    None and read from that Secret when the operator has written it. `fallback` is the user where no key names one.
    """

    name: Any
    source: Any
    text: manifest.Connection
    scope: Scope
    fallback: Any
    username: Any
    password: Any
    more: Mapping[str, manifest.ConnectionValue]
    problems: tuple[Finding, ...] = ()

    @property
    def signs_in_by_operator(self) -> bool:
        """Whether the operator makes up the password."""
        return self.password is None

    @property
    def read(self) -> str | None:
        """What the operator makes up, so that the database must be ready before it is known; None where nothing is."""
        if self.signs_in_by_operator:
            return "the password"
        return next((f"'{name}'" for name, value in self.more.items() if value.secret is not None), None)

    def check(self, wait_for: bool | str | None, setup: Setup) -> list[Finding]:
        """What is wrong with it, given what `wait_for` says."""
        found = list(self.problems)
        if not self.read:
            return found
        if wait_for is False:
            text = (
                f"{self.read} is the operator's own, so it is known when the database is ready, and wait_for is False"
            )
            hint = "leave wait_for out"
            hint += ", or give the password in users" if self.signs_in_by_operator else ""
            found.append(finding("field.conflict", PATH, text, allowed=["connectionSecret", "waitFor"], hint=hint))
        elif wait_for is None and not knows_ready(setup):
            text = f"{self.read} is the operator's own, and it is not known how to tell that it is there"
            hint = "give wait_for a text such as jsonpath={.status.state}=ready"
            found.append(finding("field.missing", ("waitFor",), text, hint=hint))
        return found


def connection_of(wanted: bool | str, resolved: Resolved, setup: Setup, objects: Sequence[Emitted]) -> Connection:
    """The connection of a cluster whose objects are made, of a plugin that passes `check_connection`."""
    assert setup.technology.manifest is not None  # checked before
    text = setup.technology.manifest.connection
    assert text is not None
    scope = Scope({"spec": resolved.spec, "metadata": resolved.metadata, "types": resolved.types}, resolved.deferred)
    name = wanted if isinstance(wanted, str) else filled("${metadata.name}-conn", scope)
    source = filled(text.secret, scope)
    same = _comparable(resolved)
    made = {same(o.manifest["metadata"]["name"]): o for o in objects if o.manifest["kind"] == "Secret"}
    values = made[same(source)].manifest.get("stringData") if same(source) in made else None
    values = values if isinstance(values, Mapping) else {}
    fallback = filled(text.username, scope) if text.username is not None else None
    username, password = values.get(text.username_key, fallback), values.get(text.password_key)
    if username is None:
        password = None
    more, problems = _more(text, scope)
    if same(name) in {*made, same(source)}:
        message = f"'{same(name)}' is the Secret of the system users, which has other keys"
        problems.append(
            finding("field.conflict", PATH, message, hint="give it another name, or True for one of its own")
        )
    return Connection(name, source, text, scope, fallback, username, password, more, tuple(problems))


def _more(text: manifest.Connection, scope: Scope) -> tuple[dict[str, manifest.ConnectionValue], list[Finding]]:
    """What clients of a cluster need beside the rest, and what decides that and is not known."""
    found: dict[str, manifest.ConnectionValue] = {}
    problems = []
    for name, value in text.more.items():
        there = True if value.when is None else filled(value.when, scope)
        if isinstance(there, Deferred):
            message = f"a value decides whether clients get '{name}', so it must be known"
            problems.append(finding("value.not-known", PATH, message))
        elif there is True:
            found[name] = value
    return found, problems


def _comparable(resolved: Resolved) -> Any:
    """Names with a stand-in for the cluster's own where that is not known, so that they can be compared."""
    own = resolved.metadata.get("name")
    known = {own: _STAND_IN} if isinstance(own, Deferred) else {}
    return lambda name: substitute(name, known) if isinstance(name, Deferred) else name


def check_connection(wanted: bool | str, setup: Setup) -> Iterator[Finding]:
    """Whether the plugin says how clients sign in, where a Secret of it is wanted."""
    if not wanted:
        return
    wrong = check_dns_subdomain(wanted) if isinstance(wanted, str) else None
    if wrong is not None:
        yield finding("value.name", PATH, wrong)
    own = setup.technology.manifest
    text = own.connection if own is not None else None
    if text is None or text.uri is None or text.password_key is None:
        message = f"provider '{setup.technology.provider}' does not say how clients sign in"
        yield finding("cluster.field-not-honoured", PATH, message)


def knows_ready(setup: Setup) -> bool:
    """Whether it is known how the Kubernetes provider tells that a database is ready."""
    own = setup.technology.manifest
    return not setup.technology.is_controlled and own is not None and own.wait_for is not None


def check_wait_for(wait_for: bool | str | None, setup: Setup) -> list[Finding]:
    """What is wrong with what is to be waited for."""
    if wait_for is True and not knows_ready(setup):
        text = "it is not known how to tell that this database is ready"
        hint = "give a text such as jsonpath={.status.state}=ready instead of True"
        return [finding("field.value", ("waitFor",), text, hint=hint)]
    return condition_findings(wait_for)
