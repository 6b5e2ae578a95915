"""The typed dictionaries say what the models say."""

from __future__ import annotations

import ast
import datetime
import importlib
import inspect
import pkgutil
import re
import typing
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, RootModel

from pulumi_everest.model.schemas.field_docs import field_docs
from pulumi_everest.resources.arguments import models
from pulumi_everest.resources.arguments.models import MonitoringCredentials
from tools import typed_arguments

MODULES = [
    importlib.import_module(f"pulumi_everest.resources.{name}")
    for name in ("argument_parts", "provider_args", "cluster_args", "backup_args", "restore_args", "upgrade_args")
]
TYPES = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if typing.is_typeddict(value) and value.__module__ == module.__name__
}


def model_of(name: str) -> type[BaseModel]:
    for module in (models, models.cluster, models.jobs, models.provider):
        if isinstance(vars(module).get(name), type):
            return vars(module)[name]
    raise AssertionError(f"no model is called {name}")


def nested_models(model: type[BaseModel], seen: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    if model.__name__ not in seen:
        seen[model.__name__] = model
        for info in model.model_fields.values():
            stack = [info.annotation]
            while stack:
                annotation = stack.pop()
                if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                    nested_models(annotation, seen)
                stack += typing.get_args(annotation)
    return seen


REACHED: dict[str, type[BaseModel]] = {}
for arguments_of in (
    models.DatabaseClusterArgs,
    models.DatabaseBackupArgs,
    models.DatabaseRestoreArgs,
    models.DatabaseUpgradeArgs,
    models.ProviderArgs,
):
    nested_models(arguments_of, REACHED)


def texts(name: str) -> dict[str, str]:
    """The string below each field of a typed dictionary."""
    tree = ast.parse("".join(inspect.getsource(module) for module in MODULES))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


def test_the_typed_dictionaries_are_what_the_models_make_them():
    written = {path: path.read_text("utf-8") for path in typed_arguments.files()}

    assert written == typed_arguments.files(), "run 'make schemas'"
    assert {Path(module.__file__) for module in MODULES} == written.keys()


class Sample(BaseModel):
    """Every kind of type, and a text that takes more than one line: it is longer than a line of the project's may be."""

    text: str
    """A text."""
    number: typing.Annotated[int, Field(ge=1)] | None = None
    """A number."""
    choice: typing.Literal["a", "b"] | str | None = None
    """One of two, or any other text."""
    several: typing.Annotated[list[MonitoringCredentials], Field(max_length=2)] | None = None
    """Several."""
    named: dict[str, MonitoringCredentials | None] | None = None
    """Some of them nothing."""
    field_with_quite_a_long_name: dict[str, list[dict[str, str]]] | typing.Literal["x", "y"] | None = None
    """What does not fit into a line."""


MADE_OF_SAMPLE = """\
class Sample(TypedDict, total=False):
    \"""Every kind of type, and a text that takes more than one line: it is longer than a line of the project's may
    be.\"""

    text: pulumi.Input[str]
    \"""A text.\"""
    number: pulumi.Input[int | None]
    \"""A number.\"""
    choice: pulumi.Input[Literal["a", "b"] | str | None]
    \"""One of two, or any other text.\"""
    several: pulumi.Input[Sequence[pulumi.Input[MonitoringCredentials]] | None]
    \"""Several.\"""
    named: pulumi.Input[Mapping[str, pulumi.Input[MonitoringCredentials] | None] | None]
    \"""Some of them nothing.\"""
    field_with_quite_a_long_name: pulumi.Input[
        Mapping[str, pulumi.Input[Sequence[pulumi.Input[Mapping[str, pulumi.Input[str]]]]]] | Literal["x", "y"] | None
    ]
    \"""What does not fit into a line.\"""
"""


def test_a_typed_dictionary_says_what_may_be_an_output_and_what_may_be_left_out():
    assert "\n".join(typed_arguments.class_of(Sample).lines) + "\n" == MADE_OF_SAMPLE


def test_a_type_that_programs_cannot_have_is_refused():
    class Odd(BaseModel):
        """Odd."""

        when: datetime.datetime
        """A moment."""

    with pytest.raises(TypeError, match="datetime"):
        typed_arguments.class_of(Odd)


def test_there_is_a_typed_dictionary_for_each_model_that_arguments_are_read_as():
    assert set(TYPES) == set(REACHED)


@pytest.mark.parametrize("name", sorted(REACHED))
def test_the_fields_are_those_of_the_model(name):
    assert set(TYPES[name].__annotations__) == set(REACHED[name].model_fields)
    assert TYPES[name].__total__ is False


@pytest.mark.parametrize("name", sorted(REACHED))
def test_every_field_has_the_text_of_the_model(name):
    described = {field: " ".join(text.split()) for field, text in field_docs(REACHED[name]).items()}
    assert texts(name) == described


def test_values_may_be_outputs_unless_they_decide_how_objects_are_made():
    plain = {
        (name, field)
        for name, kind in TYPES.items()
        for field, annotation in kind.__annotations__.items()
        if not annotation.__forward_arg__.startswith("pulumi.Input")
    }
    assert plain == {
        ("DatabaseClusterArgs", "adopt"),
        ("DatabaseClusterArgs", "allow"),
        ("DatabaseBackupArgs", "deletion_policy"),
        ("DatabaseBackupArgs", "wait_for"),
        ("DatabaseClusterArgs", "connection_secret"),
        ("DatabaseClusterArgs", "deletion_policy"),
        ("DatabaseClusterArgs", "wait_for"),
        ("DatabaseRestoreArgs", "deletion_policy"),
        ("DatabaseRestoreArgs", "wait_for"),
        ("DatabaseUpgradeArgs", "deletion_policy"),
        ("DatabaseUpgradeArgs", "wait_for"),
        ("ProviderArgs", "install_crds"),
        ("ProviderArgs", "definitions"),
        ("ProviderArgs", "plugins"),
    }


def test_nothing_may_be_passed_for_what_may_be_left_out():
    """As a value, and as the value of an output unless another argument is the default."""
    by_default = {
        "DatabaseBackupArgs": {"name"},
        "DatabaseClusterArgs": {"name"},
        "DatabaseRestoreArgs": {"name"},
        "DatabaseUpgradeArgs": {"name"},
        "ProviderArgs": {"name", "database_cluster_definition"},
    }
    for name, model in REACHED.items():
        for field, info in model.model_fields.items():
            annotation = "".join(TYPES[name].__annotations__[field].__forward_arg__.split())
            optional = type(None) in typing.get_args(info.annotation)
            assert annotation.endswith(("|None", "|None]")) is (optional or field in by_default.get(name, ())), field


@pytest.mark.parametrize("name", sorted(REACHED))
def test_every_typed_dictionary_is_described_as_its_model(name):
    assert TYPES[name].__doc__.split("\n")[0] == REACHED[name].__doc__.split("\n")[0]


def all_models() -> list[type[BaseModel]]:
    """Every model of every kind of document."""
    from pulumi_everest import model as package

    modules = [
        importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
    found = {
        value
        for module in [*modules, models]
        for value in vars(module).values()
        if models.is_model(value) and not issubclass(value, RootModel)
    }
    return sorted(
        (kind for kind in found if kind.__module__.startswith("pulumi_everest.")),
        key=lambda kind: (kind.__module__, kind.__name__),
    )


@pytest.mark.parametrize(
    "model", all_models(), ids=lambda kind: f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"
)
def test_every_field_of_every_model_has_a_description_that_is_a_sentence(model):
    assert model.__doc__
    docs = field_docs(model)
    assert docs.keys() >= model.model_fields.keys()
    for field, text in docs.items():
        assert re.match(r"[A-Z`0-9].*\.$", " ".join(text.split())), (field, text)
