"""What a field is for, by its shape: the fields it has, their types, and only then its name.

The names of roles are those of the fields of a cluster that reach such a field.
"""

from __future__ import annotations

import re
from typing import Final

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field


def _named(*patterns: str) -> re.Pattern[str]:
    """What matches a whole name, whatever the case."""
    return re.compile(rf"(?:{'|'.join(patterns)})\Z", re.IGNORECASE)


_COUNTED: Final = r"(?:replicas?|size|instances|members|nodes|count|servers|brokers|workers)"
_WHAT: Final = r"(?:cluster|node|replicas?|instances?|members?|pods?|servers?|num|number)"
_REPLICAS: Final = _named(_COUNTED, rf"{_WHAT}[_-]?(?:of)?[_-]?(?:{_COUNTED}|num|number)")
_SHARDS: Final = _named(r"(?:num(?:ber)?(?:of)?)?shards?(?:count|num|size)?")
_IMAGE: Final = _named(r"image(?:name|url)?", r"(?:server|database|db|engine|base|docker|container|custom)image")
_SOFTWARE: Final = r"(?:server|database|db|engine|postgres|postgresql|mysql|mongodb?|redis|kafka)"
_VERSION: Final = _named("version", rf"{_SOFTWARE}version")
_MAJOR: Final = _named("(?:major)?version", rf"{_SOFTWARE}(?:major)?version")
_OPERATORS: Final = _named(r"(?:cr|operator)[_-]?version")
_PAUSE: Final = re.compile(
    r"(?:paused?|suspend(?:ed)?|stop(?:ped)?|hibernat(?:e|ed|ion)|shutdown|halted)\Z", re.IGNORECASE
)
_CLASS: Final = re.compile(r"(?:storage)?class(?:name)?\Z", re.IGNORECASE)
_SIZE: Final = re.compile(
    r"(?:size|storage|capacity|(?:storage|volume|disk|data|pvc?)_?(?:size|capacity)|request(?:ed)?_?storage)\Z",
    re.IGNORECASE,
)
_DISK: Final = _named(r"(?:storage|volume|disk|data|pvc?)_?(?:size|capacity)")
_EXPANSION: Final = re.compile(r"(?:enable|allow)?volume(?:expansion|scaling|resize)\Z", re.IGNORECASE)
_GRACE: Final = re.compile(r"(?:terminationGracePeriod(?:Seconds)?|gracePeriod(?:Seconds)?)\Z", re.IGNORECASE)
_CONFIG: Final = re.compile(
    r"(?:(?:engine|server|database|db|custom|additional|extra)?(?:config|configuration|settings?|parameters|conf|options)"
    r"|my[_]?cnf|\w*\.(?:cnf|conf|ini)|\w+(?:Conf|Cnf|Ini))\Z",
    re.IGNORECASE,
)
_PARAMETERS: Final = re.compile(
    r"(?:parameters|config|configuration|settings|options|arguments|(?:engine|server|custom|additional)config(?:uration)?|configs?"
    r"|global|properties)\Z", re.IGNORECASE)  # fmt: skip
