"""Whether the operator that objects are made for is in a cluster: definitions, deployment, version, namespaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_everest.model.findings import Finding, Place, finding
from pulumi_everest.model.plugin_files.manifest import Operator
from pulumi_everest.model.values.versions import version_key

VERSION_LABEL = "app.kubernetes.io/version"


@dataclass(frozen=True)
class WantedObject:
    """An object that an operator is to look after. `version` is that of the operator that it is made for."""

    api_version: str
    kind: str
    namespace: str
    name: str
    version: str | None = None
    place: Place | None = None


@dataclass
class Facts:
    """What a cluster has: API version and kind of what it serves, definitions by name, and deployments.

    `deployments` is None where they may not be read.
    """

    kinds: set[tuple[str, str]] = field(default_factory=set)
    definitions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    deployments: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class OperatorDeployment:
    """One deployment of an operator. `version` and `watches` are None where it does not say; no namespaces are all."""

    name: str
    namespace: str
    version: str | None
    available: bool
    watches: frozenset[str] | None

    def serves(self, namespace: str) -> bool:
        """Whether it looks after a namespace, as far as it says."""
        return not self.watches or namespace in self.watches

    def __str__(self) -> str:
        return f"{self.name} in namespace {self.namespace}"


def check_presence(operator: Operator, wanted: Sequence[WantedObject], facts: Facts) -> Iterator[Finding]:
    """What stands between objects of an operator and the databases that they are to become: warnings, each once."""
    subject = f"operator {operator.name}"
    missing = list(dict.fromkeys((w.api_version, w.kind) for w in wanted if (w.api_version, w.kind) not in facts.kinds))
    for api_version, kind in missing:
        first = next(w for w in wanted if (w.api_version, w.kind) == (api_version, kind))
        text = f"the cluster does not have {kind} in {api_version}, so '{first.name}' cannot be created"
        served = _served_versions(operator, api_version, facts)
        hint = (
            f"{to_install(operator, wanted)}; it serves {', '.join(served)}" if served else to_install(operator, wanted)
        )
        yield finding("operator.no-definition", (), text, hint=hint, subject=subject, place=first.place)
    if facts.deployments is None:
        return
    there = running(operator, facts.deployments)
    if not there:
        if not missing:
            text = f"no deployment in the cluster runs the image {operator.image or operator.name}"
            place = wanted[0].place
            hint = to_install(operator, wanted)
            yield finding("operator.not-running", (), text, hint=hint, subject=subject, place=place)
        return
    said: set[tuple[str, str]] = set()
    for one in wanted:
        for entry in _about(operator, one, there, subject):
            if (entry.code, entry.message) not in said:
                said.add((entry.code, entry.message))
                yield entry


def taken(wanted: WantedObject, subject: str) -> Finding:
    """What to say of an object that is to be made, and is there already."""
    text = f"{wanted.kind} {wanted.namespace}/{wanted.name} is there already, and this stack does not know it"
    hint = "add an alias with the resource's former name, or take the object over with adopt=True"
    return finding("cluster.exists", (), text, hint=hint, subject=subject, place=wanted.place)


def _about(
    operator: Operator, wanted: WantedObject, there: Sequence[OperatorDeployment], subject: str
) -> Iterator[Finding]:
    mine = [entry for entry in there if entry.serves(wanted.namespace)]
    if not mine:
        which = "; ".join(f"{entry} looks after {', '.join(sorted(entry.watches or ()))}" for entry in there)
        text = f"no operator looks after namespace '{wanted.namespace}': {which}"
        hint = f"add the namespace to {operator.watches} of one, or install another there"
        yield finding("operator.namespace", (), text, hint=hint, subject=subject, place=wanted.place)
        return
    idle = [entry for entry in mine if not entry.available]
    if len(idle) == len(mine):
        text = f"{idle[0]} has no available pod"
        yield finding("operator.not-running", (), text, subject=subject, place=wanted.place)
    versions = {entry.version: entry for entry in mine if entry.version is not None}
    if wanted.version is None or not versions or wanted.version in versions:
        return
    version, newest = max(versions.items(), key=lambda pair: version_key(pair[0]))
    text = f"{newest} has version {version}, and objects are made for {wanted.version}"
    known = version in operator.versions
    if version_key(version) < version_key(wanted.version):
        own = f", or set the operator version {version}" if known else ""
        install = f"{to_install(operator, [wanted], newest.namespace)}{own}"
        yield finding("operator.older", (), text, hint=install, subject=subject, place=wanted.place)
    else:
        follow = f"with the operator version {version} they are made for it" if known else None
        yield finding("operator.newer", (), text, hint=follow, subject=subject, place=wanted.place)


def running(operator: Operator, deployments: Iterable[Mapping[str, Any]]) -> list[OperatorDeployment]:
    """The deployments that run an operator, found by the name of its image, whoever installed it and however."""
    found = []
    for deployment in deployments:
        metadata, spec = deployment.get("metadata") or {}, deployment.get("spec") or {}
        pod = (spec.get("template") or {}).get("spec") or {}
        for container in pod.get("containers") or []:
            name, tag = _image(str(container.get("image") or ""))
            if name != (operator.image or operator.name):
                continue
            own = (metadata.get("labels") or {}).get(VERSION_LABEL)
            version = tag if tag is not None and tag[:1].isdigit() else own
            namespace = str(metadata.get("namespace") or "default")
            available = bool((deployment.get("status") or {}).get("availableReplicas"))
            watches = _watches(operator, container, namespace)
            found.append(OperatorDeployment(str(metadata.get("name")), namespace, version, available, watches))
    return found


def _image(reference: str) -> tuple[str, str | None]:
    """The last part of an image's name, and its tag."""
    name, _, tag = reference.partition("@")[0].rpartition("/")[2].partition(":")
    return name, tag or None


def _watches(operator: Operator, container: Mapping[str, Any], own: str) -> frozenset[str] | None:
    """The namespaces that a container's variable names; none of them are all. None where it does not say."""
    for variable in container.get("env") or []:
        if operator.watches is None or variable.get("name") != operator.watches:
            continue
        source = (variable.get("valueFrom") or {}).get("fieldRef") or {}
        if source:
            return frozenset({own}) if source.get("fieldPath") == "metadata.namespace" else None
        if "valueFrom" in variable:
            return None
        return frozenset(part.strip() for part in str(variable.get("value") or "").split(",") if part.strip())
    return None


def _served_versions(operator: Operator, api_version: str, facts: Facts) -> list[str]:
    """The API versions of that group that the operator's definitions have in the cluster."""
    group = api_version.rpartition("/")[0]
    name = next((name for name in operator.crds if name.partition(".")[2] == group), "")
    versions = (facts.definitions.get(name) or {}).get("spec", {}).get("versions", [])
    return [f"{group}/{version['name']}" for version in versions if version.get("served")]


def to_install(operator: Operator, wanted: Sequence[WantedObject], namespace: str | None = None) -> str:
    """How to install it, in the newest version that something is made for, where it is or is needed."""
    version = max((w.version for w in wanted if w.version), key=version_key, default=operator.default)
    command = install_command(operator, version, namespace or wanted[0].namespace)
    return f"run `{command}`" if command is not None else f"install {operator.name} {version}"


def install_command(operator: Operator, version: str, namespace: str) -> str | None:
    """The command that installs or upgrades an operator; None where its plugin does not say how."""
    if operator.chart is None:
        return None
    words = ["helm upgrade --install", operator.chart, operator.chart]
    if operator.chart_repository is not None:
        words += ["--repo", operator.chart_repository]
    words += ["--version", version, "--namespace", namespace]
    return " ".join(words)
