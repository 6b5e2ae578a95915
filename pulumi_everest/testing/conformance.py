"""The conformance probe: every field that a plugin's definition accepts must change an emitted object.

One line in a plugin author's test file runs it::

    def test_conformance() -> None:
        assert_conforms("path/to/plugin")
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_everest.core.merging import copied, over
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import STORAGE_FIELDS, check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import emit
from pulumi_everest.model.findings import EverestError, path_text
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin, load_plugin
from pulumi_everest.testing.samples import FieldPath, instance_values, spec_values

Values = Mapping[str, Sequence[Any]]
METADATA = {"name": "probe", "namespace": "probes"}
_FINE = ("effect", "refused", "only value")


@dataclass
class Probe:
    """What became of one field.

    The outcome is ``effect``, ``refused``, ``only value`` (there is nothing else that the field could be set to), or
    the reason why it fails.
    """

    operator: str
    topology: str
    path: str
    outcome: str


@dataclass
class Report:
    """All probes of one plugin."""

    plugin: str
    probes: list[Probe] = field(default_factory=list)

    @property
    def failures(self) -> list[Probe]:
        """Fields that are accepted and change nothing, or break something."""
        return [probe for probe in self.probes if probe.outcome not in _FINE]

    def summary(self) -> str:
        """The counts in one line, and the failures below."""
        effect, refused, only = (sum(p.outcome == name for p in self.probes) for name in _FINE)
        lines = [
            f"{self.plugin}: {len(self.probes)} fields probed: {effect} with an effect, {refused} refused, "
            f"{only} with only one value, {len(self.failures)} failed"
        ]
        lines += [f"  operator {p.operator}, topology {p.topology}: {p.path}: {p.outcome}" for p in self.failures]
        return "\n".join(lines)


def assert_conforms(
    plugin: str | Path, *, crds: str | Path | Mapping[str, str | Path] | None = None, values: Values | None = None
) -> Report:
    """Probe a plugin, given by its folder or by the name of a built-in or installed one; fail with all that is wrong.

    `crds` is a folder or file with the operator's CRDs, or one for each operator version: then every emitted object
    is checked against its schema. `values` gives values to try by field path, such as ``tls.mode``, where the made-up
    ones are not what the definition takes. Prints the number of fields probed.
    """
    found = _plugin(plugin)
    problems = found.check()
    if problems:
        raise AssertionError(str(EverestError(problems)))
    report = probe(found, crds=crds, values=values or {})
    print(report.summary())  # noqa: T201 - what a plugin author wants to see
    if report.failures:
        raise AssertionError(report.summary())
    if not report.probes:
        raise AssertionError(f"{report.plugin}: nothing was probed")
    return report


def _plugin(plugin: str | Path) -> Plugin:
    if isinstance(plugin, str) and "/" not in plugin and not Path(plugin).is_dir():
        installed = Plugins().named(plugin)
        if installed is None:
            raise AssertionError(f"there is no plugin '{plugin}'")
        return installed
    loaded, problems = load_plugin(Path(plugin))
    if loaded is None:
        raise AssertionError(str(EverestError(problems)))
    return loaded


def probe(plugin: Plugin, *, crds: str | Path | Mapping[str, str | Path] | None = None, values: Values) -> Report:
    """Change each field of each topology for each operator version, and look what becomes of it."""
    report = Report(plugin.name)
    for operator in plugin.manifest.operator.versions:
        path = crds.get(operator) if isinstance(crds, Mapping) else crds
        schemas = Crds.load([Path(path)]) if path is not None else None
        technology = Technology(
            plugin.definition.name, plugin.definition, plugin.manifest, operator, presets=plugin.presets
        )
        for topology in plugin.definition.spec.topologies:
            _Topology(plugin, technology, topology, operator, schemas, values, report).run()
    return report


class _Topology:
    """The probes of one topology with one operator version."""

    def __init__(
        self,
        plugin: Plugin,
        technology: Technology,
        topology: str,
        operator: str,
        crds: Crds | None,
        values: Values,
        report: Report,
    ) -> None:
        self.plugin, self.technology, self.topology, self.operator = plugin, technology, topology, operator
        self.crds, self.values, self.report = crds, values, report
        self.fields = dict(self.all_fields())

    def all_fields(self) -> Iterator[tuple[FieldPath, list[Any]]]:
        """Every field with the values to try."""
        for component in self.technology.definition.topology_components(self.topology):
            for path, values in instance_values(self.technology, component, self.operator):
                yield ("instances", component, *path), list(self.values.get(".".join(path), values))
        for path, values in spec_values(self.technology, self.topology):
            yield path, list(self.values.get(".".join(path), values))

    def run(self) -> None:
        """Probe every field."""
        for path, values in self.fields.items():
            self.try_field(path, values)

    def try_field(self, path: FieldPath, values: list[Any]) -> None:
        """Record what becomes of a field in every base that it can be part of."""
        outcomes: list[str] = []
        for base in [*self.bases(path), *self.with_siblings(path)]:
            outcome = self.outcome(base, path, values)
            if outcome is not None:
                outcomes.append(outcome)
        failed = [outcome for outcome in outcomes if outcome not in _FINE]
        if not outcomes:
            failed = ["could not be probed: no cluster of the topology is accepted with or without it"]
        result = (
            failed[0] if failed else next((fine for fine in ("effect", "only value") if fine in outcomes), "refused")
        )
        self.report.probes.append(Probe(self.operator, self.topology, ".".join(path), result))

    def bases(self, path: FieldPath) -> Iterator[dict[str, Any]]:
        """Clusters that the field is tried in: a plain one with what the field needs beside it, and a full one."""
        plain: dict[str, Any] = {"provider": self.technology.provider, "topology": {"type": self.topology}}
        for block in self.needed_blocks(path):
            plain[block] = copied(_BLOCKS.get(block, {}))
        if path[:2] == ("backup", "storages"):
            for kind, (where, _) in STORAGE_FIELDS.items():
                storage: dict[str, Any] = {"name": "probe-storage", "type": kind, where: "probe-place"}
                if kind == "s3":
                    storage["region"] = "probe-region"
                if kind != "filesystem":
                    storage["credentialsSecret"] = "probe-credentials"
                if path[2] in ("schedules", "pitr"):
                    storage |= copied(_STORAGE_PARTS[path[2]])
                yield {**plain, "backup": {"storages": [storage]}}
            return
        if path[0] == "instances":
            plain["instances"] = {path[1]: {}}
        if path[0] == "monitoring":
            plain["monitoring"] = copied(_BLOCKS["monitoring"])
        if path[0] == "dataSource":
            yield {**plain, "dataSource": {"backup": "probe-backup"}, "backup": copied(_BLOCKS["backup"])}
            storage_source = {"storage": "probe-storage", "path": "probe/path"}
            yield {**plain, "dataSource": storage_source, "backup": copied(_BLOCKS["backup"])}
            return
        if path[:2] == ("tls", "issuer"):
            plain["tls"] = {"issuer": {"name": "probe-issuer"}}
        yield plain
        if path[0] == "instances" and path[2:3] == ("expose",):
            for kind in ("ClusterIP", "NodePort", "LoadBalancer"):
                yield over(plain, {"instances": {path[1]: {"expose": {"type": kind}}}})

    def with_siblings(self, path: FieldPath) -> Iterator[dict[str, Any]]:
        """A cluster with all other fields beside this one set, as far as they are accepted together."""
        shallow = 3 if path[0] == "instances" else 1
        if len(path) <= shallow or path[:2] == ("backup", "storages"):
            return
        for base in self.bases(path):
            cluster = base
            for sibling, values in self.fields.items():
                if sibling[:-1] == path[:-1] and sibling != path:
                    tried = (_with(cluster, sibling, value) for value in values)
                    cluster = next((entry for entry in tried if isinstance(self.objects(entry), str)), cluster)
            if cluster is not base:
                yield cluster
            return

    def needed_blocks(self, path: FieldPath) -> Iterator[str]:
        """Blocks without which the field's component cannot be."""
        manifest = self.plugin.manifest
        members = self.technology.definition.topology_components(self.topology)
        for name, block in manifest.blocks.items():
            takers = [c for c in members if self.technology.definition.type_of(c) in block.types]
            if block.needed and any(c == path[1] or not members[c].optional for c in takers if len(path) > 1):
                yield name

    def outcome(self, base: dict[str, Any], path: FieldPath, values: list[Any]) -> str | None:
        """What the field does in one cluster; None where the cluster itself is refused without the field."""
        before = self.objects(base)
        if isinstance(before, list) and not _crashed(before):
            before = self.objects(_completed(base, path))
        if isinstance(before, list):
            return f"without it: {'; '.join(before)}" if _crashed(before) else None
        if not values:
            return "there is no value to try; give some with values="
        accepted = refused = False
        filled = self.filled(base, path)
        others = [value for value in values if value != filled]
        if not others or path in _ONE_VALUE:
            others = []
        for value in others:
            after = self.objects(_with(base, path, value))
            if isinstance(after, list):
                refused = True
                if _crashed(after):
                    return f"with {value!r}: {'; '.join(after)}"
                continue
            if after != before:
                return "effect"
            accepted = True
        if accepted:
            return f"accepted without an effect (tried {', '.join(map(repr, others[:4]))})"
        if not others:
            return "refused" if isinstance(self.objects(_with(base, path, values[0])), list) else "only value"
        return "refused" if refused else None

    def filled(self, spec: dict[str, Any], path: FieldPath) -> Any:
        """The value that the field has when nothing is said."""
        resolved, _ = check_cluster(METADATA, over({"operatorVersion": self.operator}, spec), self.technology)
        node: Any = resolved.spec if resolved is not None else None
        for key in path:
            node = node[0] if isinstance(node, list) and node else node
            node = node.get(key) if isinstance(node, dict) else None
        return node

    def objects(self, spec: dict[str, Any]) -> str | list[str]:
        """The emitted objects as text, or what was refused."""
        spec = over({"operatorVersion": self.operator}, spec)
        resolved, found = check_cluster(METADATA, spec, self.technology)
        wrong = [f"{f.code}: {path_text(f.path)}: {f.message}" for f in found if f.is_error]
        if resolved is None or wrong:
            return wrong
        try:
            emitted = emit(resolved, self.plugin.template)
        except EverestError as error:
            return [f"{f.code}: {f.message}" for f in error.findings]
        if self.crds is not None:
            for entry in emitted:
                if "probe" in (spec.get("overrides") or {}) or _has_probe_overrides(spec):
                    continue
                broken = self.crds.check(entry.manifest)
                if broken:
                    return [f"emit.object: {path_text(f.path)}: {f.message}" for f in broken]
        return json.dumps([entry.manifest for entry in emitted], default=repr)


