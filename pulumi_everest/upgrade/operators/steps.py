"""The steps from one version of an operator to another: definitions, operator, crVersion, images, and what goes before.

What is known of databases is handed in as data; nothing here reads a cluster or an input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from shlex import join, quote
from typing import Any, Literal

from pulumi_everest.live.presence import install_command
from pulumi_everest.model.plugin_files.manifest import Operator
from pulumi_everest.model.values.versions import numbers, version_key

Kind = Literal["record", "fields", "versions", "definitions", "operator", "crVersion", "images"]
State = Literal["done", "next", "blocked", "later"]


@dataclass
class Step:
    """One step: what to do, with which commands, how to see that it worked, and how to go back.

    `clusters` says for each database what the step does to it, `problems` what is in the way where it is the next one.
    """

    id: str
    kind: Kind
    version: str
    title: str
    why: str
    commands: list[str] = field(default_factory=list)
    see: list[str] = field(default_factory=list)
    back: str = ""
    clusters: dict[str, list[str]] = field(default_factory=dict)
    impact: str = "none"
    state: State = "later"
    problems: list[str] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """The step as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Way:
    """What a step to a version does to the databases, by their names; what it does not touch is left out.

    `fields` are those that the version lacks and that have to move before its definitions come, `versions` what has to
    be another version before it, `changes` what raising crVersion does, `images` what newer images there are then.
    """

    version: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    versions: Mapping[str, list[str]] = field(default_factory=dict)
    changes: Mapping[str, list[str]] = field(default_factory=dict)
    images: Mapping[str, list[str]] = field(default_factory=dict)
    impact: str = "none"
    images_impact: str = "none"
    images_are_defaults: bool = True
    """Whether the newer images are those that a cluster gets which names none."""


@dataclass(frozen=True)
class Place:
    """Where an upgrade takes place: what the commands need to name."""

    namespace: str
    paths: Sequence[str]
    programs: Sequence[str] = ()
    """The Pulumi programs that they are or hold."""
    files: Sequence[str] = ()
    """Those of the paths that hold manifests."""
    options: Sequence[str] = ()
    """Options with which everest finds the cluster, word by word."""
    deployment: str | None = None

    @property
    def path(self) -> str:
        """The paths as a shell takes them."""
        return join(self.paths)

    @property
    def reach(self) -> str:
        """The options as a shell takes them."""
        return join(self.options)

    @property
    def kubectl(self) -> str:
        """kubectl with its options."""
        return f"kubectl {self.reach}".rstrip()


def way_of(operator: Operator, was: str, to: str) -> list[str]:
    """The versions to go over, with the last one: of each minor version between the newest, where there is one."""
    between: dict[tuple[int, ...], str] = {}
    for version in sorted(operator.versions, key=version_key):
        known = version not in operator.prereleases
        if known and numbers(was, 2) < numbers(version, 2) < numbers(to, 2):
            between[numbers(version, 2)] = version
    return [*between.values(), to] if version_key(was) < version_key(to) else []


