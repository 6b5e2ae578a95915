"""Hooks of components and objects: each is made once for all, is called at the right moment, and only by an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings

from pulumi_everest.core.changes.compare import ChangeSet
from pulumi_everest.core.changes.impact import Change, Impact
from pulumi_everest.program.monitor import Log
from pulumi_everest.resources.engine import reach
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.hooks import (
    adoption,
    existence,
    failures,
    filling,
    guard,
    job_changes,
    object_changes,
    other_changes,
    secret_updates,
)
from pulumi_everest.resources.hooks.guard import Guard
from pulumi_everest.resources.hooks.refusals import RefusedError

MODULES = (adoption, existence, failures, filling, guard, job_changes, object_changes, other_changes, secret_updates)


@dataclass
class Hook:
    """What takes the place of the SDK's hooks, which register themselves with an engine."""

    name: str
    call: Callable[..., Any]
    options: Any = None


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Log:
    """An engine that calls hooks, in an update."""
    for module in MODULES:
        monkeypatch.setattr(module, "calls", lambda *_: True)
    monkeypatch.setattr(pulumi, "ResourceHook", Hook)
    monkeypatch.setattr(pulumi, "ErrorHook", Hook)
    log = Log()
    monkeypatch.setattr(settings, "get_engine", lambda: log)
    monkeypatch.setattr(settings, "is_dry_run", lambda: False)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    return log


def technology() -> Any:
    return SimpleNamespace(provider="psmdb-operator")


def bindings() -> dict[str, Callable[[], Any]]:
    """Every hook by its name, as something that gives its binding, always of the same program."""
    of_program, of_failures, of_adoption, of_jobs = (
        Guard(),
        failures.Failures(),
        adoption.Adoption(),
        job_changes.JobChanges(),
    )
    of_existence, own = existence.Existence(Reach()), technology()
    planned = existence.Planned({}, None)
    return {
        "pulumi-everest:changes": lambda: of_program.binding(own),
        "pulumi-everest:object-changes": lambda: of_program.objects.binding("token", "name", lambda: None),
        "pulumi-everest:other-changes": lambda: of_program.objects.others.binding("token", "name", "own", lambda: None),
        "pulumi-everest:secret-changes": lambda: of_program.secrets.binding(
            "token", "name", secret_updates.ClusterSecret({}, "name", lambda: None)
        ),
        "pulumi-everest:begun": of_program.objects.filling.of_main,
        "pulumi-everest:filled": lambda: of_program.objects.filling.of_restore("restore", "name", lambda: None),
        "pulumi-everest:failures": of_failures.binding,
        "pulumi-everest:adoption": lambda: of_adoption.binding("token", "name"),
        "pulumi-everest:once": of_jobs.binding,
        "pulumi-everest:exists": lambda: of_existence.binding("token", "name", planned),
    }


MOMENTS = {
    "pulumi-everest:changes": ("before_update", True),
    "pulumi-everest:object-changes": ("before_update", True),
    "pulumi-everest:other-changes": ("before_update", True),
    "pulumi-everest:secret-changes": ("before_update", True),
    "pulumi-everest:begun": ("before_create", True),
    "pulumi-everest:filled": ("before_create", True),
    "pulumi-everest:failures": ("on_error", None),
    "pulumi-everest:adoption": ("before_update", True),
    "pulumi-everest:once": ("before_update", True),
    "pulumi-everest:exists": ("before_create", None),
}


@pytest.mark.parametrize("name", MOMENTS)
@pytest.mark.usefixtures("engine")
def test_a_hook_is_called_at_its_moment_in_previews_where_it_can_be_and_is_made_once(name: str) -> None:
    moment, in_previews = MOMENTS[name]
    binding = bindings()[name]
    first, second = binding(), binding()

    called = {event: hooks for event, hooks in vars(first).items() if hooks}
    assert list(called) == [moment]
    [hook] = called[moment]
    assert hook.name == name
    assert (hook.options is not None and hook.options.on_dry_run) is bool(in_previews)
    assert getattr(second, moment)[0] is hook


@pytest.mark.parametrize("name", MOMENTS)
def test_there_is_no_hook_where_no_engine_would_call_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in MODULES:
        monkeypatch.setattr(module, "calls", lambda *_: False)

    assert bindings()[name]() is None


def test_every_hook_has_a_name_of_its_own() -> None:
    assert len(MOMENTS) == len(bindings()) == 10


@pytest.mark.usefixtures("engine")
def test_a_guard_knows_the_technologies_of_its_clusters_and_where_it_runs(engine: Log) -> None:
    own, kind = Guard(), technology()
    own.binding(kind)

    assert own.technologies == {"psmdb-operator": kind}
    assert (own._engine, own._dry_run) == (engine, True)


