"""A plugin of which one line is hostile: `everest` says where, soon, whatever the line is and wherever it stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from patience import fuse

from pulumi_everest.core.changes.policies import Specs
from pulumi_everest.core.health import Health, health
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import Environment, ExpressionError, Scope
from pulumi_everest.plugins.find import Plugins

PLUGIN = Path(__file__).parents[2] / "examples" / "plugin-cache"
BACKUP = """\
fields: [storage]
rules:
  - cel: RULE
    message: it does not hold
objects:
  - name: backup
    main: true
    object:
      apiVersion: valkey.io/v1
      kind: Backup
      metadata: {name: NAME}
      spec: {}
"""
# place: the file, and what stands there for the expression in quotes of YAML, with ${ } around it where NAME is
PLACES = {
    "rule": ("definition.yaml", "cel: spec.instances.engine.replicas > 1", "cel: RULE"),
    "change": (
        "definition.yaml",
        "policy: online, message: keys move between the shards",
        "policy: online, when: RULE",
    ),
    "template": ("resources.yaml", '"${engine.image}"', "NAME"),
    "let": ("resources.yaml", '{engine: "${spec.instances.engine}"}', '{engine: "${spec.instances.engine}", x: NAME}'),
    "ready": ("plugin.yaml", "ready: self.?status.?state.orValue('') == 'Ready'", "ready: RULE"),
    "failed": ("plugin.yaml", "failed: self.?status.?state.orValue('') == 'Failed'", "failed: RULE"),
    "waitFor": ("plugin.yaml", "waitFor: jsonpath={.status.state}=Ready", "waitFor: NAME"),
    "host": ("plugin.yaml", '"valkey-${metadata.name}.${metadata.namespace}.svc.cluster.local"', "NAME"),
    "backup rule": ("backup.yaml", "RULE", "RULE"),
    "backup": ("backup.yaml", "NAME", "NAME"),
}
REFUSED = {
    "an optional value in a map": "toJson({'a': ['x'].first()}) != ''",
    "an optional value in disguise": "toJson([dyn(['x'].last())]) != ''",
    "a chain of optMap": "optional.of(1)" + ".optMap(x, x)" * 28 + ".hasValue()",
    "brackets": "[" * 60 + "]" * 60 + " == []",
    "a long chain": "metadata" + ".a" * 30_000 + " == 1",
    "many operators": "true" + " || true" * 9_000,
    "many texts": "''" + " + ''" * 20_000 + " == ''",
    "a long name": "a" * 90_000,
    "spaces": "1 +" + " " * 90_000 + "+",
    "wrong characters": "@" * 50_000,
}
SLOW = {
    "loops in loops": "range(10000).map(a, range(10000)).size() > 0",
    "a text that doubles": "'x'" + ".replace('', 'xxxxxxxxxx')" * 25 + " == ''",
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def plugin_with(tmp_path: Path, place: str, text: str) -> Path:
    """A copy of the example plugin with the expression in this place."""
    folder = tmp_path / "cache"
    shutil.copytree(PLUGIN / "cache", folder)
    file, there, by = PLACES[place]
    if file == "backup.yaml":
        other = {"RULE": "'true'", "NAME": "x"}
        other.pop(there)
        (folder / file).write_text(BACKUP.replace(*next(iter(other.items()))))
    content = (folder / file).read_text()
    assert content.count(there) == 1
    made = by.replace("RULE", quoted(text)).replace("NAME", quoted("${" + text + "}"))
    (folder / file).write_text(content.replace(there, made))
    return folder


def line_of(folder: Path, file: str, text: str) -> int:
    lines = (folder / file).read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if quoted(text)[1:-1][:40] in line)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("place", PLACES)
def test_an_expression_that_cannot_be_is_refused_where_it_stands(
    place: str, name: str, run: Callable[..., Result], tmp_path: Path
) -> None:
    text, file = REFUSED[name], PLACES[place][0]
    folder = plugin_with(tmp_path, place, text)
    with fuse():
        result = run("validate", "--plugin", folder, PLUGIN / "cluster.yaml")
    assert result.exit_code == 1, result.output
    assert f"{file}:{line_of(folder, file, text)}:" in result.output
    assert any(code in result.output for code in ("plugin.expression", "definition.expression", "plugin.template"))
    assert len(result.output) < 10_000


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.parametrize(
    ("place", "code"), [("rule", "cluster.rule-failed"), ("template", "emit.template"), ("let", "emit.template")]
)
def test_an_evaluation_that_takes_too_much_is_said(
    place: str, code: str, name: str, run: Callable[..., Result], tmp_path: Path
) -> None:
    folder = plugin_with(tmp_path, place, SLOW[name])
    with fuse():
        result = run("validate", "--plugin", folder, PLUGIN / "cluster.yaml")
    assert result.exit_code == 1
    assert code in result.output
    assert "it takes too much work" in result.output or "it makes a text of more than" in result.output


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_what_is_evaluated_later_ends_too(text: str, tmp_path: Path) -> None:
    specs = Specs({}, {})
    condition = Environment(("new", "old")).compile(text)
    with fuse():
        assert [specs.hold(condition) for _ in range(1_000)] == [False] * 1_000
    assert condition in specs.untold
    folder = plugin_with(tmp_path, "ready", text)
    manifest = next(plugin for plugin in Plugins([folder]).all() if plugin.folder == folder).manifest
    with fuse():
        found = health(manifest, {})
    assert found == Health(failed=False, message=found.message)
    assert "'ready' cannot be evaluated: it " in found.message
    with fuse(), pytest.raises(ExpressionError):
        filled("${" + text + "}!", Scope({"spec": {}, "metadata": {}, "types": {}}))


OBJECT = """\
apiVersion: valkey.io/v1alpha1
kind: ValkeyCluster
metadata: {name: sessions, namespace: shop}
spec: {shards: 3, replicas: 1, image: "valkey/valkey:9.0.0", persistence: {size: 10Gi}, exporter: {enabled: false}}
"""


@pytest.mark.parametrize("text", [*REFUSED.values(), *SLOW.values()], ids=[*REFUSED, *SLOW])
def test_a_hostile_proposal_of_an_adoption_is_refused_or_left_out(
    text: str, run: Callable[..., Result], tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(PLUGIN / "cache", folder)
    (folder / "adopt.yaml").write_text(f"instances: {{engine: {{replicas: {quoted('${' + text + '}')}}}}}\n")
    (tmp_path / "object.yaml").write_text(OBJECT)
    with fuse():
        result = run("adopt", "--plugin", folder, tmp_path / "object.yaml")
    refused = text in REFUSED.values()
    assert result.exit_code == (1 if refused else 0), result.output
    assert ("adopt.yaml:1:" in result.output) is refused
