"""Whether the built-in plugins make of every cluster what they made at another revision.

All clusters, backups and restores that the conformance kit tries are planned by both: those of the one's fields and
those of the other's. What is compared are the objects as data, all findings, and what a change of each field counts as.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

Outcomes = dict[str, dict[str, str]]
"""For each case (plugin, operator version, topology) what became of each input; both as text."""


def outcomes(wanted: dict[str, list[str]], plugins: list[str]) -> Outcomes:
    """What the plugins of the package that is imported make of their own probes, and of the inputs that are wanted."""
    from pulumi_everest.plugins.find import builtin
    from pulumi_everest.testing.probes.report import cases_of

    found: Outcomes = {}
    for plugin in builtin():
        for operator, topology in cases_of(plugin) if not plugins or plugin.name in plugins else ():
            case = f"{plugin.name} {operator} {topology}"
            found[case] = _case(plugin, operator, topology, wanted.get(case, []))
    return found


def _case(plugin: Any, operator: str, topology: str, wanted: list[str]) -> dict[str, str]:
    from pulumi_everest.testing.probes.bases import bases_of
    from pulumi_everest.testing.probes.cluster_probe import ClusterProbe
    from pulumi_everest.testing.probes.job_probe import JobProbe
    from pulumi_everest.testing.probes.outcomes import Refused
    from pulumi_everest.testing.probes.report import technology_of
    from pulumi_everest.workspace.setup import Setup

    class Jobs(JobProbe):
        def emitted(self, kind: Any, spec: Any, cluster: Any) -> Any:
            made = super().emitted(kind, spec, cluster)
            outcome = made.text if isinstance(made, Refused) else json.dumps(made, default=repr, sort_keys=True)
            found[json.dumps([kind, spec, cluster.spec])] = outcome
            return made

    setup = Setup(technology_of(plugin, operator), plugin)
    bases = bases_of(plugin)
    found: dict[str, str] = {}
    probe = ClusterProbe(plugin, setup.technology, topology, operator, None, {}, bases)
    for path, values in probe.fields.items():
        probe.try_field(path, values)
        found[f"change {'.'.join(path)}"] = _changes(plugin.definition, path)
    jobs = Jobs(setup, operator, topology, None, {}, bases)
    if topology == next(iter(plugin.definition.spec.topologies)):
        list(jobs.run())
    for text in [*probe.attempts._seen, *wanted]:
        given = {} if text.startswith("change ") else json.loads(text)
        if isinstance(given, list) and text not in found:
            kind, spec, of = given
            resolved, _ = jobs._checked(of)
            if resolved is not None:
                jobs.emitted(kind, spec, resolved)
        elif isinstance(given, dict) and given:
            found[text] = _cluster(setup, given, operator)
    return found


def _cluster(setup: Any, spec: dict[str, Any], operator: str) -> str:
    from pulumi_everest.core.merging import over
    from pulumi_everest.core.validate import check_cluster
    from pulumi_everest.emit.objects import emit
    from pulumi_everest.model.findings import EverestError, path_text
    from pulumi_everest.testing.probes.job_probe import filled_objects

    metadata = {"name": "probe", "namespace": "probes"}
    resolved, findings = check_cluster(metadata, over({"operatorVersion": operator}, spec), setup.technology)
    said = sorted(f"{one.code} {path_text(one.path)}: {one.message}" for one in findings)
    made: list[Any] = []
    if resolved is not None and not any(one.is_error for one in findings):
        try:
            filling, wrong = filled_objects(resolved, setup)
            made = [entry.manifest for entry in [*emit(resolved, setup.plugin.template), *filling]]
            said += wrong
        except EverestError as error:
            said.append(str(error))
    return json.dumps([said, made], default=repr, sort_keys=True)


def _changes(definition: Any, path: tuple[str, ...]) -> str:
    """What a change of a field counts as in a cluster that has all components before and after."""
    from pulumi_everest.core.changes.policies import Policies, Specs

    spec = {"instances": {name: {} for name in definition.spec.components}, "dataSource": {}}
    specs, about = Specs(spec, spec), []
    for policy in Policies.of(definition).policies:
        ordering = policy.entry.policy.startswith("keep-")
        if policy.names(path) and (policy.when is None or specs.hold(policy.when) is True):
            about.append(policy.entry.model_dump(exclude={"path", "when"}, exclude_defaults=True))
            if not ordering:
                break
    return json.dumps(about or [{"policy": "restart"}], sort_keys=True)


def compare(before: Outcomes, after: Outcomes) -> Iterator[str]:
    """A line for each case, and the first differences."""
    for case in sorted({*before, *after}):
        old, new = before.get(case, {}), after.get(case, {})
        other = [text for text in old if old[text] != new.get(text)]
        changes = [text for text in other if text.startswith("change ")]
        clusters = [text for text in other if not text.startswith("change ")]
        yield f"{case:32}{len(old):>8} inputs{len(clusters):>6} with another outcome{len(changes):>5} changes"
        for text in [*clusters[:5], *changes[:5]]:
            was, now = old[text], str(new.get(text))
            at = next((index for index, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
            yield f"  {text}\n    - {_around(was, at)}\n    + {_around(now, at)}"


def _around(text: str, at: int) -> str:
    """A text from a little before where it begins to differ."""
    return f"{'...' if at > 60 else ''}{text[max(0, at - 60) : at + 200]}"


def _run(tree: Path, wanted: dict[str, list[str]], plugins: list[str]) -> Outcomes:
    """The outcomes in a process that imports the package of a tree."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    asked = json.dumps([wanted, plugins])
    command = [sys.executable, __file__, "--outcomes"]
    done = subprocess.run(  # noqa: S603 - this module
        command, input=asked, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=tree
    )
    found: Outcomes = json.loads(done.stdout)
    return found


def main() -> int:
    """Print the comparison; the exit code is 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--before", default="HEAD", help="revision to compare with")
    parser.add_argument("--plugin", action="append", default=[], help="only this plugin; repeatable")
    parser.add_argument("--outcomes", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.outcomes:
        sys.path.remove(str(Path(__file__).parent))
        json.dump(outcomes(*json.load(sys.stdin)), sys.stdout)
        return 0
    here = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        command = ["git", "archive", arguments.before, "pulumi_everest"]
        packed = subprocess.run(command, check=True, capture_output=True, cwd=here)  # noqa: S603 - git
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        before = _run(Path(folder), {}, arguments.plugin)
        after = _run(here, {case: [*inputs] for case, inputs in before.items()}, arguments.plugin)
        more = {case: [text for text in inputs if text not in before.get(case, {})] for case, inputs in after.items()}
        if any(more.values()):
            for case, found in _run(Path(folder), more, arguments.plugin).items():
                before[case] |= found
    lines = list(compare(before, after))
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if any(line.startswith("  ") for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
