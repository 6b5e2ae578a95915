"""What each database of an input takes, as the plugin of its technology says, or why that is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from pulumi_everest.core.capacity.workloads import NotKnownError, WorkloadError, Workloads, read_workloads
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError
from pulumi_everest.program.values import Secret, Unknown
from pulumi_everest.review.plain_bytes import plain_bytes
from pulumi_everest.review.running import namespace_of, technology_of

if TYPE_CHECKING:
    from pulumi_everest.core.technology import WorkloadMaker
    from pulumi_everest.plugins.plugin import Plugin
    from pulumi_everest.review.inputs.groups import Group, Item

NO_FILE: Final = "the plugin has no workloads.yaml"


@dataclass(frozen=True)
class Taken:
    """A database: where it is, what it is, and what it takes; `reason` says why that is not known.

    `object` tells its main object from others, however the database is called; `technology` is a title, and `plugin`
    the name of the plugin, or of the definition, which tells technologies of one title apart.
    """

    name: str
    namespace: str
    technology: str
    workloads: Workloads | None
    reason: str = ""
    object: tuple[str, ...] = ()
    plugin: str = ""


class Counter:
    """Says of databases what they take. Of those that are equal, as on both sides of a comparison, it is made once."""

    def __init__(self, plugins: Callable[[], Sequence[Plugin]]) -> None:
        self._plugins = plugins
        self._known: dict[tuple[int, bytes], Workloads | str] = {}
        self._same: dict[bytes, Workloads] = {}
        self._makers: dict[int, WorkloadMaker] = {}  # kept, so that an id stands for one

    def taken(self, groups: Iterable[Group]) -> Iterator[Taken]:
        """What each database of the groups takes; one of a controller counts as what that makes of it."""
        for group in groups:
            if group.cluster is not None:
                yield self._of_cluster(group)
            else:
                yield from self._of_objects(group)

    def _of_cluster(self, group: Group) -> Taken:
        cluster = group.cluster
        assert cluster is not None  # the caller has asked
        manifest, technology = cluster.technology.manifest, cluster.technology
        of = (manifest.title, manifest.name) if manifest is not None else (technology.definition.name,) * 2
        main = next((item for item in group.items if item.main), None)
        namespace = namespace_of(main) if main is not None else "default"
        if main is None:
            made: Workloads | str = "it has no object"
        elif technology.is_controlled:
            made = self._of_controlled(group)
        else:
            made = self._made(technology.workloads, main, [item for item in group.items if item is not main])
        return _taken(cluster.names[0], namespace, of, made, main)

    def _of_controlled(self, group: Group) -> Workloads | str:
        """What a controller makes of a cluster is what its templates make."""
        cluster = group.cluster
        assert cluster is not None  # the caller has asked
        reading, snapshot = cluster.technology.reading, cluster.snapshot
        objects = reading.objects(snapshot, snapshot.spec) if reading is not None else None
        if not objects:
            return "what its controller makes of it is not known"
        *others, main = objects
        return self._read(cluster.technology.workloads, main, others)

    def _of_objects(self, group: Group) -> Iterator[Taken]:
        """The main objects of operators among objects that belong to no cluster."""
        plugins = self._plugins() if group.items else ()
        manifests = [plugin.manifest for plugin in plugins]
        mains: list[tuple[Plugin, Item]] = []
        others: dict[tuple[str, str], list[Item]] = {}
        for item in group.items:
            manifest = technology_of(item, group, manifests)
            plugin = next((one for one in plugins if one.manifest is manifest), None)
            if plugin is not None and _is_main(plugin, item):
                mains.append((plugin, item))
            elif plugin is not None:
                others.setdefault((plugin.name, namespace_of(item)), []).append(item)
        for plugin, item in mains:
            namespace = namespace_of(item)
            made = self._made(partial(getattr, plugin, "workloads"), item, others.get((plugin.name, namespace), []))
            yield _taken(f"{namespace}/{item.key[3]}", namespace, (plugin.manifest.title, plugin.name), made, item)

    def _made(self, workloads: Any, main: Item, others: Sequence[Item]) -> Workloads | str:
        whole = main.live if main.live is not None else main.manifest
        return self._read(workloads, whole, [one.live or one.manifest for one in others if one.key[1] != "Secret"])

    def _read(self, workloads: Any, main: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Workloads | str:
        """The workloads of objects, or why they are not known."""
        try:
            maker: WorkloadMaker | None = workloads() if workloads is not None else None
        except EverestError as error:
            return f"workloads.yaml of the plugin: {error.findings[0].message}"
        if maker is None:
            return NO_FILE
        if plain_bytes([main, *others]) is None:
            return self._of_made(maker, _deferring(main), [_deferring(one) for one in others])
        decisive = plain_bytes(maker.decisive(main, others))
        assert decisive is not None  # it is a part of what is plain
        key = id(maker), _digest(decisive)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
                self._same.clear()
            self._known[key] = self._of_made(maker, main, others)
            self._makers[id(maker)] = maker
        return self._known[key]

    def _of_made(
        self, maker: WorkloadMaker, main: Mapping[str, Any], others: Sequence[Mapping[str, Any]]
    ) -> Workloads | str:
        """The workloads, those that are equal as one: of many databases of a few sizes there are few."""
        try:
            made = maker.make(main, others)
            packed = plain_bytes(made)
            if packed is None:
                return read_workloads(made)
            content = _digest(packed)
            if content not in self._same:
                self._same[content] = read_workloads(made)
            return self._same[content]
        except NotKnownError as error:
            return (
                f"what decides {error} is known when it is applied" if str(error) else "it depends on unknown outputs"
            )
        except WorkloadError as error:
            return f"workloads.yaml of the plugin: {error}"
        except EverestError as error:
            return f"workloads.yaml of the plugin: {error.findings[0].message}"


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


_REMEMBERED: Final = 500
"""Of how many databases it is remembered what they take: both sides of one are asked for soon after each other."""


def _taken(name: str, namespace: str, of: tuple[str, str], made: Workloads | str, main: Item | None) -> Taken:
    """What a database takes. `of` is the title of its technology, and what tells that apart."""
    technology, plugin = of
    key = main.key if main is not None else ()
    if isinstance(made, str):
        return Taken(name, namespace, technology, None, made, key, plugin)
    return Taken(name, namespace, technology, made, object=key, plugin=plugin)


def _is_main(plugin: Plugin, item: Item) -> bool:
    try:
        return plugin.template.main_kind == item.key[1]
    except EverestError:
        return False


def _deferring(data: Any) -> Any:
    """Data of a program as templates take it: what only an engine could tell is deferred."""
    if isinstance(data, Mapping):
        return {key: _deferring(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_deferring(value) for value in data]
    if isinstance(data, Unknown):
        return Deferred()
    return _deferring(data.value) if isinstance(data, Secret) else data
