"""The public names of the package: all of them are there and described, and nothing else is."""

from __future__ import annotations

import pydoc
import re
import types
import typing

import pytest

import pulumi_everest
from pulumi_everest.model.schemas.field_docs import field_docs
from pulumi_everest.resources.arguments import models
from pulumi_everest.resources.arguments.described import describe

PARTS = {name for name in pulumi_everest.__all__ if typing.is_typeddict(getattr(pulumi_everest, name))}


def shown(name: str) -> str:
    """What `help()` says."""
    return pydoc.render_doc(getattr(pulumi_everest, name), renderer=pydoc.plaintext)


def test_the_names_are_the_resources_their_error_what_raises_it_and_the_parts_of_their_arguments():
    assert set(pulumi_everest.__all__) == {
        "DatabaseBackup", "DatabaseCluster", "DatabaseRestore", "DatabaseUpgrade", "Provider", "ClusterError", "raise_findings", *PARTS,
    }  # fmt: skip


def test_the_names_are_sorted_and_each_is_there_once():
    assert pulumi_everest.__all__ == sorted(set(pulumi_everest.__all__))


@pytest.mark.parametrize("name", pulumi_everest.__all__)
def test_every_name_can_be_imported_and_is_described(name):
    value = getattr(pulumi_everest, name)
    assert value.__name__ == name
    assert value.__module__.startswith("pulumi_everest.")
    assert re.match(r"[A-Z].*\.", value.__doc__), value.__doc__


def test_nothing_else_is_public():
    assert dir(pulumi_everest) == pulumi_everest.__all__
    everything: dict[str, object] = {}
    exec("from pulumi_everest import *", everything)
    del everything["__builtins__"]
    assert sorted(everything) == pulumi_everest.__all__
    own = {name for name, value in vars(pulumi_everest).items() if not name.startswith("_")}
    folders = {name for name in own if isinstance(getattr(pulumi_everest, name), types.ModuleType)}
    assert own - folders - {"annotations", "Any", "TYPE_CHECKING"} <= set(pulumi_everest.__all__)


def test_a_name_that_is_not_there_is_an_error():
    with pytest.raises(AttributeError, match="no attribute 'Databse'"):
        _ = pulumi_everest.Databse
    with pytest.raises(ImportError, match="cannot import name 'Databse'"):
        exec("from pulumi_everest import Databse")


@pytest.mark.parametrize(
    "name", ["DatabaseBackup", "DatabaseCluster", "DatabaseRestore", "DatabaseUpgrade", "Provider"]
)
def test_help_for_a_resource_says_what_each_argument_and_output_is(name):
    text = shown(name)
    words = " ".join(text.replace("|", " ").split())
    model = vars(models)[f"{name}Args"]
    docs = field_docs(model)
    for field in model.model_fields:
        assert f"{field}: " in text
        assert " ".join(docs[field].split()).replace("|", " ") in words
    for output, value in vars(vars(pulumi_everest)[name]).items():
        if isinstance(value, property):
            assert " ".join(value.__doc__.split()) in words, output
    assert "ForwardRef('pulumi" not in text
    assert ":param str t:" not in text
    # The call comes first, then what the class is, an example, and the arguments.
    call = re.search(rf"{name}\([\s|]*resource_name", text)  # from Python 3.13 on it is broken into lines
    assert call is not None
    places = [call.start(), *(text.index(part) for part in (f"everest.{name}(", "Arguments:", "name: str"))]
    assert places == sorted(places)


@pytest.mark.parametrize("name", sorted(PARTS))
def test_help_for_a_part_lists_its_fields_with_their_types(name):
    text = shown(name).partition("Method resolution order")[0]
    for field in getattr(pulumi_everest, name).__annotations__:
        assert re.search(rf"^ \|  {field}: \S.*\n(?: \|          .*\n)* \|      [A-Z`]", text, re.MULTILINE), field
    assert "pulumi.Input" not in text
    assert "None" not in text
    assert max(map(len, text.splitlines())) < 120


def test_without_its_source_help_is_shorter(monkeypatch):
    from pulumi_everest.resources.arguments import described

    class Amounts(dict):
        """CPU and memory."""

    monkeypatch.setattr(described, "_classes", lambda _module: {})
    describe(Amounts)
    assert Amounts.__doc__ == "CPU and memory."
