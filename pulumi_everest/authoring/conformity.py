"""What the conformance kit finds in a plugin, as findings: one for each cause, where the field is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path as File

from pulumi_everest.authoring.schema_check import shipped
from pulumi_everest.core.check_job import JOB_KINDS
from pulumi_everest.core.paths import parse
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, Place, finding
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.bases import bases_of
from pulumi_everest.testing.probes.outcomes import Probe
from pulumi_everest.testing.probes.report import Report, cases_of, probes_of


def probed(plugin: Plugin, crds: Crds | None, say: Callable[[str], None], bases: Sequence[str | File] = ()) -> Report:
    """Probe all fields of a plugin; `say` is told of each operator version and topology when it is done.

    Objects are held against `crds`, or against the definitions in the plugin's folder `crds`.
    `bases` are files and folders of clusters beside the examples. Raises EverestError where one is not readable.
    """
    crds = crds if crds is not None else shipped(plugin)
    report, known = Report(plugin.name), bases_of(plugin, bases)
    for operator, topology in cases_of(plugin):
        probes = list(probes_of(plugin, (operator, topology), crds, {}, known))
        report.probes += probes
        say(f"operator {operator}, topology {topology}: {len(probes)} fields probed")
    return report


def failures(plugin: Plugin, report: Report) -> list[Finding]:
    """What failed, a finding for each cause. A plugin of which nothing could be probed fails, too.

    A cause that is not about one field, such as an object that its schema refuses, is said once for all fields in whose
    clusters it shows.
    """
    if not report.probes:
        return [finding("plugin.conformance", (), "nothing was probed: the plugin honours no field")]
    causes: dict[tuple[str, str], list[Probe]] = {}
    for probe in report.failures:
        text = probe.cause.text if probe.cause is not None else probe.outcome
        causes.setdefault((probe.path if _of_field(probe) else "", text), []).append(probe)
    return [_finding(plugin, probes) for probes in causes.values()]


def _of_field(probe: Probe) -> bool:
    """Whether a failure is one of the field itself."""
    cause = probe.cause
    if cause is None or cause.kind in ("idle", "no value"):
        return True
    return cause.place is None and cause.kind != "unprobed"


def _finding(plugin: Plugin, probes: list[Probe]) -> Finding:
    first = probes[0]
    where = list(dict.fromkeys(f"operator {probe.operator}, topology {probe.topology}" for probe in probes))
    fields = list(dict.fromkeys(probe.path for probe in probes))
    kind, _, own = first.path.rpartition(": ")
    path = parse(own)
    place = first.cause.place if first.cause is not None else None
    text = first.cause.text if first.cause is not None and len(fields) > 1 else first.outcome
    if len(fields) > 1:
        text += f"; with {fields[0]}" + (
            f" and {len(fields) - 1} more fields" if len(fields) > 2 else f" and {fields[1]}"
        )
    more = f" and {len(where) - 1} more" if len(where) > 1 else ""
    subject = f"{where[0]}{more}" + (f", {kind}" if kind else "")
    if first.cause is not None and first.cause.kind == "unprobed":
        place = plugin.definition_document.place(("spec", "topologies", first.topology))
    listed = _listed_in_job(plugin, kind, path) if kind else _listed(plugin, path)
    return finding(
        "plugin.conformance",
        path,
        text,
        place=place or listed or Place(plugin.manifest_document.file),
        subject=subject,
    )


def _listed_in_job(plugin: Plugin, kind: str, path: Path) -> Place | None:
    """Where backup.yaml, or the file of another job, says that it honours a field."""
    known = next((one for one in JOB_KINDS if one == kind), None)
    if known is None:
        return None
    document = plugin.traced_job(known).document
    fields = document.data.get("fields")
    for index, field in enumerate(fields if isinstance(fields, list) else []):
        if isinstance(field, str) and _covers(parse(field), path):
            return document.place(("fields", index))
    return document.place(())


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
