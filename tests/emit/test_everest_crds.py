"""The CustomResourceDefinitions of this package's own kinds: structural, complete, and as wide as the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_everest.core.definitions.check_plugin import METADATA
from pulumi_everest.core.definitions.field_patterns import field_pattern, rule_pattern
from pulumi_everest.core.definitions.server_rules import SERVER_CHECKS
from pulumi_everest.core.paths import missing_part, parse
from pulumi_everest.core.rule_places import missing_place
from pulumi_everest.emit.everest_crds import KINDS, everest_crds, file_name
from pulumi_everest.expressions.patterns import is_pattern, matches
from pulumi_everest.model.kubernetes.labels import check_qualified_name
from pulumi_everest.model.plugin_files.manifest import CLUSTER, INSTANCE
from pulumi_everest.model.schemas.server_texts import RANGE_PATTERN, TEXTS
from pulumi_everest.model.values import amounts, scalars, texts
from pulumi_everest.model.values.image_pattern import check_pattern
from pulumi_everest.model.values.image_reference import check_registry
from pulumi_everest.model.values.versions import Range
from pulumi_everest.plugins.find import builtin
from pulumi_everest.workspace.documents import KINDS as READ_KINDS

ROOT = Path(__file__).parents[2]
CRDS = {definition["spec"]["names"]["kind"]: definition for definition in everest_crds()}

JUNCTORS = ("allOf", "anyOf", "oneOf", "not")
FORBIDDEN = {
    "$ref",
    "definitions",
    "patternProperties",
    "uniqueItems",
    "const",
    "exclusiveMinimum",
    "title",
    "deprecated",
}


def schema_of(definition: dict[str, Any]) -> dict[str, Any]:
    (version,) = definition["spec"]["versions"]
    return version["schema"]["openAPIV3Schema"]


def nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All schemas of places, without the parts of junctors, with their paths."""
    yield path, schema
    for name, below in schema.get("properties", {}).items():
        yield from nodes(below, f"{path}.{name}")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from nodes(schema["additionalProperties"], f"{path}.*")
    if "items" in schema:
        yield from nodes(schema["items"], f"{path}[]")


NODES = [
    pytest.param(node, id=f"{kind}{path}") for kind, crd in CRDS.items() for path, node in nodes(schema_of(crd), "")
]


def test_every_kind_that_is_read_has_a_definition() -> None:
    assert set(CRDS) == set(READ_KINDS) == {kind.name for kind in KINDS}


def test_the_committed_definitions_are_those_of_the_models() -> None:
    folder = ROOT / "schemas" / "crds"
    committed = {path.name: yaml.safe_load(path.read_text()) for path in folder.iterdir()}
    assert committed == {file_name(definition): definition for definition in CRDS.values()}, "run 'make schemas'"


@pytest.mark.parametrize("node", NODES)
def test_a_schema_is_structural(node: dict[str, Any]) -> None:
    free = node.get("x-kubernetes-preserve-unknown-fields") is True
    assert "type" in node or free or node.get("x-kubernetes-int-or-string") is True
    assert not FORBIDDEN & node.keys()
    assert not ("properties" in node and "additionalProperties" in node)
    assert ("items" in node) == (node.get("type") == "array")
    assert ("x-kubernetes-list-type" in node) == (node.get("type") == "array")
    for junctor in JUNCTORS:
        for part in node.get(junctor, []):
            assert part.keys() <= {"enum", "pattern", "format", "maxLength", "minLength"}
    for key in node.get("x-kubernetes-list-map-keys", []):
        assert key in node["items"]["required"] or "default" in node["items"]["properties"][key]


def test_every_field_has_a_description_and_every_pattern_is_one() -> None:
    for kind, crd in CRDS.items():
        for path, node in nodes(schema_of(crd), kind):
            named = path.rpartition(".")[2] not in ("*", "metadata", "name") and not path.endswith("]")
            named &= not any(f".{own}" in path for own in OF_KUBERNETES)
            assert not named or node.get("description"), path
            for part in (node, *node.get("anyOf", []), *node.get("allOf", [])):
                assert is_pattern(part.get("pattern", "")), path


OF_KUBERNETES = ("affinity.", "tolerations[]", "topologySpreadConstraints[]")
"""What Kubernetes describes, at length."""

FREE = {
    "DatabaseClusterDefinition": {
        ".spec.configSchema", ".spec.components.*.configSchema", ".spec.topologies.*.configSchema",
        *(
            f".spec.topologies.*.components.*.defaults.{name}"
            for name in ("config", "overrides", "engineConfig")
        ),
        ".spec.uiSchema.*", ".status",
    },
    "Provider": {".spec.api", ".status"},
    "DatabaseCluster": {
        ".spec.topology.config", ".spec.config", ".spec.overrides", ".status",
        *(
            f".spec.instances.*.{name}"
            for name in ("config", "overrides", "engineConfig")
        ),
    },
    "DatabaseBackup": {".spec.overrides", ".status"},
    "DatabaseRestore": {".spec.overrides", ".status"},
    "DatabaseUpgrade": {".spec.overrides", ".status"},
}  # fmt: skip