def jumps(was: str, way: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of versions on a way that pass over a minor version which the plugin does not have."""
    pairs = zip([was, *way], way, strict=False)
    return [(one, other) for one, other in pairs if _gap(numbers(one, 2), numbers(other, 2))]


def _gap(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    return len(before) == len(after) == 2 and before[0] == after[0] and after[1] - before[1] > 1


def steps(operator: Operator, ways: Sequence[Way], place: Place, unlocked: Sequence[str] = ()) -> list[Step]:
    """All steps, in order. `unlocked` are the databases whose versions follow the defaults of the operator version."""
    found = [_record(ways[0].version, place, unlocked)] if ways and unlocked else []
    for way in ways:
        found += _steps(operator, way, place)
    return found


def _record(version: str, place: Place, unlocked: Sequence[str]) -> Step:
    return Step(
        "record", "record", version,
        "Record the versions that run",
        "they are defaults of the operator version, so they would move together with it",
        commands=[f"everest lock {place.path}"],
        see=[f"everest lock {place.path} --check"],
        back="take the lock file away",
        clusters={name: ["its versions are recorded"] for name in unlocked},
    )  # fmt: skip


def _steps(operator: Operator, way: Way, place: Place) -> Iterator[Step]:
    version = way.version
    apply = _apply(place)
    if way.fields:
        yield Step(
            f"{version}-fields", "fields", version,
            f"Move the fields that operator {version} does not have",
            "the API server drops them as soon as it has the new definitions, and Services would change with them; the "
            "operator that runs reads both places, so nothing changes by this",
            commands=[f"$EDITOR {place.path}", *apply],
            see=[f"everest preview {place.path} --against cluster{_space(place.reach)} --exit-code"],
            back="write the former fields again, as long as the definitions are the former ones",
            clusters=dict(way.fields), impact="online",
        )  # fmt: skip
    if way.versions:
        yield Step(
            f"{version}-versions", "versions", version,
            f"Leave the versions that operator {version} does not run",
            "it has no image for them, so they have to be others before",
            commands=[f"$EDITOR {place.path}", *apply],
            see=[_status(place)],
            back="minor versions cannot go back: restore a backup from before into a new cluster",
            clusters=dict(way.versions), impact="rolling restart",
        )  # fmt: skip
    yield _definitions(operator, version, place)
    yield _operator(operator, version, place)
    yield Step(
        f"{version}-crVersion", "crVersion", version,
        f"Raise crVersion: operatorVersion {version} at the Provider, or at each cluster",
        "until then the operator treats the databases as the former version did",
        commands=[f"$EDITOR {place.path}", f"everest lock {place.path}", *apply],
        see=[_status(place)],
        back="none but a restore: make a new cluster on the version before, filled by a backup from before",
        clusters=dict(way.changes), impact=way.impact,
    )  # fmt: skip
    if way.images:
        yield Step(
            f"{version}-images", "images", version,
            f"Take the images that go with operator {version}",
            "older ones go on running, so this may wait; each is a change of versions of its own",
            commands=[*_newer(way, place), *apply],
            see=[_status(place)],
            back="everest lock --back, for what a guard lets go back; else a restore",
            clusters=dict(way.images), impact=way.images_impact,
        )  # fmt: skip


def _definitions(operator: Operator, version: str, place: Place) -> Step:
    ref = operator.prereleases.get(version, f"v{version}")
    file = operator.crd_file.replace("{ref}", ref) if operator.crd_file is not None else None
    commands = [f"{place.kubectl} apply --server-side --force-conflicts -f {file}"] if file is not None else []
    names = " ".join(f"crd/{name}" for name in operator.crds)
    why = "the API server drops fields that its definitions lack, and charts do not upgrade definitions"
    if version in operator.prereleases:
        why += f"; {version} is not released, these are the definitions of '{ref}'"
    return Step(
        f"{version}-definitions", "definitions", version,
        f"Bring the CustomResourceDefinitions of operator {version}",
        why,
        commands=commands or [f"# bring the definitions of {operator.name} {version}"],
        see=[f"{place.kubectl} wait --for=condition=Established {names}"] if names else [],
        back="apply those of the version before: nothing uses the new fields yet",
    )  # fmt: skip


def _operator(operator: Operator, version: str, place: Place) -> Step:
    command = install_command(operator, version, place.namespace)
    reach = place.reach.replace("--context", "--kube-context")
    deployment = place.deployment or operator.chart or operator.name
    return Step(
        f"{version}-operator", "operator", version,
        f"Upgrade the operator to {version}",
        "it takes over the databases as they are: no pod restarts",
        commands=[f"{command}{_space(reach)}" if command is not None else f"# install {operator.name} {version}"],
        see=[f"{place.kubectl} rollout status deployment/{deployment} --namespace {place.namespace}", _status(place)],
        back="install the version before again, as long as no crVersion was raised",
    )  # fmt: skip


def _apply(place: Place) -> list[str]:
    commands = [f"pulumi {command} --cwd {quote(path)}" for path in place.programs for command in ("preview", "up")]
    if place.files:
        commands.append(f"everest render {join(place.files)} | {place.kubectl} apply --server-side -f -")
    return commands


def _newer(way: Way, place: Place) -> list[str]:
    """How to get to newer versions: to those that are defaults, or to those of another series by their names."""
    if way.images_are_defaults:
        return [f"everest lock {place.path} --upgrade"]
    return [f"$EDITOR {place.path}", f"everest lock {place.path}"]


def _status(place: Place) -> str:
    return f"everest status {place.path}{_space(place.reach)} --wait 900"


def _space(text: str) -> str:
    return f" {text}" if text else ""
