"""Write docs/plugins/reference.md, every key of a plugin's files, of the models: `python -m tools.plugin_reference`."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import TypeAliasType

from pulumi_everest.emit.templates.template import variable_shapes
from pulumi_everest.expressions.functions import BUILT_IN
from pulumi_everest.model.cluster import Instance
from pulumi_everest.model.definition import DefinitionSpec
from pulumi_everest.model.plugin_files.form import FormPart, TopologyForm
from pulumi_everest.model.plugin_files.manifest import PluginManifest
from pulumi_everest.model.plugin_files.templates import JobFile, Mapping, TemplateFile
from pulumi_everest.model.plugin_files.workloads import WorkloadFile
from pulumi_everest.model.schemas.field_docs import field_docs

PAGE = Path(__file__).parents[1] / "docs" / "plugins" / "reference.md"
FILES: dict[str, type[BaseModel]] = {
    "plugin.yaml": PluginManifest,
    "definition.yaml, below spec": DefinitionSpec,
    "resources.yaml": TemplateFile,
    "backup.yaml and restore.yaml": JobFile,
    "workloads.yaml": WorkloadFile,
}
ELSEWHERE: dict[type[BaseModel], str] = {Instance: "any fields of an instance of a cluster"}
"""Models that have a page of their own."""
_HEAD = """\
# Reference of a plugin's files

Every key that a plugin's files may have, from the models that they are read with; `make schemas` writes this page.
[](../plugins.md) explains them in the order in which a plugin is written, [](cookbook.md) by what is to be done. The
JSON Schemas in the folder `schemas` have the same for editors.
"""
_PLAIN = {str: "text", bool: "true or false", int: "whole number", float: "number", type(None): "null"}


def page() -> str:
    """The page as Markdown."""
    seen: set[type[BaseModel]] = set()
    parts = [_HEAD]
    for title, model in FILES.items():
        parts += _sections(model, title, seen, level=2)
    parts += _sections(Mapping, "Words in any mapping of a template", seen, level=2)
    parts += _sections(TopologyForm, "ui.yaml, for each topology", seen, level=2)
    return "\n".join([*parts, _variables(), _functions()])


def _sections(model: type[BaseModel], title: str, seen: set[type[BaseModel]], level: int = 3) -> Iterator[str]:
    """The table of a model, and of those in it that have not been shown."""
    if model in seen:
        return
    seen.add(model)
    model.model_rebuild()  # for what it names before it is there
    docs = field_docs(model)
    rows = [
        f"(key-{model.__name__.lower()})=",
        f"{'#' * level} {title}\n",
        f"{_on_one_line(model.__doc__ or '')}\n",
        "| key | value | what it is |",
        "|---|---|---|",
    ]
    below: dict[type[BaseModel], str] = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        needed = ", needed" if info.is_required() else ""
        rows.append(
            f"| `{key}` | {_cell(type_text(info.annotation))}{needed} | {_cell(_on_one_line(docs.get(name, '')))} |"
        )
        for one in _models(info.annotation):
            below.setdefault(one, key)
    yield "\n".join(rows) + "\n"
    for one in below:
        if one not in ELSEWHERE and one is not Mapping:
            yield from _sections(one, one.__name__, seen)


def type_text(annotation: Any) -> str:
    """What may stand at a key, in words."""
    if annotation is FormPart:
        return "a part, by its `uiType`: " + ", ".join(type_text(one) for one in _models(FormPart))
    if isinstance(annotation, TypeAliasType):
        return "any value"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_text(arguments[0])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(type_text(one) for one in arguments if one is not type(None)))
    if origin is list:
        return f"list of {type_text(arguments[0])}"
    if origin is dict:
        return f"mapping of names to {type_text(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return ELSEWHERE.get(annotation) or f"[{annotation.__name__}](#key-{annotation.__name__.lower()})"
    return _PLAIN.get(annotation, "any value")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif annotation is FormPart:
        yield from _models(FormPart.__value__)
    elif not isinstance(annotation, TypeAliasType):
        for argument in get_args(annotation):
            yield from _models(argument)


def _variables() -> str:
    names = ", ".join(f"`{name}`" for name in variable_shapes())
    return f"## Variables of expressions\n\nTemplates of clusters see {names}; of jobs, see [](../plugins.md).\n"


def _functions() -> str:
    rows = ["## Functions of expressions\n", "| function | gives |", "|---|---|"]
    rows += [f"| `{spec.name}({', '.join(spec.arguments)})` | {spec.returns} |" for spec in BUILT_IN]
    return "\n".join(rows) + "\n"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
