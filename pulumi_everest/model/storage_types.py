"""The types of backup storages: what each takes, whatever the technology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

StorageType = Literal["s3", "minio", "azure", "gcs", "filesystem"]
"""The name of a type."""


@dataclass(frozen=True)
class StorageFields:
    """What a type of storage takes.

    `where` are the fields that say where backups go, of which there is one, `fields` are all that mean something for
    this type and not for every one, `needed` those of them that it cannot do without. `credential_keys` are the keys
    that its credentials have, all of them; where there are none they have what the operator takes.
    """

    where: tuple[str, ...]
    fields: frozenset[str]
    needed: frozenset[str] = frozenset()
    has_credentials: bool = True
    credential_keys: tuple[str, ...] = ()


STORAGE_TYPES: Final[Mapping[StorageType, StorageFields]] = {
    "s3": StorageFields(
        ("bucket",),
        frozenset({"bucket", "prefix", "region", "endpointUrl", "verifyTLS", "forcePathStyle"}),
        credential_keys=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ),
    # What speaks the protocol of s3, by a client that knows no cloud.
    "minio": StorageFields(
        ("bucket",),
        frozenset({"bucket", "prefix", "region", "endpointUrl", "verifyTLS", "forcePathStyle"}),
        needed=frozenset({"endpointUrl"}),
        credential_keys=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ),
    "azure": StorageFields(
        ("container",),
        frozenset({"container", "prefix", "endpointUrl"}),
        credential_keys=("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"),
    ),
    "gcs": StorageFields(("bucket",), frozenset({"bucket", "prefix"})),
    "filesystem": StorageFields(
        ("claim", "size"), frozenset({"claim", "size", "storageClass", "prefix"}), has_credentials=False
    ),
}
"""Every type of storage by its name."""


def storage_fields(kind: object) -> StorageFields | None:
    """What a type of storage takes; None for what is no type, or not known yet."""
    return next((fields for name, fields in STORAGE_TYPES.items() if name == kind), None)


def one_of(fields: tuple[str, ...]) -> str:
    """Fields of which there must be one, for a message."""
    return " or ".join(f"'{name}'" for name in fields)