_SECRETS_PLACE: Final = re.compile(r"(?:secrets?|certificates?|tls|ssl|auth|credentials)\Z", re.IGNORECASE)
_CERTIFICATE: Final = re.compile(
    r"(?:tls|ssl|cert(?:ificate)?s?)"
    r"(?!.*(?:issuer|mode|enable|min|max|version|cipher|alt|san|validity|duration|days))",
    re.IGNORECASE,
)
_NO_CERTIFICATE: Final = re.compile(r"^alt|names$|^dns|days|duration|validity|cipher|version", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"^ca(?![a-z])|[a-z]CA(?![a-z])|Ca(?=Secret|Cert|Bundle)|root", re.ASCII)
_TLS_ONLY: Final = _named(r"(?:tls|ssl)_?(?:only|required)", r"(?:require|force)_?(?:tls|ssl)")
_INTERNAL: Final = re.compile(r"internal|replication|peer|inter|node|cluster", re.IGNORECASE)
_USERS: Final = re.compile(
    r"(?:users?|root|admin|superuser|auth|credentials?|password|system)_?(?:password)?_?(?:secret)?(?:key)?(?:name|ref)?\Z"
    r"|secrets?name\Z|\w*(?:root|admin|superuser)\w*secret\w*\Z",
    re.IGNORECASE,
)
ISSUER: Final = re.compile(r"issuer(?:ref|conf|reference)?\Z", re.IGNORECASE)
MONITORS: Final = re.compile(r"exporter|metrics|monitor|prometheus|telemetry", re.IGNORECASE)
LEFT_OUT: Final = re.compile(
    r"init[_-]?containers?|initImage|sidecars?\w*|\w*agent|\w*jobs?|restore\w*|recover\w*|bootstrap\w*|multi[_-]?cluster"
    r"|replica[_-]?clusters?|externalClusters?|standby|remote\w*|overrides?|\w*probes?|lifecycle|securityContext|clone\w*"
    r"|\w*upgrade\w*|log[_-]?(?:collector|rotate)|tablespace\w*|migration\w*|importer|import|dataSource|\w*webhook\w*|debug"
    r"|busy_?box\w*|helper\w*|ingress\w*|hpa\w*|\w*autoscal\w*|git|\w*vault\w*|ephemeral\w*|extra\w*|additional(?:Containers|Volumes|Pods)|customPodTemplate|ignored?\w*",
    re.IGNORECASE,
)
"""Names of what is not the database itself: agents, init containers, jobs, restores, other clusters, and patches."""

PARTS: Final = {"nodeAffinity", "podAffinity", "podAntiAffinity"}
"""The parts of an affinity, where an operator has them alone."""
POD: Final = {
    "affinity", "nodeSelector", "tolerations", "topologySpreadConstraints", "priorityClassName", "runtimeClassName",
}  # fmt: skip
"""The roles of scheduling."""
COUNTS: Final = {"image", "resources", "replicas", "storage", "scheduling"}
"""Of what a component has two or more."""


def role(field: Field) -> str:
    """What of a cluster belongs into a field; empty where nothing is known to."""
    return next((name for name, fits in _ROLES.items() if fits(field)), "")


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
    size = next(
        (one for name, one in field.children.items() if _SIZE.match(name) and one.type in ("string", "quantity")), None
    )
    kind = next((one for name, one in field.children.items() if _CLASS.match(name) and one.type == "string"), None)
    return (size, kind) if size is not None and kind is not None else None


def is_class(field: Field) -> bool:
    """Whether a field is the class of a volume."""
    return field.type == "string" and bool(re.match(r"(?:storage)class(?:name)?\Z", field.last, re.IGNORECASE))


def _is_lone_size(field: Field) -> bool:
    """Whether a field is the size of a volume whose class stands elsewhere, or nowhere."""
    beside = field.parent is None or size_and_class(field.parent) is None
    return bool(_DISK.match(field.last)) and field.type in ("string", "quantity") and beside


def _is_repository(field: Field) -> bool:
    """Whether a field is an image without its tag, which stands beside it."""
    beside = (
        field.parent.children if field.parent is not None and not field.parent.last.lower().endswith("image") else {}
    )
    return field.last == "repository" and field.type == "string" and bool({"tag", "version"} & set(beside))


def _is_image(field: Field) -> bool:
    """Whether a field is an image: by its own name, or as the name that a mapping `image` has."""
    if field.type != "string" or field.enum:
        return False
    named = field.last == "name" and field.parent is not None and bool(_IMAGE.match(field.parent.last))
    return bool(_IMAGE.match(field.last)) or named


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
        bool(ISSUER.match(field.name)) or (field.has("group") and "issuer" in field.name.lower())
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


def _secret(field: Field) -> bool:
    """Whether a field names a Secret and says so, by its own name or by that of what it stands in."""
    if not is_secret_name(field):
        return False
    stands = field.parent is not None and bool(_SECRETS_PLACE.match(field.parent.name))
    return "secret" in field.last.lower() or stands


def _users(field: Field) -> bool:
    said = field.last + (field.parent.name if field.parent is not None else "")
    return _secret(field) and bool(_USERS.match(field.last)) and not _CERTIFICATE.search(said)


