"""The probing of one topology of a plugin: each field is changed in clusters that it can be part of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from pulumi_everest.core.definitions.samples import PATHS, FieldPath, instance_values, spec_values, storage_samples
from pulumi_everest.core.merging import copied, over
from pulumi_everest.core.resolve import Resolved, resolve
from pulumi_everest.core.technology import Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import emit
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import EverestError, Place, path_text
from pulumi_everest.model.storage_types import STORAGE_TYPES
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.bases import SCHEDULE, Bases, richer
from pulumi_everest.testing.probes.given_probe import GivenProbe
from pulumi_everest.testing.probes.job_probe import BACKUP, METADATA, filled_objects
from pulumi_everest.testing.probes.outcomes import (
    IDLE,
    MARK,
    NO_VALUE,
    UNPROBED,
    Cause,
    Made,
    Manifests,
    Outcome,
    Probe,
    Refused,
    Values,
    Variation,
    checked,
    emptied,
    errors,
    failed,
)
from pulumi_everest.testing.probes.places import template_place
from pulumi_everest.testing.probes.schema_samples import fitting_patch
from pulumi_everest.workspace.setup import Setup


class ClusterProbe:
    """The probes of one topology with one operator version.

    With `crds` every object must pass its schema; `values` are tried instead of made-up ones, by field path. In `bases`
    a field is tried where it does nothing in clusters that are made up, or is refused there.
    """

    def __init__(
        self,
        plugin: Plugin,
        technology: Technology,
        topology: str,
        operator: str,
        crds: Crds | None,
        values: Values,
        bases: Bases,
    ) -> None:
        self.plugin, self.technology, self.topology, self.operator = plugin, technology, topology, operator
        self.crds, self.values = crds, values
        self.fields = dict(self.all_fields())
        self._examples, self._chosen = bases.of_topology(topology, technology.definition), bases.chosen
        self._seen: dict[str, Made | Refused] = {}
        self._filled: dict[str, Any] = {}
        self._places: dict[tuple[str, int], Place | None] = {}
        self._details: dict[tuple[FieldPath, str], str] = {}
        """What is said of a field, where that is more than its cause."""

    def all_fields(self) -> Iterator[tuple[FieldPath, list[Any]]]:
        """Every field with the values to try."""
        for component in self.technology.definition.topology_components(self.topology):
            for path, values in instance_values(self.technology, component, self.operator):
                yield ("instances", component, *path), list(self.values.get(".".join(path), values))
        for path, values in spec_values(self.technology, self.topology):
            yield path, list(self.values.get(".".join(path), values))

    def run(self) -> Iterator[Probe]:
        """Probe every field, and the values that only programs give."""
        for path, values in self.fields.items():
            yield self.try_field(path, values)
        yield from self.given()

    def given(self) -> Iterator[Probe]:
        """Probe the values of which templates make Secrets."""
        users = self.plugin.manifest.secrets.users
        probe = GivenProbe(self.with_secrets, self.ground, users, SCHEDULE)
        yield from probe.run(self.operator, self.topology)

    def with_secrets(self, spec: dict[str, Any], secrets: dict[str, Any]) -> Made | Refused:
        """The objects of a cluster with values that are given."""
        resolved, wrong = self.resolved(spec, secrets)
        if resolved is None or wrong:
            return Refused(wrong)
        try:
            made = checked([entry.manifest for entry in emit(resolved, self.plugin.template)], self.crds)
        except EverestError as error:
            return failed(error.findings)
        return self._placed(made, resolved)

    def try_field(self, path: FieldPath, values: list[Any]) -> Probe:
        """What becomes of a field in every base that it can be part of."""
        bases = [*self.bases(path), *self.with_siblings(path)]
        outcomes = [found for base in bases if (found := self.helped(base, path, values)) is not None]
        if all(outcome == "refused" for outcome in outcomes) and self.could_be_taken(bases, path, values):
            in_examples = (self.outcome(example, path, values) for example in self.examples)
            outcomes += [found for found in in_examples if isinstance(found, Variation)]
        variations = [outcome for outcome in outcomes if isinstance(outcome, Variation)]
        name = ".".join(path)
        if not outcomes and path[0] == "instances" and self.is_of_newer_operators(bases):
            return Probe(self.operator, self.topology, name, "refused")
        if not outcomes:
            text = f"{UNPROBED}: no cluster of the topology is accepted with or without it"
            hint = "; name a cluster that is, in the folder examples or with bases="
            return Probe(self.operator, self.topology, name, text + hint, cause=Cause(text + hint))
        causes = [outcome for outcome in outcomes if isinstance(outcome, Cause)]
        if causes:
            return Probe(self.operator, self.topology, name, self._said(path, causes[0]), variations, causes[0])
        fine = "effect" if variations else "only value" if "only value" in outcomes else "refused"
        return Probe(self.operator, self.topology, name, fine, variations)

    def is_of_newer_operators(self, bases: list[dict[str, Any]]) -> bool:
        """Whether clusters are refused here that the default version of the operator takes: a component came later."""
        default = self.plugin.manifest.operator.default
        if default == self.operator:
            return False
        tried = (self.resolved({**base, "operatorVersion": default}) for base in bases)
        return any(resolved is not None and not wrong for resolved, wrong in tried)

    def helped(self, base: dict[str, Any], path: FieldPath, values: list[Any]) -> Variation | Outcome | None:
        """What the field does in a cluster; where that is nothing, in the cluster with what it may lack.

        A setting of a component is to do something wherever it is taken, but in clusters that the author has chosen:
        one that does so in some example only is as good as forgotten for all other clusters.
        """
        outcome = self.outcome(base, path, values)
        if isinstance(outcome, Cause) and outcome.text.startswith(IDLE):
            helping = [spec for spec in self.examples if path[0] != "instances" or spec in self._chosen]
            for more in richer(base, helping):
                found = self.outcome(more, path, values)
                if isinstance(found, Variation) or (isinstance(found, Cause) and not found.text.startswith(IDLE)):
                    return found
        return outcome

    @cached_property
    def examples(self) -> list[dict[str, Any]]:
        """The bases of this topology that are accepted by this version of the operator."""
        return [spec for spec in self._examples if isinstance(self.objects(spec), Made)]

    @cached_property
    def ground(self) -> dict[str, Any]:
        """What all clusters have that fields are tried in: of a topology that wants more than its name, an example."""
        plain: dict[str, Any] = {"provider": self.technology.provider, "topology": {"type": self.topology}}
        needed = {**plain, **{block: copied(_BLOCKS.get(block, {})) for block in self.needed_blocks(("", ""))}}
        made = self.objects(needed)
        return self.examples[0] if isinstance(made, Refused) and not made.crashed and self.examples else plain

    def could_be_taken(self, bases: list[dict[str, Any]], path: FieldPath, values: list[Any]) -> bool:
        """Whether a field was refused for another reason than that nothing is done with it."""
        if not self.examples or not values:
            return False
        tried = [self.objects(_with(base, path, values[0])) for base in bases]
        reasons = [reason for made in tried if isinstance(made, Refused) for reason in made.reasons]
        return not any(reason.startswith("cluster.field-not-honoured") for reason in reasons)

    def _said(self, path: FieldPath, cause: Cause) -> str:
        return self._details.get((path, cause.text), "") or cause.text

    def bases(self, path: FieldPath) -> Iterator[dict[str, Any]]:
        """Clusters that the field is tried in: a plain one with what the field needs beside it, and a full one."""
        plain: dict[str, Any] = copied(self.ground)
        for block in self.needed_blocks(path):
            plain.setdefault(block, self.block(block))
        if path[:2] == ("backup", "storages"):
            for storage in storage_samples("probe-storage"):
                taken = STORAGE_TYPES[storage["type"]]
                if "region" in taken.fields:
                    storage["region"] = "probe-region"
                if taken.has_credentials:
                    storage["credentialsSecret"] = "probe-credentials"
                if path[2] in ("schedules", "pitr"):
                    storage.update(copied(_STORAGE_PARTS[path[2]]))
                yield {**plain, "backup": {"storages": [storage]}}
            return
        if path[0] == "instances":
            plain["instances"] = over(plain.get("instances"), {**dict(self.counting_with(path[1])), path[1]: {}})
        if path[0] == "monitoring":
            plain["monitoring"] = copied(_BLOCKS["monitoring"])
        if path[0] == "dataSource":
            for backup in (_BLOCKS["backup"], BACKUP):
                yield {**plain, "dataSource": {"backup": "probe-backup"}, "backup": copied(backup)}
                for where in self.values.get("dataSource.path") or PATHS:
                    source = {"storage": "probe-storage", "path": where}
                    yield {**plain, "dataSource": source, "backup": copied(backup)}
            return
        if path[:2] == ("tls", "issuer"):
            plain["tls"] = {"issuer": {"name": "probe-issuer"}}
        yield plain
        if path[0] == "instances" and path[2:3] == ("expose",):
            for kind in ("ClusterIP", "NodePort", "LoadBalancer"):
                yield over(plain, {"instances": {path[1]: {"expose": {"type": kind}}}})

    def block(self, name: str) -> dict[str, Any]:
        """A block that a component needs: a made-up one, or that of an example where no cluster is accepted so."""
        made_up: dict[str, Any] = copied(_BLOCKS.get(name, {}))
        if isinstance(self.objects({**self.ground, name: made_up}), Made):
            return made_up
        return next((copied(spec[name]) for spec in self.examples if spec.get(name)), made_up)

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
                    cluster = next((entry for entry in tried if isinstance(self.objects(entry), Made)), cluster)
            if cluster is not base:
                yield cluster
            return

    def counting_with(self, component: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Components whose number must be even beside one of this, with such a number."""
        for name, member in self.technology.definition.topology_components(self.topology).items():
            if member.replicas is not None and component in (member.replicas.odd_with or ()):
                yield name, {"replicas": 4}

    def needed_blocks(self, path: FieldPath) -> Iterator[str]:
        """Blocks without which the field's component cannot be."""
        manifest = self.plugin.manifest
        members = self.technology.definition.topology_components(self.topology)
        for name, block in manifest.blocks.items():
            takers = [c for c in members if self.technology.definition.type_of(c) in block.types]
            if block.needed and any(c == path[1] or not members[c].optional for c in takers if len(path) > 1):
                yield name

    def outcome(self, base: dict[str, Any], path: FieldPath, values: list[Any]) -> Variation | Outcome | None:
        """What the field does in one cluster; None where the cluster itself is refused without the field."""
        before = self.objects(base)
        if isinstance(before, Refused) and not before.crashed:
            before = self.objects(_completed(base, path))
        if isinstance(before, Refused):
            return self._failing(path, "without it", before) if before.crashed else None
        if path[-1] == "overrides" and self.crds is not None:
            values = self.fitting_overrides(base, path)
        if not values:
            return Cause(NO_VALUE)
        accepted = refused = False
        filled = self.filled(base, path)
        others = [value for value in values if value != filled and path not in _ONE_VALUE]
        for value in others:
            spec = _with(base, path, value)
            after = self.objects(spec)
            if isinstance(after, Refused):
                refused = True
                if after.crashed:
                    return self._failing(path, f"with {value!r}", after)
                continue
            if after.text != before.text:
                empty = next(emptied(before.manifests, after.manifests), None)
                if empty is not None:
                    return self._emptied(base, empty)
                return Variation(".".join(path), value, spec, before.manifests, after.manifests)
            accepted = True
        if accepted:
            cause = Cause(IDLE)
            self._details[path, IDLE] = f"{IDLE} (tried {', '.join(map(repr, others[:4]))})"
            return cause
        if not others:
            return "refused" if isinstance(self.objects(_with(base, path, values[0])), Refused) else "only value"
        return "refused" if refused else None

    def _failing(self, path: FieldPath, when: str, refused: Refused) -> Cause:
        cause = refused.cause or Cause(refused.text)
        self._details[path, cause.text] = f"{when}: {refused.text}"
        return cause

    def _emptied(self, base: dict[str, Any], empty: Path) -> Cause:
        """What is wrong with a mapping that is there without its values."""
        resolved, _ = self.resolved(base)
        place = self.place(resolved, int(empty[0]), empty[1:]) if resolved is not None else None
        where = path_text(empty[1:])
        text = f"an empty mapping is left at {where} without it, which a server takes for null: write '?'"
        return Cause(text, place)

    def fitting_overrides(self, base: dict[str, Any], path: FieldPath) -> list[Any]:
        """Patches that the operator's schema takes where the overrides land; the made-up one where they are refused."""
        assert self.crds is not None
        made = self.emitted(_with(base, path, MARK))
        if isinstance(made, Refused):
            return [MARK]
        return fitting_patch(made, MARK, self.crds)

    def filled(self, spec: dict[str, Any], path: FieldPath) -> Any:
        """The value that the field has when nothing is said."""
        key = json.dumps(spec)
        if key not in self._filled:
            resolved, _ = resolve(METADATA, over({"operatorVersion": self.operator}, spec), self.technology)
            self._filled[key] = resolved.spec if resolved is not None else None
        node: Any = self._filled[key]
        for key in path:
            node = node[0] if isinstance(node, list) and node else node
            node = node.get(key) if isinstance(node, dict) else None
        return node

    def objects(self, spec: dict[str, Any]) -> Made | Refused:
        """The emitted objects, as their schemas want them, or what was refused. Many fields are tried in one base."""
        key = json.dumps(spec)
        if key not in self._seen:
            self._seen[key] = self._objects(spec)
        return self._seen[key]

    def _objects(self, spec: dict[str, Any]) -> Made | Refused:
        emitted = self.emitted(spec)
        made = emitted if isinstance(emitted, Refused) else checked(emitted, self.crds)
        if isinstance(made, Refused) and made.crashed:
            resolved, _ = self.resolved(spec)
            return self._placed(made, resolved) if resolved is not None else made
        return made

    def _placed(self, made: Made | Refused, resolved: Resolved) -> Made | Refused:
        """What was made; of what a schema refuses with the line of the template."""
        if isinstance(made, Made) or made.cause is None or made.cause.place is not None:
            return made
        key = (made.cause.text, made.index)
        if key not in self._places:
            self._places[key] = self.place(resolved, made.index, made.path)
        return replace(made, cause=replace(made.cause, place=self._places[key]))

    def resolved(
        self, spec: dict[str, Any], secrets: dict[str, Any] | None = None
    ) -> tuple[Resolved | None, list[str]]:
        """The resolved cluster, and what is wrong with it."""
        spec = over({"operatorVersion": self.operator}, spec)
        resolved, found = check_cluster(METADATA, spec, self.technology, secrets=secrets)
        return resolved, errors(found)

    def emitted(self, spec: dict[str, Any]) -> Manifests | Refused:
        """The emitted objects, whatever their schemas say."""
        resolved, wrong = self.resolved(spec)
        if resolved is None or wrong:
            return Refused(wrong)
        try:
            filling, wrong = filled_objects(resolved, Setup(self.technology, self.plugin))
            if wrong:
                return Refused(wrong)
            return [entry.manifest for entry in [*emit(resolved, self.plugin.template), *filling]]
        except EverestError as error:
            return failed(error.findings)

    def place(self, resolved: Resolved, index: int, path: Path) -> Place | None:
        """Where the templates say a value of an object; None where they cannot be asked."""
        try:
            traced = self.plugin.traced
            return template_place(traced.document, traced.places(resolved), index, path)
        except EverestError:
            return None


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
