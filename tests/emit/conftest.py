"""All that is found in templates, plugins and objects, in every test of this folder, is what stands in expected/."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from expected import assert_expected, file_for, is_always_the_same, plain

from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.templates.nodes import TemplateError
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.emit.workload_template import WorkloadTemplate
from pulumi_everest.plugins.check import check_plugin


@pytest.fixture(autouse=True)
def _found_in_full(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take what the code finds, and compare it when the test has ended."""
    folder = str(request.getfixturevalue("tmp_path")) if "tmp_path" in request.fixturenames else None
    taken: list[Any] = []

    def taking(function: Callable[..., Any], found_by: Callable[[Any], Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            taken.append(plain(found_by(result if result is not None else arguments[0])))
            return result

        return call

    monkeypatch.setattr(Template, "parse", taking(Template.parse, lambda template: template.findings))
    monkeypatch.setattr(WorkloadTemplate, "parse", taking(WorkloadTemplate.parse, lambda template: template.findings))
    monkeypatch.setattr(TemplateError, "__init__", taking(TemplateError.__init__, lambda error: error.findings))
    if hasattr(request.module, "check_plugin"):
        monkeypatch.setattr(request.module, "check_plugin", taking(check_plugin, lambda found: found))
    monkeypatch.setattr(Crds, "check", taking(Crds.check, lambda found: found))
    yield
    told = [found for found in taken if found]
    if told and is_always_the_same(request):
        text = json.dumps(told)
        assert_expected(
            file_for(request.path), request.node.name, json.loads(text.replace(folder, "(folder)") if folder else text)
        )
