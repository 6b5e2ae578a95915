"""Storages of backups, schedules and continuous archiving, at the fields of the operator's object that take them."""

from __future__ import annotations

import re
from typing import Any, Final

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field
from pulumi_everest.scaffold.meaning.components import Component
from pulumi_everest.scaffold.meaning.field_roles import POD, role
from pulumi_everest.scaffold.meaning.shapes import is_claim, is_secret_name
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.tree import Guess

CLOUDS: Final = {"s3": "s3", "azure": "azure", "gcs": "gcs", "gcp": "gcs", "minio": "minio"}
NAMES_OF: Final = {
    "bucket": ("bucket", "bucketName"),
    "container": ("container", "containerName"),
    "prefix": ("prefix", "path", "folder"),
    "region": ("region",),
    "endpointUrl": ("endpointUrl", "endpointURL", "endpoint"),
    "forcePathStyle": ("forcePathStyle", "s3ForcePathStyle"),
    "credentialsSecret": ("credentialsSecret", "credentialsSecretName", "secretName", "secret", "credentials"),
}
"""The fields of a storage, each with the names that operators have for it."""
FIELDS_OF: Final = {
    "s3": ("bucket", "prefix", "region", "endpointUrl", "forcePathStyle", "credentialsSecret"),
    "minio": ("bucket", "prefix", "region", "endpointUrl", "forcePathStyle", "credentialsSecret"),
    "azure": ("container", "prefix", "endpointUrl", "credentialsSecret"),
    "gcs": ("bucket", "prefix", "credentialsSecret"),
}
NUMBERED: Final = re.compile(r"\^([A-Za-z]+)\[(\d)-(\d)\]")
"""A pattern of names that are a word and a number."""


