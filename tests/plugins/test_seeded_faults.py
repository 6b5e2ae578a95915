"""The kit or an example notices each line of the built-in templates that is missing: a sample here, all by `make faults`.

The lines that neither notices are in unnoticed_lines.yaml, with what shows them instead.
"""

from __future__ import annotations

import os
import random
import secrets
from collections import Counter
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
import yaml
from operator_crds import crd_file
from seeded_faults import Line, Subject, lines_of

from pulumi_everest.emit.crds import Crds
from pulumi_everest.plugins.find import builtin
from pulumi_everest.plugins.load import load_plugin

SAMPLE = 5
"""Lines of each plugin that are tried in a usual run, with the default version of the operator."""
UNLISTED = 1
"""How many of them may be unnoticed without being listed: the whole list is held against all lines by `make faults`."""
EXCEPTIONS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "unnoticed_lines.yaml").read_text())
NAMES = [plugin.name for plugin in builtin()]
Record = Callable[[str, object], None]


@cache
def subject(name: str) -> Subject:
    """A built-in plugin with the definitions of its operator, as far as they are there."""
    (plugin,) = [one for one in builtin() if one.name == name]
    shared = Path(os.environ.get("EVEREST_SHARED", Path(__file__).parents[3] / "shared"))
    files = {version: crd_file(shared, name, version) for version in plugin.manifest.operator.versions}
    return Subject(plugin, {version: Crds.load([file]) for version, file in files.items() if file.is_file()})


def excused(line: Line) -> str | None:
    """The exception that a line is, if it is one."""
    return next((pattern for pattern in EXCEPTIONS if fnmatchcase(str(line), pattern.replace("[", "[[]"))), None)


@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_is_missing_is_noticed(name: str) -> None:
    seed = int(os.environ.get("FAULTS_SEED", "7" if os.environ.get("CI") else secrets.randbelow(2**31)))
    print(f"FAULTS_SEED={seed}")
    tried = subject(name)
    lines = [line for line in lines_of(tried.plugin) if excused(line) is None]
    chosen = random.Random(seed).sample(lines, SAMPLE)
    operators = tried.operators[:1]

    unnoticed = [str(line) for line in chosen if tried.notices(line, operators) is None]

    assert len(unnoticed) <= UNLISTED, unnoticed


@pytest.mark.faults
@pytest.mark.parametrize("name", NAMES)
def test_every_line_that_is_missing_is_noticed_or_listed(
    name: str, record_property: Record, pytestconfig: pytest.Config
) -> None:
    if "faults" not in pytestconfig.getoption("markexpr"):
        pytest.skip("it takes minutes: make faults")
    noticed = {line: subject(name).notices(line) for line in lines_of(subject(name).plugin)}

    assert [str(line) for line, by in noticed.items() if by is None and excused(line) is None] == []
    used = {excused(line) for line, by in noticed.items() if by is None}
    assert [pattern for pattern in EXCEPTIONS if pattern.startswith(f"{name}/") and pattern not in used] == []
    counts = Counter(
        "nothing" if by is None else by if by in ("load", "examples") else "kit" for by in noticed.values()
    )
    told = ", ".join(f"{number} by {by}" for by, number in counts.most_common())
    record_property("shown", f"{name}: of {len(noticed)} lines of templates each was left out; noticed: {told}")


def test_a_line_is_noticed_by_a_field_where_no_example_has_it() -> None:
    plugin, _ = load_plugin(Path(__file__).parents[2] / "examples/plugin-cache/cache")
    assert plugin is not None
    cache = Subject(plugin, {})
    lines = {line.text.removeprefix("cluster.object."): line for line in lines_of(plugin)}

    assert cache.notices(lines["spec.persistence.?storageClassName"]) == "instances.engine.storage.storageClass"
    assert cache.notices(lines["spec.shards"]) == "examples"
    assert cache.notices(lines["kind"]) == "load"
