"""OpenEverest's own forms, read as they are: nothing is wrong with them but what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from schema_fields import SchemaFields

from pulumi_everest.form.making.check import check_form
from pulumi_everest.form.reading import read_forms
from pulumi_everest.model.findings import path_text

_PXC = [
    "form.path cluster.sections.advanced.components.configuration.path",
    "form.path cluster.sections.monitoring.components.monitoring.path",
]
_CATALOG = "components.{}.fieldParams.optionsPath"
WRONG = {
    # A key that its vocabulary has not, so that nobody ever reads the text.
    "cloudnative-pg": [
        "field.unknown replicaSet.sections.bootstrap.components.initdb.components.credentialsSecret.fieldParams.description"
    ],
    # The catalogs are put in when the provider is installed; the version has nothing to choose from at any time.
    "kserve": [
        f"form.options llm.sections.basicInfo.{_CATALOG.format('modelURI')}",
        *(
            f"form.options llm.sections.lora.{_CATALOG.format(slot)}"
            for slot in ("loraSlot1", "loraSlot2", "loraSlot3")
        ),
        "form.options predictor.sections.basicInfo.components.version",
    ],
    # Fields of an API that was there before.
    "percona-xtradb-cluster": _PXC,
    "percona-xtradb-cluster.backups": _PXC,
}


def instance_schema(shared: Path, provider: dict[str, Any], topology: str) -> dict[str, Any]:
    """The schema of an Instance of a topology: that of the CustomResourceDefinition, with the provider's parameters."""
    crd = yaml.safe_load((shared / "crds/release-2.0/core.openeverest.io_instances.yaml").read_text())
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    spec = schema["properties"]["spec"]["properties"]
    own = provider["topologies"][topology]
    component = spec["components"]["additionalProperties"]

    def with_parameters(base: dict[str, Any], says: dict[str, Any]) -> dict[str, Any]:
        given = (says.get("parametersSchema") or {}).get("openAPIV3Schema")
        return {**base, "properties": {**base["properties"], **({"parameters": given} if given else {})}}

    known = provider["components"]
    components = {name: with_parameters(component, known.get(name) or {}) for name in own["components"]}
    made = {
        **spec,
        "components": {"type": "object", "properties": components},
        "topology": with_parameters(spec["topology"], own),
    }
    return {
        "type": "object",
        "properties": {"metadata": {"type": "object"}, "spec": {"type": "object", "properties": made}},
    }


def providers(shared: Path) -> dict[str, Any]:
    files = sorted((shared / "providers").glob("*/provider-spec.yaml"))
    specs = {file.parent.name: yaml.safe_load(file.read_text())["spec"] for file in files}
    return {name: spec for name, spec in specs.items() if spec.get("uiSchema")}


def found_in(spec: dict[str, Any], shared: Path) -> list[str]:
    forms, found = read_forms(spec["uiSchema"])
    for topology, form in forms.items():
        fields = SchemaFields(instance_schema(shared, spec, topology), {"spec": spec}, f"topology '{topology}'")
        found += [entry.at((topology,)) for entry in check_form(form, fields)]
    return [f"{entry.code} {path_text(entry.path)}" for entry in found]


def test_nothing_is_wrong_with_forms_of_openeverest_but_what_is(shared: Path) -> None:
    found = {name: found_in(spec, shared / "openeverest") for name, spec in providers(shared / "openeverest").items()}
    assert set(found) >= {
        "cassandra",
        "cloudnative-pg",
        "kserve",
        "kubeai",
        "percona-postgresql",
        "percona-xtradb-cluster",
    }
    assert {name: lines for name, lines in found.items() if lines} == WRONG
