"""The conformance probe of values that only programs give: passwords and credentials, of which templates make Secrets.

What is given must stand in a Secret, and that Secret must be named wherever one is that a user names instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.definitions.samples import storage_samples
from pulumi_everest.core.exact import each_leaf
from pulumi_everest.core.merging import copied
from pulumi_everest.core.paths import found_at
from pulumi_everest.model.findings import path_text
from pulumi_everest.model.storage_types import STORAGE_TYPES
from pulumi_everest.testing.probes.outcomes import Cause, Made, Manifests, Outcome, Probe, Refused

NAMED = "probe-named-secret"
_PREFIX = "probe-given-"
Emit = Callable[[dict[str, Any], dict[str, Any]], Made | Refused]
"""Makes the objects of the spec of a cluster with the values that are given."""


@dataclass(frozen=True)
class Given:
    """Values for one place of a cluster.

    `named` is the same cluster with a Secret that is there already, `must` whether the plugin says that it takes them.
    """

    spec: dict[str, Any]
    secrets: dict[str, Any]
    named: dict[str, Any]
    values: Mapping[str, str]
    must: bool = False


class SecretValuesProbe:
    """The probes of one topology: `ground` is a cluster that is accepted, `users` are the keys that plugin.yaml has."""

    def __init__(self, emit: Emit, ground: dict[str, Any], users: list[str], schedule: Mapping[str, Any]) -> None:
        self.emit, self.ground, self.users, self.schedule = emit, ground, users, schedule

    def run(self, operator: str, topology: str) -> Iterator[Probe]:
        """What becomes of each kind of values; paths are ``given: users`` and the like."""
        for name, cases in (
            ("given: users", self._users()),
            ("given: backup.storages.credentials", self._storages()),
            ("given: monitoring.credentials", self._monitoring()),
        ):
            outcomes = [self.outcome(case) for case in cases]
            causes = [outcome for outcome in outcomes if isinstance(outcome, Cause)]
            if causes:
                yield Probe(operator, topology, name, causes[0].text, cause=causes[0])
            else:
                yield Probe(operator, topology, name, "effect" if "effect" in outcomes else "refused")

    def _users(self) -> Iterator[Given]:
        if self.users:
            values = {key: f"{_PREFIX}{number}" for number, key in enumerate(self.users)}
            plain = {key: value for key, value in self.ground.items() if key != "usersSecret"}
            yield Given(plain, {"users": values}, {**plain, "usersSecret": NAMED}, values, must=True)

    def _storages(self) -> Iterator[Given]:
        for sample in storage_samples("probe-storage"):
            kind = STORAGE_TYPES[sample["type"]]
            if not kind.has_credentials:
                continue
            values = {key: f"{_PREFIX}{number}" for number, key in enumerate(kind.credential_keys or _OTHER_KEYS)}
            storage = {**sample, **({"region": "probe-region"} if "region" in kind.fields else {})}
            for more in ({}, {"schedules": [dict(self.schedule)]}):
                plain, named = (
                    {**copied(self.ground), "backup": {"storages": [{**storage, **own, **more}]}}
                    for own in ({}, {"credentialsSecret": NAMED})
                )
                yield Given(plain, {"storages": {"probe-storage": values}}, named, values)

    def _monitoring(self) -> Iterator[Given]:
        block = {"type": "pmm", "serverUrl": "https://probe.example.org"}
        values = {"apiKey": f"{_PREFIX}key"}
        plain = {**copied(self.ground), "monitoring": block}
        named = {**copied(self.ground), "monitoring": {**block, "credentialsSecret": NAMED}}
        yield Given(plain, {"monitoring": values}, named, values)

    def outcome(self, given: Given) -> Outcome:
        """What became of values: refused also where nothing is done with them, as a program is told."""
        made = self.emit(given.spec, given.secrets)
        if isinstance(made, Refused):
            return (made.cause or Cause(made.text)) if made.crashed else "refused"
        there = self._secrets(self.emit(self.ground, {}))
        secrets = self._secrets(made)
        texts = [str(manifest) for manifest in secrets.values()]
        missing = [key for key, value in given.values.items() if not any(value in text for text in texts)]
        if len(missing) == len(given.values) and not given.must and secrets.keys() <= there.keys():
            return "refused"
        if missing:
            return Cause(f"no Secret has the value that is given for {', '.join(map(repr, missing))}")
        return self._unnamed(made.manifests, given) or "effect"

    @staticmethod
    def _secrets(made: Made | Refused) -> dict[Any, dict[str, Any]]:
        manifests = made.manifests if isinstance(made, Made) else []
        return {_name(manifest): manifest for manifest in manifests if manifest.get("kind") == "Secret"}

    def _unnamed(self, made: Manifests, given: Given) -> Cause | None:
        """Where a Secret that a user names stands, and the one that is made of the values does not."""
        named = self.emit(given.named, {})
        if isinstance(named, Refused):
            return None
        own = {_name(manifest) for manifest in made if manifest.get("kind") == "Secret"}
        objects = {(manifest.get("kind"), _name(manifest)): manifest for manifest in made}
        for manifest in named.manifests:
            there = objects.get((manifest.get("kind"), _name(manifest)))
            for path in [path for path, value in each_leaf(manifest, ()) if value == NAMED]:
                if there is not None and found_at(there, path) not in own:
                    where = f"{manifest.get('kind')} at {path_text(path)}"
                    return Cause(f"the Secret that is made of given values is not named in {where}, where a user's is")
        return None


_OTHER_KEYS = ("GCS_CLIENT_EMAIL", "GCS_PRIVATE_KEY")
"""Keys for a type of storage whose credentials have what the operator takes."""


def _name(manifest: Mapping[str, Any]) -> Any:
    return (manifest.get("metadata") or {}).get("name")