def _crashed(refused: list[str]) -> bool:
    """Whether a cluster passed validation, and then could not be emitted, or not as the operator wants it."""
    return any(entry.startswith("emit.") for entry in refused)


def _has_probe_overrides(spec: dict[str, Any]) -> bool:
    return any("overrides" in (instance or {}) for instance in (spec.get("instances") or {}).values())


_BLOCKS: dict[str, dict[str, Any]] = {
    "backup": {"storages": [{"name": "probe-storage", "type": "s3", "bucket": "probe", "region": "probe-1"}]},
    "monitoring": {"type": "pmm", "serverUrl": "https://pmm.example.org"},
}
_STORAGE_PARTS: dict[str, dict[str, Any]] = {
    "schedules": {"schedules": [{"name": "probe-daily", "cron": "0 0 * * *"}]},
    "pitr": {"pitr": {"enabled": True}},
}


def _with(base: dict[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
    """A copy of the cluster with the field set; in lists, of their first item."""
    result: dict[str, Any] = copied(base)
    node: Any = result
    for index, key in enumerate(path[:-1]):
        following = path[index + 1]
        below = node.get(key)
        if below is None:
            below = [{}] if (key, following) in _LISTS else {}
            node[key] = below
        node = below[0] if isinstance(below, list) else below
    node[path[-1]] = copied(value)
    return result


_ONE_VALUE = {("monitoring", "type")}
"""Fields that exist so that there can be other values one day."""
_BARE = ("provider", "topology", "instances")
_LISTS = {("storages", "name"), ("schedules", "name")}


def _completed(base: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """The cluster without the part that only holds the field, for a comparison."""
    return {key: value for key, value in base.items() if path[0] == "instances" or key in _BARE}
