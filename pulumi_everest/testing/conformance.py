"""The conformance kit: every field that a plugin's definition accepts must change an emitted object.

One line in a plugin author's test file runs it::

    test_conformance = conformance_tests("path/to/plugin", crds="path/to/crds")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from pulumi_everest.model.findings import EverestError
from pulumi_everest.plugins.check import check_plugin
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.bases import Base, bases_of
from pulumi_everest.testing.probes.outcomes import Probe, Values, Variation
from pulumi_everest.testing.probes.report import Case, CrdPaths, Report, cases_of, probe, probes_of
from pulumi_everest.testing.summary import PROPERTY

__all__ = ["Probe", "Report", "Variation", "assert_conforms", "conformance_tests", "probe"]


def conformance_tests(
    plugin: str | Path,
    *,
    crds: CrdPaths = None,
    values: Values | None = None,
    bases: Iterable[Base] = (),
    reports: dict[Case, Report] | None = None,
) -> Callable[..., None]:
    """The conformance tests of a plugin for pytest: assign them to a name that begins with ``test_``.

    There is one test for each operator version and topology. One fails, with the fields by name, if a field is
    accepted without an effect, or makes an object that does not pass the operator's schema. The numbers of fields
    stand at the end of pytest's own output. The arguments are those of `assert_conforms`;
    `reports` gets the report of each case that ran, by operator version and topology.
    """
    import pytest

    found = _loaded(plugin)
    cases = [("plugin", "")] if isinstance(found, str) else cases_of(found)

    @pytest.mark.parametrize(("operator", "topology"), cases, ids=[" ".join(filter(None, case)) for case in cases])
    def test(operator: str, topology: str, record_property: Callable[[str, object], None]) -> None:
        if isinstance(found, str):
            pytest.fail(found, pytrace=False)
        probes = probes_of(found, (operator, topology), crds, values or {}, bases_of(found, bases))
        report = Report(found.name, list(probes))
        if reports is not None:
            reports[operator, topology] = report
        record_property(PROPERTY, json.dumps({"plugin": found.name, **report.counts}))
        if report.failures or not report.probes:
            pytest.fail(report.summary(), pytrace=False)

    return test


def assert_conforms(
    plugin: str | Path, *, crds: CrdPaths = None, values: Values | None = None, bases: Iterable[Base] = ()
) -> Report:
    """Probe a plugin, given by its folder or by the name of a built-in or installed one; fail with all that is wrong.

    `crds` is a folder or file with the operator's CRDs, or one for each operator version: then every emitted object
    is checked against its schema. `values` gives values to try by field path, such as ``tls.mode``, where the made-up
    ones are not what the definition takes. A field that does nothing in a made-up cluster, or is refused there, is
    tried in the clusters of the plugin's folder ``examples`` and in `bases`: specs, whole documents, or files and
    folders of documents. Prints the number of fields probed.
    """
    found = _loaded(plugin)
    if isinstance(found, str):
        raise AssertionError(found)
    report = probe(found, crds=crds, values=values, bases=bases)
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
    problems = problems if loaded is None else check_plugin(loaded)
    return str(EverestError(problems)) if loaded is None or problems else loaded
