"""Where the rules of a SARIF log lead: the page that an installation knows, and what stands on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import pytest

from pulumi_everest.cli.output.sarif import sarif_text
from pulumi_everest.reference.documentation import page_of_code


class _Package(metadata.Distribution):
    def __init__(self, urls: list[str], direct: dict[str, Any] | None) -> None:
        self._files = {
            "METADATA": "Name: pulumi-everest\n" + "".join(f"Project-URL: {url}\n" for url in urls),
            "direct_url.json": json.dumps(direct) if direct is not None else None,
        }

    def read_text(self, filename: str) -> str | None:
        return self._files.get(filename)

    def locate_file(self, path: Any) -> Any:
        return path


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    page_of_code.cache_clear()
    yield
    page_of_code.cache_clear()


VCS = {"vcs": "git", "commit_id": "abc123"}


@pytest.mark.parametrize(
    ("urls", "direct", "page"),
    [
        ([], None, None),
        ([], {"url": "file:///srv/everest", "dir_info": {"editable": True}}, None),
        ([], {"url": "file:///srv/everest", "vcs_info": VCS}, None),
        ([], {"url": "https://joe:token@example.org/everest.git", "vcs_info": VCS}, None),
        (
            [],
            {"url": "https://example.org/everest.git", "vcs_info": VCS},
            "https://example.org/everest/blob/abc123/docs/findings.md#fieldunknown",
        ),
        (
            ["Source, https://example.org/a", "Documentation, https://docs.example.org/"],
            {"url": "https://example.org/everest", "vcs_info": VCS},
            "https://docs.example.org/findings.html#field-unknown",
        ),
    ],
)
def test_a_rule_leads_to_the_page_that_the_installation_knows(
    monkeypatch: pytest.MonkeyPatch, urls: list[str], direct: dict[str, Any] | None, page: str | None
) -> None:
    monkeypatch.setattr(metadata, "distribution", lambda _name: _Package(urls, direct))
    rules = {rule["id"]: rule for rule in json.loads(sarif_text([]))["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["field.unknown"].get("helpUri") == page


def test_a_rule_has_the_example_with_it() -> None:
    rules = {rule["id"]: rule for rule in json.loads(sarif_text([]))["runs"][0]["tool"]["driver"]["rules"]}
    shown = rules["cluster.replicas"]["help"]["markdown"]
    assert "**Mend it:** take one of the numbers allowed." in shown
    assert "```yaml\ninstances: {engine: {replicas: 5}}\n```" in shown
    assert shown.endswith("Mended:\n\n```yaml\ninstances: {engine: {replicas: 3}}\n```")
    assert "everest explain cluster.replicas" in rules["cluster.replicas"]["help"]["text"]
