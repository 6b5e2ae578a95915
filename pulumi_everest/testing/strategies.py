"""Hypothesis strategies: definitions, and clusters that a technology accepts. They need the package `hypothesis`."""

from __future__ import annotations

from typing import Any

from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.core.validate import check_cluster
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.definition import DatabaseClusterDefinition
from pulumi_everest.model.findings import has_errors
from pulumi_everest.model.provider import CONTROLLER
from pulumi_everest.testing.extra import missing

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    raise missing(error, __name__) from None

REQUESTS = {"cpu": st.sampled_from(["250m", "0.5", "1"]), "memory": st.sampled_from(["500Mi", "1Gi"])}
LIMITS = {"cpu": st.sampled_from(["1", "1500m", "2"]), "memory": st.sampled_from(["1536Mi", "10G"])}
SIZES = st.sampled_from(["1Gi", "20Gi", "1Ti"])
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
VERSIONS = st.from_regex(r"[1-9][0-9]?\.[0-9]{1,2}(\.[0-9]{1,2})?(-[1-9])?", fullmatch=True)


def definitions() -> st.SearchStrategy[dict[str, Any]]:
    """Documents of definitions without mistakes: types with versions, components, and topologies of them."""
    return _definition()


def clusters(technology: Technology) -> st.SearchStrategy[dict[str, Any]]:
    """Specs of clusters that the technology accepts, with all kinds of fields set and left out."""
    return _cluster(technology).filter(lambda spec: _accepted(spec, technology))


def technology(document: dict[str, Any]) -> Technology:
    """The technology of a definition's document, with no plugin: any field of an instance is taken."""
    definition = Definition(DatabaseClusterDefinition.model_validate(document))
    return Technology(definition.name, definition, reconcile_by=CONTROLLER)


def _accepted(spec: dict[str, Any], technology: Technology) -> bool:
    _, found = check_cluster({"name": "sample", "namespace": "default"}, spec, technology)
    return not has_errors(found)


@st.composite
def _definition(draw: st.DrawFn) -> dict[str, Any]:
    kinds = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    types = {kind: {"versions": draw(_versions(kind))} for kind in kinds}
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    components = {name: {"type": draw(st.sampled_from(kinds))} for name in names}
    topologies: dict[str, dict[str, Any]] = {}
    for topology in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        members = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        topologies[topology] = {"components": {name: draw(_member()) for name in members}}
    if draw(st.booleans()):  # else clusters name one
        topologies[draw(st.sampled_from(list(topologies)))]["default"] = True
    return {
        "apiVersion": API_VERSION,
        "kind": "DatabaseClusterDefinition",
        "metadata": {"name": draw(NAMES)},
        "spec": {"componentTypes": types, "components": components, "topologies": topologies},
    }


@st.composite
def _versions(draw: st.DrawFn, kind: str) -> list[dict[str, Any]]:
    versions = draw(st.lists(VERSIONS, min_size=1, max_size=4, unique=True))
    default = draw(st.sampled_from(versions))
    return [
        {"version": v, "image": f"example/{kind}:{v}", **({"default": True} if v == default else {})} for v in versions
    ]


@st.composite
def _member(draw: st.DrawFn) -> dict[str, Any]:
    member: dict[str, Any] = {}
    if draw(st.booleans()):
        member["optional"] = True
    if draw(st.booleans()):
        member["defaults"] = {"replicas": draw(st.integers(1, 5)), "storage": {"size": draw(SIZES)}}
    return member


@st.composite
def _cluster(draw: st.DrawFn, technology: Technology) -> dict[str, Any]:
    definition = technology.definition
    topologies = list(definition.spec.topologies)
    topology = draw(st.sampled_from(topologies))
    spec: dict[str, Any] = {"provider": technology.provider}
    if topology != definition.default_topology or draw(st.booleans()):
        spec["topology"] = {"type": topology}
    operator = technology.operator_version or (technology.manifest.operator.default if technology.manifest else None)
    if technology.manifest is not None and draw(st.booleans()):
        operator = draw(st.sampled_from(technology.manifest.operator.versions))
        spec["operatorVersion"] = operator
    if draw(st.booleans()) and technology.presets:
        spec["preset"] = draw(st.sampled_from(list(technology.presets)))
    members = definition.topology_components(topology)
    present = [name for name, entry in members.items() if not entry.optional or draw(st.booleans())]
    kinds = {definition.type_of(name) for name in present}
    picked = [kind for kind in sorted(kinds) if draw(st.booleans())]
    chosen = {kind: {"version": draw(_version(definition, kind, operator))} for kind in picked}
    if chosen:
        spec["components"] = {"versions": chosen}
    spec["instances"] = {
        name: draw(_instance(technology, topology, name))
        for name in present
        if members[name].optional or draw(st.booleans())
    }
    return spec


def _version(definition: Definition, kind: str, operator: str | None) -> st.SearchStrategy[str]:
    return st.sampled_from([entry.version for entry in definition.versions(kind, operator)])


@st.composite
def _instance(draw: st.DrawFn, technology: Technology, topology: str, component: str) -> dict[str, Any]:
    """Settings of a component: of those that it honours, any."""
    form = technology.definition.spec.components[component].engine_config
    requests, limits = (st.fixed_dictionaries({}, optional=amounts) for amounts in (REQUESTS, LIMITS))
    fields: dict[str, st.SearchStrategy[Any]] = {
        "replicas": st.integers(1, 7),
        "storage": st.fixed_dictionaries({}, optional={"size": SIZES, "storageClass": NAMES}),
        "resources": st.fixed_dictionaries({}, optional={"requests": requests, "limits": limits}),
        "expose": st.fixed_dictionaries({"type": st.sampled_from(["ClusterIP", "NodePort", "LoadBalancer"])}),
        "scheduling": st.fixed_dictionaries({"nodeSelector": st.dictionaries(NAMES, NAMES, max_size=2)}),
        "overrides": st.dictionaries(NAMES, st.integers(), max_size=1),
    }
    if form == "text":
        fields["engineConfig"] = st.sampled_from(["", "a: 1\n", "b:\n  c: 2\n"])
    elif form == "parameters":
        fields["engineConfig"] = st.dictionaries(NAMES, st.integers() | st.booleans() | NAMES, max_size=3)
    instance: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=fields))
    sets = technology.instance_fields(topology, component)
    return {
        key: value for key, value in instance.items() if not any(True for s in sets for _ in s.outside({key: value}))
    }
