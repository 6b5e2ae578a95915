"""How the databases of an input are in a running cluster: what each operator reports of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.health import Health, health, of_all
from pulumi_everest.review.running import namespace_of, others_of, technology_of

if TYPE_CHECKING:
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.model.plugin_files.manifest import PluginManifest
    from pulumi_everest.model.plugin_files.object_settings import ObjectSettings
    from pulumi_everest.review.inputs.gather import Gathered
    from pulumi_everest.review.inputs.groups import Item


@dataclass(frozen=True)
class Database:
    """A database of the input: its main object, and the plugin that knows it, if there is one.

    `others` are its other objects that tell whether they are ready, with what the plugin says of them.
    """

    item: Item
    manifest: PluginManifest | None
    title: str
    topology: str | None = None
    others: Sequence[tuple[Item, ObjectSettings]] = ()


@dataclass(frozen=True)
class Row:
    """How a database is; `health` is None where its object does not exist, which is `live`."""

    database: Database
    health: Health | None
    live: Mapping[str, Any] | None = None

    @property
    def ready(self) -> bool:
        """Whether it is there and serves clients."""
        return self.health is not None and self.health.ready is True

    @property
    def failed(self) -> bool:
        """Whether the operator has given up."""
        return self.health is not None and self.health.failed is True

    @property
    def state(self) -> str:
        """The operator's own word."""
        return "not there" if self.health is None else self.health.state or "unknown"


def databases(gathered: Gathered, manifests: Sequence[PluginManifest]) -> Iterator[Database]:
    """The databases of an input: the main object of each cluster, and what else tells whether it is ready."""
    for group in gathered.groups:
        for item in group.items:
            if item.main and item.is_named:
                manifest = technology_of(item, group, manifests)
                title = manifest.title if manifest is not None else item.key[1]
                yield Database(item, manifest, title, group.about.get("topology"), others_of(group))


def look(live: LiveCluster, database: Database) -> Row:
    """How a database is now. Raises LiveError."""
    found = _read(live, database.item)
    if found is None:
        return Row(database, None)
    if database.manifest is None:
        return Row(database, Health(), found)
    main, others = health(database.manifest, found, database.topology), []
    for item, settings in database.others:
        other = _read(live, item)
        others.append((item.title, health(settings, other, database.topology) if other is not None else None))
    return Row(database, of_all(main, others), found)


def _read(live: LiveCluster, item: Item) -> Mapping[str, Any] | None:
    return live.get(str(item.manifest["apiVersion"]), item.key[1], item.key[3], namespace_of(item))
