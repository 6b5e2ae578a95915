"""docs/operations.md shows what the commands really print."""

from __future__ import annotations

import os
from difflib import unified_diff
from pathlib import Path

import pytest
import yaml
from pulumi_engine import Engine, Stack
from recorded_page import playing, run_page

from pulumi_everest.testing.apiserver import ApiServer

PAGE = "docs/operations.md"


def test_the_page_shows_what_the_commands_print(
    engine: Engine, api_server: ApiServer, shared: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With EVEREST_RECORD set, the page is written anew."""
    with ApiServer(api_server.binaries) as own:
        definitions = yaml.load_all((shared / "crds/psmdb/1.22.0/crd.yaml").read_text(), yaml.CSafeLoader)
        own.install_crds([entry for entry in definitions if entry])
        own.live.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "databases"}})
        assert own.kubectl is not None
        monkeypatch.setenv("PATH", os.pathsep.join([str(own.kubectl.parent), os.environ["PATH"]]))
        monkeypatch.setenv("COLUMNS", "120")
        stack = Stack(engine, tmp_path / "infra", own.kubeconfig, "dev")
        operator = playing(own.live, "psmdb.percona.com/v1", "PerconaServerMongoDB", "databases")
        text = (root / PAGE).read_text(encoding="utf-8")
        run = run_page(text, stack, operator)
    if os.environ.get("EVEREST_RECORD"):
        (root / PAGE).write_text(run, encoding="utf-8")
    differing = unified_diff(text.splitlines(), run.splitlines(), PAGE, "what was printed", lineterm="", n=1)
    assert run == text, "\n".join(differing)
