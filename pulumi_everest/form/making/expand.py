"""Widgets that this package knows: the parts that they stand for."""

from __future__ import annotations

from typing import Any, Final

from pulumi_everest.core.paths import FieldPath
from pulumi_everest.form.making.facts import Facts
from pulumi_everest.form.making.generate import generated_parts
from pulumi_everest.model.plugin_files.form import Group, SelectField, Widget
from pulumi_everest.model.plugin_files.form_field import SelectParams

WIDGETS: Final = ("resources", "storageClass", "scheduling", "fields")
"""Widgets that are parts, for a field with others below it; `storageClass` is a choice."""
OF_PAGES: Final = ("podSchedulingPolicy",)
"""Widgets that pages have of their own."""
_LOOKS: Final = {"resources": "bordered", "scheduling": "accordion", "fields": "bordered"}


def expanded(widget: Widget, path: FieldPath | None, facts: Facts, *, in_item: FieldPath | None) -> Any:
    """The part that a widget stands for; None for a widget of the page's own."""
    if path is None or widget.path is None:
        return None
    params = widget.field_params
    base = {"show_if": widget.show_if, "tech_preview": widget.tech_preview}
    if widget.widget_type == "storageClass":
        data: dict[str, Any] = {"uiType": "select", "path": widget.path, "dataSource": {"provider": "storageClasses"}}
        chosen = SelectField.model_validate(data)
        shown = {n: getattr(params, n) for n in params.model_fields_set} if params is not None else {}
        return chosen.model_copy(
            update={**base, "field_params": SelectParams.model_construct(**shown), "validation": widget.validation}
        )
    if widget.widget_type not in WIDGETS:
        return None
    parts = generated_parts(facts, path, in_item if in_item is not None else ("spec",))
    if parts is None:
        return None
    data = {"uiType": "group", "groupType": _LOOKS[widget.widget_type], "components": parts}
    data |= {"label": params.label} if params is not None and params.label is not None else {}
    data |= {"description": params.helper_text} if params is not None and params.helper_text is not None else {}
    return Group.model_validate(data).model_copy(update=base)
