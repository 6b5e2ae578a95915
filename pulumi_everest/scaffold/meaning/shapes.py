"""What a field is, by its shape: the fields it has, and their types."""

from __future__ import annotations

import re

from pulumi_everest.scaffold.definitions.fields import ITEM, Field
from pulumi_everest.scaffold.meaning import names


def is_container(field: Field) -> bool:
    """Whether a mapping is a container of Kubernetes."""
    return field.has("args", "command", "env") and (field.has("image") or field.has("volumeMounts"))


def is_kubernetes(field: Field) -> bool:
    """Whether a field is a list of containers, volumes and the like, which nothing of a cluster reaches."""
    item = field.children.get(ITEM, field)
    return (
        is_container(item)
        or item.has("configMap", "secret")
        or item.has("mountPath", "name")
        or item.has("runAsUser")
        or item.has("httpGet")
        or item.has("name", "valueFrom")
    )


def is_pod_spec(field: Field) -> bool:
    """Whether a mapping is the spec of a pod."""
    return field.has("containers", "volumes") and all(
        field.children[name].type in ("array", "any") for name in ("containers", "volumes")
    )


def is_claim(field: Field) -> bool:
    """Whether a mapping is the spec of a PersistentVolumeClaim."""
    return field.has("accessModes", "resources") and (field.has("storageClassName") or field.has("volumeName"))


def is_resources(field: Field) -> bool:
    """Whether a mapping has requests and limits."""
    return field.has("limits", "requests") and field.children["limits"].type in ("map", "object", "open")


def is_affinity(field: Field) -> bool:
    """Whether a mapping is an affinity of Kubernetes."""
    return field.has("nodeAffinity", "podAffinity") or field.has("nodeAffinity", "podAntiAffinity")


def size_and_class(field: Field) -> tuple[Field, Field] | None:
    """The fields with the size and the class of a volume, of a mapping that has both as plain values."""
    plain = [one for one in field.children.values() if one.type in ("string", "quantity")]
    size = next((one for one in plain if names.SIZE.match(one.last)), None)
    kind = next((one for one in plain if names.CLASS.match(one.last) and one.type == "string"), None)
    return (size, kind) if size is not None and kind is not None else None


def is_class(field: Field) -> bool:
    """Whether a field is the class of a volume."""
    return field.type == "string" and bool(re.match(r"(?:storage)class(?:name)?\Z", field.last, re.IGNORECASE))


def is_bucket(field: Field) -> bool:
    """Whether a mapping says where in an object store something is."""
    places = {"region", "endpoint", "endpointUrl", "endpointURL", "prefix", "path", "credentialsSecret", "secret"}
    named = {"bucket", "bucketName", "container", "containerName"} & set(field.children)
    return bool(named) and (bool(places & set(field.children)) or len(field.children) < 3)


def is_store(field: Field) -> bool:
    """Whether a mapping is a storage for backups: it has a bucket of some cloud, or is one."""
    clouds = [one for name, one in field.children.items() if name.lower() in ("s3", "azure", "gcs", "gcp", "minio")]
    return any(is_bucket(one) for one in clouds)


def url_of(field: Field) -> Field | None:
    """The field with the URL of a place for backups."""
    found = field.child("destinationPath", "destinationURL", "destinationUrl", "destination", "storeURL")
    return found if found is not None and found.type == "string" else None


def is_key(field: Field) -> bool:
    """Whether a mapping names a key of a Secret."""
    return field.type == "object" and field.has("name", "key") and len(field.children) <= 3


def is_keys(field: Field) -> bool:
    """Whether a mapping names keys of Secrets."""
    return field.type == "object" and any(is_key(one) for one in field.children.values())


def is_url_store(field: Field) -> bool:
    """Whether a mapping has the URL of a place for backups, and credentials by keys of Secrets."""
    return url_of(field) is not None and any(is_keys(one) for one in field.children.values())


def is_schedule(field: Field) -> bool:
    """Whether a mapping is a backup that is made again and again."""
    crons = [one for one in ("schedule", "cron") if one in field.children and field.children[one].type == "string"]
    return bool(crons) and (field.has("name") or field.has("storageName") or field.has("keep"))


def is_service(field: Field) -> bool:
    """Whether a mapping describes a Service: its type, and at least one thing more of it."""
    kind = field.child("type", "exposeType", "serviceType")
    if kind is None or kind.type != "string":
        return False
    if kind.enum and not {"ClusterIP", "LoadBalancer"} & set(kind.enum):
        return False
    more = {
        "annotations", "loadBalancerSourceRanges", "loadBalancerClass", "externalTrafficPolicy", "nodePort",
        "loadBalancerIP", "serviceAnnotations", "sourceRanges",
    }  # fmt: skip
    return len(more & set(field.children)) >= (1 if kind.enum else 2) or (
        field.name.lower().endswith("service") and bool(more & set(field.children))
    )


def is_issuer(field: Field) -> bool:
    """Whether a mapping names an issuer of cert-manager."""
    return field.has("name", "kind") and (
        bool(names.ISSUER.match(field.name)) or (field.has("group") and "issuer" in field.name.lower())
    )


def is_secret_name(field: Field) -> bool:
    """Whether a field names a Secret: as text, or as a mapping with its name and perhaps a key."""
    if field.type == "string":
        return not field.enum and field.schema.get("format") is None
    if field.type != "object" or not set(field.children) <= {
        "name",
        "key",
        "optional",
        "generate",
        "secretName",
        "items",
    }:
        return False
    named = field.child("name", "secretName")
    return named is not None and named.type == "string"


def is_names(field: Field) -> bool:
    """Whether a list has names: texts, or mappings with nothing but a name."""
    item = field.children.get(ITEM)
    return item is not None and (item.type == "string" or set(item.children) == {"name"})


def is_named(field: Field) -> bool:
    """Whether a field is a name, or a mapping with a name and what is taken of it."""
    named = field.child("name", "secretName")
    return field.type == "string" or (field.type == "object" and named is not None and len(field.children) <= 4)


def secret_of_users(field: Field) -> Field | None:
    """The field with the Secret of each user in a list of users with names; None of any other field."""
    item = field.children.get(ITEM)
    if item is None or not item.has("name"):
        return None
    return next((one for one in item.children.values() if "secret" in one.last.lower() and is_named(one)), None)
