"""The version that an image says: read as the catalog writes its versions and tags, or not at all."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from toy_definition import toy_definition

from pulumi_everest.core.images import same_image
from pulumi_everest.core.own_images.check import own_image_findings
from pulumi_everest.core.own_images.versions import ImageVersion, Tags
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Definition
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.definition import ComponentType
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace

HEX = "sha256:" + "0a" * 32
OTHER_HEX = "sha256:" + "0b" * 32

CATALOGS: dict[str, tuple[int, list[tuple[str, str]]]] = {
    "mongod": (1, [("7.0.15-9", "percona/percona-server-mongodb:7.0.15-9-multi"),
                   ("8.0.17-6", "percona/percona-server-mongodb:8.0.17-6")]),
    "pxc": (2, [("5.7.44-31.65", "percona/percona-xtradb-cluster:5.7.44-31.65"),
                ("8.0.42-33.1", "percona/percona-xtradb-cluster:8.0.42-33.1"),
                ("8.4.8-8.1", "percona/percona-xtradb-cluster:8.4.8-8.1")]),
    "postgresql": (1, [("16.14", "percona/percona-distribution-postgresql:16.14-1"),
                       ("17.5", "percona/percona-distribution-postgresql:17.5-2"),
                       ("18.4", "percona/percona-distribution-postgresql:18.4-1")]),
    "postgresql of an older operator": (1, [("13.21", "percona/percona-postgresql-operator:2.7.0-ppg13.21-postgres"),
                                            ("17.5.2", "percona/percona-postgresql-operator:2.7.0-ppg17.5.2-postgres")]),
    "xtrabackup of an older operator": (2, [
        ("2.4.29", "percona/percona-xtradb-cluster-operator:1.17.0-pxc5.7-backup-pxb2.4.29"),
        ("8.0.35", "percona/percona-xtradb-cluster-operator:1.17.0-pxc8.0-backup-pxb8.0.35")]),
    "pgbouncer by the version of PostgreSQL": (1, [("13.21", "percona/percona-pgbouncer:1.24.1"),
                                                   ("17.5.2", "percona/percona-pgbouncer:1.24.1")]),
    "tidb": (1, [("v7.5.5", "pingcap/tidb:v7.5.5"), ("v8.5.2", "pingcap/tidb:v8.5.2")]),
    "postgresql of another project": (1, [("17.10", "registry.example.com/cloudnative-pg/postgresql:17.10-standard-trixie"),
                                          ("18.4", "registry.example.com/cloudnative-pg/postgresql:18.4-standard-trixie")]),
    "cassandra": (2, [("4.1.9", "k8ssandra/cass-management-api:4.1.9-ubi"),
                      ("5.0.4", "k8ssandra/cass-management-api:5.0.4-ubi")]),
    "versions in words": (1, [("2019-CU28", "mssql/server:2019-CU28"), ("2022-CU13", "mssql/server:2022-CU13")]),
    "object storage": (1, [("RELEASE.2024-01-16T16-07-38Z", "minio/minio:RELEASE.2024-01-16T16-07-38Z")]),
    "a tag for each series": (1, [("7.2.4", "valkey/valkey:stable-7"), ("8.0.1", "valkey/valkey:stable-8")]),
    "no versions": (1, []),
}  # fmt: skip


def tags(name: str, digests: list[tuple[str, str]] | None = None) -> Tags:
    major, images = CATALOGS[name]
    return Tags(images, [version for version, _ in images], major, digests or [])


def read(name: str, image: str, beside: str | None = None) -> str | None:
    """The version, with `…` where it is only the beginning of one."""
    found = tags(name).version(image, beside)
    return None if found is None else found.text if found.whole else f"{found.text}…"


ONE_VERSION = [name for name, (_, images) in CATALOGS.items() if len({image for _, image in images}) == len(images) > 0]
REGISTRIES = ["", "docker.io/", "localhost:5000/", "registry.example.org/mirror/", "10.0.0.1:5000/a/b/"]
SUFFIXES = [
    "",
    "-multi",
    "-amd64",
    "-arm64",
    "-debug",
    "-ubi9",
    "-bookworm",
    "_amd64",
    "-build.7",
    f"@{HEX}",
    f"-amd64@{HEX}",
]


@pytest.mark.parametrize("name", ONE_VERSION)
def test_an_image_of_the_catalog_is_its_version_in_any_registry_and_variant(name: str) -> None:
    _, images = CATALOGS[name]
    for (version, image), registry, suffix in product(images, REGISTRIES, SUFFIXES):
        if suffix and name == "a tag for each series":
            continue
        other = registry + image.removeprefix("registry.example.com/") + suffix
        assert read(name, other) == version, other
        assert read(name, f"mine/own:{other.rpartition(':')[2]}" if "@" not in suffix else other) == version, other


READ: list[tuple[str, str, str | None]] = [
    # Versions that the catalog does not have, in its form
    ("mongod", "mine/mongod:7.0.18-11", "7.0.18-11"),
    ("mongod", "mine/mongod:9.0.1-1", "9.0.1-1"),
    ("mongod", "mine/mongod:v8.0.17-6", "8.0.17-6"),
    ("mongod", "mine/mongod:8.0.17-6-20260301", "8.0.17-6"),
    ("mongod", "mine/mongod:8.0.17-6-ubi8.9", "8.0.17-6"),
    ("mongod", "mine/mongod:8.0.17-6-g1a2b3c4", "8.0.17-6"),
    ("mongod", "mine/mongod:1.20.0-psmdb7.0.18-11", "7.0.18-11"),
    ("mongod", "mine/mongod:8.0.19-rc1", "8.0.19-rc1"),
    ("pxc", "mine/pxc:8.0.44-35.1-debug", "8.0.44-35.1"),
    ("pxc", "mine/pxc:1.20.0-pxc8.0.42-33.1", "8.0.42-33.1"),
    ("postgresql", "mine/postgresql:17.10-3", "17.10"),
    ("postgresql", "mine/postgresql:17.10", "17.10"),
    ("postgresql", "mine/postgresql:19.1-1", "19.1"),
    ("postgresql", "mine/postgresql:ubi9-17.5", "17.5"),
    ("postgresql", "percona/percona-distribution-postgresql-with-postgis:18.4-2", "18.4"),
    # What another catalog has: the number that is of a series of this one
    ("postgresql", "percona/percona-postgresql-operator:2.7.0-ppg17.5.2-postgres", "17.5.2"),
    ("postgresql", "percona/percona-postgresql-operator:2.7.0-ppg17.5.2-postgres-gis3.3.8", "17.5.2"),
    ("postgresql", "registry.example.com/cloudnative-pg/postgresql:16.14-202403011230-system-bookworm", "16.14"),
    ("postgresql of an older operator", "percona/percona-postgresql-operator:3.1.0-ppg18.4-postgres", "18.4"),
    ("postgresql of an older operator", "percona/percona-distribution-postgresql:17.5.2-1", "17.5.2"),
    ("xtrabackup of an older operator", "percona/percona-xtradb-cluster-operator:1.19.0-pxc8.4-backup-pxb8.4.0", "8.4.0"),
    ("tidb", "pingcap/tidb:v8.5.6-amd64", "8.5.6"),
    ("postgresql of another project", "registry.example.com/cloudnative-pg/postgresql:17.11-minimal-trixie", "17.11"),
    ("cassandra", "k8ssandra/cass-management-api:5.0.6-ubi", "5.0.6"),
    ("versions in words", "mssql/server:2022-CU14-ubuntu-22.04", "2022-CU14"),
    ("object storage", "minio/minio:RELEASE.2025-09-07T16-13-09Z", "RELEASE.2025-09-07T16-13-09Z"),
    ("no versions", "mine/thing:9.0.0-alpine", "9.0.0"),
    # Only the beginning of a version
    ("mongod", "mine/mongod:8.0", "8.0…"),
    ("mongod", "mine/mongod:8", "8…"),
    ("mongod", "mine/mongod:8.0.17", "8.0.17…"),
    ("mongod", "perconalab/percona-server-mongodb-operator:main-mongod8.0", "8.0…"),
    ("pxc", "percona/percona-xtradb-cluster:8.0", "8.0…"),
    ("pxc", "bitnami/mysql:8.0.36-debian-12-r8", "8.0.36…"),
    ("postgresql", "postgres:16", "16…"),
    ("postgresql", "postgis/postgis:16-3.4", "16…"),
    ("versions in words", "mssql/server:2019-latest", "2019…"),
    # Nothing
    *[(name, f"mine/own:{tag}", None) for name in CATALOGS for tag in ("latest", "prod", "main", "20260301", "2026.03.01-1")
      if name not in ("no versions",)],
    *[(name, image, None) for name in CATALOGS for image in ("mine/own", f"mine/own@{HEX}", "localhost:5000/mine/own")],
    ("postgresql", "perconalab/percona-postgresql-operator:main-ppg17-postgres", None),
    ("postgresql", "mine/postgresql:pg17", None),
    ("postgresql", "mine/postgresql:16.1-to-17.1", "16.1"),
    ("mongod", "mine/mongod:from-7.0.15-9-to-8.0.17-6", None),
    ("pgbouncer by the version of PostgreSQL", "percona/percona-pgbouncer:1.25.0", None),
    ("a tag for each series", "valkey/valkey:stable-9", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "image", "expected"), READ)
def test_a_tag_is_read_in_the_form_of_the_catalog_or_not_at_all(name: str, image: str, expected: str | None) -> None:
    assert read(name, image) == expected


def test_an_image_that_the_catalog_has_for_several_versions_is_the_one_that_is_said() -> None:
    name = "pgbouncer by the version of PostgreSQL"
    assert read(name, "mirror.example.org/percona/percona-pgbouncer:1.24.1") is None
    assert read(name, "mirror.example.org/percona/percona-pgbouncer:1.24.1", "13.21") == "13.21"
    assert read(name, "mirror.example.org/percona/percona-pgbouncer:1.24.1", "14.18") is None


def test_a_digest_of_the_catalog_says_its_version_whatever_the_tag_is() -> None:
    catalog = tags("mongod", [("7.0.15-9", HEX)])
    assert catalog.version(f"mine/own@{HEX}") == ImageVersion("7.0.15-9")
    assert catalog.version(f"mine/own:prod@{HEX}") == ImageVersion("7.0.15-9")
    assert catalog.version(f"mine/own@{OTHER_HEX}") is None


def test_a_digest_in_a_definition_is_one_of_the_catalog() -> None:
    versions = [{"version": "1.0", "image": "db:1.0"}, {"version": "2.0", "image": "db:2.0", "digest": HEX}]
    toy = toy_definition()
    types = {"db": ComponentType.model_validate({"versions": versions})}
    definition = toy.model_copy(update={"spec": toy.spec.model_copy(update={"component_types": types})})
    found = Tags.of(Definition(definition), "db")

    assert found.version(f"mine/own:prod@{HEX}") == ImageVersion("2.0")
    assert found.version(f"mine/own:prod@{OTHER_HEX}") is None


def test_every_image_of_the_built_in_catalogs_says_its_version() -> None:
    read_images = 0
    for plugin in Plugins().all():
        for kind in plugin.definition.used_types:  # others are of jobs, such as that of an upgrade
            component = plugin.definition.spec.component_types[kind]
            found = Tags.of(plugin.definition, kind)
            for entry in component.versions:
                for image in (entry.image, f"registry.example.org/mirror/{entry.image}-amd64@{HEX}"):
                    assert found.version(image) == ImageVersion(entry.version), (kind, image)
                    read_images += 1
    assert read_images > 150


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a/b:1", "a/b:1", True),
        ("a/b:1", "registry.example.org/a/b:1", True),
        ("localhost:5000/a/b:1", "registry.example.org/a/b:1", True),
        ("a/b:1", "registry.example.org/mirror/a/b:1", True),
        (f"a/b@{HEX}", f"c/d:2@{HEX}", True),
        ("a/b:1", "a/b:2", False),
        ("a/b:1", "c/b:1", False),
        ("a/b:1", "a/other-b:1", False),
        (f"a/b@{HEX}", f"a/b@{OTHER_HEX}", False),
        (f"a/b:1@{HEX}", "a/b:1", False),
    ],
)
def test_a_mirrored_image_is_the_same_one(one: str, other: str, expected: bool) -> None:
    assert same_image(one, other) is expected
    assert same_image(other, one) is expected


def own_images(image: str, version: Any, origin: str = "user") -> list[tuple[str, str | None]]:
    """What is to be known of an image of one's own beside a version, of PostgreSQL."""
    setup, _ = Workspace(Plugins()).setup("cnpg-operator")
    assert setup is not None
    engine = {"version": version, "image": image}
    spec = {"topology": {"type": "cluster"}, "instances": {"engine": engine}}
    resolved = Resolved({"name": "a"}, spec, {"engine": "postgresql"}, layers={"engine": [(origin, {"version": "x"})]})
    found = own_image_findings(resolved, setup.technology, "engine", image, ("instances", "engine", "image"))
    return [(entry.code, entry.hint) for entry in found]


@pytest.mark.parametrize(
    ("image", "version", "origin", "expected"),
    [
        ("mine/postgresql:17.9", "17.9", "user", []),
        ("mine/postgresql:17.9", "17.10", "user", []),
        ("mine/postgresql:16.9", "17.9", "user", ["cluster.image-series"]),
        ("mine/postgresql:16.9", Deferred(), "user", []),
        ("mine/postgresql:latest", Deferred(), "plugin", []),
        ("mine/postgresql:16.9", None, "user", []),
        ("mine/postgresql:latest", "17.9", "user", []),
        ("mine/postgresql:latest", "17.9", "plugin", ["cluster.image-version"]),
    ],
)
def test_an_image_of_ones_own_is_of_the_version_beside_it(
    image: str, version: Any, origin: str, expected: list[str]
) -> None:
    assert [code for code, _ in own_images(image, version, origin)] == expected