@pytest.mark.parametrize("kind", CRDS)
def test_only_what_is_meant_to_hold_anything_keeps_unknown_fields(kind: str) -> None:
    found = {path for path, node in nodes(schema_of(CRDS[kind])) if node.get("x-kubernetes-preserve-unknown-fields")}
    assert found == FREE[kind]


def test_rules_and_fragments_belong_to_places_that_there_are() -> None:
    """A rule of a model or field that was renamed would be gone without a word."""
    rules = [
        rule["rule"]
        for crd in CRDS.values()
        for _, node in nodes(schema_of(crd))
        for rule in node.get("x-kubernetes-validations", [])
    ]
    for place, wanted in SERVER_CHECKS.rules.items():
        assert all(rule["rule"] in rules for rule in wanted), place
    found = [node for crd in CRDS.values() for _, node in nodes(schema_of(crd))]
    for place, fragment in SERVER_CHECKS.fragments.items():
        assert any(fragment.items() <= node.items() for node in found), place


# Texts: what the check of a text takes, the server takes; what it refuses, the server refuses but for what is named

SAME: list[tuple[Callable[[str], str | None], list[str]]] = [
    (scalars.check_quantity, ["10Gi", "10GB", "0", "-1", ".5", "5.", "1e3", "1e1000", "0.0Gi", "+3", "0e9", "10 Gi", "007", "1E", "1Eh", "5m", "0.0001n", "", "1" * 65]),
    (scalars.check_duration, ["7d", "1h30m", "0s", "30", "-1h", ".5h", "1.h", "0h0m", "10ms", "1µs", "1us", "1 h", "", "P1D"]),
    (scalars.check_cron, ["0 3 * * *", "@daily", "0 25 * * *", "*/5 0-6,9 1 JAN-dec ?", " 0\t0 1 1 sun ", "? * * * *", "007 1 * * 0", "* * * * 7", "*/0 * * * *", "*/60 * * * *", "a b c d e", "0 0 3 * * *", "TZ=UTC 0 0 * * *", "0 0 L * *", "0 0 0 * *", "0 0 * 13 *", "0-59/59 0 31 12 6", "", "1,2, * * * *"]),
    (scalars.check_dns_label, ["a", "a-", "-a", "A", "a.b", "a" * 63, "a" * 64, "", "1-2"]),
    (scalars.check_dns_subdomain, ["a.b", "a..b", ".a", "a.", "a-.b", "x" * 253, "x" * 254, "", "A.b"]),
    (scalars.check_image, ["percona/x:1", "Percona/mongo:8", "localhost/x", "localhost:5000/x", "reg.io:5000/a/b:1@sha256:" + "a" * 64, "a..b/c", "host:5000/x", "[::1]:5000/x", "https://a/b", "x", "x:", "A", "example.org", "a__b/c--d", "a_-b", "a./b", "reg.io./x", "UPPER.io/x:1", "UPPER/x", "u.io/X", "x:tag@sha256:12", "a/<tag>", "${IMAGE}", " a", "a/b//c"]),
    (scalars.check_url, ["https://a", "HTTP://A:80/x?y", "http://a:0", "http://a:65535", "http://a:65536", "http://a:", "http://[::1]:8080/", "http://me:x@a", "pmm.example", "http://a b", "http://a/ b", "ftp://x", "http://", "http://a_b.c./", "http://-a", "https://a?b@c", "https://a/b@c", "https://a#x", "", " https://a"]),
    (scalars.check_time, ["2026-01-31T09:30:00Z", "2026-01-31 09:30", "2026-01-31T24:30:00Z", "2026-01-31T09:30:00.123+02:00", "2026-01-31T09:30:60Z", "2026-01-31T09:30:00+24:00", "2026-13-01T00:00:00Z", "latest"]),
    (amounts.check_memory, ["512Mi", "1Mi", "1G", "0", "x"]),
    (amounts.check_size, ["10Gi", "1e9", "0", "10GB"]),
    (amounts.check_cpu, ["500m", "2", "0.5", "1e1", "2E1", "1Gi", "1M", "1k", "0", "x"]),
    (check_qualified_name, ["a", "example.com/a", "service.k8s.aws/nlb", "a b", "Example.com/a", "a/b/c", "/a", "a/", "", "a" * 63, "a" * 64, "A_b.C-1", "-a"]),
    (check_pattern, ["k:${version}", "k:${ version }-${operator}", "k:${operator}", "k:1", "k:${verison}", "k:${version", "k:${version}-$x", "k:${version}-${}", " k:${version}", ""]),
    (check_registry, ["r.example.com", "r.example.com:5000", "r.example.com/mirror/x", "localhost:5000", "mirror", "mirror/x", "https://r.example.com", "r.example.com/", "r.example.com/x:1", "r.example.com/X", "a b", "", "r.example.com:port"]),
    (texts.check_bucket, ["backups", "my.bucket-1", "", "a b", "a/b", "s3://a", " a"]),
    (texts.check_folder, ["", "shop/orders", "a b", " a", "a ", "/a/"]),
    (texts.check_region, ["eu-central-1", "", "a b"]),
    (scalars.check_version, ["8.0", "", "> 8", "a" * 128, "a" * 129, "1~x", "17.10", "-1", "8.0.12-4+x"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "text"), [pytest.param(c, t, id=f"{c.__name__}-{t[:40]!r}") for c, texts in SAME for t in texts]
)
def test_a_pattern_takes_what_the_check_takes(check: Callable[[str], str | None], text: str) -> None:
    keywords = TEXTS[check]
    taken = len(text) <= keywords.get("maxLength", len(text))
    taken &= all(matches(text, part["pattern"]) for part in (keywords, *keywords.get("allOf", [])))

    assert taken == (check(text) is None)


def test_every_check_of_a_text_has_keywords() -> None:
    own = {name for name in scalars.__all__ if name.startswith("check_")}
    others = {check.__name__ for check, _ in SAME if check.__name__ not in own}
    assert {check.__name__ for check in TEXTS} == own | others | {"check_portion"}  # which is of numbers, too


LAX = [
    (scalars.check_cron, "5-3 * * * *"),
    (scalars.check_cron, "0 0 31 2 *"),
    (scalars.check_image, "a/b@sha256:" + "a" * 63),
    (check_pattern, "Kafka:${version}"),
]


@pytest.mark.parametrize(("check", "text"), LAX)
def test_what_a_pattern_cannot_say_is_known(check: Callable[[str], str | None], text: str) -> None:
    assert check(text) is not None
    assert matches(text, TEXTS[check]["pattern"])


@pytest.mark.parametrize(
    "text",
    [">=1.21 <1.23", ">=1.21,!=1.22.1", "1.22", ">= 1.21", "^1.22", "~1", "1.x ", "", "1 || 2", ">=1.21<1.23", "*"],
)
def test_the_pattern_of_ranges_takes_what_ranges_are(text: str) -> None:
    try:
        Range.parse(text)
    except ValueError:
        # That '1.x' is none is a rule of the server, since a pattern cannot exclude it.
        assert not matches(text, RANGE_PATTERN) or ".x" in text
    else:
        assert matches(text, RANGE_PATTERN)


@pytest.mark.parametrize("shape", [INSTANCE, CLUSTER], ids=["instance", "cluster"])
@pytest.mark.parametrize(
    "text",
    [
        "version", "resources", "resources.limits", "resources.limits.cpu", "resources.limits.mem", "storage.sise",
        "expose.annotations.x", "expose.sourceRanges[]", "config.a.b.c", "engineConfig.x", "engineConfig.x.y", "spec.version",
        "instances", "instances.*", "instances.*.storage.size", "instances.engine.storage.sise", "spec.backup.storages[*].name",
        "backup.storages.schedules.cron", "backup.storage", "topology.config.shards", "overrides.a[*].b", "", "x",
        "instances.a.b", "monitoring.resources.limits.memory",
    ],
)  # fmt: skip
def test_the_pattern_of_field_paths_takes_the_fields_that_there_are(shape: Any, text: str) -> None:
    there = missing_part(parse(text), shape) is None and parse(text) != ()
    assert matches(text, field_pattern(shape)) == there


@pytest.mark.parametrize("before", ["", "spec."])
@pytest.mark.parametrize(
    "text",
    [
        "metadata.name", "metadata.labels.x", "metadata.nam", "metadata", "users", "users.root", "monitoring.credentials",
        "backup.storages.credentials", "backup.storages[].credentials", "backup.storages[*].type", "monitoring.credential",
        "instances.*.expose.type", "instances.engine.engineConfig.*", "instances.*.expose.typ", "backup.*.name", "credentials",
        "instances.engine.replica", "usersSecret", "user.root",
    ],
)  # fmt: skip
def test_the_pattern_of_rules_takes_whatever_a_rule_may_be_about(text: str, before: str) -> None:
    shapes = {"spec": CLUSTER, "metadata": METADATA}
    path = parse(before + text)
    assert matches(before + text, rule_pattern(CLUSTER, METADATA)) == (missing_place(path, shapes) is None)


def test_every_path_of_a_built_in_rule_is_taken() -> None:
    pattern = rule_pattern(CLUSTER, METADATA)
    paths = [
        rule.path
        for plugin in builtin()
        for rules in (
            plugin.definition.spec.rules or [],
            *(t.rules or [] for t in plugin.definition.spec.topologies.values()),
        )
        for rule in rules
        if rule.path
    ]
    assert len(paths) > 50
    assert [path for path in paths if not matches(path, pattern)] == []
