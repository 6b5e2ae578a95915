"""One input as a whole: what refers to what, which definition counts, and that no input is ever a traceback."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import Finding, one_line, path_text
from pulumi_everest.model.lines import on_one_line
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import ClusterInput, ProviderInput, Workspace, shape_for

WRONG = Path(__file__).parents[1] / "wrong"
SEED = (WRONG / "seed.yaml").read_text()
DEFINITION, PROVIDER, CLUSTER = SEED.split("---\n")
API = "everest.percona.com/v2alpha1"
KIOSK = f"""
apiVersion: {API}
kind: DatabaseClusterDefinition
metadata: {{name: kiosk}}
spec:
  componentTypes: {{kioskd: {{versions: [{{version: "1", image: "kiosk:1"}}]}}}}
  components: {{engine: {{type: kioskd}}}}
  topologies: {{single: {{components: {{engine: {{}}}}}}}}
"""


def document(kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> str:
    data = {"apiVersion": API, "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec}
    return yaml.safe_dump(data, sort_keys=False)


def workspace(*texts: str, plugins: Plugins | None = None, **options: Any) -> Workspace:
    documents, found = read_yaml("---\n".join(texts), "input.yaml", shape_for)
    assert found == []
    return Workspace(plugins or Plugins(), documents, **options)


def codes(found: list[Finding]) -> list[tuple[str, str]]:
    return [(entry.code, path_text(entry.path)) for entry in found]


def image(space: Workspace) -> str:
    """The image of the only cluster's engine."""
    assert space.plan().findings == []
    resolved, _, _ = space.check(space.clusters[0])
    assert resolved is not None
    return str(resolved.spec["instances"]["engine"]["image"])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A plugin's folder to be changed: plugin and definition are called shop."""
    return Path(shutil.copytree(WRONG / "plugin", tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__")))


# What a name leads to


def test_the_seed_becomes_the_operators_object() -> None:
    planned = workspace(SEED).plan()

    assert planned.findings == []
    (plan,) = planned.clusters
    (main,) = [entry for entry in plan.objects if entry.main]
    assert (main.manifest["kind"], main.manifest["metadata"]["name"]) == ("PerconaServerMongoDB", "psmdb-cluster")
    assert main.manifest["spec"]["image"] == "percona/percona-server-mongodb:8.0.8-3"


def test_the_order_of_documents_does_not_matter() -> None:
    definition = DEFINITION.replace("percona/percona-server-mongodb:8.0.8-3", "own/mongod:8.0.8-3")

    for order in ([definition, PROVIDER, CLUSTER], [CLUSTER, PROVIDER, definition]):
        assert image(workspace(*order)) == "own/mongod:8.0.8-3"


def test_without_documents_of_its_own_a_cluster_gets_a_plugins_provider_and_definition() -> None:
    cluster = document("DatabaseCluster", "a", {"provider": "psmdb-operator"})

    assert image(workspace(cluster)).startswith("percona/percona-server-mongodb:")


def test_a_definition_of_the_input_replaces_the_plugins_as_a_whole() -> None:
    cluster = document("DatabaseCluster", "a", {"provider": "psmdb-operator", "topology": {"type": "standard"}})

    assert image(workspace(DEFINITION, cluster)) == "percona/percona-server-mongodb:8.0.8-3"
    newer = document(
        "DatabaseCluster",
        "a",
        {
            "provider": "psmdb-operator",
            "topology": {"type": "standard"},
            "components": {"versions": {"mongod": {"version": "8.0.12-4"}}},
        },
    )
    assert codes(workspace(newer).plan().findings) == []
    assert codes(workspace(DEFINITION, newer).plan().findings) == [
        ("cluster.unknown-version", "spec.components.versions.mongod.version")
    ]


def test_a_plugin_that_is_named_counts_before_a_built_in_one_and_the_input_before_both(shop: Path) -> None:
    for name, old in (("plugin.yaml", "name: shop\n"), ("definition.yaml", "  name: shop\n")):
        new = "name: psmdb\n" if name == "plugin.yaml" else "  name: psmdb-operator\n"
        (shop / name).write_text((shop / name).read_text().replace(old, new))
    cluster = document("DatabaseCluster", "a", {"provider": "psmdb-operator"})

    assert image(workspace(cluster, plugins=Plugins([shop]))) == "shop/shopd:2.0.0"
    own = (shop / "definition.yaml").read_text().replace("shop/shopd:2.0.0", "own/shopd:2.0.0")
    assert image(workspace(own, cluster, plugins=Plugins([shop]))) == "own/shopd:2.0.0"


def test_a_provider_may_name_the_plugin_of_a_definition_with_another_name() -> None:
    definition = DEFINITION.replace("  name: psmdb-operator", "  name: mongo")
    provider = document("Provider", "mongo", {"databaseClusterDefinition": "mongo", "plugin": "psmdb"})
    cluster = CLUSTER.replace("provider: psmdb-operator", "provider: mongo")

    planned = workspace(definition, provider, cluster).plan()

    assert planned.findings == []
    assert [entry.manifest["kind"] for entry in planned.clusters[0].objects] == ["PerconaServerMongoDB"]
    wrong = definition.replace("    monitoring:\n      type: prometheus", "    exporter:\n      type: prometheus")
    assert ("definition.not-honoured", "spec.components.exporter") in codes(
        workspace(wrong, provider, cluster).plan().findings
    )


def test_the_providers_settings_are_those_of_its_clusters() -> None:
    provider = document(
        "Provider",
        "mongo",
        {
            "databaseClusterDefinition": "psmdb-operator",
            "operatorVersion": "1.21.1",
            "images": {"registry": "mirror.example.org"},
        },
    )
    space = workspace(provider, document("DatabaseCluster", "a", {"provider": "mongo"}))

    assert image(space).startswith("mirror.example.org/percona/")
    resolved, _, _ = space.check(space.clusters[0])
    assert resolved is not None
    assert resolved.spec["operatorVersion"] == "1.21.1"


def test_two_of_one_name_in_the_input_are_an_error_that_names_the_place_of_the_first() -> None:
    other = document(
        "DatabaseCluster",
        "psmdb-cluster",
        {"provider": "psmdb-operator", "topology": {"type": "standard"}},
        namespace="other",
    )

    found = workspace(DEFINITION, DEFINITION, PROVIDER, PROVIDER, CLUSTER, CLUSTER, other).plan().findings

    assert [(entry.code, entry.message.rpartition(", ")[2]) for entry in found] == [
        ("provider.duplicate", "the first at input.yaml:4:9"),
        ("provider.duplicate", "the first at input.yaml:142:9"),
        ("cluster.duplicate", "the first at input.yaml:158:9"),
    ]


# Definitions that no plugin emits


def test_a_definition_without_a_plugin_can_be_validated_and_left_to_a_controller() -> None:
    cluster = document("DatabaseCluster", "a", {"provider": "kiosk"})
    provider = document("Provider", "kiosk", {"databaseClusterDefinition": "kiosk", "reconcileBy": "everest"})

    space = workspace(KIOSK, cluster)
    assert space.check(space.clusters[0])[2] == []
    assert codes(space.plan().findings) == [("provider.no-plugin", "spec.provider")]
    planned = workspace(KIOSK, provider, cluster).plan()
    assert planned.findings == []
    assert [entry.manifest["kind"] for entry in planned.clusters[0].objects] == ["DatabaseCluster"]


def test_left_to_a_controller_a_cluster_is_written_as_the_user_wrote_it() -> None:
    cluster = document("DatabaseCluster", "a", {"provider": "kiosk", "instances": {"engine": {"replicas": 2}}})
    space = workspace(KIOSK, cluster, reconcile_by="everest")

    planned = space.plan()

    assert planned.clusters[0].objects[0].manifest["spec"] == {
        "provider": "kiosk",
        "instances": {"engine": {"replicas": 2}},
        "topology": {"type": "single"},
    }
    assert [entry.manifest["kind"] for entry in space.provider_objects("kiosk")] == [
        "DatabaseClusterDefinition",
        "Provider",
    ]
    assert workspace(KIOSK, cluster).provider_objects("kiosk") == []


@pytest.mark.parametrize(
    ("finalizers", "expected"),
    [
        (["percona.com/delete-psmdb-pvc"], [("field.conflict", "metadata.finalizers")]),
        (["foregroundDeletion", "a.example.com/b"], [("field.conflict", "metadata.finalizers")]),
        ([], [("field.conflict", "metadata.finalizers")]),
        (["everest.percona.com/cleanup", "foregroundDeletion"], []),
    ],
)
def test_finalizers_of_the_operators_object_are_refused_where_a_controller_makes_it(
    finalizers: list[str], expected: list[tuple[str, str]]
) -> None:
    cluster = document("DatabaseCluster", "a", {"provider": "kiosk"}, finalizers=finalizers)
    planned = workspace(KIOSK, cluster, reconcile_by="everest").plan()

    assert codes(planned.findings) == expected
    assert {entry.place.line if entry.place else None for entry in planned.findings} <= {14}
    assert all("finalizers" not in o.manifest["metadata"] for plan in planned.clusters for o in plan.objects)


# Mistakes do not cause others


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (DEFINITION.replace("  name: psmdb-operator", "  name: psmdb_operator"), [("value.name", "metadata.name")]),
        (DEFINITION.split("spec:")[0], [("field.missing", "spec")]),
        (DEFINITION.replace("spec:", "specs:"), [("field.unknown", "specs")]),
        (PROVIDER.split("spec:")[0], [("field.missing", "spec")]),
        (
            PROVIDER.replace("Definition: psmdb-operator", "Definition: [a]"),
            [("field.type", "spec.databaseClusterDefinition")],
        ),
    ],
)
def test_a_document_that_cannot_be_read_is_not_missed_by_those_that_refer_to_it(
    broken: str, expected: list[tuple[str, str]]
) -> None:
    parts = [broken, CLUSTER] if "kind: Provider" in broken else [broken, PROVIDER, CLUSTER]
    if "psmdb_operator" in broken:
        parts = [broken, PROVIDER.replace("Definition: psmdb-operator", "Definition: psmdb_operator"), CLUSTER]
        expected = [*expected, ("value.name", "spec.databaseClusterDefinition")]

    assert codes(workspace(*parts).plan().findings) == expected