@pytest.mark.usefixtures("engine")
def test_objects_of_one_name_are_kept_apart_by_their_clusters_and_restores_by_their_names() -> None:
    own = Guard().objects
    calls: list[Callable[[], None]] = [lambda: None, lambda: None]
    for call in calls:
        own.binding("token", "name", call)
    own.filling.of_restore("restore", "name", calls[0])

    assert own._clusters == {("token", "name"): calls}
    assert own.filling._clusters == {"restore": ("name", calls[0])}


@pytest.mark.usefixtures("engine")
def test_a_hook_of_a_main_object_asks_first_whether_it_may_be_taken_over() -> None:
    """One hook has both, since the engine sends the whole object for each."""
    own, asked = Guard().objects, []

    async def refuse(args: pulumi.ResourceHookArgs) -> None:
        asked.append(args.name)
        raise RefusedError([], "not the same")

    own.binding("token", "name", lambda: None, first=refuse)
    own.binding("token", "other", lambda: None)
    args = [pulumi.ResourceHookArgs(f"urn::{name}", "", name, "token") for name in ("name", "other")]
    with pytest.raises(RefusedError):
        asyncio.run(own.before_update(args[0]))
    asyncio.run(own.before_update(args[1]))

    assert asked == ["name"]


@pytest.mark.usefixtures("engine")
def test_a_preview_looks_for_what_exists_by_itself_and_not_in_a_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "is_dry_run", lambda: True)

    assert existence.Existence(Reach()).binding("token", "name", existence.Planned({}, None)) is None


def test_the_engine_is_not_asked_about_the_default_kubernetes_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "calls", lambda *_: True)

    assert Reach().prepare(None) == []


def kept(guard: Guard) -> dict[str, Any]:
    """All that a guard knows of clusters."""
    objects = guard.objects
    parts = (guard.clusters, guard.updates, objects._clusters, objects._watched, objects._first)
    more = (objects.others._clusters, objects.filling._clusters, guard.secrets._secrets)
    return {str(number): dict(part) for number, part in enumerate((*parts, *more))} | {
        "begun": set(objects.filling.begun)
    }


def test_what_the_engine_asks_about_no_more_is_let_go_of_and_nothing_else(engine: Log) -> None:
    guard, components = Guard(), ("urn:a", "urn:b")
    gets: list[Callable[[], Any]] = [lambda: None, lambda: None]
    handlings: list[Callable[[], Any]] = [lambda: None, lambda: None]
    states = [kept(guard)]
    for component, made, handling, own in zip(components, gets, handlings, ("mine", "other"), strict=True):
        guard.clusters.setdefault("orders", []).append(handling)
        guard.updates[component] = object()  # type: ignore[assignment]
        guard.objects.filling.begun.add(component)
        for name in ("shared", own):
            guard.objects.binding("token", name, made, watched=object(), first=object())  # type: ignore[arg-type]
            guard.objects.others.binding("token", name, "orders", made)
        guard.objects.filling.of_restore(own, "orders", made)
        guard.secrets.binding("token", own, secret_updates.ClusterSecret({}, "orders", made))
        states.append(kept(guard))

    guard.forget("orders", components[1], handlings[1], gets[1])
    assert {key: list(value) for key, value in kept(guard).items()} == {k: list(v) for k, v in states[1].items()}
    assert guard.clusters["orders"] == [handlings[0]]
    assert guard.objects._clusters["token", "shared"] == [gets[0]]
    assert guard.objects.others._clusters["token", "shared"] == [("orders", gets[0])]
    guard.forget("orders", components[0], handlings[0], gets[0])
    assert kept(guard) == states[0]


def test_planned_objects_are_let_go_of_one_by_one(engine: Log) -> None:
    of_existence = existence.Existence(Reach())
    planned = [existence.Planned({}, None), existence.Planned({}, None)]
    for entry in planned:
        of_existence.binding("token", "name", entry)

    of_existence.forget([("token", "name", planned[0]), ("token", "gone", planned[0])])
    assert of_existence._planned == {("token", "name"): [planned[1]]}
    assert of_existence._planned["token", "name"][0] is planned[1]
    of_existence.forget([("token", "name", planned[1])])
    assert of_existence._planned == {}


@pytest.mark.parametrize(
    ("path", "expected"), [(("name",), True), (("namespace",), True), (("instances", "engine", "replicas"), False)]
)
def test_a_cluster_that_changes_its_name_or_namespace_moves(path: tuple[str, ...], expected: bool) -> None:
    guard = Guard()
    changes = [Change(("paused",), "paused", False, True, Impact.ONLINE), Change(path, path[-1], 1, 2, Impact.ONLINE)]
    guard.updates["urn"] = SimpleNamespace(result=ChangeSet("orders", changes))  # type: ignore[assignment]

    assert guard.moves("urn") is expected
    assert not guard.moves("another")