def _certificate(field: Field) -> bool:
    said = field.last + (field.parent.name if field.parent is not None else "")
    named = (
        bool(_CERTIFICATE.search(said)) and not _AUTHORITY.search(field.last) and not _NO_CERTIFICATE.search(field.last)
    )
    return _secret(field) and named


def _engine_text(field: Field) -> bool:
    return field.type == "string" and bool(_CONFIG.match(field.last)) and not field.enum


def _engine_map(field: Field) -> bool:
    if field.type == "map":
        return bool(_PARAMETERS.match(field.last)) and field.children[ENTRY].type in (
            "string",
            "quantity",
            "any",
            "open",
        )
    return field.type == "open" and bool(_PARAMETERS.match(field.last))


def _is_pmm(field: Field) -> bool:
    return field.has("serverHost", "image") and field.children["serverHost"].type == "string"


def _tls_mode(field: Field) -> bool:
    stands = field.parent is not None and re.match(r"(?:tls|ssl)\Z", field.parent.name, re.IGNORECASE)
    return bool(stands) and field.last.lower() == "mode" and field.type == "string"


def _terms(field: Field) -> bool:
    at = field.at("preferredDuringSchedulingIgnoredDuringExecution", ITEM)
    return field.type == "object" and at is not None and at.has("podAffinityTerm")


def _terms_alone(field: Field) -> bool:
    return _terms(field) and "anti" not in field.last.lower()


def _is_open_template(field: Field) -> bool:
    return field.has("spec") and field.children["spec"].type in ("open", "any")


def _templates(field: Field, word: str) -> bool:
    """Whether a list has named templates whose specs may be anything, of pods, claims or Services as its name says."""
    item = field.children.get(ITEM)
    if item is None or not re.search(rf"{word}_?templates?\Z", field.last, re.IGNORECASE):
        return False
    return _is_open_template(item) or item.type == "open"


def _tls_switch(field: Field) -> bool:
    stands = field.parent is not None and re.match(r"(?:tls|ssl)\Z", field.parent.name, re.IGNORECASE)
    return bool(stands) and field.last == "enabled" and field.type == "boolean"


def _named_secrets(field: Field) -> Field | None:
    """The field with a Secret of the items of a list that have names; None of any other field."""
    item = field.children.get(ITEM)
    if item is None or not item.has("name"):
        return None
    return next((one for one in item.children.values() if "secret" in one.last.lower() and is_named(one)), None)


def is_named(field: Field) -> bool:
    """Whether a field is a name, or a mapping with a name and what is taken of it."""
    named = field.child("name", "secretName")
    return field.type == "string" or (field.type == "object" and named is not None and len(field.children) <= 4)


def secret_of_users(field: Field) -> Field | None:
    """The field with the Secret of each user in a list of users."""
    return _named_secrets(field)


def _listed(field: Field, names: set[str]) -> bool:
    item = field.children.get(ITEM)
    return field.type == "array" and item is not None and names <= set(item.children)