def test_a_refused_value_does_not_hide_what_is_wrong_elsewhere() -> None:
    cluster = CLUSTER.replace("engine: {}", "engine: {replicas: three, expose: {type: Node}}").replace(
        "proxy: {}", "prxy: {}"
    )

    assert codes(workspace(DEFINITION, PROVIDER, cluster).plan().findings) == [
        ("field.type", "spec.instances.engine.replicas"),
        ("field.value", "spec.instances.engine.expose.type"),
        ("cluster.unknown-component", "spec.instances.prxy"),
    ]


def test_an_error_leaves_no_objects_and_a_warning_does() -> None:
    warned = CLUSTER.replace("      prometheus:\n", "      pmm:\n        version: 2.44.1\n      prometheus:\n")

    assert workspace(SEED.replace("type: sharded", "type: x")).plan().clusters == []
    planned = workspace(DEFINITION, PROVIDER, warned).plan()
    assert [entry.code for entry in planned.findings] == ["cluster.unused-version"]
    assert len(planned.clusters) == 1


# Reading


@pytest.mark.parametrize(
    ("written", "components"),
    [("backupAgent: {}", ["engine", "backupAgent"]), ("backupAgent:", ["engine"]), ("backupAgent: null", ["engine"])],
)
def test_an_optional_component_is_there_when_it_is_listed_and_null_lists_none(
    written: str, components: list[str]
) -> None:
    cluster = f"apiVersion: {API}\nkind: DatabaseCluster\nmetadata: {{name: a}}\nspec:\n  provider: psmdb-operator\n"
    space = workspace(cluster + f"  instances:\n    {written}\n")

    resolved, _, found = space.check(space.clusters[0])

    assert found == []
    assert resolved is not None
    assert list(resolved.spec["instances"]) == components


