"""Mixins: parts that stand once and are put in where they are named, with the places that they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from bare_plugin import DEFINITION, MANIFEST

from pulumi_everest.emit.templates.mixins import mixed
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import Document, read_yaml
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.mixed_files import read_mixed

MIXINS = """
pod:
  ?resources: "${instance.?resources}"
  ?affinity: "${instance.?scheduling.?affinity}"
both: {mixin: pod, size: 1}
names: {let: {a: 1, b: 2}}
items: [{name: one}, {mixin: pod}]
more: [{mixin: items}, two]
text: plain
circle: {mixin: around}
around: {mixin: circle}
"""


def document(text: str, file: str) -> Document:
    ((found,), problems) = read_yaml(text, file, lambda _version, _kind: ANY)
    assert problems == []
    return found


def made(text: str) -> tuple[Any, list[str]]:
    found, problems = mixed(document(f"at: {text}", "r.yaml"), [document(MIXINS, "m.yaml")])
    return found.data["at"], [one_line(one) for one in problems]


RESOURCES, AFFINITY = "${instance.?resources}", "${instance.?scheduling.?affinity}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{mixin: pod}", {"?resources": RESOURCES, "?affinity": AFFINITY}),
        ("{mixin: pod, a: 1}", {"?resources": RESOURCES, "?affinity": AFFINITY, "a": 1}),
        ("{mixin: pod, affinity: own}", {"?resources": RESOURCES, "affinity": "own"}),
        ("{mixin: {pod: {but: [resources]}}}", {"?affinity": AFFINITY}),
        ("{mixin: {pod: , names: {}}}", {"?resources": RESOURCES, "?affinity": AFFINITY, "let": {"a": 1, "b": 2}}),
        ("{mixin: both}", {"?resources": RESOURCES, "?affinity": AFFINITY, "size": 1}),
        ("{mixin: [both, pod], size: 2}", {"?resources": RESOURCES, "?affinity": AFFINITY, "size": 2}),
        ("{mixin: names, let: {b: 3, c: 4}}", {"let": {"a": 1, "b": 3, "c": 4}}),
        ("{let: {b: 3}, mixin: names}", {"let": {"a": 1, "b": 3}}),
        ("[{mixin: items}, last]", [{"name": "one"}, {"?resources": RESOURCES, "?affinity": AFFINITY}, "last"]),
        ("[first, {mixin: more}]", ["first", {"name": "one"}, {"?resources": RESOURCES, "?affinity": AFFINITY}, "two"]),
        ("[{mixin: pod}]", [{"?resources": RESOURCES, "?affinity": AFFINITY}]),
        ("[{mixin: [text, items]}]", ["plain", {"name": "one"}, {"?resources": RESOURCES, "?affinity": AFFINITY}]),
        ("{mixin: items}", [{"name": "one"}, {"?resources": RESOURCES, "?affinity": AFFINITY}]),
        ("{mixin: text}", "plain"),
        ("{\\mixin: pod}", {"\\mixin": "pod"}),
    ],
)
def test_a_mixin_is_put_in_where_it_is_named_and_what_is_there_itself_wins(text: str, expected: Any) -> None:
    assert made(text) == (expected, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{mixin: pdo}", "r.yaml:1:13: at.mixin: there is no mixin 'pdo'; a field of that name is written \\mixin"),
        ("{mixin: 3}", "r.yaml:1:13: at.mixin: 'mixin' takes a name, a list of names, or NAME: {but: [keys"),
        ("{mixin: {pod: {without: [a]}}}", "r.yaml:1:13: at.mixin: 'mixin' takes a name"),
        (
            "{mixin: text, a: 1}",
            "r.yaml:1:13: at.mixin: the mixin 'text' is no mapping, so nothing can stand beside it",
        ),
        ("{mixin: circle}", "m.yaml:11:17: around.mixin: the mixin 'circle' has itself in it: circle > around"),
    ],
)
def test_what_is_wrong_with_a_mixin_is_said_where_it_is_named(text: str, said: str) -> None:
    assert [line.startswith(said) for line in made(text)[1]] == [True], made(text)[1]


def test_every_part_keeps_the_place_where_it_stands() -> None:
    text = "a: [x, {mixin: items}, {b: 1}]\nc: {mixin: names, let: {d: 2}}\n"
    found, _ = mixed(document(text, "r.yaml"), [document(MIXINS, "m.yaml")])

    def place(*path: Any) -> str:
        at = found.place(path)
        return f"{at.file}:{at.line}"

    assert found.data["a"][3] == {"b": 1}
    assert place("a", 0) == "r.yaml:1"
    assert place("a", 1, "name") == "m.yaml:7"
    assert place("a", 2, "?resources") == "m.yaml:3"
    assert place("a", 3, "b") == "r.yaml:1"
    assert (place("c", "let", "a"), place("c", "let", "d")) == ("m.yaml:6", "r.yaml:2")


def test_a_document_without_mixins_is_itself() -> None:
    plain = document("a: {b: [1]}", "r.yaml")
    assert mixed(plain, [])[0] is plain


# In the files of plugins

MIXED_MANIFEST = f"""{MANIFEST}mixin: stateInStatus
"""
MIXED_DEFINITION = f"""{DEFINITION}  rules:
    - mixin: [loadBalancer, firstLetter]
