"""What of a cluster belongs into a field, by the field's shape and only then its name.

The names of roles are those of the fields of a cluster that reach such a field.
"""

from __future__ import annotations

import re
from typing import Final

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field
from pulumi_everest.scaffold.meaning import names
from pulumi_everest.scaffold.meaning.shapes import (
    is_affinity,
    is_claim,
    is_issuer,
    is_names,
    is_pod_spec,
    is_resources,
    is_schedule,
    is_secret_name,
    is_service,
    is_store,
    is_url_store,
    secret_of_users,
    size_and_class,
)

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


def _is_lone_size(field: Field) -> bool:
    """Whether a field is the size of a volume whose class stands elsewhere, or nowhere."""
    beside = field.parent is None or size_and_class(field.parent) is None
    return bool(names.DISK.match(field.last)) and field.type in ("string", "quantity") and beside


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
    named = field.last == "name" and field.parent is not None and bool(names.IMAGE.match(field.parent.last))
    return bool(names.IMAGE.match(field.last)) or named


def _secret(field: Field) -> bool:
    """Whether a field names a Secret and says so, by its own name or by that of what it stands in."""
    if not is_secret_name(field):
        return False
    stands = field.parent is not None and bool(names.SECRETS_PLACE.match(field.parent.name))
    return "secret" in field.last.lower() or stands


def _users(field: Field) -> bool:
    said = field.last + (field.parent.name if field.parent is not None else "")
    return _secret(field) and bool(names.USERS.match(field.last)) and not names.CERTIFICATE.search(said)


def _certificate(field: Field) -> bool:
    said = field.last + (field.parent.name if field.parent is not None else "")
    named = (
        bool(names.CERTIFICATE.search(said))
        and not names.AUTHORITY.search(field.last)
        and not names.NO_CERTIFICATE.search(field.last)
    )
    return _secret(field) and named


def _engine_text(field: Field) -> bool:
    return field.type == "string" and bool(names.CONFIG.match(field.last)) and not field.enum


def _engine_map(field: Field) -> bool:
    if field.type == "map":
        return bool(names.PARAMETERS.match(field.last)) and field.children[ENTRY].type in (
            "string",
            "quantity",
            "any",
            "open",
        )
    return field.type == "open" and bool(names.PARAMETERS.match(field.last))


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
    "terminationGracePeriodSeconds": lambda one: bool(names.GRACE.match(one.last)) and one.type == "integer",
    "podDisruptionBudget": lambda one: one.type == "object" and one.has("minAvailable", "maxUnavailable"),
    "minAvailable": lambda one: one.last == "minAvailable" and one.type == "quantity",
    "maxUnavailable": lambda one: one.last in ("maxUnavailable", "pdbMaxUnavailable") and one.type == "quantity",
    "expansion": lambda one: bool(names.EXPANSION.match(one.last)) and one.type == "boolean",
    "reclaim": lambda one: {"Retain", "Delete"} <= set(map(str, one.enum)) and len(one.enum) < 4,
    "users": lambda one: one.last.lower() in ("users", "accounts") and secret_of_users(one) is not None,
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
    "operatorVersion": lambda one: bool(names.OPERATORS.match(one.last)) and one.type == "string",
    "paused": lambda one: (
        bool(names.PAUSE.match(one.last)) and (one.type == "boolean" or {"yes", "no"} <= set(map(str, one.enum)))
    ),
    "image": _is_image,
    "repository": _is_repository,
    "imageParts": lambda one: bool(re.search(r"image\Z", one.last, re.I)) and one.has("repository", "tag"),
    "version": lambda one: bool(names.VERSION.match(one.last)) and one.type == "string",
    "majorVersion": lambda one: bool(names.MAJOR.match(one.last)) and one.type == "integer",
    "shards": lambda one: bool(names.SHARDS.match(one.last)) and one.type == "integer",
    "replicas": lambda one: bool(names.REPLICAS.match(one.last)) and one.type == "integer",
    "tlsMode": _tls_mode,
    "tlsSwitch": _tls_switch,
    "tlsOnly": lambda one: one.type == "boolean" and bool(names.TLS_ONLY.match(one.last)),
    "usersSecret": _users,
    "internalCertificate": lambda one: _certificate(one) and bool(names.INTERNAL.search(one.last)),
    "certificate": _certificate,
    "configText": _engine_text,
    "configMap": _engine_map,
}