def test_what_a_server_wrote_is_ignored() -> None:
    server = {"uid": "1", "resourceVersion": "2", "creationTimestamp": "x", "managedFields": [], "generation": 3}
    text = yaml.safe_load(CLUSTER)
    text["metadata"] |= server
    text["status"] = {"phase": "ready"}

    space = workspace(DEFINITION, PROVIDER, yaml.safe_dump(text))

    assert space.plan().findings == []
    assert space.clusters[0].metadata == {"name": "psmdb-cluster", "namespace": "default"}


def test_config_is_typed_by_the_definitions_schema() -> None:
    schema = "\n    single:\n      configSchema: {properties: {release: {type: string}, size: {type: integer}}}\n      components: {engine: {}}"
    definition = KIOSK.replace("\n  topologies: {single: {components: {engine: {}}}}", f"\n  topologies:{schema}")
    cluster = f"apiVersion: {API}\nkind: DatabaseCluster\nmetadata: {{name: a}}\n"
    cluster += "spec: {provider: kiosk, topology: {config: {release: 1.10, size: 3}}}\n"

    space = workspace(definition, cluster)

    assert space.check(space.clusters[0])[2] == []
    assert space.clusters[0].spec["topology"]["config"] == {"release": "1.10", "size": 3}


def test_documents_of_other_groups_are_left_alone_in_their_order() -> None:
    others = [
        "apiVersion: v1\nkind: ConfigMap\n",
        "apiVersion: pkg.crossplane.io/v1\nkind: Provider\n",
        "apiVersion: v1\nkind: Secret\n",
    ]

    space = workspace(others[0], SEED, others[1], others[2])

    assert space.plan().findings == []
    assert [entry.data["kind"] for entry in space.foreign] == ["ConfigMap", "Provider", "Secret"]


