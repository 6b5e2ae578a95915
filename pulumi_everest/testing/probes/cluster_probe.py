"""The probing of one topology of a plugin: each field is changed in clusters that it can be part of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_everest.core.definitions.samples import FieldPath, instance_values, spec_values
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import path_text
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.probes.attempts import Attempts
from pulumi_everest.testing.probes.bases import SCHEDULE, Bases, richer
from pulumi_everest.testing.probes.grounds import Grounds, with_field
from pulumi_everest.testing.probes.outcomes import (
    IDLE,
    MARK,
    NO_VALUE,
    UNPROBED,
    Cause,
    Outcome,
    Probe,
    Refused,
    Values,
    Variation,
    emptied,
)
from pulumi_everest.testing.probes.schema_samples import fitting_patch
from pulumi_everest.testing.probes.secret_values_probe import SecretValuesProbe

_ONE_VALUE = {("monitoring", "type")}
"""Fields that exist so that there can be other values one day."""
_BARE = ("provider", "topology", "instances")


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
        self.technology, self.topology, self.operator, self.values = technology, topology, operator, values
        self.attempts = Attempts(plugin, technology, operator, crds)
        self.grounds = Grounds(self.attempts, topology, values, bases)
        self.fields = dict(self.all_fields())
        self._chosen = bases.chosen
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
        users = self.attempts.plugin.manifest.secrets.users
        probe = SecretValuesProbe(self.attempts.with_secrets, self.grounds.ground, users, SCHEDULE)
        yield from probe.run(self.operator, self.topology)

    def try_field(self, path: FieldPath, values: list[Any]) -> Probe:
        """What becomes of a field in every base that it can be part of."""
        bases = [*self.grounds.bases(path), *self.grounds.with_siblings(path, self.fields)]
        outcomes = [found for base in bases if (found := self.helped(base, path, values)) is not None]
        if all(outcome == "refused" for outcome in outcomes) and self.could_be_taken(bases, path, values):
            in_examples = (self.outcome(example, path, values) for example in self.grounds.examples)
            outcomes += [found for found in in_examples if isinstance(found, Variation)]
        variations = [outcome for outcome in outcomes if isinstance(outcome, Variation)]
        name = ".".join(path)
        if not outcomes and path[0] == "instances" and self.is_of_newer_operators(bases):
            return Probe(self.operator, self.topology, name, "refused")
        if not outcomes:
            text = f"{UNPROBED}: no cluster of the topology is accepted with or without it"
            hint = "; name a cluster that is, in the folder examples or with bases="
            return Probe(self.operator, self.topology, name, text + hint, cause=Cause(text + hint, kind="unprobed"))
        causes = [outcome for outcome in outcomes if isinstance(outcome, Cause)]
        if causes:
            return Probe(self.operator, self.topology, name, self._said(path, causes[0]), variations, causes[0])
        fine = "effect" if variations else "only value" if "only value" in outcomes else "refused"
        return Probe(self.operator, self.topology, name, fine, variations)

    def is_of_newer_operators(self, bases: list[dict[str, Any]]) -> bool:
        """Whether clusters are refused here that the default version of the operator takes: a component came later."""
        default = self.attempts.plugin.manifest.operator.default
        if default == self.operator:
            return False
        tried = (self.attempts.resolved({**base, "operatorVersion": default}) for base in bases)
        return any(resolved is not None and not wrong for resolved, wrong in tried)

    def helped(self, base: dict[str, Any], path: FieldPath, values: list[Any]) -> Variation | Outcome | None:
        """What the field does in a cluster; where that is nothing, in the cluster with what it may lack.

        A setting of a component is to do something wherever it is taken, but in clusters that the author has chosen:
        one that does so in some example only is as good as forgotten for all other clusters.
        """
        outcome = self.outcome(base, path, values)
        if isinstance(outcome, Cause) and outcome.kind == "idle":
            helping = [spec for spec in self.grounds.examples if path[0] != "instances" or spec in self._chosen]
            for more in richer(base, helping):
                found = self.outcome(more, path, values)
                if isinstance(found, Variation) or (isinstance(found, Cause) and found.kind != "idle"):
                    return found
        return outcome

    def could_be_taken(self, bases: list[dict[str, Any]], path: FieldPath, values: list[Any]) -> bool:
        """Whether a field was refused for another reason than that nothing is done with it."""
        if not self.grounds.examples or not values:
            return False
        tried = [self.attempts.objects(with_field(base, path, values[0])) for base in bases]
        reasons = [reason for made in tried if isinstance(made, Refused) for reason in made.reasons]
        return not any(reason.startswith("cluster.field-not-honoured") for reason in reasons)

    def _said(self, path: FieldPath, cause: Cause) -> str:
        return self._details.get((path, cause.text), "") or cause.text

    def outcome(self, base: dict[str, Any], path: FieldPath, values: list[Any]) -> Variation | Outcome | None:
        """What the field does in one cluster; None where the cluster itself is refused without the field."""
        before = self.attempts.objects(base)
        if isinstance(before, Refused) and not before.crashed:
            before = self.attempts.objects(_completed(base, path))
        if isinstance(before, Refused):
            return self._failing(path, "without it", before) if before.crashed else None
        if path[-1] == "overrides" and self.attempts.crds is not None:
            values = self.fitting_overrides(base, path)
        if not values:
            return Cause(NO_VALUE, kind="no value")
        accepted = refused = False
        filled = self.attempts.filled(base, path)
        others = [value for value in values if value != filled and path not in _ONE_VALUE]
        for value in others:
            spec = with_field(base, path, value)
            after = self.attempts.objects(spec)
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
            cause = Cause(IDLE, kind="idle")
            self._details[path, IDLE] = f"{IDLE} (tried {', '.join(map(repr, others[:4]))})"
            return cause
        if not others:
            return (
                "refused"
                if isinstance(self.attempts.objects(with_field(base, path, values[0])), Refused)
                else "only value"
            )
        return "refused" if refused else None

    def _failing(self, path: FieldPath, when: str, refused: Refused) -> Cause:
        cause = refused.cause or Cause(refused.text)
        self._details[path, cause.text] = f"{when}: {refused.text}"
        return cause

    def _emptied(self, base: dict[str, Any], empty: Path) -> Cause:
        """What is wrong with a mapping that is there without its values."""
        resolved, _ = self.attempts.resolved(base)
        place = self.attempts.place(resolved, int(empty[0]), empty[1:]) if resolved is not None else None
        where = path_text(empty[1:])
        text = f"an empty mapping is left at {where} without it, which a server takes for null: write '?'"
        return Cause(text, place)

    def fitting_overrides(self, base: dict[str, Any], path: FieldPath) -> list[Any]:
        """Patches that the operator's schema takes where the overrides land; the made-up one where they are refused."""
        assert self.attempts.crds is not None
        made = self.attempts.emitted(with_field(base, path, MARK))
        if isinstance(made, Refused):
            return [MARK]
        return fitting_patch(made, MARK, self.attempts.crds)


def _completed(base: dict[str, Any], path: FieldPath) -> dict[str, Any]:
    """The cluster without the part that only holds the field, for a comparison."""
    return {key: value for key, value in base.items() if path[0] == "instances" or key in _BARE}
