"""What comes of a form: the document, everything that is wrong with it, the program, the objects.

The document is written as text and read again, as a file of it would be, and goes the way of `everest render`: so the
page says what the commands say, with the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_everest.adoption.write import cluster_program
from pulumi_everest.core.paths import value_at
from pulumi_everest.model.source.documents import Document, read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.review.clusters import Cluster
from pulumi_everest.review.hidden_values import marked, plain
from pulumi_everest.review.inputs.gather import Gathered, gather
from pulumi_everest.review.inputs.groups import Group, Item
from pulumi_everest.review.inputs.paths import Inputs
from pulumi_everest.review.options import Options
from pulumi_everest.ui.texts import remembered_yaml
from pulumi_everest.workspace.workspace import shape_for

Data = dict[str, Any]


@dataclass
class Outcome:
    """What came of a document: its text, all findings and objects. Without `group` there is an error."""

    document: Data
    text: str
    file: str
    gathered: Gathered

    @property
    def group(self) -> Group | None:
        """The cluster with its objects."""
        return next((group for group in self.gathered.groups if group.kind == "cluster"), None)

    @property
    def cluster(self) -> Cluster | None:
        """The cluster as it is compared."""
        return self.group.cluster if self.group is not None else None

    @property
    def items(self) -> list[Item]:
        """The objects of the cluster."""
        return self.group.items if self.group is not None else []


def outcome(
    document: Data,
    file: str,
    plugins: Plugins,
    options: Options,
    beside: Sequence[Document] = (),
    going_on: Callable[[], None] | None = None,
) -> Outcome:
    """Everything that comes of a document in a file of that name, with other documents `beside` it.

    `going_on` is called while its objects are explained, and may raise what ends that.
    """
    text = remembered_yaml(document)
    documents, found = read_yaml(text, file, shape_for)
    inputs = Inputs(documents=[*beside, *documents], texts={file: text}, findings=found)
    return Outcome(document, text, file, gather(inputs, options, plugins=plugins, going_on=going_on))


def file_of(document: Mapping[str, Any]) -> str:
    """The name of a file for a document that is in none yet."""
    characters = name_of(document)
    plain_name = "".join(one if one.isascii() and one.isalnum() else "-" for one in characters)
    return f"{plain_name.strip('-')[:100] or 'cluster'}.yaml"


def program_of(document: Mapping[str, Any]) -> str:
    """The same cluster as a program in Python, which says the namespace: without one it would follow its provider."""
    metadata = document.get("metadata") or {}
    named = {"name": metadata.get("name"), "namespace": metadata.get("namespace") or "default"}
    return cluster_program({**metadata, **named}, document.get("spec") or {})


def name_of(document: Mapping[str, Any]) -> str:
    """The name that a document gives; empty where it gives none."""
    name = value_at(document, ("metadata", "name"))
    return name if isinstance(name, str) else ""


def objects_data(items: Sequence[Item]) -> list[Data]:
    """The objects as the page shows them: title and YAML, without secret values."""
    return [{"title": item.title, "main": item.main, "yaml": object_text(item)} for item in items]


def object_text(item: Item) -> str:
    """An object as YAML, without secret values."""
    return remembered_yaml(plain(marked(item.manifest), show=False))


def components(cluster: Cluster | None) -> Data:
    """What a cluster has of each component, for its drawing."""
    if cluster is None:
        return {}
    return dict(_components(cluster.snapshot.spec.get("instances")))


def _components(instances: Any) -> Iterator[tuple[str, Data]]:
    for name, own in instances.items() if isinstance(instances, Mapping) else ():
        drawn = {
            "replicas": own.get("replicas"),
            "version": own.get("version"),
            "size": value_at(own, ("storage", "size")),
        }
        yield name, {key: value for key, value in drawn.items() if isinstance(value, (int, str))}
