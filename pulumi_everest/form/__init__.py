"""The form of a plugin: what it shows for a topology, what its values become, and what is wrong with it.

- `resolved` gives the form of a technology for a topology and a mode, as a `FormTree`, which describes the shape of
  forms, values and addresses;
- `generated` makes a first ui.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.core.technology import Technology
from pulumi_everest.form.facts import Facts
from pulumi_everest.form.generate import generated
from pulumi_everest.form.resolve import form_tree
from pulumi_everest.form.tree import FormTree
from pulumi_everest.model.plugin_files.form import TopologyForm
from pulumi_everest.model.plugin_files.form_field import Mode

__all__ = ["FormTree", "generated", "resolved"]


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
    data: dict[str, Any] = generated(technology, topology)
    return form_tree(TopologyForm.model_validate(data), technology, topology, mode, "fields", facts)
