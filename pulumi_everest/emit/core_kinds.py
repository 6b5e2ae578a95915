"""Kubernetes' own kinds: which there are, what stands at the top of them, and which belong to no namespace.

A program makes them as the typed resources of Pulumi's Kubernetes package, which takes nothing else. A test holds the
table against that package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_everest.model.findings import did_you_mean

_SPEC: Final = ("spec",)

CORE_KINDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "v1": {
        "ConfigMap": ("data", "binaryData", "immutable"),
        "Endpoints": ("subsets",),
        "LimitRange": _SPEC,
        "Namespace": _SPEC,
        "PersistentVolume": _SPEC,
        "PersistentVolumeClaim": _SPEC,
        "Pod": _SPEC,
        "PodTemplate": ("template",),
        "ReplicationController": _SPEC,
        "ResourceQuota": _SPEC,
        "Secret": ("data", "stringData", "type", "immutable"),
        "Service": _SPEC,
        "ServiceAccount": ("secrets", "imagePullSecrets", "automountServiceAccountToken"),
    },
    "admissionregistration.k8s.io/v1": {
        "MutatingAdmissionPolicy": _SPEC,
        "MutatingAdmissionPolicyBinding": _SPEC,
        "MutatingWebhookConfiguration": ("webhooks",),
        "ValidatingAdmissionPolicy": _SPEC,
        "ValidatingAdmissionPolicyBinding": _SPEC,
        "ValidatingWebhookConfiguration": ("webhooks",),
    },
    "apiextensions.k8s.io/v1": {"CustomResourceDefinition": _SPEC},
    "apiregistration.k8s.io/v1": {"APIService": _SPEC},
    "apps/v1": {
        "ControllerRevision": ("data", "revision"),
        "DaemonSet": _SPEC,
        "Deployment": _SPEC,
        "ReplicaSet": _SPEC,
        "StatefulSet": _SPEC,
    },
    "autoscaling/v1": {"HorizontalPodAutoscaler": _SPEC},
    "autoscaling/v2": {"HorizontalPodAutoscaler": _SPEC},
    "batch/v1": {"CronJob": _SPEC, "Job": _SPEC},
    "certificates.k8s.io/v1": {"CertificateSigningRequest": _SPEC},
    "coordination.k8s.io/v1": {"Lease": _SPEC},
    "discovery.k8s.io/v1": {"EndpointSlice": ("addressType", "endpoints", "ports")},
    "flowcontrol.apiserver.k8s.io/v1": {"FlowSchema": _SPEC, "PriorityLevelConfiguration": _SPEC},
    "networking.k8s.io/v1": {"Ingress": _SPEC, "IngressClass": _SPEC, "NetworkPolicy": _SPEC},
    "node.k8s.io/v1": {"RuntimeClass": ("handler", "overhead", "scheduling")},
    "policy/v1": {"PodDisruptionBudget": _SPEC},
    "rbac.authorization.k8s.io/v1": {
        "ClusterRole": ("rules", "aggregationRule"),
        "ClusterRoleBinding": ("roleRef", "subjects"),
        "Role": ("rules",),
        "RoleBinding": ("roleRef", "subjects"),
    },
    "scheduling.k8s.io/v1": {"PriorityClass": ("value", "description", "globalDefault", "preemptionPolicy")},
    "storage.k8s.io/v1": {
        "CSIDriver": _SPEC,
        "StorageClass": (
            "provisioner", "parameters", "reclaimPolicy", "mountOptions", "allowVolumeExpansion", "volumeBindingMode",
            "allowedTopologies",
        ),
        "VolumeAttachment": _SPEC,
    },
}  # fmt: skip
"""The kinds by API version, each with its fields beside `apiVersion`, `kind` and `metadata`."""

CLUSTER_SCOPED: Final = frozenset(
    {
        "APIService", "CSIDriver", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding",
        "CustomResourceDefinition", "FlowSchema", "IngressClass", "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "PersistentVolume",
        "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
    }
)  # fmt: skip
"""Kinds of the table that belong to no namespace."""

FILLED_BY_SERVER: Final[Mapping[str, tuple[str, ...]]] = {
    "ClusterRoleBinding": ("subjects[*].apiGroup",),
    "PersistentVolumeClaim": (
        "spec.storageClassName", "spec.volumeMode", "spec.volumeName", "metadata.finalizers[*]",
        'metadata.annotations["pv.kubernetes.io/bind-completed"]',
        'metadata.annotations["pv.kubernetes.io/bound-by-controller"]',
        'metadata.annotations["volume.beta.kubernetes.io/storage-provisioner"]',
        'metadata.annotations["volume.kubernetes.io/storage-provisioner"]',
    ),
    "PriorityClass": ("preemptionPolicy",),
    "RoleBinding": ("subjects[*].apiGroup",),
    "Service": (
        "spec.allocateLoadBalancerNodePorts", "spec.clusterIP", "spec.clusterIPs[*]", "spec.externalTrafficPolicy",
        "spec.healthCheckNodePort", "spec.internalTrafficPolicy", "spec.ipFamilies[*]", "spec.ipFamilyPolicy",
        "spec.ports[*].nodePort", "spec.ports[*].protocol", "spec.ports[*].targetPort",
        "spec.sessionAffinity", "spec.type",
    ),
    "ServiceAccount": ("secrets[*].name",),
}  # fmt: skip
"""What an API server, or a controller of Kubernetes' own, fills in where nothing is said."""

