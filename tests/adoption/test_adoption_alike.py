"""Many objects of one form: what was found for the first is used for the others, and comes out the same."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from pulumi_everest.adoption.adopt import adopted
from pulumi_everest.adoption.alike import Alike
from pulumi_everest.adoption.search import Search
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.workspace.workspace import Workspace


def everything(plugin: str) -> dict[str, Any]:
    [folder] = [found.folder for found in builtin() if found.name == plugin]
    made = yaml.safe_load_all((folder / "examples" / "backups.expected.yaml").read_text())
    return next(entry for entry in made if "Percona" in entry["kind"])


def another(text: Any) -> Any:
    """The same object with other values: names, sizes, buckets."""
    if isinstance(text, dict):
        return {key: another(value) for key, value in text.items()}
    if isinstance(text, list):
        return [another(value) for value in text]
    if isinstance(text, str):
        return text.replace("10Gi", "70Gi").replace("backups", "archive").replace("0 3 * * *", "7 5 * * *")
    return text


@pytest.mark.parametrize("plugin", ["psmdb", "pxc", "pg"])
def test_the_second_one_comes_out_as_by_a_search_and_without_one(plugin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, first = Workspace(Plugins([])), everything(plugin)
    second = another(deepcopy(first))
    second["metadata"]["namespace"] = "carts"
    assert second["spec"] != first["spec"]
    expected = adopted(workspace, second, remarked=False)
    alike = Alike()
    adopted(workspace, first, remarked=False, alike=alike)

    def searched(*_: Any) -> None:
        pytest.fail("the search was made")

    monkeypatch.setattr(Search, "run", searched)
    found = adopted(workspace, second, remarked=False, alike=alike)

    assert (found.spec, found.metadata, found.by_fields) == (expected.spec, expected.metadata, expected.by_fields)


def test_an_object_of_another_form_is_searched_for() -> None:
    workspace, first = Workspace(Plugins([])), everything("psmdb")
    alike = Alike()
    adopted(workspace, first, remarked=False, alike=alike)
    second = deepcopy(first)
    second["spec"]["pause"] = True

    assert adopted(workspace, second, remarked=False, alike=alike).spec["paused"] is True
