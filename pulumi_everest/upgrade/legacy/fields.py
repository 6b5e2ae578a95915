"""Every field of a DatabaseCluster of Everest's first API: its type, and where it goes. The docs show it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Type = Literal["text", "number", "switch", "quantity", "mapping", "texts", "quantities", "mappings"]


class LegacyField(NamedTuple):
    """A field by its path, ``[]`` for the items of a list; `goes` is for people: fields of ours, or why to none."""

    path: str
    type: Type
    goes: str


FIELDS: Final = (
    LegacyField("engine.type", "text", "`provider`: the plugin of that technology"),
    LegacyField("engine.version", "text", "`instances.engine.version`, or `image` where the catalog lacks it"),
    LegacyField("engine.replicas", "number", "`instances.engine.replicas`; 3 if missing or 0, as Everest had it"),
    LegacyField("engine.storage.size", "quantity", "`instances.engine.storage.size`, of config servers too"),
    LegacyField("engine.storage.class", "text", "`instances.engine.storage.storageClass`"),
    LegacyField("engine.resources.cpu", "quantity", "`instances.engine.resources.limits.cpu` (MySQL: requests)"),
    LegacyField("engine.resources.memory", "quantity", "`instances.engine.resources.limits.memory` (MySQL: requests)"),
    LegacyField("engine.resources.limits", "quantities", "`instances.engine.resources.limits`, over cpu and memory"),
    LegacyField("engine.resources.requests", "quantities", "`instances.engine.resources.requests`"),
    LegacyField("engine.config", "text", "`instances.engine.engineConfig` (PostgreSQL: its parameters)"),
    LegacyField("engine.userSecretsName", "text", "`usersSecret` (PostgreSQL: user postgres, in overrides)"),
    LegacyField("engine.crVersion", "text", "`operatorVersion`, or an override where it is not supported"),
    LegacyField("proxy.type", "text", "`topology.type`: haproxy is `cluster`, proxysql is `proxysql`"),
    LegacyField("proxy.replicas", "number", "`instances.proxy.replicas`; those of the engine if missing"),
    LegacyField("proxy.config", "text", "`instances.proxy.engineConfig` (MySQL); elsewhere it had no effect"),
    LegacyField("proxy.resources.cpu", "quantity", "`instances.proxy.resources.limits.cpu`"),
    LegacyField("proxy.resources.memory", "quantity", "`instances.proxy.resources.limits.memory`"),
    LegacyField("proxy.resources.limits", "quantities", "`instances.proxy.resources.limits`, over cpu and memory"),
    LegacyField("proxy.resources.requests", "quantities", "`instances.proxy.resources.requests`"),
    LegacyField("proxy.storage.size", "quantity", "`instances.proxysql.storage.size`"),
    LegacyField("proxy.storage.class", "text", "`instances.proxysql.storage.storageClass`"),
    LegacyField(
        "proxy.expose.type", "text",
        "`expose.type` of the proxy (MongoDB without sharding: the engine); external is LoadBalancer, else ClusterIP",
    ),
    LegacyField("proxy.expose.ipSourceRanges", "texts", "`expose.sourceRanges`, a bare address as /32 or /128"),
    LegacyField("proxy.expose.loadBalancerConfigName", "text", "`expose.annotations`: those of the LoadBalancerConfig"),
    LegacyField("backup.enabled", "switch", "nowhere: it had no effect"),
    LegacyField("backup.schedules[].name", "text", "`backup.storages[].schedules[].name`"),
    LegacyField("backup.schedules[].enabled", "switch", "a schedule that is off is reported, not written"),
    LegacyField("backup.schedules[].schedule", "text", "`backup.storages[].schedules[].cron`"),
    LegacyField(
        "backup.schedules[].backupStorageName", "text",
        "`backup.storages[]`: bucket, region, endpoint, credentials of the BackupStorage, prefix with the old UID",
    ),
    LegacyField("backup.schedules[].retentionCopies", "number", "how many are kept, with the backups' data left alone"),
    LegacyField("backup.pitr.enabled", "switch", "`backup.storages[].pitr`; PostgreSQL archives always"),
    LegacyField("backup.pitr.backupStorageName", "text", "the storage that has `pitr`"),
    LegacyField("backup.pitr.uploadIntervalSec", "number", "`backup.storages[].pitr.intervalSeconds`"),
    LegacyField("dataSource.dbClusterBackupName", "text", "nowhere: a database that runs has been filled"),
    LegacyField("dataSource.backupSource.path", "text", "nowhere: a database that runs has been filled"),
    LegacyField("dataSource.backupSource.backupStorageName", "text", "nowhere: a database that runs has been filled"),
    LegacyField("dataSource.pitr.type", "text", "nowhere: a database that runs has been filled"),
    LegacyField("dataSource.pitr.date", "text", "nowhere: a database that runs has been filled"),
    LegacyField("dataSource.dataImport", "mapping", "nowhere: it is a job that runs once"),
    LegacyField(
        "monitoring.monitoringConfigName", "text",
        "`monitoring.serverUrl` and `instances.pmm.image`, of the MonitoringConfig",
    ),
    LegacyField("monitoring.resources.requests", "quantities", "`instances.pmm.resources.requests`"),
    LegacyField("monitoring.resources.limits", "quantities", "`instances.pmm.resources.limits`"),
    LegacyField("monitoring.resources.claims", "mappings", "nowhere: Everest passes on CPU and memory only"),
    LegacyField("sharding.enabled", "switch", "`topology.type: sharded`"),
    LegacyField("sharding.shards", "number", "`topology.config.shards`"),
    LegacyField("sharding.configServer.replicas", "number", "`instances.configServer.replicas`"),
    LegacyField("podSchedulingPolicyName", "text", "`scheduling.affinity`: that of the PodSchedulingPolicy"),
    LegacyField(
        "engineFeatures.psmdb.splitHorizonDnsConfigName", "text",
        "horizons of the members, in overrides, and `tls.certificateSecret`",
    ),
    LegacyField("paused", "switch", "`paused`"),
    LegacyField("allowUnsafeConfiguration", "switch", "unsafe flags, and for MongoDB `tls.mode: disabled`"),
)  # fmt: skip
