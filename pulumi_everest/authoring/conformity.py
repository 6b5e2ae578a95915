"""What the conformance kit finds in a plugin, as findings: one for each cause, where the field is listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from pulumi_everest.core.paths import parse
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place, finding
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.outcomes import Probe
from pulumi_everest.testing.probing import Report, cases_of, probes_of

_TRIED = re.compile(r"^with .*?: (?=\w)|\(tried .*\)$")


def probed(plugin: Plugin, crds: Crds | None, say: Callable[[str], None]) -> Report:
    """Probe all fields of a plugin; `say` is told of each operator version and topology when it is done."""
    report = Report(plugin.name)
    for operator, topology in cases_of(plugin):
        probes = list(probes_of(plugin, (operator, topology), crds, {}))
        report.probes += probes
        say(f"operator {operator}, topology {topology}: {len(probes)} fields probed")
    return report


def failures(plugin: Plugin, report: Report) -> list[Finding]:
    """What failed, by cause. A plugin of which nothing could be probed fails, too."""
    if not report.probes:
        return [finding("plugin.conformance", (), "nothing was probed: the plugin honours no field")]
    causes: dict[tuple[str, str], list[Probe]] = {}
    for probe in report.failures:
        causes.setdefault((probe.path, _cause(probe.outcome)), []).append(probe)
    return [_finding(plugin, path, probes) for (path, _), probes in causes.items()]


def _cause(outcome: str) -> str:
    """An outcome without the values that were tried."""
    return _TRIED.sub("", outcome).strip()


def _finding(plugin: Plugin, path: str, probes: list[Probe]) -> Finding:
    where = list(dict.fromkeys(f"operator {probe.operator}, topology {probe.topology}" for probe in probes))
    more = f" and {len(where) - 1} more" if len(where) > 1 else ""
    place = _listed(plugin, parse(path)) or Place(plugin.manifest_document.file)
    return finding("plugin.conformance", parse(path), probes[0].outcome, place=place, subject=f"{where[0]}{more}")


def _listed(plugin: Plugin, path: Path) -> Place | None:
    """Where plugin.yaml says that the templates honour a field."""
    best = max(_entries(plugin, path), key=lambda found: found[0], default=None)
    return plugin.manifest_document.place(best[1]) if best is not None else None


def _entries(plugin: Plugin, path: Path) -> Iterator[tuple[int, Path]]:
    manifest = plugin.manifest
    if path[:1] == ("instances",) and len(path) > 1 and path[1] in manifest.components:
        component = str(path[1])
        yield 0, ("components", component)
        listed: Iterable[str] = manifest.components[component].fields or ()
        for index, field in enumerate(listed):
            if _covers(parse(field), path[2:]):
                yield len(parse(field)), ("components", component, "fields", index)
        return
    for index, field in enumerate(manifest.fields or ()):
        if _covers(parse(field), path):
            yield len(parse(field)), ("fields", index)


def _covers(field: Path, path: Path) -> bool:
    return path[: len(field)] == field
