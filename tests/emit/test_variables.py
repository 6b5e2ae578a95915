"""What expressions of templates, rules and jobs may name, and what each of these looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expected import assert_expected, file_for

from pulumi_everest.core.check_job import JOB_KINDS, job_shapes
from pulumi_everest.emit.templates.template import variable_shapes
from pulumi_everest.model.shapes import Shape


def described(shape: Shape, depth: int = 0) -> Any:
    """A shape as plain data, down to what is inside of what a variable holds."""
    if shape.kind == "object" and depth < 2:
        return {name: described(below, depth + 1) for name, below in shape.fields.items()}
    return f"{shape.kind} of {described(shape.item, depth)}" if shape.item is not None else shape.kind


@pytest.mark.parametrize("components", [None, ["engine", "proxy"]])
def test_the_variables_of_templates(components: list[str] | None) -> None:
    found = {name: described(shape) for name, shape in variable_shapes(components).items()}

    assert_expected(file_for(Path(__file__)), f"a template, components {components}", found)


@pytest.mark.parametrize("kind", JOB_KINDS)
def test_the_variables_of_jobs(kind: Any) -> None:
    found = {name: described(shape) for name, shape in job_shapes(kind).items()}

    assert_expected(file_for(Path(__file__)), kind, found)
