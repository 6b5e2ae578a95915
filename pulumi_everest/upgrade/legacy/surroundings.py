"""What a DatabaseCluster of the first API names, in the form that templates see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_everest.core.paths import value_at
from pulumi_everest.expressions.functions import merge
from pulumi_everest.model.deferred import Path
from pulumi_everest.upgrade.legacy.data_source import data_source
from pulumi_everest.upgrade.legacy.lookup import Lookup, storage_of
from pulumi_everest.upgrade.legacy.objects import name_of
from pulumi_everest.upgrade.legacy.reading import mapping, said, text_of, texts_of

_PMM: Final = {"2": "percona/pmm-client:2"}
_NEWER_PMM: Final = "percona/pmm-client:3"
# By the size of the database: what Everest asks for PMM's client.
_PMM_REQUESTS: Final = {
    "small": {"cpu": "95m", "memory": "99604Ki"},
    "medium": {"cpu": "228m", "memory": "199168Ki"},
    "large": {"cpu": "228m", "memory": "796907Ki"},
}
_UNFINISHED: Final = frozenset({"", "Starting", "Restoring"})


class Surroundings(Lookup):
    """The objects around one cluster."""

    def variables(self) -> dict[str, Any]:
        """Everything around the cluster that a template of legacy.yaml sees."""
        schedules = self._schedules()
        return {
            "storages": self._storages(schedules),
            "schedules": schedules,
            "pitr": self._pitr(),
            "monitoring": self._monitoring(),
            "affinity": self._affinity(),
            "annotations": self._annotations(),
            "dns": self._dns(),
            "dataSource": data_source(self),
        }

    def _schedules(self) -> list[dict[str, Any]]:
        """The schedules that are on and whose storage is there."""
        result = []
        for index, entry in enumerate(said(self.spec, "backup.schedules") or []):
            path: Path = ("spec", "backup", "schedules", index)
            storage, copies = entry.get("backupStorageName"), entry.get("retentionCopies") or 0
            if not entry.get("enabled"):
                text = f"schedule '{entry.get('name')}' is off, and the operator's object does not have it"
                self.tell("migrate.lost", path, text, "write it again when it is wanted")
            elif not storage or not entry.get("name") or not entry.get("schedule"):
                self.tell("migrate.lost", path, "a schedule needs a name, a cron line and a storage", "it is left out")
            elif self.storage(storage, (*path, "backupStorageName")) is not None:
                result.append({"name": entry["name"], "cron": entry["schedule"], "storage": storage, "copies": copies})
        return result

    def _storages(self, schedules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The storages that are used, those of backups first; `scheduledOnly` those that only schedules name."""
        result: dict[str, dict[str, Any]] = {}
        for name, path in self._of_backups():
            if name not in result and (there := self.storage(name, path)) is not None:
                result[name] = {**there, "scheduledOnly": False}
        for entry in schedules:
            if entry["storage"] not in result:
                named = self.objects.named("BackupStorage", entry["storage"], self.namespace) or {}
                made = storage_of(entry["storage"], mapping(named.get("spec")))
                result[entry["storage"]] = {**made, "scheduledOnly": True}
            result[entry["storage"]] |= {"cron": entry["cron"], "copies": entry["copies"]}
        return list(result.values())

    def _of_backups(self) -> Iterable[tuple[str, Path]]:
        """The storages of backups, and of restores that are not done."""
        for backup in self.objects.of_clusters("DatabaseClusterBackup", self.namespace, self.name):
            name = text_of(said(backup, "spec.backupStorageName"))
            if name:
                yield name, ("DatabaseClusterBackup", name_of(backup)[1], "spec", "backupStorageName")
        for restore in self.objects.of_clusters("DatabaseClusterRestore", self.namespace, self.name):
            if str(said(restore, "status.state") or "") not in _UNFINISHED:
                continue
            path: Path = ("DatabaseClusterRestore", name_of(restore)[1], "spec", "dataSource")
            named = text_of(said(restore, "spec.dataSource.dbClusterBackupName"))
            if named:
                lost = "the storage that it reads from is not known"
                found = self.find("DatabaseClusterBackup", named, (*path, "dbClusterBackupName"), lost)
                where = text_of(said(found, "spec.backupStorageName"))
                if where:
                    yield where, path

    def _pitr(self) -> dict[str, Any]:
        own = said(self.spec, "backup.pitr") or {}
        result: dict[str, Any] = {"enabled": own.get("enabled") is True}
        name = own.get("backupStorageName")
        if result["enabled"] and name:
            there = self.storage(name, ("spec", "backup", "pitr", "backupStorageName"))
            if there is not None:
                result["storage"] = there
        if own.get("uploadIntervalSec") is not None:
            result["interval"] = own["uploadIntervalSec"]
        return result

    def _monitoring(self) -> dict[str, Any]:
        name = said(self.spec, "monitoring.monitoringConfigName")
        path: Path = ("spec", "monitoring", "monitoringConfigName")
        there = name and self.find("MonitoringConfig", name, path, "the database is no longer monitored")
        if not there:
            return {}
        kind, url = said(there, "spec.type") or "pmm", text_of(said(there, "spec.pmm.url"))
        if kind != "pmm" or not url:
            self.tell("migrate.lost", path, f"MonitoringConfig '{name}' is none of a PMM server", "nothing is written")
            return {}
        version = str(said(there, "status.pmmServerVersion") or "")
        image = text_of(said(there, "spec.pmm.image")) or _PMM.get(version.partition(".")[0], _NEWER_PMM)
        if said(there, "spec.verifyTLS") is False:
            text = f"MonitoringConfig '{name}' does not check the certificate of PMM, which the operator cannot be told"
            self.tell("migrate.ineffective", path, text, "nothing changes")
        own = said(self.spec, "monitoring.resources") or {}
        wanted = {part: _cpu_memory(own.get(part)) for part in ("requests", "limits")}
        resources = merge({"requests": _PMM_REQUESTS[self.size]}, wanted)
        return {
            "image": image,
            "host": _host(url),
            "resources": {part: values for part, values in resources.items() if values},
        }

    def _affinity(self) -> dict[str, Any]:
        name = said(self.spec, "podSchedulingPolicyName")
        path: Path = ("spec", "podSchedulingPolicyName")
        there = name and self.find("PodSchedulingPolicy", name, path, "pods are placed as the operator does by itself")
        if not there:
            return {}
        if (kind := said(there, "spec.engineType")) != self.engine_type:
            text = f"PodSchedulingPolicy '{name}' is for {kind}, and this is {self.engine_type}"
            self.tell("migrate.lost", path, text, "nothing of it is written; Everest itself had stopped at this")
            return {}
        rules = mapping(value_at(there, ("spec", "affinityConfig", self.engine_type)))
        return {part: rule for part, rule in rules.items() if rule and isinstance(rule, dict)}

    def _annotations(self) -> dict[str, str]:
        name = said(self.spec, "proxy.expose.loadBalancerConfigName")
        kind = said(self.spec, "proxy.expose.type")
        path: Path = ("spec", "proxy", "expose", "loadBalancerConfigName")
        if not name:
            return {}
        if kind not in ("external", "LoadBalancer"):
            self.tell("migrate.ineffective", path, "the Service is none of a load balancer", "nothing changes")
            return {}
        there = self.find("LoadBalancerConfig", name, path, "the Service has none of its annotations")
        return texts_of(said(there, "spec.annotations"))

    def _dns(self) -> dict[str, str]:
        name = said(self.spec, "engineFeatures.psmdb.splitHorizonDnsConfigName")
        if not name:
            return {}
        path: Path = ("spec", "engineFeatures", "psmdb", "splitHorizonDnsConfigName")
        if said(self.spec, "sharding.enabled"):
            text = "names for the members from outside are not to be had with sharding"
            self.tell("migrate.lost", path, text, "they are left out; Everest itself had stopped at this")
            return {}
        there = self.find("SplitHorizonDNSConfig", name, path, "members have no names outside of the cluster")
        suffix = text_of(said(there, "spec.baseDomainNameSuffix"))
        return {"suffix": suffix} if suffix else {}


def _cpu_memory(quantities: Mapping[str, Any] | None) -> dict[str, str]:
    return {key: value for key, value in texts_of(quantities).items() if key in ("cpu", "memory")}


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url if "//" in url else f"//{url}").hostname or url
