"""What is different in a mode: parts of ui.yaml with what they say of one mode put over what they say of all."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from pulumi_everest.model.plugin_files.form_field import FieldParams, Mode, Validation

M = TypeVar("M", bound=BaseModel)


def params_in(params: FieldParams | None, mode: Mode, kind: type[FieldParams]) -> Any:
    """How a field looks in a mode."""
    if params is None:
        return kind.model_construct()
    of_mode = (params.modes or {}).get(mode)
    return _over(params, of_mode) if of_mode is not None else params


def validation_in(validation: Validation | None, mode: Mode) -> Validation:
    """What a value must be in a mode: what the mode says replaces the rest, but its conditions are added."""
    if validation is None:
        return Validation.model_construct()
    of_mode: Validation | None = (getattr(validation, "modes", None) or {}).get(mode)
    if of_mode is None:
        return validation
    if of_mode.inherit_shared is False:
        return of_mode
    rules = [*(validation.cel_expressions or ()), *(of_mode.cel_expressions or ())]
    merged = _over(validation, of_mode)
    return merged.model_copy(update={"cel_expressions": rules}) if rules else merged


def kind_in(part: Any, mode: Mode) -> str:
    """What kind of part it is in a mode."""
    of_mode = (part.modes or {}).get(mode)
    return str(of_mode.ui_type if of_mode is not None else part.ui_type)


def _over(base: M, above: BaseModel) -> M:
    """One model with what another says put over it, value by value; what is different in a mode is no part of it."""
    said = {name: getattr(above, name) for name in above.model_fields_set if name != "modes"}
    return base.model_copy(update={**said, "modes": None})