# Programs


def test_a_program_gives_providers_and_clusters_whose_paths_have_no_prefix() -> None:
    space = Workspace(Plugins())
    space.add_provider(ProviderInput("mongo", {"databaseClusterDefinition": "psmdb-operator"}))
    spec = {"provider": "mongo", "instances": {"engin": {}, "engine": {"replicas": Deferred((), "an output")}}}
    space.clusters.append(ClusterInput({"name": "a", "namespace": "b"}, spec))

    assert codes(space.plan().findings) == [("cluster.unknown-component", "instances.engin")]


def test_the_provider_must_be_known_in_a_preview() -> None:
    space = Workspace(Plugins())
    space.clusters.append(ClusterInput({"name": "a"}, {"provider": Deferred(("provider",), "an output")}))

    assert codes(space.plan().findings) == [("value.not-known", "provider")]


# Plugins


@pytest.mark.parametrize(
    "file", ["plugin.yaml", "definition.yaml", "resources.yaml", "presets/small.yaml", "functions.py"]
)
@pytest.mark.parametrize(
    "content", ["", "[", "[]", "a", "a: b", "\0", "components: 3\nname: 3\nspec: 3\nobjects: 3\ninstances: 3"]
)
def test_a_broken_plugin_is_findings_and_never_a_traceback(shop: Path, file: str, content: str) -> None:
    (shop / file).write_text(content)
    cluster = document("DatabaseCluster", "a", {"provider": "shop", "preset": "small"})

    space = workspace(cluster, plugins=Plugins([shop]))

    planned = space.plan()
    assert planned.clusters == []
    assert any(entry.is_error and entry.place and entry.place.file.startswith(str(shop)) for entry in planned.findings)


# Any input


def nodes(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything in a document."""
    yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from nodes(value, (*path, key))


DOCUMENTS = list(yaml.safe_load_all(SEED))
PLACES = [path for path in nodes(DOCUMENTS) if path]
KEYS = sorted({key for path in PLACES for key in path if isinstance(key, str)})
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.sampled_from(KEYS)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mutated_seed(draw: st.DrawFn) -> list[Any]:
    """The seed's documents with a few values replaced, removed, renamed or taken from elsewhere."""
    documents: list[Any] = copy.deepcopy(DOCUMENTS)
    for _ in range(draw(st.integers(1, 4))):
        *parents, last = draw(st.sampled_from(PLACES))
        owner: Any = documents
        for key in parents:
            owner = (
                owner[key]
                if (isinstance(owner, dict) and key in owner) or (isinstance(owner, list) and key in range(len(owner)))
                else None
            )
        if not isinstance(owner, dict) or last not in owner:
            continue
        match draw(st.sampled_from(["replace", "remove", "rename", "add"])):
            case "replace":
                owner[last] = draw(VALUES)
            case "remove":
                del owner[last]
            case "rename":
                owner[draw(st.text(max_size=5) | st.sampled_from(KEYS))] = owner.pop(last)
            case _:
                owner[draw(st.sampled_from(KEYS))] = draw(VALUES)
    return documents


def assert_told(text: str) -> int:
    """Whether all that is said about a text is about places in it; gives how much is said or made."""
    documents, found = read_yaml(text, "input.yaml", shape_for)
    space = Workspace(Plugins(), documents)
    planned = space.plan()
    told = [*found, *planned.findings]
    for entry in told:
        assert entry.place is not None
        assert 1 <= (entry.place.line or 0) <= len(re.findall("[\n\x85\u2028\u2029]", text)) + 1
        assert on_one_line(entry.message) in one_line(entry)
    return len(told) + len(planned.clusters)


@settings(max_examples=examples(150))
@given(documents=mutated_seed())
def test_what_is_said_about_any_change_of_the_seed_has_its_place(documents: list[Any]) -> None:
    told = assert_told(yaml.safe_dump_all(documents, allow_unicode=True))

    assert told or all(entry.get("kind") != "DatabaseCluster" or entry["apiVersion"] != API for entry in documents)


@settings(max_examples=examples(100))
@given(kind=st.sampled_from(["DatabaseClusterDefinition", "Provider", "DatabaseCluster"]), metadata=VALUES, spec=VALUES)
def test_what_is_said_about_any_document_has_its_place(kind: str, metadata: Any, spec: Any) -> None:
    data = {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}

    assert assert_told(yaml.safe_dump(data, allow_unicode=True))
