"""The form of a plugin: what it shows for a topology, and what its values become.

`FormTree` (`pulumi_everest.form.tree`) describes the shape of forms, values and addresses. In short:

- `resolved` gives the form of a technology for a topology and a mode;
- `starting_values` are what a new form starts with, `values` what a form shows of a DatabaseCluster;
- `cluster` is the DatabaseCluster that some values make, `state` what is shown with them and what is wrong by the
  form's own rules;
- `address_of` finds the part that a finding of `everest validate` belongs to;
- `otherwise` says what the cluster would have where the form says nothing, for placeholders;
- `generated` makes a first ui.yaml; `check` says what is wrong with one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.definitions.cluster_fields import Tree
from pulumi_everest.core.technology import Technology
from pulumi_everest.form.filled.addresses import address_of
from pulumi_everest.form.filled.conditions import Message, State, state
from pulumi_everest.form.filled.shown import shown_value
from pulumi_everest.form.filled.values import Values, new_item, starting_values
from pulumi_everest.form.filled.values import values_of as values
from pulumi_everest.form.filled.writing import document_of as cluster
from pulumi_everest.form.making.check import check_form
from pulumi_everest.form.making.facts import Facts
from pulumi_everest.form.making.generate import generated, generated_form
from pulumi_everest.form.making.resolve import fields_of, form_tree
from pulumi_everest.form.reading import read_forms
from pulumi_everest.form.tree import Field, FormTree, GroupPart, ListPart, Section, WidgetPart
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.findings import Finding, unknown
from pulumi_everest.model.plugin_files.form import TopologyForm
from pulumi_everest.model.plugin_files.form_field import Mode
from pulumi_everest.model.reading import read_leniently

__all__ = [
    "Field",
    "FormTree",
    "GroupPart",
    "ListPart",
    "Message",
    "Section",
    "State",
    "Values",
    "WidgetPart",
    "address_of",
    "check",
    "cluster",
    "generated",
    "new_item",
    "otherwise",
    "resolved",
    "starting_values",
    "state",
    "values",
]


def resolved(
    technology: Technology, topology: str, mode: Mode = "new", forms: Mapping[str, TopologyForm] | None = None
) -> FormTree:
    """The form of a technology for one of its topologies, with everything filled in that a page needs.

    `forms` are those of the plugin's ui.yaml, `Plugin.forms`. The definition's own `uiSchema` comes before them; a
    topology for which neither has a form gets one that is made from its fields. Raises KeyError for a topology that the
    definition does not have, and pydantic's ValidationError where the `uiSchema` is none.
    """
    technology.definition.topology(topology)
    facts = Facts(technology, topology)
    own = (technology.definition.spec.ui_schema or {}).get(topology)
    if own:
        return form_tree(TopologyForm.model_validate(own), technology, topology, mode, "definition", facts)
    if forms is not None and topology in forms:
        return form_tree(forms[topology], technology, topology, mode, "ui.yaml", facts)
    return form_tree(TopologyForm.model_validate(generated_form(facts)), technology, topology, mode, "fields", facts)


def otherwise(tree: FormTree, technology: Technology, document: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of a form, those in lists apart, would show of a cluster with everything filled in, by key.

    The versions, presets and bundles that the document chooses count, unlike in `Field.otherwise`. What is wrong in the
    document does not.
    """
    spec = document.get("spec")
    data = {**(spec if isinstance(spec, dict) else {}), "provider": technology.provider}
    read, _ = read_leniently(DatabaseClusterSpec, data, defer=False)
    given = read.model_dump(by_alias=True, exclude_none=True) if read is not None else {}
    filled = Facts(technology, tree.topology).with_settings(given)
    if filled is None:
        return {}
    whole = {"spec": filled.spec}
    shown = {field.key: shown_value(field, whole) for field in fields_of(tree)}
    return {key: value for key, value in shown.items() if value is not None}


def check(data: Mapping[str, Any], technology: Technology) -> list[Finding]:
    """Everything that is wrong with the forms of a ui.yaml or a `uiSchema`, by topology; paths are those of the data.

    Of what cannot be read as a form, the rest is checked.
    """
    topologies = technology.definition.spec.topologies
    found = []
    for name in data:
        if topologies and name not in topologies:
            text = f"the form is for topology '{name}', which the definition does not have"
            found.append(unknown("form.name", (name,), text, name, topologies))
    forms, problems = read_forms(data)
    found += problems
    tree = Tree(technology) if forms else None
    for name in forms:
        if name in topologies:
            found += [entry.at((name,)) for entry in check_form(forms[name], Facts(technology, name, tree))]
    return found