_ROLES: Final = {
    "pmm": _is_pmm,
    "resources": lambda one: one.type == "object" and is_resources(one),
    "claim": lambda one: one.type == "object" and is_claim(one),
    "claims": lambda one: one.type == "array" and ITEM in one.children and is_claim(one.children[ITEM]),
    "diskSize": _is_lone_size,
    "volume": lambda one: one.type == "object" and size_and_class(one) is not None,
    "affinity": lambda one: one.type == "object" and is_affinity(one) and not one.has("nodeSelector"),
    "nodeAffinity": lambda one: (
        one.type == "object"
        and one.at("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms") is not None
    ),
    "podAntiAffinity": lambda one: _terms(one) and "anti" in one.last.lower(),
    "podAffinity": _terms_alone,
    "amounts": lambda one: one.type == "object" and set(one.children) == {"cpu", "memory"},
    "podTemplates": lambda one: _templates(one, "pod"),
    "claimTemplates": lambda one: _templates(one, "claim"),
    "serviceTemplates": lambda one: _templates(one, "service"),
    "openPodSpec": lambda one: bool(re.match(r"pod_?spec\Z", one.last, re.I)) and one.type == "open",
    "statefulSet": lambda one: bool(re.match(r"stateful_?set\Z", one.last, re.I)) and _is_open_template(one),
    "podTemplate": lambda one: bool(re.match(r"(?:pod)_?template(?:spec)?\Z", one.last, re.I)) and one.type == "open",
    "claimTemplate": lambda one: (
        bool(re.search(r"claim_?template\Z|pvc_?template\Z", one.last, re.I))
        and (one.type == "open" or _is_open_template(one))
    ),
    "podSpec": lambda one: one.type == "object" and is_pod_spec(one),
    "tolerations": lambda one: _listed(one, {"effect", "key", "operator"}),
    "topologySpreadConstraints": lambda one: _listed(one, {"maxSkew", "topologyKey"}),
    "nodeSelector": lambda one: one.last == "nodeSelector" and one.type in ("map", "open"),
    "priorityClassName": lambda one: one.last in ("priorityClassName", "priorityClass") and one.type == "string",
    "runtimeClassName": lambda one: one.last == "runtimeClassName" and one.type == "string",
    "antiAffinityTopologyKey": lambda one: (
        one.type == "string"
        and (
            one.last == "antiAffinityTopologyKey"
            or (one.last == "topologyKey" and one.parent is not None and one.parent.last == "affinity")
        )
    ),
    "terminationGracePeriodSeconds": lambda one: bool(_GRACE.match(one.last)) and one.type == "integer",
    "podDisruptionBudget": lambda one: one.type == "object" and one.has("minAvailable", "maxUnavailable"),
    "minAvailable": lambda one: one.last == "minAvailable" and one.type == "quantity",
    "maxUnavailable": lambda one: one.last in ("maxUnavailable", "pdbMaxUnavailable") and one.type == "quantity",
    "expansion": lambda one: bool(_EXPANSION.match(one.last)) and one.type == "boolean",
    "reclaim": lambda one: {"Retain", "Delete"} <= set(map(str, one.enum)) and len(one.enum) < 4,
    "users": lambda one: one.last.lower() in ("users", "accounts") and _named_secrets(one) is not None,
    "urlStore": lambda one: one.type == "object" and is_url_store(one),
    "stores": lambda one: any(is_store(one.children[at]) for at in (ITEM, ENTRY) if at in one.children),
    "schedules": lambda one: ITEM in one.children and is_schedule(one.children[ITEM]),
    "pitr": lambda one: (
        one.type == "object" and one.has("enabled") and bool(re.match(r"pitr|pointInTime", one.last, re.I))
    ),
    "expose": lambda one: one.type == "object" and is_service(one),
    "issuer": lambda one: one.type == "object" and is_issuer(one),
    "pullPolicy": lambda one: one.last.lower() in ("imagepullpolicy", "pullpolicy") and one.type == "string",
    "pullSecrets": lambda one: (
        one.last.lower() in ("imagepullsecrets", "pullsecrets") and one.type == "array" and is_names(one)
    ),
    "operatorVersion": lambda one: bool(_OPERATORS.match(one.last)) and one.type == "string",
    "paused": lambda one: (
        bool(_PAUSE.match(one.last)) and (one.type == "boolean" or {"yes", "no"} <= set(map(str, one.enum)))
    ),
    "image": _is_image,
    "repository": _is_repository,
    "imageParts": lambda one: bool(re.search(r"image\Z", one.last, re.I)) and one.has("repository", "tag"),
    "version": lambda one: bool(_VERSION.match(one.last)) and one.type == "string",
    "majorVersion": lambda one: bool(_MAJOR.match(one.last)) and one.type == "integer",
    "shards": lambda one: bool(_SHARDS.match(one.last)) and one.type == "integer",
    "replicas": lambda one: bool(_REPLICAS.match(one.last)) and one.type == "integer",
    "tlsMode": _tls_mode,
    "tlsSwitch": _tls_switch,
    "tlsOnly": lambda one: one.type == "boolean" and bool(_TLS_ONLY.match(one.last)),
    "usersSecret": _users,
    "internalCertificate": lambda one: _certificate(one) and bool(_INTERNAL.search(one.last)),
    "certificate": _certificate,
    "configText": _engine_text,
    "configMap": _engine_map,
}
