"""The conformance kit: every field that a plugin's definition accepts must change an emitted object.

One line in a plugin author's test file runs it::

    test_conformance = conformance_tests("path/to/plugin", crds="path/to/crds")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import EverestError
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin, load_plugin
from pulumi_everest.testing.job_probe import JobProbe
from pulumi_everest.testing.outcomes import FINE, Probe, Values, Variation
from pulumi_everest.testing.probe import TopologyProbe
from pulumi_everest.testing.summary import PROPERTY, counts_text
from pulumi_everest.workspace.setup import Setup

__all__ = ["Probe", "Report", "Variation", "assert_conforms", "conformance_tests", "probe"]

CrdPaths = str | Path | Mapping[str, str | Path] | None
Case = tuple[str, str]


@dataclass
class Report:
    """All probes of one plugin."""

    plugin: str
    probes: list[Probe] = field(default_factory=list)

    @property
    def failures(self) -> list[Probe]:
        """Fields that are accepted and change nothing, or break something."""
        return [probe for probe in self.probes if probe.outcome not in FINE]

    @property
    def variations(self) -> Iterator[Variation]:
        """Every cluster that was accepted and had an effect: one field set beside what it needs."""
        for probe in self.probes:
            yield from probe.variations

    @property
    def counts(self) -> dict[str, int]:
        """The number of fields probed, with an effect, refused, with only one value, and failed."""
        counts = {name: sum(p.outcome == name for p in self.probes) for name in FINE}
        return {"probed": len(self.probes), **counts, "failed": len(self.failures)}

    def summary(self) -> str:
        """The counts in one line, and the failures below."""
        lines = [f"{self.plugin}: {counts_text(self.counts)}"]
        lines += [f"  operator {p.operator}, topology {p.topology}: {p.path}: {p.outcome}" for p in self.failures]
        return "\n".join(lines)


def conformance_tests(
    plugin: str | Path, *, crds: CrdPaths = None, values: Values | None = None
) -> Callable[..., None]:
    """The conformance tests of a plugin for pytest: assign them to a name that begins with ``test_``.

    There is one test for each operator version and topology. One fails, with the fields by name, if a field is
    accepted without an effect, or makes an object that does not pass the operator's schema. The numbers of fields
    stand at the end of pytest's own output. The arguments are those of `assert_conforms`.
    """
    import pytest

    found = _loaded(plugin)
    cases = [("plugin", "")] if isinstance(found, str) else _cases(found)

    @pytest.mark.parametrize(("operator", "topology"), cases, ids=[" ".join(filter(None, case)) for case in cases])
    def test(operator: str, topology: str, record_property: Callable[[str, object], None]) -> None:
        if isinstance(found, str):
            pytest.fail(found, pytrace=False)
        report = Report(found.name, list(_probes(found, (operator, topology), crds, values or {})))
        record_property(PROPERTY, json.dumps({"plugin": found.name, **report.counts}))
        if report.failures or not report.probes:
            pytest.fail(report.summary(), pytrace=False)

    return test


def assert_conforms(plugin: str | Path, *, crds: CrdPaths = None, values: Values | None = None) -> Report:
    """Probe a plugin, given by its folder or by the name of a built-in or installed one; fail with all that is wrong.

    `crds` is a folder or file with the operator's CRDs, or one for each operator version: then every emitted object
    is checked against its schema. `values` gives values to try by field path, such as ``tls.mode``, where the made-up
    ones are not what the definition takes. Prints the number of fields probed.
    """
    found = _loaded(plugin)
    if isinstance(found, str):
        raise AssertionError(found)
    report = probe(found, crds=crds, values=values)
    print(report.summary())  # noqa: T201 - what a plugin author wants to see
    if report.failures:
        raise AssertionError(report.summary())
    if not report.probes:
        raise AssertionError(f"{report.plugin}: nothing was probed")
    return report


def _loaded(plugin: str | Path) -> Plugin | str:
    """The plugin, or what is wrong with it."""
    if isinstance(plugin, str) and "/" not in plugin and not Path(plugin).is_dir():
        installed = Plugins().named(plugin)
        return installed if installed is not None else f"there is no plugin '{plugin}'"
    loaded, problems = load_plugin(Path(plugin))
    problems = problems if loaded is None else loaded.check()
    return str(EverestError(problems)) if loaded is None or problems else loaded


def probe(
    plugin: Plugin, *, crds: CrdPaths = None, values: Values | None = None, operators: Sequence[str] | None = None
) -> Report:
    """Change each field of each topology, and look what becomes of it; for each operator version, or for some."""
    cases = [case for case in _cases(plugin) if operators is None or case[0] in operators]
    return Report(plugin.name, [one for case in cases for one in _probes(plugin, case, crds, values or {})])


def _cases(plugin: Plugin) -> list[Case]:
    """Operator versions and topologies."""
    versions = plugin.manifest.operator.versions
    return [(operator, topology) for operator in versions for topology in plugin.definition.spec.topologies]


def _probes(plugin: Plugin, case: Case, crds: CrdPaths, values: Values) -> Iterator[Probe]:
    operator, topology = case
    path: Any = crds.get(operator) if isinstance(crds, Mapping) else crds
    schemas = Crds.load([Path(path)]) if path is not None else None
    technology = Technology(
        plugin.definition.name, plugin.definition, plugin.manifest, operator, presets=plugin.presets
    )
    yield from TopologyProbe(plugin, technology, topology, operator, schemas, values).run()
    if topology == next(iter(plugin.definition.spec.topologies)):
        yield from JobProbe(Setup(technology, plugin), operator, schemas, values).run(operator, topology)