class BackupFields:
    """The guesses about backups, put into the tree of the object. `agent` is the component that makes them."""

    def __init__(self, tree: Tree, agent: Component | None) -> None:
        self.tree, self.agent = tree, agent
        self.rules: list[dict[str, str]] = []
        """What has to hold of storages and schedules, for the definition."""
        self.taken: dict[str, list[str]] = {}
        """The types of storages that have a place for a field of a storage."""
        self.kinds: list[str] = []
        """The types of storages that the object has a place for."""
        self.named: Tree = {}
        """Annotations with the names of storages and schedules, where the object has no place for them."""
        self.needed = False
        """Whether the object needs a storage where it says anything of backups."""
        self.pods = False
        """Whether storages say how the pods run that make backups."""

    def stores(self, at: Field) -> None:
        """The storages: a mapping by name, or a list."""
        reads = ("backup.storages",)
        self.needed = at.required and bool(at.schema.get("minItems"))
        if ENTRY in at.children:
            entry = self.store(at.children[ENTRY])
            made: Any = {"forEach": {"storage": "${spec.?backup.?storages}"}, "${storage.name}": entry}
            put(self.tree, (*at.path[:-1], f"?{at.last}"), Guess(made, "storages", reads))
            self._of_kinds()
            return
        item = at.children[ITEM]
        loop: Tree = {"forEach": {"i, storage": "${spec.?backup.?storages}"}}
        name = item.child("name")
        if name is not None:
            numbered = NUMBERED.match(str(name.schema.get("pattern", "")))
            loop["name"] = f"{numbered[1]}${{i + {numbered[2]}}}" if numbered else "${storage.name}"
            if numbered:
                self._name(loop["name"], item)
        loop |= self.store(item)
        loop |= self._by_kind(item)
        put(self.tree, (*at.path[:-1], f"?{at.last}"), Guess([loop], "storages", reads))
        mounted = self.mounted(at)
        if mounted is not None:
            listed, secrets = mounted
            secrets.value = [{"forEach": {"storage": "${spec.?backup.?storages}"}, **secrets.value[0]}]
            put(self.tree, (*at.path[:-1], f"?{listed}"), secrets)
        self._of_kinds()

    def mounted(self, at: Field) -> tuple[str, Any] | None:
        """The list beside a storage in which Secrets are mounted, where the storage has no place for credentials."""
        beside = at.parent.children.values() if at.parent is not None and "credentialsSecret" not in self.taken else ()
        for one in beside:
            item = one.children.get(ITEM)
            if item is None or not item.has("secret", "configMap") or item.at("secret", "name") is None:
                continue
            reads = ("backup.storages.credentialsSecret",)
            note = "ask: in which form, and under which keys, does the operator want the credentials of a storage?"
            made = "has(secrets.storages) && storage.name in secrets.storages"
            there = f"${{has(storage.credentialsSecret) || ({made})}}"
            secret = {"when": there, "secret": {"name": {"mixin": "storageCredentials"}}}
            return one.last, Guess([secret], "credentials", reads, note)
        return None

    def _name(self, number: str, item: Field) -> None:
        """Say by annotations which storage has which number, and which schedule makes which kind of backups."""
        self.named = {
            "forEach": {"i, storage": "${spec.?backup.?storages}"},
            f"everest.percona.com/{number}": "${storage.name}",
        }
        if self._by_kind(item):
            self.named["merge"] = {
                "forEach": {"schedule": "${storage.?schedules}"},
                f"everest.percona.com/{number}-${{schedule.?type.orValue('full')}}": "${schedule.name}",
            }

    def _of_kinds(self) -> None:
        kinds = ", ".join(f"'{kind}'" for kind in self.kinds)
        self.rules.append(
            {
                "cel": f"spec.?backup.?storages.orValue([]).all(s, s.type in [{kinds}])",
                "path": "backup.storages.type",
                "message": f"a storage is of the type {' or '.join(self.kinds)}",
            }
        )
        for name, having in self.taken.items():
            if name not in ("bucket", "container") and set(having) != set(self.kinds):
                listed = ", ".join(f"'{kind}'" for kind in having)
                self.rules.append(
                    {
                        "cel": f"spec.?backup.?storages.orValue([]).all(s, !has(s.{name}) || s.type in [{listed}])",
                        "path": f"backup.storages.{name}",
                        "message": f"{name} is for storages of the type {' or '.join(having)}",
                    }
                )

    def store(self, entry: Field) -> Tree:
        """One storage, which expressions call `storage`."""
        made: Tree = {}
        for child in entry.children.values():
            reads = f"backup.storages.{child.last}"
            if child.last == "type" and child.type == "string":
                made["type"] = "${storage.type}"
            elif child.last == "main" and child.type == "boolean":
                made["main"] = "${storage.name == spec.backup.storages[0].name}"
            elif child.last.lower() in CLOUDS and child.type == "object":
                self.kinds.append(CLOUDS[child.last.lower()])
                made[child.last] = Guess(
                    self._cloud(child, CLOUDS[child.last.lower()]), f"storage of type {child.last}", (reads,)
                )
            elif child.last == "verifyTLS" and child.type == "boolean":
                made["?verifyTLS"] = Guess("${storage.?verifyTLS}", "verifyTLS", ("backup.storages.verifyTLS",))
            elif child.type == "object":
                claim = self._claim(child)
                if claim is not None:
                    self.kinds.append("filesystem")
                    made[child.last] = Guess(claim, "storage of type filesystem", ("backup.storages.size",))
        if self.agent is not None:
            pod = self._pod(entry, self.agent)
            self.pods = bool(pod)
            made |= pod
        return made

    def _cloud(self, at: Field, kind: str) -> Tree:
        made: Tree = {"when": f"${{storage.type == '{kind}'}}"}
        for name in FIELDS_OF[kind]:
            field = at.child(*NAMES_OF[name])
            if field is None or (name != "forcePathStyle" and not is_secret_name(field)):
                continue
            self.taken.setdefault(name, []).append(kind)
            reads = (f"backup.storages.{name}",)
            needed = name in ("bucket", "container")
            if name == "credentialsSecret":
                of: Tree = {"mixin": "storageCredentials"}
                made[field.last] = Guess(of if field.type == "string" else {"name": of}, name, reads)
                if field.required:
                    self._needs_credentials(kind)
            elif field.type == "object":
                secret = {"when": f"${{has(storage.{name})}}", "name": f"${{storage.{name}}}"}
                made[field.last] = Guess(secret, name, reads)
            elif needed or field.required:
                made[field.last] = Guess(self._plain(name, kind), name, reads)
            else:
                made[f"?{field.last}"] = Guess(f"${{storage.?{name}}}", name, reads)
        skip = at.child("insecureSkipTLSVerify", "disableSSLVerification", "skipTLSVerify")
        if skip is not None and skip.type == "boolean" and kind in ("s3", "minio"):
            value = {"when": "${has(storage.verifyTLS)}", "do": "${!storage.verifyTLS}"}
            made[skip.last] = Guess(value, "verifyTLS", ("backup.storages.verifyTLS",))
        return made

    def _needs_credentials(self, kind: str) -> None:
        self.rules.append(
            {
                "cel": f"spec.?backup.?storages.orValue([]).all(s, s.type != '{kind}' || has(s.credentialsSecret)"
                " || (has(secrets.storages) && s.name in secrets.storages))",
                "path": "backup.storages.credentialsSecret",
                "message": f"a storage of type {kind} needs credentialsSecret",
            }
        )

    @staticmethod
    def _plain(name: str, kind: str) -> str:
        if name in ("bucket", "container", "credentialsSecret"):
            return f"${{storage.{name}}}"
        if name == "region":
            return "${storage.?region.orValue('us-east-1')}"
        if name == "endpointUrl" and kind == "s3":
            amazon = "'https://s3.' + storage.?region.orValue('us-east-1') + '.amazonaws.com'"
            return f"${{storage.?endpointUrl.orValue({amazon})}}"
        return f"${{storage.?{name}.orValue('')}}"

    @staticmethod
    def _claim(at: Field) -> Tree | None:
        """A volume for backups: the claim below a mapping such as `volume`."""
        for child in at.children.values():
            if child.type == "object" and is_claim(child):
                claim = {
                    "accessModes": ["ReadWriteOnce"],
                    "?storageClassName": "${storage.?storageClass}",
                    "resources": {"requests": {"storage": "${storage.size}"}},
                }
                return {"when": "${storage.type == 'filesystem'}", child.last: claim}
        return None

    @staticmethod
    def _pod(entry: Field, agent: Component) -> Tree:
        """What jobs that make backups into a storage say of their pods: as the component that makes them."""
        made: Tree = {}
        for child in entry.children.values():
            name = role(child)
            at = f"instances.{agent.name}"
            if name == "resources":
                made[f"?{child.last}"] = Guess("${instance.?resources}", name, (f"{at}.resources",))
            elif name in POD:
                made[f"?{child.last}"] = Guess(f"${{instance.?scheduling.?{name}}}", name, (f"{at}.scheduling.{name}",))
        return (
            {"let": {"instance": f"${{spec.instances.?{agent.name}}}"}, **made}
            if made and not agent.place.path
            else made
        )

    def _by_kind(self, item: Field) -> Tree:
        """Schedules as a mapping of kinds of backups to their crons, inside a storage."""
        at = item.child("schedules", "schedule")
        if at is None or at.type != "object" or "full" not in at.children:
            return {}
        self._one_of("type", [name for name, one in at.children.items() if one.type == "string"])
        made = {
            "when": "${storage.?schedules.orValue([]).size() > 0}",
            "do": {
                "forEach": {"schedule": "${storage.schedules}"},
                "when": "${schedule.?enabled.orValue(true)}",
                "${schedule.?type.orValue('full')}": "${schedule.cron}",
            },
        }
        return {at.last: Guess(made, "schedules", ("backup.storages.schedules",))}

    def schedules(self, at: Field) -> None:
        """The schedules of all storages as one list. Names of schedules are unique in a cluster."""
        item = at.children[ITEM]
        task: Tree = {}
        for child in item.children.values():
            of = _TASK.get(child.last)
            if child.last == "retention" and child.has("type", "count"):
                kept: Tree = {
                    "when": "${schedule.?retention.?count.hasValue()}",
                    "type": "count",
                    "count": "${schedule.retention.count}",
                }
                if child.has("deleteFromStorage"):
                    kept["deleteFromStorage"] = True
                task["retention"] = kept
            elif child.last == "keep" and child.type == "integer" and "retention" not in item.children:
                task["?keep"] = "${schedule.?retention.?count}"
            elif of is not None and child.type in of[1]:
                task[of[0].format(child.last)] = of[2]
                if child.enum and of[0].startswith("?"):
                    self._one_of(of[2].rpartition("?")[2].removesuffix("}"), child.enum)
            elif child.last.lower() in ("storagename", "backupstoragename", "storage") and child.type == "string":
                task[child.last] = "${storage.name}"
        if "enabled" not in item.children:
            task = {"when": "${schedule.?enabled.orValue(true)}", **task}
        self.tree.setdefault("let", {})["tasks"] = {
            "forEach": {"storage": "${spec.?backup.?storages}"},
            "do": {"forEach": {"schedule": "${storage.?schedules}"}, "${schedule.name}": task},
        }
        made = {
            "when": "${spec.?backup.?storages.orValue([]).exists(s, s.?schedules.orValue([]).size() > 0)}",
            "do": [{"forEach": {"task": "${tasks}"}, "do": "${task}"}],
        }
        put(self.tree, at.path, Guess(made, "schedules", ("backup.storages.schedules",)))

    def _one_of(self, name: str, allowed: list[Any]) -> None:
        listed = ", ".join(f"'{one}'" for one in allowed)
        rule = {
            "cel": "spec.?backup.?storages.orValue([]).all(s, s.?schedules.orValue([]).all(t, !has(t."
            f"{name}) || t.{name} in [{listed}]))",
            "path": f"backup.storages.schedules.{name}",
            "message": f"the {name} of a schedule is one of {', '.join(map(str, allowed))}",
        }
        if rule not in self.rules:
            self.rules.append(rule)

    def pitr(self, at: Field) -> None:
        """Continuous archiving into the storages that say so."""
        made: Tree = {
            "forEach": {"storage": "${spec.?backup.?storages}"},
            "when": "${has(storage.pitr)}",
            "enabled": "${storage.pitr.?enabled.orValue(true)}",
        }
        for child in at.children.values():
            name = child.last
            if name.lower() in ("storagename", "backupstoragename") and child.type == "string":
                made[name] = Guess("${storage.name}", "storage", ("backup.storages.pitr",))
            elif re.match(
                r"(?:time|seconds)between|interval|upload(?:interval)", name, re.IGNORECASE
            ) and child.type in ("integer", "number"):
                made[f"?{name}"] = Guess(
                    "${storage.pitr.?intervalSeconds}", "interval", ("backup.storages.pitr.intervalSeconds",)
                )
            elif re.search(r"span|minutes", name, re.IGNORECASE) and child.type in ("integer", "number"):
                value = {"when": "${has(storage.pitr.intervalSeconds)}", "do": "${storage.pitr.intervalSeconds / 60}"}
                note = "ask: is it in minutes?"
                made[name] = Guess(value, "interval", ("backup.storages.pitr.intervalSeconds",), note)
            elif name in ("compressionType", "compression") and child.type == "string":
                made[f"?{name}"] = Guess(
                    "${storage.pitr.?compression}", "compression", ("backup.storages.pitr.compression",)
                )
            elif name == "compressionLevel" and child.type == "integer":
                of = "backup.storages.pitr.compressionLevel"
                made[f"?{name}"] = Guess("${storage.pitr.?compressionLevel}", "compression", (of,))
            elif role(child) == "resources" and self.agent is not None:
                agent = f"spec.instances.?{self.agent.name}"
                made[f"?{name}"] = Guess(
                    f"${{{agent}.?resources}}", "resources", (f"instances.{self.agent.name}.resources",)
                )
        put(self.tree, (*at.path[:-1], f"?{at.last}"), Guess(made, "continuous archiving", ("backup.storages.pitr",)))


_TASK: Final[dict[str, tuple[str, tuple[str, ...], Any]]] = {
    "name": ("{}", ("string",), "${schedule.name}"),
    "schedule": ("{}", ("string",), "${schedule.cron}"),
    "cron": ("{}", ("string",), "${schedule.cron}"),
    "enabled": ("{}", ("boolean",), "${schedule.?enabled.orValue(true)}"),
    "type": ("?{}", ("string",), "${schedule.?type}"),
    "compressionType": ("?{}", ("string",), "${schedule.?compression}"),
    "compressionLevel": ("?{}", ("integer",), "${schedule.?compressionLevel}"),
}
