"""Images by pattern: one text for those of all versions of a component type."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.definitions.check import check_definition
from pulumi_everest.core.own_images.versions import Tags
from pulumi_everest.core.technology import Definition
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import Finding, path_text
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.values.image_pattern import check_pattern

MANIFEST = PluginManifest.model_validate(
    {
        "name": "x",
        "title": "X",
        "operator": {"name": "x-operator", "versions": ["0.45.0", "0.46.0"], "default": "0.46.0"},
        "components": {"engine": {"types": ["kafka"], "fields": ["version", "image"]}},
    }
)


def definition(kind: dict[str, Any]) -> Definition:
    spec = {
        "componentTypes": {"kafka": kind},
        "components": {"engine": {"type": "kafka"}},
        "topologies": {"single": {"components": {"engine": None}}},
    }
    document = {
        "apiVersion": "everest.percona.com/v2alpha1",
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": "x"},
        "spec": spec,
    }
    return Definition(DatabaseClusterDefinition.model_validate(document))


def images(of: Definition, operator: str | None) -> list[str | None]:
    return [entry.image for entry in of.versions("kafka", operator)]


def said(kind: dict[str, Any], manifest: PluginManifest | None = MANIFEST) -> list[tuple[str, str]]:
    found: list[Finding] = check_definition(definition(kind), manifest)
    return [(entry.code, path_text(entry.path).removeprefix("spec.componentTypes.kafka.")) for entry in found]


def test_versions_without_an_image_get_that_of_the_pattern() -> None:
    kind = {
        "image": "team/kafka:${operator}-kafka-${version}",
        "versions": [{"version": "4.1.0"}, {"version": "4.0.0", "image": "team/kafka:old", "default": True}],
    }
    made = definition(kind)

    assert images(made, "0.45.0") == ["team/kafka:0.45.0-kafka-4.1.0", "team/kafka:old"]
    assert images(made, "0.46.0") == ["team/kafka:0.46.0-kafka-4.1.0", "team/kafka:old"]
    assert said(kind) == []


def test_the_version_of_an_image_is_read_by_the_pattern_for_any_operator_version() -> None:
    kind = {"image": "team/kafka:${operator}-kafka-${version}", "versions": [{"version": "4.1.0", "default": True}]}
    tags = Tags.of(definition(kind), "kafka")

    for operator in ("0.45.0", "0.99.12"):
        read = tags.version(f"mirror.example.com/team/kafka:{operator}-kafka-4.2.1")
        assert read is not None
        assert read.text == "4.2.1"


def test_the_default_is_still_one_for_each_operator_version() -> None:
    versions = [
        {"version": "4.0.0", "operator": "0.45.0", "default": True},
        {"version": "4.1.0", "operator": "0.46.0", "default": True},
    ]
    made = definition({"image": "team/kafka:${version}", "versions": versions})

    assert images(made, "0.45.0") == ["team/kafka:4.0.0"]
    default = made.default_version("kafka", "0.46.0")
    assert default is not None
    assert default.image == "team/kafka:4.1.0"


@pytest.mark.parametrize(
    ("kind", "manifest", "expected"),
    [
        ({"versions": [{"version": "4.1.0"}]}, MANIFEST, [("field.missing", "versions[0].image")]),
        (
            {"versions": [{"version": "4.1.0", "image": "k:1", "default": True}, {"version": "4.0.0"}]},
            MANIFEST,
            [("field.missing", "versions[1].image")],
        ),
        (
            {"image": "k:${operator}-${version}", "versions": [{"version": "4.1.0"}]},
            None,
            [("value.image", "image")],
        ),
        (
            {"image": "k:${version}", "versions": [{"version": "4.1.0+build"}]},
            MANIFEST,
            [("value.image", "versions[0].version")],
        ),
    ],
)
def test_a_version_without_an_image_is_found(
    kind: dict[str, Any], manifest: PluginManifest | None, expected: list[tuple[str, str]]
) -> None:
    assert said(kind, manifest) == expected


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("kafka:${verison}", "did you mean ${version}?"),
        ("kafka:${operator}", "all versions would have one image"),
        ("kafka:latest", "all versions would have one image"),
        ("Kafka:${version}", "is not a container image"),
        ("kafka:${version", "'${version' is not closed"),
        ("kafka:${version}-${}", "stands for nothing"),
        ("kafka:${version}-$(x)", "placeholder"),
    ],
)
def test_a_text_that_is_no_pattern_is_told_why(pattern: str, text: str) -> None:
    assert text in (check_pattern(pattern) or "")


@pytest.mark.parametrize("pattern", ["kafka:${version}", "a.example.com:5000/x/k:v${ version }-${operator}"])
def test_a_pattern_is_taken(pattern: str) -> None:
    assert check_pattern(pattern) is None
