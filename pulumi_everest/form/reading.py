"""Reading ui.yaml: its forms by topology, and what is wrong with how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.plugin_files.form import TopologyForm
from pulumi_everest.model.reading import read_leniently


def read_forms(data: Mapping[str, Any]) -> tuple[dict[str, TopologyForm], list[Finding]]:
    """The forms by topology, without what is wrong in them, and the findings about that; paths are those of the data.

    A form that nothing is left of is not there.
    """
    forms, found = {}, list[Finding]()
    for topology, own in data.items():
        if not isinstance(own, dict):
            found.append(finding("field.type", (topology,), "a form is a mapping with 'sections'"))
            continue
        form, problems = read_leniently(TopologyForm, own, defer=False)
        found += [entry.at((topology,)) for entry in problems]
        if form is not None:
            forms[topology] = form
    return forms, found
