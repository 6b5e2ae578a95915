"""Program -> render gives an existing object back: for the operators' samples, and for all that the plugins emit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from adopted import Manifest, from_program, from_yaml, sample

from pulumi_everest.adoption.adopt import Adopted
from pulumi_everest.core.exact import leaves
from pulumi_everest.plugins.find import builtin

Adopt = Callable[[Manifest], Adopted]

# By sample: how many leaves of its spec must be reached by fields, of how many. What is left has no field: arbiters,
# hidden members, budgets, log collectors, components that are switched off.
SAMPLES = {
    "psmdb/1.21.1/cr.yaml": (28, 78),
    "psmdb/1.22.0/cr.yaml": (28, 78),
    "psmdb/1.22.0/cr-minimal.yaml": (13, 14),
    "psmdb/1.23.0-main/cr.yaml": (27, 78),
    "psmdb/1.23.0-main/cr-minimal.yaml": (12, 14),
    "pxc/1.18.0/cr.yaml": (22, 63),
    "pxc/1.19.0/cr.yaml": (23, 63),
    "pxc/1.19.0/cr-minimal.yaml": (13, 16),
    "pxc/1.20.0-main/cr.yaml": (23, 63),
    "pxc/1.20.0-main/cr-minimal.yaml": (13, 16),
    "pg/2.8.2/cr.yaml": (23, 30),
    "pg/2.9.0/cr.yaml": (24, 30),
    "pg/3.0.0/cr.yaml": (24, 30),
}
UNSUPPORTED = {"pxc/1.18.0": "1.18.0", "pg/2.8.2": "2.8.2"}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_comes_back_whole(name: str, adopt: Adopt, shared: Path, tmp_path: Path) -> None:
    live = sample(shared / "samples" / name)

    result = adopt(live)

    assert from_yaml(result) == live
    assert from_program(result, tmp_path) == live
    least, total = SAMPLES[name]
    assert result.total == total
    assert result.by_fields >= least


def test_every_main_object_of_the_samples_is_tried(shared: Path) -> None:
    there = {
        str(path.relative_to(shared / "samples"))
        for plugin in builtin()
        for path in (shared / "samples" / plugin.name).rglob("cr*.yaml")
    }

    assert there == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_an_unsupported_operator_version_is_said(name: str, adopt: Adopt, shared: Path) -> None:
    folder = name.rpartition("/")[0]

    result = adopt(sample(shared / "samples" / name))

    codes = [entry.code for entry in result.findings if entry.code == "adopt.operator-version"]
    assert codes == (["adopt.operator-version"] if folder in UNSUPPORTED else [])
    assert (result.spec.get("overrides") or {}).get("crVersion") == UNSUPPORTED.get(folder)


ELSEWHERE = {"cnpg": {"retentionPolicy"}}
"""What fields of parts say that are objects of their own: it is in overrides, since the main object does not know them."""
APART = {"cnpg": ("proxy",), "clickhouse": ("keeper",)}
"""Components that are objects of their own."""
EXAMPLES = [
    pytest.param(plugin.name, path, id=f"{plugin.name}-{path.name.removesuffix('.expected.yaml')}")
    for plugin in builtin()
    for path in sorted((plugin.folder / "examples").glob("*.expected.yaml"))
]


def overrides(spec: Manifest) -> list[tuple[Any, Any]]:
    """What the patches of a cluster and of its components say, wherever they say it: keys and values."""
    patches = [spec, *((spec.get("instances") or {}).values())]
    found = [leaves(patch["overrides"]) for patch in patches if (patch or {}).get("overrides")]
    return sorted(((path[-1], value) for patch in found for path, value in patch.items()), key=str)


@pytest.mark.parametrize(("plugin", "path"), EXAMPLES)
def test_what_fields_said_is_found_in_fields_again(plugin: str, path: Path, adopt: Adopt) -> None:
    """Everything that a plugin's examples say in fields: only their own overrides are overrides again."""
    others = ("KeeperInstallation", "Backup", "Pooler", "Restore", "Secret")
    [live] = [entry for entry in yaml.safe_load_all(path.read_text()) if not entry["kind"].endswith(others)]
    written, *_ = yaml.safe_load_all(path.with_name(path.name.replace(".expected", "")).read_text())

    result = adopt(live)

    assert from_yaml(result) == live
    found = [entry for entry in overrides(result.spec) if entry[0] not in ELSEWHERE.get(plugin, ())]
    for component in APART.get(plugin, ()):
        (written["spec"].get("instances") or {}).pop(component, None)
    assert found == overrides(written["spec"])
    assert result.findings == []