AWAITED: Final = frozenset(
    {
        "DaemonSet", "Deployment", "Ingress", "Job", "PersistentVolume", "PersistentVolumeClaim", "Pod",
        "ReplicationController", "ResourceQuota", "Service", "ServiceAccount", "StatefulSet",
    }
)  # fmt: skip
"""Kinds of the table for which Pulumi's Kubernetes plugin waits in its own way, such as a Service for its pods."""

_CHOSEN_ONCE: Final[Mapping[str, tuple[str, ...]]] = {
    "PersistentVolumeClaim": ("spec.storageClassName", "spec.volumeName"),
    "PriorityClass": ("preemptionPolicy",),
    "Service": ("spec.clusterIP", "spec.clusterIPs"),
}

_GROUPS: Final = frozenset(version.rpartition("/")[0] for version in CORE_KINDS)
_PULUMI_GROUPS: Final = frozenset({"helm.sh", "kustomize", "yaml"})
"""Groups that Pulumi's Kubernetes package has resources of its own for; no API server has them."""
_HEAD: Final = ("apiVersion", "kind", "metadata")


def is_core(api_version: str) -> bool:
    """Whether a kind of this API version is Kubernetes' own, and not brought by a definition."""
    return api_version.rpartition("/")[0] in _GROUPS


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether a kind of Kubernetes' own belongs to no namespace. That of another is not known here."""
    return kind in CLUSTER_SCOPED and is_core(api_version)


def kept_from_server(manifest: Mapping[str, Any]) -> list[str]:
    """Fields of an object that nobody can change and the server has chosen: left as they are, where nothing is said.

    Without them an object that is taken over would be replaced, such as a Service for its address.
    """
    if not is_core(str(manifest.get("apiVersion"))):
        return []
    there = {"": manifest, "spec": manifest.get("spec")}
    names = (path.rpartition(".") for path in _CHOSEN_ONCE.get(str(manifest.get("kind")), ()))
    return [
        f"{parent}.{name}" if parent else name
        for parent, _, name in names
        if isinstance(within := there[parent], Mapping) and name not in within
    ]


def is_awaited(api_version: str, kind: str) -> bool:
    """Whether Pulumi's Kubernetes plugin waits for objects of a kind without being told."""
    return kind in AWAITED and is_core(api_version)


def unmakeable(api_version: str, kind: str, fields: Iterable[str]) -> str | None:
    """Why a program cannot make an object with these fields at its top; None where it can."""
    beside = [name for name in fields if name not in _HEAD]
    if not is_core(api_version):
        return _unmakeable_custom(api_version, kind, beside)
    kinds = CORE_KINDS.get(api_version)
    if kinds is None:
        group = api_version.rpartition("/")[0]
        known = ", ".join(name for name in CORE_KINDS if name.rpartition("/")[0] == group)
        return f"a program cannot make a {kind} of '{api_version}', only of {known}"
    if kind not in kinds:
        nearest = did_you_mean(kind, list(kinds))
        more = f"; {nearest}" if nearest else ""
        return f"a program cannot make a '{kind}' of '{api_version}'{more}; there are {', '.join(kinds)}"
    for name in beside:
        if name not in kinds[kind]:
            return f"a {kind} has no '{name}' at its top; it has {', '.join(kinds[kind])}"
    return None


def _unmakeable_custom(api_version: str, kind: str, beside: list[str]) -> str | None:
    if api_version.partition("/")[0] in _PULUMI_GROUPS:
        return f"'{api_version}' is no API of Kubernetes, but a name of Pulumi's own"
    if "/" not in api_version:
        return f"'{api_version}' is no API version; it has the form group/version"
    for name in beside:
        if name == "status":
            return f"'status' is written by who looks after a {kind}, not by who makes it"
        if name in ("id", "urn") or name.startswith("__"):
            return f"a program cannot make an object with '{name}' at its top, which Pulumi has for itself"
    return None