"""
RESOURCES_YAML = """
let: {users: "${metadata.name}-users", pmmKey: key, owner: "${metadata.name}"}
objects:
  - mixin: usersSecret
  - mixin: storageSecrets
  - name: shop
    main: true
    object:
      apiVersion: shop.example.com/v1
      kind: Shop
      metadata: {name: "${metadata.name}"}
      spec:
        let: {instance: "${spec.instances.engine}"}
        image: "${instance.image}"
        mixin: imagePull
        podTemplate: {spec: {mixin: {pod: {but: [runtimeClassName]}}}}
        service: {when: "${has(instance.expose)}", mixin: service}
        own: {mixin: size}
"""


def shop(folder: Path, mixins: str = 'size: {replicas: "${instance.replicas}"}') -> Any:
    for name, text in (
        ("plugin", MIXED_MANIFEST), ("definition", MIXED_DEFINITION), ("resources", RESOURCES_YAML), ("mixins", mixins),
    ):  # fmt: skip
        (folder / f"{name}.yaml").write_text(text)
    plugin, found = load_plugin(folder)
    assert plugin is not None, found
    return plugin, [*found, *check_plugin(plugin)]


def test_the_files_of_a_plugin_may_use_its_own_mixins_and_those_of_the_package(tmp_path: Path) -> None:
    plugin, found = shop(tmp_path)

    assert [one_line(one) for one in found] == []
    assert plugin.manifest.failed == "self.?status.?state.orValue('') == 'error'"
    assert [rule.path for rule in plugin.definition.spec.rules] == ["instances.*.expose.type", "metadata.name"]
    assert [entry.name for entry in plugin.template._entries] == ["users", "backup-credentials", "shop"]
    fields = plugin.manifest.instance_fields("engine")
    assert "scheduling.nodeSelector" in fields
    assert "expose.sourceRanges" in fields
    assert "replicas" in fields
    assert "scheduling.runtimeClassName" not in fields
    assert plugin.manifest.spec_fields() == ["images.pullPolicy", "images.pullSecrets"]


def test_a_mistake_in_a_mixin_is_said_at_its_line(tmp_path: Path) -> None:
    _, found = shop(tmp_path, '\n\nsize: {replicas: "${instance.replcias}"}')

    assert [one_line(one).split(": ")[0] for one in found] == [f"{tmp_path}/mixins.yaml:3:18"]
    assert "did you mean 'replicas'?" in str(found[0].hint)


@pytest.mark.parametrize("name", ["templates", "manifest", "rules"])
def test_the_mixins_of_the_package_have_comments_that_say_what_they_are_for(name: str) -> None:
    text = (Path(read_mixed.__code__.co_filename).parent / "mixins" / f"{name}.yaml").read_text()
    data = yaml.safe_load(text)
    assert data
    assert text.startswith("# Mixins for ")


@pytest.mark.parametrize("text", ["{let: {c: 3, b: 4}, mixin: names}", "{mixin: names, let: {c: 3, b: 4}}"])
def test_names_of_mixins_come_before_those_that_may_be_made_of_them(text: str) -> None:
    found, _ = made(text)

    assert list(found["let"].items()) == [("a", 1), ("b", 4), ("c", 3)]
